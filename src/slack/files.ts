import type { Api } from './api.ts'
import type { Page } from './render.ts'

const TIMEOUT_MS = 10_000

/** Hands over in a conversation what goes along with a page, in the three steps Slack asks for each. */
export async function upload(api: Api, workspace: string, channel: string, page: Page): Promise<void> {
  const { file, picture } = page
  if (file) await handOver(api, workspace, channel, { name: file.name, bytes: Buffer.from(file.text) })
  if (picture)
    await handOver(api, workspace, channel, {
      ...{ name: picture.name, bytes: picture.png(), description: picture.description },
    })
}

interface Handed {
  name: string
  bytes: Buffer
  /** What a picture shows, for people who hear it read. */
  description?: string
}

async function handOver(api: Api, workspace: string, channel: string, handed: Handed): Promise<void> {
  const { name, bytes, description } = handed
  const ticket = await api.call(workspace, 'files.getUploadURLExternal', {
    ...{ filename: name, length: bytes.length },
    ...(description && { alt_txt: description }),
  })
  const sent = await fetch(ticket.upload_url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (!sent.ok) throw new Error(`Slack took no file: ${sent.status}`)
  await api.call(workspace, 'files.completeUploadExternal', {
    files: [{ id: ticket.file_id, title: name }],
    channel_id: channel,
  })
}
