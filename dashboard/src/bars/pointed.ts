/** The bar that the pointer is over in any chart, as its place among the bars. */
import { signal } from "@preact/signals";

export const pointedBar = signal<number | undefined>(undefined);
