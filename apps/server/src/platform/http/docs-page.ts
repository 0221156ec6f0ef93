import { errorCatalogue } from '@quanshu/contract'
import type { OpenApiDocument, Operation, Parameter } from './openapi.ts'

type Json = Readonly<Record<string, unknown>>

/** The reference as one HTML page made from the OpenAPI document. */
export function docsPage(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const tags = [...new Set(operations.map(({ operation }) => operation.tags[0] ?? ''))].toSorted()
  const sections = tags.map((tag) => {
    const own = operations.filter(({ operation }) => operation.tags[0] === tag)
    return `<section><h2 id="${html(tag)}">${html(tag)}</h2>${own.map(entry).join('')}</section>`
  })
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Quanshu API</title><style>${STYLE}</style></head><body>
<nav><b>Quanshu API</b>${tags.map((tag) => `<a href="#${html(tag)}">${html(tag)}</a>`).join('')}
<a href="#errors">errors</a><a href="openapi.json">openapi.json</a></nav>
<main><h1>Quanshu API</h1><p>${prose(String((document.info as Json).description))}</p>
${sections.join('\n')}${errors()}</main></body></html>`
}

type Entry = { readonly path: string; readonly method: string; readonly operation: Operation }

function entry({ path, method, operation }: Entry): string {
  const body = schemaOf(operation.requestBody)
  const answer = schemaOf(operation.responses['200'] as Json)
  return `<details id="${html(operation.operationId)}"><summary><code class="${method}">${method.toUpperCase()}</code>
<code>${html(path)}</code> <span>${prose(operation.summary)}</span></summary>
<p><code>${html(operation.operationId)}</code> · ${prose(operation.description)}</p>
${operation.parameters.length > 0 ? `<h4>Parameters</h4>${parameters(operation.parameters)}` : ''}
${body ? `<h4>Body</h4><pre>${html(shape(body))}</pre>` : ''}
${answer ? `<h4>Answer</h4><pre>${html(shape(answer))}</pre>` : ''}</details>`
}

const parameters = (list: readonly Parameter[]): string =>
  `<table>${list
    .map(
      (one) =>
        `<tr><td><code>${html(one.name)}</code></td><td>${one.in}${one.required ? '' : ', optional'}</td>` +
        `<td><code>${html(shape(one.schema))}</code></td></tr>`,
    )
    .join('')}</table>`

function schemaOf(holder: Json | undefined): Json | undefined {
  const content = holder?.content as Readonly<Record<string, { readonly schema?: Json }>> | undefined
  return content === undefined ? undefined : Object.values(content)[0]?.schema
}

/** A schema as one would jot it down: `{ name: text(1..40), price?: whole }`. */
export function shape(schema: Json, indent = ''): string {
  const branches = (schema.anyOf ?? schema.oneOf) as readonly Json[] | undefined
  const types = schema.type
  if (Array.isArray(types)) return types.map((type) => shape({ ...schema, type }, indent)).join(' | ')
  if (branches) return branches.map((branch) => shape(branch, indent)).join(' | ')
  if ('const' in schema) return JSON.stringify(schema.const)
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.type === 'array') return `${shape((schema.items ?? {}) as Json, indent)}[]${limits(schema, 'Items')}`
  if (schema.type === 'object') return objectShape(schema, indent)
  if (schema.type === 'string') return `${schema.format ?? 'text'}${limits(schema, 'Length')}`
  if (schema.type === 'integer') return `whole${limits(schema, 'imum')}`
  return String(schema.type ?? 'any')
}

function objectShape(schema: Json, indent: string): string {
  const properties = Object.entries((schema.properties ?? {}) as Readonly<Record<string, Json>>)
  if (properties.length === 0) return typeof schema.additionalProperties === 'object' ? '{ [name]: … }' : '{}'
  const required = (schema.required ?? []) as readonly string[]
  const inner = `${indent}  `
  const lines = properties.map(
    ([name, property]) => `${inner}${name}${required.includes(name) ? '' : '?'}: ${shape(property, inner)}`,
  )
  return `{\n${lines.join('\n')}\n${indent}}`
}

function limits(schema: Json, kind: 'Items' | 'Length' | 'imum'): string {
  const min = schema[kind === 'imum' ? 'minimum' : `min${kind}`]
  const max = schema[kind === 'imum' ? 'maximum' : `max${kind}`]
  const isBound = (value: unknown): value is number =>
    typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER
  if (!isBound(min) && !isBound(max)) return ''
  return `(${isBound(min) ? min : ''}..${isBound(max) ? max : ''})`
}

function errors(): string {
  const rows = [...errorCatalogue()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, { status, zh, en }]) =>
        `<tr id="${html(code)}"><td><code>${html(code)}</code></td><td>${status}</td><td>${html(zh)}<br>${html(en)}</td></tr>`,
    )
  return `<section><h2 id="errors">errors</h2><table>${rows.join('')}</table></section>`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const html = (text: string): string => text.replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char)

/** Text with `code` in it. */
const prose = (text: string): string => html(text).replace(/`([^`]+)`/g, '<code>$1</code>')

const STYLE = `
:root{color-scheme:light dark;--line:#8884}
body{font:15px/1.6 system-ui,-apple-system,"PingFang SC","Microsoft YaHei",sans-serif;margin:0;display:flex}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.5rem;box-sizing:border-box;min-width:11rem;border-right:1px solid var(--line)}
nav a,nav b{display:block;padding:.15rem 0;color:inherit;text-decoration:none}nav a:hover{text-decoration:underline}
main{padding:1rem 2rem 4rem;max-width:60rem;min-width:0;flex:1}
details{border:1px solid var(--line);border-radius:6px;margin:.5rem 0;padding:.4rem .8rem}
summary{cursor:pointer}summary span{opacity:.75;margin-left:.5rem}
details:target,tr:target{outline:2px solid #d4660f}
code,pre{font:13px/1.5 ui-monospace,Menlo,Consolas,monospace}pre{overflow:auto;background:#8881;padding:.8rem;border-radius:6px}
code.get{color:#1a7f37}code.post{color:#9a6700}code.put,code.patch{color:#8250df}code.delete{color:#cf222e}
table{border-collapse:collapse;width:100%}td{border-bottom:1px solid var(--line);padding:.35rem .6rem .35rem 0;vertical-align:top}
td:first-child{white-space:nowrap}h4{margin:.8rem 0 .3rem}
@media(max-width:50rem){nav{display:none}main{padding:1rem}}
`
