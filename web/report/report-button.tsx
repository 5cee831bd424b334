/** Saves the open screen as a report. What makes it is loaded when it is asked for. */
export function ReportButton() {
  return (
    <button type="button" onClick={() => void saveReport()}>
      Save report
    </button>
  );
}

export async function saveReport(): Promise<void> {
  await (await import('./save-report.ts')).saveReport();
}
