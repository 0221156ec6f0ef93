/** Fails the build when the first load of the home page weighs more script than a shopper on a weak network should fetch. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const LIMIT_BYTES = 200 * 1024
const dist = join(import.meta.dirname, 'dist')

type Chunk = {
  readonly file: string
  readonly isEntry?: boolean
  readonly imports?: readonly string[]
}

const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8')) as Readonly<Record<string, Chunk>>

/** What the home page loads before it can show goods: the entry, the messages of one language, the home route. */
const FIRST_LOAD = ['index.html', 'src/shared/i18n/zh-cn.ts', 'src/features/home/home-page.tsx']

const files = new Set<string>()
function collect(key: string): void {
  const chunk = manifest[key]
  if (!chunk) throw new Error(`${key} is not in the build's manifest; correct FIRST_LOAD in check-size.ts`)
  if (files.has(chunk.file)) return
  files.add(chunk.file)
  for (const next of chunk.imports ?? []) collect(next)
}
for (const key of FIRST_LOAD) collect(key)

const sizes = [...files]
  .map((file) => ({ file, bytes: gzipSync(readFileSync(join(dist, file)), { level: 9 }).length }))
  .sort((a, b) => b.bytes - a.bytes)
const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`

for (const { file, bytes } of sizes) console.log(`  ${kilobytes(bytes).padStart(9)}  ${file}`)
console.log(`size: first load of the mall ${kilobytes(total)} gzip of at most ${kilobytes(LIMIT_BYTES)}`)
if (total > LIMIT_BYTES) {
  console.error('size: too large; split a route or drop an import')
  process.exit(1)
}
