/**
 * What Kubernetes would refuse in a manifest, as far as its API description tells: unknown fields, missing ones, wrong types. Built-in
 * kinds are described by the models of `@kubernetes/client-node` (generated from Kubernetes' OpenAPI; what is required stands in
 * their type declarations), the others by the schemas below.
 */
import { readFileSync } from 'node:fs';
import * as client from '@kubernetes/client-node';
import { Errors } from 'typebox/schema';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

interface Attribute {
  readonly baseName: string;
  readonly type: string;
}

type Model = { getAttributeTypeMap(): readonly Attribute[] };

/** Model of each built-in kind that the chart may make. */
const MODELS: Readonly<Record<string, string>> = {
  'v1/ConfigMap': 'V1ConfigMap',
  'v1/Service': 'V1Service',
  'v1/ServiceAccount': 'V1ServiceAccount',
  'apps/v1/Deployment': 'V1Deployment',
  'policy/v1/PodDisruptionBudget': 'V1PodDisruptionBudget',
  'autoscaling/v2/HorizontalPodAutoscaler': 'V2HorizontalPodAutoscaler',
  'networking.k8s.io/v1/NetworkPolicy': 'V1NetworkPolicy',
  'rbac.authorization.k8s.io/v1/Role': 'V1Role',
  'rbac.authorization.k8s.io/v1/RoleBinding': 'V1RoleBinding',
};

