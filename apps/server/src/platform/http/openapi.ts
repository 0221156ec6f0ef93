import { errorCatalogue, type RouteSpec } from '@quanshu/contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { BoundRoute } from './bind.ts'
import { contractRoutes } from './contract-routes.ts'
import { docsPage } from './docs-page.ts'
import { PAGE_HEADERS } from './headers.ts'

type Json = Readonly<Record<string, unknown>>
export type OpenApiDocument = Json & { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }
export type Operation = {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description: string
  readonly parameters: readonly Parameter[]
  readonly requestBody?: Json
  readonly responses: Json
  readonly security: readonly Json[]
}
export type Parameter = {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: Json
}

/** OpenAPI 3.1 of these routes (default: the whole contract), in a stable order, so that a change of the contract is a readable diff. */
export function openApiDocument(
  routes: readonly RouteSpec[] = contractRoutes().map(({ route }) => route),
  serverUrl = '/',
): OpenApiDocument {
  const paths: Record<string, Record<string, Operation>> = {}
  for (const spec of routes.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const path = spec.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [spec.method.toLowerCase()]: operation(spec) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Quanshu',
      version: '0.1.0',
      description:
        'Money is integer fen (CNY). Times are RFC 3339. A shop other than the default one is reached at its own domain ' +
        'or under `/s/<slug>`. Calls with cookies that change something carry the header `x-quanshu-client`. ' +
        'Refusals are problem+json (RFC 9457) with a stable `code`.',
    },
    servers: [{ url: serverUrl }],
    paths: Object.fromEntries(Object.entries(paths).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      schemas: { Problem: problemSchema() },
      securitySchemes: {
        staff: { type: 'apiKey', in: 'cookie', name: 'qs_staff' },
        member: { type: 'apiKey', in: 'cookie', name: 'qs_member' },
        key: { type: 'apiKey', in: 'header', name: 'x-quanshu-key' },
      },
    },
  }
}

function operation(spec: RouteSpec): Operation {
  const body = requestBody(spec)
  return {
    operationId: spec.id,
    tags: [spec.id.split('.')[0] ?? spec.id],
    summary: spec.summary,
    description: access(spec),
    parameters: [...fields('path', spec.params), ...fields('query', spec.query), ...idempotency(spec)],
    ...(body === undefined ? {} : { requestBody: body }),
    responses: { 200: success(spec), default: PROBLEM },
    security: spec.access.kind === 'public' ? [] : [{ [spec.access.kind]: [] }],
  }
}

const PROBLEM = {
  description: 'A refusal, in the language of the caller',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
}

function access({ access, rateLimit }: RouteSpec): string {
  const who = {
    public: 'Anyone may call it.',
    member: 'For signed-in members.',
    staff: 'For staff.',
    key: 'For other shops, signed with a wholesale key (docs/wholesale-api.md).',
  }[access.kind]
  const permission =
    access.kind === 'staff' && access.permission ? ` Needs the permission \`${access.permission}\`.` : ''
  const limit = rateLimit ? ` At most ${rateLimit.max} calls in ${rateLimit.windowMs / 1000} s.` : ''
  return `${who}${permission}${limit}`
}

function fields(place: 'path' | 'query', schema: z.ZodObject | undefined): readonly Parameter[] {
  if (!schema) return []
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    readonly properties?: Readonly<Record<string, Json>>
    readonly required?: readonly string[]
  }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }))
}

function idempotency(spec: RouteSpec): readonly Parameter[] {
  if (spec.idempotency === undefined) return []
  const schema = { type: 'string', minLength: 1, maxLength: 128 }
  return [{ name: 'Idempotency-Key', in: 'header', required: spec.idempotency === 'required', schema }]
}

function requestBody(spec: RouteSpec): Json | undefined {
  if (spec.bodyKind === 'raw' && !spec.body) {
    return { required: true, content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } }
  }
  if (!spec.body) return undefined
  return { required: true, content: { 'application/json': { schema: jsonSchema(spec.body, 'input') } } }
}

function success(spec: RouteSpec): Json {
  if (spec.responseKind === 'file') return { description: 'The file', content: { '*/*': {} } }
  const mediaType = spec.responseKind === 'sse' ? 'text/event-stream' : 'application/json'
  return { description: 'Done', content: { [mediaType]: { schema: jsonSchema(spec.response, 'output') } } }
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

function problemSchema(): Json {
  const text = { type: 'string' }
  return {
    type: 'object',
    required: ['type', 'title', 'status', 'detail', 'code', 'params', 'requestId'],
    properties: {
      type: text,
      title: text,
      status: { type: 'integer' },
      detail: text,
      code: { type: 'string', examples: [...errorCatalogue().keys()].toSorted().slice(0, 3) },
      params: { type: 'object' },
      requestId: text,
      errors: {
        type: 'array',
        items: {
          type: 'object',
          required: ['in', 'path', 'code', 'message'],
          properties: { in: { enum: ['params', 'query', 'body', 'headers'] }, path: text, code: text, message: text },
        },
      },
    },
  }
}

/** `/openapi.json` for machines, `/docs` for people: one page without a script, so it works offline and under our policy. */
export function addDocs(app: FastifyInstance, routes: readonly BoundRoute[], publicUrl: string): void {
  let json: string | undefined
  let page: string | undefined
  const document = () =>
    openApiDocument(
      routes.map(({ spec }) => spec),
      publicUrl,
    )
  app.get('/openapi.json', async (_request, reply) => {
    json ??= JSON.stringify(document())
    return reply.type('application/json; charset=utf-8').send(json)
  })
  app.get('/docs', async (_request, reply) => {
    page ??= docsPage(document())
    return reply.type('text/html; charset=utf-8').headers(PAGE_HEADERS).send(page)
  })
}
