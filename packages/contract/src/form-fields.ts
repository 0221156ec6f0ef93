import type { Refusal } from '@quanshu/kernel'
import { z } from 'zod'
import { catalogErrors } from './errors/catalog.ts'
import { requiredText, text } from './schemas.ts'

/** What the buyer is asked for when ordering (account, region, phone …). Shared by editor, mall and server. */

export const FORM_FIELDS_MAX = 10
export const FORM_VALUE_LENGTH_MAX = 100
export const PATTERN_LENGTH_MAX = 200
/** Upper bound of ways a backtracking matcher can try a value; see `patternCost`. */
const PATTERN_COST_MAX = 1_000_000

export const formFieldTypes = ['text', 'phone', 'email', 'number', 'select'] as const

export const formField = z
  .object({
    /** Name under which the order keeps the answer; unique within the goods. */
    key: z.string().regex(/^[a-z][a-zA-Z0-9_]{0,39}$/),
    labelZh: requiredText(40),
    labelEn: text(80).default(''),
    type: z.enum(formFieldTypes),
    required: z.boolean().default(true),
    hintZh: text(120).default(''),
    hintEn: text(200).default(''),
    /** `text` only: the whole answer must match. A safe subset of regular expressions, see `patternProblem`. */
    pattern: z.string().max(PATTERN_LENGTH_MAX).optional(),
    /** `select` only. */
    options: z
      .array(z.object({ value: requiredText(60), labelZh: requiredText(60), labelEn: text(80).default('') }))
      .max(100)
      .optional(),
    /** The buyer types it twice; a wrong account cannot be taken back once topped up. */
    confirmTwice: z.boolean().default(false),
    /** Shown once more in groups of characters, and confirmed, before the buyer pays. */
    confirmShown: z.boolean().optional(),
  })
  .superRefine((field, context) => {
    const options = field.options ?? []
    if (field.type === 'select') {
      if (options.length === 0) addRefusal(context, ['options'], catalogErrors.optionsMissing())
      refuseRepeats(
        context,
        options.map((option) => option.value),
        (index) => ['options', index, 'value'],
      )
    } else if (options.length > 0) {
      addRefusal(context, ['options'], catalogErrors.optionsOnlyForSelect())
    }
    if (!field.pattern) return
    const fault = field.type === 'text' ? patternProblem(field.pattern) : catalogErrors.patternOnlyForText()
    if (fault) addRefusal(context, ['pattern'], fault)
  })
export type FormField = z.output<typeof formField>

/** What the answers of an order's form are called: the goods' own fields as they are now, and a bundle's that its parts share. */
export const answeredFields = z.array(formField)

export const formFields = z
  .array(formField)
  .max(FORM_FIELDS_MAX)
  .superRefine((fields, context) =>
    refuseRepeats(
      context,
      fields.map((field) => field.key),
      (index) => [index, 'key'],
    ),
  )

/** Adds a refusal of the catalogue to a schema's findings; the server tells it in the person's language. */
export function addRefusal(context: z.RefinementCtx, path: (string | number)[], refusal: Refusal): void {
  context.addIssue({ code: 'custom', path, message: refusal.code, params: refusal.params })
}

export function refuseRepeats(
  context: z.RefinementCtx,
  values: readonly unknown[],
  pathOf: (index: number) => (string | number)[],
): void {
  values.forEach((value, index) => {
    if (values.indexOf(value) < index) addRefusal(context, pathOf(index), catalogErrors.repeated())
  })
}

export type FormValues = Readonly<Record<string, string>>
export type FormFault = 'required' | 'tooLong' | 'badFormat' | 'notAnOption' | 'unknownField'

const FORMATS: Readonly<Record<'phone' | 'email' | 'number', RegExp>> = {
  phone: /^1[3-9]\d{9}$/,
  email: /^[^\s@]{1,64}@[^\s@.]{1,63}(?:\.[^\s@.]{1,63}){1,4}$/,
  number: /^\d{1,20}$/,
}

/**
 * Checks a buyer's answers against the goods' fields.
 * @returns one entry per wrong field; empty means that the answers may be stored. Answers are compared trimmed.
 */
export function checkFormValues(
  fields: readonly FormField[],
  values: FormValues,
): readonly { key: string; fault: FormFault }[] {
  const faults: { key: string; fault: FormFault }[] = []
  for (const field of fields) {
    const fault = faultOf(field, (values[field.key] ?? '').trim())
    if (fault) faults.push({ key: field.key, fault })
  }
  const known = new Set(fields.map((field) => field.key))
  for (const key of Object.keys(values)) {
    if (!known.has(key)) faults.push({ key, fault: 'unknownField' })
  }
  return faults
}

const isControl = (char: string): boolean => char < ' ' || char === '\u007f'

function faultOf(field: FormField, value: string): FormFault | undefined {
  if (value === '') return field.required ? 'required' : undefined
  if (value.length > FORM_VALUE_LENGTH_MAX) return 'tooLong'
  if (field.type === 'select')
    return field.options?.some((option) => option.value === value) ? undefined : 'notAnOption'
  if (field.type !== 'text') return FORMATS[field.type].test(value) ? undefined : 'badFormat'
  // Control characters break statements, exports and gateways.
  if ([...value].some(isControl)) return 'badFormat'
  if (!field.pattern) return undefined
  return new RegExp(`^(?:${field.pattern})$`, 'u').test(value) ? undefined : 'badFormat'
}

/**
 * Says what is wrong with a staff-made pattern, or undefined when it is safe to run on a stranger's answer.
 * JavaScript matches by backtracking, so the pattern is limited to a form whose number of ways to try is known
 * beforehand: no look-around, no back-reference, no repeated group (only `?` after one), and the product of all
 * choices at most a million.
 */
export function patternProblem(pattern: string): Refusal | undefined {
  try {
    new RegExp(`^(?:${pattern})$`, 'u')
  } catch {
    return catalogErrors.patternInvalid()
  }
  const cost = patternCost(pattern)
  if (cost === undefined) return catalogErrors.patternUnsupported()
  if (cost > PATTERN_COST_MAX) return catalogErrors.patternTooComplex()
  return undefined
}

const TOKEN = /\\[pP]\{[^}]*\}|\\.|\[(?:\\.|[^\]\\])*\]|\(\?:|\(\?|\(|\)|\||[*+?]\??|\{\d+(?:,\d*)?\}\??|./gsu

/** An upper bound of the paths through a pattern, or undefined when it uses something that has no such bound. */
function patternCost(pattern: string): number | undefined {
  let cost = 1
  let afterGroup = false
  for (const [token] of pattern.matchAll(TOKEN)) {
    if (token === '(?' || /^\\[1-9k]/.test(token)) return undefined
    const choices = quantifierChoices(token)
    if (choices !== undefined) {
      if (afterGroup && token !== '?' && token !== '??') return undefined
      cost *= choices
    } else if (token === '|') {
      cost *= 2
    }
    afterGroup = token === ')'
  }
  return cost
}

/** How many repeat counts a quantifier allows on a value of the longest length; undefined for any other token. */
function quantifierChoices(token: string): number | undefined {
  if (token === '?' || token === '??') return 2
  if (/^[*+]\??$/.test(token)) return FORM_VALUE_LENGTH_MAX
  const range = /^\{(\d+)(?:(,)(\d*))?\}\??$/.exec(token)
  if (!range) return undefined
  const [, from = '0', comma, to] = range
  if (comma === undefined) return 1
  const upper = to ? Math.min(Number(to), FORM_VALUE_LENGTH_MAX) : FORM_VALUE_LENGTH_MAX
  return Math.max(1, upper - Number(from) + 1)
}
