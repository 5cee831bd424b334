/**
 * Expressions over the token usage of a response: the part of CEL that such expressions use. Integers, fields of
 * `usage`, + - * / %, comparisons, && || !, parentheses, and has(usage.field). Anything else is an error at start-up.
 */
import { refuse } from '../plugin.ts';

/** Usage fields by their wire names. */
export type UsageFields = Readonly<Record<string, number>>;

/** Value of an expression; undefined when it reads a field that the response does not have. */
export type UsageExpression = (usage: UsageFields) => number | boolean | undefined;

/** Binary operators by binding strength, weakest first. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%'],
];
const TOKEN = /\s*(\|\||&&|==|!=|<=|>=|[-+*/%<>!()]|\d+|has|usage\.[a-z_]+|true|false)/y;

/** throws: ConfigError naming `path` */
export function parseUsageExpression(text: string, path: string): UsageExpression {
  const tokens = tokenize(text, path);
  let at = 0;
  const fail = (): never =>
    refuse(path, `"${text}"`, 'an expression of usage fields, integers, operators and has(usage.field)');
  const take = (token: string): boolean => {
    if (tokens[at] !== token) return false;
    at += 1;
    return true;
  };
  const level = (depth: number): UsageExpression => {
    const operators = LEVELS[depth];
    if (operators === undefined) return unary();
    let left = level(depth + 1);
    for (;;) {
      const operator = tokens[at];
      if (operator === undefined || !operators.includes(operator)) return left;
      at += 1;
      left = binary(operator, left, level(depth + 1));
    }
  };
  const unary = (): UsageExpression => {
    if (take('!')) {
      const inner = unary();
      return (usage) => {
        const value = inner(usage);
        return value === undefined ? undefined : !value;
      };
    }
    if (take('-')) {
      const inner = unary();
      return (usage) => negated(inner(usage));
    }
    return primary();
  };
  const primary = (): UsageExpression => {
    const token = tokens[at++];
    if (token === '(') {
      const inner = level(0);
      return take(')') ? inner : fail();
    }
    if (token === 'has') {
      const field = take('(') ? tokens[at++] : undefined;
      if (field === undefined || !field.startsWith('usage.') || !take(')')) return fail();
      const name = field.slice('usage.'.length);
      return (usage) => usage[name] !== undefined;
    }
    if (token === 'true' || token === 'false') return () => token === 'true';
    if (token?.startsWith('usage.')) return (usage) => usage[token.slice('usage.'.length)];
    if (token !== undefined && /^\d/.test(token)) return () => Number(token);
    return fail();
  };
  const expression = level(0);
  return at === tokens.length ? expression : fail();
}

function tokenize(text: string, path: string): readonly string[] {
  const tokens: string[] = [];
  const source = text.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (match === null) refuse(path, `"${source.slice(from)}"`, 'usage fields, integers and operators');
    tokens.push(match[1]!);
  }
  return tokens;
}

function negated(value: number | boolean | undefined): number | undefined {
  return typeof value === 'number' ? -value : undefined;
}

function binary(operator: string, left: UsageExpression, right: UsageExpression): UsageExpression {
  if (operator === '||') return (usage) => Boolean(left(usage)) || Boolean(right(usage));
  if (operator === '&&') return (usage) => Boolean(left(usage)) && Boolean(right(usage));
  return (usage) => {
    const a = left(usage);
    const b = right(usage);
    return typeof a === 'number' && typeof b === 'number' ? compute(operator, a, b) : undefined;
  };
}

function compute(operator: string, a: number, b: number): number | boolean | undefined {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? undefined : Math.trunc(a / b);
    case '%':
      return b === 0 ? undefined : a % b;
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
    case '<':
      return a < b;
    default:
      return a > b;
  }
}
