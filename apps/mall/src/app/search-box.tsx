import { useEffect, useRef, useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { useI18n } from '../shared/i18n/index.ts'
import { CloseIcon, SearchIcon } from '../shared/ui/icons.tsx'
import css from './shell.module.css'

const LENGTH_MAX = 60

/** Searches at home; the words are in the address, so that a result can be shared and gone back to. */
export function SearchBox() {
  const { t } = useI18n()
  const navigate = useNavigate()
  const [params] = useSearchParams()
  const asked = params.get('q') ?? ''
  const [words, setWords] = useState(asked)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => setWords(asked), [asked])

  const search = (q: string) => navigate(q === '' ? '/' : `/?${new URLSearchParams({ q })}`)
  return (
    <search style={{ display: 'flex', flex: 1, minWidth: 0 }}>
      <form
        className={css.search}
        onSubmit={(event) => {
          event.preventDefault()
          search(words.trim())
          input.current?.blur()
        }}
      >
        <SearchIcon />
        <input
          ref={input}
          type="search"
          enterKeyHint="search"
          maxLength={LENGTH_MAX}
          aria-label={t('common.search')}
          placeholder={t('home.searchPlaceholder')}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        {words !== '' && (
          <button
            type="button"
            className={css.clear}
            aria-label={t('home.clearSearch')}
            onClick={() => {
              setWords('')
              if (asked !== '') search('')
              input.current?.focus()
            }}
          >
            <CloseIcon />
          </button>
        )}
      </form>
    </search>
  )
}
