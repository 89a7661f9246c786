import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { dirname, join } from 'node:path'

/** What the Dockerfile's commands and npm's scripts are run with. */
const commands = ['sh', 'env', 'mkdir', 'chown', 'cat', 'id', 'find', 'du', 'ls']

/**
 * A root file system in `folder` that can stand for the official Node image where no image registry can be reached: this
 * machine's Node and npm, a shell and the few commands that the Dockerfile needs, with the libraries of each.
 */
export function makeBaseRoot(folder: string): void {
  for (const directory of [
    'etc',
    'tmp',
    'root',
    'home/node',
    'usr/bin',
    'usr/lib',
    'usr/local/lib/node_modules',
    'var/tmp'
  ]) {
    mkdirSync(join(folder, directory), { recursive: true })
  }
  // As Debian has it: /bin and the like are names of what is below /usr.
  for (const name of ['bin', 'lib']) symlinkSync(`usr/${name}`, join(folder, name))
  mkdirSync(join(folder, 'usr/lib64'))
  symlinkSync('usr/lib64', join(folder, 'lib64'))
  writeFileSync(join(folder, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n')
  writeFileSync(join(folder, 'etc/group'), 'root:x:0:\nnode:x:1000:\n')
  writeFileSync(join(folder, 'etc/nsswitch.conf'), 'hosts: files dns\n')

  addProgram(folder, process.execPath, '/usr/bin/node')
  for (const name of commands) {
    const path = execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()
    addProgram(folder, path.startsWith('/') ? path : `/bin/${name}`, `/usr/bin/${name}`)
  }
  // The name services are loaded by name, which ldd does not show.
  for (const library of librariesOf(process.execPath).filter(path => /\/libc\.so/.test(path))) {
    for (const name of ['libnss_dns.so.2', 'libnss_files.so.2', 'libresolv.so.2']) {
      const path = join(dirname(library), name)
      if (existsSync(path)) add(folder, path, path)
    }
  }
  addNpm(folder)
  for (const certificates of [process.env.NODE_EXTRA_CA_CERTS, '/etc/ssl/certs/ca-certificates.crt']) {
    if (certificates !== undefined && existsSync(certificates)) add(folder, certificates, certificates)
  }
}

function addNpm(folder: string): void {
  const npm = dirname(
    dirname(realpathSync(execFileSync('/bin/sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim()))
  )
  cpSync(npm, join(folder, 'usr/local/lib/node_modules/npm'), { recursive: true })
  for (const name of ['npm', 'npx']) {
    symlinkSync(`../local/lib/node_modules/npm/bin/${name}-cli.js`, join(folder, 'usr/bin', name))
  }
}

function addProgram(folder: string, from: string, to: string): void {
  add(folder, from, to)
  for (const library of librariesOf(from)) add(folder, library, library)
}

function add(folder: string, from: string, to: string): void {
  const target = join(folder, to)
  if (existsSync(target)) return
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(realpathSync(from), target)
}

function librariesOf(program: string): string[] {
  // A script has none, and ldd says so by its exit code.
  if (readFileSync(program).subarray(0, 2).toString() === '#!') return []
  const listed = execFileSync('ldd', [program], { encoding: 'utf8' })
  return [...listed.matchAll(/(\/\S+) \(0x/g)].flatMap(([, path]) => path ?? [])
}
