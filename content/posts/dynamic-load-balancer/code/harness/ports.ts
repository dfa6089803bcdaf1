// Two ports that are free now.

const servers = [0, 0].map(() => Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } }));
console.log(servers.map(({ port }) => port).join(" "));
for (const server of servers) server.stop();
