import { CopyOutlined, InboxOutlined, RollbackOutlined } from '@ant-design/icons'
import { useNavigate } from 'react-router'
import { useAction } from '../../shared/api/hooks.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Dropdown } from '../../shared/parts/Dropdown.tsx'
import { goodsText } from './text.ts'
import { useShelf } from './useShelf.tsx'

/** What else may be done with goods, behind a button. */
export function GoodsMenu({
  goods,
  children,
}: {
  readonly goods: { readonly id: number; readonly title: string; readonly state: string }
  readonly children: React.ReactNode
}) {
  const t = useText(goodsText)
  const navigate = useNavigate()
  const shelf = useShelf()
  const duplicate = useAction('catalog.duplicateGoods', {
    refresh: ['catalog.listGoods'],
    done: t('duplicated'),
    onDone: (copy) => void navigate(`/goods/${copy.id}`),
  })
  const one = [{ id: goods.id, title: goods.title }]
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          { key: 'duplicate', icon: <CopyOutlined />, label: t('duplicate') },
          goods.state === 'archived'
            ? { key: 'restore', icon: <RollbackOutlined />, label: t('restore') }
            : { key: 'archive', icon: <InboxOutlined />, label: t('archive'), disabled: goods.state === 'on' },
        ],
        onClick: ({ key }) => {
          if (key === 'duplicate') void duplicate.go({ params: { id: goods.id } })
          else if (key === 'restore') shelf.restore(one)
          else shelf.archive(one)
        },
      }}
    >
      {children}
    </Dropdown>
  )
}
