import { parseCookie, stringifySetCookie } from 'cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Cookies } from './bind.ts'

export type Jar = Readonly<Record<string, string | undefined>>
const EMPTY: Jar = {}

export function readCookies(request: FastifyRequest): Jar {
  const { cookie } = request.headers
  // When two shops of one host set the same name, the browser sends the longer path first, and the first one counts.
  return cookie === undefined ? EMPTY : parseCookie(cookie)
}

export function cookieJar(
  jar: Jar,
  reply: FastifyReply,
  options: { readonly secure: boolean; readonly prefix: string; readonly onChange: () => void },
): Cookies {
  const write = (name: string, value: string, maxAgeSeconds: number | undefined) => {
    const cookie = stringifySetCookie({
      name,
      value,
      httpOnly: true,
      sameSite: 'lax',
      secure: options.secure,
      path: options.prefix || '/',
      ...(maxAgeSeconds === undefined ? {} : { maxAge: maxAgeSeconds }),
    })
    // Fastify keeps several Set-Cookie headers apart.
    reply.header('set-cookie', cookie)
    options.onChange()
  }
  return {
    get: (name) => jar[name],
    set: (name, value, { maxAgeSeconds } = {}) => write(name, value, maxAgeSeconds),
    clear: (name) => write(name, '', 0),
  }
}
