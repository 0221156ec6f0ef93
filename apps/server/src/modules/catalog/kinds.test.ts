import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/**
 * Kinds of goods are known by name in `db/functions/catalog_kinds.sql` alone; every other statement asks it for a way and
 * branches on that, so that a new kind is written in one place (docs/adr/0053-kinds-of-goods.md).
 */

const ROOT = fileURLToPath(new URL('../../../../../', import.meta.url))
const THE_PLACE = 'catalog_kinds.sql'

/** Who names a kind all the same, and why. */
const MAY: Readonly<Record<string, string>> = {
  'fulfilment.service_left': 'the index lines_service holds the lines of that kind, and is used only for its own words',
  'redeem.link_room': 'the index lines_links_open likewise',
}

const KIND = `'(?:card|topup|link|points|service|bundle)'`
const BRANCHES = [
  new RegExp(`(?<!object_)kind(?:\\[\\w+\\])?\\s*(?:(?<![=!])=(?!=)|<>|is (?:not )?distinct from)\\s*${KIND}`),
  new RegExp(`(?<!object_)kind\\s+(?:not\\s+)?in\\s*\\([^)]*${KIND}`),
  new RegExp(`(?<!object_)kind\\s*(?:=|<>)\\s*(?:any|all)\\s*\\([^)]*${KIND}`),
  new RegExp(`${KIND}\\s*(?:=|<>)\\s*(?:any|all)\\s*\\(`),
  new RegExp(`\\bwhen\\s+${KIND}`),
  // What a grant is of, its line says.
  new RegExp(`insert into entitlements\\.grants[^;]*${KIND}`),
]
const namesAKind = (sql: string): boolean => {
  const said = sql.replace(/--.*$/gm, '')
  return BRANCHES.some((branch) => branch.test(said))
}

test('no SQL function names a kind of goods but in the one place', () => {
  const folder = join(ROOT, 'db/functions')
  const found = readdirSync(folder)
    .filter((file) => file !== THE_PLACE)
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split(/^(?=create or replace function )/m))
    .filter(namesAKind)
    .map((text) => /^create or replace function ([a-z_.]+)/.exec(text)?.[1] ?? text.slice(0, 80))
  expect(found.toSorted()).toEqual(Object.keys(MAY).toSorted())
})

test('no statement of the server does either', () => {
  const folder = join(ROOT, 'apps/server/src')
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(file))
    .filter((file) => namesAKind(readFileSync(join(folder, file), 'utf8')))
  expect(found).toEqual([])
})

test.each([
  `where l.kind = 'card'`,
  `if line.kind <> 'topup' then`,
  `and g.kind not in ('points', 'link')`,
  `case s.kind when 'service' then 1 end`,
  `if 'bundle' = any (l_kind) then`,
  `and l_kind[n] <> 'service'`,
  `where k.kind = any ('{card}')`.replace(`'{card}'`, `array['card']`),
  `insert into entitlements.grants (kind) select 'card';`,
])('such a statement is found: %s', (sql) => {
  expect(namesAKind(sql)).toBe(true)
})

test.each([
  `-- where l.kind = 'card'`,
  `and a.object_kind = 'card'`,
  `jsonb_build_object('points', o.points)`,
  `catalog.deliver_of(l.kind) = 'pick'`,
])('and such a one is not: %s', (sql) => {
  expect(namesAKind(sql)).toBe(false)
})
