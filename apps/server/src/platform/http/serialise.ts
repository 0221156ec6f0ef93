import { z } from 'zod'

type JsonSchema = Readonly<Record<string, unknown>>

/**
 * The JSON Schema from which Fastify compiles a serialiser: several times faster than JSON.stringify on lists, and a
 * filter, because fields that the contract does not name are left out. Subtrees it cannot walk straight (unions,
 * references, transforms) are written by JSON.stringify: choosing a union's branch would cost a validation each time.
 */
export function serialiserSchema(response: z.ZodType): JsonSchema | undefined {
  const json = z.toJSONSchema(response, { io: 'output', unrepresentable: 'any', target: 'draft-7' }) as JsonSchema
  if ('$defs' in json || 'definitions' in json) return undefined
  const simple = simplify(json)
  return simple.type === 'object' || simple.type === 'array' ? simple : undefined
}

const ANYTHING: JsonSchema = {}
const PLAIN = new Set(['string', 'number', 'integer', 'boolean', 'null'])

/** Only what a serialiser needs: types, not limits. Numbers are written as they are, so `integer` is just a number. */
function simplify(schema: JsonSchema): JsonSchema {
  const branches = schema.anyOf
  if (Array.isArray(branches)) return nullable(branches as readonly JsonSchema[])
  if ('oneOf' in schema || 'allOf' in schema || '$ref' in schema || 'not' in schema) return ANYTHING
  const type = schema.type
  if (type === 'object') return object(schema)
  if (type === 'array') return array(schema)
  if (Array.isArray(type)) return nullable(type.map((one) => ({ ...schema, type: one })))
  if (typeof type === 'string' && PLAIN.has(type)) return { type: type === 'integer' ? 'number' : type }
  return ANYTHING
}

function nullable(branches: readonly JsonSchema[]): JsonSchema {
  const others = branches.filter((branch) => branch.type !== 'null')
  const [only] = others
  if (others.length !== 1 || branches.length !== 2 || !only) return ANYTHING
  const simple = simplify(only)
  return simple === ANYTHING ? ANYTHING : { ...simple, nullable: true }
}

function object(schema: JsonSchema): JsonSchema {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>)
  const rest = schema.additionalProperties
  return {
    type: 'object',
    properties: Object.fromEntries(properties.map(([name, property]) => [name, simplify(property)])),
    required: schema.required ?? [],
    additionalProperties: typeof rest === 'object' && rest !== null ? simplify(rest as JsonSchema) : rest === true,
  }
}

function array(schema: JsonSchema): JsonSchema {
  const items = schema.items
  if (typeof items !== 'object' || items === null || Array.isArray(items)) return ANYTHING
  return { type: 'array', items: simplify(items as JsonSchema) }
}
