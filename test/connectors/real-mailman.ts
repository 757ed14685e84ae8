import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createTransport } from 'nodemailer'
import { freePort } from '../free-port.ts'
import { type MailSink, openMailSink } from '../mail-sink.ts'

const [USER, PASSWORD, DOMAIN] = ['restadmin', 'secret of the core', 'lists.example.org']
/** Debian's package runs it as this user, and it refuses to run as root. */
const DEBIANS_USER = 'list'
const PATIENCE_MS = 60_000

/** GNU Mailman's core itself, as Debian packages it, with its mails going into a sink. */
export interface RealMailman {
  settings: { URL: string; USER: string; PASSWORD: string; DOMAIN: string }
  mails: MailSink
  /** Who is on a list, as its own REST interface says. */
  members(list: string): Promise<string[]>
  /** By hand, as in Postorius. */
  ask(method: string, path: string, body?: object): Promise<number>
  /** A person answers a mail they were sent. */
  answers(from: string, to: string): Promise<void>
  close(): Promise<void>
}

export async function openRealMailman(): Promise<RealMailman> {
  const folder = await mkdtemp(`${tmpdir()}/kindred-mailman-`)
  const mails = await openMailSink()
  const [rest, lmtp] = [await freePort(), await freePort()]
  const smtp = new URL(mails.url).port
  const config = `${folder}/mailman.cfg`
  await mkdir(`${folder}/var`)
  await writeFile(config, configOf(`${folder}/var`, { rest, lmtp, smtp: Number(smtp) }))
  const isRoot = process.getuid?.() === 0
  await chmod(folder, 0o755)
  await chmod(config, 0o644)
  if (isRoot) await promisify(execFile)('chown', ['-R', DEBIANS_USER, folder])
  const run = (word: string) => {
    const words = ['mailman', '-C', config, word]
    const [program = '', ...rest] = isRoot ? ['runuser', '-u', DEBIANS_USER, '--', ...words] : words
    // Its daemon keeps what it writes to open, so nobody waits for the end of that.
    return once(spawn(program, rest, { cwd: folder, stdio: 'ignore' }), 'exit')
  }
  await run('start')
  const key = Buffer.from(`${USER}:${PASSWORD}`).toString('base64')
  const request = (method: string, path: string, body?: object) =>
    fetch(`http://127.0.0.1:${rest}/3.1${path}`, {
      method,
      headers: { authorization: `Basic ${key}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
  const since = performance.now()
  while (
    !(await request('GET', '/system/versions')
      .then((answer) => answer.ok)
      .catch(() => false))
  ) {
    if (performance.now() - since > PATIENCE_MS) throw new Error('Mailman did not come up')
    await pause(200)
  }
  await request('POST', '/domains', { mail_host: DOMAIN })
  const post = createTransport({ host: '127.0.0.1', port: lmtp, lmtp: true, ignoreTLS: true })
  return {
    settings: { URL: `http://127.0.0.1:${rest}`, USER, PASSWORD, DOMAIN },
    mails,
    async members(list) {
      const answer = await request('GET', `/lists/${list}.${DOMAIN}/roster/member?count=500&page=1`)
      // Its own words, for people who look at it by hand.
      const { entries = [] } = (await answer.json()) as { entries?: { email: string }[] }
      return entries.map(({ email }) => email).sort()
    },
    ask: async (method, path, body) => (await request(method, path, body)).status,
    answers: async (from, to) => void (await post.sendMail({ from, to, subject: 'Re: confirm', text: 'Yes.' })),
    async close() {
      post.close()
      await run('stop')
      // It says that it stops before it has.
      await pause(2_000)
      await mails.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 })
    },
  }
}

/** Whether it is installed: .ci/run does that. */
export const hasMailman = (): Promise<boolean> =>
  new Promise((tell) => {
    spawn('mailman', ['--version'])
      .once('error', () => tell(false))
      .once('exit', (code) => tell(code === 0))
  })

function configOf(folder: string, ports: { rest: number; lmtp: number; smtp: number }): string {
  const places = ['queue', 'lists', 'logs', 'locks', 'data', 'cache', 'ext', 'messages', 'archives', 'templates']
  const nameOf: Record<string, string> = { lists: 'list_data_dir', archives: 'archive_dir', templates: 'template_dir' }
  const dirs = places.map(
    (place) => `${nameOf[place] ?? `${place.replace(/(log|lock)s$/, '$1')}_dir`}: ${folder}/${place}`,
  )
  return [
    '[mailman]',
    `site_owner: postmaster@${DOMAIN}`,
    'layout: here',
    '[paths.here]',
    `var_dir: ${folder}`,
    ...dirs,
    'bin_dir: /usr/lib/mailman3/bin',
    `etc_dir: ${folder}`,
    `pid_file: ${folder}/master.pid`,
    `lock_file: ${folder}/locks/master.lck`,
    '[database]',
    `url: sqlite:///${folder}/mailman.db`,
    '[webservice]',
    'hostname: 127.0.0.1',
    `port: ${ports.rest}`,
    `admin_user: ${USER}`,
    `admin_pass: ${PASSWORD}`,
    '[mta]',
    'incoming: mailman.mta.null.NullMTA',
    'smtp_host: 127.0.0.1',
    `smtp_port: ${ports.smtp}`,
    'lmtp_host: 127.0.0.1',
    `lmtp_port: ${ports.lmtp}`,
    '',
  ].join('\n')
}
