import { z } from 'zod'

/** Shapes that many routes share. */

/** A row's identifier: PostgreSQL bigint within the safe integers. */
export const id = z.int().positive()
/** An identifier or number that arrives in a path or query string. */
export const idParam = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER)
/** Integer minor units of CNY. */
export const fen = z.int()
export const fenPositive = z.int().min(1).max(1_000_000_000_00)
/** RFC 3339 with a zone, e.g. `2026-11-22T09:30:00+08:00`. */
export const instant = z.iso.datetime({ offset: true })
export const day = z.iso.date()
/** 16 digits; see `OrderNo` in the kernel. */
export const orderNo = z.coerce.number().int().min(1_000_000_000_000_000).max(Number.MAX_SAFE_INTEGER)
export const text = (max: number) => z.string().trim().max(max)
export const requiredText = (max: number) => z.string().trim().min(1).max(max)
/** Why a person did something; goes to the audit log. */
export const reason = requiredText(200)
export const phone = z.string().regex(/^1[3-9]\d{9}$/)
export const email = z.email().max(254)

export const PAGE_SIZE_MAX = 200
export const pageQuery = z.object({
  page: z.coerce.number().int().min(1).max(100_000).default(1),
  pageSize: z.coerce.number().int().min(1).max(PAGE_SIZE_MAX).default(20),
  /** `field` ascending or `-field` descending. */
  sort: z
    .string()
    .regex(/^-?[a-zA-Z]{1,40}$/)
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
