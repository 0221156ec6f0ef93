import { PASSED_OVER_WORDS, type PassedOver, passedOverNote } from '@quanshu/contract'
import { useLocale } from '../i18n/index.ts'

/** Why a source does not deliver something. */
export function usePassedOver(): (reason: PassedOver) => string {
  const locale = useLocale()
  return (reason) => PASSED_OVER_WORDS[reason][locale === 'en' ? 'en' : 'zh']
}

/** A stuck line's note, in which sources may say why. */
export function useLineNote(): (note: string) => string {
  const locale = useLocale()
  return (note) => passedOverNote(note, locale)
}
