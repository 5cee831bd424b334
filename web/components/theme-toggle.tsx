/** Light or dark. The page starts with what the system prefers; a choice is remembered. */
import { useState } from 'react';

type Theme = 'light' | 'dark';

export function ThemeToggle() {
  const [theme, setTheme] = useState<Theme>(
    document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light',
  );
  const other: Theme = theme === 'dark' ? 'light' : 'dark';
  const toggle = (): void => {
    document.documentElement.dataset['theme'] = other;
    try {
      localStorage.setItem('drydock-theme', other);
    } catch {
      // A browser that keeps nothing forgets the choice with the tab, which is what its user asked for.
    }
    setTheme(other);
  };
  return (
    <button type="button" className="quiet" onClick={toggle}>
      {other === 'dark' ? 'Dark' : 'Light'} theme
    </button>
  );
}
