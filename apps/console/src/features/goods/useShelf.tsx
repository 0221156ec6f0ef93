import { App } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { goodsText } from './text.ts'

type Some = readonly { readonly id: number; readonly title: string }[]
type Move = (goods: Some, then?: () => void) => void

/** Puts goods on and off the shelf, one or many; what was refused is told with its reason. */
export function useShelf(): {
  readonly putOn: Move
  readonly takeOff: Move
  readonly archive: Move
  readonly restore: Move
} {
  const t = useText(goodsText)
  const confirm = useConfirmDanger()
  const tell = useTell()
  const { run, go } = useAction('catalog.setShelf', { refresh: ['catalog.', 'setup.'] })
  const name = (goods: Some) => (goods.length === 1 ? goods[0]?.title : t('manyGoods', { count: goods.length }))
  const ids = (goods: Some) => goods.map(({ id }) => id)
  const asking =
    (title: string, consequence: string, to: 'off' | 'archived', done: string): Move =>
    (goods, then) =>
      confirm({
        title,
        object: name(goods),
        consequence,
        onConfirm: async () => {
          tell(await run({ body: { ids: ids(goods), to } }), done)
          then?.()
        },
      })
  const atOnce =
    (to: 'on' | 'restored', done: string): Move =>
    (goods, then) =>
      void go({ body: { ids: ids(goods), to } }).then((answer) => {
        if (!answer) return
        tell(answer, done)
        then?.()
      })
  return {
    putOn: atOnce('on', t('putOnDone')),
    restore: atOnce('restored', t('restoredDone')),
    takeOff: asking(t('takeOff'), t('takeOffText'), 'off', t('takenOff')),
    archive: asking(t('archive'), t('archiveText'), 'archived', t('archivedDone')),
  }
}

function useTell(): (answer: Output<'catalog.setShelf'>, done: string) => void {
  const t = useText(goodsText)
  const both = useBoth()
  const { message, modal } = App.useApp()
  return ({ done, refused }, words) => {
    if (refused.length === 0) void message.success(words)
    else {
      modal.warning({
        title: t('someRefused', { done: done.length, refused: refused.length }),
        content: (
          <ul style={{ paddingInlineStart: 18, margin: 0 }}>
            {refused.map((item) => (
              <li key={item.id}>{both(item.zh, item.en)}</li>
            ))}
          </ul>
        ),
      })
    }
  }
}
