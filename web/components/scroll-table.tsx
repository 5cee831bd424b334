/** A table that scrolls sideways in a frame of its own, which the keyboard can reach. */

interface ScrollTableProps {
  readonly label: string;
  readonly className?: string;
  readonly children: React.ReactNode;
}

export function ScrollTable({ label, className, children }: ScrollTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="scroll" aria-label={label} tabIndex={0}>
      <table className={className}>{children}</table>
    </section>
  );
}
