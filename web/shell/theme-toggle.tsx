/** The button of the other theme. */
import { toggleTheme, useTheme } from '../state/theme.ts';

export function ThemeToggle() {
  const theme = useTheme((state) => state.theme);
  return (
    <button type="button" className="quiet" onClick={toggleTheme}>
      {theme === 'dark' ? 'Light' : 'Dark'} theme
    </button>
  );
}
