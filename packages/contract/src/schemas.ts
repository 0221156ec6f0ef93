import { z } from 'zod'

/** Shapes that many routes share. */

/** A row's identifier: PostgreSQL bigint within the safe integers. */
export const id = z.int().positive()
/**
 * A number as a path or query string carries it: plain digits and nothing else, so that no row has two addresses
 * (`100`, `1e2`, `0x64`, ` 100`). Numbers in a body pass as they are.
 */
export const digits = <T extends z.ZodType<number>>(number: T) =>
  z.preprocess((value) => (typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value), number)
/** An identifier that arrives in a path or query string. */
export const idParam = digits(z.int().positive())
/** Integer minor units of CNY. */
export const fen = z.int()
export const fenPositive = z.int().min(1).max(1_000_000_000_00)
/**
 * An amount in the money that a supplier bills in, in ten-thousandths of its unit, and what yuan was made of it at: yuan for one unit,
 * in millionths; null where only both amounts are known.
 */
export const ownMoney = z.object({ currency: z.string(), hao: z.int(), rate: z.int().nullable() })
/** As somebody says it. */
export const givenOwnMoney = z.object({
  currency: z.string().regex(/^(?!CNY$)[A-Z]{3}$/),
  hao: z.int().min(1).max(1_000_000_000_0000),
})
/** RFC 3339 with a zone, e.g. `2026-11-22T09:30:00+08:00`. */
export const instant = z.iso.datetime({ offset: true })
export const day = z.iso.date()
/** 16 digits; see `OrderNo` in the kernel. */
export const orderNo = digits(z.int().min(1_000_000_000_000_000))
export const text = (max: number) => z.string().trim().max(max)
export const requiredText = (max: number) => z.string().trim().min(1).max(max)
/** Why a person did something; goes to the audit log. */
export const reason = requiredText(200)
export const phone = z.string().regex(/^1[3-9]\d{9}$/)
export const email = z.email().max(254)

export const PAGE_SIZE_MAX = 200
/** Names that a list may be sorted by, `-name` for descending; any other is refused with these. */
export const sortBy = (...names: readonly [string, ...string[]]) =>
  z
    .string()
    .refine((sort) => names.includes(sort.replace(/^-/, '')), {
      error: 'common.unknown_sort',
      params: { allowed: names.join(', ') },
    })
    .meta({ description: `${names.join(', ')}; with - in front descending` })
    .optional()

export const pageQuery = z.object({
  page: digits(z.int().min(1).max(100_000).default(1)),
  pageSize: digits(z.int().min(1).max(PAGE_SIZE_MAX).default(20)),
  /** Lists that can be sorted say by what, with `sortBy`; the others have one order. */
  sort: z
    .string()
    .refine(() => false, 'common.fixed_order')
    .meta({ description: 'not of this list: it has one order' })
    .optional(),
  q: z.string().trim().max(200).optional(),
})

/** One page of a list. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), total: z.int(), page: z.int(), pageSize: z.int() })

export const ok = z.object({ ok: z.literal(true) })
export const idOnly = z.object({ id })
/** Query booleans: only `true` and `false`, never "any text is true". */
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true')
/** Comma-separated values of an enumeration, e.g. `state=paid,delivered`. */
export const oneOrMore = <const T extends readonly [string, ...string[]]>(values: T) =>
  z
    .string()
    .transform((value) => value.split(','))
    .pipe(z.array(z.enum(values)).max(20))
