import { randomInt } from 'node:crypto'
import { LOGIN_CODE_DIGITS } from '@quanshu/contract'

export const CODE_LIVES_SECONDS = 300
export const RESEND_AFTER_SECONDS = 60

export function newLoginCode(): string {
  return String(randomInt(10 ** LOGIN_CODE_DIGITS)).padStart(LOGIN_CODE_DIGITS, '0')
}

/** `13800000000` → `138****0000`. */
export function maskPhone(phone: string): string {
  return `${phone.slice(0, 3)}****${phone.slice(-4)}`
}

export const PHONE = /^1[3-9]\d{9}$/
export const PHONE_TAIL = /^\d{4}$/

/** Where a phone is sealed to. */
export const phonePlace = (memberId: number) => ({ table: 'members.members', column: 'phone', row: memberId })
