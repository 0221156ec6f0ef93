import { expect, test } from 'vitest'
import { createLog } from './index.ts'

function capture(): { readonly lines: string[]; readonly log: ReturnType<typeof createLog> } {
  const lines: string[] = []
  return { lines, log: createLog({ level: 'debug', destination: { write: (line: string) => void lines.push(line) } }) }
}

test('secrets are replaced at the top and in nested objects', () => {
  const { lines, log } = capture()
  log.info(
    { password: 'p1', body: { password: 'p2', card: { cardCode: 'p3' } }, headers: { cookie: 'p4' } },
    'signed in',
  )
  expect(lines.join('')).not.toMatch(/p[1234]"/)
  expect(lines.join('')).toContain('signed in')
})

test('an error keeps its code and stack but not the row values of a database detail', () => {
  const { lines, log } = capture()
  const error = Object.assign(new Error('duplicate key'), { code: '23505', detail: 'Key (code)=(SECRET-1) exists' })
  log.error({ err: error }, 'import failed')
  const line = JSON.parse(lines.join(''))
  expect(line.err).toMatchObject({ message: 'duplicate key', code: '23505' })
  expect(lines.join('')).not.toContain('SECRET-1')
})
