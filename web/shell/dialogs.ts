/** Which of the page's dialogs is open. */
import { create } from 'zustand';

export type DialogName = 'palette' | 'help' | 'share' | 'jobs';

export const useDialog = create<{ readonly open: DialogName | null }>()(() => ({ open: null }));

export function showPalette(): void {
  useDialog.setState({ open: 'palette' });
}

export function showHelp(): void {
  useDialog.setState({ open: 'help' });
}

export function showShare(): void {
  useDialog.setState({ open: 'share' });
}

export function showJobs(): void {
  useDialog.setState({ open: 'jobs' });
}

export function closeDialog(): void {
  useDialog.setState({ open: null });
}
