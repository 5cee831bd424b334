/** How distributions are drawn, the same for all of them on the page: where the axis has its room, and whether bands are shown. */
import { useView } from '../state/view-store.ts';

export function CdfOptions() {
  const isNines = useView((state) => state.isNines);
  const hasBand = useView((state) => state.hasBand);
  return (
    <>
      <label className="inline-field">
        Share axis
        <select
          value={isNines ? 'nines' : 'even'}
          onChange={(event) => useView.setState({ isNines: event.target.value === 'nines' })}
        >
          <option value="even">even, 0 to 100 %</option>
          <option value="nines">nines, to 99.9 %</option>
        </select>
      </label>
      <label className="check">
        <input
          type="checkbox"
          checked={hasBand}
          onChange={(event) => useView.setState({ hasBand: event.target.checked })}
        />
        95 % band
      </label>
    </>
  );
}
