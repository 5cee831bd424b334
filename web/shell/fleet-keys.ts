/** Keys for one fleet: bring it forward (comparison) or look at it (inspection), make it the baseline, save it as files. */
import type { Comparison } from '../../sim/scenario/schema.ts';
import { useScreen } from '../state/address.ts';
import { putDocument, useScenario } from '../state/document-store.ts';
import { useView } from '../state/view-store.ts';
import { announce } from './announce.tsx';

/** `place`: from 0. */
export function bringForward(place: number): void {
  const { screen } = useScreen.getState();
  if (screen === 'inspect' && place < fleetsOf().length)
    useView.setState({ fleet: place, request: null, instance: null });
  if (screen === 'compare')
    document.querySelector<HTMLButtonElement>(`.fleet-key[data-fleet="${letterOf(place)}"]`)?.click();
}

/** The fleet that is in front becomes the first one, which all differences are against. */
export function makeBaseline(): void {
  const { screen } = useScreen.getState();
  const letter =
    screen === 'inspect'
      ? letterOf(useView.getState().fleet)
      : document.querySelector('.linked')?.getAttribute('data-lit');
  const place = letter === null || letter === undefined ? -1 : letter.charCodeAt(0) - 65;
  const fleet = fleetsOf()[place];
  if (fleet === undefined) {
    announce('Bring a fleet forward first: 1 to 5.');
    return;
  }
  const comparison = useScenario.getState().document as Comparison;
  putDocument('comparison', {
    ...comparison,
    fleets: [fleet, ...comparison.fleets.filter((one) => one !== fleet)],
  });
  useView.setState({ fleet: 0 });
  announce(`${fleet.name} is the baseline.`);
}

/** Opens the files of the fleet in front, or of the first one on the page that can be saved. */
export function saveFleet(): void {
  const lit = document.querySelector('.linked')?.getAttribute('data-lit');
  const buttons = [...document.querySelectorAll<HTMLButtonElement>('button[data-save]')];
  const button = buttons.find(({ dataset }) => dataset['save'] === lit) ?? buttons[0];
  if (button === undefined) announce('There is no fleet here that could be saved as files.');
  else button.click();
}

function fleetsOf(): Comparison['fleets'] {
  const { fleets } = (useScenario.getState().document ?? {}) as Partial<Comparison>;
  return Array.isArray(fleets) ? fleets : [];
}

function letterOf(place: number): string {
  return String.fromCharCode(65 + place);
}
