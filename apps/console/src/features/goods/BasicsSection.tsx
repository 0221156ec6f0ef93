import { Form, Input, Select } from 'antd'
import { useRead } from '../../shared/api/hooks.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { PictureField } from './PictureField.tsx'
import { goodsText } from './text.ts'
import { useCategoryOptions } from './useCategoryOptions.ts'

const TAGS_MAX = 10

/** Name, place and looks. */
export function BasicsSection() {
  const t = useText(goodsText)
  const categories = useCategoryOptions()
  const tags = useRead('catalog.listTags', {}, { staleMs: 60_000 }).data?.items ?? []
  return (
    <Section title={t('basics')}>
      <div className="form-grid form-grid-pairs">
        <Form.Item
          name="title"
          label={t('titleZh')}
          rules={[{ required: true, whitespace: true, message: t('titleRequired') }]}
        >
          <Input maxLength={80} showCount />
        </Form.Item>
        <Form.Item name="titleEn" label={t('titleEn')}>
          <Input maxLength={120} />
        </Form.Item>
        <Form.Item name="subtitle" label={t('subtitleZh')}>
          <Input maxLength={120} />
        </Form.Item>
        <Form.Item name="subtitleEn" label={t('subtitleEn')}>
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item name="categoryId" label={t('category')}>
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('noCategory')}
            options={categories.map(({ value, label }) => ({ value: Number(value), label }))}
          />
        </Form.Item>
        <Form.Item name="tags" label={t('tags')} extra={t('tagsHint')}>
          <Select
            mode="tags"
            maxCount={TAGS_MAX}
            tokenSeparators={[',', '，']}
            options={tags.map(({ name }) => ({ value: name, label: name }))}
          />
        </Form.Item>
        <Form.Item
          name="pictures"
          label={t('pictures')}
          extra={t('picturesHint')}
          className="wide"
          style={{ marginBottom: 0 }}
        >
          <PictureField />
        </Form.Item>
      </div>
    </Section>
  )
}
