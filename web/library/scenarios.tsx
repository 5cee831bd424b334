/** Documents to start from: those that come with Drydock, and those that were kept in this browser. */
import { useState } from 'react';
import { ScrollTable } from '../components/scroll-table.tsx';
import { announce } from '../shell/announce.tsx';
import { type DocumentKind, documentOfKind, useScenario } from '../state/document-store.ts';
import { put, remove } from '../state/library-store.ts';
import { useLibrary } from '../state/shelves.ts';
import { openDocument } from './open-document.ts';
import { SHIPPED } from './shipped.ts';

const KIND_NAMES: Readonly<Record<DocumentKind, string>> = {
  comparison: 'comparison',
  plan: 'plan',
  lab: 'lab',
};

export function Scenarios() {
  const documents = useLibrary((state) => state.documents);
  return (
    <>
      <section aria-labelledby="shipped">
        <h2 id="shipped">Come with Drydock</h2>
        <ScrollTable label="Shipped scenarios">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col" className="text">
                Kind
              </th>
              <th scope="col" className="words wide-only">
                Question
              </th>
              <th scope="col">
                <span className="visually-hidden">Open</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {SHIPPED.map(({ kind, name, question, document }) => (
              <tr key={name}>
                <th scope="row">
                  {name}
                  <span className="narrow-only under">{question}</span>
                </th>
                <td className="text">{KIND_NAMES[kind]}</td>
                <td className="words wide-only">{question}</td>
                <td>
                  <button type="button" onClick={() => openDocument(kind, document)}>
                    Open
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      </section>
      <section aria-labelledby="kept">
        <h2 id="kept">Kept in this browser</h2>
        <KeepForm />
        {documents.size === 0 ? (
          <p className="quiet-text">
            Nothing yet. Keep the present document above, open one of those that come with Drydock, or drop a
            trace under Traces and imports.
          </p>
        ) : (
          <ScrollTable label="Kept scenarios">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col" className="text">
                  Kind
                </th>
                <th scope="col">Kept on</th>
                <th scope="col">
                  <span className="visually-hidden">Open or forget</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {[...documents].map(([name, { kind, document, savedAt }]) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td className="text">{KIND_NAMES[kind]}</td>
                  <td>{savedAt.slice(0, 10)}</td>
                  <td className="row-actions">
                    <button type="button" onClick={() => openDocument(kind, document)}>
                      Open
                    </button>
                    <button type="button" onClick={() => remove('documents', name)}>
                      Forget
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </ScrollTable>
        )}
      </section>
    </>
  );
}

function KeepForm() {
  const [kind, setKind] = useState<DocumentKind>('comparison');
  const [name, setName] = useState('');
  const keep = (): void => {
    const document = documentOfKind(useScenario.getState(), kind);
    put('documents', name.trim(), { kind, document, savedAt: new Date().toISOString() });
    announce(`Kept ${name.trim()}.`);
    setName('');
  };
  return (
    <form
      className="filters"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') keep();
      }}
    >
      <label className="inline-field">
        Keep the present
        <select value={kind} onChange={(event) => setKind(event.target.value as DocumentKind)}>
          <option value="comparison">comparison</option>
          <option value="plan">plan</option>
          <option value="lab">lab</option>
        </select>
      </label>
      <label className="inline-field">
        as
        <input type="text" maxLength={60} value={name} onChange={(event) => setName(event.target.value)} />
      </label>
      <button type="submit" disabled={name.trim() === ''}>
        Keep
      </button>
    </form>
  );
}