const NAME = { type: 'string', pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$', maxLength: 253 };
const LABELS = { type: 'object', additionalProperties: { type: 'string', maxLength: 63 } };
const PORT = { type: 'integer', minimum: 1, maximum: 65_535 };
const METADATA = object({ name: NAME, namespace: NAME, labels: LABELS }, ['name']);

function object(properties: Readonly<Record<string, unknown>>, required: readonly string[]): object {
  return { type: 'object', additionalProperties: false, properties, required };
}

function kind(spec: object): object {
  const text = { type: 'string' };
  const properties = { apiVersion: text, kind: text, metadata: METADATA, spec };
  return object(properties, ['apiVersion', 'kind', 'metadata', 'spec']);
}

/** Extension types, written down from their public definitions as far as the chart may use them. */
const EXTENSIONS: Readonly<Record<string, object>> = {
  'inference.networking.k8s.io/v1/InferencePool': kind(
    object(
      {
        selector: object({ matchLabels: { ...LABELS, minProperties: 1 } }, ['matchLabels']),
        targetPorts: {
          type: 'array',
          minItems: 1,
          maxItems: 8,
          uniqueItems: true,
          items: object({ number: PORT }, ['number']),
        },
        appProtocol: { enum: ['http', 'kubernetes.io/h2c'] },
        endpointPickerRef: object(
          {
            group: { type: 'string' },
            kind: { const: 'Service' },
            name: NAME,
            port: object({ number: PORT }, ['number']),
            failureMode: { enum: ['FailOpen', 'FailClose'] },
          },
          ['name', 'port'],
        ),
      },
      // endpointPickerRef: required by the first releases of v1.
      ['selector', 'targetPorts', 'endpointPickerRef'],
    ),
  ),
  'llm-d.ai/v1alpha2/InferenceObjective': kind(
    object(
      {
        priority: { type: 'integer' },
        poolRef: object({ group: { type: 'string' }, kind: { type: 'string' }, name: NAME }, ['name']),
      },
      ['poolRef'],
    ),
  ),
  'gateway.networking.k8s.io/v1/HTTPRoute': kind(
    object(
      {
        parentRefs: {
          type: 'array',
          minItems: 1,
          items: object(
            {
              group: NAME,
              kind: { type: 'string' },
              name: NAME,
              namespace: NAME,
              sectionName: NAME,
              port: PORT,
            },
            ['name'],
          ),
        },
        hostnames: { type: 'array', items: { type: 'string', minLength: 1 } },
        rules: {
          type: 'array',
          items: object(
            {
              matches: {
                type: 'array',
                items: object(
                  {
                    path: object(
                      { type: { enum: ['Exact', 'PathPrefix'] }, value: { type: 'string', pattern: '^/' } },
                      ['type', 'value'],
                    ),
                  },
                  ['path'],
                ),
              },
              backendRefs: {
                type: 'array',
                items: object(
                  { group: { type: 'string' }, kind: { type: 'string' }, name: NAME, port: PORT },
                  ['name'],
                ),
              },
              timeouts: object({ request: { type: 'string', pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' } }, []),
            },
            ['backendRefs'],
          ),
        },
      },
      ['parentRefs', 'rules'],
    ),
  ),
  'monitoring.coreos.com/v1/ServiceMonitor': kind(
    object(
      {
        selector: object({ matchLabels: LABELS }, ['matchLabels']),
        endpoints: {
          type: 'array',
          minItems: 1,
          items: object(
            {
              port: { type: 'string' },
              // A port of the pods, also one that the Service does not have.
              targetPort: { type: 'string' },
              path: { type: 'string', pattern: '^/' },
              interval: { type: 'string', pattern: '^[0-9]+(ms|s|m|h)$' },
              scheme: { enum: ['http', 'https'] },
              tlsConfig: object({ insecureSkipVerify: { type: 'boolean' } }, []),
            },
            [],
          ),
        },
      },
      ['selector', 'endpoints'],
    ),
  ),
};

/** Complaints about a manifest, each with the path of what is wrong; none when it is one that Kubernetes knows. */
export function complaintsAbout(manifest: Manifest): string[] {
  const type = `${manifest.apiVersion}/${manifest.kind}`;
  const model = MODELS[type];
  if (model !== undefined) return checkModel(model, manifest, type);
  const schema = EXTENSIONS[type];
  if (schema === undefined) return [`${type}: a kind that is not described here`];
  return complaintsOf(schema, manifest).map((complaint) => `${type}${complaint}`);
}

/** Complaints of a JSON Schema about a value. */
export function complaintsOf(schema: object, value: unknown): string[] {
  const [isRight, errors] = Errors(schema, value);
  return isRight ? [] : errors.map((error) => `${error.instancePath}: ${error.message}`);
}

function checkModel(name: string, value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path}: not an object`];
  const fields = value as Readonly<Record<string, unknown>>;
  const attributes = new Map(modelOf(name).map(({ baseName, type }) => [baseName, type]));
  const missing = requiredOf(name).filter((key) => fields[key] === undefined || fields[key] === null);
  return [
    ...missing.map((key) => `${path}.${key}: missing`),
    ...Object.entries(fields).flatMap(([key, one]) => {
      const type = attributes.get(key);
      return type === undefined ? [`${path}.${key}: unknown`] : checkType(type, one, `${path}.${key}`);
    }),
  ];
}

function checkType(type: string, value: unknown, path: string): string[] {
  const array = /^Array<(.*)>$/.exec(type)?.[1];
  if (array !== undefined) {
    if (!Array.isArray(value)) return [`${path}: no list`];
    return (value as unknown[]).flatMap((item, i) => checkType(array, item, `${path}[${i}]`));
  }
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
  if (map !== undefined) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path}: no map`];
    return Object.entries(value).flatMap(([key, item]) => checkType(map, item, `${path}.${key}`));
  }
  if (type === 'any') return [];
  if (type === 'IntOrString') {
    return typeof value === 'string' || Number.isInteger(value) ? [] : [`${path}: no number or text`];
  }
  if (['string', 'number', 'boolean'].includes(type)) {
    return typeof value === type ? [] : [`${path}: ${JSON.stringify(value)}, not a ${type}`];
  }
  return checkModel(type, value, path);
}

function modelOf(name: string): readonly Attribute[] {
  const model = (client as unknown as Readonly<Record<string, Model | undefined>>)[name];
  if (model === undefined) throw new Error(`no model ${name}`);
  return model.getAttributeTypeMap();
}

/** Fields that a model's type declaration has without `?`. */
function requiredOf(name: string): string[] {
  const text = readFileSync(`node_modules/@kubernetes/client-node/dist/gen/models/${name}.d.ts`, 'utf8');
  return [...text.matchAll(/^ {4}'(\w+)': /gm)].map(([, field]) => field!);
}
