/** Light or dark. The page starts with what the system prefers (index.html); a choice is remembered. */
import { create } from 'zustand';

export type Theme = 'light' | 'dark';

export const useTheme = create<{ readonly theme: Theme }>()(() => ({
  theme:
    typeof document !== 'undefined' && document.documentElement.dataset['theme'] === 'dark'
      ? 'dark'
      : 'light',
}));

export function toggleTheme(): void {
  const theme: Theme = useTheme.getState().theme === 'dark' ? 'light' : 'dark';
  // Before anything redraws: canvases read their colours from the document.
  document.documentElement.dataset['theme'] = theme;
  try {
    localStorage.setItem('drydock-theme', theme);
  } catch {
    // A browser that keeps nothing forgets the choice with the tab, which is what its user asked for.
  }
  useTheme.setState({ theme });
}
