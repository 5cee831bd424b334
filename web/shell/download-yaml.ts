/** The document of the screen as a YAML file. The YAML writer is loaded when it is first needed. */
import { DOCUMENT_OF, useScreen } from '../state/address.ts';
import { type DocumentKind, documentOfKind, useScenario } from '../state/document-store.ts';
import { announce } from './announce.tsx';
import { fileName, saveFile } from './save.ts';

export async function downloadYaml(): Promise<void> {
  const kind = DOCUMENT_OF[useScreen.getState().screen];
  if (kind === null) {
    announce('This screen has no document of its own.');
    return;
  }
  await saveDocument(kind);
}

export async function saveDocument(kind: DocumentKind): Promise<void> {
  const { yamlOf } = await import('../editor/yaml-text.ts');
  const document = documentOfKind(useScenario.getState(), kind);
  const { name } = (document ?? {}) as { readonly name?: unknown };
  saveFile(
    fileName(typeof name === 'string' ? name : kind, kind, 'yaml'),
    yamlOf(kind, document),
    'text/yaml',
  );
}
