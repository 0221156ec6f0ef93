import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Empty, Skeleton, Tooltip, Typography } from 'antd'
import { Fragment, type ReactNode, useState } from 'react'
import { Link } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { useMay } from '../../shared/session.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { CategoryDialog } from './CategoryDialog.tsx'
import { categoriesText } from './text.ts'

export type Category = Output<'catalog.listCategories'>['items'][number]
/** What the dialog is open for: a category, or a new one under a parent. */
export type Draft = Category | { readonly parentId: number | null }

/** Two levels of categories, moved by arrows so that a phone and a keyboard can do it too. */
export function CategoryTree() {
  const t = useText(categoriesText)
  const { data, error, refetch } = useRead('catalog.listCategories', {})
  const [draft, setDraft] = useState<Draft>()
  const items = data?.items ?? []
  const childrenOf = (parentId: number | null) => items.filter((category) => category.parentId === parentId)
  const add = (
    <ActionButton
      size="small"
      type="primary"
      permission="goods.write"
      icon={<PlusOutlined />}
      onClick={() => setDraft({ parentId: null })}
    >
      {t('addCategory')}
    </ActionButton>
  )
  return (
    <Section title={t('categories')} extra={add}>
      <Typography.Paragraph type="secondary">{t('categoriesHint')}</Typography.Paragraph>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton active />}
      {data && items.length === 0 && (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noCategories')}>
          <Typography.Text type="secondary">{t('noCategoriesText')}</Typography.Text>
        </Empty>
      )}
      {childrenOf(null).map((category) => (
        <Fragment key={category.id}>
          <CategoryLine category={category} siblings={childrenOf(null)} onEdit={setDraft} />
          <div className="category-children">
            {childrenOf(category.id).map((child) => (
              <CategoryLine key={child.id} category={child} siblings={childrenOf(category.id)} onEdit={setDraft} />
            ))}
          </div>
        </Fragment>
      ))}
      {draft && <CategoryDialog draft={draft} tops={childrenOf(null)} onClose={() => setDraft(undefined)} />}
    </Section>
  )
}

type LineProps = {
  readonly category: Category
  readonly siblings: readonly Category[]
  readonly onEdit: (draft: Draft) => void
}

function CategoryLine({ category, siblings, onEdit }: LineProps) {
  const t = useText(categoriesText)
  const common = useText(commonText)
  const both = useBoth()
  const may = useMay()
  const confirm = useConfirmDanger()
  const remove = useAction('catalog.deleteCategory', { refresh: ['catalog.'], done: common('done') })
  const order = useAction('catalog.orderCategories', { refresh: ['catalog.listCategories'] })
  const at = siblings.indexOf(category)
  const name = both(category.name, category.nameEn)
  const move = (by: -1 | 1) => {
    const ids = siblings.map(({ id }) => id)
    ids.splice(at, 1)
    ids.splice(at + by, 0, category.id)
    void order.go({ body: { parentId: category.parentId, ids } })
  }
  const askRemove = () =>
    confirm({ title: t('deleteCategory'), object: name, onConfirm: () => remove.run({ params: { id: category.id } }) })
  return (
    <div className="line-item category-line">
      <div className="line-main">
        {category.icon} {name}{' '}
        <Link to={`/goods?categoryId=${category.id}`} className="figure-foot">
          {t('goodsCount', { count: category.goodsCount })}
        </Link>
      </div>
      {may('goods.write') && (
        <span className="category-tools">
          {category.parentId === null && (
            <Tool title={t('addChild')} icon={<PlusOutlined />} onClick={() => onEdit({ parentId: category.id })} />
          )}
          <Tool
            title={t('moveUp')}
            icon={<ArrowUpOutlined />}
            disabled={at === 0 || order.running}
            onClick={() => move(-1)}
          />
          <Tool
            title={t('moveDown')}
            icon={<ArrowDownOutlined />}
            disabled={at === siblings.length - 1 || order.running}
            onClick={() => move(1)}
          />
          <Tool title={common('edit')} icon={<EditOutlined />} onClick={() => onEdit(category)} />
          <Tool title={common('remove')} icon={<DeleteOutlined />} onClick={askRemove} />
        </span>
      )}
    </div>
  )
}

type ToolProps = {
  readonly title: string
  readonly icon: ReactNode
  readonly disabled?: boolean
  readonly onClick: () => void
}

function Tool({ title, ...button }: ToolProps) {
  return (
    <Tooltip title={title}>
      <Button type="text" size="small" aria-label={title} {...button} />
    </Tooltip>
  )
}
