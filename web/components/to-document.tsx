/** Where the document stands below the result (on a small screen), it is a long way to scroll. */

export function ToDocument() {
  return (
    <button type="button" className="to-rail" onClick={showRail}>
      Change the scenario
    </button>
  );
}

function showRail(): void {
  const rail = document.getElementById('scenario');
  rail?.scrollIntoView();
  rail?.focus();
}
