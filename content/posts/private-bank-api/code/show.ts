import { compare } from './relays.ts';
const t=Date.now();
console.table(await compare()); console.log(Date.now()-t);
