// The network between the coordinator and the services: a loopback proxy that counts the commands, and kills the coordinator at a chosen one.

type Fate = 'request' | 'reply' | undefined;

export function network(services: Record<string, number>) {
  let fates: Fate[] = [];
  let calls: string[] = [];
  let kill = async () => {};

  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const [, service, route] = new URL(request.url).pathname.split('/');
      const body = await request.text();
      const fate = fates[calls.length];
      calls.push(JSON.parse(body).content.key);
      if (fate === 'request') {
        await kill();
        return new Response(null, { status: 503 });
      }
      const reply = await fetch(`http://127.0.0.1:${services[service]}/${route}`, { method: 'POST', body });
      if (fate === 'reply') {
        await kill();
        return new Response(null, { status: 503 });
      }
      return new Response(await reply.text(), { status: reply.status });
    },
  });

  return {
    url: (service: string) => `http://127.0.0.1:${server.port}/${service}`,
    /** What becomes of the commands to come, in order, and how the coordinator is killed. */
    plan(next: Fate[], killer: () => Promise<void>) {
      fates = next;
      calls = [];
      kill = killer;
    },
    calls: () => calls,
    stop: () => server.stop(true),
  };
}
