import { DeleteOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Empty, Form, Input, Modal, Skeleton, Typography } from 'antd'
import { useState } from 'react'
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
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { categoriesText } from './text.ts'

type TagRow = Output<'catalog.listTags'>['items'][number]
type Draft = TagRow | 'new'

/** Free words on goods. */
export function TagList() {
  const t = useText(categoriesText)
  const { data, error, refetch } = useRead('catalog.listTags', {})
  const [draft, setDraft] = useState<Draft>()
  const add = (
    <ActionButton size="small" permission="goods.write" icon={<PlusOutlined />} onClick={() => setDraft('new')}>
      {t('addTag')}
    </ActionButton>
  )
  return (
    <Section title={t('tags')} extra={add}>
      <Typography.Paragraph type="secondary">{t('tagsHint')}</Typography.Paragraph>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton active />}
      {data?.items.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noTags')} />}
      {data?.items.map((tag) => (
        <TagLine key={tag.id} tag={tag} onEdit={setDraft} />
      ))}
      {draft && <TagDialog draft={draft} onClose={() => setDraft(undefined)} />}
    </Section>
  )
}

function TagLine({ tag, onEdit }: { readonly tag: TagRow; readonly onEdit: (tag: TagRow) => void }) {
  const t = useText(categoriesText)
  const common = useText(commonText)
  const both = useBoth()
  const may = useMay()
  const confirm = useConfirmDanger()
  const remove = useAction('catalog.deleteTag', { refresh: ['catalog.'], done: common('done') })
  const name = both(tag.name, tag.nameEn)
  const askRemove = () =>
    confirm({
      title: t('deleteTag'),
      object: name,
      ...(tag.goodsCount > 0 ? { consequence: t('deleteTagText', { count: tag.goodsCount }) } : {}),
      onConfirm: () => remove.run({ params: { id: tag.id } }),
    })
  return (
    <div className="line-item category-line">
      <div className="line-main">
        {name}{' '}
        <Link to={`/goods?tagId=${tag.id}`} className="figure-foot">
          {t('goodsCount', { count: tag.goodsCount })}
        </Link>
      </div>
      {may('goods.write') && (
        <span className="category-tools">
          <Button
            type="text"
            size="small"
            icon={<EditOutlined />}
            aria-label={common('edit')}
            onClick={() => onEdit(tag)}
          />
          <Button
            type="text"
            size="small"
            icon={<DeleteOutlined />}
            aria-label={common('remove')}
            onClick={askRemove}
          />
        </span>
      )}
    </div>
  )
}

type Values = { readonly name: string; readonly nameEn: string }

function TagDialog({ draft, onClose }: { readonly draft: Draft; readonly onClose: () => void }) {
  const t = useText(categoriesText)
  const common = useText(commonText)
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const options = { refresh: ['catalog.'], done: common('saved'), showProblem: false }
  const create = useAction('catalog.createTag', options)
  const update = useAction('catalog.updateTag', options)
  const save = async ({ name, nameEn }: Values) => {
    const body = { name, nameEn }
    if (draft === 'new') await create.run({ body })
    else await update.run({ params: { id: draft.id }, body })
    onClose()
  }
  return (
    <Modal
      open
      title={draft === 'new' ? t('addTag') : t('editTag')}
      onCancel={onClose}
      onOk={() => void submit(save)}
      confirmLoading={saving}
      okText={common('save')}
      width={380}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={draft === 'new' ? { name: '', nameEn: '' } : draft}
        onFinish={() => void submit(save)}
      >
        <Form.Item
          name="name"
          label={t('name')}
          rules={[{ required: true, whitespace: true, message: t('nameRequired') }]}
        >
          <Input maxLength={20} autoFocus />
        </Form.Item>
        <Form.Item name="nameEn" label={t('nameEn')}>
          <Input maxLength={40} />
        </Form.Item>
        <button type="submit" hidden />
      </Form>
    </Modal>
  )
}
