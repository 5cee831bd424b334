/** One polite live region for the whole page: what was copied, saved or found. It is never re-created. */
import { create } from 'zustand';

const useAnnouncement = create<{ readonly text: string; readonly count: number }>()(() => ({
  text: '',
  count: 0,
}));

/** Says it to a screen reader, and shows it at the edge of the page for a moment. */
export function announce(text: string): void {
  useAnnouncement.setState(({ count }) => ({ text, count: count + 1 }));
}

export function Announcer() {
  const { text, count } = useAnnouncement();
  return (
    <div className="announcer" role="status">
      {text !== '' && (
        <span key={count} className="announcement">
          {text}
        </span>
      )}
    </div>
  );
}
