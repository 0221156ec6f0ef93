import fc from 'fast-check'
import Fastify from 'fastify'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { serialiserSchema } from './serialise.ts'

const rich = z.object({
  no: z.int(),
  amount: z.number(),
  title: z.string(),
  note: z.string().nullable(),
  at: z.iso.datetime().nullable(),
  state: z.enum(['on', 'off']),
  ok: z.literal(true),
  maybe: z.string().optional(),
  tags: z.array(z.string()),
  codes: z.array(z.object({ part: z.string() })).nullable(),
  payment: z.object({ payUrl: z.string().nullable() }).nullable(),
  form: z.record(z.string(), z.string()),
  anything: z.unknown(),
  either: z.union([z.object({ kind: z.literal('a'), n: z.int() }), z.object({ kind: z.literal('b'), t: z.string() })]),
})
type Rich = z.output<typeof rich>

const app = Fastify()
let answer: unknown
app.get('/', { schema: { response: { 200: serialiserSchema(rich) } } }, async () => answer)
afterAll(() => app.close())

const text = fc.string({ unit: 'binary', maxLength: 20 }).map((value) => value.toWellFormed())
const values: fc.Arbitrary<Rich> = fc.record(
  {
    no: fc.maxSafeInteger(),
    amount: fc.double({ noNaN: true, noDefaultInfinity: true }),
    title: text,
    note: fc.option(text),
    at: fc.option(fc.constant('2026-11-22T09:30:00+08:00')),
    state: fc.constantFrom('on', 'off'),
    ok: fc.constant(true),
    maybe: text,
    tags: fc.array(text),
    codes: fc.option(fc.array(fc.record({ part: text }))),
    payment: fc.option(fc.record({ payUrl: fc.option(text) })),
    form: fc.dictionary(text, text),
    anything: fc.jsonValue(),
    either: fc.oneof(
      fc.record({ kind: fc.constant('a'), n: fc.integer() }),
      fc.record({ kind: fc.constant('b'), t: text }),
    ),
  },
  {
    requiredKeys: [
      'no',
      'amount',
      'title',
      'note',
      'at',
      'state',
      'ok',
      'tags',
      'codes',
      'payment',
      'form',
      'anything',
      'either',
    ],
  },
) as fc.Arbitrary<Rich>

test('the compiled serialiser writes what JSON.stringify would', async () => {
  await fc.assert(
    fc.asyncProperty(values, async (value) => {
      answer = value
      const response = await app.inject('/')
      expect(response.statusCode).toBe(200)
      expect(response.json()).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('nullable fields are compiled too, not left to JSON.stringify', () => {
  expect(serialiserSchema(rich)?.properties).toMatchObject({
    note: { type: 'string', nullable: true },
    codes: { type: 'array', nullable: true },
    payment: { type: 'object', nullable: true },
    either: {},
  })
})
