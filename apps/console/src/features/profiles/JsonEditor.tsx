import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language'
import { lintGutter, setDiagnostics } from '@codemirror/lint'
import { unifiedMergeView } from '@codemirror/merge'
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search'
import { EditorState, type Extension } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useRef } from 'react'
import { useDark } from '../../shared/dark.ts'
import { useText } from '../../shared/i18n/index.ts'
import { profileText } from './text.ts'
import type { Fault } from './useFaults.ts'

type Props = {
  readonly value: string
  readonly onChange?: (value: string) => void
  readonly faults?: readonly Fault[]
  /** Shown as it differs from this, and not to be changed. */
  readonly against?: string
  readonly readOnly?: boolean
  readonly label: string
  /** A line to be brought into sight; a new object for each time. */
  readonly goTo?: { readonly line: number; readonly column: number } | undefined
}

const FRAME = EditorView.theme({
  '&': { fontSize: '13px', backgroundColor: 'var(--panel)', color: 'inherit' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace', lineHeight: '1.55' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--muted)', borderRight: '1px solid var(--line)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--faint)' },
})
const colours = (text: string, number: string, word: string) =>
  HighlightStyle.define([
    { tag: tags.string, color: text },
    { tag: tags.number, color: number },
    { tag: [tags.bool, tags.null], color: word },
  ])
const LIGHT_COLOURS = colours('#9f1239', '#166534', '#1d4ed8')
const DARK_COLOURS = colours('#fda4af', '#86efac', '#93c5fd')
/** In letters that every font has. */
const foldMark = (open: boolean): HTMLElement => {
  const mark = document.createElement('span')
  mark.textContent = open ? '-' : '+'
  return mark
}
const DARK = EditorView.theme({ '.cm-content': { caretColor: '#fff' } }, { dark: true })

/** The editor's own words in the person's language. */
function usePhrases(): Readonly<Record<string, string>> {
  const t = useText(profileText)
  return {
    Find: t('editFind'),
    Replace: t('editReplace'),
    next: t('editNext'),
    previous: t('editPrevious'),
    all: t('editAll'),
    'match case': t('editCase'),
    regexp: t('editRegexp'),
    'by word': t('editWord'),
    replace: t('editReplace'),
    'replace all': t('editReplaceAll'),
    close: t('editClose'),
    '$ unchanged lines': t('editUnchanged'),
  }
}

const extensionsOf = (label: string, dark: boolean, readOnly: boolean, against: string | undefined): Extension[] => [
  lineNumbers(),
  foldGutter({ markerDOM: foldMark }),
  history(),
  drawSelection(),
  indentOnInput(),
  indentUnit.of('  '),
  bracketMatching(),
  highlightActiveLine(),
  highlightSelectionMatches(),
  syntaxHighlighting(dark ? DARK_COLOURS : LIGHT_COLOURS),
  json(),
  lintGutter(),
  // Tab indents; Escape and then Tab goes on to the next field.
  keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...foldKeymap, ...(readOnly ? [] : [indentWithTab])]),
  FRAME,
  ...(dark ? [DARK] : []),
  EditorView.contentAttributes.of({ 'aria-label': label }),
  ...(readOnly ? [EditorState.readOnly.of(true), EditorView.editable.of(false)] : []),
  ...(against === undefined
    ? []
    : [unifiedMergeView({ original: against, mergeControls: false, collapseUnchanged: { margin: 3, minSize: 6 } })]),
]

/** JSON with line numbers, search, folding and undo; mistakes stand at their lines. */
export function JsonEditor({ value, onChange, faults = [], against, readOnly = false, label, goTo }: Props) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const changed = useRef(onChange)
  changed.current = onChange
  const dark = useDark()
  const phrases = usePhrases()

  // The editor keeps its own text; it is made anew only when what it is made of changes.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (!host.current) return
    const made = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: value,
        extensions: [
          ...extensionsOf(label, dark, readOnly, against),
          EditorState.phrases.of(phrases),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed.current?.(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = made
    return () => made.destroy()
  }, [dark, readOnly, against, label])

  useEffect(() => {
    const now = view.current
    if (!now || now.state.doc.toString() === value) return
    now.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: value } })
  }, [value])

  useEffect(() => {
    const now = view.current
    if (!now) return
    const { doc } = now.state
    const diagnostics = faults.map(({ line, column, message, path }) => {
      const at = doc.line(Math.min(Math.max(line, 1), doc.lines))
      const from = Math.min(at.from + column - 1, at.to)
      return { from, to: at.to, severity: 'error' as const, message: path === '' ? message : `${path}: ${message}` }
    })
    now.dispatch(setDiagnostics(now.state, diagnostics))
  }, [faults])

  useEffect(() => {
    const now = view.current
    if (!now || !goTo) return
    const at = now.state.doc.line(Math.min(goTo.line, now.state.doc.lines))
    const anchor = Math.min(at.from + goTo.column - 1, at.to)
    now.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) })
    now.focus()
  }, [goTo])

  return <div ref={host} className="json-editor" />
}
