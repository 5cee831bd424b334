/**
 * Modules that were put on the page for the lab. They are no part of the document and travel in no link: whoever opens a link
 * must not run a stranger's code by doing so.
 */
import { create } from 'zustand';

export interface PluginState {
  /** Source text by the path that policies name. */
  readonly sources: Readonly<Record<string, string>>;
}

export const usePlugin = create<PluginState>()(() => ({ sources: {} }));

export function putModule(path: string, text: string): void {
  usePlugin.setState(({ sources }) => ({ sources: { ...sources, [path]: text } }));
}
