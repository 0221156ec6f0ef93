import type { FormField } from './api/types.ts'

/**
 * The same rules as `checkFormValues` in the contract, which stays out of the bundle because it carries the schema
 * library; form-check.test.ts holds the two together.
 */
export type FieldFault = 'required' | 'tooLong' | 'badFormat' | 'notAnOption'

export const FORM_VALUE_LENGTH_MAX = 100
const PHONE = /^1[3-9]\d{9}$/
const EMAIL = /^[^\s@]{1,64}@[^\s@.]{1,63}(?:\.[^\s@.]{1,63}){1,4}$/
const FORMATS = { phone: PHONE, email: EMAIL, number: /^\d{1,20}$/ } as const

/** What is wrong with a buyer's answer, compared trimmed; undefined when it may be sent. */
export function faultOf(
  field: Pick<FormField, 'type' | 'required' | 'pattern' | 'options'>,
  answer: string,
): FieldFault | undefined {
  const value = answer.trim()
  if (value === '') return field.required ? 'required' : undefined
  if (value.length > FORM_VALUE_LENGTH_MAX) return 'tooLong'
  if (field.type === 'select') {
    return field.options?.some((option) => option.value === value) ? undefined : 'notAnOption'
  }
  if (field.type !== 'text') return FORMATS[field.type].test(value) ? undefined : 'badFormat'
  // The server refuses control characters, so say it here.
  if ([...value].some((char) => char < ' ' || char === '\u007f')) return 'badFormat'
  if (!field.pattern) return undefined
  return new RegExp(`^(?:${field.pattern})$`, 'u').test(value) ? undefined : 'badFormat'
}

/** Orders are found again by a mobile number or an email address. */
export const isContact = (value: string): boolean => PHONE.test(value.trim()) || EMAIL.test(value.trim())
export const isPhone = (value: string): boolean => PHONE.test(value.trim())

export const QUERY_PASSWORD_LENGTH_MAX = 64
const QUERY_PASSWORD_LENGTH_MIN = 4

/** Whether an order may be found again by it, or by none where none is required. */
export const isQueryPassword = (typed: string, isRequired: boolean): boolean =>
  typed === '' ? !isRequired : typed.length >= QUERY_PASSWORD_LENGTH_MIN && typed.length <= QUERY_PASSWORD_LENGTH_MAX
