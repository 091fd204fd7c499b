/** Makes a canvas as large as its place in device pixels, and lets it be drawn on in CSS pixels. */
export function fitCanvas(
  pen: CanvasRenderingContext2D,
  { heightPx, widthPx }: { readonly widthPx: number; readonly heightPx: number },
): void {
  const { canvas } = pen;
  const ratio = devicePixelRatio;
  const [width, height] = [Math.round(widthPx * ratio), Math.round(heightPx * ratio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    canvas.style.width = `${widthPx}px`;
    canvas.style.height = `${heightPx}px`;
  }
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
}
