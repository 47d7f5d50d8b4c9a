import { spawn } from '@lydell/node-pty';
import { performance } from 'node:perf_hooks';
const node=process.argv[2]; const prof=process.argv[3]==='prof';
const args=[...(prof?['--cpu-prof','--cpu-prof-dir=/tmp/prof','--cpu-prof-interval','200']:[]),'bin/homelab-tui.js','--config','/tmp/hc2'];
const runs=prof?1:11; const d=[],fl=[];
for(let i=0;i<runs;i++){
 await new Promise(r=>{const t=performance.now();const p=spawn(node,['-e','0'],{cols:80,rows:24});p.onExit(()=>{fl.push(performance.now()-t);r()})});
 await new Promise(r=>{const t=performance.now();const p=spawn(node,args,{cols:80,rows:24,cwd:'/work/main',env:{...process.env,TERM:'xterm-256color',PVE_SECRET:'x',NODE_COMPILE_CACHE:undefined}});let s='',done,fb;p.onData(x=>{fb??=performance.now()-t;s+=x;if(!done&&s.includes('docker-host')){done=performance.now()-t;d.push([fb,done]);if(prof)setTimeout(()=>p.write('q'),300);else p.kill('SIGKILL')}});p.onExit(()=>r());setTimeout(()=>{if(!done){console.log(s.slice(-500));p.kill('SIGKILL')}},5000)});
}
const med=a=>a.sort((x,y)=>x-y)[a.length>>1];
console.log('floor',med(fl).toFixed(0),'first byte',med(d.map(x=>x[0])).toFixed(0),'frame',med(d.map(x=>x[1])).toFixed(0),'ratio',(med(d.map(x=>x[1]))/med(fl)).toFixed(2));
process.exit(0);
