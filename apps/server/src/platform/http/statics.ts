import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import { commonErrors } from '@quanshu/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { PAGE_HEADERS } from './headers.ts'
import { type Locale, localeOf } from './locale.ts'
import { prefixOf, type rememberTenants } from './tenants.ts'

type Options = {
  readonly tenants: ReturnType<typeof rememberTenants>
  readonly mallDir: string | undefined
  readonly consoleDir: string | undefined
  readonly sendProblem: (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply
}

/** Served as pages: everything that is neither a route nor a file. */
const NOT_PAGES = /^\/(api|files|assets|console\/assets)(\/|$)/

/**
 * The mall at `/`, the console at `/console/`. Files as they were built; every other address answers with the front
 * end's page, which then shows the screen by itself.
 */
export async function addFrontEnds(app: FastifyInstance, options: Options): Promise<void> {
  const mall = await frontEnd(app, options.mallDir, '/')
  const console = await frontEnd(app, options.consoleDir, '/console/')

  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?')[0] ?? '/'
    if (!isNavigation(request, path)) return options.sendProblem(commonErrors.notFound(), request, reply)
    const tenant = await options.tenants(request)
    if (!tenant) return sendPage(request, reply.code(404), pageOf(unknownShopPage(localeOf(request.headers))))
    if (path === '/console') return reply.redirect(`${prefixOf(request.raw)}/console/`)
    const page = path.startsWith('/console/') ? console : mall
    return sendPage(request, reply, page(prefixOf(request.raw)))
  })
}

/** For whoever is led to an address of the interface, as a gateway does after a payment. */
export function sendClosedPage(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendPage(request, reply.code(503), pageOf(closedPage(localeOf(request.headers))))
}

function isNavigation(request: FastifyRequest, path: string): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  const accept = request.headers.accept ?? '*/*'
  return !NOT_PAGES.test(path) && !/\.\w{1,8}$/.test(path) && (accept.includes('text/html') || accept.includes('*/*'))
}

/** A page as it is sent, with the mark by which a browser knows that it has it already. */
type Page = { readonly html: Buffer; readonly etag: string }
type PageOf = (shopPrefix: string) => Page

async function frontEnd(app: FastifyInstance, dir: string | undefined, at: '/' | '/console/'): Promise<PageOf> {
  if (dir === undefined || !existsSync(join(dir, 'index.html'))) return remembered(() => notBuiltPage(at))
  await app.register(fastifyStatic, {
    root: dir,
    prefix: at,
    // One route per file that exists: nothing else of the disk can be asked for.
    wildcard: false,
    globIgnore: ['index.html', '**/*.br', '**/*.gz', '**/*.map'],
    index: false,
    preCompressed: true,
    decorateReply: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      // The build writes a hash into these names, so their content never changes.
      const forever = path.includes('/assets/')
      void reply.header('cache-control', forever ? 'public, max-age=31536000, immutable' : 'public, max-age=3600')
    },
  })
  const html = readFileSync(join(dir, 'index.html'), 'utf8')
  // The built page names its files relative to its base, so one build serves every shop, by domain or by path.
  return remembered((shopPrefix) => html.replace(/<head[^>]*>/i, (head) => `${head}<base href="${shopPrefix}${at}">`))
}

const PAGES_MAX = 10_000

/** Written once per shop: only prefixes of shops that exist come here. */
function remembered(write: (shopPrefix: string) => string): PageOf {
  const pages = new Map<string, Page>()
  return (shopPrefix) => {
    const known = pages.get(shopPrefix)
    if (known) return known
    const page = pageOf(write(shopPrefix))
    if (pages.size >= PAGES_MAX) pages.clear()
    pages.set(shopPrefix, page)
    return page
  }
}

function pageOf(text: string): Page {
  const html = Buffer.from(text)
  return { html, etag: `"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"` }
}

function sendPage(request: FastifyRequest, reply: FastifyReply, { html, etag }: Page): FastifyReply {
  void reply.headers(PAGE_HEADERS).header('cache-control', 'no-cache').header('etag', etag)
  if (request.headers['if-none-match'] === etag && reply.statusCode === 200) return reply.code(304).send()
  return reply.type('text/html; charset=utf-8').send(html)
}

const plainPage = (title: string, text: string, lang: string): string =>
  `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
  `<title>${title}</title><style>body{font:16px/1.7 system-ui,sans-serif;max-width:32rem;margin:18vh auto;padding:0 1.5rem;` +
  `color:#1f2328}h1{font-size:1.4rem}p{color:#57606a}</style></head><body><h1>${title}</h1><p>${text}</p></body></html>`

function unknownShopPage(locale: Locale): string {
  return locale === 'en'
    ? plainPage('No such shop', 'There is no shop at this address. Please check the address you were given.', 'en')
    : plainPage('没有这家店铺', '这个网址下没有店铺，请核对您收到的网址。', 'zh-CN')
}

function closedPage(locale: Locale): string {
  return locale === 'en'
    ? plainPage(
        'Checking our records',
        'The shop is closed for the moment while it checks its records. Please come back later, and keep the record of your payment.',
        'en',
      )
    : plainPage('正在核对数据', '商店正在核对数据，暂不营业，请稍后再来，并保留付款记录。', 'zh-CN')
}

const notBuiltPage = (at: string): string =>
  plainPage('Not built yet', `The front end of ${at} has not been built. Run “npm run build” and start again.`, 'en')
