/** What the streams of a cluster are called. */

export function journalName(clusterId: string): string {
  return `BACKBEAT_JOURNAL_${clusterId}`;
}

export function reportsName(clusterId: string): string {
  return `BACKBEAT_REPORTS_${clusterId}`;
}

export function leaseName(clusterId: string): string {
  return `BACKBEAT_PULSE_${clusterId}`;
}
