async function p(t,r,n){if(!(Number.isInteger(r)&&r>=0&&r<=1073741824&&r<=1032*t.length))throw new Error(`${n} is damaged: it declares ${r} bytes for ${t.length}\
 compressed ones`);let o=new Uint8Array(r),a=new Blob([t]).stream().pipeThrough(new DecompressionStream("gzip")).getReader(),s=0;try{for(let e=await a.read();!e.
done;e=await a.read()){if(s+e.value.length>r)throw new Error(`more than ${r} bytes`);o.set(e.value,s),s+=e.value.length}if(s!==r)throw new Error(`${s} of ${r} b\
ytes`)}catch(e){throw a.cancel().catch(()=>{}),new Error(`${n} is damaged: ${e instanceof Error?e.message:String(e)}`)}return o}var c=13,E=91,f=new Uint8Array(128).fill(255);for(let t=33,r=0;t<127;t++)"<&/".includes(String.fromCharCode(t))||(f[t]=r++);function $(t,r,n){if(!(Number.isInteger(
r)&&r>=0)||t.length!==2*Math.ceil(8*r/c))throw new Error(`${n} is damaged: ${t.length} characters are given for ${r} bytes`);let o=new Uint8Array(r),a=0,s=0,e=0;
for(let i=0,y=0;i<t.length;i+=2){let d=f[t.charCodeAt(i)]??255,w=f[t.charCodeAt(i+1)]??255,l=d+E*w;for(e|=(d===255?1:0)|l>>c,a|=l<<s,s+=c;s>=8;s-=8,a>>>=8)o[y++]=
a}if(e)throw new Error(`${n} is damaged: it has a character that does not belong to it`);return o}function h(t){let r=e=>`the part "${e}" of this page`,n=e=>Object.
hasOwn(t,e);function o(e){let i=document.getElementById(`mmviz-part-${e}`);if(!n(e)||!i)throw new Error(`${r(e)} is missing`);return $(i.textContent,t[e].bytes,
r(e))}let a=async e=>n(e)&&t[e].packing==="gzip"?p(o(e),t[e].size,r(e)):o(e);return{has:n,stored:o,bytes:a,text:async e=>new TextDecoder().decode(await a(e))}}function m(t,r){let n=document.createElement(t);t==="script"&&(n.type="module"),n.textContent=r,document.head.append(n)}var u=document.getElementById("mmviz-vie\
w");function g(t){u.textContent=`This page could not be opened: ${t instanceof Error?t.message:t}. Save it again with Explorer.save. If this browser is older th\
an 2024, use a newer one.`}document.addEventListener("securitypolicyviolation",()=>{u.querySelector(".mmv")||g("its script or style is not the one that was save\
d")});try{let{parts:t}=JSON.parse(document.getElementById("mmviz-study").textContent),r=h(t),[n,...o]=await Promise.all(["style","bundle","views","start"].map(r.
text));m("style",n),m("script",o.join(`
`))}catch(t){throw g(t),t}
