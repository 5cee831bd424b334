/**
 * Shell text as commands: words with quotes and backslashes, lines that go on, comments, simple assignments and their use,
 * here-documents that write files. No expansion beyond that: what a shell would compute is left as written.
 */

/** A command, the comments that stand right before it, and where it starts. */
export interface ShellCommand {
  readonly words: readonly string[];
  readonly comments: readonly string[];
  /** From 1. */
  readonly line: number;
}

export interface ShellText {
  readonly commands: readonly ShellCommand[];
  /** Files that here-documents write, by name. */
  readonly files: ReadonlyMap<string, string>;
}

/** Words that end a command. */
const ENDS = new Set(['&&', '||', ';', '|', '&']);

export function readShell(text: string): ShellText {
  const lines = text.split(/\r?\n/);
  const commands: ShellCommand[] = [];
  const files = new Map<string, string>();
  const variables = new Map<string, string>();
  let comments: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = i + 1;
    let logical = lines[i]!;
    if (/^\s*#/.test(logical)) {
      comments.push(logical.trim());
      continue;
    }
    while (/(^|[^\\])\\$/.test(logical.trimEnd()) && i + 1 < lines.length) {
      i += 1;
      const next = lines[i]!;
      // A comment among the lines of a command is none of its words.
      logical = `${logical.trimEnd().slice(0, -1)} ${/^\s*#/.test(next) ? '\\' : next}`;
    }
    const heredoc = /<<-?\s*(['"]?)(\w+)\1/.exec(logical);
    if (heredoc !== null) {
      const end = lines.findIndex((one, at) => at > i && one.trim() === heredoc[2]);
      const target = />\s*(\S+)/.exec(logical.replace(/<<.*?(?=>|$)/, ''));
      const content = lines.slice(i + 1, end < 0 ? lines.length : end);
      if (target !== null) files.set(expand(target[1]!, variables), `${content.join('\n')}\n`);
      i = end < 0 ? lines.length : end;
      continue;
    }
    for (const words of commandsOf(splitWords(logical))) {
      const rest = assign(words, variables);
      if (rest.length === 0) continue;
      commands.push({ words: rest.map((word) => expand(word, variables)), comments, line });
      comments = [];
    }
  }
  return { commands, files };
}

function commandsOf(words: readonly string[]): string[][] {
  const found: string[][] = [[]];
  for (const word of words) {
    if (ENDS.has(word)) found.push([]);
    else found.at(-1)!.push(word);
  }
  return found.filter((one) => one.length > 0);
}

/** Takes leading assignments off, and remembers them. */
function assign(words: readonly string[], variables: Map<string, string>): readonly string[] {
  let at = words[0] === 'export' ? 1 : 0;
  for (; at < words.length; at++) {
    const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(words[at]!);
    if (match === null) break;
    variables.set(match[1]!, expand(match[2]!, variables));
  }
  return words.slice(at);
}

function expand(word: string, variables: ReadonlyMap<string, string>): string {
  return word.replace(/\$\{?([A-Za-z_]\w*)\}?/g, (whole, name: string) => variables.get(name) ?? whole);
}

/** Words of one logical line, redirections left out. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word = '';
  let isOpen = false;
  let quote = '';
  /** The next word is where output goes. */
  let isTarget = false;
  const end = (): void => {
    if ((isOpen || word !== '') && !isTarget) words.push(word);
    if (isOpen || word !== '') isTarget = false;
    [word, isOpen] = ['', false];
  };
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    const redirection = quote === '' && /^\d*$/.test(word) && !isOpen && /^&?[<>]+&?/.exec(line.slice(i));
    if (redirection) {
      word = '';
      isTarget = true;
      i += redirection[0].length - 1;
    } else if (quote !== '') {
      if (c === quote) quote = '';
      else if (c === '\\' && quote === '"' && '"\\$`'.includes(line[i + 1] ?? '')) word += line[++i];
      else word += c;
    } else if (c === '"' || c === "'") {
      quote = c;
      isOpen = true;
    } else if (c === '\\' && i + 1 < line.length) {
      word += line[++i];
      isOpen = true;
    } else if (/\s/.test(c)) {
      end();
    } else if (c === '#' && word === '' && !isOpen) {
      break;
    } else if (c === ';' || c === '|' || c === '&') {
      end();
      const isTwice = line[i + 1] === c && c !== ';';
      words.push(isTwice ? c + c : c);
      if (isTwice) i += 1;
    } else {
      word += c;
    }
  }
  end();
  return words;
}
