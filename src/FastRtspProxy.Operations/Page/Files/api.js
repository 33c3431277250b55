// What the API says, or why not.
export class ApiError extends Error {
  constructor(status, problem) {
    super(problem?.detail ? `${problem.title}. ${problem.detail}` : problem?.title ?? `The proxy answered ${status}.`);
    this.status = status;
    this.problem = problem;
  }
}

// Milliseconds after which what was only asked for is asked for anew: an answer that never comes would hold up all that is asked behind it.
const LONGEST = 30_000;
const MARK = { 'X-Requested-With': 'fastrtspproxy' };

export async function call(method, path, body, headers = {}) {
  const options = { method, headers: { Accept: 'application/json', ...(method === 'GET' ? {} : MARK), ...headers }, credentials: 'same-origin' };
  if (body !== undefined) {
    options.headers['Content-Type'] ??= 'application/json';
    options.body = JSON.stringify(body);
  }

  const limit = new AbortController();
  const timer = method === 'GET' ? setTimeout(() => limit.abort(), LONGEST) : 0;
  try {
    const response = await fetch(path, { ...options, signal: limit.signal });
    const isJson = /\bjson\b/.test(response.headers.get('Content-Type') ?? '');
    const answer = isJson ? await (response.ok ? response.json() : response.json().catch(() => null)) : null;
    if (!response.ok) throw new ApiError(response.status, answer);
    return answer;
  } catch (error) {
    throw error instanceof ApiError ? error : new ApiError(0, { title: 'The proxy cannot be reached' });
  } finally {
    clearTimeout(timer);
  }
}

// A file that the proxy makes, for the browser's own way to save files.
export async function download(path, name) {
  const response = await fetch(path, { method: 'POST', headers: MARK, credentials: 'same-origin' });
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => null));
  const url = URL.createObjectURL(await response.blob());
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export const get = path => call('GET', path);
