"use strict";var mmviz=(()=>{var Ka=Object.defineProperty;var nd=Object.getOwnPropertyDescriptor;var sd=Object.getOwnPropertyNames;var ad=Object.prototype.hasOwnProperty;var rd=(t,e)=>{for(var n in e)Ka(t,n,{get:e[n],enumerable:!0})},od=(t,e,n,s)=>{if(e&&typeof e=="object"||typeof e=="function")for(let a of sd(e))!ad.call(t,a)&&
a!==n&&Ka(t,a,{get:()=>e[a],enumerable:!(s=nd(e,a))||s.enumerable});return t};var id=t=>od(Ka({},"__esModule",{value:!0}),t);var dg={};rd(dg,{BESIDE_INDICES:()=>ta,DASHES:()=>Ze,allOf:()=>_e,argmax:()=>Wn,bar:()=>Oe,barValues:()=>Ja,brief:()=>St,button:()=>pt,changes:()=>Rt,chart:()=>Xt,
choice:()=>Dt,coalitionWithout:()=>Ks,columnHead:()=>qe,columnsOfEqualHeight:()=>wo,dash:()=>as,ends:()=>Ya,epochName:()=>dn,faint:()=>it,fault:()=>$s,fill:()=>ne,
fixed:()=>nt,glyph:()=>Lt,h:()=>p,heading:()=>mt,heightOf:()=>me,hint:()=>he,joint:()=>er,laneName:()=>bs,largest:()=>ee,lastColour:()=>On,layerOf:()=>tn,legend:()=>Ns,
letters:()=>_n,mark:()=>Yt,modality:()=>Ot,moment:()=>ys,name:()=>Q,onDrag:()=>Jt,openFrame:()=>Un,openStandalone:()=>td,paint:()=>Zt,pathOf:()=>Fn,plot:()=>Pe,
prefixNote:()=>Dn,put:()=>ht,rangeOf:()=>Pt,readable:()=>Et,readout:()=>Ys,register:()=>yt,registerFailure:()=>Lo,render:()=>Ga,renderCockpit:()=>Zf,rgb:()=>Gs,
row:()=>Se,rowCount:()=>Sn,rowHead:()=>Ct,s:()=>ct,seriesButton:()=>gn,short:()=>V,signed:()=>bt,signedBar:()=>Qe,span:()=>ye,stretch:()=>fn,tint:()=>De,unseen:()=>ue,
untrainedNote:()=>Xe,viewNames:()=>Bo,write:()=>Mt,writer:()=>Mn});var ld="http://www.w3.org/2000/svg";function To(t,e,n){for(let[s,a]of Object.entries(e))t.setAttribute(s,String(a));return t.append(...n),t}var p=(t,e={},...n)=>To(
document.createElement(t),e,n),ct=(t,e={},...n)=>To(document.createElementNS(ld,t),e,n),ue=t=>p("span",{class:"mmv-hidden-text"},t);function Mt(t,e){let n=t.firstChild;
!e||!(n instanceof Text)||n.nextSibling?t.textContent=e:n.data!==e&&(n.data=e)}function Mn(t){let e=new Text(""),n=ue("");return t.append(e),(s,a="")=>{if(e.data!==
s&&(e.data=s),!a)return n.remove();Mt(n,a),n.parentNode||t.append(n)}}function ht(t,e,n){t[e]!==n&&(t[e]=n)}function Yt(t,e,n){t.getAttribute(e)!==n&&t.setAttribute(
e,n)}var Q=t=>p("bdi",{},t),mt=(...t)=>p("div",{class:"mmv-heading",role:"heading"},...t),Dn=t=>t.prefix?.label?[p("p",{class:"mmv-faint mmv-small mmv-prefix",title:t.
prefix.meaning},t.prefix.label)]:[],it=(...t)=>p("p",{class:"mmv-faint mmv-small"},...t),he=t=>p("span",{class:"mmv-hint"},t),Xe=(t,e="")=>t.untrained?[it(e,Q(t.
untrained))]:[];function pt(t,e,n={}){let s=p("button",{type:"button",...n},t);return s.addEventListener("click",e),s}function Dt(t,e,n){let s=p("select",{"aria\
-label":t},...e.map((a,r)=>p("option",{value:r},a)));return s.addEventListener("change",()=>n(Number(s.value))),{select:s,node:p("label",{class:"mmv-control"},p(
"span",{},t),s)}}var Pe=(t,...e)=>ct("svg",{viewBox:"0 0 1000 100",preserveAspectRatio:"none",role:"img","aria-label":t},...e),cd=LOOKS.glyphs,Ze=LOOKS.dashes,Lt=t=>p(
"span",{class:"mmv-glyph","data-m":t%8,"aria-hidden":"true"},cd[t%8]),_n=t=>[...t].reduce((e,n)=>e+(Number(n.codePointAt(0))>11903?2:1),0),qe=(t,e,n)=>t.modalities.
every(s=>_n(s.name)<=n)?Ot(t,e):[Lt(e),ue(t.modalities[e].name)],Ot=(t,e)=>[Lt(e),Q(t.modalities[e].name)];function bs(t,e){let n=t.modalities[e].name,s=n.split(
/\s/).some(a=>_n(a)>8);return p("div",{class:"mmv-name",title:n,...s?{"data-long":""}:{}},...Ot(t,e))}function Jt(t,e,n,s){let a=c=>{let{left:f,width:d,top:u,height:h}=e.
getBoundingClientRect();return[(c.clientX-f)/d,(c.clientY-u)/h]},r=null;t.addEventListener("pointerdown",c=>{let[f,d]=a(c);c.button!==0||f<0||c.target.closest("\
button, input, select, a")||(r=c.pointerId,t.setPointerCapture(r),c.preventDefault(),s?.focus({preventScroll:!0}),n(f,d,c,!0))});let o=null,i=0,l=()=>{if(cancelAnimationFrame(
i),i=0,!o)return;let c=o,[f,d]=a(c);o=null,n(f,d,c,!1)};t.addEventListener("pointermove",c=>{c.pointerId===r&&(o=c,i||=requestAnimationFrame(l))});for(let c of[
"pointerup","pointercancel"])t.addEventListener(c,()=>{l(),r=null})}var fd="00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838".split(" "),Gs=t=>[0,2,4].map(e=>parseInt(t.slice(e,e+2),16)),Co=fd.map(Gs),dd=Uint8ClampedArray.
from({length:768},(t,e)=>{let n=(e/3|0)/255*9,s=Math.min(8,n|0);return Co[s][e%3]*(1-n+s)+Co[s+1][e%3]*(n-s)}),ud=new Uint32Array(new Uint8ClampedArray(1024).map(
(t,e)=>e%4===3?255:dd[3*(e>>2)+e%4]).buffer),Io=new WeakMap;function Fo(t,e,n){let s=Io.get(t);if(s&&s.image.width===e&&s.image.height===n)return s;t.width=e,t.
height=n;let a=t.getContext("2d"),r=a.createImageData(e,n),o={context:a,image:r,pixels:new Uint32Array(r.data.buffer)};return Io.set(t,o),o}function Zt(t,e,n,s){
let{context:a,image:r,pixels:o}=Fo(t,Math.max(1,e),Math.max(1,n));o.fill(0);for(let i=0,l=0;i<n;i++)for(let c=0;c<e;c++,l++){let f=s(c,i);f>=0&&(o[l]=ud[f])}a.putImageData(
r,0,0)}function De(t,e,n,s){let{context:a,image:r,pixels:o}=Fo(t,Math.max(1,e),Math.max(1,n));o.fill(0);for(let i=0,l=0;i<n;i++)for(let c=0;c<e;c++,l+=4){let f=s(
c,i);f&&r.data.set(f,l)}a.putImageData(r,0,0)}function ee(...t){let e=0;for(let n of t)for(let s=0;s<n.length;s++)Math.abs(n[s])>e&&Number.isFinite(n[s])&&(e=Math.
abs(n[s]));return e}function nt(t,e){if(!Number.isFinite(t))return"–";let n=Math.abs(t).toFixed(e);return(t<0&&Number(n)!==0?"−":"")+n}function bt(t,e){let n=nt(t,e);return t>0&&
Number(n)!==0?`+${n}`:n}function V(t,e=3){if(!Number.isFinite(t))return Math.abs(t)===1/0?`${t<0?"−":""}∞`:"–";let n=Math.abs(t);return(t&&(n<.001||n>=1e6)?
t.toExponential(Math.max(1,e-2)):String(Number(t.toPrecision(e)))).replace("+","").replaceAll("-","−")}function Ya(t,e){for(let n=3;n<=6;n++){let s=[t,e].map(
r=>V(r,n)),a=s.map((r,o)=>Math.abs(Number(r.replaceAll("−","-"))-[t,e][o]));if(Math.max(...a)<=.02*(e-t)||t===e)return s}return[V(t),`+${V(e-t)}`]}function Wn(t){
let e=-1;for(let n=0;n<t.length;n++)Number.isFinite(t[n])&&(e<0||t[n]>t[e])&&(e=n);return e}function ys(t,e,n){let s=t.duration_s[e];return s===null?`step ${n+1}\
 of ${t.sizes.time}`:`${nt(t.start_s[e]+(n+1)/t.sizes.time*s,2)} s`}var St=(t,e,n)=>ys(t,e,n).split(" of ")[0];function fn(t,e,[n,s]){let a=t.duration_s[e],r=t.
sizes.time;if(a===null)return n===s?`step ${n+1}`:`steps ${n+1} to ${s+1}`;let o=t.start_s[e];return`${nt(o+n/r*a,2)} to ${nt(o+(s+1)/r*a,2)} s`}var dn=(t,e)=>`\
epoch ${t.epochs[e]} of ${t.epochs[t.epochs.length-1]}`,Ks=(t,e)=>t.modalities.reduce((n,s,a)=>n|(e.includes(s.name)?0:1<<a),0),ne=(t,e)=>t.replace(/\{(\w+)\}/g,
(n,s)=>String(e[s]));function Ys(t,{sample:e,epoch:n,time:s,masked:a},r=""){let{phrases:o,digits:i,epochs:l,sizes:c}=t,f=t.duration_s[e],d=t.targets[e],u=t.part(
"prediction",n,e,s),h=t.part("phi",n,e,s),m=t.task==="classification",g=m?Wn(u):0;return ne(o.readout,{epoch:l[n],last_epoch:l[c.epoch-1],moment:f===null?ne(o.step,
{step:s+1,steps:c.time}):ne(o.time,{time:nt(t.start_s[e]+(s+1)/c.time*f,2)}),prediction:ne(g<0?o.no_prediction:o.prediction,{predicted:t.outputs[g],value:nt(u[g],
i),target:m?t.outputs[d]:nt(d??NaN,i)}),phi:t.modalities.map((y,x)=>`${y.name} ${bt(h[x],i)}`).join(", "),masked:a.length?ne(o.masked,{modalities:a.join(", "),value:nt(
t.part("game",n,e,s)[Ks(t,a)],i)}):"",edits:r&&ne(o.edits,{edits:r})})}var Js=new WeakMap,Ja=t=>(t&&Js.get(t))??null;function Oe(t){let e=p("div",{class:"mmv-bar",...t===null?{}:{"data-m":t%8}}),n=p("div",{class:"mmv-recorded",hidden:""}),
s=p("div",{class:"mmv-track","aria-hidden":"true"},e,n),a=(i,l,c)=>{let f=Number.isFinite(l+c);i.style.left=`${f?100*Math.min(l,c):0}%`,i.style.width=`${f?100*Math.
abs(c-l):0}%`};return{track:s,set:(i,l,c=NaN)=>{Js.set(s,{now:c,then:NaN}),ht(e,"hidden",!Number.isFinite(i+l)),a(e,i,l)},was:(i,l,c=NaN)=>{Js.set(s,{now:Js.get(
s)?.now??NaN,then:c}),ht(n,"hidden",!Number.isFinite(l)),n.hidden||a(n,i,l)}}}var Se=(t,e,n)=>p("tr",{},t,p("td",{class:"mmv-cell"},e),p("td",{class:"mmv-value"},
n)),Ct=(...t)=>p("th",{scope:"row"},...t);function Qe(t){let{track:e,set:n,was:s}=Oe(t),a=(r,o)=>.5+(o?r/o/2:0*r);return e.classList.add("mmv-zero"),{track:e,set:(r,o)=>n(
.5,a(r,o),r),was:(r,o)=>s(.5,a(r,o),r)}}var ws=[],jo=["main","side","columns","wide"];function yt(t){let e=`register: view ${JSON.stringify(t.name)}`;if(typeof t.name!="string"||!t.name)throw new TypeError(
`${e}: name is not a text; give each view a name of its own`);if(ws.some(n=>n.name===t.name))throw new TypeError(`${e}: this name is registered already; choose \
another`);if(!jo.includes(t.place))throw new TypeError(`${e}: place is ${JSON.stringify(t.place)}, expected one of ${jo.join(", ")}`);if(!Array.isArray(t.needs))
throw new TypeError(`${e}: needs is ${JSON.stringify(t.needs)}, expected an array with the names of the frame's arrays`);if(typeof t.mount!="function")throw new TypeError(
`${e}: mount is no function; expected mount(root, frame, state, pick)`);ws.push(t)}function Lo(t,e){let n=()=>{throw e};ws.push({name:t,place:"wide",needs:[],mount:n})}
var Ro=(t,e)=>ws.filter(n=>n.place===t&&n.needs.every(e.has)&&(n.shows?.(e)??!0)).sort((n,s)=>(n.order??100)-(s.order??100)),Bo=()=>ws.map(t=>t.name);function hd(t,e){let n=e.modalities.length,s=e.modalities.map(()=>e.modalities.map(()=>p("td"))),a=p("tr",{},p("td",{class:"mmv-faint"},"target ↓ source →"),
...s.map((f,d)=>p("th",{scope:"col"},...qe(e,d,(235/n-27)/6.5)))),r=s.map((f,d)=>p("tr",{},Ct(...Ot(e,d)),...f)),o=mt("Coupling weights W"),i=it("No coupling we\
ights in this layer: its scans are not coupled, or one SSM stream serves all modalities."),l=p("table",{class:"mmv-matrix","aria-label":"Coupling weights W: row\
s are targets, columns are sources",...n>4?{"data-many":""}:{}},p("thead",{},a),p("tbody",{},...r));t.append(o,l,i);let c=ee(...e.compared.filter(f=>f.has("coup\
ling")).flatMap(f=>f.epochs.map((d,u)=>f.part("coupling",u))));return({epoch:f,layer:d})=>{let u=e.part("coupling",f,d);o.textContent=`Coupling weights W, layer\
 ${e.layers[d]}`,i.hidden=u.some(Number.isFinite),l.hidden=!i.hidden,s.flat().forEach((h,m)=>{h.textContent=nt(u[m],2),h.style.setProperty("--weight",String(c&&
Math.abs(u[m])/c||0))})}}yt({name:"coupling",section:"explanation",place:"side",order:30,needs:["coupling"],mount:hd});var Vs=t=>Math.sign(t-128)*((t-128)/127)**2;function Po(t,e){let n=t.sizes.time,s=t.attribution.block;return{count:s.length,from:a=>s[a],to:a=>s[a]<=e?Math.min(
(s[a+1]??n)-1,e):(s[a+1]??n)-1}}var kn=(t,e)=>t.attribution.block.reduce((n,s,a)=>s<=e?a:n,0),Va=(t,e)=>t.has("attribution_prefix")&&e<t.sizes.time-1;function Te(t,e,n){
if(!Va(t,n))return{values:t.part("attribution",e),count:t.sizes.time,from:r=>r,to:r=>r,signed:!0};let s=t.part("attribution_prefix_limit",e)[n];return{values:Float32Array.
from(t.part("attribution_prefix",e,n),r=>s*Vs(r)),...Po(t,n),signed:!0}}function qo(t,e,n,s){let a=t.part("attribution_stream_limit")[e];return{values:Float32Array.
from(t.part("attribution_stream",e,n,kn(t,s)),o=>a*(o/255)**2),...Po(t,s),signed:!1}}var Xa=({values:t})=>ee(t)||1;function pd(t,e,n){let{values:s,count:a,from:r,
to:o,signed:i}=e,l=Xa(e),c=t.sizes.time,f=i?50:98,d=i?48:96,u=["",""];for(let h=0;h<a;h++){let m=s[n*a+h],g=Math.min(1,Math.abs(m)/l)*d;if(!(g>.05))continue;let y=1e3*
r(h)/c,x=1e3*(o(h)+1)/c,b=m>0?f-g:f+g;u[m>0?0:1]+=`M${y.toFixed(1)} ${f}V${b.toFixed(1)}H${x.toFixed(1)}V${f}Z`}return u}function Xs(){let t=ct("path",{class:"m\
mv-raises"}),e=ct("path",{class:"mmv-lowers"}),n=ct("path",{class:"mmv-rule"});return{nodes:[t,e,n],draw:(a,r,o)=>{let i=pd(a,r,o);[t,e].forEach((l,c)=>{Yt(l,"d",
i[c]),l.classList.toggle("mmv-unsigned",!r.signed)}),Yt(n,"d",`M0 ${r.signed?50:98}H1000`)}}}var md=[178,24,43],gd=[33,102,172],bd=[247,247,247];function An(t){
let e=t<0?gd:md,n=Math.min(1,Math.abs(t))**.75;return[...bd.map((s,a)=>Math.round(s+n*(e[a]-s))),255]}var vs=["symmetric log","linear","quantile"],Za=[["layer","per layer"],["channel","per channel"],["shared","all layers"]],un=t=>({scale:"symmetric log",range:"l\
ayer",samples:"",...t.colours});function Do(t,e){if(t===void 0)return"";if(typeof t!="object"||t===null||Array.isArray(t))return`colours is ${JSON.stringify(t)}\
, expected an object`;let n={scale:vs,range:Za.map(([s])=>s),samples:["",...e.sample_colours??[]]};for(let[s,a]of Object.entries(t))if(!Object.hasOwn(n,s)||!n[s].
includes(a))return`colours: ${s} is ${JSON.stringify(a)}, expected ${Object.hasOwn(n,s)?`one of ${n[s].join(", ")}`:`one of ${Object.keys(n).join(", ")}`}`;return""}var Qa=t=>({across:"",up:"",lassos:[],...t.scatter});function Wo(t,e){if(t===void 0)return"";if(typeof t!="object"||t===null||Array.isArray(t))return`scatter is\
 ${JSON.stringify(t).slice(0,80)}, expected an object`;let n=e.scatter_axes??[],{lassos:s,points:a}=e.scatter_limits,r=(o,i)=>n.includes(i)?"":`${o} is ${JSON.stringify(
i??null).slice(0,80)}, expected ${n.length?`one of ${n.join(", ")}`:"none: this view has no samples"}`;for(let[o,i]of Object.entries(t))if(o==="across"||o==="up"){
let l=i===""?"":r(o,i);if(l)return`scatter: ${l}`}else if(o==="lassos"){if(!Array.isArray(i)||i.length>s)return`scatter: lassos is ${JSON.stringify(i??null).slice(
0,80)}, expected at most ${s} outlines`;for(let l of i){let c=l?.points,f=typeof l!="object"||l===null?"":r("across",l.across)||r("up",l.up);if(f)return`scatter\
: lassos: ${f}`;if(!Array.isArray(c)||c.length<3||c.length>a||Object.keys(l).length!==3||!c.every(d=>Array.isArray(d)&&d.length===2&&d.every(Number.isFinite)))return`\
scatter: lassos: ${JSON.stringify(l??null).slice(0,80)}, expected across, up and 3 to ${a} points [x, y]`}}else return`scatter: ${JSON.stringify(o).slice(0,80)}\
 is unknown, expected across, up or lassos`;return""}function Ho(t,e,n){let s=[];for(let o of t){let i=s.at(-1);(!i||Math.hypot(o[0]-i[0],o[1]-i[1])>=3)&&s.push(
o)}let a=Math.ceil(s.length/n);return(s.length<3?t.slice(0,n):s.filter((o,i)=>i%a===0)).map(o=>e(o).map(i=>Number(i.toPrecision(4))))}var Uo=(t,e)=>t.slice(-e);var xs=t=>t instanceof ArrayBuffer?new Uint8Array(t):new Uint8Array(t.buffer,t.byteOffset,t.byteLength);async function Hn(t,e,n){if(!(Number.isInteger(e)&&e>=0&&
e<=1073741824&&e<=1032*t.length))throw new Error(`${n} is damaged: it declares ${e} bytes for ${t.length} compressed ones`);let s=new Uint8Array(e),a=new Blob([
t]).stream().pipeThrough(new DecompressionStream("gzip")).getReader(),r=0;try{for(let o=await a.read();!o.done;o=await a.read()){if(r+o.value.length>e)throw new Error(
`more than ${e} bytes`);s.set(o.value,r),r+=o.value.length}if(r!==e)throw new Error(`${r} of ${e} bytes`)}catch(o){throw a.cancel().catch(()=>{}),new Error(`${n}\
 is damaged: ${o instanceof Error?o.message:String(o)}`)}return s}function Zs(t,e,n,s,a=!1){let r=n.length;for(let o=0,i=e;o<n.BYTES_PER_ELEMENT;o++,i+=r)for(let l=0;l<
r;l++)n[l]|=t[i+l]<<8*o;if(a)for(let o=0;o<r;o++)n[o]=n[o]>>>1^-(n[o]&1);for(let o of[...s].reverse())for(let i=o;i<r;i++)n[i]+=n[i-o];return n}var tr=t=>t.reduce((e,n)=>e*n,1);function yd(t,{shape:e,dtype:n,at:s,lags:a}){let r=Zs(t,s,n==="float32"?new Uint32Array(tr(e)):new Uint8Array(tr(e)),a);return r instanceof
Uint32Array?new Float32Array(r.buffer):r}async function Un(t,e){let n=JSON.parse(t),s={},a=Object.entries(n.arrays),r=a.reduce((f,[,{shape:d,dtype:u}])=>f+tr(d)*
(u==="float32"?4:1),0),o=await Hn(xs(e),r,"the recording in this page");for(let[f,d]of a)s[f]=yd(o,d);function i(f,...d){let{shape:u}=n.arrays[f],h=u.slice(d.length).
reduce((g,y)=>g*y,1),m=d.reduce((g,y,x)=>g*u[x]+y,0)*h;return s[f].subarray(m,m+h)}return{...n,part:i,shape:f=>n.arrays[f].shape,has:f=>Object.hasOwn(s,f)}}var ta=[
"brush","zoom","masked","edits","run","section","colours","scatter"],Go=["overview","sample","explanation","training","all"];function $s(t,e,n){if(typeof t!="ob\
ject"||t===null)return"selection is not an object";let{sizes:s}=e,a=s.time,r=ta;for(let d of Object.keys(t))if(!Object.hasOwn(s,d)&&!r.includes(d))return`select\
ion has an unknown key: ${d}`;for(let[d,u]of Object.entries(s)){let h=t[d];if(!Number.isInteger(h)||h<0||h>=u)return`selection: ${d} is ${h}, expected a whole n\
umber from 0 to ${u-1}`}if(t.sample>=e.recorded_samples&&t.epoch!==e.model_epoch)return`selection: sample ${t.sample} was not recorded, so its epoch is ${e.model_epoch}\
, that of the model in the page; got ${t.epoch}`;let{masked:o,run:i}=t;for(let[d,u]of Object.entries({brush:t.brush,zoom:t.zoom??null})){let h=Array.isArray(u)&&
u.length===2&&u.every(Number.isInteger)&&u[0]>=0&&u[0]<=u[1]&&u[1]<a;if(u!==null&&!h)return`selection: ${d} is ${JSON.stringify(u)}, expected null or [first ste\
p, last step]`}let l=e.has("game")?e.modalities.map(d=>d.name):[];if(!Array.isArray(o)||!o.every(d=>l.includes(d)))return`selection: masked is ${JSON.stringify(
o)}, expected modalities`;let c=wd(t.edits,e);if(c)return`selection: ${c}`;if(t.section!==void 0&&!Go.includes(t.section))return`selection: section is ${JSON.stringify(
t.section)}, expected one of ${Go.join(", ")}`;let f=Do(t.colours,e)||Wo(t.scatter,e);return f?`selection: ${f}`:n.includes(i)?"":`selection: run is ${JSON.stringify(
i)}, expected one of ${n.join(", ")}`}var Qs=(t,e,n)=>Number.isInteger(t)&&Number(t)>=e&&Number(t)<=n,Ko={delay:t=>Number.isInteger(t),amplitude:t=>Number.isFinite(
t)&&Number(t)>=0&&Number(t)<=10,noise:t=>Number.isFinite(t)&&Number(t)>=0,seed:t=>Qs(t,0,2**32-1),swap:(t,e)=>Qs(t,0,e.sizes.sample-1),text:t=>typeof t=="string",
window:t=>Array.isArray(t)&&t.length===2&&t.every(Number.isInteger)&&t[0]>=0&&t[0]<=t[1],state:t=>t==="zero"||t==="hold",cut:(t,e)=>Qs(t,0,e.modalities.length-1),
step:(t,e)=>Qs(t,0,e.sizes.time-1)};function wd(t,e){let n=s=>typeof s=="object"&&s!==null&&!Array.isArray(s);if(!n(t))return`edits is ${JSON.stringify(t)}, exp\
ected an object`;for(let[s,a]of Object.entries(t)){if(!e.modalities.some(r=>r.name===s)||!n(a))return`edits names ${JSON.stringify(s)}, expected a modality and \
its edits`;for(let[r,o]of Object.entries(a))if(!Object.hasOwn(Ko,r)||!Ko[r](o,e))return`edits of ${s}: ${r} is ${JSON.stringify(o)}`}return""}function Rt(){let t={};
return(e,...n)=>{let s=JSON.stringify([e.version,...n.map(o=>e[o])]),a=n.join(),r=t[a]!==s;return t[a]=s,r}}var er=t=>t.reduce((e,n)=>e&&n?[Math.min(e[0],n[0]),
Math.max(e[1],n[1])]:e??n,null)??[0,0],_e=(t,e,n)=>t.compared.filter(s=>s.has(e)).flatMap(s=>(s.edited()?[s,s.recorded]:[s]).flatMap(a=>s.epochs.map((r,o)=>a.part(
e,o,n)))),tn=(t,e,{layer:n,layer_of_a:s})=>Math.min(t===e?n:s??n,t.sizes.layer-1),On=(t,e,n)=>Math.max(...t.compared.map(s=>e(s)?.[tn(s,t,n)]??0));function Sn(t,e,n){
if(!t.has("channel_index"))return t.sizes.channel;let s=t.sizes.channel;return Array.from(t.part("channel_index",e).subarray(n*s,(n+1)*s)).filter(r=>r>=0).length}
var ye=(t,{brush:e})=>e??[0,t.sizes.time-1];function Ms(t,e){return t==null||e==null?NaN:t<e?-1:t>e?1:t>=e?0:NaN}function vd(t,e){return t==null||e==null?NaN:e<t?-1:e>t?1:e>=t?0:NaN}function Yo(t){let e,n,
s;t.length!==2?(e=Ms,n=(i,l)=>Ms(t(i),l),s=(i,l)=>t(i)-l):(e=t===Ms||t===vd?t:xd,n=t,s=t);function a(i,l,c=0,f=i.length){if(c<f){if(e(l,l)!==0)return f;do{let d=c+
f>>>1;n(i[d],l)<0?c=d+1:f=d}while(c<f)}return c}function r(i,l,c=0,f=i.length){if(c<f){if(e(l,l)!==0)return f;do{let d=c+f>>>1;n(i[d],l)<=0?c=d+1:f=d}while(c<f)}
return c}function o(i,l,c=0,f=i.length){let d=a(i,l,c,f-1);return d>c&&s(i[d-1],l)>-s(i[d],l)?d-1:d}return{left:a,center:o,right:r}}function xd(){return 0}function $d(t){
return t===null?NaN:+t}var Jo=Yo(Ms),Vo=Jo.right,Ig=Jo.left,Fg=Yo($d).center;var jg=Xo(Zo),Lg=Xo(Md);function Xo(t){return function(e,n,s=n){if(!((n=+n)>=0))throw new RangeError("invalid rx");if(!((s=+s)>=0))throw new RangeError("invalid\
 ry");let{data:a,width:r,height:o}=e;if(!((r=Math.floor(r))>=0))throw new RangeError("invalid width");if(!((o=Math.floor(o!==void 0?o:a.length/r))>=0))throw new RangeError(
"invalid height");if(!r||!o||!n&&!s)return e;let i=n&&t(n),l=s&&t(s),c=a.slice();return i&&l?(Gn(i,c,a,r,o),Gn(i,a,c,r,o),Gn(i,c,a,r,o),Kn(l,a,c,r,o),Kn(l,c,a,r,
o),Kn(l,a,c,r,o)):i?(Gn(i,a,c,r,o),Gn(i,c,a,r,o),Gn(i,a,c,r,o)):l&&(Kn(l,a,c,r,o),Kn(l,c,a,r,o),Kn(l,a,c,r,o)),e}}function Gn(t,e,n,s,a){for(let r=0,o=s*a;r<o;)
t(e,n,r,r+=s,1)}function Kn(t,e,n,s,a){for(let r=0,o=s*a;r<s;++r)t(e,n,r,r+o,s)}function Md(t){let e=Zo(t);return(n,s,a,r,o)=>{a<<=2,r<<=2,o<<=2,e(n,s,a+0,r+0,o),
e(n,s,a+1,r+1,o),e(n,s,a+2,r+2,o),e(n,s,a+3,r+3,o)}}function Zo(t){let e=Math.floor(t);if(e===t)return _d(t);let n=t-e,s=2*t+1;return(a,r,o,i,l)=>{if(!((i-=l)>=
o))return;let c=e*r[o],f=l*e,d=f+l;for(let u=o,h=o+f;u<h;u+=l)c+=r[Math.min(i,u)];for(let u=o,h=i;u<=h;u+=l)c+=r[Math.min(i,u+f)],a[u]=(c+n*(r[Math.max(o,u-d)]+
r[Math.min(i,u+d)]))/s,c-=r[Math.max(o,u-f)]}}function _d(t){let e=2*t+1;return(n,s,a,r,o)=>{if(!((r-=o)>=a))return;let i=t*s[a],l=o*t;for(let c=a,f=a+l;c<f;c+=
o)i+=s[Math.min(r,c)];for(let c=a,f=r;c<=f;c+=o)i+=s[Math.min(r,c+l)],n[c]=i/e,i-=s[Math.max(a,c-l)]}}var kd=Array.prototype,Rg=kd.slice;var Ad=Math.sqrt(50),Od=Math.sqrt(10),Sd=Math.sqrt(2);function ea(t,e,n){let s=(e-t)/Math.max(0,n),a=Math.floor(Math.log10(s)),r=s/Math.pow(10,a),o=r>=Ad?10:r>=
Od?5:r>=Sd?2:1,i,l,c;return a<0?(c=Math.pow(10,-a)/o,i=Math.round(t*c),l=Math.round(e*c),i/c<t&&++i,l/c>e&&--l,c=-c):(c=Math.pow(10,a)*o,i=Math.round(t/c),l=Math.
round(e/c),i*c<t&&++i,l*c>e&&--l),l<i&&.5<=n&&n<2?ea(t,e,n*2):[i,l,c]}function sa(t,e,n){if(e=+e,t=+t,n=+n,!(n>0))return[];if(t===e)return[t];let s=e<t,[a,r,o]=s?
ea(e,t,n):ea(t,e,n);if(!(r>=a))return[];let i=r-a+1,l=new Array(i);if(s)if(o<0)for(let c=0;c<i;++c)l[c]=(r-c)/-o;else for(let c=0;c<i;++c)l[c]=(r-c)*o;else if(o<
0)for(let c=0;c<i;++c)l[c]=(a+c)/-o;else for(let c=0;c<i;++c)l[c]=(a+c)*o;return l}function na(t,e,n){return e=+e,t=+t,n=+n,ea(t,e,n)[2]}function Qo(t,e,n){e=+e,
t=+t,n=+n;let s=e<t,a=s?na(e,t,n):na(t,e,n);return(s?-1:1)*(a<0?1/-a:a)}var Bg=Nd(Math.random);function Nd(t){return function(n,s=0,a=n.length){let r=a-(s=+s);for(;r;){let o=t()*r--|0,i=n[r+s];n[r+s]=n[o+s],n[o+s]=i}return n}}function Xn(t,e,n){t.prototype=e.prototype=n,n.constructor=t}function As(t,e){var n=Object.create(t.prototype);for(var s in e)n[s]=e[s];return n}function hn(){}
var Tn=.7,Vn=1/Tn,Yn="\\s*([+-]?\\d+)\\s*",_s="\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)\\s*",We="\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)%\\s*",Ed=/^#([0-9a-f]{3,8})$/,
zd=new RegExp(`^rgb\\(${Yn},${Yn},${Yn}\\)$`),Td=new RegExp(`^rgb\\(${We},${We},${We}\\)$`),Cd=new RegExp(`^rgba\\(${Yn},${Yn},${Yn},${_s}\\)$`),Id=new RegExp(`\
^rgba\\(${We},${We},${We},${_s}\\)$`),Fd=new RegExp(`^hsl\\(${_s},${We},${We}\\)$`),jd=new RegExp(`^hsla\\(${_s},${We},${We},${_s}\\)$`),ti={aliceblue:15792383,
antiquewhite:16444375,aqua:65535,aquamarine:8388564,azure:15794175,beige:16119260,bisque:16770244,black:0,blanchedalmond:16772045,blue:255,blueviolet:9055202,brown:10824234,
burlywood:14596231,cadetblue:6266528,chartreuse:8388352,chocolate:13789470,coral:16744272,cornflowerblue:6591981,cornsilk:16775388,crimson:14423100,cyan:65535,darkblue:139,
darkcyan:35723,darkgoldenrod:12092939,darkgray:11119017,darkgreen:25600,darkgrey:11119017,darkkhaki:12433259,darkmagenta:9109643,darkolivegreen:5597999,darkorange:16747520,
darkorchid:10040012,darkred:9109504,darksalmon:15308410,darkseagreen:9419919,darkslateblue:4734347,darkslategray:3100495,darkslategrey:3100495,darkturquoise:52945,
darkviolet:9699539,deeppink:16716947,deepskyblue:49151,dimgray:6908265,dimgrey:6908265,dodgerblue:2003199,firebrick:11674146,floralwhite:16775920,forestgreen:2263842,
fuchsia:16711935,gainsboro:14474460,ghostwhite:16316671,gold:16766720,goldenrod:14329120,gray:8421504,green:32768,greenyellow:11403055,grey:8421504,honeydew:15794160,
hotpink:16738740,indianred:13458524,indigo:4915330,ivory:16777200,khaki:15787660,lavender:15132410,lavenderblush:16773365,lawngreen:8190976,lemonchiffon:16775885,
lightblue:11393254,lightcoral:15761536,lightcyan:14745599,lightgoldenrodyellow:16448210,lightgray:13882323,lightgreen:9498256,lightgrey:13882323,lightpink:16758465,
lightsalmon:16752762,lightseagreen:2142890,lightskyblue:8900346,lightslategray:7833753,lightslategrey:7833753,lightsteelblue:11584734,lightyellow:16777184,lime:65280,
limegreen:3329330,linen:16445670,magenta:16711935,maroon:8388608,mediumaquamarine:6737322,mediumblue:205,mediumorchid:12211667,mediumpurple:9662683,mediumseagreen:3978097,
mediumslateblue:8087790,mediumspringgreen:64154,mediumturquoise:4772300,mediumvioletred:13047173,midnightblue:1644912,mintcream:16121850,mistyrose:16770273,moccasin:16770229,
navajowhite:16768685,navy:128,oldlace:16643558,olive:8421376,olivedrab:7048739,orange:16753920,orangered:16729344,orchid:14315734,palegoldenrod:15657130,palegreen:10025880,
paleturquoise:11529966,palevioletred:14381203,papayawhip:16773077,peachpuff:16767673,peru:13468991,pink:16761035,plum:14524637,powderblue:11591910,purple:8388736,
rebeccapurple:6697881,red:16711680,rosybrown:12357519,royalblue:4286945,saddlebrown:9127187,salmon:16416882,sandybrown:16032864,seagreen:3050327,seashell:16774638,
sienna:10506797,silver:12632256,skyblue:8900331,slateblue:6970061,slategray:7372944,slategrey:7372944,snow:16775930,springgreen:65407,steelblue:4620980,tan:13808780,
teal:32896,thistle:14204888,tomato:16737095,turquoise:4251856,violet:15631086,wheat:16113331,white:16777215,whitesmoke:16119285,yellow:16776960,yellowgreen:10145074};
Xn(hn,Zn,{copy(t){return Object.assign(new this.constructor,this,t)},displayable(){return this.rgb().displayable()},hex:ei,formatHex:ei,formatHex8:Ld,formatHsl:Rd,
formatRgb:ni,toString:ni});function ei(){return this.rgb().formatHex()}function Ld(){return this.rgb().formatHex8()}function Rd(){return di(this).formatHsl()}function ni(){
return this.rgb().formatRgb()}function Zn(t){var e,n;return t=(t+"").trim().toLowerCase(),(e=Ed.exec(t))?(n=e[1].length,e=parseInt(e[1],16),n===6?si(e):n===3?new se(
e>>8&15|e>>4&240,e>>4&15|e&240,(e&15)<<4|e&15,1):n===8?aa(e>>24&255,e>>16&255,e>>8&255,(e&255)/255):n===4?aa(e>>12&15|e>>8&240,e>>8&15|e>>4&240,e>>4&15|e&240,((e&
15)<<4|e&15)/255):null):(e=zd.exec(t))?new se(e[1],e[2],e[3],1):(e=Td.exec(t))?new se(e[1]*255/100,e[2]*255/100,e[3]*255/100,1):(e=Cd.exec(t))?aa(e[1],e[2],e[3],
e[4]):(e=Id.exec(t))?aa(e[1]*255/100,e[2]*255/100,e[3]*255/100,e[4]):(e=Fd.exec(t))?oi(e[1],e[2]/100,e[3]/100,1):(e=jd.exec(t))?oi(e[1],e[2]/100,e[3]/100,e[4]):
ti.hasOwnProperty(t)?si(ti[t]):t==="transparent"?new se(NaN,NaN,NaN,0):null}function si(t){return new se(t>>16&255,t>>8&255,t&255,1)}function aa(t,e,n,s){return s<=
0&&(t=e=n=NaN),new se(t,e,n,s)}function ir(t){return t instanceof hn||(t=Zn(t)),t?(t=t.rgb(),new se(t.r,t.g,t.b,t.opacity)):new se}function Cn(t,e,n,s){return arguments.
length===1?ir(t):new se(t,e,n,s??1)}function se(t,e,n,s){this.r=+t,this.g=+e,this.b=+n,this.opacity=+s}Xn(se,Cn,As(hn,{brighter(t){return t=t==null?Vn:Math.pow(
Vn,t),new se(this.r*t,this.g*t,this.b*t,this.opacity)},darker(t){return t=t==null?Tn:Math.pow(Tn,t),new se(this.r*t,this.g*t,this.b*t,this.opacity)},rgb(){return this},
clamp(){return new se(En(this.r),En(this.g),En(this.b),oa(this.opacity))},displayable(){return-.5<=this.r&&this.r<255.5&&-.5<=this.g&&this.g<255.5&&-.5<=this.b&&
this.b<255.5&&0<=this.opacity&&this.opacity<=1},hex:ai,formatHex:ai,formatHex8:Bd,formatRgb:ri,toString:ri}));function ai(){return`#${Nn(this.r)}${Nn(this.g)}${Nn(
this.b)}`}function Bd(){return`#${Nn(this.r)}${Nn(this.g)}${Nn(this.b)}${Nn((isNaN(this.opacity)?1:this.opacity)*255)}`}function ri(){let t=oa(this.opacity);return`${t===
1?"rgb(":"rgba("}${En(this.r)}, ${En(this.g)}, ${En(this.b)}${t===1?")":`, ${t})`}`}function oa(t){return isNaN(t)?1:Math.max(0,Math.min(1,t))}function En(t){return Math.
max(0,Math.min(255,Math.round(t)||0))}function Nn(t){return t=En(t),(t<16?"0":"")+t.toString(16)}function oi(t,e,n,s){return s<=0?t=e=n=NaN:n<=0||n>=1?t=e=NaN:e<=
0&&(t=NaN),new Ce(t,e,n,s)}function di(t){if(t instanceof Ce)return new Ce(t.h,t.s,t.l,t.opacity);if(t instanceof hn||(t=Zn(t)),!t)return new Ce;if(t instanceof
Ce)return t;t=t.rgb();var e=t.r/255,n=t.g/255,s=t.b/255,a=Math.min(e,n,s),r=Math.max(e,n,s),o=NaN,i=r-a,l=(r+a)/2;return i?(e===r?o=(n-s)/i+(n<s)*6:n===r?o=(s-e)/
i+2:o=(e-n)/i+4,i/=l<.5?r+a:2-r-a,o*=60):i=l>0&&l<1?0:o,new Ce(o,i,l,t.opacity)}function la(t,e,n,s){return arguments.length===1?di(t):new Ce(t,e,n,s??1)}function Ce(t,e,n,s){
this.h=+t,this.s=+e,this.l=+n,this.opacity=+s}Xn(Ce,la,As(hn,{brighter(t){return t=t==null?Vn:Math.pow(Vn,t),new Ce(this.h,this.s,this.l*t,this.opacity)},darker(t){
return t=t==null?Tn:Math.pow(Tn,t),new Ce(this.h,this.s,this.l*t,this.opacity)},rgb(){var t=this.h%360+(this.h<0)*360,e=isNaN(t)||isNaN(this.s)?0:this.s,n=this.
l,s=n+(n<.5?n:1-n)*e,a=2*n-s;return new se(nr(t>=240?t-240:t+120,a,s),nr(t,a,s),nr(t<120?t+240:t-120,a,s),this.opacity)},clamp(){return new Ce(ii(this.h),ra(this.
s),ra(this.l),oa(this.opacity))},displayable(){return(0<=this.s&&this.s<=1||isNaN(this.s))&&0<=this.l&&this.l<=1&&0<=this.opacity&&this.opacity<=1},formatHsl(){
let t=oa(this.opacity);return`${t===1?"hsl(":"hsla("}${ii(this.h)}, ${ra(this.s)*100}%, ${ra(this.l)*100}%${t===1?")":`, ${t})`}`}}));function ii(t){return t=(t||
0)%360,t<0?t+360:t}function ra(t){return Math.max(0,Math.min(1,t||0))}function nr(t,e,n){return(t<60?e+(n-e)*t/60:t<180?n:t<240?e+(n-e)*(240-t)/60:e)*255}var ui=Math.
PI/180,hi=180/Math.PI,ia=18,pi=.96422,mi=1,gi=.82521,bi=4/29,Jn=6/29,yi=3*Jn*Jn,Pd=Jn*Jn*Jn;function wi(t){if(t instanceof He)return new He(t.l,t.a,t.b,t.opacity);
if(t instanceof en)return xi(t);t instanceof se||(t=ir(t));var e=or(t.r),n=or(t.g),s=or(t.b),a=sr((.2225045*e+.7168786*n+.0606169*s)/mi),r,o;return e===n&&n===s?
r=o=a:(r=sr((.4360747*e+.3850649*n+.1430804*s)/pi),o=sr((.0139322*e+.0971045*n+.7141733*s)/gi)),new He(116*a-16,500*(r-a),200*(a-o),t.opacity)}function vi(t,e,n,s){return arguments.length===1?wi(t):new He(t,e,n,s??1)}function He(t,e,n,s){this.l=+t,this.a=+e,this.b=+n,this.opacity=+s}Xn(He,vi,As(hn,{brighter(t){
return new He(this.l+ia*(t??1),this.a,this.b,this.opacity)},darker(t){return new He(this.l-ia*(t??1),this.a,this.b,this.opacity)},rgb(){var t=(this.l+16)/116,e=isNaN(
this.a)?t:t+this.a/500,n=isNaN(this.b)?t:t-this.b/200;return e=pi*ar(e),t=mi*ar(t),n=gi*ar(n),new se(rr(3.1338561*e-1.6168667*t-.4906146*n),rr(-.9787684*e+1.9161415*
t+.033454*n),rr(.0719453*e-.2289914*t+1.4052427*n),this.opacity)}}));function sr(t){return t>Pd?Math.pow(t,1/3):t/yi+bi}function ar(t){return t>Jn?t*t*t:yi*(t-bi)}
function rr(t){return 255*(t<=.0031308?12.92*t:1.055*Math.pow(t,1/2.4)-.055)}function or(t){return(t/=255)<=.04045?t/12.92:Math.pow((t+.055)/1.055,2.4)}function qd(t){
if(t instanceof en)return new en(t.h,t.c,t.l,t.opacity);if(t instanceof He||(t=wi(t)),t.a===0&&t.b===0)return new en(NaN,0<t.l&&t.l<100?0:NaN,t.l,t.opacity);var e=Math.
atan2(t.b,t.a)*hi;return new en(e<0?e+360:e,Math.sqrt(t.a*t.a+t.b*t.b),t.l,t.opacity)}function ca(t,e,n,s){return arguments.length===1?qd(t):new en(t,e,n,s??1)}function en(t,e,n,s){this.h=+t,this.c=+e,this.l=+n,this.opacity=+s}function xi(t){if(isNaN(
t.h))return new He(t.l,0,0,t.opacity);var e=t.h*ui;return new He(t.l,Math.cos(e)*t.c,Math.sin(e)*t.c,t.opacity)}Xn(en,ca,As(hn,{brighter(t){return new en(this.h,
this.c,this.l+ia*(t??1),this.opacity)},darker(t){return new en(this.h,this.c,this.l-ia*(t??1),this.opacity)},rgb(){return xi(this).rgb()}}));var $i=-.14861,lr=1.78277,
cr=-.29227,fa=-.90649,ks=1.97294,li=ks*fa,ci=ks*lr,fi=lr*cr-fa*$i;function Dd(t){if(t instanceof zn)return new zn(t.h,t.s,t.l,t.opacity);t instanceof se||(t=ir(
t));var e=t.r/255,n=t.g/255,s=t.b/255,a=(fi*s+li*e-ci*n)/(fi+li-ci),r=s-a,o=(ks*(n-a)-cr*r)/fa,i=Math.sqrt(o*o+r*r)/(ks*a*(1-a)),l=i?Math.atan2(o,r)*hi-120:NaN;
return new zn(l<0?l+360:l,i,a,t.opacity)}function Ne(t,e,n,s){return arguments.length===1?Dd(t):new zn(t,e,n,s??1)}function zn(t,e,n,s){this.h=+t,this.s=+e,this.
l=+n,this.opacity=+s}Xn(zn,Ne,As(hn,{brighter(t){return t=t==null?Vn:Math.pow(Vn,t),new zn(this.h,this.s,this.l*t,this.opacity)},darker(t){return t=t==null?Tn:Math.
pow(Tn,t),new zn(this.h,this.s,this.l*t,this.opacity)},rgb(){var t=isNaN(this.h)?0:(this.h+120)*ui,e=+this.l,n=isNaN(this.s)?0:this.s*e*(1-e),s=Math.cos(t),a=Math.
sin(t);return new se(255*(e+n*($i*s+lr*a)),255*(e+n*(cr*s+fa*a)),255*(e+n*(ks*s)),this.opacity)}}));function Ai(t,e,n,s,a){var r=t*t,o=r*t;return((1-3*t+3*r-o)*e+(4-6*r+3*o)*n+(1+3*t+3*r-3*o)*s+o*a)/6}function Wd(t){var e=t.length-1;return function(n){var s=n<=
0?n=0:n>=1?(n=1,e-1):Math.floor(n*e),a=t[s],r=t[s+1],o=s>0?t[s-1]:2*a-r,i=s<e-1?t[s+2]:2*r-a;return Ai((n-s/e)*e,o,a,r,i)}}function Hd(t){var e=t.length;return function(n){
var s=Math.floor(((n%=1)<0?++n:n)*e),a=t[(s+e-1)%e],r=t[s%e],o=t[(s+1)%e],i=t[(s+2)%e];return Ai((n-s/e)*e,a,r,o,i)}}var ua=t=>()=>t;function Oi(t,e){return function(n){
return t+n*e}}function Ud(t,e,n){return t=Math.pow(t,n),e=Math.pow(e,n)-t,n=1/n,function(s){return Math.pow(t+s*e,n)}}function hr(t,e){var n=e-t;return n?Oi(t,n>
180||n<-180?n-360*Math.round(n/360):n):ua(isNaN(t)?e:t)}function Gd(t){return(t=+t)==1?we:function(e,n){return n-e?Ud(e,n,t):ua(isNaN(e)?n:e)}}function we(t,e){
var n=e-t;return n?Oi(t,n):ua(isNaN(t)?e:t)}var Mi=(function t(e){var n=Gd(e);function s(a,r){var o=n((a=Cn(a)).r,(r=Cn(r)).r),i=n(a.g,r.g),l=n(a.b,r.b),c=we(a.
opacity,r.opacity);return function(f){return a.r=o(f),a.g=i(f),a.b=l(f),a.opacity=c(f),a+""}}return s.gamma=t,s})(1);function Si(t){return function(e){var n=e.length,
s=new Array(n),a=new Array(n),r=new Array(n),o,i;for(o=0;o<n;++o)i=Cn(e[o]),s[o]=i.r||0,a[o]=i.g||0,r[o]=i.b||0;return s=t(s),a=t(a),r=t(r),i.opacity=1,function(l){
return i.r=s(l),i.g=a(l),i.b=r(l),i+""}}}var Ni=Si(Wd),Wg=Si(Hd);function Kd(t,e){e||(e=[]);var n=t?Math.min(e.length,t.length):0,s=e.slice(),a;return function(r){
for(a=0;a<n;++a)s[a]=t[a]*(1-r)+e[a]*r;return s}}function Yd(t){return ArrayBuffer.isView(t)&&!(t instanceof DataView)}function Jd(t,e){var n=e?e.length:0,s=t?Math.min(n,t.length):0,a=new Array(s),r=new Array(n),o;for(o=0;o<s;++o)a[o]=ha(t[o],e[o]);for(;o<n;++o)r[o]=e[o];return function(i){
for(o=0;o<s;++o)r[o]=a[o](i);return r}}function Vd(t,e){var n=new Date;return t=+t,e=+e,function(s){return n.setTime(t*(1-s)+e*s),n}}function Ie(t,e){return t=+t,
e=+e,function(n){return t*(1-n)+e*n}}function Xd(t,e){var n={},s={},a;(t===null||typeof t!="object")&&(t={}),(e===null||typeof e!="object")&&(e={});for(a in e)a in
t?n[a]=ha(t[a],e[a]):s[a]=e[a];return function(r){for(a in n)s[a]=n[a](r);return s}}var dr=/[-+]?(?:\d+\.?\d*|\.?\d+)(?:[eE][-+]?\d+)?/g,fr=new RegExp(dr.source,
"g");function Zd(t){return function(){return t}}function Qd(t){return function(e){return t(e)+""}}function tu(t,e){var n=dr.lastIndex=fr.lastIndex=0,s,a,r,o=-1,
i=[],l=[];for(t=t+"",e=e+"";(s=dr.exec(t))&&(a=fr.exec(e));)(r=a.index)>n&&(r=e.slice(n,r),i[o]?i[o]+=r:i[++o]=r),(s=s[0])===(a=a[0])?i[o]?i[o]+=a:i[++o]=a:(i[++o]=
null,l.push({i:o,x:Ie(s,a)})),n=fr.lastIndex;return n<e.length&&(r=e.slice(n),i[o]?i[o]+=r:i[++o]=r),i.length<2?l[0]?Qd(l[0].x):Zd(e):(e=l.length,function(c){for(var f=0,
d;f<e;++f)i[(d=l[f]).i]=d.x(c);return i.join("")})}function ha(t,e){var n=typeof e,s;return e==null||n==="boolean"?ua(e):(n==="number"?Ie:n==="string"?(s=Zn(e))?
(e=s,Mi):tu:e instanceof Zn?Mi:e instanceof Date?Vd:Yd(e)?Kd:Array.isArray(e)?Jd:typeof e.valueOf!="function"&&typeof e.toString!="function"||isNaN(e)?Xd:Ie)(t,
e)}function Ei(t,e){return t=+t,e=+e,function(n){return Math.round(t*(1-n)+e*n)}}var _i=180/Math.PI,ur={translateX:0,translateY:0,rotate:0,skewX:0,scaleX:1,scaleY:1};
function zi(t,e,n,s,a,r){var o,i,l;return(o=Math.sqrt(t*t+e*e))&&(t/=o,e/=o),(l=t*n+e*s)&&(n-=t*l,s-=e*l),(i=Math.sqrt(n*n+s*s))&&(n/=i,s/=i,l/=i),t*s<e*n&&(t=-t,
e=-e,l=-l,o=-o),{translateX:a,translateY:r,rotate:Math.atan2(e,t)*_i,skewX:Math.atan(l)*_i,scaleX:o,scaleY:i}}var da;function eu(t){let e=new(typeof DOMMatrix==
"function"?DOMMatrix:WebKitCSSMatrix)(t+"");return e.isIdentity?ur:zi(e.a,e.b,e.c,e.d,e.e,e.f)}function nu(t){return t==null||(da||(da=document.createElementNS(
"http://www.w3.org/2000/svg","g")),da.setAttribute("transform",t),!(t=da.transform.baseVal.consolidate()))?ur:(t=t.matrix,zi(t.a,t.b,t.c,t.d,t.e,t.f))}function Ti(t,e,n,s){
function a(c){return c.length?c.pop()+" ":""}function r(c,f,d,u,h,m){if(c!==d||f!==u){var g=h.push("translate(",null,e,null,n);m.push({i:g-4,x:Ie(c,d)},{i:g-2,x:Ie(
f,u)})}else(d||u)&&h.push("translate("+d+e+u+n)}function o(c,f,d,u){c!==f?(c-f>180?f+=360:f-c>180&&(c+=360),u.push({i:d.push(a(d)+"rotate(",null,s)-2,x:Ie(c,f)})):
f&&d.push(a(d)+"rotate("+f+s)}function i(c,f,d,u){c!==f?u.push({i:d.push(a(d)+"skewX(",null,s)-2,x:Ie(c,f)}):f&&d.push(a(d)+"skewX("+f+s)}function l(c,f,d,u,h,m){
if(c!==d||f!==u){var g=h.push(a(h)+"scale(",null,",",null,")");m.push({i:g-4,x:Ie(c,d)},{i:g-2,x:Ie(f,u)})}else(d!==1||u!==1)&&h.push(a(h)+"scale("+d+","+u+")")}
return function(c,f){var d=[],u=[];return c=t(c),f=t(f),r(c.translateX,c.translateY,f.translateX,f.translateY,d,u),o(c.rotate,f.rotate,d,u),i(c.skewX,f.skewX,d,
u),l(c.scaleX,c.scaleY,f.scaleX,f.scaleY,d,u),c=f=null,function(h){for(var m=-1,g=u.length,y;++m<g;)d[(y=u[m]).i]=y.x(h);return d.join("")}}}var Hg=Ti(eu,"px, ",
"px)","deg)"),Ug=Ti(nu,", ",")",")"),su=1e-12;function ki(t){return((t=Math.exp(t))+1/t)/2}function au(t){return((t=Math.exp(t))-1/t)/2}function ru(t){return((t=
Math.exp(2*t))-1)/(t+1)}var Gg=(function t(e,n,s){function a(r,o){var i=r[0],l=r[1],c=r[2],f=o[0],d=o[1],u=o[2],h=f-i,m=d-l,g=h*h+m*m,y,x;if(g<su)x=Math.log(u/c)/
e,y=function(k){return[i+k*h,l+k*m,c*Math.exp(e*k*x)]};else{var b=Math.sqrt(g),w=(u*u-c*c+s*g)/(2*c*n*b),A=(u*u-c*c-s*g)/(2*u*n*b),$=Math.log(Math.sqrt(w*w+1)-w),
v=Math.log(Math.sqrt(A*A+1)-A);x=(v-$)/e,y=function(k){var S=k*x,M=ki($),z=c/(n*b)*(M*ru(e*S+$)-au($));return[i+z*h,l+z*m,c*M/ki(e*S+$)]}}return y.duration=Math.
abs(x)*1e3*e/Math.SQRT2,y}return a.rho=function(r){var o=Math.max(.001,+r),i=o*o,l=i*i;return t(o,i,l)},a})(Math.SQRT2,2,4);function Ci(t){return function(e,n){
var s=t((e=la(e)).h,(n=la(n)).h),a=we(e.s,n.s),r=we(e.l,n.l),o=we(e.opacity,n.opacity);return function(i){return e.h=s(i),e.s=a(i),e.l=r(i),e.opacity=o(i),e+""}}}
var Kg=Ci(hr),Yg=Ci(we);function Ii(t){return function(e,n){var s=t((e=ca(e)).h,(n=ca(n)).h),a=we(e.c,n.c),r=we(e.l,n.l),o=we(e.opacity,n.opacity);return function(i){return e.h=s(i),e.
c=a(i),e.l=r(i),e.opacity=o(i),e+""}}}var Jg=Ii(hr),Vg=Ii(we);function Fi(t){return(function e(n){n=+n;function s(a,r){var o=t((a=Ne(a)).h,(r=Ne(r)).h),i=we(a.s,
r.s),l=we(a.l,r.l),c=we(a.opacity,r.opacity);return function(f){return a.h=o(f),a.s=i(f),a.l=l(Math.pow(f,n)),a.opacity=c(f),a+""}}return s.gamma=e,s})(1)}var Xg=Fi(
hr),pa=Fi(we);function ou(t){return Math.abs(t=Math.round(t))>=1e21?t.toLocaleString("en").replace(/,/g,""):t.toString(10)}function ga(t,e){if(!isFinite(t)||t===0)return null;
var n=(t=e?t.toExponential(e-1):t.toExponential()).indexOf("e"),s=t.slice(0,n);return[s.length>1?s[0]+s.slice(2):s,+t.slice(n+1)]}function Qn(t){return t=ga(Math.
abs(t)),t?t[1]:NaN}function iu(t,e){return function(n,s){for(var a=n.length,r=[],o=0,i=t[0],l=0;a>0&&i>0&&(l+i+1>s&&(i=Math.max(1,s-l)),r.push(n.substring(a-=i,
a+i)),!((l+=i+1)>s));)i=t[o=(o+1)%t.length];return r.reverse().join(e)}}function lu(t){return function(e){return e.replace(/[0-9]/g,function(n){return t[+n]})}}
var cu=/^(?:(.)?([<>=^]))?([+\-( ])?([$#])?(0)?(\d+)?(,)?(\.\d+)?(~)?([a-z%])?$/i;function ts(t){if(!(e=cu.exec(t)))throw new Error("invalid format: "+t);var e;
return new pr({fill:e[1],align:e[2],sign:e[3],symbol:e[4],zero:e[5],width:e[6],comma:e[7],precision:e[8]&&e[8].slice(1),trim:e[9],type:e[10]})}ts.prototype=pr.prototype;
function pr(t){this.fill=t.fill===void 0?" ":t.fill+"",this.align=t.align===void 0?">":t.align+"",this.sign=t.sign===void 0?"-":t.sign+"",this.symbol=t.symbol===
void 0?"":t.symbol+"",this.zero=!!t.zero,this.width=t.width===void 0?void 0:+t.width,this.comma=!!t.comma,this.precision=t.precision===void 0?void 0:+t.precision,
this.trim=!!t.trim,this.type=t.type===void 0?"":t.type+""}pr.prototype.toString=function(){return this.fill+this.align+this.sign+this.symbol+(this.zero?"0":"")+
(this.width===void 0?"":Math.max(1,this.width|0))+(this.comma?",":"")+(this.precision===void 0?"":"."+Math.max(0,this.precision|0))+(this.trim?"~":"")+this.type};
function fu(t){t:for(var e=t.length,n=1,s=-1,a;n<e;++n)switch(t[n]){case".":s=a=n;break;case"0":s===0&&(s=n),a=n;break;default:if(!+t[n])break t;s>0&&(s=0);break}
return s>0?t.slice(0,s)+t.slice(a+1):t}var ba;function du(t,e){var n=ga(t,e);if(!n)return ba=void 0,t.toPrecision(e);var s=n[0],a=n[1],r=a-(ba=Math.max(-8,Math.
min(8,Math.floor(a/3)))*3)+1,o=s.length;return r===o?s:r>o?s+new Array(r-o+1).join("0"):r>0?s.slice(0,r)+"."+s.slice(r):"0."+new Array(1-r).join("0")+ga(t,Math.
max(0,e+r-1))[0]}function ji(t,e){var n=ga(t,e);if(!n)return t+"";var s=n[0],a=n[1];return a<0?"0."+new Array(-a).join("0")+s:s.length>a+1?s.slice(0,a+1)+"."+s.
slice(a+1):s+new Array(a-s.length+2).join("0")}var Li={"%":(t,e)=>(t*100).toFixed(e),b:t=>Math.round(t).toString(2),c:t=>t+"",d:ou,e:(t,e)=>t.toExponential(e),f:(t,e)=>t.
toFixed(e),g:(t,e)=>t.toPrecision(e),o:t=>Math.round(t).toString(8),p:(t,e)=>ji(t*100,e),r:ji,s:du,X:t=>Math.round(t).toString(16).toUpperCase(),x:t=>Math.round(
t).toString(16)};function Ri(t){return t}var Bi=Array.prototype.map,Pi=["y","z","a","f","p","n","µ","m","","k","M","G","T","P","E","Z","Y"];function uu(t){var e=t.
grouping===void 0||t.thousands===void 0?Ri:iu(Bi.call(t.grouping,Number),t.thousands+""),n=t.currency===void 0?"":t.currency[0]+"",s=t.currency===void 0?"":t.currency[1]+
"",a=t.decimal===void 0?".":t.decimal+"",r=t.numerals===void 0?Ri:lu(Bi.call(t.numerals,String)),o=t.percent===void 0?"%":t.percent+"",i=t.minus===void 0?"−":
t.minus+"",l=t.nan===void 0?"NaN":t.nan+"";function c(d,u){d=ts(d);var h=d.fill,m=d.align,g=d.sign,y=d.symbol,x=d.zero,b=d.width,w=d.comma,A=d.precision,$=d.trim,
v=d.type;v==="n"?(w=!0,v="g"):Li[v]||(A===void 0&&(A=12),$=!0,v="g"),(x||h==="0"&&m==="=")&&(x=!0,h="0",m="=");var k=(u&&u.prefix!==void 0?u.prefix:"")+(y==="$"?
n:y==="#"&&/[boxX]/.test(v)?"0"+v.toLowerCase():""),S=(y==="$"?s:/[%p]/.test(v)?o:"")+(u&&u.suffix!==void 0?u.suffix:""),M=Li[v],z=/[defgprs%]/.test(v);A=A===void 0?
6:/[gprs]/.test(v)?Math.max(1,Math.min(21,A)):Math.max(0,Math.min(20,A));function N(_){var R=k,L=S,j,B,P;if(v==="c")L=M(_)+L,_="";else{_=+_;var q=_<0||1/_<0;if(_=
isNaN(_)?l:M(Math.abs(_),A),$&&(_=fu(_)),q&&+_==0&&g!=="+"&&(q=!1),R=(q?g==="("?g:i:g==="-"||g==="("?"":g)+R,L=(v==="s"&&!isNaN(_)&&ba!==void 0?Pi[8+ba/3]:"")+L+
(q&&g==="("?")":""),z){for(j=-1,B=_.length;++j<B;)if(P=_.charCodeAt(j),48>P||P>57){L=(P===46?a+_.slice(j+1):_.slice(j))+L,_=_.slice(0,j);break}}}w&&!x&&(_=e(_,1/0));
var D=R.length+_.length+L.length,H=D<b?new Array(b-D+1).join(h):"";switch(w&&x&&(_=e(H+_,H.length?b-L.length:1/0),H=""),m){case"<":_=R+_+L+H;break;case"=":_=R+H+
_+L;break;case"^":_=H.slice(0,D=H.length>>1)+R+_+L+H.slice(D);break;default:_=H+R+_+L;break}return r(_)}return N.toString=function(){return d+""},N}function f(d,u){
var h=Math.max(-8,Math.min(8,Math.floor(Qn(u)/3)))*3,m=Math.pow(10,-h),g=c((d=ts(d),d.type="f",d),{suffix:Pi[8+h/3]});return function(y){return g(m*y)}}return{format:c,
formatPrefix:f}}var ma,ya,mr;hu({thousands:",",grouping:[3],currency:["$",""]});function hu(t){return ma=uu(t),ya=ma.format,mr=ma.formatPrefix,ma}function qi(t){
return Math.max(0,-Qn(Math.abs(t)))}function Di(t,e){return Math.max(0,Math.max(-8,Math.min(8,Math.floor(Qn(e)/3)))*3-Qn(Math.abs(t)))}function Wi(t,e){return t=
Math.abs(t),e=Math.abs(e)-t,Math.max(0,Qn(e)-Qn(t))+1}function br(t,e){switch(arguments.length){case 0:break;case 1:this.range(t);break;default:this.range(e).domain(t);break}return this}function pu(t){return function(){return t}}function mu(t){return+t}var Hi=[0,1];function es(t){return t}function gr(t,e){return(e-=t=+t)?function(n){return(n-t)/
e}:pu(isNaN(e)?NaN:.5)}function gu(t,e){var n;return t>e&&(n=t,t=e,e=n),function(s){return Math.max(t,Math.min(e,s))}}function bu(t,e,n){var s=t[0],a=t[1],r=e[0],
o=e[1];return a<s?(s=gr(a,s),r=n(o,r)):(s=gr(s,a),r=n(r,o)),function(i){return r(s(i))}}function yu(t,e,n){var s=Math.min(t.length,e.length)-1,a=new Array(s),r=new Array(
s),o=-1;for(t[s]<t[0]&&(t=t.slice().reverse(),e=e.slice().reverse());++o<s;)a[o]=gr(t[o],t[o+1]),r[o]=n(e[o],e[o+1]);return function(i){var l=Vo(t,i,1,s)-1;return r[l](
a[l](i))}}function yr(t,e){return e.domain(t.domain()).range(t.range()).interpolate(t.interpolate()).clamp(t.clamp()).unknown(t.unknown())}function wr(){var t=Hi,
e=Hi,n=ha,s,a,r,o=es,i,l,c;function f(){var u=Math.min(t.length,e.length);return o!==es&&(o=gu(t[0],t[u-1])),i=u>2?yu:bu,l=c=null,d}function d(u){return u==null||
isNaN(u=+u)?r:(l||(l=i(t.map(s),e,n)))(s(o(u)))}return d.invert=function(u){return o(a((c||(c=i(e,t.map(s),Ie)))(u)))},d.domain=function(u){return arguments.length?
(t=Array.from(u,mu),f()):t.slice()},d.range=function(u){return arguments.length?(e=Array.from(u),f()):e.slice()},d.rangeRound=function(u){return e=Array.from(u),
n=Ei,f()},d.clamp=function(u){return arguments.length?(o=u?!0:es,f()):o!==es},d.interpolate=function(u){return arguments.length?(n=u,f()):n},d.unknown=function(u){
return arguments.length?(r=u,d):r},function(u,h){return s=u,a=h,f()}}function wu(){return wr()(es,es)}function vu(t,e,n,s){var a=Qo(t,e,n),r;switch(s=ts(s??",f"),
s.type){case"s":{var o=Math.max(Math.abs(t),Math.abs(e));return s.precision==null&&!isNaN(r=Di(a,o))&&(s.precision=r),mr(s,o)}case"":case"e":case"g":case"p":case"\
r":{s.precision==null&&!isNaN(r=Wi(a,Math.max(Math.abs(t),Math.abs(e))))&&(s.precision=r-(s.type==="e"));break}case"f":case"%":{s.precision==null&&!isNaN(r=qi(a))&&
(s.precision=r-(s.type==="%")*2);break}}return ya(s)}function Vi(t){var e=t.domain;return t.ticks=function(n){var s=e();return sa(s[0],s[s.length-1],n??10)},t.tickFormat=
function(n,s){var a=e();return vu(a[0],a[a.length-1],n??10,s)},t.nice=function(n){n==null&&(n=10);var s=e(),a=0,r=s.length-1,o=s[a],i=s[r],l,c,f=10;for(i<o&&(c=
o,o=i,i=c,c=a,a=r,r=c);f-- >0;){if(c=na(o,i,n),c===l)return s[a]=o,s[r]=i,e(s);if(c>0)o=Math.floor(o/c)*c,i=Math.ceil(i/c)*c;else if(c<0)o=Math.ceil(o*c)/c,i=Math.
floor(i*c)/c;else break;l=c}return t},t}function Ue(){var t=wu();return t.copy=function(){return yr(t,Ue())},br.apply(t,arguments),Vi(t)}function xu(t,e){t=t.slice();var n=0,s=t.length-1,a=t[n],r=t[s],o;return r<a&&(o=n,n=s,s=o,o=a,a=r,r=o),t[n]=e.floor(a),t[s]=e.ceil(r),t}function Ui(t){return Math.
log(t)}function Gi(t){return Math.exp(t)}function $u(t){return-Math.log(-t)}function Mu(t){return-Math.exp(-t)}function _u(t){return isFinite(t)?+("1e"+t):t<0?0:
t}function ku(t){return t===10?_u:t===Math.E?Math.exp:e=>Math.pow(t,e)}function Au(t){return t===Math.E?Math.log:t===10&&Math.log10||t===2&&Math.log2||(t=Math.log(
t),e=>Math.log(e)/t)}function Ki(t){return(e,n)=>-t(-e,n)}function Ou(t){let e=t(Ui,Gi),n=e.domain,s=10,a,r;function o(){return a=Au(s),r=ku(s),n()[0]<0?(a=Ki(a),
r=Ki(r),t($u,Mu)):t(Ui,Gi),e}return e.base=function(i){return arguments.length?(s=+i,o()):s},e.domain=function(i){return arguments.length?(n(i),o()):n()},e.ticks=
i=>{let l=n(),c=l[0],f=l[l.length-1],d=f<c;d&&([c,f]=[f,c]);let u=a(c),h=a(f),m,g,y=i==null?10:+i,x=[];if(!(s%1)&&h-u<y){if(u=Math.floor(u),h=Math.ceil(h),c>0){
for(;u<=h;++u)for(m=1;m<s;++m)if(g=u<0?m/r(-u):m*r(u),!(g<c)){if(g>f)break;x.push(g)}}else for(;u<=h;++u)for(m=s-1;m>=1;--m)if(g=u>0?m/r(-u):m*r(u),!(g<c)){if(g>
f)break;x.push(g)}x.length*2<y&&(x=sa(c,f,y))}else x=sa(u,h,Math.min(h-u,y)).map(r);return d?x.reverse():x},e.tickFormat=(i,l)=>{if(i==null&&(i=10),l==null&&(l=
s===10?"s":","),typeof l!="function"&&(!(s%1)&&(l=ts(l)).precision==null&&(l.trim=!0),l=ya(l)),i===1/0)return l;let c=Math.max(1,s*i/e.ticks().length);return f=>{
let d=f/r(Math.round(a(f)));return d*s<s-.5&&(d*=s),d<=c?l(f):""}},e.nice=()=>n(xu(n(),{floor:i=>r(Math.floor(a(i))),ceil:i=>r(Math.ceil(a(i)))})),e}function vr(){
let t=Ou(wr()).domain([1,10]);return t.copy=()=>yr(t,vr()).base(t.base()),br.apply(t,arguments),t}function Yi(t){return function(e){return Math.sign(e)*Math.log1p(
Math.abs(e/t))}}function Ji(t){return function(e){return Math.sign(e)*Math.expm1(Math.abs(e))*t}}function Su(t){var e=1,n=t(Yi(e),Ji(e));return n.constant=function(s){
return arguments.length?t(Yi(e=+s),Ji(e)):e},Vi(n)}function wa(){var t=Su(wr());return t.copy=function(){return yr(t,wa()).constant(t.constant())},br.apply(t,arguments)}var Nu=(t,e)=>e?.zoom??[0,t-1];function gt(t,e){let[n,s]=Nu(t,e),a=n/t,r=(s+1-n)/t;return{from:n,to:s,start:a,length:r,across:o=>(o-a)/r,share:o=>a+o*r}}function Fe(t,e,n){
let{start:s,length:a}=gt(e,n);if(t instanceof SVGElement){let r=`${1e3*s} 0 ${1e3*a} 100`;t.getAttribute("viewBox")!==r&&t.setAttribute("viewBox",r)}else{let{style:r}=t;
r.left=n?.zoom?`${-100*s/a}%`:"",r.width=n?.zoom?`${100/a}%`:""}}function ns(t,e,{factor:n=1,around:s=.5,move:a=0}){let[r,o]=e??[0,t-1],i=o+1-r,l=Math.min(t,Math.
max(Math.min(4,t),n>1?Math.floor(i/n):n<1?Math.ceil(i/n):i));if(l>=t)return null;let c=a?Math.sign(a)*Math.max(1,Math.round(Math.abs(a)*i)):0,f=Math.min(t-l,Math.
max(0,Math.round(r+s*(i-l))+c));return[f,f+l-1]}function ke(t,e,n,s,a){let r=h=>{let{left:m,width:g}=e.getBoundingClientRect();return Math.min(1,Math.max(0,(h-m)/
(g||1)))};t.addEventListener("wheel",h=>{if(!(h.ctrlKey||h.metaKey)&&!(h.shiftKey&&s()?.zoom))return;h.preventDefault();let m=h.deltaY||h.deltaX,g=ns(n,s()?.zoom,
h.ctrlKey||h.metaKey?{factor:m<0?1.25:.8,around:r(h.clientX)}:{move:.1*Math.sign(m)});JSON.stringify(g)!==JSON.stringify(s()?.zoom??null)&&a({zoom:g})},{passive:!1});
let o=new Set,i=h=>{if(h.pointerType==="touch"){if(h.type==="pointerdown"&&o.add(h.pointerId),h.type!=="pointerup"&&h.type!=="pointercancel")return void(o.size>
1&&h.stopPropagation());o.delete(h.pointerId)}};for(let h of["pointerdown","pointermove","pointerup","pointercancel"])t.addEventListener(h,i,!0);let l=null,c=[0,
0],f=0,d=h=>{let m=[...h.touches].filter(({target:g})=>t.contains(g)).map(({clientX:g})=>g);if(m.length!==2){l&&f&&(cancelAnimationFrame(f),u()),l=null;return}c=
[Math.max(20,Math.abs(m[0]-m[1])),(m[0]+m[1])/2],l?f||=requestAnimationFrame(u):l={apart:c[0],middle:c[1],zoom:s()?.zoom}};for(let h of["touchstart","touchmove",
"touchend","touchcancel"])t.addEventListener(h,d,{capture:!0,passive:!0});function u(){if(f=0,!l)return;let{apart:h,middle:m}=l,[g,y]=c,x=g/h>1.2||g/h<.83?g/h:1,
b=x===1?l.zoom:ns(n,l.zoom,{factor:x,around:r(m)}),w=(m-y)/(e.getBoundingClientRect().width||1),A=b&&Math.abs(w)*(b[1]+1-b[0])>=1?ns(n,b,{move:w}):b;JSON.stringify(
A??null)!==JSON.stringify(s()?.zoom??null)&&a({zoom:A})}}function Ge(t){let e=t.length>1?Math.abs(t[1]-t[0]):Math.abs(t[0])||1;for(let n=3;n<=9;n++){let s=t.map(a=>V(a,n));if(s.every((a,r)=>Math.abs(Number(a.replaceAll(
"−","-"))-t[r])<=.02*e))return s}return t.map(n=>V(n-t[0])).map((n,s)=>s?`+${n}`:V(t[0]))}function nn([t,e],n,s=!1){if(!(e>t))return[t];let a=s&&t>0?vr([t,e],
[0,1]).ticks(n):Ue([t,e],[0,1]).ticks(n),r=s?a.filter(c=>Math.abs(Math.log10(c)-Math.round(Math.log10(c)))<1e-9):[],o=s?r.length>1?r:a.filter(c=>[1,2,5].includes(
Number(c.toExponential()[0]))&&Number(c.toPrecision(1))===Number(c.toPrecision(6))):a,i=o.length>1?o:[t,e],l=Math.ceil(i.length/(n+2));return i.filter((c,f)=>f%
l===0)}function Vt(t,e,n){let s=JSON.stringify(e);if(t.dataset.ticks===s)return;t.dataset.ticks=s;let a=[...t.children];for(let r of a.splice(e.length))r.remove();
for(;a.length<e.length;)a.push(t.appendChild(p("span",{},"")));e.forEach(({at:r,text:o},i)=>{Mt(a[i],o),n==="left"&&a[i].style.setProperty("--at",r.toFixed(4)),
a[i].style[n]=`${(100*r).toFixed(2)}%`})}function ve(){let t=p("div",{class:"mmv-ticks-x"}),e=p("span",{class:"mmv-axis-name"});return{node:p("div",{class:"mmv-\
axis-x","aria-hidden":"true"},e,t),draw:(a,r)=>{Vt(t,a.filter(({at:o})=>o>=-.001&&o<=1.001),"left"),e.textContent!==r&&(e.textContent=r,e.toggleAttribute("data-\
long",r.length>8))}}}function re(t,e,n=6){let s=t.sizes.time,{start:a,length:r}=gt(s,e),o=t.duration_s[e.sample],i=t.start_s[e.sample],l=o??s,c=(o===null?0:i)+a*
l,f=nn([c,c+r*l],n);return Ge(f).map((d,u)=>({at:(f[u]-(o===null?0:i))/l,text:d}))}var pe=(t,e)=>t.duration_s[e.sample]===null?"step":"time, s";function pn(t,e){
let n=t.sizes.time,s=Math.max(1,n-1),[a,r]=e.zoom??[0,n-1];return{kind:"time",name:pe(t,e),text:o=>St(t,e.sample,o),ticks:re(t,e,4).map(({at:o,text:i})=>({at:(o*
n-1)/s,text:i})),shown:a<r?[a/s,r/s]:[Math.max(0,(a-.5)/s),Math.min(1,(a+.5)/s)]}}function Xi(t,e,n,s=5){let a=Math.max(1,Math.ceil((t-1)/Math.max(1,s-1)));return Array.
from({length:Math.ceil(t/a)},(r,o)=>({at:n(o*a),text:e(o*a)}))}var Zi=(t,e)=>e>1?t/(e-1):.5,Ke=(t,e=n=>Zi(n,t.length))=>({kind:"epoch",name:"epoch",text:n=>`epo\
ch ${t[n]}`,ticks:Xi(t.length,n=>String(t[n]),e)}),Os=(t,e,n="channel",s=a=>`row ${a+1}`)=>({kind:n,name:t,text:s,ticks:Xi(e,a=>String(a+1),a=>Zi(a,e))});async function Eu(t){try{await navigator.clipboard.writeText(t)}catch{let e=p("textarea",{class:"mmv-hidden-text","aria-hidden":"true",tabindex:-1});e.value=t,document.
body.append(e),e.select(),document.execCommand("copy"),e.remove()}}function Qi(t){let e=p("div",{class:"mmv-pins",role:"group","aria-label":"Pinned read-outs",hidden:""}),
n=[];function s(r){let o=r.contains(r.getRootNode().activeElement);r.remove(),n.splice(n.indexOf(r),1),o&&n[n.length-1]?.querySelector("button:last-child")?.focus(),
e.hidden=n.length===0}function a(r,o,i){let l=t(r,o),c=pt("copy",async()=>{await Eu(l),c.textContent="copied"},{"aria-label":`Copy ${r.title}`}),f=pt("×",()=>s(
d),{"aria-label":`Remove the read-out ${r.title}`}),d=p("div",{class:"mmv-pin","data-text":l},...i,p("div",{class:"mmv-pin-buttons"},c,f)),u=n.find(h=>h.dataset.
text===l);u&&s(u),n.push(d),e.append(d),e.hidden=!1}return{node:e,add:a,count:()=>n.length,removeLast:()=>s(n[n.length-1])}}var mn=new WeakMap,zu=4,Tu=new Map([["ArrowLeft",[-1,0]],["ArrowRight",[1,0]],["ArrowUp",[0,-1]],["ArrowDown",[0,1]]]);function Et(t,e){mn.set(t,e),t.classList.
add("mmv-readable"),t.tabIndex=0,t.setAttribute("role","group"),t.setAttribute("aria-label",`${e.label}; arrow keys: read values, Enter: pin`)}var Bt=(t,e)=>Math.
min(e-1,Math.max(0,Math.floor(t*e))),Cu=(t,e,n,s)=>{let[a,r]=t.grid();return t.cellAt?t.cellAt(e,n,s):[Bt(e,a),Bt(n,r)]},tl=(t,e,n)=>{let[s,a]=t.grid();return t.
placeOf?t.placeOf(e,n):[(e+.5)/s,(n+.5)/a]},Ss=t=>[...t.tBodies].flatMap(e=>[...e.rows]).filter(e=>!e.hidden&&e.querySelector("th")&&e.querySelector("td"));function ss(t){
let e=t.cloneNode(!0);return e.querySelectorAll(".mmv-hidden-text, .mmv-glyph, .mmv-mark").forEach(n=>n.remove()),(e.textContent??"").trim()}var el=t=>{let e=t?.
querySelector(".mmv-glyph")?.getAttribute("data-m");return e==null?void 0:Number(e)};function Iu(t){let e=s=>[...s.cells].filter(a=>a.tagName==="TD"&&!a.classList.
contains("mmv-cell")),n=()=>t.getAttribute("aria-label")||ss(t.caption??t);return{label:n(),grid:()=>[Math.max(1,...Ss(t).map(s=>e(s).length)),Ss(t).length],read(s,a){
let r=Ss(t)[a],o=r&&e(r)[Math.min(s,e(r).length-1)],i=r&&sl.get(r);if(i)return i();if(!o||!ss(o))return null;let l=[...t.tHead?.rows[0]?.cells??[]],c=l[[...r.cells].
indexOf(o)],f=ss(o),d=Ja(r.querySelector(".mmv-track")),u=(/\.(\d+)/.exec(f)?.[1]??"").length,h=[[c&&ss(c)?ss(c):"value",f]];return d&&Number.isFinite(d.then)&&
h.push(["recorded",bt(d.then,u).replace("+","")],["difference",bt(d.now-d.then,u)]),{title:`${ss(r.cells[0])} · ${n()}`,modality:el(r.cells[0]),rows:h,at:{modality:el(
r.cells[0])}}},placeOf(s,a){let r=Ss(t)[a],o=t.getBoundingClientRect(),i=(e(r)[Math.min(s,e(r).length-1)]??r).getBoundingClientRect();return[(i.left+i.width/2-o.
left)/(o.width||1),(i.top+i.height/2-o.top)/(o.height||1)]},cellAt(s,a,r){let o=Ss(t),i=o.findIndex(c=>{let{top:f,bottom:d}=c.getBoundingClientRect();return r.top+
a*r.height>=f&&r.top+a*r.height<=d});if(i<0)return[0,-1];let l=e(o[i]).findIndex(c=>r.left+s*r.width<=c.getBoundingClientRect().right);return[Math.max(0,l),i]}}}
var sl=new WeakMap,xr=(t,e)=>{sl.set(t,e)};function Fu(t){t.querySelectorAll("table").forEach(e=>{mn.has(e)||e.querySelector("input, select, button")||!e.querySelector(
".mmv-track, .mmv-value")&&!e.classList.contains("mmv-matrix")&&!e.classList.contains("mmv-list")||(mn.set(e,Iu(e)),e.classList.add("mmv-readable"),e.closest("[\
tabindex='0']")||(e.tabIndex=0))})}var nl=({area:t,box:e,at:n=[0,0]})=>[e.left-t.left,e.top-t.top,e.left,e.top,e.width,e.height,...n].join();function va(t,e){let n=p(
"div",{class:"mmv-card",hidden:"","aria-hidden":"true"}),s=p("div",{class:"mmv-hidden-text","aria-live":"polite"}),a=p("div",{class:"mmv-point",hidden:"","aria-\
hidden":"true"}),r=Qi(b);t.append(a,n,r.node,s),Fu(t),t.querySelectorAll("[data-plots]").forEach(T=>T.querySelectorAll(".mmv-readable").forEach((W,I)=>I&&W.setAttribute(
"tabindex","-1")));let o=null,i=null,l=0,c=0,f=!1,d=!1,u=null,h=[...t.querySelectorAll(".mmv-readable")].filter(T=>T instanceof HTMLElement&&!(T instanceof HTMLTableElement)),
m=new Map,g=T=>{let W=[...t.querySelectorAll(".mmv-run")],I=W.findIndex(E=>T&&E.contains(T));return e[Math.max(0,I)]},y=(T,W)=>{let I=T.modality===void 0?"":g(W)?.
modalities[T.modality]?.name??"";return{modality:I&&!T.title.startsWith(I)?I:"",title:T.title}};function x(T,W){let{modality:I,title:E}=y(T,W);return[p("div",{class:"\
mmv-card-title"},...T.modality===void 0?[]:[Lt(T.modality)],Q(I?`${I} · ${E}`:E)),p("dl",{},...T.rows.flatMap(([U,G,K])=>[p("dt",{},Q(U)),p("dd",{},Q(K&&K!=="1"?
`${G} ${K}`:G))]))]}function b(T,W){let{modality:I,title:E}=y(T,W);return[[...I?[I]:[],E],...T.rows.map(([U,G,K])=>[U,G,...K&&K!=="1"?[K]:[]])].map(U=>U.join("	")).
join(`
`)}let w=(T,W)=>b(T,W).replaceAll(`
`,"; ").replaceAll("	"," ");function A(T,W){let I=T?.modality;I===void 0?t.removeAttribute("data-linked"):t.dataset.linked!==String(I%8)&&(t.dataset.linked=String(
I%8));for(let E of h){let U=T&&mn.get(E)?.locate?.(T),G=m.get(E)??[];(U?[U.x?{left:U.x,top:[0,1]}:null,U.y?{left:[0,1],top:U.y}:null]:[null,null]).forEach((J,X)=>{
if(!J){G[X]&&(G[X].hidden=!0);return}G[X]??=p("div",{class:"mmv-link","aria-hidden":"true"}),G[X].parentNode!==E&&E.append(G[X]),G[X].hidden=E===W&&X===1;let[at,
tt]=[J.left,J.top];G[X].style.cssText=`left:${100*at[0]}%;width:${100*(at[1]-at[0])}%;top:${100*tt[0]}%;height:${100*(tt[1]-tt[0])}%`}),m.set(E,G)}}function $(){
o&&(o=u=null,n.hidden=a.hidden=!0,A(null,null))}let v=T=>({area:t.getBoundingClientRect(),box:T.getBoundingClientRect()});function k(T,W,I=v(T.box)){let E=T.cell[1]<
0?null:T.probe.read(...T.cell);if(!E)return $();o=T;let{area:U,box:G}=I,[K,J]=E.place??I.at??tl(T.probe,...T.cell);u=T.box instanceof HTMLTableElement?{...I,cell:T.
cell,at:[K,J]}:I;let X=G.left-U.left+K*G.width,at=G.top-U.top+J*G.height;n.replaceChildren(...x(E,T.box)),n.hidden=a.hidden=!1;let tt=G.top+J*G.height>innerHeight/
2,st=X>U.width/2;n.style.transform=`translate(${X+(st?-12:12)}px, ${at+(tt?-12:12)}px) translate(${st?"-100%":"0"}, ${tt?"-100%":"0"})`,a.style.transform=`trans\
late(${X}px, ${at}px)`,A(E.at,T.box),W&&(s.textContent=w(E,T.box))}function S(){let T=o?.probe.read(...o.cell);!o||!T||(r.add(T,o.box,x(T,o.box)),s.textContent=
`Pinned: ${w(T,o.box)}`)}function M(T){let I=T.target.closest?.(".mmv-readable"),E=I&&mn.get(I);return E&&I instanceof HTMLElement&&t.contains(I)?{box:I,probe:E}:
null}function z(){let T=d;if(l=0,d=!1,f)return void(T&&o&&k(o,!1,u??void 0));if(!i)return $();let{x:W,y:I,type:E,found:U}=i;if(!U)return $();let{box:G,probe:K}=U,
J=i.places??(o?.box===G?u:null)??v(G),X=J.box;i.places=null;let at=J.cell??Cu(K,(W-X.left)/(X.width||1),(I-X.top)/(X.height||1),X);!T&&o&&o.box===G&&o.cell[0]===
at[0]&&o.cell[1]===at[1]&&E!=="tap"||k({box:G,probe:K,cell:at},E==="tap",J)}function N(T){i=T,l||=requestAnimationFrame(z)}let _=null,R=T=>{if(_&&Math.hypot(T.clientX-
_.x,T.clientY-_.y)>zu&&(_.moved=!0),T.pointerType==="touch")return;f=!1;let W=M(T)??(_?L(T.clientX,T.clientY):null);N({found:W,x:T.clientX,y:T.clientY,type:_?"d\
rag":"hover",places:W&&v(W.box)})};function L(T,W){let I=t.getRootNode().elementFromPoint(T,W),E=I?.closest(".mmv-readable"),U=E&&mn.get(E);return U&&E instanceof
HTMLElement?{box:E,probe:U}:null}let j=T=>{_=M(T)&&T.button===0?{x:T.clientX,y:T.clientY,moved:!1,shift:T.shiftKey}:null},B=T=>{let W=_&&!_.moved&&!_.shift,I=W?
M(T)??L(T.clientX,T.clientY):null;if(_=null,!I)return;let E=T.pointerType==="touch",G=E&&o&&o.box===I.box?`${o?.cell}`:"";f=!1,i={found:I,x:T.clientX,y:T.clientY,
type:E?"tap":"click"},cancelAnimationFrame(l),z(),o&&(!E||G===`${o.cell}`)&&S()},P=T=>T.pointerType!=="touch"&&N(null),q=T=>{if(T.key==="Escape"&&(r.count()||f)&&
!T.target.closest("dialog, .mmv-tour")){r.count()?(r.removeLast(),s.textContent="Read-out removed"):$(),f=!1,T.stopPropagation(),T.preventDefault();return}let W=T.
target,I=W.classList?.contains("mmv-readable")?mn.get(W):void 0,E=Tu.get(T.key);if(!(!I||T.ctrlKey||T.metaKey||T.altKey)){if(T.key==="Enter"&&!T.shiftKey)(!f||o?.
box!==W)&&k({box:W,probe:I,cell:H(W,I)},!0),S();else if(E){let[U,G]=I.grid(),K=T.shiftKey?10:1,[J,X]=f&&o?.box===W?o.cell:H(W,I),at=f&&o?.box===W&&E[1]&&(X+E[1]<
0||X+E[1]>=G)?D(W,E[1]):null;if(at){let st=mn.get(at),[dt,wt]=st.grid();W.tabIndex=-1,at.tabIndex=0,at.focus({preventScroll:!1}),f=!0,k({box:at,probe:st,cell:[U>
1?Math.round(J*(dt-1)/(U-1)):0,E[1]>0?0:wt-1]},!0),T.preventDefault(),T.stopPropagation();return}let tt=f&&o?.box===W?[Math.min(U-1,Math.max(0,J+K*E[0])),Math.min(
G-1,Math.max(0,X+K*E[1]))]:[J,X];k({box:W,probe:I,cell:tt},!0)}else return;f=!0,T.preventDefault(),T.stopPropagation()}};function D(T,W){let I=[...T.closest("[d\
ata-plots]")?.querySelectorAll(".mmv-readable")??[]].filter(E=>E instanceof HTMLElement&&E.checkVisibility());return I[I.indexOf(T)+W]??null}let H=(T,W)=>{let[I,
E]=W.grid(),[U,G]=W.start?.()??[0,0];return[Math.min(I-1,Math.max(0,U)),Math.min(E-1,Math.max(0,G))]},C=T=>{f&&o?.box===T.target&&(f=!1,$())};t.addEventListener(
"pointermove",R),t.addEventListener("pointerleave",P),t.addEventListener("pointerdown",j,!0),t.addEventListener("pointerup",B,!0),t.addEventListener("keydown",q,
!0),t.addEventListener("focusout",C);let O=new MessageChannel;O.port1.onmessage=()=>{if(c=0,!o||!u)return;let T={...v(o.box),...u.at?{at:tl(o.probe,...o.cell)}:
{}};nl(T)!==nl(u)&&(u=null,F())};function F(){d=!0,i?.places?l||=requestAnimationFrame(z):z()}return{redraw(){o&&(F(),c||=requestAnimationFrame(()=>O.port2.postMessage(
0)))},stop(){cancelAnimationFrame(l),cancelAnimationFrame(c),O.port1.close()}}}var ju=3,In=t=>t>0?`+${V(t,2)}`:V(t,2);function Lu(t,e,n,s){let a=-1,r="",o=null,i=(E,{sample:U,time:G})=>a<0?Te(E,U,G):qo(E,U,a,G),l=e.modalities.length,c=e.sizes.
time,f=e.attribution.block.length,{quantity:d,error:u}=e.attribution,h=e.attribution.name[0].toUpperCase()+e.attribution.name.slice(1),m=E=>e.edited()?.explained??
(E<e.recorded_samples?e.attribution.explained[E]:e.recorded.computed()?.explained)??"",g=()=>e.edited()?.unexplained?` As recorded, without the edit. ${e.edited()?.
unexplained}`:"",y=e.has("attribution_prefix"),x=e.has("attribution_stream")?e.modalities:[],b=Dt("Target",[y?"prediction up to the cursor":"prediction, whole s\
equence",...x.map(E=>`SSM stream ${E.name}`)],E=>{a=E-1,o&&I(o)}),w=e.modalities.map((E,U)=>{let G=Xs(),K=ct("path",{class:"mmv-here"}),J=ct("rect",{class:"mmv-\
band",y:0,height:100}),X=Pe(`Shares of ${E.name} over its steps; the sum is in the table`,J,...G.nodes,K),at=p("td",{class:"mmv-value"}),tt=p("div",{class:"mmv-\
plot mmv-lane-bars"},X);Jt(tt,tt,dt=>s({time:Bt(gt(c,o).share(dt),c)})),ke(tt,tt,c,()=>o,s),Et(tt,{label:`Attribution of ${E.name} over its steps`,grid:()=>[o?i(
e,o).count:0,1],cellAt(dt){if(!o)return[0,-1];let{from:wt,count:jt}=i(e,o),At=gt(c,o).share(dt)*c;return[Array.from({length:jt},(ut,Nt)=>Nt).reduce((ut,Nt)=>wt(
Nt)<=At?Nt:ut,0),0]},placeOf(dt){let{from:wt,to:jt}=i(e,o);return[gt(c,o).across((wt(dt)+jt(dt)+1)/2/c),.5]},locate:({time:dt})=>{let wt=gt(c,o);return dt===void 0||
dt<wt.from||dt>wt.to?null:{x:[wt.across(dt/c),wt.across((dt+1)/c)]}},read(dt){if(!o)return null;let{values:wt,count:jt,from:At,to:ut}=i(e,o),Nt=wt[U*jt+dt],$e=e.
edited()&&e.replaced("attribution")?i(e.recorded,o).values[U*jt+dt]:NaN,Y=a<0?In:ot=>V(ot,2);return{title:a<0?e.attribution.name:`contribution to SSM stream ${e.
modalities[a].name}`,modality:U,at:{modality:U,time:ut(dt)},rows:[["share",Y(Nt)],["at",fn(e,o.sample,[At(dt),ut(dt)])],...Number.isFinite($e)?[["recorded",Y($e)],
["difference",In(Nt-$e)]]:[]]}}});let st=p("td",{class:"mmv-cell"},tt);return{bars:G,drawing:X,here:K,band:J,value:at,cell:st,node:p("tr",{},Ct(...Ot(e,U)),st,at)}}),
A=E=>{let U=p("td",{class:"mmv-value"});return{value:U,node:p("tr",{class:"mmv-total"},Ct(E),p("td"),U)}},$=ve();w[l-1].cell.append($.node);let v=A("bias"),k=A(
"sum"),S=mt(h),M=p("p",{class:"mmv-small mmv-attribution-about"}),z=p("p",{class:"mmv-faint mmv-small"}),N=p("table",{class:"mmv-attribution","aria-label":"Shar\
e of each modality"},p("tbody",{},...w.map(E=>E.node),v.node,k.node)),_=p("canvas",{role:"img","aria-label":"Map of the attribution"}),R=p("div",{class:"mmv-at"}),
L=e.modalities.slice(1).map(()=>p("div",{class:"mmv-cut-x"}));L.forEach((E,U)=>E.style.setProperty("--at",String((U+1)/l)));let j=p("div",{class:"mmv-plot mmv-m\
ap mmv-pairs"},_,p("div",{class:"mmv-marks","aria-hidden":"true"},...L,R)),B=p("div",{class:"mmv-subtitle"}),P=p("div",{class:"mmv-alongs","aria-hidden":"true"},
...e.modalities.map((E,U)=>p("span",{},...qe(e,U,(340/l-15)/6.5)))),q=p("div",{class:"mmv-pair-map"}),D=p("div",{class:"mmv-block-ticks mmv-block-down","aria-hi\
dden":"true"}),H=p("div",{class:"mmv-block-ticks","aria-hidden":"true"});t.append(S,...x.length?[b.node]:[],M,N,z,q),q.append(B,p("div",{class:"mmv-map-axes"},D,
j,p("span"),H,p("span"),P));let C=e.attribution.block,O=E=>(C[E+1]??c)-1,F=()=>{let[E,U]=o?.zoom??[0,c-1],[G,K]=[kn(e,E),kn(e,U)];return{first:G,count:K+1-G,top:a<
0?E:G,rows:a<0?U+1-E:K+1-G}};Jt(j,j,(E,U)=>{let{top:G,rows:K}=F(),J=G+Bt(U,K);s({time:a<0?J:O(J)})}),ke(j,j,c,()=>o,s),Et(j,{label:"Map of shares over all steps",
grid:()=>[l*f,a<0?c:f],start:()=>[0,o?a<0?o.time:kn(e,o.time):0],cellAt(E,U){let{first:G,count:K,top:J,rows:X}=F(),at=Bt(E,l*K);return[Math.floor(at/K)*f+G+at%K,
J+Bt(U,X)]},placeOf(E,U){let{first:G,count:K,top:J,rows:X}=F();return[(Math.floor(E/f)*K+E%f-G+.5)/(l*K),(U-J+.5)/X]},locate({time:E}){let{top:U,rows:G}=F(),K=E===
void 0?-1:a<0?E:kn(e,E);return K<U||K>=U+G?null:{y:[(K-U)/G,(K+1-U)/G]}},read(E,U){if(!o)return null;let{sample:G}=o,K=Math.floor(E/f),J=E%f,X=a<0,at=X?U:O(U),tt=C[J]>
at,st=X?e.part("attribution_prefix_limit",G)[U]*Vs(e.part("attribution_prefix",G)[U*l*f+E]):e.part("attribution_stream_limit")[G]*(e.part("attribution_stream",G,
a)[U*l*f+E]/255)**2;return{title:X?e.attribution.name:`contribution to SSM stream ${e.modalities[a].name}`,modality:K,at:{modality:K,time:at},rows:[["share",tt?
"0 (later source)":X?In(st):V(st,2)],["source",fn(e,G,[C[J],Math.min(O(J),c-1)])],[X?"prediction, at":"target, at",St(e,G,at)]]}}});let T=Rt();function W({sample:E}){
let{first:U,count:G,top:K,rows:J}=F();if(a<0){let at=e.part("attribution_prefix",E);return De(_,l*G,J,(tt,st)=>{let dt=K+st,wt=U+tt%G;return C[wt]>dt?null:An(Vs(
at[dt*l*f+Math.floor(tt/G)*f+wt]))})}let X=e.part("attribution_stream",E,a);return Zt(_,l*G,J,(at,tt)=>{let st=K+tt,dt=U+at%G;return dt>st?-1:X[st*l*f+Math.floor(
at/G)*f+dt]})}function I(E){o=E;let{sample:U,time:G}=E,K=a<0,[J,X]=ye(e,E),at=a>=0&&e.lacks("attribution_stream",U);if(N.hidden=z.hidden=at,at)return q.hidden=!0,
M.replaceChildren("Contributions to the SSM streams of this sample were not recorded; the model in the page computes those to the prediction.");let tt=m(U),st=e.
edited()!==null&&e.replaced("attribution"),dt=i(e,E),wt=gt(c,E),{values:jt,count:At,from:ut,to:Nt}=dt,Gt=Va(e,G),$e=K&&!Gt,Y=K&&!y?c-1:G,ot=Array.from({length:At},
(Ft,te)=>te).filter(Ft=>Nt(Ft)>=J&&ut(Ft)<=X),xt=w.map((Ft,te)=>ot.reduce((ce,Ae)=>ce+jt[te*At+Ae],0)),rt=xt.reduce((Ft,te)=>Ft+te,0);T(E,"zoom","sample")&&($.draw(
re(e,E,4).map(({at:Ft,text:te})=>({at:wt.across(Ft),text:te})),pe(e,E)),w.forEach(({drawing:Ft})=>Fe(Ft,c,E))),w.forEach(({bars:Ft,here:te,band:ce,value:Ae},Me)=>{
Ft.draw(e,dt,Me),te.setAttribute("d",`M${1e3*(Y+1)/c} 0V100`),ce.setAttribute("x",String(E.brush?1e3*J/c:0)),ce.setAttribute("width",String(E.brush?1e3*(X+1-J)/
c:0)),Ae.textContent=K?In(xt[Me]):rt?`${nt(100*xt[Me]/rt,0)} %`:"–"});let lt=K&&!E.brush;v.node.hidden=!lt,v.value.textContent=In(Gt?e.part("attribution_prefi\
x_bias",U)[G]:e.part("attribution_bias",U)[0]),k.node.hidden=!K,k.value.textContent=In(lt?Gt?e.part("attribution_prefix_total",U)[G]:e.part("attribution_total",
U)[0]:rt);let $t=$e?"the whole sequence":K?`the steps up to ${St(e,U,G)}`:"";S.textContent=K?`${h}: what moved this prediction`:`${h}: what reaches SSM stream ${e.
modalities[a].name}`,M.replaceChildren(...K?[`Signed share in the ${d}`,...tt?[" (",Q(tt),")"]:[],`, predicted from ${$t}`]:["Contribution to SSM stream ",Q(e.modalities[a].
name),` at ${St(e,U,G)}, through all layers`],E.brush?`; sources at ${fn(e,U,E.brush)}.`:".",st&&K?" Of the edited sample, computed in the page.":"",K?g():e.edited()?
" As recorded: contributions to streams do not follow the edit.":"");let _t=ot.flatMap(Ft=>w.map((te,ce)=>({i:Ft,m:ce,v:jt[ce*At+Ft]}))).filter(({v:Ft})=>Ft).sort(
(Ft,te)=>Math.abs(te.v)-Math.abs(Ft.v)).slice(0,ju);if(z.replaceChildren(..._t.length?["Largest: ",..._t.flatMap(({i:Ft,m:te,v:ce},Ae)=>[Ae?", ":"",Q(e.modalities[te].
name),` at ${St(e,U,Nt(Ft))} ${K?In(ce):V(ce,2)}`]),". "]:["No source in this range. "],K?`Bars up, red: raises it; down, blue: lowers it; to ±${V(Xa(dt),2)}.${tt?
" Shares shrink as p nears 1.":""}`:"Norm over the channels.",lt&&$e?` Modalities + bias = sum; ${u} ${V(e.part("attribution_error",U)[0],2)}.`:""),q.hidden=K&&
!y,q.hidden)return;let Ut=`${a}`;if(T(E,"sample","zoom")||Ut!==r){r=Ut,W(E);let Ft=F(),te=re(e,E,4).map(({at:ce,text:Ae})=>({at:wt.across(ce),text:Ae}));Vt(D,te,
"top"),Vt(H,e.modalities.flatMap((ce,Ae)=>re(e,{...E,zoom:[C[Ft.first],O(Ft.first+Ft.count-1)]},2).map(({at:Me,text:Be})=>({at:gt(c,{zoom:[C[Ft.first],O(Ft.first+
Ft.count-1)]}).across(Me),text:Be})).filter(({at:Me})=>Me>.05&&Me<.95).map(({at:Me,text:Be})=>({at:(Ae+Me)/l,text:Be}))),"left"),B.textContent=K?"down: step of \
the prediction, across: source steps; colours: share / largest of its row, −1 (blue) to +1 (red)":`down: steps of the stream, across: source steps; colours fr\
om 0 to ${V(e.part("attribution_stream_limit")[U])}, by square root`,_.setAttribute("aria-label",`${S.textContent}: map of ${K?c:f} by ${l} times ${f} steps; th\
e table holds the sums at the cursor`)}let{top:Kt,rows:le}=F(),de=(K?G:kn(e,G))-Kt;R.hidden=de<0||de>=le,R.style.top=`${100*de/le}%`,R.style.height=`${100/le}%`}
return I}yt({name:"end-to-end attribution",section:"explanation",place:"columns",order:5,needs:["attribution"],height:t=>490+42*t,mount:Lu});function Fn(t,e,n,s=3){let a="",r=0,o=()=>{r===1&&(a+=`m${-s} 0h${2*s}`),r=0};for(let i=0;i<t;i++){let l=n(i);l!==void 0&&Number.isFinite(l)?a+=`${r++?"L":"M"}${e(
i).toFixed(1)} ${l.toFixed(2)}`:l!==void 0&&o()}return o(),a}var me=(t,[e,n])=>n>e?96-(t-e)/(n-e)*92:50+0*t;function Xt({label:t,series:e,onPick:n,tall:s=!1,log:a=null}){let r=e.map(({m:D,f:H})=>ct("path",D===void 0?{class:"mmv-line","data-f":H%8,"stroke-dasharray":Ze[H%
8]}:{class:"mmv-share","data-m":D%8,"stroke-dasharray":Ze[D%8]})),o=e.map(({m:D})=>ct("path",{class:"mmv-recorded-line",...D===void 0?{}:{"data-m":D%8}})),i=e.map(
({m:D})=>D===void 0?p("span",{class:"mmv-glyph"},"•"):Lt(D)),l=[],c=[],f=ct("path",{class:"mmv-rule"}),d=ct("path",{class:"mmv-here"}),u=ct("path",{class:"mmv\
-grid"}),h=ct("rect",{class:"mmv-band",y:0,height:100}),m=p("span"),g=ve(),y=Pe(t,h,u,f,d,...o,...r),x=p("div",{class:"mmv-marks","aria-hidden":"true"},...i),b=p(
"div",{class:`mmv-plot mmv-chart${s?" mmv-tall":""}`},y,x),w=p("div",{class:"mmv-scale mmv-ticks-y","aria-hidden":"true"}),A=a==="log",$=null,v=pt("log",()=>{A=
!A,$&&j($)},{class:"mmv-log","aria-pressed":String(A),"aria-label":`Logarithmic axis: ${t.split(":")[0]}`,hidden:""}),k=p("div",{class:"mmv-charted"},p("div",{class:"\
mmv-subtitle"},m,v),w,b,g.node),S=e.map(()=>!1),M=D=>$?.place?$.place(D):$&&$.count>1?D/($.count-1):.5,z=()=>$?.x?.shown??[0,1],N=D=>(D-z()[0])/(z()[1]-z()[0]||
1),_=D=>z()[0]+D*(z()[1]-z()[0]);n&&Jt(b,b,D=>n(Math.min(1,Math.max(0,_(D)))));let R=()=>A&&$!==null&&$.range[0]>0,L=D=>D===void 0||!$?D:R()?me(Math.log10(D),$.
range.map(Math.log10)):me(D,$.range);function j(D){$=D;let{values:H,count:C,now:O,range:F,brush:T=null,before:W=null,rule:I=!0,x:E}=D,[U,G]=F,K=tt=>Fn(C,st=>1e3*
M(st),st=>L(tt(st)),12);r.forEach((tt,st)=>{let dt=S[st]?"":K(Nt=>H(st,Nt)),wt=W&&!S[st]?K(Nt=>W(st,Nt)):"";l[st]!==dt&&tt.setAttribute("d",l[st]=dt),(c[st]??"")!==
wt&&o[st].setAttribute("d",c[st]=wt);let jt=O<0?NaN:H(st,O)??NaN,At=O<0?0:N(M(O)),ut=S[st]||!Number.isFinite(jt)||At<-.001||At>1.001;ht(i[st],"hidden",ut),i[st].
style.left=`${100*At}%`,i[st].style.top=`${L(jt)}%`});let J=`${1e3*z()[0]} 0 ${1e3*(z()[1]-z()[0])} 100`;Yt(y,"viewBox",J),Yt(f,"d",I&&!R()&&U<=0&&G>=0?`M0 ${L(
0)}H1000`:""),Yt(d,"d",O<0?"":`M${1e3*M(O)} 0V100`),Yt(h,"x",String(T?1e3*M(T[0]):0)),Yt(h,"width",String(T?Math.max(2,1e3*(M(T[1])-M(T[0]))):0));let X=nn(F,s?5:
3,R()).reverse(),at=Ge([...X].reverse()).reverse();Vt(w,X.map((tt,st)=>({at:Number(L(tt))/100,text:at[st]})),"top"),Yt(u,"d",X.map(tt=>`M0 ${Number(L(tt)).toFixed(
2)}H1000`).join("")),g.draw((E?.ticks??[]).map(({at:tt,text:st})=>({at:N(tt),text:st})),E?.name??""),ht(v,"hidden",a===null||!(U>0)),Yt(v,"aria-pressed",String(
R()))}function B(D,H){let C=$?.values(D,H);if(!$||C===void 0||!Number.isFinite(C))return null;let{y:O,x:F,before:T}=$,{m:W,name:I}=e[D],E=O?.text??(K=>V(K,4)),U=T?
T(D,H):NaN,G=[[O?.name??m.textContent??"value",E(C),O?.unit??""]];if(F&&G.push([F.kind==="time"?"at":F.name,F.kind==="other"||F.kind==="channel"?F.text(H).replace(
/^row /,""):F.text(H).replace(/^epoch /,"")]),Number.isFinite(U)){let K=E(C-U);G.push(["recorded",E(U),O?.unit??""],["difference",C>U&&!K.startsWith("+")?`+${K}`:
K,O?.unit??""])}return{title:I??m.textContent??"",modality:W,rows:G,place:[N(M(H)),Number(L(C))/100],at:{modality:W,...F?.kind==="time"?{time:H}:F?.kind==="chan\
nel"?{channel:H}:{}}}}Et(b,{label:t,grid:()=>[$?.count??0,e.length],read:(D,H)=>S[H]?null:B(H,D),start:()=>[Math.max(0,$?.now??0),0],cellAt(D,H){if(!$)return[0,
-1];let C=_(D),O=0;for(let W=1;W<$.count;W++)Math.abs(M(W)-C)<Math.abs(M(O)-C)&&(O=W);let F=-1,T=1/0;return e.forEach((W,I)=>{let E=$?.values(I,O),U=S[I]||E===void 0||
!Number.isFinite(E)?1/0:Math.abs(Number(L(E))/100-H);U<T&&([F,T]=[I,U])}),[O,F]},locate(D){let H=$?.x?.kind==="time"?D.time:$?.x?.kind==="channel"?D.channel:void 0;
if(H===void 0||!$||H>=$.count)return null;let C=N(M(H));return C<-.001||C>1.001?null:{x:[Math.max(0,C-.002),Math.min(1,C+.002)]}}});function P({title:D}){m.textContent!==
D&&(m.textContent=D)}function q(D,H){S[D]=!H,$&&j($)}return{node:k,draw:j,say:P,turn:q}}function gn(t,e,...n){let s=p("button",{type:"button",class:"mmv-key mmv\
-series","aria-pressed":"true","aria-label":`Line ${e}`},...n);return s.addEventListener("click",()=>{let a=s.getAttribute("aria-pressed")!=="true";s.setAttribute(
"aria-pressed",String(a)),t(a)}),s}var as=t=>ct("svg",{viewBox:"0 0 18 6","aria-hidden":"true"},ct("path",{d:"M0 3H18",class:"mmv-line","data-f":t%8,"stroke-das\
harray":Ze[t%8]}));function Ns(t,e){let n=t.map((s,a)=>gn(r=>e(a,r),s,as(a),Q(s)));return p("div",{class:"mmv-legend",...t.length>4?{"data-many":""}:{}},...n)}function Pt(t,e=!1){
let n=e?0:1/0,s=e?0:-1/0;for(let a of t)for(let r=0;r<a.length;r++)Number.isFinite(a[r])&&([n,s]=[Math.min(n,a[r]),Math.max(s,a[r])]);return n<=s?[n,s]:[0,0]}function Ru(t,e,n,s){let{time:a,channel:r}=e.sizes,o=e.modalities.map((m,g)=>({m:g})),i=p("input",{type:"range",min:0,max:r-1,step:1,class:"mmv-channel","aria-l\
abel":"Channel"});i.addEventListener("input",()=>s({channel:Number(i.value)}));let l=Xt({label:"State half-life of every channel: the table has the numbers",series:o,
log:"log",onPick:m=>s({channel:Math.round(m*(r-1))})}),c=Xt({label:"Hidden-state magnitude of the selected channel over the sequence",series:o,onPick:m=>s({time:Math.
round(m*(a-1))})}),f=e.modalities.map(()=>[p("td"),p("td"),p("td")]),d=["channel","half-life, steps","‖h‖₂"],u=p("table",{class:"mmv-list","aria-label":"S\
elected channel of each SSM stream"},p("thead",{},p("tr",{},p("td"),...d.map(m=>p("th",{scope:"col"},m)))),p("tbody",{},...f.map((m,g)=>p("tr",{},Ct(...Ot(e,g)),
...m))));t.append(mt("State half-life by channel"),p("label",{class:"mmv-control mmv-grow"},p("span",{},"Row"),i),l.node,c.node,u,it(`Rows are those of the stat\
e maps: the channels of each SSM stream with the largest norm, longest half-life first (ln 2 / (Δ·|A|), without coupling${e.recorded_text?`; Δ: median over th\
e steps of ${e.recorded_text}`:""}).`));let h=Rt();return m=>{let{sample:g,epoch:y,layer:x,channel:b,time:w,brush:A}=m,$=e.part("half_life",x),v=e.part("channel\
_index",x);if(i.value=String(b),i.setAttribute("aria-valuetext",`row ${b+1} of ${r}`),h(m,"layer","layer_of_a","channel")){let N=Pt(e.compared.filter(_=>_.has("\
half_life")).map(_=>_.part("half_life",tn(_,e,m))));l.draw({values:(_,R)=>$[_*r+R],count:r,now:b,range:N,rule:!1,x:Os("row",r),y:{name:"half-life",unit:"steps",
text:V}}),l.say({title:"half-life by row, steps"})}let k=On(e,N=>N.scale,m),S=e.modalities.map((N,_)=>e.part("state",y,g,x,_)),M=e.modalities.map((N,_)=>e.part(
"state_valid",g,_)),z=(N,_)=>M[N][_]&&b<Sn(e,x,N)?(S[N][b*a+_]/255)**(e.state_power??1)*e.scale[x]:NaN;c.draw({values:z,count:a,now:w,range:[0,k],brush:A,x:pn(e,
m),y:{name:"‖h‖₂",unit:e.state_unit,text:N=>`${N>=e.scale[x]?"≥ ":""}${V(N)}`}}),c.say({title:`‖h‖₂ of row ${b+1}`}),f.forEach(([N,_,R],L)=>{N.textContent=
v[L*r+b]<0?"–":String(v[L*r+b]),_.textContent=V($[L*r+b]),R.textContent=z(L,w)>=e.scale[x]?`≥ ${V(e.scale[x])}`:V(z(L,w))})}}yt({name:"half-life",section:"e\
xplanation",place:"columns",order:40,needs:["half_life","state"],height:t=>375+20*t,mount:Ru});function Ee(t,e,n){let s=t.part(`signal_valid_${e}`,n),a=t.part(`signal_${e}`,n),r=t.modalities[e].features.length,o=d=>{for(let u=0;u<r;u++)if(Number.isFinite(
a[d*r+u]))return d;return-1},i=[...s.keys()].filter(d=>s[d]);if(t.has(`signal_at_${e}`))return Bu(i,t.part(`signal_at_${e}`,n),t.part(`signal_until_${e}`,n),o);
let l=t.align==="resample"||t.modalities[e].static,c=l?i.length:t.align==="pad"?t.sizes.time:s.length,f=l?d=>i[d]:d=>d<s.length&&s[d]?d:-1;return Array.from({length:c},
(d,u)=>({frame:f(u)<0?-1:o(f(u)),from:u/c,to:(u+1)/c,at:(u+.5)/c}))}function Bu(t,e,n,s){let a=[],r=(i,l)=>l>i+1e-4&&a.push({frame:-1,from:i,to:l,at:i}),o=0;for(let i of t)
r(o,e[i]),a.push({frame:s(i),from:e[i],to:n[i],at:e[i]}),o=n[i];return r(o,1),a}function al(t,e){if(e)return t.map(a=>a.frame);let n=Math.min(2e3,Math.max(400,2*
t.length)),s=0;return Array.from({length:n},(a,r)=>{let o=(r+.5)/n;for(;s+1<t.length&&t[s].to<=o;)s++;return t.length&&t[s].from<=o&&o<t[s].to?t[s].frame:-1})}var rl=(t,e,n)=>({values:t.part(`signal_${e}`,n),valid:t.part(`signal_valid_${e}`,n)}),xa=(t,e)=>t.some((n,s)=>n!==e[s]&&(Number.isFinite(n)||Number.isFinite(e[s])));
function sn(t,e,n){let s=rl(t,e,n);if(!t.edited()||!t.replaced(`signal_${e}`))return{now:s,then:null};let a=rl(t.recorded,e,n);return{now:s,then:xa(s.valid,a.valid)||
xa(s.values,a.values)?a:null}}function bn(t,e,n,[s,a]){let r=t.sizes.time,o=1e-6,i=Ee(t,e,n).filter(l=>l.frame>=0&&l.to>s/r+o&&l.from<(a+1)/r-o);return i.length?
[i[0].frame,i[i.length-1].frame]:null}function rs(t,e,n,s){let a=t.sizes.time,r=Ee(t,e,n).find(o=>o.frame===s);return r?Math.min(a-1,Math.max(0,Math.ceil(r.to*a-
1e-6)-1)):-1}var ol={rows:"each frame is one row, time runs downwards",columns:"each frame is one column, time runs to the right",whole:"one frame is one image; the frame at\
 the cursor is shown"};function il(t,e,{valid:n},s){let{display:a,features:r}=t.modalities[e],o=r.length,{frames:i,colours:l}=a,c=Math.max(1,n.length);if(i==="w\
hole"){let f=a.width??1;return{width:f,height:a.height??1,place:(d,u)=>({f:s,i:s*o+(u*f+d)*l})}}return i==="rows"?{width:o/l,height:c,place:(f,d)=>({f:d,i:d*o+f*
l})}:{width:c,height:o/l,place:(f,d)=>({f,i:f*o+d*l})}}function Pu({values:t,valid:e},n){let s=1/0,a=-1/0;return t.forEach((r,o)=>{e[Math.floor(o/n)]&&Number.isFinite(
r)&&([s,a]=[Math.min(s,r),Math.max(a,r)])}),s<=a?[s,a]:[0,1]}function ll(t,e,n){let{name:s,features:a,unit:r,display:o}=t.modalities[e],{frames:i,colours:l}=o,c=a.
length,f=p("canvas",{role:"img","aria-label":`${s}: image`}),d=p("canvas",{role:"img","aria-label":`${s}: the recorded image`}),u=p("div",{class:"mmv-input-mark",
"aria-hidden":"true"}),h=it(),m=p("div",{class:"mmv-input-image mmv-map"},f,u),g=p("div",{class:"mmv-input-image mmv-map mmv-input-recorded"},d),y=[p("figcaptio\
n",{class:"mmv-faint"}),p("figcaption",{class:"mmv-faint"},"recorded")],x=p("figure",{class:"mmv-input-figure",hidden:""},g,y[1]),b=p("div",{class:"mmv-input-ro\
w"},p("div",{class:"mmv-input-pair"},p("figure",{class:"mmv-input-figure"},m,y[0]),x),h),w=null,A=-1,$="",v=[0,1],k=_=>bn(t,e,_.sample,[_.time,_.time])?.[1]??-1;
function S(_,R){let{width:L,height:j,place:B}=il(t,e,R,Math.max(0,A)),[P,q]=v;De(_,L,j,(D,H)=>{let{f:C,i:O}=B(D,H),F=[0,1,2].map(T=>(R.values[O+(l===3?T:0)]-P)/
(q-P||1));return R.valid[C]&&F.every(Number.isFinite)?[...F.map(T=>Math.round(255*Math.min(1,Math.max(0,T)))),255]:null});for(let D of[_.parentElement])D&&(D.style.
aspectRatio=`${L} / ${j}`);return{width:L,height:j}}let M=(_,R)=>i==="whole"?A:Bt(i==="rows"?R:_,t.shape(`signal_${e}`)[1]);i!=="whole"&&Jt(m,m,(_,R)=>{let L=w?
rs(t,e,w.sample,M(_,R)):-1;L>=0&&n({time:L})}),Et(m,{label:`${s}: image`,grid:()=>[f.width,f.height],start:()=>i==="rows"?[0,Math.max(0,A)]:i==="columns"?[Math.
max(0,A),0]:[0,0],read(_,R){if(!w)return null;let{now:L,then:j}=sn(t,e,w.sample),{f:B,i:P}=il(t,e,L,A).place(_,R),q=rs(t,e,w.sample,B);if(B<0||!L.valid[B])return null;
let D=({values:C})=>Array.from({length:l},(O,F)=>V(C[P+F],4)).join(", "),H=[["value",D(L),r],["frame",String(B+1)]];return j?.valid[B]&&H.push(["recorded",D(j),
r],...l===1?[["difference",`${L.values[P]>j.values[P]?"+":""}${V(L.values[P]-j.values[P],4)}`,r]]:[]),{title:`row ${R+1}, column ${_+1}`,modality:e,at:{modality:e,
...q<0?{}:{time:q}},rows:H}},locate({time:_}){if(_===void 0||!w||i==="whole")return null;let R=bn(t,e,w.sample,[_,_]),L=t.shape(`signal_${e}`)[1];if(!R)return null;
let j=[R[0]/L,(R[1]+1)/L];return i==="rows"?{y:j}:{x:j}}});function z(_){let R=bn(t,e,_.sample,[_.time,_.time]),L=t.shape(`signal_${e}`)[1];if(u.hidden=i==="who\
le"||!R,!R)return;let[j,B]=[`${100*R[0]/L}%`,`${100*(R[1]+1-R[0])/L}%`];u.style.cssText=i==="rows"?`left:0;width:100%;top:${j};height:${B}`:`top:0;height:100%;l\
eft:${j};width:${B}`}function N(_,R){w=_;let L=k(_),j=i==="whole"?String(L):"";if(A=L,z(_),!R&&j===$)return;$=j;let{now:B,then:P}=sn(t,e,_.sample);v=Pu(P??B,c);
let{width:q,height:D}=S(f,B);x.hidden=!P,y[0].textContent=P?"edited":"",P&&S(d,P);let H=B.valid.some(Boolean),C=`${q} by ${D} pixels`;f.setAttribute("aria-label",
`${s}: image of ${C}, upright; ${ol[i]}${P?"; edited, the recorded image stands beside it":""}`),d.setAttribute("aria-label",`${s}: the recorded image of ${C}`);
let[O,F]=v.map(T=>H?V(T):"–");h.textContent=`${q} × ${D} pixels; ${ol[i]}. ${l===3?`Red, green, blue: ${O} to ${F}`:`Black ${O}, white ${F}`}${r&&`, ${r}`}. \
Hatched: masked or not recorded.`}return{node:b,draw:N,stop(){}}}function cl(t){let n=Math.max(64,Math.ceil((t.length-256)/159)),s=t.length<256?0:1+Math.floor((t.length-256)/n),a=new Float32Array(s*128),r=Float64Array.from({length:256},
(l,c)=>.5-.5*Math.cos(2*Math.PI*c/256)),o=Float64Array.from({length:256},(l,c)=>Math.cos(2*Math.PI*c/256)),i=1e-12;for(let l=0;l<s;l++)for(let c=0;c<128;c++){let f=0,
d=0;for(let u=0;u<256;u++){let h=t[l*n+u]*r[u];f+=h*o[c*u%256],d+=h*o[(c*u+256/4)%256]}a[l*128+c]=f*f+d*d,i=Math.max(i,a[l*128+c])}for(let l=0;l<a.length;l++)a[l]=
10*Math.log10(Math.max(a[l]/i,1e-12));return{columns:s,rows:128,decibels:a}}var fl=60,qu=500;function dl(t,e){let n=Math.min(qu,t.length),s="";for(let a=0;a<n;a++){let r=Math.floor(a*t.length/n),o=Math.floor((a+1)*t.length/n),i=1e3*(a+.5)/
n,l=1/0,c=-1/0;for(let f=r;f<o;f++)Number.isFinite(t[f])&&([l,c]=[Math.min(l,t[f]),Math.max(c,t[f])]);l<=c&&(s+=`M${i.toFixed(1)} ${me(c,e).toFixed(1)}V${(me(l,
e)+.5).toFixed(1)}`)}return s}function $r(t){let e=0;for(let n=0;n<t.length;n++)Math.abs(t[n])>e&&Number.isFinite(t[n])&&(e=Math.abs(t[n]));return e}function ul(t,e,n){
let{name:s,unit:a,rate_hz:r}=t.modalities[e],o=Number(r),i=t.sizes.time,l=ct("path",{class:"mmv-share","data-m":e%8}),c=ct("path",{class:"mmv-recorded-line","da\
ta-m":e%8}),f=ct("path",{class:"mmv-rule"}),d=p("canvas",{role:"img","aria-label":`${s}: spectrogram, 0 to ${V(o/2)} Hz from bottom to top`}),u=it(),h=Pe(`${s}:\
 waveform`,f,c,l),m=p("div",{class:"mmv-plot mmv-chart mmv-input-wave"},h),g=p("div",{class:"mmv-plot mmv-map mmv-input-spectrogram"},d),y=[p("div",{class:"mmv-\
scale mmv-ticks-y","aria-hidden":"true"}),p("div",{class:"mmv-scale mmv-ticks-y","aria-hidden":"true"})],x=ve(),b=[`waveform${a?`, ${a}`:""}`,"spectrogram, Hz"].
map(C=>p("div",{class:"mmv-subtitle"},C)),w=[m,g].map(C=>{let O=p("div",{class:"mmv-cursor mmv-input-cursor","aria-hidden":"true"}),F=[p("div",{class:"mmv-veil \
mmv-input-veil"}),p("div",{class:"mmv-veil mmv-input-veil"})];return C.append(...F,O),{cursor:O,veils:F}}),A=p("div",{},p("div",{class:"mmv-charted","data-plots":""},
b[0],y[0],m,b[1],y[1],g,x.node)),$=new Float32Array(0),v=new Float32Array(0),k=new Float32Array(0),S={columns:0,rows:0,decibels:new Float32Array(0)},M=[-1,1],z=null,
N=null,_=()=>N?.stop();async function R(){if(N||!k.length)return _();let C=new AudioContext,O=C.createBuffer(1,k.length,o),F=$r(k)||1;O.copyToChannel(k.map(T=>T/
F),0),N=new AudioBufferSourceNode(C,{buffer:O}),N.connect(C.destination),N.addEventListener("ended",()=>{N=null,L.textContent="play",C.close()}),L.textContent="\
stop",N.start()}let L=pt("play",R,{"aria-label":`Play or stop ${s}`});A.append(p("div",{class:"mmv-inline"},L,u));let j=C=>Bt(gt(i,z).share(C),i);for(let C of[m,
g])Jt(C,C,O=>n({time:j(O)})),ke(C,C,i,()=>z,n);let B=C=>{let O=gt(i,z);return C<O.from||C>O.to?null:{x:[O.across(C/i),O.across((C+1)/i)]}},P=C=>["time",nt(C/o,4),
"s"];Et(m,{label:`${s}: waveform`,grid:()=>[$.length,1],start:()=>[Math.floor(((z?.time??0)+.5)/i*$.length),0],cellAt:C=>[Bt(gt(i,z).share(C),$.length),0],read(C){
if(!Number.isFinite($[C]))return null;let O=[["value",V($[C],4),a],P(C)];return v.length&&Number.isFinite(v[C])&&O.push(["recorded",V(v[C],4),a],["difference",`${$[C]>
v[C]?"+":""}${V($[C]-v[C],4)}`,a]),{title:"waveform",modality:e,at:{modality:e,time:Bt((C+.5)/$.length,i)},rows:O,place:[gt(i,z).across((C+.5)/$.length),me($[C],
M)/100]}},placeOf:C=>[gt(i,z).across((C+.5)/$.length),.5],locate:({time:C})=>C===void 0?null:B(C)}),Et(g,{label:`${s}: spectrogram`,grid:()=>[S.columns,S.rows],
start:()=>[Math.floor(((z?.time??0)+.5)/i*S.columns),S.rows-1],cellAt:(C,O)=>[Bt(gt(i,z).share(C),S.columns),Bt(O,S.rows)],read(C,O){let F=S.rows-1-O,T=S.decibels[C*
S.rows+F],W=(C+.5)/S.columns;return Number.isFinite(T)?{title:"spectrogram",modality:e,at:{modality:e,time:Bt(W,i)},rows:[["power",nt(T,1),"dB of the largest"],
["frequency",V(F*o/(2*S.rows),4),"Hz"],P(W*$.length)]}:null},placeOf:(C,O)=>[gt(i,z).across((C+.5)/S.columns),(O+.5)/S.rows],locate:({time:C})=>C===void 0?null:
B(C)});let q=({values:C,valid:O},F)=>Float32Array.from(F,({frame:T})=>T>=0&&O[T]?C[T]:NaN);function D(C){_();let{now:O,then:F}=sn(t,e,C.sample),T=Ee(t.recorded,
e,C.sample);$=q(O,Ee(t,e,C.sample)),v=F?q(F,T):new Float32Array(0),k=$.filter(Number.isFinite),L.disabled=!k.length;let W=Math.max($r($),$r(v))||1;M=[-W,W],l.setAttribute(
"d",dl($,M)),c.setAttribute("d",v.length?dl(v,M):""),f.setAttribute("d",`M0 ${me(0,M)}H1000`);let I=$.map(K=>Number.isFinite(K)?K:0);S=cl(I),Zt(d,S.columns,S.rows,
(K,J)=>S.columns?Math.round(255*Math.max(0,1+S.decibels[K*S.rows+S.rows-1-J]/fl)):-1);let E=[W,0,-W],U=Ge([-W,0,W]).reverse(),G=nn([0,o/2],3);Vt(y[0],E.map((K,J)=>({
at:me(K,M)/100,text:U[J]})),"top"),Vt(y[1],G.map((K,J)=>({at:1-K/(o/2),text:Ge(G)[J]})),"top"),u.textContent=`${$.length} values at ${V(o)} Hz, ${V($.length/o)}\
 s${v.length?"; faint: as recorded":""}. Hann window of 256 values, −${fl} to 0 dB of the largest. Played at full scale.`}function H(C,O){z=C,O&&D(C),Fe(h,i,C),
Fe(d,i,C);let F=gt(i,C),T=F.across((C.time+1)/i),[W,I]=C.brush??[0,i-1],E=[W/i,(I+1)/i].map(U=>Math.min(1,Math.max(0,F.across(U))));for(let{cursor:U,veils:G}of w)
U.hidden=T<0||T>1+1e-9,U.style.setProperty("--at",String(T)),G[0].style.width=`${100*E[0]}%`,G[1].style.width=`${100*(1-E[1])}%`;x.draw(re(t,C,4).map(({at:U,text:G})=>({
at:F.across(U),text:G})),pe(t,C)),h.setAttribute("aria-label",`${s}: waveform, cursor at ${St(t,C.sample,C.time)}`)}return{node:A,draw:H,stop:_}}function Du(t,e,n,s,a){let r=Array.from(s).flatMap((f,d)=>f?[d]:[]),o=t.modalities[e].step_s,i=t.duration_s[n];if(!t.has(`signal_at_${e}`)||!o||!i)return new Map(
r.map((f,d)=>[f,r[Math.min(r.length-1,Math.max(0,d-a))]]));let l=t.part(`signal_at_${e}`,n),c=a*o/i;return new Map(r.map(f=>[f,r.reduce((d,u)=>Math.abs(l[u]-(l[f]-
c))<Math.abs(l[d]-(l[f]-c))?u:d,r[0])]))}function Es(t,e,n){let{name:s,tokens:a}=t.modalities[e],r=t.edited(),o=r?.edits&&Object.hasOwn(r.edits,s)?r.edits[s]:{},
i=h=>({words:null,changed:!0,reason:h});if(!a)return{words:null,changed:!1,reason:"The data contain no words: pass tokens= to mmviz.data.from_arrays."};let l=r?.
words?.[e];if(l?.some(Boolean)&&o.text!==void 0)return{words:l,changed:!0,reason:""};if(o.text!==void 0)return i("The words of the new text are not known: its e\
ncoder does not make one step per word.");let c=o.swap??n,f=a[c]??null;if(!f)return i(`This page does not contain the words of ${t.samples[c]}.`);if(!o.delay)return{
words:f,changed:o.swap!==void 0,reason:""};let d=c<t.recorded_samples?t.recorded.part(`signal_valid_${e}`,c):f.map(h=>h?1:0),u=[];for(let[h,m]of Du(t.recorded,e,
c,d,o.delay))u[h]=f[m]??"";return{words:Array.from(u,h=>h??""),changed:!0,reason:""}}var Wu=.55;function Hu(t,e,{sample:n,time:s}){if(!t.has("attribution")||t.lacks("attribution",n)||t.edited()&&!t.replaced("attribution"))return null;let{values:a,
count:r,from:o,to:i}=Te(t,n,s),l=t.sizes.time,c=Ee(t,e,n).filter(d=>d.frame>=0),f=new Map;for(let d=0;d<r;d++){let u=o(d)/l,h=(i(d)+1)/l,m=c.map(y=>Math.max(0,Math.
min(h,y.to)-Math.max(u,y.from))),g=m.reduce((y,x)=>y+x,0);g>1e-12&&m.forEach((y,x)=>y&&f.set(c[x].frame,(f.get(c[x].frame)??0)+a[e*r+d]*y/g))}return f}function hl(t,e,n){
let{name:s}=t.modalities[e],a=p("div",{class:"mmv-plot mmv-tokens"}),r=p("p",{class:"mmv-tokens-recorded"}),o=it(),i=[],l=[],c=[],f=null,d=null;function u(w,A,$){
let v=$.left+w*$.width,k=$.top+A*$.height,S=-1,M=1/0;return i.forEach((z,N)=>{for(let _ of z.getClientRects()){let R=Math.hypot(Math.max(0,_.left-v,v-_.right),3*
Math.max(0,_.top-k,k-_.bottom));R<M&&([S,M]=[N,R])}}),M<40?[S,0]:[0,-1]}a.addEventListener("click",w=>{let[A,$]=u(...h(w)),v=f&&$>=0?rs(t,e,f.sample,l[A]):-1;v>=
0&&n({time:v})});function h(w){let A=a.getBoundingClientRect();return[(w.clientX-A.left)/(A.width||1),(w.clientY-A.top)/(A.height||1),A]}Et(a,{label:`${s}: word\
s`,grid:()=>[i.length,1],start:()=>[Math.max(0,l.indexOf(f?bn(t,e,f.sample,[f.time,f.time])?.[1]??0:0)),0],cellAt:u,placeOf(w){let A=a.getBoundingClientRect(),$=i[w]?.
getBoundingClientRect()??A;return[($.left+$.width/2-A.left)/(A.width||1),($.top-A.top)/(A.height||1)]},read(w){if(!f||!i[w])return null;let A=rs(t,e,f.sample,l[w]),
$=d?.get(l[w]),v=i[w].hasAttribute("data-masked"),k=[["word",`${l[w]+1}`],...v?[["state","masked"]]:[],...$===void 0?[]:[[t.attribution.name,`${$>0?"+":""}${V($,
2)}`]]];return{title:c[w]||"(no word)",modality:e,at:{modality:e,...A<0?{}:{time:A}},rows:k}},locate:()=>null});function m(w){let{sample:A}=w,$=Es(t,e,A),{now:v}=sn(
t,e,A),k=t.modalities[e].tokens?.[A]??null;if(r.hidden=!0,!$.words){[i,l,c]=[[],[],[]],a.replaceChildren(it($.reason));return}let S=$.words,M=[...v.valid.keys()].
filter(z=>v.valid[z]||S[z]);l=M,c=M.map(z=>S[z]??""),i=c.map((z,N)=>p("span",{class:"mmv-word",...v.valid[M[N]]?{}:{"data-masked":""}},Q(z||"␣"))),a.replaceChildren(
...i.length?i.flatMap(z=>[z," "]):[it("No word: the text is empty, or not recorded for this sample.")]),$.changed&&k&&(r.hidden=!1,r.replaceChildren("Recorded: ",
Q(k.filter(Boolean).join(" "))))}function g(w){d=Hu(t,e,w);let A=Math.max(0,...l.map($=>Math.abs(d?.get($)??0)));i.forEach(($,v)=>{let k=d?.get(l[v])??0,S=A?k/A:
0;if($.toggleAttribute("data-share",!1),!d||Math.abs(S)<.02)$.style.background="";else{let[M,z,N]=An(S).map((_,R)=>R<3?Math.round(255-Wu*(255-_)):_);$.style.background=
`rgb(${M},${z},${N})`,$.setAttribute("data-share",S>0?"+":"−")}}),o.textContent=d&&A?`Colour: ${t.attribution.name} of each word, red and solid line: raises, \
blue and dotted line: lowers; largest ${V(A,2)}. A step's share is divided over its words by time.`:t.has("attribution")?`No attribution of ${t.edited()?"an edi\
ted sample":"this sample"}: the words are not coloured.`:""}function y(w){let A=bn(t,e,w.sample,[w.time,w.time]),$=w.brush?bn(t,e,w.sample,w.brush):null;i.forEach(
(v,k)=>{v.toggleAttribute("data-now",A!==null&&l[k]>=A[0]&&l[k]<=A[1]),v.toggleAttribute("data-out",w.brush!==null&&($===null||l[k]<$[0]||l[k]>$[1]))})}let x=-1;
function b(w,A){f=w,A&&m(w),(A||w.time!==x)&&g(w),x=w.time,y(w)}return{node:p("div",{},a,r,o),draw:b,stop(){}}}var Uu=(t,e)=>({node:it(`${t.modalities[e].features.length} values per analysis frame: see the lane. The data contain no waveform.`),draw(){},stop(){}}),pl={image:ll,
text:hl,audio:(t,e,n)=>t.modalities[e].features.length===1?ul(t,e,n):Uu(t,e)},ml=(t,e)=>Object.hasOwn(pl,t.modalities[e].display.kind)?pl[t.modalities[e].display.
kind]:null;function Gu(t,e,n,s){let a=e.modalities.flatMap((o,i)=>{let l=ml(e,i);return l?[{m:i,part:l(e,i,s)}]:[]});t.append(mt("Input"),...a.map(({m:o,part:i})=>p(
"div",{class:"mmv-input","data-m":o%8},p("div",{class:"mmv-name"},...Ot(e,o)),i.node)));let r=Rt();return o=>{let i=r(o,"sample");for(let{part:l}of a)l.draw(o,i)}}
yt({name:"input",place:"side",section:"sample",order:5,needs:["signal_0"],early:!0,shows:t=>t.modalities.some((e,n)=>ml(t,n)!==null&&(e.display.kind!=="audio"||
e.features.length===1)),mount:Gu});var yn=512,Ku=2e5,Mr=[.1,.03,.01,.003,.001],Yu=.4,$a={key:"state",scale:t=>t.scale,power:t=>t.state_power??1},_r={key:"influence",scale:t=>t.influence?.scale,power:()=>2},
gl=new WeakMap;function Ju(t){let e=gl.get(t.compared)??new Map;return gl.set(t.compared,e),e}function Vu(t,e,n,s,a){let r=Ju(t),o=JSON.stringify([n.key,a||tn(t.
compared[0],t,e),s]),i=r.get(o);if(i)return i;let l=new Float64Array(yn);for(let f of t.compared){let d=n.scale(f);if(!d||!f.has(n.key))continue;let u=f.recorded.
shape(n.key),h=n.key==="state"?2:1,m=u.slice(h+1).reduce((w,A)=>w*A,1),g=u.slice(0,h).reduce((w,A)=>w*A,1),y=f.recorded.part(n.key),x=a?u[h]:1,b=Math.max(1,Math.
floor(g*m*x/Ku))|1;for(let w=0;w<u[h];w++){if(!a&&w!==Math.min(tn(f,t,e),u[h]-1))continue;let A=Int32Array.from({length:256},($,v)=>Math.min(yn-1,Math.round((yn-
1)*Math.sqrt(d[w]*(v/255)**n.power(f)/s))));for(let $=0;$<g;$++)for(let v=$%b,k=($*u[h]+w)*m;v<m;v+=b)y[k+v]&&l[A[y[k+v]]]++}}let c=0;for(let f=0;f<yn;f++)c=l[f]+=
c;if(c)for(let f=0;f<yn;f++)l[f]/=c;return r.set(o,l),l}function Xu(t){for(let e of Mr){let n=e*(Math.exp(.2*Math.log1p(1/e))-1);if(t[Math.floor((yn-1)*Math.sqrt(
n))]<=Yu)return e}return Mr[Mr.length-1]}var bl=new WeakMap;function jn(t,e,n){let s=bl.get(t)??new Map,a=JSON.stringify([n.key,un(e),e.layer,e.layer_of_a]),r=s.
get(a)??Zu(t,e,n);return bl.set(t,s),s.set(a,r),r}function Zu(t,e,n){let{scale:s,range:a}=un(e),r=e.layer,o=a==="shared",i=n.power(t),l=n.scale(t)?.[r]??1,c=(o?
Math.max(...t.compared.flatMap(v=>n.scale(v)??[])):On(t,n.scale,e))||1,f=Vu(t,e,n,c,o),d=Xu(f),u=(v,k)=>s==="linear"?Math.min(1,v/k):s==="quantile"?f[Math.min(yn-
1,Math.round((yn-1)*Math.sqrt(Math.min(1,v/c))))]:Math.min(1,wa([0,k],[0,1]).constant(d*k)(v)),h=v=>{let k=wa([0,v],[0,1]).constant(d*v);return Uint8Array.from(
{length:256},(S,M)=>{let z=l*(M/255)**i;return Math.round(255*(s==="symmetric log"?Math.min(1,k(z)):M?u(z,v):0))})},m=h(c),g=a==="channel"&&n.key==="state"&&t.compared.
length===1&&s!=="quantile",y=new Map,x=v=>{if(!g||!v)return m;let k=y.get(v)??h(l*(v/255)**i);return y.set(v,k),k},b=v=>{let k=0,S=c;for(let M=0;M<40;M++){let z=(k+
S)/2;u(z,c)<v?k=z:S=z}return S},w=null,A=()=>g?[{at:0,text:"0"},{at:1,text:"largest of the row"}]:[0,.25,.5,.75,1].map(v=>({at:v,text:v?`${v===1?"≥ ":""}${V(v===
1?c:b(v),2)}`:"0"})),$=s==="symmetric log"?`symmetric log, linear to ${V(100*d,2)} %`:s;return{table:m,tableOfRow:x,perRow:g,get ticks(){return w??=A()},top:c,name:$,
value:v=>l*(v/255)**i,per:a}}function yl(t,e){let n=Za.filter(([l])=>l!=="channel"||t.compared.length===1).filter(([l])=>l!=="shared"||t.layers.length>1||t.compared.
length>1),s=un({}),a=Dt("Colours",vs,l=>e({colours:{...s,scale:vs[l]}})),r=Dt("Range",n.map(([,l])=>l),l=>e({colours:{...s,range:n[l][0]}})),o=l=>{s=un(l),ht(a.
select,"value",String(vs.indexOf(s.scale))),ht(r.select,"value",String(Math.max(0,n.findIndex(([c])=>c===s.range))))};return{node:p("div",{class:"mmv-inline mmv\
-colour-controls",role:"group","aria-label":"Colour scale of the maps"},a.node,...n.length>1?[r.node]:[]),draw:o}}function Ma(t){let e=p("canvas",{"aria-hidden":"\
true"}),n=p("div",{class:"mmv-key-ticks"}),s=p("span");return Zt(e,256,1,o=>o),{node:p("div",{class:"mmv-colour"},p("span",{},t," (",s,")"),p("div",{class:"mmv-\
key-bar"},e,n)),draw:(o,i="")=>{let l=`${o.name}${o.perRow?", per channel":""}${i&&i!=="1"?`; ${i}`:""}`;s.textContent!==l&&(s.textContent=l),Vt(n,o.ticks,"left")}}}function wl(t,e,n){let s=1/0,a=-1/0;for(let{frame:r}of e)for(let o=0;r>=0&&o<n;o++){let i=t[r*n+o];i<s&&i>-1/0&&(s=i),i>a&&i<1/0&&(a=i)}return s<=a?[s,a]:null}function Qu(t){
let e=[];return t.forEach(({frame:n,from:s,to:a},r)=>{if(n>=0)return;let o=e[e.length-1];r&&t[r-1].frame<0?o[1]=a:e.push([s,a])}),e}function th(t,e){return t.map(
([n,s])=>{let a=p("div",{class:"mmv-padding"});return a.style.left=`${100*e.across(n)}%`,a.style.width=`${100*(s-n)/e.length}%`,a})}function vl(t,e,n,s,a,r){let o=r?
e:e.flatMap((l,c)=>l.frame<0||e[c+1]?.frame>=0?[l]:[l,{...l,at:l.to}]),i=({frame:l})=>l<0?NaN:me(t[l*n+s],a);return Fn(o.length,l=>1e3*o[l].at,l=>i(o[l]),r?Math.
max(4,500/e.length):4)}function kr(t,e,{time:n},s){let a=t.sizes.time,r=gt(a,e);return n===void 0||n<r.from||n>r.to?s?{y:s}:null:{x:[r.across(n/a),r.across((n+1)/
a)],...s?{y:s}:{}}}var Ar=(t,e,n,s)=>Number.isFinite(e)?[["recorded",n(e),s],["difference",`${t>e?"+":""}${n(t-e)}`,s]]:[],zs=t=>V(t,4);function eh(t,e){let{name:n,
unit:s,features:a,rate_hz:r,irregular:o,static:i,display:l,tokens:c}=t.modalities[e],f=a.length,d=f>10||f>1&&l.kind!=="lines",u=!t.has(`signal_at_${e}`),h=H=>d&&
l.kind==="audio"?f-1-H:H,m=`${n}: input signal, ${f} features${s?`, in ${s}`:""}`,g=p("span"),y=p("span"),x=p("span",{class:"mmv-absent",hidden:""},"absent: not\
 recorded for this sample"),b=a.map((H,C)=>ct("path",{class:"mmv-line","data-f":C%8,"stroke-dasharray":Ze[C%8]})),w=a.map(()=>ct("path",{class:"mmv-recorded-lin\
e"})),A=d?p("canvas",{role:"img","aria-label":m}):null,$=ct("path",{class:"mmv-rule"}),v=A??Pe(m,$,...w,...b),k=p("div",{class:"mmv-faint"}),S=p("div",{class:`m\
mv-plot mmv-signal${d?" mmv-map":""}`,"data-m":e%8},v,x),M=p("div",{class:"mmv-gutter","data-m":e%8},bs(t,e),p("div",{class:"mmv-faint mmv-unit"},i?`static${s&&
" · "}`:r===null?"":`${o?"≈ ":""}${Number(r.toPrecision(o?2:4))} Hz${o?", irregular":""}${s&&" · "}`,Q(s)),d?k:p("div",{class:"mmv-faint"},Ns(a,(H,C)=>b[H].
classList.toggle("mmv-off",!C))),p("div",{class:`mmv-range${d?" mmv-range-names":""}`,"aria-hidden":"true"},g,y)),z=[],N=[],_=[],R=null,L=[],j=[0,0],B=[],P="",q=H=>L.
reduce((C,O,F)=>O.from<=H+1e-9?F:C,0);Et(S,{label:m,grid:()=>[L.length,f],start:()=>[q(((R?.time??0)+.5)/t.sizes.time),0],cellAt(H,C){let O=q(gt(t.sizes.time,R).
share(H)),F=L[O];if(d||!F||F.frame<0||!R)return[O,Bt(C,f)];let T=a.map((W,I)=>Math.abs(me(t.part(`signal_${e}`,R?.sample??0)[F.frame*f+I],j)/100-C));return[O,T.
reduce((W,I,E)=>I<(T[W]??1/0)||!Number.isFinite(T[W])?E:W,0)]},read(H,C){let O=h(C),F=L[H];if(!R||!F||F.frame<0)return null;let{sample:T}=R,W=F.frame*f+O,I=t.part(
`signal_${e}`,T)[W],E=t.sizes.time,U=gt(E,R),G=t.edited()&&t.recorded.part(`signal_valid_${e}`,T)[F.frame]?t.recorded.part(`signal_${e}`,T)[W]:NaN,K=t.duration_s[T],
J=u?(F.from+F.to)/2:F.at;return{title:a[O],modality:e,at:{modality:e,time:Math.min(E-1,Math.max(0,Math.ceil(F.to*E-1e-9)-1))},rows:[...c&&Es(t,e,T).words?.[F.frame]?
[["word",Es(t,e,T).words?.[F.frame]??""]]:[],["value",zs(I),s],K===null?["frame",String(F.frame+1)]:["time",`${nt(t.start_s[T]+(u?F.to:F.at)*K,3)}`,"s"],...Ar(I,
G,zs,s)],place:[U.across(J),d?(C+.5)/f:Number.isFinite(I)?me(I,j)/100:.5]}},placeOf:H=>[gt(t.sizes.time,R).across(((L[H]?.from??0)+(L[H]?.to??0))/2),.5],locate:H=>kr(
t,R,H)});function D(H){let{sample:C}=H,O=gt(t.sizes.time,H);R=H,Fe(v,t.sizes.time,H);let{now:F,then:T}=sn(t,e,C),{values:W}=F,I=T&&!d?Ee(t.recorded,e,C):null,E=[
W,F.valid,...u?[]:[t.part(`signal_at_${e}`,C),t.part(`signal_until_${e}`,C)],...T&&I?[T.values,T.valid]:[]],U=E.length!==_.length||E.some((At,ut)=>xa(At,_[ut])),
[G,K]=j;U&&([_,L]=[E,Ee(t,e,C)]);let J=er([...t.compared.map(At=>wl(At.part(`signal_${e}`,C),At===t?L:Ee(At,e,C),f)),...T&&I?[wl(T.values,I,f)]:[]]);j=J;let X=!U&&
J[0]===G&&J[1]===K;ht(x,"hidden",L.some(At=>At.frame>=0)),Mt(x,F.valid.some(Boolean)?"recorded without any value":t.recorded.part(`signal_valid_${e}`,C).some(Boolean)?
"masked: removed from the model's input":"absent: not recorded for this sample");let at=x.hidden?Ya(...J):["",""],[tt,st]=x.hidden&&d?[a[h(f-1)],a[h(0)]]:at;if(Mt(
y,tt),Mt(g,st),A){if(Mt(k,`${f} features${x.hidden?`; colours ${at.join(" to ")}`:""}`),X)return;let At=J[1]>J[0]?255/(J[1]-J[0]):0,ut=al(L,u);Zt(A,ut.length,f,
(Nt,Gt)=>{let $e=ut[Nt]<0?NaN:W[ut[Nt]*f+h(Gt)];return Number.isFinite($e)?Math.round(($e-J[0])*At):-1});return}let dt=Qu(L),wt=JSON.stringify([dt,O.from,O.to]);
if(wt!==P){P=wt;for(let At of B)At.remove();v.before(...B=th(dt,O))}if(X)return;let jt=x.hidden&&J[0]<0&&J[1]>0?`M0 ${me(0,J).toFixed(2)}H1000`:"";$.getAttribute(
"d")!==jt&&$.setAttribute("d",jt),b.forEach((At,ut)=>{let Nt=vl(W,L,f,ut,J,u);z[ut]!==Nt&&At.setAttribute("d",z[ut]=Nt);let Gt=T&&I?vl(T.values,I,f,ut,J,u):"";(N[ut]??
"")!==Gt&&w[ut].setAttribute("d",N[ut]=Gt)})}return{gutter:M,box:S,draw:D}}function nh(t,e){let{time:n,channel:s}=t.sizes,a=p("canvas",{role:"img","aria-label":`${t.
modalities[e].name}: hidden state`}),r=p("div",{class:"mmv-faint"}),o=p("span",{class:"mmv-absent",hidden:""},"no scan in this layer"),i=s,l=p("div",{class:"mmv\
-row","aria-hidden":"true"}),c=p("span"),f=null,d=p("div",{class:"mmv-plot mmv-state mmv-map"},a,l,o),u=p("div",{class:"mmv-gutter"},p("div",{class:"mmv-faint"},
"hidden state"),r,p("div",{class:"mmv-channel-rows","aria-hidden":"true",title:"rows of the map, longest half-life first"},p("span",{},"row 1"),c));Et(d,{label:`${t.
modalities[e].name}: hidden state, channels over steps`,grid:()=>[n,i],start:()=>[f?.time??0,f?.channel??0],cellAt:(y,x)=>[Bt(gt(n,f).share(y),n),Bt(x,i)],placeOf:(y,x)=>[
gt(n,f).across((y+.5)/n),(x+.5)/i],locate:y=>kr(t,f,y,y.channel!==void 0&&y.channel<i&&(y.modality??e)===e?[y.channel/i,(y.channel+1)/i]:void 0),read(y,x){if(!f||
!i)return null;let{sample:b,epoch:w,layer:A}=f,$=jn(t,f,$a),v=t.has("channel_index")?t.part("channel_index",A)[e*s+x]:x,k={modality:e,channel:x,time:y},S=[["row",
String(x+1)],["at",St(t,b,y)]];if(!t.part("state_valid",b,e)[y])return{title:`channel ${v}`,modality:e,at:k,rows:[[t.state_name,"no data"],...S]};let M=t.part("\
state",w,b,A,e)[x*n+y],z=$.value(M),N=t.edited()&&t.replaced("state")&&t.recorded.part("state_valid",b,e)[y]?$.value(t.recorded.part("state",w,b,A,e)[x*n+y]):NaN;
return{title:`channel ${v}`,modality:e,at:k,rows:[[t.state_name,`${M===255?"≥ ":""}${V(z)}`,t.state_unit],...S,...Ar(z,N,V,t.state_unit)]}}});function h(y){f=
y;let{sample:x,epoch:b,layer:w}=y,A=jn(t,y,$a);Fe(a,n,y);let $=t.part("state_valid",x,e),v=t.part("state",b,x,w,e);i=Sn(t,w,e);let k=Array.from({length:i},(S,M)=>A.
perRow?A.tableOfRow(ee(v.subarray(M*n,(M+1)*n).map((z,N)=>$[N]?z:0))):A.table);Zt(a,n,i,(S,M)=>$[S]?k[M][v[M*n+S]]:-1),Mt(c,i>1?`row ${i}`:""),Yt(a,"aria-label",
`${t.modalities[e].name}: hidden state, ${i} channels over ${n} steps`),Mt(r,i?`${i} channels`:""),ht(o,"hidden",i>0),m(y)}let m=y=>{let{channel:x}=y;f=y,ht(l,"\
hidden",x>=i),l.style.top=`${100*x/i}%`,l.style.height=`${100/i}%`};return{gutter:u,box:d,draw:h,choose:m,rowAt:y=>Math.min(i-1,Math.floor(y*i))}}function sh(t,e){
let n=Xs(),s=`${t.modalities[e].name}: signed shares of its steps in the prediction at the cursor`,a=t.sizes.time,r=null,o=p("div",{class:"mmv-plot mmv-lane-bar\
s"},Pe(s,...n.nodes)),i=p("div",{class:"mmv-gutter"},p("div",{class:"mmv-faint",title:`${t.attribution.name}: bars up (red) raise the prediction, bars down (blu\
e) lower it`},"attribution ±"));Et(o,{label:s,grid:()=>[r?Te(t,r.sample,r.time).count:0,1],cellAt(c){if(!r)return[0,-1];let{from:f,count:d}=Te(t,r.sample,r.time),
u=gt(a,r).share(c)*a;return[Array.from({length:d},(h,m)=>m).reduce((h,m)=>f(m)<=u?m:h,0),0]},placeOf:c=>{let{from:f,to:d}=Te(t,r?.sample??0,r?.time??0);return[gt(
a,r).across((f(c)+d(c)+1)/2/a),.5]},start:()=>[r&&!t.has("attribution_prefix")?r.time:0,0],locate:c=>kr(t,r,c),read(c){if(!r)return null;let{values:f,count:d,from:u,
to:h}=Te(t,r.sample,r.time),m=f[e*d+c],g=t.edited()&&t.replaced("attribution")?Te(t.recorded,r.sample,r.time).values[e*d+c]:NaN;return{title:t.attribution.name,
modality:e,at:{modality:e,time:h(c)},rows:[["share",ah(m),t.attribution.quantity.length<24?t.attribution.quantity:""],["at",fn(t,r.sample,[u(c),h(c)])],...Ar(m,
g,zs)]}}});function l(c){let{sample:f,time:d}=c,u=o.firstElementChild;r=c,Fe(u,a,c);let h=t.edited()!==null&&!t.replaced("attribution")||t.lacks("attribution",f);
for(let m of[o,i])ht(m,"hidden",h);o.hidden||n.draw(t,Te(t,f,d),e)}return{gutter:i,box:o,draw:l}}var ah=t=>t>0?`+${zs(t)}`:zs(t);function rh(t,e,n){let s=t.sizes.
time,a=u=>{let{time:h,zoom:m}=e(),[g,y]=m??[0,s-1];n({zoom:ns(s,m,{factor:u,around:h>=g&&h<=y&&y>g?(h-g)/(y-g):.5})})},r=u=>e().zoom&&n({zoom:ns(s,e().zoom,{move:u})}),
o=pt("+",()=>a(1.6),{"aria-label":"Zoom in on time"}),i=pt("−",()=>a(1/1.6),{"aria-label":"Zoom out"}),l=pt("fit",()=>n({zoom:null}),{"aria-label":"Fit the wh\
ole sequence"});return{node:p("div",{class:"mmv-zoom",role:"group","aria-label":"Zoom on time",title:"Ctrl and wheel, or two fingers: zoom; Shift and wheel: mov\
e. Keys + − 0, < >"},p("span",{class:"mmv-faint"},"Zoom"),o,i,l),draw:({zoom:u})=>{ht(l,"disabled",!u),ht(i,"disabled",!u),ht(o,"disabled",s<=4||!!(u&&u[1]-u[0]<
4))},key:u=>{(u.key==="+"||u.key==="=")&&a(1.6),u.key==="-"&&a(1/1.6),u.key==="0"&&n({zoom:null}),(u.key==="<"||u.key===",")&&r(-.25),(u.key===">"||u.key===".")&&
r(.25)}}}function oh(t,e,n){let s=p("span",{class:"mmv-span"}),a=t.sizes.time,r=()=>n({brush:[e().time,Math.max(e().time,e().brush?.[1]??a-1)]}),o=()=>n({brush:[
Math.min(e().time,e().brush?.[0]??0),e().time]}),i=pt("clear",()=>n({brush:null}),{"aria-label":"Clear the time range"});return{node:p("div",{class:"mmv-brush",
role:"group","aria-label":"Time range"},p("span",{class:"mmv-faint"},"Time range"),s,pt("start",r,{"aria-label":"Start the time range at the cursor"}),pt("end",
o,{"aria-label":"End the time range at the cursor"}),i),draw:d=>{Mt(s,d.brush?fn(t,d.sample,d.brush):"all"),ht(i,"disabled",!d.brush)},key:d=>{d.key==="["&&r(),
d.key==="]"&&o(),d.key==="Escape"&&e().brush&&n({brush:null})}}}function ih(t,e,n,s){let a=e.sizes.time,r={time:n?.time??0,brush:n?.brush??null,zoom:n?.zoom??null},
o=e.modalities.map((N,_)=>eh(e,_)),i=e.has("state")?e.modalities.map((N,_)=>nh(e,_)):[],l=e.has("attribution")?e.modalities.map((N,_)=>sh(e,_)):[],c=o.map((N,_)=>p(
"div",{class:"mmv-lane"},...[N,...i.slice(_,_+1),...l.slice(_,_+1)].flatMap(({gutter:R,box:L})=>[R,L]))),f=p("span",{class:"mmv-tag"}),d=p("div",{class:"mmv-cur\
sor"},f),u=[p("div",{class:"mmv-veil"}),p("div",{class:"mmv-veil"})],h=p("div",{class:"mmv-over","aria-hidden":"true"},...u,d),m=p("div",{class:"mmv-stage","dat\
a-plots":""},...c,h),g=p("div",{class:"mmv-axis","aria-hidden":"true"}),y=p("input",{type:"range",min:0,max:a-1,step:1,class:"mmv-time","aria-label":"Time curso\
r"}),x=p("span",{class:"mmv-faint"}),b=e.has("state")?Ma(e.state_name):null,w=b&&yl(e,s),A=oh(e,()=>r,s),$=rh(e,()=>r,s),v=p("div",{class:"mmv-foot"},p("label",
{class:"mmv-gutter"},"Time ",x),p("div",{class:"mmv-scrub"},g,y),p("span"),p("div",{class:"mmv-under"},A.node,$.node,...b&&w?[w.node,b.node]:[]));t.append(m,v,...e.
missing_scans&&!e.has("state")?[it(Q(e.missing_scans))]:[]),t.style.setProperty("--steps",String(a)),y.addEventListener("input",()=>s({time:Number(y.value)})),t.
addEventListener("keydown",N=>{!N.ctrlKey&&!N.metaKey&&!N.altKey&&(A.key(N),$.key(N))}),ke(m,h,a,()=>r,s);let k=0;Jt(m,h,(N,_,R,L)=>{let j=Math.min(a-1,Math.max(
0,Math.ceil(gt(a,r).share(N)*a-1e-9)-1));L&&(k=j);let B=R.shiftKey?{brush:[Math.min(k,j),Math.max(k,j)]}:{time:j},P=L?i.find(q=>q.box.contains(R.target)):null;if(P){
let{top:q,height:D}=P.box.getBoundingClientRect();B.channel=Math.max(0,P.rowAt((R.clientY-q)/D))}s(B)},y);let S=Rt(),M="",z=null;return N=>{r=z=N;let{sample:_,time:R}=N,
[L,j]=ye(e,N),B=gt(a,N);if(S(N,"sample","zoom")){o.forEach(H=>H.draw(N)),Mt(x,pe(e,N)==="step"?"in steps":"in seconds");let q=re(e,N).map(({at:H,text:C})=>({at:B.
across(H),text:C})),D=JSON.stringify(q);D!==M&&g.replaceChildren(...q.map(({at:H,text:C})=>{let O=p("span",{},C);return O.style.setProperty("--at",String(H)),O})),
M=D,ht(y,"min",String(B.from)),ht(y,"max",String(B.to)),t.style.setProperty("--steps",String(B.to+1-B.from)),$.draw(N)}if(S(N,"sample","epoch","layer","layer_of\
_a","zoom","colours")&&i.forEach(q=>q.draw(N)),S(N,"sample","time","zoom")&&l.forEach(q=>q.draw(N)),S(N,"channel")&&i.forEach(q=>q.choose(N)),b&&S(N,"layer","la\
yer_of_a","colours")&&(b.draw(jn(e,N,$a),e.state_unit),w?.draw(N)),S(N,"brush","sample","zoom")){let[q,D]=[L/a,(j+1)/a].map(H=>Math.min(1,Math.max(0,B.across(H))));
u[0].style.width=`${100*q}%`,u[1].style.width=`${100*(1-D)}%`,A.draw(N)}ht(y,"value",String(R)),Yt(y,"aria-valuetext",ys(e,_,R));let P=B.across((R+1)/a);ht(d,"h\
idden",P<0||P>1+1e-9),d.style.setProperty("--at",String(P)),Mt(f,ys(e,_,R))}}yt({name:"lanes",section:"sample",place:"main",order:10,needs:["prediction"],early:!0,
mount:ih});var Or=["phi_mean","phi_low","phi_high"];function lh(t,e){let[n,s,a]=Or.map(l=>e.part(l)),r=ee(...e.compared.filter(l=>l.has("phi_mean")).flatMap(l=>Or.map(c=>l.
part(c)))),o=l=>`${50+50*l/(r||1)}%`,i=e.modalities.map((l,c)=>{let{track:f,set:d}=Qe(c);if(d(n[c],r),Number.isFinite(s[c]+a[c])){let m=p("div",{class:"mmv-whis\
ker"});m.style.left=o(s[c]),m.style.width=`${50*(a[c]-s[c])/(r||1)}%`,f.append(m)}let u=Number.isFinite(s[c])?`${bt(s[c],3)} to ${bt(a[c],3)}`:"–",h=Se(Ct(...Ot(
e,c)),f,bt(n[c],3));return h.append(p("td",{class:"mmv-interval"},ue("95 % interval "),u)),h});return t.append(mt("Mean Shapley value over all samples"),p("tabl\
e",{class:"mmv-overall","aria-label":"Mean Shapley value of each modality with its interval"},p("tbody",{},...i)),it("Mean Shapley value of the ",Q(e.target_name),
` at epoch ${e.best_epoch??"–"}; lines: ${e.overall.interval}.`),...Xe(e)),()=>{}}yt({name:"mean shapley",place:"columns",section:"overview",order:20,needs:Or,
height:t=>70+26*t,mount:lh});var xl=16;function ch(t,e){let n=_e(t,"game",e),s=_e(t,"phi",e),a=t.modalities.length;return n.map((r,o)=>{let i=[];for(let l=0;l*a<s[o].length;l++)for(let c=0,
f=r[l*2**a];c<a;c++)i.push(f+=s[o][l*a+c]);return i})}function fh(t,e,n,s){let a=e.modalities.length,r=2**a-1,o=b=>b.toString(2).replaceAll("0","").length,i=Array.
from({length:r+1},(b,w)=>w).filter(b=>r<xl||o(b)<=1||o(b)>=a-1).sort((b,w)=>o(b)-o(w)||b-w),l=e.modalities.map((b,w)=>{let A=p("span"),{track:$,set:v}=Oe(w);return{
value:A,set:v,node:Se(Ct(...Ot(e,w)),$,A)}}),c=(b,w)=>e.trained?.[b]??!0?[]:(w.classList.add("mmv-untrained"),[" ",p("span",{"aria-hidden":"true",title:e.untrained},
"○"),ue(" not met in training")]),f=["baseline v(∅)","full model v(all)"].map((b,w)=>{let A=p("span"),{track:$,set:v}=Oe(null);return{value:A,set:v,node:Se(
Ct(b,...c(w?r:0,$)),$,A)}}),d=e.modalities.map((b,w)=>{let A=p("input",{type:"checkbox"});return A.addEventListener("change",()=>s({masked:e.modalities.filter(($,v)=>!d[v].
box.checked).map($=>$.name)})),{box:A,node:p("label",{class:"mmv-control"},A,...Ot(e,w))}}),u=b=>b===0?[p("span",{},"none")]:e.modalities.flatMap((w,A)=>b>>A&1?
[Lt(A),ue(`${w.name} `)]:[]),h=i.map(b=>{let w=p("span"),{track:A,set:$}=Oe(null);return{k:b,value:w,set:$,node:Se(Ct(...u(b),...c(b,A)),A,w)}}),m=p("span");t.append(
mt("Modality ablation: value of every subset"),p("table",{"aria-label":"Waterfall from baseline to full model"},p("tbody",{},f[0].node,...l.map(b=>b.node),f[1].
node)),p("div",{class:"mmv-inline",role:"group","aria-label":"Available modalities"},p("span",{class:"mmv-faint"},"Available"),...d.map(b=>b.node)),p("table",{"\
aria-label":"Value v(S) of each subset of modalities"},p("tbody",{},...h.map(b=>b.node))),it("Bars: the ",Q(e.target_name),". ",m,i.length>r?"":`${i.length} of ${r+
1} subsets are listed: those with at most one modality, and those without at most one.`),...Xe(e,"○ "));let g=Rt(),y=0,x=0;return b=>{let{sample:w,epoch:A,time:$,
masked:v}=b,k=e.part("game",A,w,$),S=e.part("phi",A,w,$);g(b,"sample")&&([y,x]=Pt([..._e(e,"game",w),...ch(e,w)],!0));let M=_=>(_-y)/(x-y||1),z=k[0];f.forEach((_,R)=>{
let L=k[R?r:0];_.set(M(0),M(L)),Mt(_.value,nt(L,e.digits))}),l.forEach((_,R)=>{_.set(M(z),M(z+S[R])),Mt(_.value,bt(S[R],e.digits)),z+=S[R]});let N=Ks(e,v);h.forEach(
({k:_,value:R,set:L,node:j})=>{L(M(0),M(k[_])),Mt(R,nt(k[_],e.digits)),_===N!==j.hasAttribute("aria-current")&&(j.className=_===N?"mmv-best":"",_===N?j.setAttribute(
"aria-current","true"):j.removeAttribute("aria-current"))}),Mt(m,`The readout above gives the value without the masked modalities${e.edited()||!e.has("state")?"":
"; the state maps are those of all modalities"}. `),d.forEach(({box:_},R)=>_.checked=!v.includes(e.modalities[R].name))}}yt({name:"modality ablation",place:"col\
umns",order:50,section:"sample",needs:["game"],height:t=>75+22*(t+2+(2**t<=xl?2**t:2*t+2)),mount:fh});function dh(t,e,n,s){let[,a,r,o]=e.shape("influence"),i=e.sizes.time,l=e.influence.block,c=j=>l.reduce((B,P,q)=>P<=j?q:B,0),f=j=>(j+1<o?l[j+1]:i)-1,d=p("canvas",
{role:"img","aria-label":"Operator map"}),u=Array.from({length:r},()=>p("div",{class:"mmv-at"})),h=e.modalities.flatMap((j,B)=>B?[p("div",{class:"mmv-cut-x"}),p(
"div",{class:"mmv-cut-y"})]:[]);h.forEach((j,B)=>j.style.setProperty("--at",String((1+(B>>1))/r)));let m=p("div",{class:"mmv-plot mmv-map mmv-square"},d,p("div",
{class:"mmv-marks","aria-hidden":"true"},...h,...u)),g=j=>p("div",{class:j,"aria-hidden":"true"},...e.modalities.map((B,P)=>p("span",{},...qe(e,P,(340/r-15)/6.5)))),
y=e.modalities.map(()=>e.modalities.map(()=>p("td"))),x=mt("Operator map"),b=p("caption",{class:"mmv-small"}),w=it(),A=null,$=p("div",{class:"mmv-block-ticks mm\
v-block-down","aria-hidden":"true"}),v=p("div",{class:"mmv-block-ticks","aria-hidden":"true"}),k=Ma("|K|"),S=p("div",{class:"mmv-subtitle"});t.append(x,S,p("div",
{class:"mmv-blocks mmv-blocks-ticked"},g("mmv-ups"),$,m,p("span"),p("span"),v,p("span"),p("span"),g("mmv-alongs")),k.node,p("div",{class:"mmv-scroll-x",tabindex:0,
role:"region","aria-label":"Shares at the cursor"},p("table",{class:"mmv-list mmv-influence-table","aria-label":"Relative influence on each SSM stream at the cu\
rsor"},b,p("thead",{},p("tr",{},p("td",{class:"mmv-faint"},"target ↓ source →"),...e.modalities.map((j,B)=>p("th",{scope:"col"},...qe(e,B,(285/r-18)/6.5))))),
p("tbody",{},...y.map((j,B)=>p("tr",{},Ct(...Ot(e,B)),...j))))),w,it("Each block: target time down, source time across; the map is causal: zero above the diagon\
al. Magnitude |K|, exact for the inputs of this layer's operator with its gates held fixed, at the epoch that training selected. ",he("Press on the map to move \
the cursor.")));let M=()=>{let[j,B]=A?.zoom??[0,i-1];return[c(j),c(B)+1-c(j)]},z=j=>{let[B,P]=M(),q=Bt(j,r*P);return[Math.floor(q/P),B+q%P]};Jt(m,m,(j,B)=>s({time:f(
z(B)[1])})),ke(m,m,i,()=>A,s);let N=(j,B)=>{let[P,q]=M();return(j*q+B-P+.5)/(r*q)};Et(m,{label:`Operator map: ${r} by ${r} blocks, target time down, source time\
 across`,grid:()=>[r*o,r*o],start:()=>[0,c(A?.time??0)],cellAt(j,B){let[[P,q],[D,H]]=[z(j),z(B)];return[P*o+q,D*o+H]},placeOf:(j,B)=>[N(Math.floor(j/o),j%o),N(Math.
floor(B/o),B%o)],locate({time:j,modality:B}){let[P,q]=M(),D=j===void 0?-1:c(j);if(B===void 0||D<P||D>=P+q)return null;let H=N(B,D),C=.5/(r*q);return{y:[H-C,H+C]}},
read(j,B){if(!A)return null;let P=Math.min(A.layer,a-1),q=e.part("influence",A.sample,P),{sample:D}=A,[H,C,O,F]=[Math.floor(j/o),j%o,Math.floor(B/o),B%o],T=jn(e,
{...A,layer:P},_r),W=((O*o+F)*r+H)*o+C,I=T.value(q[W]),E=e.edited()&&e.replaced("influence")?T.value(e.recorded.part("influence",D,P)[W]):NaN;return{title:`${e.
modalities[H].name} → ${e.modalities[O].name}`,at:{modality:O,time:f(F)},rows:[["|K|",C>F?"0 (later source)":V(I)],["source, at",St(e,D,f(C))],["target, at",St(
e,D,f(F))],...Number.isFinite(E)?[["recorded",V(E)],["difference",`${I>E?"+":""}${V(I-E)}`]]:[]]}}});function _(j){let[B,P]=M(),q={...j,zoom:[l[B],f(B+P-1)]},D=gt(
i,q),H=re(e,q,3).map(({at:O,text:F})=>({at:D.across(O),text:F})).filter(({at:O})=>O>.02&&O<.98),C=e.modalities.flatMap((O,F)=>H.map(({at:T,text:W})=>({at:(F+T)/
r,text:W})));Vt($,C,"top"),Vt(v,C,"left"),S.textContent=`down: target, across: source; ${pe(e,j)}`}function R(j){let B=Math.min(j.layer,a-1),P=e.part("influence",
j.sample,B),[q,D]=M(),[H,C]=ye(e,j),[O,F]=[c(H),c(C)],T=jn(e,{...j,layer:B},_r);Zt(d,r*D,r*D,(W,I)=>{let E=q+W%D,U=q+I%D;return E>U||E<O||E>F?-1:T.table[P[((Math.
floor(I/D)*o+U)*r+Math.floor(W/D))*o+E]]}),k.draw(T)}t.style.setProperty("--sources",String(r));let L=Rt();return j=>{let{sample:B,time:P}=j,q=Math.min(j.layer,
a-1),D=e.part("influence",B,q),[H,C]=ye(e,j),[O,F]=[c(H),c(C)],T=On(e,E=>E.influence?.scale,{...j,layer:q}),W=c(P),I=(E,U,G,K)=>D[((E*o+U)*r+G)*o+K];A=j,L(j,"sa\
mple","layer","layer_of_a","brush","zoom","colours")&&R(j),L(j,"sample","zoom")&&_(j),d.setAttribute("aria-label",`Operator map of layer ${e.layers[q]}, ${r} by\
 ${r} blocks of ${o} moments; the table holds the sums at the cursor`),x.textContent=`Operator map, layer ${e.layers[q]}, SSM stream m${q?" (mixed above layer 1\
)":""}`,w.textContent=q?"A source is the SSM stream of that name: above layer 1 it contains other modalities too. This is no attribution to modalities.":"Within\
 this layer only, not through the whole model: no attribution of the prediction.",u.forEach((E,U)=>{let[G,K]=M();E.hidden=W<G||W>=G+K,E.style.top=`${100*(U*K+W-
G)/(r*K)}%`,E.style.height=`${100/(r*K)}%`}),b.textContent=`Relative influence on each SSM stream at ${St(e,B,P)}, and the source time with the largest influenc\
e (colour scale ends at ${V(T)}).`,y.forEach((E,U)=>{let G=E.map((J,X)=>{let at=0,tt=-1,st=0;for(let dt=O;dt<=Math.min(W,F);dt++){let wt=I(U,W,X,dt)**2;at+=wt,wt>
tt&&([tt,st]=[wt,dt])}return{sum:at,when:st}}),K=G.reduce((J,{sum:X})=>J+X,0);E.forEach((J,X)=>{let at=K&&G[X].sum?[`${nt(100*G[X].sum/K,0)} %,`,St(e,B,f(G[X].when))]:
["–"];J.replaceChildren(...at.flatMap((tt,st)=>[st?" ":"",p("span",{class:"mmv-whole"},tt)]))})})}}yt({name:"operator map",section:"explanation",place:"column\
s",order:60,needs:["influence"],height:t=>670+22*t,mount:dh});function _a({label:t,corner:e,columns:n,rows:s,kind:a=""}){let r=p("table",{class:`mmv-grid ${a}`,"aria-label":t},p("thead",{},p("tr",{},p("th",{scope:"col"},...e),
...n.map(c=>p("th",{scope:"col"},...c)))),p("tbody",{},...s.map(({head:c,cells:f})=>p("tr",{},p("th",{scope:"row"},...c),...f.map(d=>p("td",{},d)))))),o=s.map(c=>c.
cells);o.flat().forEach((c,f)=>c.tabIndex=f?-1:0);function i(c){o.flat().forEach(f=>f.tabIndex=f===c?0:-1),c.focus()}let l={ArrowUp:[-1,0],ArrowDown:[1,0],ArrowLeft:[
0,-1],ArrowRight:[0,1]};return r.addEventListener("keydown",c=>{let f=l[c.key],d=o.findIndex(m=>m.includes(c.target));if(!f||d<0)return;let u=o[d].indexOf(c.target),
h=o[d+f[0]]?.[u+f[1]];c.preventDefault(),h&&i(h)}),r.addEventListener("focusin",({target:c})=>{c instanceof HTMLButtonElement&&c.tabIndex<0&&i(c)}),p("div",{class:"\
mmv-scroll-x",tabindex:0,role:"region","aria-label":t},r)}var Sr="Record it with mm.record(run, split, recorded_samples=[positions]), or give the page the model with Explorer(trace, model=mm.recording.export_model(run,\
 split)).";function uh(t){let e=[],n="",s=new Uint8Array(t).fill(1),a=new Set;function r(o,i=""){[e,n]=[o,i];for(let l=0;l<t;l++)s[l]=e.every(c=>c.test(l))?1:0;
a.forEach(l=>l())}return{inside:s,filters:()=>e,panel:()=>n,set:r,add:o=>r([...e,o]),remove:o=>r(e.filter(i=>i!==o),n),number:()=>s.reduce((o,i)=>o+i,0),listen:o=>{
a.add(o)}}}var $l=new WeakMap;function je(t){let e=$l.get(t.listed)??hh(t);return $l.set(t.listed,e),e}function hh(t){let{id:e,target:n,predicted:s}=t.listed,a=e.
length,r=t.modalities.length,o=uh(a),i=t.part("listed_phi"),l=t.part("listed_prediction"),c=t.part("listed_correct"),f=t.part("listed_recorded"),d=t.task==="cla\
ssification",u=t.has("overview_value"),h=u?t.overview.subset:[],m=h.length,g=m-1,y=u?t.part("overview_value"):l,x=u&&y instanceof Uint8Array?255:1,b=u?t.part("o\
verview_predicted"):l,w=u?t.part("overview_target"):l,A=u?t.part("overview_output"):l,$=u?t.part("overview_group"):l,v=t.labelled?"p(true class)":"p(predicted c\
lass)",k=(_,R)=>y[_*m+R]/x,S=(_,R)=>b[_*m+R],M=[];u&&d?(M.push({key:"confidence",title:"confidence, p(predicted class)",unit:"",of:_=>A[_]}),t.labelled&&M.push(
{key:"p",title:v,unit:"",of:_=>l[_]},{key:"loss",title:"loss, −ln p(true class)",unit:"nats",of:_=>-Math.log(l[_])})):u?(t.labelled&&M.push({key:"target",title:"\
target",unit:"",of:_=>w[_]}),M.push({key:"value",title:"predicted value",unit:"",of:_=>A[_]}),t.labelled&&M.push({key:"residual",title:"residual, predicted − ta\
rget",unit:"",of:_=>A[_]-w[_]},{key:"error",title:"absolute error",unit:"",of:_=>Math.abs(A[_]-w[_])})):d&&M.push({key:"p",title:v,unit:"",of:_=>l[_]}),t.modalities.
forEach((_,R)=>M.push({key:`φ ${_.name}`,title:`φ ${_.name}`,unit:"",of:L=>i[L*r+R]})),t.modalities.forEach((_,R)=>{let L=h.indexOf(2**r-1&~(1<<R));L>=0&&M.push(
{key:`masked ${_.name}`,title:`${d?v:"predicted value"}, ${_.name} masked`,unit:"",of:j=>k(j,L)})});let z=_=>h[_]===0?"no modality":_===g?"all modalities":t.modalities.
filter((R,L)=>h[_]>>L&1).map(R=>R.name).join(" + "),N=t.listed.sample;return{count:a,id:e,target:n,predicted:s,correct:c,recorded:f,chosen:o,subsets:h,whole:g,subsetName:z,
valueOf:k,classOf:S,quantities:M,truth:w,group:$,open:_=>N[_],closed:_=>`${e[_]} was not recorded, and the page holds no model that computes it. ${Sr}`,rows:_=>[
...t.labelled?[["target",n[_]]]:[],["predicted",s[_]],...d?[[v,V(l[_])]]:[]],wrong:_=>c[_]===0,errorOf:(_,R)=>Math.abs(k(_,R)-w[_])}}var Nr=8;function ka(t,e,n){let s=p("span",{role:"status"}),a=p("span",{class:"mmv-chosen-list"}),r=p("p",{class:"mmv-small mmv-faint",role:"status",hidden:""}),
o=p("div",{class:"mmv-chosen",hidden:""},p("div",{},s," ",a),r),i=f=>pt("",()=>{let d=t.open(f);r.hidden=d>=0,d>=0?e({sample:d}):r.textContent=t.closed(f)},{class:"\
mmv-open",...t.open(f)<0?{title:"not recorded"}:{}}),l=pt("show the list",()=>{let f=(o.closest(".mmv-run")??o.closest(".mmv"))?.querySelector(".mmv-samples");f?.
scrollIntoView({block:"center"}),f?.querySelector("tbody button")?.focus({preventScroll:!0})});function c(){let f=t.chosen.filters(),d=[...t.chosen.inside.keys()].
filter(u=>t.chosen.inside[u]);o.hidden=!f.length||t.chosen.panel()!==n,r.hidden=!0,!o.hidden&&(s.replaceChildren(Q(f.map(u=>u.text).join("; ")),`: ${d.length} s\
amples.`),a.replaceChildren(...d.slice(0,Nr).map(u=>{let h=i(u);return h.append(Q(t.id[u])),h}),...d.length>Nr?[`and ${d.length-Nr} more`]:[],l,pt("all samples",
()=>t.chosen.set([]))))}return t.chosen.listen(c),c(),o}var ph=["number of samples","share of the true class","share of the predicted class"],mh=24;function gh(t,e,n,s){let a=je(e),r=e.outputs,o=r.length,{subset:i,total:l}=e.
overview,c=i.map((g,y)=>y).reverse(),f=p("div"),d=it(""),u=Dt("Modalities",c.map(g=>a.subsetName(g)),()=>m()),h=Dt("Values",ph,()=>m());t.append(mt("Confusion m\
atrix"),p("div",{class:"mmv-inline"},u.node,h.node),f,ka(a,s,"confusion"),d);function m(){let g=c[Number(u.select.value)],y=Number(h.select.value),x=e.part("con\
fusion",g),b=N=>r.map((_,R)=>r.reduce((L,j,B)=>L+x[N?R*o+B:B*o+R],0)),[w,A]=[b(!0),b(!1)],$=r.map((N,_)=>w[_]+A[_]-2*x[_*o+_]),v=r.map((N,_)=>_).sort((N,_)=>$[_]-
$[N]||N-_).slice(0,mh).sort((N,_)=>N-_),k=Math.max(1,...v.flatMap(N=>v.map(_=>x[N*o+_]))),S=(N,_)=>{let R=x[N*o+_],L=y===2?A[_]:w[N],j=L?R/L:NaN,B=p("button",{type:"\
button",class:`mmv-score${N===_?" mmv-diagonal":""}`,title:`true ${r[N]}, predicted ${r[_]}: ${R} samples, ${nt(100*R/(w[N]||NaN),0)} % of the true class`},y?nt(
j,2):String(R));return B.style.setProperty("--weight",String(y?j||0:R/k)),B.addEventListener("click",()=>a.chosen.set([{text:`true = ${r[N]}`,test:P=>a.truth[P]===
N},{text:`predicted = ${r[_]}${g===a.whole?"":` with ${a.subsetName(g)}`}`,test:P=>a.classOf(P,g)===_}],"confusion")),B};f.replaceChildren(_a({label:"Confusion \
matrix: rows are true classes, columns are predicted classes",corner:["true ↓",p("br"),"predicted →"],columns:v.map(N=>[Q(r[N])]),kind:"mmv-confusion",rows:v.
map(N=>({head:[Q(r[N]),p("span",{class:"mmv-faint"},` n = ${w[N]}`)],cells:v.map(_=>S(N,_))}))}));let M=$.reduce((N,_)=>N+_,0)/2,z=w.reduce((N,_)=>N+_,0);d.replaceChildren(
`${M} of ${z} samples misclassified with ${a.subsetName(g)}. Outlined: correct. ${v.length<o?`The ${v.length} of ${o} classes with the most errors are shown. `:
""}${z<l?`${l-z} samples with a prediction that is not finite are left out. `:""}`,he("Press a cell to list its samples."))}return m(),()=>{}}yt({name:"confusio\
n matrix",place:"side",order:5,section:"overview",needs:["confusion","overview_value"],height:()=>330,mount:gh});function kt(t){for(var e=t.length/6|0,n=new Array(e),s=0;s<e;)n[s]="#"+t.slice(s*6,++s*6);return n}var Cy=kt("1f77b4ff7f0e2ca02cd627289467bd8c564be377c27f7f7fbc\
bd2217becf"),Iy=kt("7fc97fbeaed4fdc086ffff99386cb0f0027fbf5b17666666"),Fy=kt("1b9e77d95f027570b3e7298a66a61ee6ab02a6761d666666"),jy=kt("4269d0efb118ff725c6cc5b0\
3ca951ff8ab7a463f297bbf59c6b4e9498a0"),Ly=kt("a6cee31f78b4b2df8a33a02cfb9a99e31a1cfdbf6fff7f00cab2d66a3d9affff99b15928"),Ry=kt("fbb4aeb3cde3ccebc5decbe4fed9a6ff\
ffcce5d8bdfddaecf2f2f2"),By=kt("b3e2cdfdcdaccbd5e8f4cae4e6f5c9fff2aef1e2cccccccc"),Py=kt("e41a1c377eb84daf4a984ea3ff7f00ffff33a65628f781bf999999"),qy=kt("66c2a5\
fc8d628da0cbe78ac3a6d854ffd92fe5c494b3b3b3"),Dy=kt("8dd3c7ffffb3bebadafb807280b1d3fdb462b3de69fccde5d9d9d9bc80bdccebc5ffed6f"),Er=kt("4e79a7f28e2ce1575976b7b259\
a14fedc949af7aa1ff9da79c755fbab0ab"),qt=t=>Ni(t[t.length-1]),bh=new Array(3).concat("d8b365f5f5f55ab4ac","a6611adfc27d80cdc1018571","a6611adfc27df5f5f580cdc1018\
571","8c510ad8b365f6e8c3c7eae55ab4ac01665e","8c510ad8b365f6e8c3f5f5f5c7eae55ab4ac01665e","8c510abf812ddfc27df6e8c3c7eae580cdc135978f01665e","8c510abf812ddfc27df\
6e8c3f5f5f5c7eae580cdc135978f01665e","5430058c510abf812ddfc27df6e8c3c7eae580cdc135978f01665e003c30","5430058c510abf812ddfc27df6e8c3f5f5f5c7eae580cdc135978f01665\
e003c30").map(kt),Wy=qt(bh),yh=new Array(3).concat("af8dc3f7f7f77fbf7b","7b3294c2a5cfa6dba0008837","7b3294c2a5cff7f7f7a6dba0008837","762a83af8dc3e7d4e8d9f0d37fb\
f7b1b7837","762a83af8dc3e7d4e8f7f7f7d9f0d37fbf7b1b7837","762a839970abc2a5cfe7d4e8d9f0d3a6dba05aae611b7837","762a839970abc2a5cfe7d4e8f7f7f7d9f0d3a6dba05aae611b78\
37","40004b762a839970abc2a5cfe7d4e8d9f0d3a6dba05aae611b783700441b","40004b762a839970abc2a5cfe7d4e8f7f7f7d9f0d3a6dba05aae611b783700441b").map(kt),Hy=qt(yh),wh=new Array(
3).concat("e9a3c9f7f7f7a1d76a","d01c8bf1b6dab8e1864dac26","d01c8bf1b6daf7f7f7b8e1864dac26","c51b7de9a3c9fde0efe6f5d0a1d76a4d9221","c51b7de9a3c9fde0eff7f7f7e6f5d\
0a1d76a4d9221","c51b7dde77aef1b6dafde0efe6f5d0b8e1867fbc414d9221","c51b7dde77aef1b6dafde0eff7f7f7e6f5d0b8e1867fbc414d9221","8e0152c51b7dde77aef1b6dafde0efe6f5d0\
b8e1867fbc414d9221276419","8e0152c51b7dde77aef1b6dafde0eff7f7f7e6f5d0b8e1867fbc414d9221276419").map(kt),Uy=qt(wh),vh=new Array(3).concat("998ec3f7f7f7f1a340","5\
e3c99b2abd2fdb863e66101","5e3c99b2abd2f7f7f7fdb863e66101","542788998ec3d8daebfee0b6f1a340b35806","542788998ec3d8daebf7f7f7fee0b6f1a340b35806","5427888073acb2abd\
2d8daebfee0b6fdb863e08214b35806","5427888073acb2abd2d8daebf7f7f7fee0b6fdb863e08214b35806","2d004b5427888073acb2abd2d8daebfee0b6fdb863e08214b358067f3b08","2d004b\
5427888073acb2abd2d8daebf7f7f7fee0b6fdb863e08214b358067f3b08").map(kt),Gy=qt(vh),xh=new Array(3).concat("ef8a62f7f7f767a9cf","ca0020f4a58292c5de0571b0","ca0020f\
4a582f7f7f792c5de0571b0","b2182bef8a62fddbc7d1e5f067a9cf2166ac","b2182bef8a62fddbc7f7f7f7d1e5f067a9cf2166ac","b2182bd6604df4a582fddbc7d1e5f092c5de4393c32166ac",
"b2182bd6604df4a582fddbc7f7f7f7d1e5f092c5de4393c32166ac","67001fb2182bd6604df4a582fddbc7d1e5f092c5de4393c32166ac053061","67001fb2182bd6604df4a582fddbc7f7f7f7d1e\
5f092c5de4393c32166ac053061").map(kt),Ky=qt(xh),$h=new Array(3).concat("ef8a62ffffff999999","ca0020f4a582bababa404040","ca0020f4a582ffffffbababa404040","b2182be\
f8a62fddbc7e0e0e09999994d4d4d","b2182bef8a62fddbc7ffffffe0e0e09999994d4d4d","b2182bd6604df4a582fddbc7e0e0e0bababa8787874d4d4d","b2182bd6604df4a582fddbc7ffffffe0\
e0e0bababa8787874d4d4d","67001fb2182bd6604df4a582fddbc7e0e0e0bababa8787874d4d4d1a1a1a","67001fb2182bd6604df4a582fddbc7ffffffe0e0e0bababa8787874d4d4d1a1a1a").map(
kt),Yy=qt($h),Mh=new Array(3).concat("fc8d59ffffbf91bfdb","d7191cfdae61abd9e92c7bb6","d7191cfdae61ffffbfabd9e92c7bb6","d73027fc8d59fee090e0f3f891bfdb4575b4","d7\
3027fc8d59fee090ffffbfe0f3f891bfdb4575b4","d73027f46d43fdae61fee090e0f3f8abd9e974add14575b4","d73027f46d43fdae61fee090ffffbfe0f3f8abd9e974add14575b4","a50026d73\
027f46d43fdae61fee090e0f3f8abd9e974add14575b4313695","a50026d73027f46d43fdae61fee090ffffbfe0f3f8abd9e974add14575b4313695").map(kt),Jy=qt(Mh),_h=new Array(3).concat(
"fc8d59ffffbf91cf60","d7191cfdae61a6d96a1a9641","d7191cfdae61ffffbfa6d96a1a9641","d73027fc8d59fee08bd9ef8b91cf601a9850","d73027fc8d59fee08bffffbfd9ef8b91cf601a9\
850","d73027f46d43fdae61fee08bd9ef8ba6d96a66bd631a9850","d73027f46d43fdae61fee08bffffbfd9ef8ba6d96a66bd631a9850","a50026d73027f46d43fdae61fee08bd9ef8ba6d96a66bd\
631a9850006837","a50026d73027f46d43fdae61fee08bffffbfd9ef8ba6d96a66bd631a9850006837").map(kt),Vy=qt(_h),kh=new Array(3).concat("fc8d59ffffbf99d594","d7191cfdae6\
1abdda42b83ba","d7191cfdae61ffffbfabdda42b83ba","d53e4ffc8d59fee08be6f59899d5943288bd","d53e4ffc8d59fee08bffffbfe6f59899d5943288bd","d53e4ff46d43fdae61fee08be6f\
598abdda466c2a53288bd","d53e4ff46d43fdae61fee08bffffbfe6f598abdda466c2a53288bd","9e0142d53e4ff46d43fdae61fee08be6f598abdda466c2a53288bd5e4fa2","9e0142d53e4ff46d\
43fdae61fee08bffffbfe6f598abdda466c2a53288bd5e4fa2").map(kt),Xy=qt(kh),Ah=new Array(3).concat("e5f5f999d8c92ca25f","edf8fbb2e2e266c2a4238b45","edf8fbb2e2e266c2a\
42ca25f006d2c","edf8fbccece699d8c966c2a42ca25f006d2c","edf8fbccece699d8c966c2a441ae76238b45005824","f7fcfde5f5f9ccece699d8c966c2a441ae76238b45005824","f7fcfde5f\
5f9ccece699d8c966c2a441ae76238b45006d2c00441b").map(kt),Zy=qt(Ah),Oh=new Array(3).concat("e0ecf49ebcda8856a7","edf8fbb3cde38c96c688419d","edf8fbb3cde38c96c68856\
a7810f7c","edf8fbbfd3e69ebcda8c96c68856a7810f7c","edf8fbbfd3e69ebcda8c96c68c6bb188419d6e016b","f7fcfde0ecf4bfd3e69ebcda8c96c68c6bb188419d6e016b","f7fcfde0ecf4bf\
d3e69ebcda8c96c68c6bb188419d810f7c4d004b").map(kt),Qy=qt(Oh),Sh=new Array(3).concat("e0f3dba8ddb543a2ca","f0f9e8bae4bc7bccc42b8cbe","f0f9e8bae4bc7bccc443a2ca086\
8ac","f0f9e8ccebc5a8ddb57bccc443a2ca0868ac","f0f9e8ccebc5a8ddb57bccc44eb3d32b8cbe08589e","f7fcf0e0f3dbccebc5a8ddb57bccc44eb3d32b8cbe08589e","f7fcf0e0f3dbccebc5a\
8ddb57bccc44eb3d32b8cbe0868ac084081").map(kt),tw=qt(Sh),Nh=new Array(3).concat("fee8c8fdbb84e34a33","fef0d9fdcc8afc8d59d7301f","fef0d9fdcc8afc8d59e34a33b30000",
"fef0d9fdd49efdbb84fc8d59e34a33b30000","fef0d9fdd49efdbb84fc8d59ef6548d7301f990000","fff7ecfee8c8fdd49efdbb84fc8d59ef6548d7301f990000","fff7ecfee8c8fdd49efdbb84\
fc8d59ef6548d7301fb300007f0000").map(kt),ew=qt(Nh),Eh=new Array(3).concat("ece2f0a6bddb1c9099","f6eff7bdc9e167a9cf02818a","f6eff7bdc9e167a9cf1c9099016c59","f6ef\
f7d0d1e6a6bddb67a9cf1c9099016c59","f6eff7d0d1e6a6bddb67a9cf3690c002818a016450","fff7fbece2f0d0d1e6a6bddb67a9cf3690c002818a016450","fff7fbece2f0d0d1e6a6bddb67a9c\
f3690c002818a016c59014636").map(kt),nw=qt(Eh),zh=new Array(3).concat("ece7f2a6bddb2b8cbe","f1eef6bdc9e174a9cf0570b0","f1eef6bdc9e174a9cf2b8cbe045a8d","f1eef6d0d\
1e6a6bddb74a9cf2b8cbe045a8d","f1eef6d0d1e6a6bddb74a9cf3690c00570b0034e7b","fff7fbece7f2d0d1e6a6bddb74a9cf3690c00570b0034e7b","fff7fbece7f2d0d1e6a6bddb74a9cf3690\
c00570b0045a8d023858").map(kt),sw=qt(zh),Th=new Array(3).concat("e7e1efc994c7dd1c77","f1eef6d7b5d8df65b0ce1256","f1eef6d7b5d8df65b0dd1c77980043","f1eef6d4b9dac9\
94c7df65b0dd1c77980043","f1eef6d4b9dac994c7df65b0e7298ace125691003f","f7f4f9e7e1efd4b9dac994c7df65b0e7298ace125691003f","f7f4f9e7e1efd4b9dac994c7df65b0e7298ace1\
25698004367001f").map(kt),aw=qt(Th),Ch=new Array(3).concat("fde0ddfa9fb5c51b8a","feebe2fbb4b9f768a1ae017e","feebe2fbb4b9f768a1c51b8a7a0177","feebe2fcc5c0fa9fb5f\
768a1c51b8a7a0177","feebe2fcc5c0fa9fb5f768a1dd3497ae017e7a0177","fff7f3fde0ddfcc5c0fa9fb5f768a1dd3497ae017e7a0177","fff7f3fde0ddfcc5c0fa9fb5f768a1dd3497ae017e7a\
017749006a").map(kt),rw=qt(Ch),Ih=new Array(3).concat("edf8b17fcdbb2c7fb8","ffffcca1dab441b6c4225ea8","ffffcca1dab441b6c42c7fb8253494","ffffccc7e9b47fcdbb41b6c4\
2c7fb8253494","ffffccc7e9b47fcdbb41b6c41d91c0225ea80c2c84","ffffd9edf8b1c7e9b47fcdbb41b6c41d91c0225ea80c2c84","ffffd9edf8b1c7e9b47fcdbb41b6c41d91c0225ea82534940\
81d58").map(kt),ow=qt(Ih),Fh=new Array(3).concat("f7fcb9addd8e31a354","ffffccc2e69978c679238443","ffffccc2e69978c67931a354006837","ffffccd9f0a3addd8e78c67931a35\
4006837","ffffccd9f0a3addd8e78c67941ab5d238443005a32","ffffe5f7fcb9d9f0a3addd8e78c67941ab5d238443005a32","ffffe5f7fcb9d9f0a3addd8e78c67941ab5d238443006837004529").
map(kt),iw=qt(Fh),jh=new Array(3).concat("fff7bcfec44fd95f0e","ffffd4fed98efe9929cc4c02","ffffd4fed98efe9929d95f0e993404","ffffd4fee391fec44ffe9929d95f0e993404",
"ffffd4fee391fec44ffe9929ec7014cc4c028c2d04","ffffe5fff7bcfee391fec44ffe9929ec7014cc4c028c2d04","ffffe5fff7bcfee391fec44ffe9929ec7014cc4c02993404662506").map(kt),
lw=qt(jh),Lh=new Array(3).concat("ffeda0feb24cf03b20","ffffb2fecc5cfd8d3ce31a1c","ffffb2fecc5cfd8d3cf03b20bd0026","ffffb2fed976feb24cfd8d3cf03b20bd0026","ffffb2\
fed976feb24cfd8d3cfc4e2ae31a1cb10026","ffffccffeda0fed976feb24cfd8d3cfc4e2ae31a1cb10026","ffffccffeda0fed976feb24cfd8d3cfc4e2ae31a1cbd0026800026").map(kt),cw=qt(
Lh),Rh=new Array(3).concat("deebf79ecae13182bd","eff3ffbdd7e76baed62171b5","eff3ffbdd7e76baed63182bd08519c","eff3ffc6dbef9ecae16baed63182bd08519c","eff3ffc6dbef\
9ecae16baed64292c62171b5084594","f7fbffdeebf7c6dbef9ecae16baed64292c62171b5084594","f7fbffdeebf7c6dbef9ecae16baed64292c62171b508519c08306b").map(kt),fw=qt(Rh),Bh=new Array(
3).concat("e5f5e0a1d99b31a354","edf8e9bae4b374c476238b45","edf8e9bae4b374c47631a354006d2c","edf8e9c7e9c0a1d99b74c47631a354006d2c","edf8e9c7e9c0a1d99b74c47641ab5\
d238b45005a32","f7fcf5e5f5e0c7e9c0a1d99b74c47641ab5d238b45005a32","f7fcf5e5f5e0c7e9c0a1d99b74c47641ab5d238b45006d2c00441b").map(kt),dw=qt(Bh),Ph=new Array(3).concat(
"f0f0f0bdbdbd636363","f7f7f7cccccc969696525252","f7f7f7cccccc969696636363252525","f7f7f7d9d9d9bdbdbd969696636363252525","f7f7f7d9d9d9bdbdbd969696737373525252252\
525","fffffff0f0f0d9d9d9bdbdbd969696737373525252252525","fffffff0f0f0d9d9d9bdbdbd969696737373525252252525000000").map(kt),uw=qt(Ph),qh=new Array(3).concat("efed\
f5bcbddc756bb1","f2f0f7cbc9e29e9ac86a51a3","f2f0f7cbc9e29e9ac8756bb154278f","f2f0f7dadaebbcbddc9e9ac8756bb154278f","f2f0f7dadaebbcbddc9e9ac8807dba6a51a34a1486",
"fcfbfdefedf5dadaebbcbddc9e9ac8807dba6a51a34a1486","fcfbfdefedf5dadaebbcbddc9e9ac8807dba6a51a354278f3f007d").map(kt),hw=qt(qh),Dh=new Array(3).concat("fee0d2fc9\
272de2d26","fee5d9fcae91fb6a4acb181d","fee5d9fcae91fb6a4ade2d26a50f15","fee5d9fcbba1fc9272fb6a4ade2d26a50f15","fee5d9fcbba1fc9272fb6a4aef3b2ccb181d99000d","fff5\
f0fee0d2fcbba1fc9272fb6a4aef3b2ccb181d99000d","fff5f0fee0d2fcbba1fc9272fb6a4aef3b2ccb181da50f1567000d").map(kt),pw=qt(Dh),Wh=new Array(3).concat("fee6cefdae6be6\
550d","feeddefdbe85fd8d3cd94701","feeddefdbe85fd8d3ce6550da63603","feeddefdd0a2fdae6bfd8d3ce6550da63603","feeddefdd0a2fdae6bfd8d3cf16913d948018c2d04","fff5ebfee\
6cefdd0a2fdae6bfd8d3cf16913d948018c2d04","fff5ebfee6cefdd0a2fdae6bfd8d3cf16913d94801a636037f2704").map(kt),mw=qt(Wh);function Ml(t){return t=Math.max(0,Math.min(
1,t)),"rgb("+Math.max(0,Math.min(255,Math.round(-4.54-t*(35.34-t*(2381.73-t*(6402.7-t*(7024.72-t*2710.57)))))))+", "+Math.max(0,Math.min(255,Math.round(32.49+t*
(170.73+t*(52.82-t*(131.46-t*(176.58-t*67.37)))))))+", "+Math.max(0,Math.min(255,Math.round(81.24+t*(442.36-t*(2482.43-t*(6167.24-t*(6614.94-t*2475.67)))))))+")"}
var gw=pa(Ne(300,.5,0),Ne(-240,.5,1)),bw=pa(Ne(-100,.75,.35),Ne(80,1.5,.8)),yw=pa(Ne(260,.75,.35),Ne(80,1.5,.8)),ww=Ne();var vw=Cn(),xw=Math.PI/3,$w=Math.PI*2/3;function Aa(t){var e=t.length;return function(n){return t[Math.max(0,Math.min(e-1,Math.floor(n*e)))]}}var Mw=Aa(kt("44015444025645045745055946075a46085c460a5d46\
0b5e470d60470e6147106347116447136548146748166848176948186a481a6c481b6d481c6e481d6f481f70482071482173482374482475482576482677482878482979472a7a472c7a472d7b472e7c\
472f7d46307e46327e46337f463480453581453781453882443983443a83443b84433d84433e85423f854240864241864142874144874045884046883f47883f48893e49893e4a893e4c8a3d4d8a3d4e\
8a3c4f8a3c508b3b518b3b528b3a538b3a548c39558c39568c38588c38598c375a8c375b8d365c8d365d8d355e8d355f8d34608d34618d33628d33638d32648e32658e31668e31678e31688e30698e30\
6a8e2f6b8e2f6c8e2e6d8e2e6e8e2e6f8e2d708e2d718e2c718e2c728e2c738e2b748e2b758e2a768e2a778e2a788e29798e297a8e297b8e287c8e287d8e277e8e277f8e27808e26818e26828e26828e\
25838e25848e25858e24868e24878e23888e23898e238a8d228b8d228c8d228d8d218e8d218f8d21908d21918c20928c20928c20938c1f948c1f958b1f968b1f978b1f988b1f998a1f9a8a1e9b8a1e9c\
891e9d891f9e891f9f881fa0881fa1881fa1871fa28720a38620a48621a58521a68522a78522a88423a98324aa8325ab8225ac8226ad8127ad8128ae8029af7f2ab07f2cb17e2db27d2eb37c2fb47c31\
b57b32b67a34b67935b77937b87838b9773aba763bbb753dbc743fbc7340bd7242be7144bf7046c06f48c16e4ac16d4cc26c4ec36b50c46a52c56954c56856c66758c7655ac8645cc8635ec96260ca60\
63cb5f65cb5e67cc5c69cd5b6ccd5a6ece5870cf5773d05675d05477d1537ad1517cd2507fd34e81d34d84d44b86d54989d5488bd6468ed64590d74393d74195d84098d83e9bd93c9dd93ba0da39a2da\
37a5db36a8db34aadc32addc30b0dd2fb2dd2db5de2bb8de29bade28bddf26c0df25c2df23c5e021c8e020cae11fcde11dd0e11cd2e21bd5e21ad8e219dae319dde318dfe318e2e418e5e419e7e419ea\
e51aece51befe51cf1e51df4e61ef6e620f8e621fbe723fde725")),_w=Aa(kt("00000401000501010601010802010902020b02020d03030f03031204041405041606051806051a07061c08071e0907\
200a08220b09240c09260d0a290e0b2b100b2d110c2f120d31130d34140e36150e38160f3b180f3d19103f1a10421c10441d11471e114920114b21114e22115024125325125527125829115a2a115c2c\
115f2d11612f116331116533106734106936106b38106c390f6e3b0f703d0f713f0f72400f74420f75440f764510774710784910784a10794c117a4e117b4f127b51127c52137c54137d56147d57157e\
59157e5a167e5c167f5d177f5f187f601880621980641a80651a80671b80681c816a1c816b1d816d1d816e1e81701f81721f817320817521817621817822817922827b23827c23827e24828025828125\
818326818426818627818827818928818b29818c29818e2a81902a81912b81932b80942c80962c80982d80992d809b2e7f9c2e7f9e2f7fa02f7fa1307ea3307ea5317ea6317da8327daa337dab337cad\
347cae347bb0357bb2357bb3367ab5367ab73779b83779ba3878bc3978bd3977bf3a77c03a76c23b75c43c75c53c74c73d73c83e73ca3e72cc3f71cd4071cf4070d0416fd2426fd3436ed5446dd6456c\
d8456cd9466bdb476adc4869de4968df4a68e04c67e24d66e34e65e44f64e55064e75263e85362e95462ea5661eb5760ec5860ed5a5fee5b5eef5d5ef05f5ef1605df2625df2645cf3655cf4675cf469\
5cf56b5cf66c5cf66e5cf7705cf7725cf8745cf8765cf9785df9795df97b5dfa7d5efa7f5efa815ffb835ffb8560fb8761fc8961fc8a62fc8c63fc8e64fc9065fd9266fd9467fd9668fd9869fd9a6afd\
9b6bfe9d6cfe9f6dfea16efea36ffea571fea772fea973feaa74feac76feae77feb078feb27afeb47bfeb67cfeb77efeb97ffebb81febd82febf84fec185fec287fec488fec68afec88cfeca8dfecc8f\
fecd90fecf92fed194fed395fed597fed799fed89afdda9cfddc9efddea0fde0a1fde2a3fde3a5fde5a7fde7a9fde9aafdebacfcecaefceeb0fcf0b2fcf2b4fcf4b6fcf6b8fcf7b9fcf9bbfcfbbdfcfd\
bf")),kw=Aa(kt("00000401000501010601010802010a02020c02020e03021004031204031405041706041907051b08051d09061f0a07220b07240c08260d08290e092b10092d110a30120a32140b34\
150b37160b39180c3c190c3e1b0c411c0c431e0c451f0c48210c4a230c4c240c4f260c51280b53290b552b0b572d0b592f0a5b310a5c320a5e340a5f3609613809623909633b09643d09653e0966400a\
67420a68440a68450a69470b6a490b6a4a0c6b4c0c6b4d0d6c4f0d6c510e6c520e6d540f6d550f6d57106e59106e5a116e5c126e5d126e5f136e61136e62146e64156e65156e67166e69166e6a176e6c\
186e6d186e6f196e71196e721a6e741a6e751b6e771c6d781c6d7a1d6d7c1d6d7d1e6d7f1e6c801f6c82206c84206b85216b87216b88226a8a226a8c23698d23698f2469902568922568932667952667\
9727669827669a28659b29649d29649f2a63a02a63a22b62a32c61a52c60a62d60a82e5fa92e5eab2f5ead305dae305cb0315bb1325ab3325ab43359b63458b73557b93556ba3655bc3754bd3853bf39\
52c03a51c13a50c33b4fc43c4ec63d4dc73e4cc83f4bca404acb4149cc4248ce4347cf4446d04545d24644d34743d44842d54a41d74b3fd84c3ed94d3dda4e3cdb503bdd513ade5238df5337e05536e1\
5635e25734e35933e45a31e55c30e65d2fe75e2ee8602de9612bea632aeb6429eb6628ec6726ed6925ee6a24ef6c23ef6e21f06f20f1711ff1731df2741cf3761bf37819f47918f57b17f57d15f67e14\
f68013f78212f78410f8850ff8870ef8890cf98b0bf98c0af98e09fa9008fa9207fa9407fb9606fb9706fb9906fb9b06fb9d07fc9f07fca108fca309fca50afca60cfca80dfcaa0ffcac11fcae12fcb0\
14fcb216fcb418fbb61afbb81dfbba1ffbbc21fbbe23fac026fac228fac42afac62df9c72ff9c932f9cb35f8cd37f8cf3af7d13df7d340f6d543f6d746f5d949f5db4cf4dd4ff4df53f4e156f3e35af3\
e55df2e661f2e865f2ea69f1ec6df1ed71f1ef75f1f179f2f27df2f482f3f586f3f68af4f88ef5f992f6fa96f8fb9af9fc9dfafda1fcffa4")),Aw=Aa(kt("0d088710078813078916078a19068c1b06\
8d1d068e20068f2206902406912605912805922a05932c05942e05952f059631059733059735049837049938049a3a049a3c049b3e049c3f049c41049d43039e44039e46039f48039f4903a04b03a14c\
02a14e02a25002a25102a35302a35502a45601a45801a45901a55b01a55c01a65e01a66001a66100a76300a76400a76600a76700a86900a86a00a86c00a86e00a86f00a87100a87201a87401a87501a8\
7701a87801a87a02a87b02a87d03a87e03a88004a88104a78305a78405a78606a68707a68808a68a09a58b0aa58d0ba58e0ca48f0da4910ea3920fa39410a29511a19613a19814a099159f9a169f9c17\
9e9d189d9e199da01a9ca11b9ba21d9aa31e9aa51f99a62098a72197a82296aa2395ab2494ac2694ad2793ae2892b02991b12a90b22b8fb32c8eb42e8db52f8cb6308bb7318ab83289ba3388bb3488bc\
3587bd3786be3885bf3984c03a83c13b82c23c81c33d80c43e7fc5407ec6417dc7427cc8437bc9447aca457acb4679cc4778cc4977cd4a76ce4b75cf4c74d04d73d14e72d24f71d35171d45270d5536f\
d5546ed6556dd7566cd8576bd9586ada5a6ada5b69db5c68dc5d67dd5e66de5f65de6164df6263e06363e16462e26561e26660e3685fe4695ee56a5de56b5de66c5ce76e5be76f5ae87059e97158e972\
57ea7457eb7556eb7655ec7754ed7953ed7a52ee7b51ef7c51ef7e50f07f4ff0804ef1814df1834cf2844bf3854bf3874af48849f48948f58b47f58c46f68d45f68f44f79044f79143f79342f89441f8\
9540f9973ff9983ef99a3efa9b3dfa9c3cfa9e3bfb9f3afba139fba238fca338fca537fca636fca835fca934fdab33fdac33fdae32fdaf31fdb130fdb22ffdb42ffdb52efeb72dfeb82cfeba2cfebb2b\
febd2afebe2afec029fdc229fdc328fdc527fdc627fdc827fdca26fdcb26fccd25fcce25fcd025fcd225fbd324fbd524fbd724fad824fada24f9dc24f9dd25f8df25f8e125f7e225f7e425f6e626f6e8\
26f5e926f5eb27f4ed27f3ee27f3f027f2f227f1f426f1f525f0f724f0f921"));var zr=20;function Cr(t,e,n=!1){let s=p("span",{class:`mmv-swatch${n?" mmv-hollow":""}`,"aria-hidden":"true"});return s.style.setProperty("--c",e),p("span",{class:"\
mmv-key"},s,Q(t))}var Tr=(t,e,n)=>({key:t,title:t,colour:s=>n(s)<0?"gray":Er[n(s)%10],legend:()=>p("div",{class:"mmv-keys"},...e.slice(0,zr).map((s,a)=>Cr(s,Er[a%
10])),...e.length>10?[p("span",{class:"mmv-faint"},`${e.length>zr?`and ${e.length-zr} more; `:""}colours repeat after ten`)]:[])});function Hh(t,e){let n=t.labelled&&
t.task==="classification",s=t.overview?.groups??[],a=[];n&&a.push({key:"correct",title:"correct or misclassified",colour:r=>e.wrong(r)?"var(--wrong)":"var(--rig\
ht)",legend:()=>p("div",{class:"mmv-keys"},Cr("correct","var(--right)"),Cr("misclassified","var(--wrong)",!0))},Tr("true class",t.outputs,r=>e.truth[r])),t.task===
"classification"&&e.whole>=0&&a.push(Tr("predicted class",t.outputs,r=>e.classOf(r,e.whole))),s.length>1&&a.push(Tr("group",s,r=>e.group[r]));for(let{key:r,title:o,
of:i}of e.quantities){let l=null,c=()=>l??=Pt([Array.from({length:e.count},(f,d)=>i(d))]);a.push({key:r,title:o,colour:f=>Number.isFinite(i(f))?Ml((i(f)-c()[0])/
(c()[1]-c()[0]||1)):"gray",legend:()=>p("div",{class:"mmv-keys"},p("span",{},V(c()[0])),p("span",{class:"mmv-ramp","aria-hidden":"true"}),p("span",{},V(c()[1])),
Q(o))})}return a}function Oa(t,e,n){let s=Hh(t,e),a=un({}),{select:r,node:o}=Dt("Colour",s.map(c=>c.title),c=>n({colours:{...a,samples:s[c].key}}));return{node:o,
colouring:()=>s[Number(r.value)],draw:c=>{let f=r.value;return a=un(c),r.value=String(Math.max(0,s.findIndex(d=>d.key===a.samples))),r.value!==f}}}var rn=11102230246251565e-32,fe=134217729,Uh=(3+8*rn)*rn;function Ir(t,e,n,s,a){let r,o,i,l,c=e[0],f=s[0],d=0,u=0;f>c==f>-c?(r=c,c=e[++d]):(r=f,f=s[++u]);let h=0;
if(d<t&&u<n)for(f>c==f>-c?(o=c+r,i=r-(o-c),c=e[++d]):(o=f+r,i=r-(o-f),f=s[++u]),r=o,i!==0&&(a[h++]=i);d<t&&u<n;)f>c==f>-c?(o=r+c,l=o-r,i=r-(o-l)+(c-l),c=e[++d]):
(o=r+f,l=o-r,i=r-(o-l)+(f-l),f=s[++u]),r=o,i!==0&&(a[h++]=i);for(;d<t;)o=r+c,l=o-r,i=r-(o-l)+(c-l),c=e[++d],r=o,i!==0&&(a[h++]=i);for(;u<n;)o=r+f,l=o-r,i=r-(o-l)+
(f-l),f=s[++u],r=o,i!==0&&(a[h++]=i);return(r!==0||h===0)&&(a[h++]=r),h}function Gh(t,e){let n=e[0];for(let s=1;s<t;s++)n+=e[s];return n}function Z(t){return new Float64Array(
t)}var Kh=(3+16*rn)*rn,Yh=(2+12*rn)*rn,Jh=(9+64*rn)*rn*rn,os=Z(4),_l=Z(8),kl=Z(12),Al=Z(16),ge=Z(4);function Vh(t,e,n,s,a,r,o){let i,l,c,f,d,u,h,m,g,y,x,b,w,A,$,
v,k,S,M=t-a,z=n-a,N=e-r,_=s-r;A=M*_,u=fe*M,h=u-(u-M),m=M-h,u=fe*_,g=u-(u-_),y=_-g,$=m*y-(A-h*g-m*g-h*y),v=N*z,u=fe*N,h=u-(u-N),m=N-h,u=fe*z,g=u-(u-z),y=z-g,k=m*
y-(v-h*g-m*g-h*y),x=$-k,d=$-x,os[0]=$-(x+d)+(d-k),b=A+x,d=b-A,w=A-(b-d)+(x-d),x=w-v,d=w-x,os[1]=w-(x+d)+(d-v),S=b+x,d=S-b,os[2]=b-(S-d)+(x-d),os[3]=S;let R=Gh(4,
os),L=Yh*o;if(R>=L||-R>=L||(d=t-M,i=t-(M+d)+(d-a),d=n-z,c=n-(z+d)+(d-a),d=e-N,l=e-(N+d)+(d-r),d=s-_,f=s-(_+d)+(d-r),i===0&&l===0&&c===0&&f===0)||(L=Jh*o+Uh*Math.
abs(R),R+=M*f+_*i-(N*c+z*l),R>=L||-R>=L))return R;A=i*_,u=fe*i,h=u-(u-i),m=i-h,u=fe*_,g=u-(u-_),y=_-g,$=m*y-(A-h*g-m*g-h*y),v=l*z,u=fe*l,h=u-(u-l),m=l-h,u=fe*z,
g=u-(u-z),y=z-g,k=m*y-(v-h*g-m*g-h*y),x=$-k,d=$-x,ge[0]=$-(x+d)+(d-k),b=A+x,d=b-A,w=A-(b-d)+(x-d),x=w-v,d=w-x,ge[1]=w-(x+d)+(d-v),S=b+x,d=S-b,ge[2]=b-(S-d)+(x-d),
ge[3]=S;let j=Ir(4,os,4,ge,_l);A=M*f,u=fe*M,h=u-(u-M),m=M-h,u=fe*f,g=u-(u-f),y=f-g,$=m*y-(A-h*g-m*g-h*y),v=N*c,u=fe*N,h=u-(u-N),m=N-h,u=fe*c,g=u-(u-c),y=c-g,k=m*
y-(v-h*g-m*g-h*y),x=$-k,d=$-x,ge[0]=$-(x+d)+(d-k),b=A+x,d=b-A,w=A-(b-d)+(x-d),x=w-v,d=w-x,ge[1]=w-(x+d)+(d-v),S=b+x,d=S-b,ge[2]=b-(S-d)+(x-d),ge[3]=S;let B=Ir(j,
_l,4,ge,kl);A=i*f,u=fe*i,h=u-(u-i),m=i-h,u=fe*f,g=u-(u-f),y=f-g,$=m*y-(A-h*g-m*g-h*y),v=l*c,u=fe*l,h=u-(u-l),m=l-h,u=fe*c,g=u-(u-c),y=c-g,k=m*y-(v-h*g-m*g-h*y),
x=$-k,d=$-x,ge[0]=$-(x+d)+(d-k),b=A+x,d=b-A,w=A-(b-d)+(x-d),x=w-v,d=w-x,ge[1]=w-(x+d)+(d-v),S=b+x,d=S-b,ge[2]=b-(S-d)+(x-d),ge[3]=S;let P=Ir(B,kl,4,ge,Al);return Al[P-
1]}function Sa(t,e,n,s,a,r){let o=(e-r)*(n-a),i=(t-a)*(s-r),l=o-i,c=Math.abs(o+i);return Math.abs(l)>=Kh*c?l:-Vh(t,e,n,s,a,r,c)}Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(
4);Z(4);Z(4);Z(8);Z(8);Z(8);Z(4);Z(8);Z(8);Z(16);Z(12);Z(192);Z(192);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(8);Z(8);Z(8);Z(8);Z(8);Z(8);Z(8);Z(8);Z(8);Z(4);Z(
4);Z(4);Z(8);Z(16);Z(16);Z(16);Z(32);Z(32);Z(48);Z(64);Z(1152);Z(1152);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(24);Z(24);Z(24);Z(24);Z(24);Z(24);Z(24);
Z(24);Z(24);Z(24);Z(1152);Z(1152);Z(1152);Z(1152);Z(1152);Z(2304);Z(2304);Z(3456);Z(5760);Z(8);Z(8);Z(8);Z(16);Z(24);Z(48);Z(48);Z(96);Z(192);Z(384);Z(384);Z(384);
Z(768);Z(96);Z(96);Z(96);Z(1152);var Ol=Math.pow(2,-52),Na=new Uint32Array(512),Ea=class t{static from(e,n=ep,s=np){let a=e.length,r=new Float64Array(a*2);for(let o=0;o<
a;o++){let i=e[o];r[2*o]=n(i),r[2*o+1]=s(i)}return new t(r)}constructor(e){let n=e.length>>1;if(n>0&&typeof e[0]!="number")throw new Error("Expected coords to c\
ontain numbers.");this.coords=e;let s=Math.max(2*n-5,0);this._triangles=new Uint32Array(s*3),this._halfedges=new Int32Array(s*3),this._hashSize=Math.ceil(Math.sqrt(
n)),this._hullPrev=new Uint32Array(n),this._hullNext=new Uint32Array(n),this._hullTri=new Uint32Array(n),this._hullHash=new Int32Array(this._hashSize),this._ids=
new Uint32Array(n),this._dists=new Float64Array(n),this.trianglesLen=0,this._cx=0,this._cy=0,this._hullStart=0,this.hull=this._triangles,this.triangles=this._triangles,
this.halfedges=this._halfedges,this.update()}update(){let{coords:e,_hullPrev:n,_hullNext:s,_hullTri:a,_hullHash:r}=this,o=e.length>>1,i=1/0,l=1/0,c=-1/0,f=-1/0;
for(let M=0;M<o;M++){let z=e[2*M],N=e[2*M+1];z<i&&(i=z),N<l&&(l=N),z>c&&(c=z),N>f&&(f=N),this._ids[M]=M}let d=(i+c)/2,u=(l+f)/2,h=0,m=0,g=0;for(let M=0,z=1/0;M<
o;M++){let N=Fr(d,u,e[2*M],e[2*M+1]);N<z&&(h=M,z=N)}let y=e[2*h],x=e[2*h+1];for(let M=0,z=1/0;M<o;M++){if(M===h)continue;let N=Fr(y,x,e[2*M],e[2*M+1]);N<z&&N>0&&
(m=M,z=N)}let b=e[2*m],w=e[2*m+1],A=1/0;for(let M=0;M<o;M++){if(M===h||M===m)continue;let z=Qh(y,x,b,w,e[2*M],e[2*M+1]);z<A&&(g=M,A=z)}let $=e[2*g],v=e[2*g+1];if(A===
1/0){for(let N=0;N<o;N++)this._dists[N]=e[2*N]-e[0]||e[2*N+1]-e[1];ls(this._ids,this._dists,0,o-1);let M=new Uint32Array(o),z=0;for(let N=0,_=-1/0;N<o;N++){let R=this.
_ids[N],L=this._dists[R];L>_&&(M[z++]=R,_=L)}this.hull=M.subarray(0,z),this.triangles=new Uint32Array(0),this.halfedges=new Int32Array(0);return}if(Sa(y,x,b,w,$,
v)<0){let M=m,z=b,N=w;m=g,b=$,w=v,g=M,$=z,v=N}let k=tp(y,x,b,w,$,v);this._cx=k.x,this._cy=k.y;for(let M=0;M<o;M++)this._dists[M]=Fr(e[2*M],e[2*M+1],k.x,k.y);ls(
this._ids,this._dists,0,o-1),this._hullStart=h;let S=3;s[h]=n[g]=m,s[m]=n[h]=g,s[g]=n[m]=h,a[h]=0,a[m]=1,a[g]=2,r.fill(-1),r[this._hashKey(y,x)]=h,r[this._hashKey(
b,w)]=m,r[this._hashKey($,v)]=g,this.trianglesLen=0,this._addTriangle(h,m,g,-1,-1,-1);for(let M=0,z=0,N=0;M<this._ids.length;M++){let _=this._ids[M],R=e[2*_],L=e[2*
_+1];if(M>0&&Math.abs(R-z)<=Ol&&Math.abs(L-N)<=Ol||(z=R,N=L,_===h||_===m||_===g))continue;let j=0;for(let H=0,C=this._hashKey(R,L);H<this._hashSize&&(j=r[(C+H)%
this._hashSize],!(j!==-1&&j!==s[j]));H++);j=n[j];let B=j,P;for(;P=s[B],Sa(R,L,e[2*B],e[2*B+1],e[2*P],e[2*P+1])>=0;)if(B=P,B===j){B=-1;break}if(B===-1)continue;let q=this.
_addTriangle(B,_,s[B],-1,-1,a[B]);a[_]=this._legalize(q+2),a[B]=q,S++;let D=s[B];for(;P=s[D],Sa(R,L,e[2*D],e[2*D+1],e[2*P],e[2*P+1])<0;)q=this._addTriangle(D,_,
P,a[_],-1,a[D]),a[_]=this._legalize(q+2),s[D]=D,S--,D=P;if(B===j)for(;P=n[B],Sa(R,L,e[2*P],e[2*P+1],e[2*B],e[2*B+1])<0;)q=this._addTriangle(P,_,B,-1,a[B],a[P]),
this._legalize(q+2),a[P]=q,s[B]=B,S--,B=P;this._hullStart=n[_]=B,s[B]=n[D]=_,s[_]=D,r[this._hashKey(R,L)]=_,r[this._hashKey(e[2*B],e[2*B+1])]=B}this.hull=new Uint32Array(
S);for(let M=0,z=this._hullStart;M<S;M++)this.hull[M]=z,z=s[z];this.triangles=this._triangles.subarray(0,this.trianglesLen),this.halfedges=this._halfedges.subarray(
0,this.trianglesLen)}_hashKey(e,n){return Math.floor(Xh(e-this._cx,n-this._cy)*this._hashSize)%this._hashSize}_legalize(e){let{_triangles:n,_halfedges:s,coords:a}=this,
r=0,o=0;for(;;){let i=s[e],l=e-e%3;if(o=l+(e+2)%3,i===-1){if(r===0)break;e=Na[--r];continue}let c=i-i%3,f=l+(e+1)%3,d=c+(i+2)%3,u=n[o],h=n[e],m=n[f],g=n[d];if(Zh(
a[2*u],a[2*u+1],a[2*h],a[2*h+1],a[2*m],a[2*m+1],a[2*g],a[2*g+1])){n[e]=g,n[i]=u;let x=s[d];if(x===-1){let w=this._hullStart;do{if(this._hullTri[w]===d){this._hullTri[w]=
e;break}w=this._hullPrev[w]}while(w!==this._hullStart)}this._link(e,x),this._link(i,s[o]),this._link(o,d);let b=c+(i+1)%3;r<Na.length&&(Na[r++]=b)}else{if(r===0)
break;e=Na[--r]}}return o}_link(e,n){this._halfedges[e]=n,n!==-1&&(this._halfedges[n]=e)}_addTriangle(e,n,s,a,r,o){let i=this.trianglesLen;return this._triangles[i]=
e,this._triangles[i+1]=n,this._triangles[i+2]=s,this._link(i,a),this._link(i+1,r),this._link(i+2,o),this.trianglesLen+=3,i}};function Xh(t,e){let n=t/(Math.abs(
t)+Math.abs(e));return(e>0?3-n:1+n)/4}function Fr(t,e,n,s){let a=t-n,r=e-s;return a*a+r*r}function Zh(t,e,n,s,a,r,o,i){let l=t-o,c=e-i,f=n-o,d=s-i,u=a-o,h=r-i,m=l*
l+c*c,g=f*f+d*d,y=u*u+h*h;return l*(d*y-g*h)-c*(f*y-g*u)+m*(f*h-d*u)<0}function Qh(t,e,n,s,a,r){let o=n-t,i=s-e,l=a-t,c=r-e,f=o*o+i*i,d=l*l+c*c,u=.5/(o*c-i*l),h=(c*
f-i*d)*u,m=(o*d-l*f)*u;return h*h+m*m}function tp(t,e,n,s,a,r){let o=n-t,i=s-e,l=a-t,c=r-e,f=o*o+i*i,d=l*l+c*c,u=.5/(o*c-i*l),h=t+(c*f-i*d)*u,m=e+(o*d-l*f)*u;return{
x:h,y:m}}function ls(t,e,n,s){if(s-n<=20)for(let a=n+1;a<=s;a++){let r=t[a],o=e[r],i=a-1;for(;i>=n&&e[t[i]]>o;)t[i+1]=t[i--];t[i+1]=r}else{let a=n+s>>1,r=n+1,o=s;
Ts(t,a,r),e[t[n]]>e[t[s]]&&Ts(t,n,s),e[t[r]]>e[t[s]]&&Ts(t,r,s),e[t[n]]>e[t[r]]&&Ts(t,n,r);let i=t[r],l=e[i];for(;;){do r++;while(e[t[r]]<l);do o--;while(e[t[o]]>
l);if(o<r)break;Ts(t,r,o)}t[n+1]=t[o],t[o]=i,s-r+1>=o-n?(ls(t,e,r,s),ls(t,e,n,o-1)):(ls(t,e,n,o-1),ls(t,e,r,s))}}function Ts(t,e,n){let s=t[e];t[e]=t[n],t[n]=s}
function ep(t){return t[0]}function np(t){return t[1]}var Sl=1e-6,an=class{constructor(){this._x0=this._y0=this._x1=this._y1=null,this._=""}moveTo(e,n){this._+=
`M${this._x0=this._x1=+e},${this._y0=this._y1=+n}`}closePath(){this._x1!==null&&(this._x1=this._x0,this._y1=this._y0,this._+="Z")}lineTo(e,n){this._+=`L${this._x1=
+e},${this._y1=+n}`}arc(e,n,s){e=+e,n=+n,s=+s;let a=e+s,r=n;if(s<0)throw new Error("negative radius");this._x1===null?this._+=`M${a},${r}`:(Math.abs(this._x1-a)>
Sl||Math.abs(this._y1-r)>Sl)&&(this._+="L"+a+","+r),s&&(this._+=`A${s},${s},0,1,1,${e-s},${n}A${s},${s},0,1,1,${this._x1=a},${this._y1=r}`)}rect(e,n,s,a){this._+=
`M${this._x0=this._x1=+e},${this._y0=this._y1=+n}h${+s}v${+a}h${-s}Z`}value(){return this._||null}},Cs=class{constructor(){this._=[]}moveTo(e,n){this._.push([e,
n])}closePath(){this._.push(this._[0].slice())}lineTo(e,n){this._.push([e,n])}value(){return this._.length?this._:null}},jr=class{constructor(e,[n,s,a,r]=[0,0,960,
500]){if(!((a=+a)>=(n=+n))||!((r=+r)>=(s=+s)))throw new Error("invalid bounds");this.delaunay=e,this._circumcenters=new Float64Array(e.points.length*2),this.vectors=
new Float64Array(e.points.length*2),this.xmax=a,this.xmin=n,this.ymax=r,this.ymin=s,this._init()}update(){return this.delaunay.update(),this._init(),this}_init(){
let{delaunay:{points:e,hull:n,triangles:s},vectors:a}=this,r,o,i=this.circumcenters=this._circumcenters.subarray(0,s.length/3*2);for(let g=0,y=0,x=s.length,b,w;g<
x;g+=3,y+=2){let A=s[g]*2,$=s[g+1]*2,v=s[g+2]*2,k=e[A],S=e[A+1],M=e[$],z=e[$+1],N=e[v],_=e[v+1],R=M-k,L=z-S,j=N-k,B=_-S,P=(R*B-L*j)*2;if(Math.abs(P)<1e-9){if(r===
void 0){r=o=0;for(let D of n)r+=e[D*2],o+=e[D*2+1];r/=n.length,o/=n.length}let q=1e9*Math.sign((r-k)*B-(o-S)*j);b=(k+N)/2-q*B,w=(S+_)/2+q*j}else{let q=1/P,D=R*R+
L*L,H=j*j+B*B;b=k+(B*D-L*H)*q,w=S+(R*H-j*D)*q}i[y]=b,i[y+1]=w}let l=n[n.length-1],c,f=l*4,d,u=e[2*l],h,m=e[2*l+1];a.fill(0);for(let g=0;g<n.length;++g)l=n[g],c=
f,d=u,h=m,f=l*4,u=e[2*l],m=e[2*l+1],a[c+2]=a[f]=h-m,a[c+3]=a[f+1]=u-d}render(e){let n=e==null?e=new an:void 0,{delaunay:{halfedges:s,inedges:a,hull:r},circumcenters:o,
vectors:i}=this;if(r.length<=1)return null;for(let f=0,d=s.length;f<d;++f){let u=s[f];if(u<f)continue;let h=Math.floor(f/3)*2,m=Math.floor(u/3)*2,g=o[h],y=o[h+1],
x=o[m],b=o[m+1];this._renderSegment(g,y,x,b,e)}let l,c=r[r.length-1];for(let f=0;f<r.length;++f){l=c,c=r[f];let d=Math.floor(a[c]/3)*2,u=o[d],h=o[d+1],m=l*4,g=this.
_project(u,h,i[m+2],i[m+3]);g&&this._renderSegment(u,h,g[0],g[1],e)}return n&&n.value()}renderBounds(e){let n=e==null?e=new an:void 0;return e.rect(this.xmin,this.
ymin,this.xmax-this.xmin,this.ymax-this.ymin),n&&n.value()}renderCell(e,n){let s=n==null?n=new an:void 0,a=this._clip(e);if(a===null||!a.length)return;n.moveTo(
a[0],a[1]);let r=a.length;for(;a[0]===a[r-2]&&a[1]===a[r-1]&&r>1;)r-=2;for(let o=2;o<r;o+=2)(a[o]!==a[o-2]||a[o+1]!==a[o-1])&&n.lineTo(a[o],a[o+1]);return n.closePath(),
s&&s.value()}*cellPolygons(){let{delaunay:{points:e}}=this;for(let n=0,s=e.length/2;n<s;++n){let a=this.cellPolygon(n);a&&(a.index=n,yield a)}}cellPolygon(e){let n=new Cs;
return this.renderCell(e,n),n.value()}_renderSegment(e,n,s,a,r){let o,i=this._regioncode(e,n),l=this._regioncode(s,a);i===0&&l===0?(r.moveTo(e,n),r.lineTo(s,a)):
(o=this._clipSegment(e,n,s,a,i,l))&&(r.moveTo(o[0],o[1]),r.lineTo(o[2],o[3]))}contains(e,n,s){return n=+n,n!==n||(s=+s,s!==s)?!1:this.delaunay._step(e,n,s)===e}*neighbors(e){
let n=this._clip(e);if(n)for(let s of this.delaunay.neighbors(e)){let a=this._clip(s);if(a){t:for(let r=0,o=n.length;r<o;r+=2)for(let i=0,l=a.length;i<l;i+=2)if(n[r]===
a[i]&&n[r+1]===a[i+1]&&n[(r+2)%o]===a[(i+l-2)%l]&&n[(r+3)%o]===a[(i+l-1)%l]){yield s;break t}}}}_cell(e){let{circumcenters:n,delaunay:{inedges:s,halfedges:a,triangles:r}}=this,
o=s[e];if(o===-1)return null;let i=[],l=o;do{let c=Math.floor(l/3);if(i.push(n[c*2],n[c*2+1]),l=l%3===2?l-2:l+1,r[l]!==e)break;l=a[l]}while(l!==o&&l!==-1);return i}_clip(e){
if(e===0&&this.delaunay.hull.length===1)return[this.xmax,this.ymin,this.xmax,this.ymax,this.xmin,this.ymax,this.xmin,this.ymin];let n=this._cell(e);if(n===null)
return null;let{vectors:s}=this,a=e*4;return this._simplify(s[a]||s[a+1]?this._clipInfinite(e,n,s[a],s[a+1],s[a+2],s[a+3]):this._clipFinite(e,n))}_clipFinite(e,n){
let s=n.length,a=null,r,o,i=n[s-2],l=n[s-1],c,f=this._regioncode(i,l),d,u=0;for(let h=0;h<s;h+=2)if(r=i,o=l,i=n[h],l=n[h+1],c=f,f=this._regioncode(i,l),c===0&&f===
0)d=u,u=0,a?a.push(i,l):a=[i,l];else{let m,g,y,x,b;if(c===0){if((m=this._clipSegment(r,o,i,l,c,f))===null)continue;[g,y,x,b]=m}else{if((m=this._clipSegment(i,l,
r,o,f,c))===null)continue;[x,b,g,y]=m,d=u,u=this._edgecode(g,y),d&&u&&this._edge(e,d,u,a,a.length),a?a.push(g,y):a=[g,y]}d=u,u=this._edgecode(x,b),d&&u&&this._edge(
e,d,u,a,a.length),a?a.push(x,b):a=[x,b]}if(a)d=u,u=this._edgecode(a[0],a[1]),d&&u&&this._edge(e,d,u,a,a.length);else if(this.contains(e,(this.xmin+this.xmax)/2,
(this.ymin+this.ymax)/2))return[this.xmax,this.ymin,this.xmax,this.ymax,this.xmin,this.ymax,this.xmin,this.ymin];return a}_clipSegment(e,n,s,a,r,o){let i=r<o;for(i&&
([e,n,s,a,r,o]=[s,a,e,n,o,r]);;){if(r===0&&o===0)return i?[s,a,e,n]:[e,n,s,a];if(r&o)return null;let l,c,f=r||o;f&8?(l=e+(s-e)*(this.ymax-n)/(a-n),c=this.ymax):
f&4?(l=e+(s-e)*(this.ymin-n)/(a-n),c=this.ymin):f&2?(c=n+(a-n)*(this.xmax-e)/(s-e),l=this.xmax):(c=n+(a-n)*(this.xmin-e)/(s-e),l=this.xmin),r?(e=l,n=c,r=this._regioncode(
e,n)):(s=l,a=c,o=this._regioncode(s,a))}}_clipInfinite(e,n,s,a,r,o){let i=Array.from(n),l;if((l=this._project(i[0],i[1],s,a))&&i.unshift(l[0],l[1]),(l=this._project(
i[i.length-2],i[i.length-1],r,o))&&i.push(l[0],l[1]),i=this._clipFinite(e,i))for(let c=0,f=i.length,d,u=this._edgecode(i[f-2],i[f-1]);c<f;c+=2)d=u,u=this._edgecode(
i[c],i[c+1]),d&&u&&(c=this._edge(e,d,u,i,c),f=i.length);else this.contains(e,(this.xmin+this.xmax)/2,(this.ymin+this.ymax)/2)&&(i=[this.xmin,this.ymin,this.xmax,
this.ymin,this.xmax,this.ymax,this.xmin,this.ymax]);return i}_edge(e,n,s,a,r){for(;n!==s;){let o,i;switch(n){case 5:n=4;continue;case 4:n=6,o=this.xmax,i=this.ymin;
break;case 6:n=2;continue;case 2:n=10,o=this.xmax,i=this.ymax;break;case 10:n=8;continue;case 8:n=9,o=this.xmin,i=this.ymax;break;case 9:n=1;continue;case 1:n=5,
o=this.xmin,i=this.ymin;break}(a[r]!==o||a[r+1]!==i)&&this.contains(e,o,i)&&(a.splice(r,0,o,i),r+=2)}return r}_project(e,n,s,a){let r=1/0,o,i,l;if(a<0){if(n<=this.
ymin)return null;(o=(this.ymin-n)/a)<r&&(l=this.ymin,i=e+(r=o)*s)}else if(a>0){if(n>=this.ymax)return null;(o=(this.ymax-n)/a)<r&&(l=this.ymax,i=e+(r=o)*s)}if(s>
0){if(e>=this.xmax)return null;(o=(this.xmax-e)/s)<r&&(i=this.xmax,l=n+(r=o)*a)}else if(s<0){if(e<=this.xmin)return null;(o=(this.xmin-e)/s)<r&&(i=this.xmin,l=n+
(r=o)*a)}return[i,l]}_edgecode(e,n){return(e===this.xmin?1:e===this.xmax?2:0)|(n===this.ymin?4:n===this.ymax?8:0)}_regioncode(e,n){return(e<this.xmin?1:e>this.xmax?
2:0)|(n<this.ymin?4:n>this.ymax?8:0)}_simplify(e){if(e&&e.length>4){for(let n=0;n<e.length;n+=2){let s=(n+2)%e.length,a=(n+4)%e.length;(e[n]===e[s]&&e[s]===e[a]||
e[n+1]===e[s+1]&&e[s+1]===e[a+1])&&(e.splice(s,2),n-=2)}e.length||(e=null)}return e}},sp=2*Math.PI,is=Math.pow;function ap(t){return t[0]}function rp(t){return t[1]}
function op(t){let{triangles:e,coords:n}=t;for(let s=0;s<e.length;s+=3){let a=2*e[s],r=2*e[s+1],o=2*e[s+2];if((n[o]-n[a])*(n[r+1]-n[a+1])-(n[r]-n[a])*(n[o+1]-n[a+
1])>1e-10)return!1}return!0}function ip(t,e,n){return[t+Math.sin(t+e)*n,e+Math.cos(t-e)*n]}var za=class t{static from(e,n=ap,s=rp,a){return new t("length"in e?lp(
e,n,s,a):Float64Array.from(cp(e,n,s,a)))}constructor(e){this._delaunator=new Ea(e),this.inedges=new Int32Array(e.length/2),this._hullIndex=new Int32Array(e.length/
2),this.points=this._delaunator.coords,this._init()}update(){return this._delaunator.update(),this._init(),this}_init(){let e=this._delaunator,n=this.points;if(e.
hull&&e.hull.length>2&&op(e)){this.collinear=Int32Array.from({length:n.length/2},(u,h)=>h).sort((u,h)=>n[2*u]-n[2*h]||n[2*u+1]-n[2*h+1]);let l=this.collinear[0],
c=this.collinear[this.collinear.length-1],f=[n[2*l],n[2*l+1],n[2*c],n[2*c+1]],d=1e-8*Math.hypot(f[3]-f[1],f[2]-f[0]);for(let u=0,h=n.length/2;u<h;++u){let m=ip(
n[2*u],n[2*u+1],d);n[2*u]=m[0],n[2*u+1]=m[1]}this._delaunator=new Ea(n)}else delete this.collinear;let s=this.halfedges=this._delaunator.halfedges,a=this.hull=this.
_delaunator.hull,r=this.triangles=this._delaunator.triangles,o=this.inedges.fill(-1),i=this._hullIndex.fill(-1);for(let l=0,c=s.length;l<c;++l){let f=r[l%3===2?
l-2:l+1];(s[l]===-1||o[f]===-1)&&(o[f]=l)}for(let l=0,c=a.length;l<c;++l)i[a[l]]=l;a.length<=2&&a.length>0&&(this.triangles=new Int32Array(3).fill(-1),this.halfedges=
new Int32Array(3).fill(-1),this.triangles[0]=a[0],o[a[0]]=1,a.length===2&&(o[a[1]]=0,this.triangles[1]=a[1],this.triangles[2]=a[1]))}voronoi(e){return new jr(this,
e)}*neighbors(e){let{inedges:n,hull:s,_hullIndex:a,halfedges:r,triangles:o,collinear:i}=this;if(i){let d=i.indexOf(e);d>0&&(yield i[d-1]),d<i.length-1&&(yield i[d+
1]);return}let l=n[e];if(l===-1)return;let c=l,f=-1;do{if(yield f=o[c],c=c%3===2?c-2:c+1,o[c]!==e)return;if(c=r[c],c===-1){let d=s[(a[e]+1)%s.length];d!==f&&(yield d);
return}}while(c!==l)}find(e,n,s=0){if(e=+e,e!==e||(n=+n,n!==n))return-1;let a=s,r;for(;(r=this._step(s,e,n))>=0&&r!==s&&r!==a;)s=r;return r}_step(e,n,s){let{inedges:a,
hull:r,_hullIndex:o,halfedges:i,triangles:l,points:c}=this;if(c.length<2)return-1;if(a[e]===-1)return(e+1)%(c.length>>1);let f=e,d=is(n-c[e*2],2)+is(s-c[e*2+1],
2),u=a[e],h=u;do{let m=l[h],g=is(n-c[m*2],2)+is(s-c[m*2+1],2);if(g<d&&(d=g,f=m),h=h%3===2?h-2:h+1,l[h]!==e)break;if(h=i[h],h===-1){if(h=r[(o[e]+1)%r.length],h!==
m&&is(n-c[h*2],2)+is(s-c[h*2+1],2)<d)return h;break}}while(h!==u);return f}render(e){let n=e==null?e=new an:void 0,{points:s,halfedges:a,triangles:r}=this;for(let o=0,
i=a.length;o<i;++o){let l=a[o];if(l<o)continue;let c=r[o]*2,f=r[l]*2;e.moveTo(s[c],s[c+1]),e.lineTo(s[f],s[f+1])}return this.renderHull(e),n&&n.value()}renderPoints(e,n){
n===void 0&&(!e||typeof e.moveTo!="function")&&(n=e,e=null),n=n==null?2:+n;let s=e==null?e=new an:void 0,{points:a}=this;for(let r=0,o=a.length&-2;r<o;r+=2){let i=a[r],
l=a[r+1];e.moveTo(i+n,l),e.arc(i,l,n,0,sp)}return s&&s.value()}renderHull(e){let n=e==null?e=new an:void 0,{hull:s,points:a}=this,r=s[0]*2,o=s.length;e.moveTo(a[r],
a[r+1]);for(let i=1;i<o;++i){let l=2*s[i];e.lineTo(a[l],a[l+1])}return e.closePath(),n&&n.value()}hullPolygon(){let e=new Cs;return this.renderHull(e),e.value()}renderTriangle(e,n){
let s=n==null?n=new an:void 0,{points:a,triangles:r}=this,o=r[e*=3]*2,i=r[e+1]*2,l=r[e+2]*2;return n.moveTo(a[o],a[o+1]),n.lineTo(a[i],a[i+1]),n.lineTo(a[l],a[l+
1]),n.closePath(),s&&s.value()}*trianglePolygons(){let{triangles:e}=this;for(let n=0,s=e.length/3;n<s;++n)yield this.trianglePolygon(n)}trianglePolygon(e){let n=new Cs;
return this.renderTriangle(e,n),n.value()}};function lp(t,e,n,s){let a=t.length,r=new Float64Array(a*2);for(let o=0;o<a;++o){let i=t[o];r[o*2]=e.call(s,i,o,t),r[o*
2+1]=n.call(s,i,o,t)}return r}function*cp(t,e,n,s){let a=0;for(let r of t)yield e.call(s,r,a,t),yield n.call(s,r,a,t),++a}var fp=.14;function dp(t){return e=>{if(!e.startsWith("var("))return e;let n=t.style.color;t.style.color=e;let s=getComputedStyle(t).color;return t.style.color=
n,s}}function Ta(t,{samples:e,colouring:n,xs:s,ys:a,radius:r,width:o,height:i}){let l=t.getContext("2d"),c=Math.min(2,devicePixelRatio||1);t.width=Math.max(1,Math.
round(o*c)),t.height=Math.max(1,Math.round(i*c)),l.scale(c,c);let f=dp(t.parentElement),d=new Map,u=h=>d.get(h)??d.set(h,f(h)).get(h)??h;l.lineWidth=1.5;for(let h of[
0,1])for(let m=0;m<e.count;m++){if(e.chosen.inside[m]!==h||!Number.isFinite(s[m]+a[m]))continue;l.globalAlpha=h?.85:fp,l.beginPath(),l.arc(s[m],a[m],r,0,7);let g=u(
n.colour(m));e.wrong(m)?(l.strokeStyle=g,l.stroke()):(l.fillStyle=g,l.fill())}}function cs(t,e,n){let s=Array.from(e.keys()).filter(o=>t.chosen.inside[o]&&Number.
isFinite(e[o]+n[o])).sort((o,i)=>e[o]-e[i]||n[o]-n[i]||o-i),a=s.length?new za(Float64Array.from(s.flatMap(o=>[e[o],n[o]]))):null;return{order:s,find:(o,i,l=24)=>{
let c=a?a.find(o,i):-1;return c>=0&&Math.hypot(e[s[c]]-o,n[s[c]]-i)<=l?c:-1}}}function Is(t=!1){let e=p("div",{class:t?"mmv-field-y":"mmv-field-x","aria-hidden":"true"});function n(s,a){let r=Math.max(2,Math.floor(a/(t?44:64))),o=s.tickFormat(
r);e.replaceChildren(...s.ticks(r).map(i=>{let l=p("span",{},o(i));return l.style[t?"top":"left"]=`${s(i)}px`,l}))}return{node:e,draw:n}}function Nl(t,e,n){let s=!1;for(let a=0,r=t.length-1;a<t.length;r=a++){let[[o,i],[l,c]]=[t[a],t[r]];i>n!=c>n&&e<(l-o)*(n-i)/(c-i)+o&&(s=!s)}return s}var fs=10,up=3,hp=5,ds=.05;function pp(t,e,n,s){let a=je(e),{quantities:r,chosen:o}=a,i=e.modalities.length,l=r.map(Y=>Y.title),c=Qa({}),f=e===e.compared[0],d=Y=>ot=>x(
{[Y]:r[ot].key}),u=Dt("Across",l,d("across")),h=Dt("Up",l,d("up")),m=Oa(e,a,s),g=l.findIndex(Y=>Y.startsWith("φ ")),y={across:e.task==="regression"&&e.labelled?
0:g,up:e.task==="regression"&&e.labelled?2:i>1?g+1:0};function x(Y){I({...c,...Y}),s({scatter:c})}let b=p("canvas",{role:"img","aria-label":"Scatter of the samp\
les"}),w=ct("path",{class:"mmv-lasso"}),A=ct("svg",{"aria-hidden":"true"},w),$=p("span",{class:"mmv-ring","aria-hidden":"true"}),v=[ct("line",{class:"mmv-zero"}),
ct("line",{class:"mmv-zero"})];A.prepend(...v);let k=p("div",{class:"mmv-plot mmv-samples-plot"},b,A,$),S=pt("rectangle by keyboard",()=>Nt(null),{class:"mmv-re\
ctangle","aria-label":"Rectangle of the scatter plot. Arrow keys move it, with Shift they resize it; Enter selects the samples inside, Escape selects all."}),M=Is(),
z=Is(!0),N=p("div",{class:"mmv-field-title"}),_=p("div",{class:"mmv-subtitle"}),R=p("div"),L=p("p",{class:"mmv-pointed mmv-small",role:"status"}),j=pt("show all\
 samples",()=>o.set([])),B=it("");t.append(mt("Samples: scatter plot"),p("div",{class:"mmv-inline"},u.node,h.node,m.node,S,j),R,p("div",{class:"mmv-field"},_,z.
node,k,M.node,N),L,it(he('Drag around dots to select their samples, here and in the other overview views; press a dot to open its sample and to pin its values. \
By keyboard: arrow keys go from dot to dot across the plot, Enter pins, O opens; "rectangle by keyboard" selects.'),...e.labelled&&e.task==="classification"?[" \
Hollow: misclassified."]:[]),B);let P=new Float32Array(a.count),q=new Float32Array(a.count),D=-1,H=cs(a,P,q),C=-1,O=null,F=[];function T(Y,ot){let[xt,rt]=[Y.across,
Y.up].map(_t=>r.find(Ut=>Ut.key===_t)),lt=_t=>!!(xt&&rt&&Nl(Y.points,xt.of(_t),rt.of(_t))),$t=o.inside.reduce((_t,Ut,Kt)=>_t+(Ut&&lt(Kt)?1:0),0);return{text:`${ot}\
: ${$t} samples`,test:lt,lasso:Y}}let W=()=>Uo(o.filters().flatMap(Y=>Y.lasso??[]),e.scatter_limits.lassos);function I(Y){c=Y;let ot=["across","up"].map(rt=>String(
Math.max(-1,r.findIndex(lt=>lt.key===Y[rt])))).map((rt,lt)=>rt==="-1"?String(y[lt?"up":"across"]):rt),xt=u.select.value!==ot[0]||h.select.value!==ot[1]||!E;if([
u.select.value,h.select.value]=ot,E=!0,f&&JSON.stringify(W())!==JSON.stringify(Y.lassos)){U=!0,o.set(o.filters().filter(rt=>!rt.lasso));for(let rt of Y.lassos)o.
add(T(rt,"lasso"));U=!1}return xt&&at(),xt}let E=!1,U=!1,G=Y=>r[Number(Y.select.value)],K=Y=>Pt(e.compared.filter(ot=>ot.has("listed_phi")).map(ot=>{let xt=je(ot),
rt=xt.quantities.find(({title:lt})=>lt===Y.title);return rt?Array.from({length:xt.count},(lt,$t)=>rt.of($t)):[]})),J=Y=>Y.unit?`${Y.title}, ${Y.unit}`:Y.title,X={
x:Ue(),y:Ue()};function at(){let Y=k.clientWidth,ot=k.clientHeight,[xt,rt]=[G(u),G(h)];if(N.textContent=`${J(xt)} →`,_.textContent=`↑ ${J(rt)}`,!(!Y||!ot)){
X={x:Ue(K(xt),[fs,Y-fs]),y:Ue(K(rt),[ot-fs,fs])};for(let lt=0;lt<a.count;lt++)[P[lt],q[lt]]=[X.x(xt.of(lt)),X.y(rt.of(lt))];M.draw(X.x,Y),z.draw(X.y,ot),[[X.x,"\
x",Y],[X.y,"y",ot]].forEach(([lt,$t,_t],Ut)=>{let Kt=lt(0),le=$t==="x"?"y":"x";v[Ut].style.display=Kt>fs&&Kt<Number(_t)-fs?"":"none";for(let de of[1,2])v[Ut].setAttribute(
`${$t}${de}`,String(Kt)),v[Ut].setAttribute(`${le}${de}`,de===1?"0":String($t==="x"?ot:Y))}),tt()}}function tt(){let Y=k.clientWidth,ot=k.clientHeight,xt=m.colouring(),
rt=o.number();if(R.replaceChildren(xt.legend()),j.disabled=!o.filters().length,!Y||!ot)return;H=cs(a,P,q),Ta(b,{samples:a,colouring:xt,xs:P,ys:q,radius:up,width:Y,
height:ot});let lt=P.reduce(($t,_t,Ut)=>$t+(Number.isFinite(_t+q[Ut])?0:1),0);B.textContent=lt?`${lt} of ${a.count} have no value for one of the axes and no dot\
.`:"",b.setAttribute("aria-label",`Scatter of ${a.count} samples, ${rt} chosen: ${G(u).title} across, ${G(h).title} up`),st()}function st(){let Y=-1;for(let ot=0;ot<
a.count&&Y<0;ot++)D>=0&&a.open(ot)===D&&(Y=ot);$.hidden=Y<0||!Number.isFinite(P[Y]+q[Y]),$.hidden||([$.style.left,$.style.top]=[`${P[Y]}px`,`${q[Y]}px`])}function dt(Y,ot){
let[xt,rt]=[G(u),G(h)],lt=T({across:xt.key,up:rt.key,points:Ho(Y,([_t,Ut])=>[X.x.invert(_t),X.y.invert(Ut)],e.scatter_limits.points)},ot),$t=o.inside.reduce((_t,Ut,Kt)=>_t+
(Ut&&lt.test(Kt)?1:0),0);$t&&o.add(lt),L.textContent=$t?`${$t} samples selected`:"no sample inside: the selection is unchanged"}function wt(Y){Y>=0&&a.open(Y)>=
0?s({sample:a.open(Y)}):Y>=0&&(L.textContent=a.closed(Y))}let jt=Y=>{let{left:ot,top:xt}=k.getBoundingClientRect();return[Y.clientX-ot,Y.clientY-xt]},At=()=>w.setAttribute(
"d",F.length?`M${F.map(([Y,ot])=>`${Y.toFixed(1)} ${ot.toFixed(1)}`).join("L")}Z`:"");k.addEventListener("pointerdown",Y=>{Y.button===0&&(k.setPointerCapture(Y.
pointerId),F=[jt(Y)],O=null)}),k.addEventListener("pointermove",Y=>{F.length&&(F.push(jt(Y)),At())}),k.addEventListener("pointerup",Y=>{let ot=F,[xt,rt]=jt(Y);if(!ot.
length)return;if(F=[],At(),!ot.every(([$t,_t])=>Math.hypot($t-ot[0][0],_t-ot[0][1])<hp))return dt(ot,"lasso");let lt=H.find(xt,rt);lt>=0&&(Y.pointerType!=="touc\
h"||C===H.order[lt])&&wt(H.order[lt])}),k.addEventListener("pointercancel",()=>{F=[],At()}),Et(k,{label:"Scatter plot of the samples",grid:()=>[Math.max(1,H.order.
length),1],start:()=>[Math.max(0,H.order.findIndex(Y=>a.open(Y)===D&&D>=0)),0],cellAt:(Y,ot)=>{let xt=F.length>1?-1:H.find(Y*k.clientWidth,ot*k.clientHeight);return xt<
0?[-1,-1]:[xt,0]},placeOf:Y=>[P[H.order[Y]]/(k.clientWidth||1),q[H.order[Y]]/(k.clientHeight||1)],read(Y){let ot=H.order[Y]??-1,[xt,rt]=[G(u),G(h)],lt=m.colouring();
if(ot<0)return null;setTimeout(()=>C=ot);let $t=r.find(_t=>_t.title===lt.title&&_t!==xt&&_t!==rt);return{title:a.id[ot],at:{},rows:[...a.rows(ot),...[xt,rt,...$t?
[$t]:[]].map(_t=>[_t.title,V(_t.of(ot)),_t.unit]),...a.open(ot)<0?[["sample","not recorded"]]:[]]}}}),k.addEventListener("keydown",Y=>{Y.key.toLowerCase()!=="o"||
Y.ctrlKey||Y.metaKey||Y.altKey||(Y.preventDefault(),Y.stopPropagation(),wt(C))});let ut={ArrowLeft:[-ds,0],ArrowRight:[ds,0],ArrowUp:[0,-ds],ArrowDown:[0,ds]};function Nt(Y,ot=!1){
let[xt,rt,lt,$t]=O??[.4,.4,.2,.2],_t=(Be,ed=0)=>Math.min(1,Math.max(ed,Be)),[Ut,Kt]=Y??[0,0];O=ot?[xt,rt,_t(lt+Ut,ds),_t($t+Kt,ds)]:[_t(xt+Ut),_t(rt+Kt),lt,$t];
let[le,de,Ft,te]=O,ce=k.clientWidth,Ae=k.clientHeight;F=Gt(O),At(),F=[];let Me=0;for(let Be=0;Be<a.count;Be++)o.inside[Be]&&$e(Be)&&Me++;L.textContent=`rectangl\
e: ${G(u).title} ${V(X.x.invert(le*ce))} to ${V(X.x.invert((le+Ft)*ce))}, ${G(h).title} ${V(X.y.invert((de+te)*Ae))} to ${V(X.y.invert(de*Ae))}: ${Me} samples`}
function Gt([Y,ot,xt,rt]){let lt=k.clientWidth,$t=k.clientHeight;return[[Y*lt,ot*$t],[(Y+xt)*lt,ot*$t],[(Y+xt)*lt,(ot+rt)*$t],[Y*lt,(ot+rt)*$t]]}function $e(Y){
let[ot,xt,rt,lt]=O??[0,0,0,0],$t=P[Y]/k.clientWidth,_t=q[Y]/k.clientHeight;return $t>=ot&&$t<=ot+rt&&_t>=xt&&_t<=xt+lt}return S.addEventListener("keydown",Y=>{let ot=ut[Y.
key];if(ot)Nt(ot,Y.shiftKey);else if(Y.key==="Enter"&&O)dt(Gt(O),"rectangle");else if(Y.key==="Escape")O=null,At(),o.set([]),L.textContent="all samples";else return;
Y.preventDefault(),Y.stopPropagation()}),o.listen(()=>{f&&!U&&JSON.stringify(W())!==JSON.stringify(c.lassos)&&(c={...c,lassos:W()},s({scatter:c})),tt()}),matchMedia(
"(prefers-color-scheme: dark)").addEventListener("change",tt),new ResizeObserver(at).observe(k),t.addEventListener("mmv-print",at),I(c),Y=>{D=Y.sample;let ot=m.
draw(Y);I(Qa(Y))||(ot||!R.hasChildNodes()?tt():st())}}yt({name:"sample scatter",place:"wide",order:30,section:"overview",needs:["listed_phi","overview_value"],mount:pp});function mp(t,e,n,s){return t.append(mt("Overview"),p("p",{class:"mmv-sentence"},Q(e.overview.sentence))),e.has("class_score")&&gp(t,e,s),()=>{}}function gp(t,e,n){
let s=je(e),{subset:a,row:r,metric:o,interval:i,left_out:l,total:c}=e.overview,f=a.length,d=r.length,u=o==="accuracy",[h,m,g]=[0,1,2].map(S=>e.part("class_score",
S)),y=e.part("class_count"),x=e.part("overview_row_of"),b=S=>a[S].toString(2).replaceAll("0","").length,w=a.map((S,M)=>M).sort((S,M)=>b(M)-b(S)||S-M),A=Math.max(
...Array.from(h).filter(Number.isFinite),1e-9);function $(S,M){let z=S*f+M,N=h[z],_=Number.isFinite(m[z]+g[z]),R=u?2:e.digits,L=_?`${nt(m[z],R)} to ${nt(g[z],R)}`:
"no interval",j=p("button",{type:"button",class:"mmv-score",title:`${o} of ${r[S]} with ${s.subsetName(M)}: ${nt(N,3)} (${L}), ${y[S]} samples`},p("span",{},nt(
N,R)),p("span",{class:"mmv-score-ends"},L));return j.style.setProperty("--weight",String(Number.isFinite(N)?u?N:1-N/A:0)),j.disabled=!y[S],j.addEventListener("c\
lick",()=>s.chosen.set([...S<d-1?[{text:u?`true = ${r[S]}`:r[S],test:B=>x[B]===S}]:[],u?{text:`misclassified with ${s.subsetName(M)}`,test:B=>s.classOf(B,M)>=0&&
s.classOf(B,M)!==s.truth[B]}:{text:`absolute error above ${nt(N,R)} with ${s.subsetName(M)}`,test:B=>s.errorOf(B,M)>N}],"scores")),j}let v=w.map(S=>a[S]===0?["n\
one"]:[...e.modalities.flatMap((M,z)=>a[S]>>z&1?[Lt(z),ue(`${M.name} `)]:[]),...e.trained&&!e.trained[a[S]]?["*"]:[]]),k=e.modalities.map((S,M)=>p("span",{class:"\
mmv-key"},Lt(M),Q(S.name)));t.append(p("div",{class:"mmv-subtitle"},u?"Accuracy by true class and subset of modalities, the others masked":"Mean absolute error \
by target and subset of modalities, the others masked"),p("div",{class:"mmv-keys"},...k),_a({label:`${o} of each ${u?"class":"range of targets"} for every subse\
t of modalities`,corner:[ue(u?"true class":"target")],columns:v,kind:"mmv-scores",rows:r.map((S,M)=>({head:[Q(S),p("span",{class:"mmv-faint"},` n = ${y[M]}`)],cells:w.
map(z=>$(M,z))}))}),ka(s,n,"scores"),...e.overview.control?[p("p",{class:"mmv-small"},Q(e.overview.control))]:[],it(`Below each value: its interval (${i}). The \
intervals are not corrected for the number of cells, nor for choosing the lowest. `,...l?[`${l} of ${c} samples have a prediction that is not finite and are lef\
t out. `]:[],he(u?"Press a cell to list its misclassified samples; arrow keys move between cells.":"Press a cell to list its samples with an error above the mea\
n; arrow keys move between cells."),...e.trained?.some(S=>!S)?[" * not met in training."]:[]),...Xe(e))}yt({name:"overview",place:"main",order:1,section:"overvi\
ew",needs:["overview_value"],mount:mp});var us=74,El=2.2,Lr=8;function bp(t,e){let n=new Float32Array(t.length).fill(NaN),s=2*El,a=new Uint32Array(Math.ceil(e/s)+1),r=l=>Math.max(0,Math.min(a.length-1,
Math.floor(l/s)));t.forEach(l=>Number.isFinite(l)&&a[r(l)]++);let o=Math.min(s,(us-2*Lr)/Math.max(1,...a)),i=new Uint32Array(a.length);return t.forEach((l,c)=>{
if(!Number.isFinite(l))return;let f=i[r(l)]++;n[c]=us/2+(f%2?1:-1)*Math.ceil(f/2)*o}),n}function yp(t,e,n,s){let a=je(e),r=e.modalities.length,o=Oa(e,a,s),i=e.part(
"listed_phi"),l=p("div"),c=p("p",{class:"mmv-pointed mmv-small",role:"status"}),[f,d]=Pt(e.compared.filter(b=>b.has("listed_phi")).map(b=>b.part("listed_phi")),
!0),u=Is(),h=p("div",{class:"mmv-field-title"},`φ, ${e.target_name} →`),m=-1,g=e.modalities.map((b,w)=>{let A=p("canvas",{role:"img","aria-label":`Shapley va\
lues of ${b.name}`}),$=p("span",{class:"mmv-zero-line","aria-hidden":"true"}),v=p("div",{class:"mmv-plot mmv-swarm"},A,$),k=p("td",{class:"mmv-value"}),S=new Float32Array(
0),M=S,z=-1,N=cs(a,S,M);function _(L){c.textContent=L>=0&&a.open(L)<0?a.closed(L):"",L>=0&&a.open(L)>=0&&s({sample:a.open(L)})}v.addEventListener("click",L=>{let j=N.
find(L.offsetX,L.offsetY);j>=0&&(L.pointerType!=="touch"||z===N.order[j])&&_(N.order[j])}),Et(v,{label:`Shapley values of ${b.name}`,grid:()=>[Math.max(1,N.order.
length),1],start:()=>[Math.max(0,N.order.findIndex(L=>a.open(L)===m&&m>=0)),0],cellAt:(L,j)=>{let B=N.find(L*v.clientWidth,j*us);return B<0?[-1,-1]:[B,0]},placeOf:L=>[
S[N.order[L]]/(v.clientWidth||1),M[N.order[L]]/us],read(L){let j=N.order[L]??-1;return j<0?null:(setTimeout(()=>z=j),{title:a.id[j],modality:w,at:{modality:w},rows:[
["φ",bt(i[j*r+w],e.digits)],...a.rows(j),...a.open(j)<0?[["sample","not recorded"]]:[]]})}}),v.addEventListener("keydown",L=>{L.key.toLowerCase()!=="o"||L.ctrlKey||
L.metaKey||L.altKey||(L.preventDefault(),L.stopPropagation(),_(z))});function R(){let L=v.clientWidth;if(!L)return;let j=Ue([f,d],[Lr,L-Lr]);S=Float32Array.from(
{length:a.count},(q,D)=>j(i[D*r+w])),M=bp(S,L),N=cs(a,S,M),$.style.left=`${j(0)}px`,Ta(A,{samples:a,colouring:o.colouring(),xs:S,ys:M,radius:El,width:L,height:us}),
w===0&&u.draw(j,L);let B=Array.from({length:a.count},(q,D)=>D).filter(q=>a.chosen.inside[q]&&Number.isFinite(S[q])).map(q=>i[q*r+w]).sort((q,D)=>q-D),P=B.length?
(B[B.length-1>>1]+B[B.length>>1])/2:NaN;k.replaceChildren(ue("median "),bt(P,e.digits)),A.setAttribute("aria-label",`Shapley values of ${b.name} of ${B.length} \
samples: ${B.length?`from ${V(B[0])} to ${V(B[B.length-1])}, median ${V(P)}`:"none"}`)}return{lay:R,box:v,node:p("tr",{},p("th",{scope:"row"},...Ot(e,w)),p("td",
{},v),k)}}),y=p("tr",{},p("td"),p("td",{},u.node,h),p("td",{class:"mmv-value mmv-faint"},"median"));t.append(mt("Distribution of Shapley values"),p("div",{class:"\
mmv-inline"},o.node),l,p("table",{class:"mmv-swarms","aria-label":"Shapley values of the samples by modality"},p("tbody",{},...g.map(b=>b.node),y)),c,it(`One do\
t for each of ${a.count}${a.count<e.listed.total?` of ${e.listed.total} (stratified)`:""} samples; across: Shapley value φ of ${e.target_name}, at the epoch th\
at training selected${e.labelled&&e.task==="classification"?"; hollow: misclassified":""}; faint: outside the chosen samples. `,he("Press a dot to open its samp\
le and to pin its values; arrow keys go from dot to dot, Enter pins, O opens.")));function x(){l.replaceChildren(o.colouring().legend()),g.forEach(b=>b.lay())}return a.
chosen.listen(x),matchMedia("(prefers-color-scheme: dark)").addEventListener("change",x),new ResizeObserver(x).observe(g[0].box),t.addEventListener("mmv-print",
x),x(),b=>{m=b.sample,o.draw(b)&&x()}}yt({name:"shapley distribution",place:"columns",order:6,section:"overview",needs:["listed_phi","overview_value"],height:t=>150+
(us+6)*t,mount:yp});function wp(t,e){let n=e.outputs.map(r=>{let o=p("span",{class:"mmv-mark"}),i=p("span"),{track:l,set:c,was:f}=Oe(null);return{mark:Mn(o),value:Mn(i),set:c,was:f,
node:Se(Ct(p("div",{class:"mmv-split"},Q(r),o)),l,i)}}),s=p("table",{"aria-label":"Probability of each class"},p("tbody",{},...n.map(r=>r.node))),a=n.length>10?
{class:"mmv-scroll",tabindex:0,role:"region","aria-label":"All classes"}:{};return t.append(mt("Prediction"),...Dn(e),p("div",a,s)),({sample:r,epoch:o,time:i})=>{
let l=e.part("prediction",o,r,i),c=Wn(l),f=e.edited()?e.recorded.part("prediction",o,r,i):null;n.forEach((d,u)=>{d.set(0,l[u],l[u]),d.was(0,f?f[u]:NaN,f?f[u]:NaN),
d.value(nt(l[u],e.digits),f?`, as recorded ${nt(f[u],e.digits)}`:""),d.mark(e.targets[r]!==u?"":e.labelled?"true":"explained",u===c?" predicted":""),ht(d.node,"\
className",u===c?"mmv-best":"")})}}function vp(t,e){let n=["predicted","target"].map(r=>{let o=p("span"),{track:i,set:l,was:c}=Qe(null);return{cell:Mn(o),set:l,
was:c,node:Se(Ct(r),i,o)}});n[0].node.className="mmv-best",n[1].node.className="mmv-target",t.append(mt("Prediction"),...Dn(e),p("table",{"aria-label":"Predicte\
d and target value"},p("tbody",{},...n.map(r=>r.node))));let s=Rt(),a=0;return r=>{let{sample:o,epoch:i,time:l}=r,c=e.targets[o]??NaN,f=e.part("prediction",i,o,
l)[0],d=e.edited()?e.recorded.part("prediction",i,o,l)[0]:NaN;s(r,"sample")&&(a=ee([c],..._e(e,"prediction",o))),[f,c].forEach((u,h)=>{n[h].set(u,a),n[h].cell(nt(
u,e.digits),h===0&&Number.isFinite(d)?`, as recorded ${nt(d,e.digits)}`:"")}),n[0].was(d,a)}}var xp=(t,e)=>(e.task==="classification"?wp:vp)(t,e);yt({name:"pred\
iction",place:"side",order:10,section:"sample",needs:["prediction"],early:!0,first:!0,mount:xp});var $p=16,zl=3,Tl=t=>String(t).replace("-","−"),Cl=(t,{low:e,high:n},s)=>t<e?`< ${Tl(e)}`:t>n?`> ${Tl(n)}`:s(t);function Il({low:t,high:e},n,s){let a=l=>(l-t)/
(e-t||1),r=nn([t,e],5),o=s?r.map(s):Ge(r),i=p("div",{class:"mmv-dot-ticks","aria-hidden":"true"},...r.map((l,c)=>{let f=p("span",{},o[c]);return f.style.left=`${100*
a(l)}%`,f}));return{low:t,high:e,at:a,ticks:i,bounds:n}}function Br(t,{at:e},n,s){if(!Number.isFinite(n+s))return[];let a=p("span",{class:t}),[r,o]=[e(n),e(s)].
map(i=>Math.min(1,Math.max(0,i))).sort((i,l)=>i-l);return a.style.left=`${100*r}%`,a.style.width=`${100*(o-r)}%`,[a]}function Rr(t,e,n,s){let a=Math.max(e.low,e.
bounds.low),r=Math.min(e.high,e.bounds.high),o=Br(`mmv-dot-line ${t}`,e,Math.max(a,n),Math.min(r,s));return o.length&&n<a&&o[0].append(p("span",{class:"mmv-dot-\
cut"},"◂")),o.length&&s>r&&o[0].append(p("span",{class:"mmv-dot-cut mmv-dot-cut-high"},"▸")),o}function Fl(t,e,n){if(!Number.isFinite(n))return[];let s=p("s\
pan",{class:`mmv-dot ${t}`});return s.style.left=`${100*e.at(n)}%`,[s]}var jl=(t,e)=>e.flatMap(([n,s])=>Number.isFinite(n)?[p("span",{class:`mmv-dot-rule ${s}`})].
map(a=>(a.style.left=`${100*t.at(n)}%`,a)):[]),Ll=(...t)=>p("td",{class:"mmv-cell"},p("div",{class:"mmv-dots","aria-hidden":"true"},...t));function Mp(t,e){let n=e.
modalities.length,s=2**n-1,a=e.retraining,r=e.task==="regression",[o,i,l]=["masked","retrained","gap"].map(I=>[0,1,2].map(E=>e.part(I,E))),c=I=>I.toString(2).replaceAll(
"0","").length,f=Array.from({length:s+1},(I,E)=>E).filter(I=>s<$p||c(I)<=1||c(I)>=n-1||I===a.best).sort((I,E)=>c(I)-c(E)||I-E),d={low:a.bounds?.[0]??-1/0,high:a.
bounds?.[1]??1/0},u=I=>nt(I,zl),h=I=>bt(I,zl),m=(I,E,U,G)=>Number.isFinite(I[1][E]+I[2][E])?`${Cl(I[1][E],U,G)} to ${Cl(I[2][E],U,G)}`:"no interval",g=(I,E)=>I[1].
some(U=>U<E.low)||I[2].some(U=>U>E.high),y=[...o[0],...i[0]].filter(Number.isFinite),[x,b]=[Math.min(...y),Math.max(...y)],w=b-x||Math.abs(b)||1,A=[...o[1],...o[2],
...i[1],...i[2]].filter(Number.isFinite),$=Number.isFinite(d.low)?d:{low:Math.max(x-w,Math.min(x,...A)),high:Math.min(d.high,b+w,Math.max(b,...A))},v=Il($,d),k=jl(
v,[[i[0][s],"mmv-dot-full"],[i[0][0],"mmv-dot-constant"]]),S=I=>I===0?[p("span",{},"none")]:e.modalities.flatMap((E,U)=>I>>U&1?[Lt(U),ue(`${E.name} `)]:[]),M=I=>e.
modalities.filter((E,U)=>I>>U&1).map(E=>E.name).join(" + ")||"no modality",z=(I,E)=>p("td",{class:"mmv-value"},u(I[0][E]),p("span",{class:"mmv-ends-text"},m(I,E,
d,u))),N=a.harm==="harm",_=f.map(I=>{let E=p("tr",{},p("th",{scope:"row"},...S(I),...N&&I===a.best?[p("span",{class:"mmv-mark"},"▲ harm")]:[]),Ll(...k.map(U=>U.
cloneNode()),...Br("mmv-dot-gap",v,o[0][I],i[0][I]),...Rr("mmv-dot-masked",v,o[1][I],o[2][I]),...Rr("mmv-dot-trained",v,i[1][I],i[2][I]),...Fl("mmv-dot-masked",
v,o[0][I]),...Fl("mmv-dot-trained",v,i[0][I])),z(o,I),z(i,I),p("td",{class:"mmv-value"},h(i[0][I]-o[0][I])));return xr(E,()=>({title:M(I),at:{},rows:[["masked",
u(o[0][I])],["  interval",m(o,I,d,u)],[I?"trained on it":"best constant",u(i[0][I])],["  interval",m(i,I,d,u)],["difference, trained − masked",h(i[0][I]-o[0][I])]]})),
E}),R=d.high-d.low,L={low:-R,high:R},j=I=>I.flatMap(E=>[...E]).filter(Number.isFinite).map(Math.abs),B=Math.max(1e-9,...j([l[0]])),P=Math.min(R,4*B,1.05*Math.max(
B,...j(l))),q=Il({low:-P,high:P},L),D=jl(q,[[0,"mmv-dot-zero"]]),H=e.modalities.map((I,E)=>{let U=Br("mmv-dot-bar",q,0,l[0][E]);U.forEach(K=>K.dataset.m=String(
E%8));let G=p("tr",{},p("th",{scope:"row"},...Ot(e,E)),Ll(...U,...D.map(K=>K.cloneNode()),...Rr("",q,l[1][E],l[2][E])),p("td",{class:"mmv-value"},h(l[0][E]),p("\
span",{class:"mmv-ends-text"},m(l,E,L,h))));return xr(G,()=>({title:"gap, trained alone − masked",modality:E,at:{modality:E},rows:[["gap",h(l[0][E])],["interv\
al",m(l,E,L,h)],["due to",a.verdicts[E]],["masked",u(o[0][1<<E])],["trained on it",u(i[0][1<<E])]]})),G}),C=a.cut&&(g(o,d)||g(i,d)||g(l,L))?`${a.cut} `:"",O=[o,
i].some(I=>I[1].some(E=>E<$.low&&E>=d.low)||I[2].some(E=>E>$.high&&E<=d.high))||P<R&&(l[1].some(I=>I<-P)||l[2].some(I=>I>P)),F=(I,E)=>p("span",{class:"mmv-key"},
p("span",{class:`mmv-dot-key ${I}`,"aria-hidden":"true"}),E),T=(I,E,U)=>p("tfoot",{},p("tr",{"aria-hidden":"true"},p("td"),p("td",{class:"mmv-cell"},I,p("div",{
class:"mmv-field-title"},E,Q(a.units)," →")),...Array.from({length:U},()=>p("td")))),W=I=>p("thead",{},p("tr",{},...I.map(E=>p("th",{scope:"col"},E))));return t.
append(mt("Value by retraining"),p("div",{class:"mmv-retraining"},p("div",{},p("div",{class:"mmv-keys"},F("mmv-dot-masked","masked: full model, others masked"),
F("mmv-dot-trained","trained on the subset"),F("mmv-dot-gap","difference"),F("mmv-dot-full","trained on all"),F("mmv-dot-constant","best constant")),p("div",{class:"\
mmv-keys"},...e.modalities.map((I,E)=>p("span",{class:"mmv-key"},Lt(E),Q(I.name)))),p("table",{class:"mmv-dot-table","aria-label":"Value of each subset: full mo\
del with the others masked, and model trained on the subset"},W(["subset","","masked","trained","difference"]),p("tbody",{},..._),T(v.ticks,"",3))),p("div",{},p(
"div",{class:"mmv-subtitle"},"Gap of each modality: trained alone − masked"),p("table",{class:"mmv-dot-table mmv-dot-gaps","aria-label":"Gap of each modality:\
 trained alone minus masked"},W(["modality","","gap"]),p("tbody",{},...H),T(q.ticks,"difference of ",1)),...a.explanations.map((I,E)=>p("details",{class:"mmv-sm\
all"},p("summary",{},...Ot(e,E),": ",Q(a.verdicts[E])),it(Q(I)))))),...a.caution?[p("p",{class:"mmv-small"},Q(a.caution))]:[],it("Lines: ",Q(a.interval),`. ${C}${O?
"Arrows: the interval is longer than the axis. ":""}Trainings of a study, not the recorded run; each: `,Q(a.budget),". Harm: ",Q(a.harm_text),".")),()=>{}}yt({name:"\
value by retraining",place:"wide",order:21,section:"overview",needs:["retrained","masked","gap"],mount:Mp});var _p=[120,126,138];function kp(t){let{recorded:e}=t,[n,,s,a,r,o]=t.shape("routing");for(let i=0;i<e.recorded_samples;i++)for(let l=0;l<a;l++){let c=e.part("st\
ate_valid",i,l),f=t.experts.map(({owner:d})=>d<0||d===l?255:0);for(let d=0;d<n;d++)for(let u=0;u<s;u++){let h=e.part("routing",d,i,u,l);for(let m=0;m<r;m++)for(let g=0;c[m]&&
g<o;g++)if(h[m*o+g]!==f[g])return!1}}return!0}function Ap(t,e,n,s){let a=e.sizes.time,[,,r,o,,i]=e.shape("routing"),l=e.experts.map(({owner:$})=>$<0||!e.colours[$%
8]?_p:Gs(e.colours[$%8].slice(1))),c=({owner:$})=>$<0?p("span",{class:"mmv-glyph","aria-hidden":"true"},"○"):Lt($),f=$=>[c($),Q($.name)],d=e.experts.every($=>_n(
$.name)<=13),u=e.modalities.map($=>p("canvas",{role:"img","aria-label":`Expert weights of ${$.name} over the sequence, ${i} experts; the table holds their mean \
use`})),h=u.map(()=>p("div",{class:"mmv-stroke"})),m=null,g=ve(),y=e.modalities.map(($,v)=>{let k=p("div",{class:"mmv-plot mmv-map mmv-experts"},u[v],h[v]);return k.
style.height=`${16*i}px`,Jt(k,k,S=>s({time:Math.min(a-1,Math.max(0,Math.ceil(gt(a,m).share(S)*a-1e-9)-1))})),ke(k,k,a,()=>m,s),Et(k,{label:`Expert weights of ${e.
modalities[v].name}: experts over steps`,grid:()=>[a,i],start:()=>[m?.time??0,0],cellAt:(S,M)=>[Bt(gt(a,m).share(S),a),Bt(M,i)],placeOf:(S,M)=>[gt(a,m).across((S+
.5)/a),(M+.5)/i],locate:({time:S})=>{let M=gt(a,m);return S===void 0||S<M.from||S>M.to?null:{x:[M.across(S/a),M.across((S+1)/a)]}},read(S,M){if(!m)return null;let{
sample:z,epoch:N}=m,_=Math.min(m.layer,r-1),R=e.part("state_valid",z,v)[S],L=e.part("routing",N,z,_,v)[S*i+M]/255,j=e.edited()&&e.replaced("routing")&&e.recorded.
part("state_valid",z,v)[S]?e.recorded.part("routing",N,z,_,v)[S*i+M]/255:NaN;return{title:e.experts[M].name,modality:v,at:{modality:v,time:S},rows:[["gate weigh\
t",R?nt(L,3):"no data"],["at",St(e,z,S)],...Number.isFinite(j)?[["recorded",nt(j,3)],["difference",`${L>j?"+":""}${nt(L-j,3)}`]]:[]]}}}),p("div",{class:"mmv-lan\
e"},p("div",{class:"mmv-gutter"},bs(e,v),p("div",{class:"mmv-rows","aria-hidden":"true"},...e.experts.map(S=>p("span",{},...d?f(S):[c(S)])))),k)}),x=e.experts.map(
({owner:$})=>e.modalities.map(()=>{let v=p("span"),{track:k,set:S}=Oe($<0?null:$);return{value:v,set:S,node:p("td",{},k,v)}})),b=mt("Experts"),w=p("caption",{class:"\
mmv-small"});t.append(b,p("div",{"data-plots":""},...y),p("div",{class:"mmv-lane"},p("span"),g.node),p("table",{class:"mmv-list mmv-usage","aria-label":"Mean we\
ight of each expert"},w,p("thead",{},p("tr",{},p("td"),...e.modalities.map(($,v)=>p("th",{scope:"col"},...Ot(e,v))))),p("tbody",{},...e.experts.map(($,v)=>p("tr",
{},Ct(...f($)),...x[v].map(k=>k.node))))),...kp(e)?[it("The experts are fixed, not routed: in all recorded samples and epochs every step uses each shared expert\
 and each expert of its own modality with weight 1. The map shows which steps have data, nothing that was learned.")]:[],it("Darkness: gate weight. Colour and g\
lyph of an expert: its modality (○: shared expert). Hatched: no data."));let A=Rt();return $=>{let{sample:v,epoch:k,time:S}=$,M=Math.min($.layer,r-1),[z,N]=ye(
e,$),_=e.modalities.map((B,P)=>e.part("routing",k,v,M,P)),R=e.modalities.map((B,P)=>e.part("state_valid",v,P)),L=gt(a,$),j=L.across((S+1)/a);m=$,h.forEach(B=>{B.
hidden=j<0||j>1+1e-9,B.style.left=`${100*j}%`}),A($,"sample","zoom")&&(u.forEach(B=>Fe(B,a,$)),g.draw(re(e,$).map(B=>({...B,at:L.across(B.at)})),pe(e,$))),A($,"\
sample","epoch","layer","brush")&&(b.textContent=`Experts in layer ${e.layers[M]}`,w.textContent=$.brush?"Mean weight over the time range":"Mean weight over the\
 sequence",u.forEach((B,P)=>{De(B,a,i,(q,D)=>R[P][q]?[...l[D],_[P][q*i+D]]:null);for(let q=0;q<i;q++){let D=0,H=0;for(let C=z;C<=N;C++)R[P][C]&&([D,H]=[D+_[P][C*
i+q]/255,H+1]);x[q][P].set(0,H?D/H:0),x[q][P].value.textContent=nt(H?D/H:NaN,2)}}))}}yt({name:"routing",section:"explanation",place:"wide",order:10,needs:["rout\
ing"],mount:Ap});var Pr=12,Rl=["all samples","recorded, with hidden states","correct","incorrect"];function Bl(t){let e=t.map(n=>n.trim()===""?NaN:Number(n));return e.every((n,s)=>!Number.
isNaN(n)||t[s]==="nan")?n=>e[n]:n=>t[n]}function Op(t){let{id:e,target:n,predicted:s}=t.listed,a=t.part("listed_phi"),r=t.part("listed_prediction"),o=t.modalities.
length,i=t.task==="classification"?[{title:t.labelled?"p(target)":"p(predicted)",text:l=>nt(r[l],2),key:l=>r[l]}]:[];return[{title:"sample",text:l=>e[l],key:l=>e[l]},
{title:"target",text:l=>n[l],key:Bl(n)},{title:t.task==="classification"?"predicted":"predicted value",text:l=>s[l],key:Bl(s)},...i,...t.modalities.map((l,c)=>({
title:`φ ${l.name}`,text:f=>bt(a[f*o+c],t.digits),key:f=>a[f*o+c]}))]}function Sp(t,e,n,s){let a=je(e),{id:r,target:o,predicted:i,total:l}=e.listed,c=r.length,
{correct:f,recorded:d,chosen:u}=a,h=Op(e),m=[],g={column:-1,down:!1},y=0,x=0,b=!1,w=p("input",{type:"search","aria-label":"Samples whose id, target or predictio\
n contains",placeholder:"id, target or prediction"}),A=Dt("Show",e.task==="classification"?Rl:Rl.slice(0,2),()=>j());w.addEventListener("input",()=>j());let $=h.
map((q,D)=>{let H=p("span",{"aria-hidden":"true"}),C=pt("",()=>{g={column:D,down:g.column===D&&!g.down},j()},{class:"mmv-sort"});return C.append(Q(q.title),H),{
mark:H,node:p("th",{scope:"col"},C)}});t.style.setProperty("--columns",String(h.length));let v=p("tbody"),k=p("span",{role:"status"}),S=p("p",{class:"mmv-small",
role:"status"}),M=p("div",{class:"mmv-chips",role:"group","aria-label":"Filters of the chosen samples",hidden:""}),z=pt("previous",()=>L(-1),{"aria-label":"Prev\
ious page of samples"}),N=pt("next",()=>L(1),{"aria-label":"Next page of samples"}),_=c<l?`${c} of ${l} samples are listed: a subset with the same share of ever\
y true and predicted class, and every recorded one; tables above count all ${l}. `:"",R=Array.from({length:c},(q,D)=>D).some(q=>a.open(q)<0);t.append(mt("Sample\
s"),M,p("div",{class:"mmv-inline"},w,A.node,k,z,N),p("div",{class:"mmv-scroll-x",tabindex:0,role:"region","aria-label":"Table of samples"},p("table",{class:"mmv\
-list mmv-samples","aria-label":"Samples"},p("thead",{},p("tr",{},...$.map(q=>q.node))),v)),S,it(`${_}${e.recorded_text?`With hidden states: ${e.recorded_text}.\
 `:""}Predictions and Shapley values are those of the epoch that training selected. `,he("Press the name of a sample to show it in all views."),...R?[` Names th\
at are not underlined were not recorded, and the page holds no model that computes them. ${Sr}`]:[]));function L(q){y=Math.max(0,Math.min(Math.ceil(m.length/Pr)-
1,y+q)),B()}function j(){let q=w.value.trim().toLowerCase(),D=Number(A.select.value);m=[];for(let O=0;O<c;O++)!u.inside[O]||(D===1?d[O]<0:D>1&&f[O]!==3-D)||(!q||
`${r[O]} ${o[O]} ${i[O]}`.toLowerCase().includes(q))&&m.push(O);let{column:H,down:C}=g;if(H<0)m=[...m.filter(O=>d[O]>=0),...m.filter(O=>d[O]<0)];else{let O=h[H].
key,F=C?-1:1;m.sort((T,W)=>{let[I,E]=[O(T),O(W)];return F*(I<E?-1:I>E?1:0)||T-W})}$.forEach(({mark:O,node:F},T)=>{O.textContent=T===H?C?" ▼":" ▲":"",T===H?F.
setAttribute("aria-sort",C?"descending":"ascending"):F.removeAttribute("aria-sort")}),y=0,B()}function B(){S.textContent="";let q=b?Math.max(1,m.length):Pr,D=b?
0:y*Pr;k.textContent=m.length?`${D+1} to ${Math.min(m.length,D+q)} of ${m.length}`:"none",z.disabled=y===0,N.disabled=D+q>=m.length,v.replaceChildren(...m.slice(
D,D+q).map(H=>{let C=a.open(H),O=h.map((F,T)=>{if(T>0)return p("td",{},Q(F.text(H)));let W=pt("",()=>C<0?void(S.textContent=a.closed(H)):s({sample:C}),{class:C<
0?"mmv-closed":"mmv-open",...C<0?{title:"not recorded"}:{}});return W.append(Q(r[H])),p("th",{scope:"row"},W)});return p("tr",{"data-listed":H,...C===x?{class:"\
mmv-best","aria-current":"true"}:{}},...O)}))}function P(){let q=u.filters();M.hidden=!q.length,M.replaceChildren(...q.map(D=>{let H=pt("",()=>u.remove(D),{class:"\
mmv-chip","aria-label":`Remove the filter ${D.text}`});return H.append(Q(D.text),p("span",{"aria-hidden":"true"}," ✕")),H}),...q.length>1?[pt("clear all filte\
rs",()=>u.set([]))]:[]),j()}return["mmv-print","mmv-printed"].forEach((q,D)=>t.addEventListener(q,()=>{b=D===0,B()})),u.listen(P),j(),({sample:q})=>{q!==x&&(x=q,
B())}}yt({name:"samples",place:"wide",order:40,section:"overview",needs:["listed_phi","listed_prediction","listed_correct","listed_recorded"],mount:Sp});var Ln=(t,e,n)=>Number.isFinite(t[n])?Math.min(e.sizes.time-1,Math.max(0,Math.ceil(t[n]*e.sizes.time-1e-4)-1)):-1;function qr(t,e,n){let s=-1;for(let a=0;a<t.length;a++){
let r=Ln(t,e,a),o=s<0?-1:Ln(t,e,s);r<0||(s<0||(r<=n?o>n||t[a]>=t[s]:o>n&&t[a]<t[s]))&&(s=a)}return s}function wn({steps:t},e,n){let s=e*n+1,a=Math.min(t,(e+1)*n);
return s===a?String(s):`${s} to ${a}`}var Pl=(t,e)=>t.compared.flatMap(n=>n.scans.flatMap((s,a)=>s.site===e.site?[{one:n,k:a,about:s}]:[]));function vn(t,e,n,s){
let[,,a,r]=t.shape(`scan_norm_${e}`),{scale:o}=t.scans[e],i=t.part(`scan_norm_${e}`,n,s),l=t.part(`scan_mean_${e}`,n,s),c=f=>!Number.isNaN(l[f]);return{rows:a,columns:r,
mean:l,valid:c,level:(f,d)=>c(d)?i[f*r+d]:-1,value:(f,d)=>c(d)?i[f*r+d]/255*o:NaN,clipped:(f,d)=>c(d)&&i[f*r+d]===255,half_life:t.part(`scan_half_life_${e}`,n,s),
sorted:t.part(`scan_quantile_${e}`,n,s),until:t.part(`scan_until_${e}`,n,s),channels:t.part(`scan_index_${e}`,s)}}function Fs(t,e,n,s){let a=t.scans[e].influence;
if(!a)return null;let[,,r,o]=t.shape(`scan_influence_${e}`),i=t.part(`scan_influence_${e}`,n,s),l=(d,u,h)=>i[(d*o+u)*r+h],c=(d,u,h)=>a.scale*(l(d,u,h)/255)**2,f=d=>Array.
from({length:o},(u,h)=>{let m=0,g=0,y=-1;for(let x=0;x<=d;x++){let b=c(d,h,x);m+=b,b>g&&([g,y]=[b,x])}return{sum:m,at:y}});return{blocks:r,sources:o,width:a.width,
level:l,value:c,sums:f}}var hs=(t,e)=>`${t} ${e}${t===1?"":"s"}`;function Np(t){let{modality:e,streams:n,steps:s,channels:a,states:r,replay_error:o}=t,i=`${hs(n.length,"stream")} × ${hs(
s,"step")} × ${hs(a,"channel")}${r?` × ${hs(r,"state")}`:""}`,l=o===null?"no replay error: mmkernels computed this scan, or the error was not recorded":`the c\
aptured tensors reproduce the output of this function to ${V(o,2)} of its largest value`;return["Function ",Q(t.function),e?", modality ":", no single modality",
Q(e),`; ${i}; ${l}.`,...t.alignment?[" Steps: ",Q(t.alignment),"."]:[]]}function ql(t,e){let n=p("canvas",{role:"img","aria-label":t}),s=p("div",{class:"mmv-at"}),
a=p("div",{class:"mmv-stroke"}),r=p("div",{class:"mmv-subtitle"}),o=p("div",{class:"mmv-plot mmv-map mmv-scan-map"},n,p("div",{class:"mmv-marks","aria-hidden":"\
true"},...e==="both"?[s,a]:[s])),i=p("span"),l=p("span");return{canvas:n,across:s,down:a,title:r,box:o,first:i,last:l,node:p("div",{class:"mmv-charted"},r,p("di\
v",{class:"mmv-scale","aria-hidden":"true"},i,l),o)}}function Ep(t,e,n,s){let a=e.scans,r=e.sizes.time,o=0,i=0,l=0,c=-1,f=null,d=()=>f&&H(f),u=Dt("Site",a.map(C=>`${C.
site}${C.modality&&` · ${C.modality}`}`),C=>{[o,i,l,c]=[C,0,0,-1],d()}),h=Dt("SSM stream",[],C=>{[i,l]=[C,0],d()}),m=p("input",{type:"range",min:0,step:1,"aria\
-label":"Row of the captured scan"}),g=p("input",{type:"range",min:0,step:1,"aria-label":"Step of the captured scan"});m.addEventListener("input",()=>{l=Number(
m.value),d()}),g.addEventListener("input",()=>R(Number(g.value)));let y=p("p",{class:"mmv-small"}),x=ql("Hidden-state magnitude","both"),b=ql("Influence map","t\
arget"),w=it(),A=Xt({label:"Half-lives of all channels in ascending order; the table has that of the selected channel",log:"log",series:[{f:0,name:"half-life"}]}),
$=Xt({label:"Hidden-state magnitude over the steps: mean over all channels, and the selected channel; the table has the numbers",series:[{f:0,name:"mean over al\
l channels"},{f:1,name:"selected channel"}],onPick:C=>R(Math.round(C*(_()-1)))}),v=p("p",{class:"mmv-small mmv-pointed"}),k=p("tbody"),S=p("table",{class:"mmv-l\
ist","aria-label":"Values of the captured scan at the cursor"},k),M=it(),z=[...e.has("influence")?[]:["operator map"],...e.has("path")?[]:["state trajectories"]],
N=z.length?[it(`No ${z.join(", no ")} over all modalities: these need captured scans of one shape in every modality, and a recorded influence map.`)]:[];t.append(
mt("Captured scans of the module"),p("div",{class:"mmv-controls mmv-scan-controls"},u.node,h.node,p("label",{class:"mmv-control mmv-grow"},p("span",{},"Row"),m),
p("label",{class:"mmv-control mmv-grow"},p("span",{},"Step"),g)),y,p("div",{class:"mmv-pair mmv-scan-charts"},p("div",{},x.node,$.node,Ns(["mean over all channe\
ls","selected channel"],$.turn)),p("div",{},b.node,w,A.node)),v,S,M,...N,...e.missing_scans?[it(Q(e.missing_scans))]:[],it("Rows: the channels whose ‖h‖₂ varies\
 most, longest half-life first. Influence: magnitude of the effect of a source step on the output of the scan, with its gates held fixed; it is of this scan alo\
ne, not of the whole module. Hatched: no data. ",he("Press on a map, or use the sliders, to move the cursor.")));let _=()=>e.shape(`scan_norm_${o}`)[3];function R(C){
c=Math.min(_()-1,Math.max(0,C));let O=f?Ln(vn(e,o,f.sample,i).until,e,c):-1;f&&O>=0&&O!==f.time?s({time:O}):d()}let L=(C,O)=>[Math.min(_()-1,Math.max(0,Math.floor(
C*_()))),Math.max(0,Math.min(e.shape(`scan_norm_${o}`)[2]-1,Math.floor(O*e.shape(`scan_norm_${o}`)[2])))];Jt(x.box,x.box,(C,O)=>{let[F,T]=L(C,O);l=T,R(F)}),Jt(b.
box,b.box,(C,O)=>{let F=f&&Fs(e,o,f.sample,i);F&&R(Math.floor((Math.min(a[o].steps,(Math.min(F.blocks-1,Math.max(0,Math.floor(O*F.blocks)))+1)*F.width)-1)/a[o].
pooled))});function j(C,O){if(!f)return"";let F=vn(e,o,f.sample,i),{pooled:T}=a[o];return`Channel ${F.channels[C]}, step ${wn(a[o],O,T)}: ‖h‖₂ ${T>1?"mean\
 ":""}${q(F,C,O)}, half-life ${V(F.half_life[C])} steps.`}let B=()=>f?j(l,c):"",P=C=>{let O=f?Ln(vn(e,o,f.sample,i).until,e,C):-1;return O<0?{}:{time:O}};Et(x.box,
{label:"Hidden-state magnitude of the captured scan, channels over steps",grid:()=>[_(),e.shape(`scan_norm_${o}`)[2]],start:()=>[Math.max(0,c),l],locate:({time:C})=>{
let O=f&&C!==void 0?qr(vn(e,o,f.sample,i).until,e,C):-1;return O<0?null:{x:[O/_(),(O+1)/_()]}},read(C,O){if(!f)return null;let F=vn(e,o,f.sample,i),{pooled:T}=a[o],
W=e.edited()&&e.replaced(`scan_norm_${o}`)?vn(e.recorded,o,f.sample,i).value(O,C):NaN,I=F.value(O,C);return{title:`${a[o].site}: channel ${F.channels[O]}`,at:P(
C),rows:[[`‖h‖₂${T>1?", mean":""}`,q(F,O,C)],["step",wn(a[o],C,T)],["half-life",V(F.half_life[O]),"steps"],...Number.isFinite(W)?[["recorded",V(W)],["diff\
erence",`${I>W?"+":""}${V(I-W)}`]]:[]]}}}),Et(b.box,{label:"Influence map of the captured scan, target steps down, source steps across",grid:()=>{let C=f&&Fs(e,
o,f.sample,i);return C?[C.sources*C.blocks,C.blocks]:[0,0]},read(C,O){let F=f&&Fs(e,o,f.sample,i);if(!F)return null;let T=Math.floor(C/F.blocks),W=C%F.blocks;return{
title:a[o].site,at:P(Math.floor((Math.min(a[o].steps,(O+1)*F.width)-1)/a[o].pooled)),rows:[["influence",W>O?"0 (later source)":V(F.value(O,T,W))],...a[o].streams.
length>1?[["source",a[o].streams[T]],["target",a[o].streams[i]]]:[],["source step",wn(a[o],W,F.width)],["target step",wn(a[o],O,F.width)]]}}});let q=(C,O,F)=>`${C.
clipped(O,F)?"≥ ":""}${V(C.value(O,F))}`,D=(C,O)=>p("tr",{},Ct(C),p("td",{},O));function H(C){f=C;let{sample:O,time:F}=C,T=a[o],{pooled:W}=T,I=vn(e,o,O,i),{rows:E,
columns:U,mean:G,until:K}=I,J=qr(K,e,F);(c<0||c>=U)&&(c=U-1),J>=0&&Ln(K,e,c)!==F&&(c=J),l=Math.min(l,E-1),u.select.value=String(o),h.node.hidden=T.streams.length<
2,(h.select.options.length!==T.streams.length||[...h.select.options].some((rt,lt)=>rt.text!==T.streams[lt]))&&h.select.replaceChildren(...T.streams.map((rt,lt)=>p(
"option",{value:lt},rt))),h.select.value=String(i),[[m,E,l],[g,U,c]].forEach(([rt,lt,$t])=>{rt.max=String(Number(lt)-1),rt.value=String($t)});let X=wn(T,c,W),at=Ln(
K,e,c),tt=at<0?"":`${e.duration_s[O]===null?"time ":""}${St(e,O,at)}`;m.setAttribute("aria-valuetext",`row ${l+1} of ${E}, channel ${I.channels[l]}`),g.setAttribute(
"aria-valuetext",`step ${X} of ${T.steps}${tt&&`, ${tt}`}`),y.replaceChildren(...Np(T)),y.title=T.description;let st=Pl(e,T),dt=Math.max(...st.map(rt=>rt.about.
scale)),wt=T.scale/dt;Zt(x.canvas,U,E,(rt,lt)=>{let $t=I.level(lt,rt);return $t<0?-1:Math.round($t*wt)}),x.canvas.setAttribute("aria-label",`Hidden-state magnit\
ude of ${E} channels over ${U} columns; the table has the value at the cursor`),x.title.textContent=`‖h‖₂: ${E<T.channels?`${E} of ${T.channels} channels`:
hs(E,"channel")} (down) over ${hs(T.steps,"step")} (across${W>1?`, means of ${W}`:""}); colours from 0 to ≥ ${V(dt)}`,x.first.textContent="row 1",x.last.textContent=
String(E),x.down.style.left=`${100*(c+1)/U}%`,x.across.style.top=`${100*l/E}%`,x.across.style.height=`${100/E}%`;let jt=st.flatMap(({one:rt,k:lt})=>rt.scans[lt].
streams.map(($t,_t)=>rt.part(`scan_mean_${lt}`,O,_t))),At=[0,Math.max(dt,Pt(jt,!0)[1])];$.draw({values:(rt,lt)=>rt?I.value(l,lt):G[lt],count:U,now:c,range:At,x:Os(
"step",U,"other",rt=>wn(T,rt,W)),y:{name:"‖h‖₂",text:V}}),$.say({title:"‖h‖₂ over the steps"});let{sorted:ut}=I,Nt=Pt(st.flatMap(({one:rt,k:lt})=>rt.
scans[lt].streams.map(($t,_t)=>rt.part(`scan_quantile_${lt}`,O,_t)))),Gt=I.half_life[l],$e=Array.from(ut).reduce((rt,lt,$t)=>Math.abs(Math.log(lt/Gt))<Math.abs(
Math.log(ut[rt]/Gt))?$t:rt,0);A.node.hidden=!ut.some(rt=>Number.isFinite(rt)&&rt>0),A.node.hidden||(A.draw({values:(rt,lt)=>ut[lt],count:ut.length,now:Number.isFinite(
Gt)?$e:-1,range:Nt,rule:!1,x:Os("rank, shortest first",ut.length,"other"),y:{name:"half-life",unit:"steps",text:V}}),A.say({title:`half-lives of all ${T.channels}\
 channels in ascending order, steps`}));let Y=Fs(e,o,O,i);b.node.hidden=!Y;let ot=Y&&e.edited()&&e.replaced(`scan_norm_${o}`)&&!e.replaced(`scan_influence_${o}`);
w.hidden=!!Y&&!ot,w.textContent=ot?"As recorded: the influence map does not show the edit.":Y?"":`No influence map: ${T.no_influence}.`;let xt=[];if(Y&&T.influence){
let rt=Math.max(...st.map(Kt=>Kt.about.influence?.scale??0)),lt=Math.sqrt(T.influence.scale/rt),$t=Math.min(Y.blocks-1,Math.floor(c*W/Y.width));Zt(b.canvas,Y.sources*
Y.blocks,Y.blocks,(Kt,le)=>{let de=Kt%Y.blocks;return de>le?-1:Math.round(lt*Y.level(le,Math.floor(Kt/Y.blocks),de))}),b.canvas.setAttribute("aria-label",`Influ\
ence map of ${Y.blocks} target blocks by ${Y.sources} times ${Y.blocks} source blocks; the table has the sums at the cursor`),b.title.textContent=`influence: ta\
rget steps (down), source steps (across${Y.sources>1?`: ${T.streams.join(", ")}`:""}), blocks of ${Y.width}; colours from 0 to ${V(rt)}, by square root`,b.first.
textContent="step 1",b.last.textContent=String(T.steps),b.across.style.top=`${100*$t/Y.blocks}%`,b.across.style.height=`${100/Y.blocks}%`;let _t=Y.sums($t),Ut=_t.
reduce((Kt,le)=>Kt+le.sum,0);xt=_t.map(({sum:Kt,at:le},de)=>D(Y.sources>1?`influence of ${T.streams[de]}`:"influence",Ut&&le>=0?`${Y.sources>1?`${nt(100*Kt/Ut,0)}\
 %, `:""}largest from step ${wn(T,le,Y.width)}`:"–"))}k.replaceChildren(D("step",`${X} of ${T.steps}${tt&&` (${tt})`}`),D("channel",`${I.channels[l]} (row ${l+
1} of ${E})`),D("half-life, steps",V(Gt)),D("‖h‖₂ of the channel",q(I,l,c)),D(`mean ‖h‖₂ of ${T.channels} channels`,V(G[c])),...xt),v.textContent=B(),
M.textContent=J>=0?"":"The steps of this scan do not map to the time axis, so that its cursor is its own.",M.hidden=J>=0}return H}yt({name:"captured scans",section:"\
explanation",place:"wide",order:5,needs:["scan_norm_0"],mount:Ep});function zp(t,e){let{names:n,shown:s}=e.seeds,a=e.sizes.time,r=e.modalities.length,o=e.has("attribution_agreement"),i=e.modalities.map((h,m)=>{let g=n.map((b,w)=>e.
part("seed_phi",w)[m]),y=g.reduce((b,w)=>b+w,0)/g.length,x=g.filter(b=>y!==0&&Math.sign(b)===Math.sign(y)).length;return[...g.map(b=>p("td",{},bt(b,3))),p("td",
{},bt(y,3)),p("td",{},y?`${x} of ${g.length}`:"–")]});if(t.append(mt("Agreement over seeds"),p("div",{class:"mmv-scroll-x"},p("table",{class:"mmv-list","aria-\
label":"Mean Shapley value of each modality for every seed"},p("thead",{},p("tr",{},p("td"),...[...n,"mean","same sign"].map(h=>p("th",{scope:"col"},Q(h))))),p(
"tbody",{},...e.modalities.map((h,m)=>p("tr",{},Ct(...Ot(e,m)),...i[m]))))),it("Mean Shapley value of ",Q(e.target_name),` over all samples, for each of ${n.length}\
 seeds; the other views show `,Q(s),". Differences between seeds are due to the training, not to the samples.")),!o)return t.append(it("The maps of the seeds ar\
e not compared: an end-to-end attribution was not recorded for all of them.")),()=>{};let l=e.modalities.map(h=>p("canvas",{role:"img","aria-label":`Share of se\
eds with the sign of the mean, ${h.name}, over ${a} steps`})),c=l.map(()=>p("div",{class:"mmv-at"})),f=p("p",{class:"mmv-small"}),d=l.map(()=>p("td",{class:"mmv\
-seed-count"}));t.append(p("div",{class:"mmv-subtitle"},"end-to-end attribution: share of seeds with the sign of the mean, colours from 0 to 1"),p("table",{class:"\
mmv-list","aria-label":"Sign agreement of the end-to-end attribution over seeds"},p("tbody",{},...e.modalities.map((h,m)=>p("tr",{},Ct(...Ot(e,m)),p("td",{class:"\
mmv-seed-map"},p("div",{class:"mmv-plot mmv-map"},l[m],c[m])),d[m])))),f);let u=Rt();return h=>{let{sample:m,time:g}=h,y=e.part("attribution_agreement",m),x=e.part(
"map_agreement",m)[0];u(h,"sample")&&l.forEach((b,w)=>Zt(b,a,1,A=>Number.isFinite(y[w*a+A])?Math.round(255*y[w*a+A]):-1));for(let b=0;b<r;b++){let w=y[b*a+g];c[b].
style.left=`${100*(g+.5)/a}%`,d[b].textContent=Number.isFinite(w)?`${Math.round(w*n.length)} of ${n.length}`:"–"}f.textContent=`At ${St(e,m,g)}: number of see\
ds with the sign of the mean. Mean rank correlation of the maps of two seeds: ${Number.isFinite(x)?nt(x,2):"not defined"}.`}}yt({name:"agreement over seeds",place:"\
columns",order:22,section:"training",needs:["seed_phi"],height:t=>190+52*t,mount:zp});function Tp(t,e,n,s){let a=e.sizes.epoch,r=e.sizes.time,o=e.modalities.length,i=e.modalities.map((x,b)=>b),l=i.map(x=>{let b=p("span"),{track:w,set:A,was:$}=Qe(
x);return{value:Mn(b),set:A,was:$,node:Se(Ct(...Ot(e,x)),w,b)}}),c=p("span"),f=p("span"),d=(x,b)=>p("tr",{class:"mmv-total"},Ct(x),p("td"),p("td",{class:"mmv-va\
lue"},b)),u=Xt({label:"Shapley value of each modality over the sequence; the table has the numbers at the cursor",series:i.map(x=>({m:x})),onPick:x=>s({time:Math.
round(x*(r-1))})}),h=Xt({label:"Shapley value of each modality over training; the table has the numbers at the epoch",series:i.map(x=>({m:x})),onPick:x=>s({epoch:Math.
round(x*(a-1))})});t.append(mt("Shapley value φ, ",Q(e.target_name)),...Dn(e),p("table",{"aria-label":"Exact Shapley value of each modality"},p("tbody",{},d("b\
aseline v(∅)",c),...l.map(x=>x.node),d("full model v(all)",f))),...e.imputation?[it("Shapley values; ",Q(e.imputation),".")]:[],...Xe(e),p("div",{class:"mmv-p\
air"},u.node,h.node));let m=Rt(),g=0,y=Pt([]);return x=>{let{sample:b,epoch:w,time:A,brush:$}=x;m(x,"sample")&&(y=Pt(_e(e,"phi",b),!0),g=ee(y));let v=e.part("ph\
i",w,b,A),k=e.part("phi",w,b),{recorded:S}=e,M=e.edited()?S.part("phi",w,b):null;l.forEach((_,R)=>{_.set(v[R],g),_.was(M?M[A*o+R]:NaN,g),_.value(bt(v[R],e.digits),
M?`, as recorded ${bt(M[A*o+R],e.digits)}`:"")});let z=e.task==="classification"?e.targets[b]:0;Mt(c,nt(e.part("baseline",w,b)[A],e.digits)),Mt(f,nt(e.part("pre\
diction",w,b,A)[z],e.digits));let N={name:"φ",text:_=>bt(_,e.digits)};u.draw({values:(_,R)=>k[R*o+_],count:r,now:A,range:y,brush:$,before:M&&((_,R)=>M[R*o+_]),
x:pn(e,x),y:N}),u.say({title:`over the sequence, ${dn(e,w).split(" of ")[0]}`}),h.draw({values:(_,R)=>S.part("phi",R,b,A)[_],count:a,now:w,range:y,x:Ke(e.epochs),
y:N}),h.say({title:`over training, ${M?"as recorded, ":""}at ${St(e,b,A)}`})}}yt({name:"shapley",place:"side",order:20,section:"sample",needs:["phi"],mount:Tp});var Cp=({curves:t,part:e},n)=>[...t.keys()].filter(s=>t[s].chart===n).map(s=>e("history").filter((a,r)=>r%t.length===s));function Ip(t,{history_epochs:e,epochs:n}){
let s=e.filter((f,d)=>Number.isFinite(t[d])),a=s.slice(1).map((f,d)=>f-s[d]),r=f=>a.filter(d=>d===f).length,o=a.reduce((f,d)=>r(d)>r(f)?d:f,1),i=r(o)>1?o:1,l=n.
length<e.length&&s.every(f=>n.includes(f)),c=f=>l?n.includes(f):(f-s[0])%i===0;return t.map((f,d)=>Number.isFinite(f)||c(e[d])?f:void 0)}function Fp(t,e,n,s){let{
curves:a,history_epochs:r}=e,o=a.length,i=e.part("history"),l=r[0],c=r[r.length-1]-l||1,f=u=>e.epochs.reduce((h,m,g)=>Math.abs(m-l-u*c)<Math.abs(e.epochs[h]-l-u*
c)?g:h,0),d=[...new Set(a.map(u=>u.chart))].map(u=>{let h=a.map((M,z)=>({...M,k:z})).filter(M=>M.chart===u),m=h.every(M=>M.modality<0),g=Xt({label:`${u} over tr\
aining: ${h.map(M=>M.name).join(", ")}`,onPick:M=>s({epoch:f(M)}),log:"linear",series:h.map((M,z)=>m?{f:z,name:M.name}:{m:M.modality,name:M.name})}),y=M=>(r[M]-
l)/c,x=h.map(({k:M})=>Ip(r.map((z,N)=>i[N*o+M]),e)),b=Pt(e.compared.filter(M=>M.has("history")).flatMap(M=>Cp(M,u)),!m),w=/loss/.test(u)&&e.task==="classificati\
on"?"nats":"";g.say({title:w?`${u}: cross-entropy in nats, and auxiliary losses`:u});let A=m&&h.length===1,$=h.map(()=>p("span")),v=p("div",{class:"mmv-small mm\
v-curve-values"},...h.map((M,z)=>p("span",{class:"mmv-key"},...A?[]:[gn(N=>g.turn(z,N),M.name,m?as(z):Lt(M.modality),p("span",{},Q(M.name)," "))],$[z])));return{
node:p("div",{},g.node,v),draw:M=>{let z=r.indexOf(M);g.draw({values:(N,_)=>x[N][_],count:r.length,now:z,range:b,place:y,x:{...Ke(r,y),text:N=>String(r[N])},y:{
name:u,unit:w,text:N=>V(N)}}),$.forEach((N,_)=>N.textContent=z<0||x[_][z]===void 0?"":V(x[_][z]))}}});return t.append(mt("Training"),p("div",{class:"mmv-pair"},
...d.map(u=>u.node))),({epoch:u})=>d.forEach(h=>h.draw(e.epochs[u]))}yt({name:"training",section:"training",place:"wide",order:30,needs:["history"],mount:Fp});var Ye=400,Je=250,Dl=18,Wl=[44,24],jp=[22,22];function Lp(t,[e,n],[s,a],[r,o]){for(let i of[.5,.35,.65,.25,.75]){let l=[(1-i)**2*e+2*i*(1-i)*s+i*i*r,(1-i)**2*n+
2*i*(1-i)*a+i*i*o];if(t.every(([c,f,d])=>[c,f].some((u,h)=>Math.abs(u-l[h])>(d[h]+Wl[h])/2)))return l}return null}function Rp(t,e){let n=e.sizes.time,s=e.modalities.
length,a=e.modalities.map(($,v)=>ct("path",{class:"mmv-share mmv-past","data-m":v%8})),r=e.modalities.map(($,v)=>ct("path",{class:"mmv-share","data-m":v%8,"stro\
ke-dasharray":Ze[v%8]})),o=e.modalities.flatMap(($,v)=>e.modalities.map((k,S)=>v===S?null:ct("path",{class:"mmv-arrow","data-m":S%8}))),i=e.modalities.map(($,v)=>Lt(
v)),l=o.map($=>$&&p("span",{class:"mmv-weight"})),c=ct("svg",{viewBox:`0 0 ${Ye} ${Je}`,role:"img"},...a,...r,...o.flatMap($=>$??[])),f=p("div",{class:"mmv-plot\
 mmv-plane"},c,p("div",{class:"mmv-marks","aria-hidden":"true"},...l.flatMap($=>$??[]),...i)),d=p("span"),u=p("div",{class:"mmv-scale mmv-ticks-y","aria-hidden":"\
true"}),h=ve(),m=p("span"),g=e.modalities.map(()=>!1);t.append(mt("State trajectories"),p("div",{class:"mmv-charted"},p("div",{class:"mmv-subtitle","aria-hidden":"\
true"},m),u,f,h.node),p("div",{class:"mmv-inline"},...e.modalities.map(($,v)=>gn(k=>{g[v]=!k,[a[v],r[v]].forEach(S=>S.classList.toggle("mmv-off",!k)),i[v].style.
visibility=k?"":"hidden"},$.name,...Ot(e,v)))),it(d));let y=null,x=[];Et(f,{label:"State trajectories in the plane of the first two principal components",grid:()=>[
n,s],start:()=>[y?.time??0,0],cellAt($,v){let k=x.reduce((S,M)=>S<0||Math.hypot(w[M]-$*Ye,A[M]-v*Je)<Math.hypot(w[S]-$*Ye,A[S]-v*Je)?M:S,-1);return k<0?[0,-1]:[
k%n,Math.floor(k/n)]},locate:()=>null,read($,v){if(!y||g[v]||!Number.isFinite(w[v*n+$]))return null;let{sample:k,layer:S}=y,M=e.part("path",k,S),z=e.edited()&&e.
replaced("path")?e.recorded.part("path",k,S):null,N=2*(v*n+$),_=[["PC 1",V(M[N])],["PC 2",V(M[N+1])],["at",St(e,k,$)]];return z&&_.push(...[0,1].map(R=>[`PC ${R+
1}, difference`,`${M[N+R]>z[N+R]?"+":""}${V(M[N+R]-z[N+R])}`])),{title:"state",modality:v,at:{modality:v,time:$},rows:_,place:[w[v*n+$]/Ye,A[v*n+$]/Je]}}});let b=Rt(),
w=[],A=[];return $=>{let{sample:v,layer:k,time:S}=$,[M,z]=ye(e,$);y=$;let N=e.part("path",v,k),_=e.part("path_share",v,k),R=e.part("path_coupling",v,k),L=(P,q,D)=>{
let H=P*n+q;return Fn(D-q+1,C=>w[H+C],C=>A[H+C])};if(b($,"sample","layer","layer_of_a")){let P=[1/0,1/0],q=[-1/0,-1/0],D=e.compared.filter(C=>C.has("path"));for(let C of D)
C.part("path",v,tn(C,e,$)).forEach((O,F)=>Number.isFinite(O)&&([P[F%2],q[F%2]]=[Math.min(P[F%2],O),Math.max(q[F%2],O)]));let H=Math.min((Ye-2*Dl)/(q[0]-P[0]||1),
(Je-2*Dl)/(q[1]-P[1]||1));w=Array.from({length:s*n},(C,O)=>Ye/2+(N[2*O]-(P[0]+q[0])/2)*H),A=Array.from({length:s*n},(C,O)=>Je/2-(N[2*O+1]-(P[1]+q[1])/2)*H),x=Array.
from({length:s*n},(C,O)=>O).filter(C=>Number.isFinite(w[C]+A[C])),[[Ye,6],[Je,4]].forEach(([C,O],F)=>{let T=(P[F]+q[F])/2,W=x.length?nn([T-C/2/H,T+C/2/H],O):[],
I=Ge(W),E=W.map((G,K)=>({at:F?.5-(G-T)*H/Je:.5+(G-T)*H/Ye,text:I[K]})),U=x.length?`${F?"up: ":""}PC ${F+1} (${nt(100*_[F],0)} % of the variance${D.length>1?"; r\
ange of both runs":""})`:"";F?(Vt(u,E,"top"),m.textContent=U):h.draw(E,U)}),a.forEach((C,O)=>C.setAttribute("d",L(O,0,n-1))),d.textContent=Number.isFinite(_[0])?
`First two principal components of the states of all SSM streams: ${nt(100*_[0],0)} % and ${nt(100*_[1],0)} % of the variance, always at epoch ${e.best_epoch??"\
–"}.${D.length>1?" Both runs have one range, and each its own components.":""} Arrows: coupling weight W from the previous step of the source, with numbers wh\
ere there is room.`:"The states of this layer are not finite and have no principal components."}r.forEach((P,q)=>P.setAttribute("d",L(q,M,Math.max(M,Math.min(z,
S)))));let j=[],B=e.modalities.map((P,q)=>[w[q*n+S],A[q*n+S],jp]).filter(([P])=>Number.isFinite(P));i.forEach((P,q)=>{let D=q*n+S;P.hidden=!Number.isFinite(w[D]),
P.style.left=`${100*w[D]/Ye}%`,P.style.top=`${100*A[D]/Je}%`;for(let H=0;H<s;H++){let C=o[q*s+H],O=l[q*s+H],F=R[q*s+H],T=H*n+Math.max(0,S-1);if(!C||!O)continue;
let W=Number.isFinite(w[D]+w[T])&&Math.abs(F)>.005&&S>0,I=w[D]-w[T],E=A[D]-A[T],U=(w[D]+w[T])/2-E*.18,G=(A[D]+A[T])/2+I*.18;C.setAttribute("d",W?`M${w[T].toFixed(
1)} ${A[T].toFixed(1)}Q${U.toFixed(1)} ${G.toFixed(1)} ${w[D].toFixed(1)} ${A[D].toFixed(1)}`:""),C.style.strokeWidth=`${Math.min(8,.6+9*Math.abs(F))}px`;let K=W?
Lp(B,[w[T],A[T]],[U,G],[w[D],A[D]]):null;O.hidden=!K,K&&(B.push([...K,Wl]),O.textContent=nt(F,2),O.style.left=`${100*K[0]/Ye}%`,O.style.top=`${100*K[1]/Je}%`),W&&
j.push(`W[${e.modalities[q].name}, ${e.modalities[H].name}] = ${nt(F,2)}`)}}),c.setAttribute("aria-label",`States of ${s} SSM streams in one plane, at ${St(e,v,
S)}; ${j.join(", ")}`)}}yt({name:"trajectory",section:"explanation",place:"columns",order:10,needs:["path","path_coupling"],height:()=>400,mount:Rp});var Dr=400,js=90,Ul=80,Gl=t=>t.compared.filter(e=>e.has("plan")),Bp=(t,e)=>Math.max(...Gl(t).flatMap(n=>n.transport_scale[e]));function Hl(t,e,n){let s=t.part("\
plan",e,n),a=t.sizes.time,[,,,r]=t.shape("plan");return Array.from({length:a},(o,i)=>{let l=s.subarray(i*r,(i+1)*r),c=Math.max(...l);return c&&l.some(f=>f<c)?l.
indexOf(c)-i:NaN})}function Pp(t,e,n){let s=t.sizes.time,[,,,a]=t.shape("plan"),{source:r,anchor:o}=t.pairs[e],i=`${r} to ${o}`,l=null,c=()=>a===s?l:null,f=S=>S>=
gt(s,l).from&&S<=gt(s,l).to,d=["Plan","Cost"].map(S=>{let M=p("canvas",{role:"img","aria-label":`${S} from ${i}: ${s} by ${a} steps`}),z=p("div",{class:"mmv-at"}),
N=p("div",{class:"mmv-plot mmv-map mmv-square"},M,z),_=p("span"),R=p("div",{class:"mmv-scale mmv-ticks-y","aria-hidden":"true"}),L=ve();Jt(N,N,(B,P)=>n({time:Bt(
gt(s,l).share(P),s)})),ke(N,N,s,()=>l,n);let j=S==="Plan"?"plan":"cost";return Et(N,{label:`${S} from ${i}: steps of ${r} down, steps of ${o} across`,grid:()=>[
a,s],start:()=>[0,l?.time??0],cellAt:(B,P)=>[Bt(gt(a,c()).share(B),a),Bt(gt(s,l).share(P),s)],placeOf:(B,P)=>[gt(a,c()).across((B+.5)/a),gt(s,l).across((P+.5)/s)],
locate:({time:B})=>B===void 0||B>=s||!f(B)?null:{y:[gt(s,l).across(B/s),gt(s,l).across((B+1)/s)]},read(B,P){if(!l)return null;let q=t.part(j,l.sample,e)[P*a+B],
D=q/255*t.transport_scale[j][e],H=t.edited()&&t.replaced(j)?t.recorded.part(j,l.sample,e)[P*a+B]/255*t.transport_scale[j][e]:NaN;return{title:i,at:{time:P},rows:[
[S.toLowerCase(),`${t.replaced(j)&&q===255?"≥ ":""}${V(D)}`],[`${r}, at`,St(t,l.sample,P)],[`${o}, at`,a===s?St(t,l.sample,B):`step ${B+1} of ${a}`],...Number.
isFinite(H)?[["recorded",V(H)],["difference",`${D>H?"+":""}${V(D-H)}`]]:[]]}}}),{canvas:M,line:z,most:_,left:R,below:L,node:p("div",{class:"mmv-charted"},p("div",
{class:"mmv-subtitle"},`${S.toLowerCase()}, colours from 0 to `,_),R,N,L.node)}}),u=ct("g"),h=ct("path",{class:"mmv-here"}),m=ct("svg",{viewBox:`0 0 ${Dr} ${js}`,
preserveAspectRatio:"none",role:"img","aria-label":`Ribbons from the steps of ${r} (top) to the steps of ${o} (bottom)`},u,h),g=Xt({label:`Lag of the largest ma\
ss of ${i} over the sequence, in steps`,series:[{f:0}],onPick:S=>n({time:Math.round(S*(s-1))})}),y=Xt({label:`Transport distance of ${i} over training`,series:[
{f:0}],log:"linear",onPick:S=>n({epoch:Math.round(S*(t.sizes.epoch-1))})}),x=p("p",{class:"mmv-small"}),b=p("div",{class:"mmv-transport"},p("div",{class:"mmv-na\
me"},Q(r)," → ",Q(o)),p("div",{class:"mmv-pair"},...d.map(S=>S.node),p("div",{},p("div",{class:"mmv-subtitle"},"ribbons: ",Q(r)," above, ",Q(o)," below"),p("d\
iv",{class:"mmv-plot mmv-river"},m),g.node,y.node)),x),w=Rt(),A=[],$=Pt([]),v=Pt([]);function k(S){let{sample:M,epoch:z,time:N}=S,[_,R]=ye(t,S),L=t.part("plan",
M,e),j=gt(s,S);if(l=S,w(S,"sample","zoom")){let F=gt(a,c()),T=re(t,S,4);d.forEach(({canvas:W,most:I,left:E,below:U},G)=>{let K=G?"cost":"plan",J=t.part(K,M,e),X=Bp(
t,K),at=t.transport_scale[K][e]/X;Zt(W,F.to+1-F.from,j.to+1-j.from,(tt,st)=>Math.round(at*J[(st+j.from)*a+tt+F.from])),Vt(E,T.map(({at:tt,text:st})=>({at:j.across(
tt),text:st})),"top"),U.draw(a===s?T.map(({at:tt,text:st})=>({at:j.across(tt),text:st})):[{at:0,text:"1"},{at:1,text:String(a)}],`${o}${a===s?`, ${pe(t,S)}`:", \
step"}`),I.textContent=`${t.replaced(K)?"≥ ":""}${V(X)}`}),A=Hl(t,M,e),$=Pt(Gl(t).flatMap(W=>W.pairs.map((I,E)=>Hl(W,M,E))),!0),v=Pt(_e(t,"distance",M),!0)}if(w(
S,"sample","brush")){let F=[];for(let I=_;I<=R;I++)for(let E=0;E<a;E++)L[I*a+E]&&F.push([L[I*a+E],I,E]);F.sort((I,E)=>E[0]-I[0]);let T=F.length?F[0][0]:1,W=(I,E)=>(I+
.5)/E*Dr;u.replaceChildren(...F.slice(0,Ul).map(([I,E,U])=>{let G=ct("path",{class:"mmv-ribbon",d:`M${W(E,s).toFixed(1)} 0C${W(E,s).toFixed(1)} ${js/2} ${W(U,a).
toFixed(1)} ${js/2} ${W(U,a).toFixed(1)} ${js}`});return G.style.strokeWidth=`${(.5+4*(I/T)).toFixed(1)}px`,G}))}h.setAttribute("d",`M${(N+.5)/s*Dr} 0V${js}`),d.
forEach(({line:F})=>{F.hidden=!f(N),F.style.top=`${100*j.across(N/s)}%`,F.style.height=`${100/s/j.length}%`}),g.draw({values:(F,T)=>A[T],count:s,now:N,range:$,brush:S.
brush,x:pn(t,S),y:{name:"lag",unit:"steps",text:F=>bt(F,0)}}),g.say({title:"lag of the largest mass, steps"});let B=t.epochs.map((F,T)=>t.recorded.part("distanc\
e",T,M)[e]),P=t.part("distance",z,M)[e];y.draw({values:(F,T)=>B[T],count:B.length,now:z,range:v,x:Ke(t.epochs),y:{name:"distance",text:F=>nt(F,3)}}),y.say({title:`\
distance over training${t.edited()?", as recorded":""}`});let q=t.edited()!==null&&!t.replaced("estimated_lag"),D=!t.has("estimated_lag")||t.lacks("estimated_la\
g",M)&&!t.replaced("estimated_lag"),H=D?NaN:t.part("estimated_lag",M)[e],C=Number.isFinite(A[N])?`lag of the largest mass ${bt(A[N],0)} steps`:"no anchor step r\
eceives more mass than the others",O=D?"the page does not compute the estimated lag of the sequence":q?`estimated lag of the sequence as recorded ${Number.isFinite(
H)?`${bt(H,0)} steps`:"none"}, the page does not compute it for an edit`:Number.isFinite(H)?`estimated lag of the sequence ${bt(H,0)} steps`:"no estimated lag: \
none stands out from permuted controls";x.textContent=`${r} to ${o}, ${St(t,M,N)}: ${C}; ${O}; distance ${nt(P,3)} at ${dn(t,z)}.`}return{node:b,draw:k}}function qp(t,e,n,s){
let a=e.pairs.map((r,o)=>Pp(e,o,s));return t.append(mt("Transport"),...a.map(r=>r.node),it(`Plan and cost are those of the epoch that training selected; one col\
our scale for all plans, one for all costs. Down: steps of the modality, across: steps of its anchor. Ribbons: the ${Ul} largest entries in the time range. Lag:\
 step of the anchor minus step of the modality; positive: it matches a later step of the anchor. The estimated lag is the one at which the costs are lowest besi\
de the means of their rows and columns.`)),r=>a.forEach(o=>o.draw(r))}yt({name:"transport",section:"explanation",place:"wide",order:20,needs:["plan","cost","dis\
tance"],mount:qp});var zt=t=>t.reduce((e,n)=>e*n,1);function It(t){let e=new Array(t.length);for(let n=t.length-1,s=1;n>=0;n--)e[n]=s,s*=t[n];return e}function xe(t,e){let n=It(t),
s=e.length-t.length;return e.map((a,r)=>r<s||t[r-s]===1?0:n[r-s])}var ps=(t,e)=>t<0?t+e:t;function Ve(t,e,n,s){let a=t.length-1,r=a<0?1:t[a],o=r?zt(t)/r:0,i=e.length,
l=new Int32Array(Math.max(1,t.length)),c=new Int32Array(i);return()=>{l.fill(0);for(let f=0;f<i;f++)c[f]=n[f];for(let f=0;f<o;f++){s(f*r,c);for(let d=a-1;d>=0;d--){
for(let u=0;u<i;u++)c[u]+=e[u][d];if(++l[d]<t[d])break;for(let u=0;u<i;u++)c[u]-=e[u][d]*t[d];l[d]=0}}}}function Kl(t,e,n,s,a=t.shape){let r=a.length-1,o=r<0?1:
a[r],i=r<0?0:n[r];return Ve(a,[n],[s],(l,c)=>{let f=t.data,d=e.data,u=c[0];if(i===1)for(let h=0;h<o;h++)f[l+h]=d[u+h];else for(let h=0;h<o;h++)f[l+h]=d[u+h*i]})}
function Yl(t,e,n,s,a=e.shape){let r=a.length-1,o=r<0?1:a[r],i=r<0?1:n[r];return Ve(a,[n],[s],(l,c)=>{let f=t.data,d=e.data,u=c[0];for(let h=0;h<o;h++)f[u+h*i]=
d[l+h]})}var Qt=class extends Error{},xn=t=>typeof t=="object"&&t!==null&&!Array.isArray(t);function et(t,e){throw new Qt(`model in the page: node ${t.index} (${t.op}) ${e}\
; save the page again`)}function ft(t,e){let n=t.args[e];return xn(n)?n:et(t,`has no array ${e}`)}var oe=(t,e)=>t.args[e]==null?null:ft(t,e);function Rn(t,e){let n=t.
args[e];return Array.isArray(n)||et(t,`has no list ${e}`),n.map(s=>xn(s)?s:et(t,`has a list ${e} with something that is no array`))}function vt(t,e,n){let s=t.args[e];
return s==null&&n!==void 0?n:typeof s=="number"||typeof s=="boolean"?Number(s):et(t,`has no number ${e}`)}function Le(t,e,n){let s=t.args[e];return s==null&&n!==
void 0?n:(Array.isArray(s)?s:[s]).map(r=>typeof r=="number"?r:et(t,`has a list ${e} with something that is no number`))}function on(t,e){let n=t.args[e];return typeof n!=
"number"&&typeof n!="boolean"?ft(t,e):{shape:[],size:1,type:"d",data:Float64Array.of(Number(n)),source:null,shift:0,constant:!0,kept:!0,first:0,last:0,offset:-1}}
function ae(t,e,n,s){let a=vt(t,e,s),r=a<0?a+n:a;return Number.isInteger(r)&&r>=0&&r<Math.max(1,n)?r:et(t,`has axis ${a} of ${n}`)}function ln(t,e){let n=t.out.
shape;for(let{shape:s}of e){let a=n.length-s.length;(a<0||s.some((r,o)=>r!==1&&r!==n[o+a]))&&et(t,`cannot combine the shape ${s.join(" x ")} into ${n.join(" x ")}`)}}
function Wt(t,e,n,s){(e.shape.length!==n.length||e.shape.some((a,r)=>a!==n[r]))&&et(t,`has ${s} of shape ${e.shape.join(" x ")}, expected ${n.join(" x ")}`)}function Ht(t,e,n){
(e.size!==n.size||e.size!==zt(e.shape))&&et(t,`has ${e.size} values in and ${n.size} out`)}var Dp=8,Wp={f:4,b:1,i:8,d:8};function Hp(t,e){let n=[],s=e.map(()=>[]);if(t.forEach((a,r)=>{if(a===1)return;let o=n.length-1;o>=0&&e.every((i,l)=>s[l][o]===i[r]*
a)?(n[o]*=a,e.forEach((i,l)=>{s[l][o]=i[r]})):(n.push(a),e.forEach((i,l)=>s[l].push(i[r])))}),n.length===0){n.push(1);for(let a of s)a.push(0)}return{sizes:n,strides:s}}
function Ca(t,e,n){if(!t.simd)return null;let{sizes:s,strides:a}=Hp(e,n),r=[s.length,...s,...a.flat()];if(s.length>Dp)return null;let o=t.scratch([r.length],"f",
!0);return{table:o,once:()=>new Int32Array(o.data.buffer,o.data.byteOffset,r.length).set(r)}}function Wr(t,e){if(e.type==="f")return{tensor:e,once:()=>{}};if(e.
type!=="d"||e.size!==1||e.shape.length>0)return null;let n=t.scratch([1],"f",!0),s=e.data[0];return{tensor:n,once:()=>{n.data[0]=s}}}var Hr=t=>({once:()=>{for(let e of t)
e.once?.()},run:()=>{for(let e of t)e.run?.()}});function Jl(t,e,n,s,a,r,o,i){let l=e.type===n.type&&e.size>0&&n.size>0?Ca(t,s,[a,r]):null,c=Wp[e.type];return l&&
{once:l.once,run:()=>t.kernels.copy(n.data.byteOffset+o*c,e.data.byteOffset+i*c,l.table.data.byteOffset,c)}}var $n=(t,e,n,s,a,r=e.shape)=>Jl(t,e,n,r,s,It(r),a,0)??
{run:Kl(e,n,s,a,r)},Ia=(t,e,n,s,a,r=n.shape)=>Jl(t,e,n,r,It(r),s,0,a)??{run:Yl(e,n,s,a,r)};var Xl=new Int32Array(1),Up=new Float32Array(Xl.buffer);function Gr(t){if(!(t>=-126))return Number.isNaN(t)?NaN:0;let e=Math.round(t),n=t-e;return Xl[0]=e+127<<
23,Up[0]*(1+n*(.6931471805599453+n*(.2402265069591007+n*(.05550410866482158+n*(.009618129107628477+n*(.0013333558146428443+n*.0001540353039338161))))))}function Gp(t,e,n){
let s=[...new Set([0,...t.map(a=>a.step)])].filter(a=>a<n).sort((a,r)=>a-r);return s.map((a,r)=>{let o=t.filter(c=>c.step<=a),i=new Uint8Array(e);for(let c of o)
c.kind!=="cut"&&(i[c.modality]=c.kind==="zero"?1:2);let l=new Map(t.filter(c=>c.kind==="hold").map(c=>[c.modality,c.step]));return{from:a,to:s[r+1]??n,cuts:o.filter(
c=>c.kind==="cut"),kinds:i,held:l}})}function Kp({x:t,dt:e,A:n,B:s,C:a,D:r,W:o,mask:i,y:l,h:c,g:f},d,{M:u,R:h,T:m,E:g,N:y,perRow:x},b){let w=g*y,A=Gp(b,u,m),$=new Float64Array(
u*u);for(let v=0;v<h;v++){c.fill(0);for(let{from:k,to:S,cuts:M,kinds:z,held:N}of A){$.set(x?o.subarray(v*u*u,(v+1)*u*u):o);for(let _ of M)$[_.modality*u+(_.source??
0)]=0;for(let _=k;_<S;_++){for(let R=0;R<u;R++){if(!i[(R*h+v)*m+_])continue;let L=R*w;for(let j=0;j<w;j++)f[L+j]=$[R*u]*c[j];for(let j=1;j<u;j++){let B=$[R*u+j];
if(B!==0)for(let P=0,q=j*w;P<w;P++)f[L+P]+=B*c[q+P]}}for(let R=0;R<u;R++){let L=(R*h+v)*m+_,j=i[L],B=L*g,P=L*y,q=d!==null&&v===h-1,D=z[R]===2&&_>(N.get(R)??0),H=z[R]===
1;if(!j&&!q&&!H){l.fill(0,B,B+g);continue}for(let C=0;C<g;C++){let O=e[B+C],F=t[B+C],T=O*F,W=R*w+C*y,I=0,E=0;for(let U=0;U<y;U++){let G=W+U,K=c[G];j&&!D&&(K=Gr(
O*n[G])*f[G]+T*s[P+U]),H&&(K=0),c[G]=K,j&&(I+=K*a[P+U]),E+=K*K}l[B+C]=j?I+r[R*g+C]*F:0,q&&d&&(d[(R*m+_)*g+C]=Math.sqrt(E))}}}}}}var Vl=4,Ur=64,Yp={zero:0,hold:1,
cut:2};function Kr(t,e,n,s,a){let r=e.shape[2]===1&&a>1,{probe:o}=t,i=o?1:Math.LOG2E,l=r||!o?t.scratch([n,s,a],"f",e.constant):e;return{rates:l,arrange:()=>{if(l!==
e)for(let f=0;f<l.size;f++)l.data[f]=e.data[r?Math.floor(f/a):f]*i}}}function Jp(t,e){let[n,s,a,r,o]=["x","dt","A","B","C"].map(L=>ft(t,L)),i=oe(t,"D"),l=oe(t,"\
W"),c=oe(t,"mask"),f=t.parts[0];(n.shape.length!==4||a.shape.length!==3||r.shape.length!==4||f===null)&&et(t,"has arrays of other ranks"),t.args.h0!=null&&et(t,
"has an initial state, which is not available");let[d,u,h,m]=n.shape,g=r.shape[3],y=a.shape[2]===1&&g>1,{probe:x}=e;Wt(t,s,n.shape,"dt"),Wt(t,a,[d,m,y?1:g],"A");
for(let L of[r,o])Wt(t,L,[d,u,h,g],"B or C");i&&Wt(t,i,[d,m],"D"),c&&Wt(t,c,[d,u,h],"mask"),l&&l.size!==d*d&&l.size!==u*d*d&&et(t,`has W of shape ${l.shape.join(
" x ")}`),Ht(t,n,f);let b=e.watched(t.index)?e.scratch([d,h,m],"f",!0):null,w=vt(t,"weight",1/d);b&&e.watch(t.index,b);let{rates:A,arrange:$}=Kr(e,a,d,m,g),v=l??
e.scratch([d,d],"f",!0),k=v.size>d*d,S=()=>{a.constant&&$(),l||v.data.fill(w)},M=()=>({edits:b?e.live.interventions:[],wanted:b&&e.live.states?b:null});if(x){let L=e.
scratch([x.scan_scratch(d,g)],"f"),j=e.scratch([Ur*Vl],"f"),B=P=>P?.data.byteOffset??0;return{once:S,run:()=>{let{edits:P,wanted:q}=M();a.constant||$(),P.length>
Ur&&et(t,`has ${P.length} interventions, more than ${Ur}`),P.length&&new Int32Array(j.data.buffer,B(j),P.length*Vl).set(P.flatMap(({modality:D,kind:H,source:C=0,
step:O})=>[D,Yp[H],C,O])),e.kernels.scan(B(n),B(s),B(A),B(r),B(o),B(i),B(v),k?d*d:0,B(c),0,B(f),0,B(q),u-1,B(L),P.length?B(j):0,P.length,d,u,h,m,g)}}}let z=e.scratch(
[d,g,m],"f"),N=e.scratch([d,g,m],"f"),_=c??e.scratch([d,u,h],"b"),R=i??e.scratch([d,m],"f");return{once:S,run:()=>{let{edits:L,wanted:j}=M();a.constant||$(),c||
_.data.fill(1),i||R.data.fill(0),Kp({x:n.data,dt:s.data,A:A.data,B:r.data,C:o.data,D:R.data,W:v.data,mask:_.data,y:f.data,h:z.data,g:N.data},j?j.data:null,{M:d,
R:u,T:h,E:m,N:g,perRow:k},L)}}}function Vp(t,e){let n=ft(t,"x"),s=ft(t,"weight"),a=oe(t,"bias"),r=!!t.args.activated,{out:o}=t;n.shape.length!==4&&et(t,"has an \
input of another rank");let[i,l,c,f]=n.shape,d=s.shape[2],u=l*c*f;Ht(t,n,o),Wt(t,s,[i,f,d],"weight"),a&&Wt(t,a,[i,f],"bias");let h=e.scratch([i,d,f],"f",!0),m=e.
scratch([i,f],"f",!0),g=s.constant&&(a?.constant??!0),{simd:y}=e,x=()=>{for(let $=0;$<i;$++)for(let v=0;v<f;v++)for(let k=0;k<d;k++)h.data[($*d+k)*f+v]=s.data[($*
f+v)*d+k];a?m.data.set(a.data):m.data.fill(0)},A=y?()=>{for(let $=0;$<i;$++)e.kernels.conv(n.data.byteOffset+$*u*4,h.data.byteOffset+$*d*f*4,m.data.byteOffset+$*
f*4,o.data.byteOffset+$*u*4,l,c,f,d,r?1:0)}:()=>{let $=o.data,v=n.data,k=h.data;for(let S=0;S<i;S++)for(let M=0;M<l;M++)for(let z=0;z<c;z++){let N=((S*l+M)*c+z)*
f;for(let _=0;_<f;_++){let R=m.data[S*f+_];for(let L=0;L<d&&L<=z;L++)R+=v[N-L*f+_]*k[(S*d+d-1-L)*f+_];$[N+_]=r?R/(1+Math.exp(-R)):R}}};return g?{once:x,run:A}:{
run:()=>{x(),A()}}}function Xp(t,e){let n=ft(t,"x"),s=ft(t,"z"),{out:a}=t,r=a.size;return Ht(t,n,a),Ht(t,s,a),e.simd?{run:()=>e.kernels.silu_gate(n.data.byteOffset,
s.data.byteOffset,a.data.byteOffset,r)}:{run:()=>{for(let o=0;o<r;o++)a.data[o]=n.data[o]*s.data[o]/(1+Math.exp(-s.data[o]))}}}var Zl={"mmkernels.coupled_scan":Jp,
"mmkernels.causal_conv":Vp,"mmkernels.silu_gate":Xp};function Zp(t,e){let[n,s,a,r,o]=["dy","dt","A","B","C"].map(N=>ft(t,N)),i=oe(t,"D"),l=oe(t,"W"),c=oe(t,"mask"),f=t.parts[0];(n.shape.length!==4||a.shape.length!==
3||r.shape.length!==4||f===null||t.parts.slice(1).some(Boolean))&&et(t,"has arrays of other ranks, or gradients with respect to weights"),(t.args.h0!=null||t.args.
dh_last!=null)&&et(t,"has an initial state or a gradient of the last one, which is not available");let[d,u,h,m]=n.shape,g=r.shape[3],{probe:y}=e,x=vt(t,"weight",
1/d);Wt(t,s,n.shape,"dt"),Wt(t,a,[d,m,a.shape[2]===1?1:g],"A");for(let N of[r,o])Wt(t,N,[d,u,h,g],"B or C");i&&Wt(t,i,[d,m],"D"),c&&Wt(t,c,[d,u,h],"mask"),l&&l.
size!==d*d&&l.size!==u*d*d&&et(t,`has W of shape ${l.shape.join(" x ")}`),Ht(t,n,f);let{rates:b,arrange:w}=Kr(e,a,d,m,g),A=l??e.scratch([d,d],"f",!0),$=A.size>d*
d?d*d:0,v=()=>{a.constant&&w(),l||A.data.fill(x)},k=N=>N?.data.byteOffset??0;if(y){let N=e.scratch([y.scan_backward_scratch(d,g)],"f");return{once:v,run:()=>{a.
constant||w(),e.kernels.scan_backward(k(n),k(s),k(b),k(r),k(o),k(i),k(A),$,k(c),k(f),k(N),d,u,h,m,g)}}}let S=new Float64Array(d*g),M=new Float64Array(d*g),z=(N,_)=>{
S.fill(0);for(let R=h-1;R>=0;R--){for(let L=0;L<d;L++){let j=(L*u+N)*h+R,B=j*m+_;if(f.data[B]=0,c&&!c.data[j])continue;let P=n.data[B],q=s.data[B],D=0;for(let H=0;H<
g;H++){let C=S[L*g+H]+P*o.data[j*g+H];D+=C*r.data[j*g+H],M[L*g+H]=Gr(q*b.data[(L*m+_)*g+H])*C}f.data[B]=q*D+(i?i.data[L*m+_]*P:0)}for(let L=0;L<d;L++)for(let j=0;j<
g;j++){let B=c&&!c.data[(L*u+N)*h+R]?S[L*g+j]:0;for(let P=0;P<d;P++)(!c||c.data[(P*u+N)*h+R])&&(B+=A.data[N*$+P*d+L]*M[P*g+j]);S[L*g+j]=B}}};return{once:v,run:()=>{
a.constant||w();for(let N=0;N<u;N++)for(let _=0;_<m;_++)z(N,_)}}}function Qp(t,e){let n=ft(t,"dy"),s=ft(t,"weight"),a=t.parts[0];(n.shape.length!==4||a===null||
t.parts.slice(1).some(Boolean)||t.args.activated)&&et(t,"has an input of another rank, an activation, or gradients with respect to weights");let[r,o,i,l]=n.shape,
c=s.shape[2],f=o*i*l;Ht(t,n,a),Wt(t,s,[r,l,c],"weight");let d=e.scratch([r,c,l],"f",s.constant),u=()=>{for(let y=0;y<r;y++)for(let x=0;x<l;x++)for(let b=0;b<c;b++)
d.data[(y*c+b)*l+x]=s.data[(y*l+x)*c+b]},h=()=>{for(let y=0;y<r;y++)for(let x=0;x<o;x++)for(let b=0;b<i;b++)for(let w=0;w<l;w++){let A=((y*o+x)*i+b)*l+w,$=0;for(let v=0;v<
c&&b+v<i;v++)$+=n.data[A+v*l]*d.data[(y*c+c-1-v)*l+w];a.data[A]=$}},m=()=>{for(let y=0;y<r;y++)e.kernels.conv_backward(n.data.byteOffset+y*f*4,d.data.byteOffset+
y*c*l*4,a.data.byteOffset+y*f*4,o,i,l,c)},g=e.simd?m:h;return s.constant?{once:u,run:g}:{run:()=>{u(),g()}}}function Ql(t,e){let n=ft(t,"grad_output"),{out:s}=t,
a=s.shape.length,r=ae(t,"dim",a),o=s.shape[r],i=It(s.shape),l=t.op==="select_backward",c=l?s.shape.map((g,y)=>y===r?1:g):n.shape,f=l?1:vt(t,"step",1),d=vt(t,l?"\
index":"start",0),u=Math.min(o,Math.max(0,d<0?d+o:d)),h=c[r];(n.size!==c.reduce((g,y)=>g*y,1)||c.length!==a||c.some((g,y)=>y!==r&&g!==s.shape[y])||h>0&&u+(h-1)*
f>=o)&&et(t,`puts ${n.shape.join(" x ")} into ${s.shape.join(" x ")}`);let m=Ia(e,s,n,i.map((g,y)=>y===r?g*f:g),u*i[r],c);return{once:m.once,run:()=>{s.data.fill(
0),m.run?.()}}}function tm(t){return t.out.constant=!0,{run:()=>t.out.data.fill(vt(t,"s"))}}var tc={"mmkernels.coupled_scan_backward":Zp,"mmkernels.causal_conv_\
backward":Qp,select_backward:Ql,slice_backward:Ql,scalar_tensor:tm};function ec(t){let e=Math.abs(t),n=1/(1+.5*e),s=-1.26551223+n*(1.00002368+n*(.37409196+n*(.09678418+n*(-.18628806+n*(.27886807+n*(-1.13520398+n*(1.48851587+n*(-.82215223+
n*.17087277)))))))),a=n*Math.exp(-e*e+s);return t>=0?1-a:a-1}var rc={exp:(t,e,n)=>{for(let s=0;s<n;s++)t[s]=Math.exp(e[s])},log:(t,e,n)=>{for(let s=0;s<n;s++)t[s]=
Math.log(e[s])},sqrt:(t,e,n)=>{for(let s=0;s<n;s++)t[s]=Math.sqrt(e[s])},rsqrt:(t,e,n)=>{for(let s=0;s<n;s++)t[s]=1/Math.sqrt(e[s])},abs:(t,e,n)=>{for(let s=0;s<
n;s++)t[s]=Math.abs(e[s])},neg:(t,e,n)=>{for(let s=0;s<n;s++)t[s]=-e[s]},sin:(t,e,n)=>{for(let s=0;s<n;s++)t[s]=Math.sin(e[s])},cos:(t,e,n)=>{for(let s=0;s<n;s++)
t[s]=Math.cos(e[s])},tanh:(t,e,n)=>{for(let s=0;s<n;s++)t[s]=Math.tanh(e[s])},sigmoid:(t,e,n)=>{for(let s=0;s<n;s++)t[s]=1/(1+Math.exp(-e[s]))},silu:(t,e,n)=>{for(let s=0;s<
n;s++)t[s]=e[s]/(1+Math.exp(-e[s]))},relu:(t,e,n)=>{for(let s=0;s<n;s++)t[s]=e[s]>0?e[s]:0},erf:(t,e,n)=>{for(let s=0;s<n;s++)t[s]=ec(e[s])},gelu:(t,e,n)=>{for(let s=0;s<
n;s++)t[s]=.5*e[s]*(1+ec(e[s]*Math.SQRT1_2))},softplus:(t,e,n)=>{for(let s=0;s<n;s++)t[s]=Math.max(e[s],0)+Math.log1p(Math.exp(-Math.abs(e[s])))},reciprocal:(t,e,n)=>{
for(let s=0;s<n;s++)t[s]=1/e[s]},bitwise_not:(t,e,n)=>{for(let s=0;s<n;s++)t[s]=e[s]?0:1},logical_not:(t,e,n)=>{for(let s=0;s<n;s++)t[s]=e[s]?0:1},isnan:(t,e,n)=>{
for(let s=0;s<n;s++)t[s]=Number.isNaN(e[s])?1:0}},oc={add:(t,e,n,s,a,r,o,i,l)=>{for(let c=0;c<l;c++,s+=a,o+=i)t[e+c]=n[s]+r[o]},sub:(t,e,n,s,a,r,o,i,l)=>{for(let c=0;c<
l;c++,s+=a,o+=i)t[e+c]=n[s]-r[o]},rsub:(t,e,n,s,a,r,o,i,l)=>{for(let c=0;c<l;c++,s+=a,o+=i)t[e+c]=r[o]-n[s]},mul:(t,e,n,s,a,r,o,i,l)=>{for(let c=0;c<l;c++,s+=a,
o+=i)t[e+c]=n[s]*r[o]},div:(t,e,n,s,a,r,o,i,l)=>{for(let c=0;c<l;c++,s+=a,o+=i)t[e+c]=n[s]/r[o]},floor_divide:(t,e,n,s,a,r,o,i,l)=>{for(let c=0;c<l;c++,s+=a,o+=
i)t[e+c]=Math.floor(n[s]/r[o])},pow:(t,e,n,s,a,r,o,i,l)=>{for(let c=0;c<l;c++,s+=a,o+=i)t[e+c]=n[s]**r[o]},minimum:(t,e,n,s,a,r,o,i,l)=>{for(let c=0;c<l;c++,s+=
a,o+=i)t[e+c]=Math.min(n[s],r[o])},maximum:(t,e,n,s,a,r,o,i,l)=>{for(let c=0;c<l;c++,s+=a,o+=i)t[e+c]=Math.max(n[s],r[o])},gt:(t,e,n,s,a,r,o,i,l)=>{for(let c=0;c<
l;c++,s+=a,o+=i)t[e+c]=n[s]>r[o]?1:0},ge:(t,e,n,s,a,r,o,i,l)=>{for(let c=0;c<l;c++,s+=a,o+=i)t[e+c]=n[s]>=r[o]?1:0},lt:(t,e,n,s,a,r,o,i,l)=>{for(let c=0;c<l;c++,
s+=a,o+=i)t[e+c]=n[s]<r[o]?1:0},le:(t,e,n,s,a,r,o,i,l)=>{for(let c=0;c<l;c++,s+=a,o+=i)t[e+c]=n[s]<=r[o]?1:0},eq:(t,e,n,s,a,r,o,i,l)=>{for(let c=0;c<l;c++,s+=a,
o+=i)t[e+c]=n[s]===r[o]?1:0},ne:(t,e,n,s,a,r,o,i,l)=>{for(let c=0;c<l;c++,s+=a,o+=i)t[e+c]=n[s]!==r[o]?1:0},__and__:(t,e,n,s,a,r,o,i,l)=>{for(let c=0;c<l;c++,s+=
a,o+=i)t[e+c]=n[s]&&r[o]?1:0},__or__:(t,e,n,s,a,r,o,i,l)=>{for(let c=0;c<l;c++,s+=a,o+=i)t[e+c]=n[s]||r[o]?1:0}},em=["exp","log","tanh","sigmoid","silu","relu",
"softplus","gelu","erf"],nm=["add","sub","mul","div","minimum","maximum"],sm=t=>(e,n)=>{let s=ft(e,"self"),{out:a}=e,r=a.size,o=rc[t];Ht(e,s,a),t==="gelu"&&(e.args.
approximate??"none")!=="none"&&et(e,"uses an approximation of GELU that is not available"),t==="softplus"&&(vt(e,"beta",1)!==1||vt(e,"threshold",20)!==20)&&et(e,
"has options other than beta=1, threshold=20");let i=em.find(l=>l===t);return n.simd&&i&&s.type==="f"&&a.type==="f"?{run:()=>n.kernels[i](s.data.byteOffset,a.data.
byteOffset,r)}:{run:()=>o(a.data,s.data,r)}},Ls=t=>(e,n)=>{let s=on(e,"self"),a=on(e,e.args.exponent==null?"other":"exponent"),{out:r}=e,o=r.size,i=oc[t];ln(e,[
s,a]),vt(e,"alpha",1)!==1&&et(e,"has a factor alpha, which is not available"),e.args.rounding_mode!=null&&et(e,"rounds a quotient, which is not available");let l=r.
shape.at(-1)??1,c=r.type==="f"&&s.type==="f";if(n.simd&&c&&t==="add"&&a.type==="f"&&s.size===o&&a.size===o)return{run:()=>n.kernels.add(s.data.byteOffset,a.data.
byteOffset,r.data.byteOffset,o)};let f=a.type==="b"&&s.size===o&&a.shape.length===r.shape.length&&a.shape.at(-1)===1&&a.size*l===o;if(n.simd&&c&&t==="mul"&&f)return{
run:()=>n.kernels.scale_rows(s.data.byteOffset,a.data.byteOffset,r.data.byteOffset,o/l,l)};let d=nm.indexOf(t==="rsub"?"sub":t),u=d<0||r.type!=="f"?null:am(n,d,
...t==="rsub"?[a,s]:[s,a],r);if(u)return u;if(s.size===o&&a.size===o)return{run:()=>i(r.data,0,s.data,0,1,a.data,0,1,o)};let[h,m]=[s,a].map(x=>xe(x.shape,r.shape)),
g=h.at(-1)??0,y=m.at(-1)??0;return{run:Ve(r.shape,[h,m],[0,0],(x,b)=>i(r.data,x,s.data,b[0],g,a.data,b[1],y,l))}};function am(t,e,n,s,a){let[r,o]=[n,s].map(l=>t.
simd?Wr(t,l):null),i=r&&o?Ca(t,a.shape,[n,s].map(l=>xe(l.shape,a.shape))):null;return!r||!o||!i?null:{once:()=>{for(let l of[r,o,i])l.once()},run:()=>t.kernels.
combine(e,r.tensor.data.byteOffset,o.tensor.data.byteOffset,a.data.byteOffset,i.table.data.byteOffset)}}function ic(t,e,n,s,a){if(t.simd&&e.type==="b"&&a.type===
"f"){let[r,o]=[n,s].map(l=>Wr(t,l)),i=r&&o?Ca(t,a.shape,[e,n,s].map(l=>xe(l.shape,a.shape))):null;if(r&&o&&i)return{once:()=>{for(let l of[r,o,i])l.once()},run:()=>t.
kernels.where(e.data.byteOffset,r.tensor.data.byteOffset,o.tensor.data.byteOffset,a.data.byteOffset,i.table.data.byteOffset)}}return{run:rm(e,n,s,a)}}function rm(t,e,n,s){
let[a,r,o]=[t,e,n].map(d=>xe(d.shape,s.shape)),i=s.shape.at(-1)??1,l=a.at(-1)??0,c=r.at(-1)??0,f=o.at(-1)??0;return Ve(s.shape,[a,r,o],[0,0,0],(d,u)=>{let h=s.data,
m=t.data,g=e.data,y=n.data,x=u[0],b=u[1],w=u[2];if(l===0){let A=m[x]?g:y,$=m[x]?c:f;for(let v=0,k=m[x]?b:w;v<i;v++,k+=$)h[d+v]=A[k]}else for(let A=0;A<i;A++,x+=
l,b+=c,w+=f)h[d+A]=m[x]?g[b]:y[w]})}function om(t,e){let[n,s,a]=["condition","self","other"].map(r=>on(t,r));return ln(t,[n,s,a]),ic(e,n,s,a,t.out)}function im(t,e){
let n=ft(t,"self"),s=ft(t,"mask"),a=on(t,"value");return ln(t,[n,s,a]),ic(e,s,a,n,t.out)}function nc(t){let e=ft(t,"self"),{out:n}=t,s=vt(t,"min",-1/0),a=vt(t,"\
max",1/0);return Ht(t,e,n),{run:()=>{let r=n.data,o=e.data;for(let i=0;i<r.length;i++)r[i]=o[i]<s?s:o[i]>a?a:o[i]}}}function sc(t){let e=ft(t,"self"),{out:n}=t;
if(Ht(t,e,n),e.type===n.type)return{alias:e};let s=n.type==="i"&&e.type!=="b",a=n.type==="b";return{run:()=>{let r=n.data,o=e.data;if(a)for(let i=0;i<r.length;i++)
r[i]=o[i]!==0?1:0;else if(s)for(let i=0;i<r.length;i++)r[i]=Math.trunc(o[i]);else r.set(o)}}}function lm(t){let[e,n,s]=["self","end","weight"].map(f=>on(t,f)),{
out:a}=t;ln(t,[e,n,s]);let r=[e,n,s].map(f=>xe(f.shape,a.shape)),[o,i,l]=r.map(f=>f.at(-1)??0),c=a.shape.at(-1)??1;return{run:Ve(a.shape,r,[0,0,0],(f,d)=>{for(let u=0;u<
c;u++){let h=e.data[d[0]+u*o],m=n.data[d[1]+u*i],g=s.data[d[2]+u*l];a.data[f+u]=g<.5?h+g*(m-h):m-(m-h)*(1-g)}})}}function cm(t,e){let[n,s,a]=["self","tensor1","\
tensor2"].map(h=>on(t,h)),{out:r}=t,{shape:o}=r;ln(t,[n,s,a]),vt(t,"value",1)!==1&&et(t,"has a factor, which is not available");let i=o.at(-1)??1,l=o[0];if(e.simd&&
o.length===4&&s.size===r.size&&n.size===l*i&&a.size===n.size&&n.shape.length===4){let h=o[1]*o[2];return{run:()=>{for(let m=0;m<l;m++)e.kernels.addcmul(n.data.byteOffset+
m*i*4,s.data.byteOffset+m*h*i*4,a.data.byteOffset+m*i*4,r.data.byteOffset+m*h*i*4,h,i)}}}let c=[n,s,a].map(h=>xe(h.shape,o)),[f,d,u]=c.map(h=>h.at(-1)??0);return{
run:Ve(o,c,[0,0,0],(h,m)=>{let g=r.data,y=n.data,x=s.data,b=a.data;for(let w=0,A=m[0],$=m[1],v=m[2];w<i;w++,A+=f,$+=d,v+=u)g[h+w]=y[A]+x[$]*b[v]})}}function ac(t,e){
let n=ft(t,"self"),{out:s}=t;return ln(t,[n]),n.size===s.size?{alias:n}:$n(e,s,n,xe(n.shape,s.shape),0)}var lc={...Object.fromEntries(Object.keys(rc).map(t=>[t,
sm(t)])),...Object.fromEntries(Object.keys(oc).map(t=>[t,Ls(t)])),bitwise_and:Ls("__and__"),bitwise_or:Ls("__or__"),logical_and:Ls("__and__"),logical_or:Ls("__o\
r__"),where:om,masked_fill:im,clamp:nc,clamp_min:nc,_to_copy:sc,to:sc,lerp:lm,addcmul:cm,expand:ac,expand_as:ac};function dc(t,e,n,s,a,r){let o=e.shape.length,i=It(e.shape),{shape:l}=n,c=e.shape[s],f=i[s];(l.length!==o||l.some((u,h)=>h!==s&&u>e.shape[h]))&&et(t,`has an ind\
ex of shape ${l.join(" x ")} for ${e.shape.join(" x ")}`);let d=new Int32Array(o);return()=>{d.fill(0);let u=0,h=0;for(let m=0;m<n.size;m++){let g=n.data[m];g>=
0&&g<c||et(t,`has the index ${g} of ${c}`),r(m,u+g*f,h);for(let y=o-1;y>=0&&(y!==s&&(u+=i[y]),h+=a[y],!(++d[y]<l[y]));y--)y!==s&&(u-=i[y]*l[y]),h-=a[y]*l[y],d[y]=
0}}}function fm(t,e){let n=ft(t,"self"),s=ft(t,"index"),a=ae(t,"dim",n.shape.length),{out:r}=t;if(Ht(t,s,r),e.simd&&n.type==="f"&&r.type==="f"&&s.type==="i"&&s.
shape.length===n.shape.length&&s.shape.every((o,i)=>i===a||o===n.shape[i])){let o=zt(n.shape.slice(0,a)),i=zt(n.shape.slice(a+1)),l=n.shape[a],c=s.shape[a];return{
run:()=>{e.kernels.gather(n.data.byteOffset,s.data.byteOffset,r.data.byteOffset,o,l,c,i)&&et(t,`has an index outside of 0 to ${l-1}`)}}}return{run:dc(t,n,s,a,It(
s.shape),(o,i)=>{r.data[o]=n.data[i]})}}function cc(t){let e=ft(t,"self"),n=ft(t,"index"),s=ae(t,"dim",e.shape.length),{out:a}=t,r=t.op==="scatter_add",o=t.args.
src==null?on(t,"value"):ft(t,"src"),i=o.shape.length===0;Ht(t,e,a),!i&&n.shape.some((f,d)=>f>o.shape[d])&&et(t,"has fewer values than indices");let l=i?n.shape.
map(()=>0):It(o.shape),c=dc(t,e,n,s,l,(f,d,u)=>{a.data[d]=r?a.data[d]+o.data[u]:o.data[u]});return{run:()=>{a.data.set(e.data),c()}}}function fc(t){let e=t.op===
"embedding",n=ft(t,e?"weight":"self"),s=ft(t,e?"indices":"index"),a=e?0:ae(t,"dim",n.shape.length),r=zt(n.shape.slice(a+1)),o=n.shape[a],i=zt(n.shape.slice(0,a)),
{out:l}=t;return l.size!==i*s.size*r&&et(t,"has an output of another size"),{run:()=>{for(let c=0,f=0;c<i;c++)for(let d=0;d<s.size;d++){let u=s.data[d];u>=0&&u<
o||et(t,`has the index ${u} of ${o}`);let h=(c*o+u)*r;for(let m=0;m<r;m++)l.data[f++]=n.data[h+m]}}}}function dm(t){let e=ft(t,"self"),{out:n}=t,s=t.args.indices;
Array.isArray(s)||et(t,"has no list indices");let a=s.filter(y=>xn(y)),r=s.findIndex(y=>xn(y)),o=r+a.length;(r<0||s.slice(r).some((y,x)=>x<a.length&&!xn(y))||a.
some(y=>y.type==="b"))&&et(t,"has indices that are not available: give positions for neighbouring axes");let i=Math.max(...a.map(y=>y.shape.length)),l=Array.from(
{length:i},(y,x)=>Math.max(...a.map(b=>b.shape[x-i+b.shape.length]??1))),c=a.map(y=>xe(y.shape,l)),f=It(e.shape),d=zt(l),u=It(l),h=zt(e.shape.slice(0,r)),m=zt(e.
shape.slice(o)),g=zt(e.shape.slice(r));return h*d*m!==n.size&&et(t,"has an output of another size"),{run:()=>{for(let y=0,x=0;y<h;y++)for(let b=0;b<d;b++){let w=y*
g;for(let A=0;A<a.length;A++){let $=0;for(let M=0;M<i;M++)$+=Math.floor(b/u[M])%l[M]*c[A][M];let v=a[A].data[$],k=e.shape[r+A],S=v<0?v+k:v;S>=0&&S<k||et(t,`has \
the index ${v} of ${k}`),w+=S*f[r+A]}for(let A=0;A<m;A++)n.data[x++]=e.data[w+A]}}}}function um(t){let e=ft(t,"sorted_sequence"),n=ft(t,"self"),{out:s}=t,a=e.shape.
at(-1)??1,r=n.shape.at(-1)??1,o=e.shape.length===1,i=!!t.args.right||t.args.side==="right";return Ht(t,n,s),!o&&e.size/a!==n.size/r&&et(t,"has other rows of sor\
ted values than of values"),t.args.sorter!=null&&et(t,"has a sorter, which is not available"),{run:()=>{for(let l=0;l<n.size;l++){let c=o?0:Math.floor(l/r)*a,f=n.
data[l],d=0,u=a;for(;d<u;){let h=d+u>>1,m=e.data[c+h];(i?m<=f:m<f)?d=h+1:u=h}s.data[l]=d}}}}function Yr(t){let e=ft(t,"self"),n=e.shape.length,s=ae(t,"dim",n,-1),
a=e.shape[s]??1,r=It(e.shape)[s]??1,o=t.op==="topk",i=o?vt(t,"k"):a,l=o?vt(t,"largest",1)!==0:vt(t,"descending",0)!==0,c=t.op==="argsort"?null:t.parts[0],f=t.op===
"argsort"?t.out:t.parts[1],d=l?-1:1,u=e.size/Math.max(1,a*r);return(!(i<=a)||(c??f)?.size!==u*i*r)&&et(t,`keeps ${i} of ${a}`),{run:()=>{for(let h=0;h<u;h++)for(let m=0;m<
r;m++){let g=h*a*r+m,y=Array.from({length:a},(x,b)=>b).sort((x,b)=>d*(e.data[g+x*r]-e.data[g+b*r])||x-b);for(let x=0,b=h*i*r+m;x<i;x++,b+=r)c&&(c.data[b]=e.data[g+
y[x]*r]),f&&(f.data[b]=y[x])}}}}var uc={gather:fm,scatter:cc,scatter_add:cc,index_select:fc,embedding:fc,index:dm,searchsorted:um,argsort:Yr,sort:Yr,topk:Yr};function hm(t){let e=ft(t,"self");return Ht(t,e,t.out),{alias:e}}function Jr(t,e){let n=ft(t,"self"),s=n.shape.length,a=n.shape.map((o,i)=>i);if(t.op==="permute")
Le(t,"dims").forEach((o,i)=>a[i]=ps(o,s));else if(t.op==="t")a.reverse();else{let o=ae(t,"dim0",s),i=ae(t,"dim1",s);[a[o],a[i]]=[a[i],a[o]]}if((new Set(a).size!==
s||a.some(o=>!(o>=0&&o<s)))&&et(t,`has the axes ${a.join(", ")}`),Ht(t,n,t.out),a.filter(o=>n.shape[o]>1).every((o,i,l)=>i===0||l[i-1]<o))return{alias:n};let r=It(
n.shape);return $n(e,t.out,n,a.map(o=>r[o]),0)}function gc(t,e,n,s,a,r,o){let i=It(e.shape);return zt(e.shape.slice(0,s))===1&&r[s]===i[s]?{alias:e,shift:a*i[s]}:
$n(t,n,e,r,a*i[s],o)}function pm(t,e){let n=ft(t,"self"),s=ae(t,"dim",n.shape.length),a=vt(t,"index"),r=a<0?a+n.shape[s]:a;(!(r>=0&&r<n.shape[s])||t.out.size*n.
shape[s]!==n.size)&&et(t,`takes element ${a} of ${n.shape[s]}`);let o=n.shape.map((i,l)=>l===s?1:i);return gc(e,n,t.out,s,r,It(n.shape),o)}function mm(t,e){let n=ft(
t,"self"),s=ae(t,"dim",n.shape.length,0),a=n.shape[s],r=vt(t,"step",1),o=vt(t,"start",0);o=Math.min(a,Math.max(0,o<0?o+a:o));let i=t.out.shape[s];return t.out.size===
0?{run:()=>{}}:((r<1||o+(i-1)*r>=a||t.out.size*a!==n.size*i)&&et(t,`takes ${i} elements from ${o} of ${a}`),gc(e,n,t.out,s,o,It(n.shape).map((l,c)=>c===s?l*r:l),
t.out.shape))}function Fa(t,e){let n=ft(t,"self"),s=n.shape.length,a=ae(t,"dim",s,0),r=It(n.shape),o=t.op==="unbind",i=0,l=t.parts.map(c=>{if(c===null)return{};
let f=o?1:c.shape[a],d=n.shape.map((u,h)=>h===a?f:u);return(i+f>n.shape[a]||zt(d)!==c.size)&&et(t,`is cut into more than the ${n.shape[a]} there are`),i+=f,$n(e,
c,n,r,(i-f)*r[a],d)});return Hr(l)}function hc(t,e){let n=Rn(t,"tensors").filter(l=>l.size>0),{out:s}=t,a=ae(t,"dim",s.shape.length,0),r=It(s.shape),o=0,i=n.map(
l=>{let c=t.op==="stack"?[...l.shape.slice(0,a),1,...l.shape.slice(a)]:l.shape;(c.length!==s.shape.length||c.some((d,u)=>u!==a&&d!==s.shape[u]))&&et(t,`cannot j\
oin ${c.join(" x ")} to ${s.shape.join(" x ")}`);let f=Ia(e,s,l,r,o*r[a],c);return o+=c[a],f});return o!==s.shape[a]&&et(t,`joins ${o} of ${s.shape[a]}`),Hr(i)}
function pc(t){let e=ft(t,"self"),{out:n}=t,s=Le(t,"pad"),a=e.shape.length,r=vt(t,"value",0);t.args.mode!=null&&t.args.mode!=="constant"&&et(t,`pads with ${String(
t.args.mode)}, which is not available`);let o=e.shape.map((y,x)=>s[2*(a-1-x)]??0),i=e.shape.map((y,x)=>s[2*(a-1-x)+1]??0);e.shape.some((y,x)=>y+o[x]+i[x]!==n.shape[x])&&
et(t,`pads ${e.shape.join(" x ")} to ${n.shape.join(" x ")}`);let l=e.shape.map((y,x)=>y+Math.min(0,o[x])+Math.min(0,i[x])),c=It(e.shape),f=It(n.shape),d=o.reduce(
(y,x,b)=>y+Math.max(0,-x)*c[b],0),u=o.reduce((y,x,b)=>y+Math.max(0,x)*f[b],0),h=zt(l.slice(0,-1)),m=l.at(-1)??1,g=new Int32Array(a);return{run:()=>{n.data.fill(
r),g.fill(0);for(let y=0;y<h;y++){let x=d,b=u;for(let w=0;w<a-1;w++)x+=g[w]*c[w],b+=g[w]*f[w];for(let w=0;w<m;w++)n.data[b+w]=e.data[x+w];for(let w=a-2;w>=0&&!(++g[w]<
l[w]);w--)g[w]=0}}}}function gm(t,e){let n=ft(t,"self"),{out:s}=t,a=Le(t,"repeats"),r=a.length-n.shape.length,o=a.flatMap((l,c)=>[l,n.shape[c-r]??1]),i=a.flatMap(
(l,c)=>[1,n.shape[c-r]??1]);return zt(o)!==s.size&&et(t,"repeats to another size"),$n(e,s,n,xe(i,o),0,o)}function bm(t,e){let n=ft(t,"self"),s=It(n.shape),a=0;Ht(
t,n,t.out);for(let r of Le(t,"dims")){let o=ps(r,n.shape.length);o in s||et(t,`has axis ${r} of ${n.shape.length}`),a+=(n.shape[o]-1)*s[o],s[o]=-s[o]}return $n(
e,t.out,n,s,a)}function mc(t){let e=ft(t,"self"),{out:n}=t,s=vt(t,"diagonal",0),a=n.shape.at(-1)??1,r=n.shape.at(-2)??1,o=t.op==="tril";return Ht(t,e,n),{run:()=>{
for(let i=0;i<n.size;i++){let l=i%a-Math.floor(i/a)%r-s;n.data[i]=(o?l<=0:l>=0)?e.data[i]:0}}}}var Rs=t=>e=>(e.out.constant=!0,{run:()=>t(e,e.out.data)}),Vr=Rs(
(t,e)=>e.fill(0)),Xr=Rs((t,e)=>e.fill(1)),Zr=Rs((t,e)=>e.fill(vt(t,"fill_value"))),bc={...Object.fromEntries(["view","_unsafe_view","reshape","flatten","unflatt\
en","unsqueeze","squeeze","clone","detach","alias","contiguous","lift_fresh_copy"].map(t=>[t,hm])),dropout:t=>({alias:ft(t,"input")}),permute:Jr,transpose:Jr,t:Jr,
select:pm,slice:mm,split:Fa,split_with_sizes:Fa,chunk:Fa,unbind:Fa,cat:hc,stack:hc,pad:pc,constant_pad_nd:pc,repeat:gm,flip:bm,tril:mc,triu:mc,zeros:Vr,zeros_like:Vr,
new_zeros:Vr,ones:Xr,ones_like:Xr,new_ones:Xr,full:Zr,full_like:Zr,new_full:Zr,arange:Rs((t,e)=>{for(let n=0;n<e.length;n++)e[n]=vt(t,"start",0)+n*vt(t,"step",1)}),
eye:Rs((t,e)=>{e.fill(0);for(let n=0;n<e.length;n+=t.out.shape[1]+1)e[n]=1})};function ym(t,e,n,s,a,r,o,i,l,c,f){let d=f&-4;for(let u=0;u<d;u+=4){let h=n?n[o+u]:0,m=n?n[o+u+1]:0,g=n?n[o+u+2]:0,y=n?n[o+u+3]:0,x=0;for(;x+1<l;x+=2){let b=h,w=m,
A=g,$=y,v=h,k=m,S=g,M=y;for(let _=0,R=a+x*c,L=R+c,j=r+u;_<c;_++,R++,L++,j+=f){let B=t[R],P=t[L],q=e[j],D=e[j+1],H=e[j+2],C=e[j+3];b+=B*q,w+=B*D,A+=B*H,$+=B*C,v+=
P*q,k+=P*D,S+=P*H,M+=P*C}let z=i+x*f+u,N=z+f;s[z]=b,s[z+1]=w,s[z+2]=A,s[z+3]=$,s[N]=v,s[N+1]=k,s[N+2]=S,s[N+3]=M}if(x<l){let b=h,w=m,A=g,$=y;for(let k=0,S=a+x*c,
M=r+u;k<c;k++,S++,M+=f){let z=t[S];b+=z*e[M],w+=z*e[M+1],A+=z*e[M+2],$+=z*e[M+3]}let v=i+x*f+u;s[v]=b,s[v+1]=w,s[v+2]=A,s[v+3]=$}}for(let u=d;u<f;u++)for(let h=0;h<
l;h++){let m=n?n[o+u]:0;for(let g=0;g<c;g++)m+=t[a+h*c+g]*e[r+g*f+u];s[i+h*f+u]=m}}function Ps(t,e,n,s,a,{groups:r,R:o,K:i,N:l,turned:c,shared:f}){let{out:d}=t,
{probe:u}=e,h=f.w?1:r,m=a!==null&&a.size>l;if((d.size!==r*o*l||n.size!==(f.x?1:r)*o*i||s.size!==h*i*l)&&et(t,`cannot multiply ${n.shape.join(" x ")} by ${s.shape.
join(" x ")}`),a&&a.size!==l&&a.size!==r*l&&et(t,`adds ${a.shape.join(" x ")} to ${d.shape.join(" x ")}`),u&&[n,s,d,a].every(b=>b===null||b.type==="f")){let b=u.
packed_size(i,l),w=e.scratch([h*b],"f",s.constant),A=()=>{for(let v=0;v<h;v++)e.kernels.pack(s.data.byteOffset+v*i*l*4,w.data.byteOffset+v*b*4,i,l,c?1:l,c?i:1)},
$=()=>{for(let v=0;v<r;v++)e.kernels.linear(n.data.byteOffset+(f.x?0:v*o*i*4),w.data.byteOffset+(f.w?0:v*b*4),a?a.data.byteOffset+(m?v*l*4:0):0,d.data.byteOffset+
v*o*l*4,o,i,l)};return s.constant?{once:A,run:$}:{run:()=>{A(),$()}}}let g=c?e.scratch([h*i*l],"f",s.constant):s,y=()=>{let b=s.data,w=g.data;if(c)for(let A=0;A<
h;A++)for(let $=0;$<i;$++)for(let v=0;v<l;v++)w[(A*i+$)*l+v]=b[A*i*l+v*i+$]},x=()=>{for(let b=0;b<r;b++)ym(n.data,g.data,a?a.data:null,d.data,f.x?0:b*o*i,f.w?0:
b*i*l,m?b*l:0,b*o*l,o,i,l)};return s.constant?{once:y,run:x}:{run:()=>{y(),x()}}}function wm(t,e){let n=ft(t,"input"),s=ft(t,"weight"),a=n.shape.at(-1)??1,r=s.shape[0];
return(s.shape.length!==2||s.shape[1]!==a)&&et(t,`cannot multiply ${n.shape.join(" x ")} by ${s.shape.join(" x ")}`),Ps(t,e,n,s,oe(t,"bias"),{groups:1,R:n.size/
Math.max(1,a),K:a,N:r,turned:!0,shared:{x:!1,w:!1}})}function Bs(t,e){let n=t.op==="baddbmm"||t.op==="addmm";n&&(vt(t,"beta",1)!==1||vt(t,"alpha",1)!==1)&&et(t,
"has factors, which are not available");let s=ft(t,t.op==="baddbmm"?"batch1":t.op==="addmm"?"mat1":"self"),a=ft(t,t.op==="baddbmm"?"batch2":t.op==="matmul"?"oth\
er":"mat2"),r=n?ft(t,"self"):null,o=s.shape.at(-1)??1,i=a.shape.at(-1)??1;(s.shape.length<2||a.shape.length<2||a.shape.at(-2)!==o)&&et(t,`cannot multiply ${s.shape.
join(" x ")} by ${a.shape.join(" x ")}`);let l=zt(s.shape.slice(0,-2)),c=zt(a.shape.slice(0,-2)),f=s.shape.at(-2)??1;return r&&(r.shape.at(-1)!==i||r.shape.length>
1&&r.shape.at(-2)!==1)&&et(t,`adds ${r.shape.join(" x ")} to ${t.out.shape.join(" x ")}, expected one row per product`),c===1?Ps(t,e,s,a,r,{groups:1,R:l*f,K:o,N:i,
turned:!1,shared:{x:!1,w:!1}}):(l!==c&&l!==1&&et(t,`has ${l} matrices on the left and ${c} on the right`),Ps(t,e,s,a,r,{groups:c,R:f,K:o,N:i,turned:!1,shared:{x:l===
1,w:!1}}))}function vm(t){let{equation:e}=t.args,n=Rn(t,"tensors"),{out:s}=t;(typeof e!="string"||!/^[a-zA-Z]*(,[a-zA-Z]*)*->[a-zA-Z]*$/.test(e.replaceAll(" ","")))&&
et(t,"has an equation that is not available");let[a,r]=e.replaceAll(" ","").split("->"),o=a.split(","),i={};o.length!==n.length&&et(t,`has ${n.length} arrays fo\
r ${e}`),o.forEach((b,w)=>{b.length!==n[w].shape.length&&et(t,`has ${n[w].shape.length} axes for ${b}`),[...b].forEach((A,$)=>{let v=n[w].shape[$];(i[A]??v)!==v&&
et(t,`has two sizes for ${A}`),i[A]=v})});let l=[...r],c=Object.keys(i).filter(b=>!l.includes(b)),f=[...l,...c],d=f.map(b=>i[b]);(d.some(b=>b===void 0)||zt(l.map(
b=>i[b]))!==s.size)&&et(t,"has an output of another size");let u=o.map((b,w)=>{let A=It(n[w].shape);return f.map($=>[...b].reduce((v,k,S)=>k===$?v+A[S]:v,0))}),
h=zt(c.map(b=>i[b])),m=d.length,g=new Int32Array(m),y=new Int32Array(n.length),x=s.size*h;return{run:()=>{g.fill(0),y.fill(0);for(let b=0,w=-1,A=0;b<x;b++){b%h===
0&&(w>=0&&(s.data[w]=A),w++,A=0);let $=1;for(let v=0;v<n.length;v++)$*=n[v].data[y[v]];A+=$,b===x-1&&(s.data[w]=A);for(let v=m-1;v>=0;v--){for(let k=0;k<n.length;k++)
y[k]+=u[k][v];if(++g[v]<d[v])break;for(let k=0;k<n.length;k++)y[k]-=u[k][v]*d[v];g[v]=0}}}}}function xm(t,e){let[n,s,a]=["query","key","value"].map($=>ft(t,$)),
r=oe(t,"attn_mask"),o=!!t.args.is_causal,{out:i}=t,l=n.shape.at(-1)??1,c=n.shape.at(-2)??1,f=s.shape.at(-2)??1,d=a.shape.at(-1)??1,u=n.shape.slice(0,-2),h=zt(u);
(t.args.enable_gqa||s.shape.at(-1)!==l||a.shape.at(-2)!==f||s.size!==h*f*l||a.size!==h*f*d||i.size!==h*c*d)&&et(t,`has queries ${n.shape.join(" x ")}, keys ${s.
shape.join(" x ")}, values ${a.shape.join(" x ")}`);let m=[...u,c,f],g=vt(t,"scale",1/Math.sqrt(l)),y=new Float64Array(f),x=It(u);r&&ln({...t,out:{...i,shape:m}},
[r]);let b=r?xe(r.shape,m):m.map(()=>0),w=b.at(-2)??0,A=b.at(-1)??0;if(e.probe&&[n,s,a,i].every($=>$.type==="f")&&(r===null||r.type==="b"||r.type==="f")){let $=e.
scratch([e.probe.attention_scratch(c,f,l,d)],"f"),v=Array.from({length:h},(k,S)=>u.reduce((M,z,N)=>M+Math.floor(S/x[N])%z*b[N],0));return{run:()=>{for(let k=0;k<
h;k++){let S=r?.type==="b"?r.data.byteOffset+v[k]:0,M=r?.type==="f"?r.data.byteOffset+v[k]*4:0;e.kernels.attention(n.data.byteOffset+k*c*l*4,s.data.byteOffset+k*
f*l*4,a.data.byteOffset+k*f*d*4,S,M,w,A,i.data.byteOffset+k*c*d*4,$.data.byteOffset,c,f,l,d,g,o?1:0)}}}}return{run:()=>{let $=n.data,v=s.data,k=a.data,S=i.data,
M=r?.data;for(let z=0;z<h;z++){let N=0;for(let _=0;_<u.length;_++)N+=Math.floor(z/x[_])%u[_]*b[_];for(let _=0;_<c;_++){let R=-1/0,L=0,j=(z*c+_)*l,B=(z*c+_)*d;for(let P=0;P<
f;P++){let q=M?M[N+_*w+P*A]:1;if(o&&P>_||r?.type==="b"&&!q){y[P]=-1/0;continue}let D=0;for(let H=0,C=(z*f+P)*l;H<l;H++)D+=$[j+H]*v[C+H];y[P]=D*g+(r&&r.type!=="b"?
q:0),y[P]>R&&(R=y[P])}for(let P=0;P<f;P++)L+=y[P]=y[P]===-1/0?0:Math.exp(y[P]-R);for(let P=0;P<d;P++)S[B+P]=0;for(let P=0;P<f;P++){if(y[P]===0)continue;let q=y[P]/
L;for(let D=0,H=(z*f+P)*d;D<d;D++)S[B+D]+=q*k[H+D]}}}}}}var yc={linear:wm,bmm:Bs,baddbmm:Bs,matmul:Bs,mm:Bs,addmm:Bs,einsum:vm,scaled_dot_product_attention:xm};var qs=t=>1/(1+Math.exp(-t)),vc={gru:{gates:3,cell(t,e,n,s,a,r,o,i){let l=qs(t[e]+n[s]),c=qs(t[e+i]+n[s+i]),f=Math.tanh(t[e+2*i]+l*n[s+2*i]);a[o]=(1-c)*f+c*a[o]}},
lstm:{gates:4,cell(t,e,n,s,a,r,o,i){let l=qs(t[e]+n[s]),c=qs(t[e+i]+n[s+i]),f=Math.tanh(t[e+2*i]+n[s+2*i]),d=qs(t[e+3*i]+n[s+3*i]);r[o]=c*r[o]+l*f,a[o]=d*Math.tanh(
r[o])}},rnn_tanh:{gates:1,cell:(t,e,n,s,a,r,o)=>{a[o]=Math.tanh(t[e]+n[s])}},rnn_relu:{gates:1,cell:(t,e,n,s,a,r,o)=>{a[o]=Math.max(0,t[e]+n[s])}}};function wc(t,e,n,s,a){
for(let r=0;r<n;r++)for(let o=0;o<s;o++)e.data.set(t.data.subarray((r*s+o)*a,(r*s+o+1)*a),(o*n+r)*a)}function $m(t,e){let{gates:n,cell:s}=vc[t.op],a=ft(t,"input"),
r=t.op==="lstm",[o,i,l]=t.parts,c=r?Rn(t,"hx"):[ft(t,"hx")],f=Rn(t,"params"),d=vt(t,"num_layers"),u=vt(t,"bidirectional")?2:1,h=!!vt(t,"batch_first"),m=vt(t,"ha\
s_biases")?4:2,g=a.type;vt(t,"train")&&vt(t,"dropout")&&et(t,"has dropout of a training"),(a.shape.length!==3||!o||!i||r&&(!l||c.length!==2))&&et(t,"has no sequ\
ences, states and outputs of a recurrent layer"),(!(Number.isInteger(d)&&d>=1)||f.length!==d*u*m)&&et(t,`has ${f.length} arrays of weights, expected ${d*u*m}; a\
 projection is not available`);let[y,x]=h?a.shape:[a.shape[1],a.shape[0]],b=c[0].shape.at(-1)??0,w=o;Wt(t,w,[...h?[y,x]:[x,y],u*b],"an output");for(let[z,N]of[...c.
map(_=>[_,"an initial state"]),[i,"a last state"],...r?[[l,"a last cell"]]:[]])Wt(t,z,[d*u,y,b],N);let A=[],$=[],v=(z,N,_,R,L)=>{Wt(t,N,[n*b,L],"weights"),_&&Wt(
t,_,[n*b],"a bias");let j=e.scratch([R,n*b],g),B=Ps({...t,out:j},e,z,N,_,{groups:1,R,K:L,N:n*b,turned:!0,shared:{x:!1,w:!1}});return A.push(B),Object.assign(j,{
run:()=>B.run?.()})},k=a,S=a.shape[2];if(h){k=e.scratch([x,y,S],g);let z=k,N=S;$.push(()=>wc(a,z,y,x,N))}for(let z=0;z<d;z++){let N=e.scratch([x,y,u*b],g);for(let _=0;_<
u;_++){let R=(z*u+_)*m,[L,j,B=null,P=null]=f.slice(R,R+m),q=(z*u+_)*y*b,D=e.scratch([y,b],g),H=r?e.scratch([y,b],g):D,C=v(k,L,B,x*y,S),O=v(D,j,P,y,b);$.push(()=>{
C.run(),D.data.set(c[0].data.subarray(q,q+y*b)),r&&H.data.set(c[1].data.subarray(q,q+y*b));for(let F=0;F<x;F++){let T=_?x-1-F:F;O.run();for(let W=0;W<y;W++){for(let I=0;I<
b;I++)s(C.data,(T*y+W)*n*b+I,O.data,W*n*b+I,D.data,H.data,W*b+I,b);N.data.set(D.data.subarray(W*b,(W+1)*b),(T*y+W)*u*b+_*b)}}i?.data.set(D.data,q),r&&l?.data.set(
H.data,q)})}[k,S]=[N,u*b]}let M=k;return $.push(()=>h?wc(M,w,x,y,u*b):w.data.set(M.data)),{once:()=>A.forEach(z=>z.once?.()),run:()=>$.forEach(z=>z())}}var xc=Object.
fromEntries(Object.keys(vc).map(t=>[t,$m]));var _c={sum:{start:0,fold:(t,e)=>t+e},mean:{start:0,fold:(t,e)=>t+e},prod:{start:1,fold:(t,e)=>t*e},any:{start:0,fold:(t,e)=>t||e?1:0},all:{start:1,fold:(t,e)=>t&&
e?1:0},amax:{start:-1/0,fold:Math.max},amin:{start:1/0,fold:Math.min}},Mm=["sum","mean","amax","amin","prod"],kc=t=>(e,n)=>{let s=ft(e,"self"),{out:a}=e,r=s.shape.
length,{start:o,fold:i}=_c[t],l=Le(e,"dim",s.shape.map(($,v)=>v)),c=new Set((l.length?l:s.shape.map(($,v)=>v)).map($=>ps($,r))),f=s.shape.map(($,v)=>c.has(v)?1:
$),d=s.size/Math.max(1,zt(f));zt(f)!==a.size&&et(e,`reduces ${s.shape.join(" x ")} to ${a.shape.join(" x ")}`);let u=It(f).map(($,v)=>c.has(v)?0:$),h=new Float64Array(
a.size),m=s.shape.at(-1)??1,g=u.at(-1)??0,y=Math.min(...c),x=Math.max(...c),b=c.size>0&&x-y+1===c.size,w=Mm.indexOf(t);if(n.simd&&b&&w>=0&&s.type==="f"&&a.type===
"f"&&s.size>0){let $=zt(s.shape.slice(0,y)),v=zt(s.shape.slice(x+1));return{run:()=>n.kernels.reduce(w,s.data.byteOffset,a.data.byteOffset,$,d,v)}}let A=Ve(s.shape,
[u],[0],($,v)=>{let k=s.data,S=v[0];if(g===0){let M=h[S];for(let z=0;z<m;z++)M=i(M,k[$+z]);h[S]=M}else for(let M=0;M<m;M++)h[S+M]=i(h[S+M],k[$+M])});return{run:()=>{
h.fill(o),A();for(let $=0;$<a.size;$++)a.data[$]=t==="mean"?h[$]/d:h[$]}}},ja=(t,e)=>(n,s)=>{let a=ft(n,"self"),r=a.shape.length,o=n.args.dim==null,i=t==="max"?
1:-1;if(!e&&o)return kc(t==="max"?"amax":"amin")(n,s);let l=o?0:ae(n,"dim",r),c=o?a.size:a.shape[l],f=o?1:It(a.shape)[l],d=a.size/Math.max(1,c*f),u=e?null:n.parts[0],
h=e?n.out:n.parts[1];return(h??u)?.size!==d*f&&et(n,"has an output of another size"),{run:()=>{for(let m=0;m<d;m++)for(let g=0;g<f;g++){let y=0,x=m*c*f+g;for(let b=1;b<
c;b++)i*a.data[x+b*f]>i*a.data[x+y*f]&&(y=b);u&&(u.data[m*f+g]=a.data[x+y*f]),h&&(h.data[m*f+g]=y)}}}};function $c(t,e){let n=ft(t,"self"),s=ae(t,"dim",n.shape.
length),a=It(n.shape)[s]??1,r=n.shape[s]??1,o=t.op==="cummax",i=o?t.parts[0]:t.out,l=o?t.parts[1]:null,c=n.size/Math.max(1,r*a);return i&&i.size!==n.size&&et(t,
"has an output of another size"),e.simd&&i&&!l&&n.type==="f"&&i.type==="f"?{run:()=>e.kernels.running(o?2:0,n.data.byteOffset,i.data.byteOffset,c,r,a)}:{run:()=>{
for(let f=0;f<c;f++)for(let d=0;d<a;d++){let u=o?-1/0:0,h=0;for(let m=0,g=f*r*a+d;m<r;m++,g+=a)o?n.data[g]>=u&&(u=n.data[g],h=m):u+=n.data[g],i&&(i.data[g]=u),l&&
(l.data[g]=h)}}}}function Qr(t,e){let n=ft(t,"self"),{out:s}=t,a=ae(t,"dim",n.shape.length),r=n.shape[a]??1,o=It(n.shape)[a]??1,i=t.op.endsWith("log_softmax");Ht(
t,n,s);let l=n.size/Math.max(1,r*o);return e.simd&&!i&&o===1&&n.type==="f"&&s.type==="f"?{run:()=>e.kernels.softmax(n.data.byteOffset,s.data.byteOffset,l,r)}:{run:()=>{
let c=s.data,f=n.data;for(let d=0;d<l;d++)for(let u=0;u<o;u++){let h=d*r*o+u,m=h+r*o,g=-1/0,y=0;for(let b=h;b<m;b+=o)f[b]>g&&(g=f[b]);for(let b=h;b<m;b+=o)y+=Math.
exp(f[b]-g);let x=Math.log(y);for(let b=h;b<m;b+=o)c[b]=i?f[b]-g-x:Math.exp(f[b]-g)/y}}}}function Mc(t,e){let n=ft(t,"input"),{out:s}=t,a=t.op==="layer_norm",r=Le(
t,"normalized_shape"),o=zt(r),i=oe(t,"weight"),l=a?oe(t,"bias"):null,c=vt(t,"eps",a?1e-5:11920928955078125e-23);Ht(t,n,s),(!(o>0)||r.some((d,u)=>d!==n.shape.at(
u-r.length)))&&et(t,`normalises ${r.join(" x ")} of ${n.shape.join(" x ")}`);for(let d of[i,l])d&&Wt(t,d,r,"a weight");let f=n.size/o;return e.simd&&n.type==="f"?
{run:()=>e.kernels.layer_norm(n.data.byteOffset,i?.data.byteOffset??0,l?.data.byteOffset??0,s.data.byteOffset,f,o,c,a?1:0)}:{run:()=>{let d=s.data,u=n.data;for(let h=0;h<
f*o;h+=o){let m=0,g=0;if(a){for(let x=0;x<o;x++)m+=u[h+x];m/=o}for(let x=0;x<o;x++)g+=(u[h+x]-m)**2;let y=1/Math.sqrt(g/o+c);for(let x=0;x<o;x++)d[h+x]=(u[h+x]-
m)*y*(i?i.data[x]:1)+(l?l.data[x]:0)}}}}function _m(t,e){let n=ft(t,"self"),{out:s}=t,a=n.shape.length,r=vt(t,"ord",2),o=r===1/0;r!==2&&!o&&et(t,`is a norm of o\
rder ${r}, which is not available`);let i=new Set(Le(t,"dim",n.shape.map((m,g)=>g)).map(m=>ps(m,a))),l=n.shape.map((m,g)=>i.has(g)?1:m);zt(l)!==s.size&&et(t,"ha\
s an output of another size");let c=It(l).map((m,g)=>i.has(g)?0:m),f=new Float64Array(s.size),d=n.shape.at(-1)??1,u=c.at(-1)??0;if(e.simd&&!o&&i.size===1&&i.has(
a-1)&&n.type==="f"&&s.type==="f")return{run:()=>e.kernels.norm(n.data.byteOffset,s.data.byteOffset,s.size,d)};let h=Ve(n.shape,[c],[0],(m,g)=>{for(let y=0,x=g[0];y<
d;y++,x+=u)f[x]=o?Math.max(f[x],Math.abs(n.data[m+y])):f[x]+n.data[m+y]**2});return{run:()=>{f.fill(0),h();for(let m=0;m<s.size;m++)s.data[m]=o?f[m]:Math.sqrt(f[m])}}}
var Ac={...Object.fromEntries(Object.keys(_c).map(t=>[t,kc(t)])),max:ja("max",!1),min:ja("min",!1),argmax:ja("max",!0),argmin:ja("min",!0),cumsum:$c,cummax:$c,softmax:Qr,
_softmax:Qr,log_softmax:Qr,layer_norm:Mc,rms_norm:Mc,linalg_vector_norm:_m};function to(t,e,n,s){(e.shape.length!==s+2||n.shape.length!==s+2)&&et(t,`has the shape ${e.shape.join(" x ")}, expected batch, channel and ${s===1?"a time axis":
"two axes"}`);let a=r=>s===1?[1,r.shape[2]]:[r.shape[2],r.shape[3]];return{outer:e.shape.slice(0,2),in:a(e),out:a(n),axes:s}}function Bn(t,e,{axes:n},s,a){let r=Le(
t,e),o=r.length||!a?r:a,i=o.length===1&&n===2?[o[0],o[0]]:o;return(i.length<n||!i.every(l=>Number.isInteger(l)&&l>=0))&&et(t,`has ${e} ${JSON.stringify(r)}`),n===
1?[s,i[i.length-1]]:[i[0],i[1]]}function Oc(t){let e=ft(t,"input"),n=ft(t,"weight"),s=oe(t,"bias"),{out:a}=t,r=t.op==="conv1d"?1:2,o=to(t,e,a,r),i=Bn(t,"stride",
o,1),l=Bn(t,"dilation",o,1),c=vt(t,"groups"),[f,d]=o.outer,u=a.shape[1],[h,m]=r===1?[1,n.shape[2]]:n.shape.slice(2),g=d/c;Wt(t,n,r===1?[u,g,m]:[u,g,h,m],"weight\
s"),s&&Wt(t,s,[u],"a bias");let{padding:y}=t.args,[x,b]=y==="same"?[l[0]*(h-1)>>1,l[1]*(m-1)>>1]:y==="valid"?[0,0]:Bn(t,"padding",o,0);(a.shape[0]!==f||!Number.
isInteger(g)||u%c)&&et(t,`has ${c} groups of ${d} channels and ${u} outputs`);let[w,A]=o.in,[$,v]=o.out,k=u/c;return{run:()=>{let S=e.data,M=a.data,z=n.data;for(let N=0;N<
f;N++)for(let _=0;_<u;_++){let R=Math.floor(_/k)*g,L=(N*u+_)*$*v;M.fill(s?s.data[_]:0,L,L+$*v);for(let j=0;j<g;j++)for(let B=0;B<h;B++)for(let P=0;P<m;P++){let q=z[((_*
g+j)*h+B)*m+P],D=(N*d+R+j)*w*A;for(let H=0;H<$;H++){let C=H*i[0]-x+B*l[0];if(!(C<0||C>=w))for(let O=0,F=P*l[1]-b;O<v;O++,F+=i[1])F>=0&&F<A&&(M[L+H*v+O]+=q*S[D+C*
A+F])}}}}}}function Nc(t,e,n,{outer:s,in:[a,r],out:[o,i]},l,[c,f],d){(n.shape[0]!==s[0]||n.shape[1]!==s[1])&&et(t,`has ${s.join(" x ")} sequences in and ${n.shape.
slice(0,2).join(" x ")} out`);let u=Array.from({length:o},(m,g)=>l(g,0)),h=Array.from({length:i},(m,g)=>l(g,1));return{run:()=>{for(let m=0,g=0;m<s[0]*s[1];m++)
for(let[y,x,b]of u)for(let[w,A,$]of h){let v=d?-1/0:0;for(let k=y;k<x;k+=c)if(k>=0&&k<a)for(let S=w;S<A;S+=f){if(S<0||S>=r)continue;let M=e.data[(m*a+k)*r+S];d?
(M>v||Number.isNaN(M))&&(v=M):v+=M}n.data[g++]=d?v:v/(b*$)}}}}function La(t){let e=ft(t,"self"),n=t.op.startsWith("max"),s=t.out,a=t.op.endsWith("1d")?1:2,r=to(
t,e,s,a),o=Bn(t,"kernel_size",r,1),i=Bn(t,"stride",r,1,a===1?[o[1]]:o),l=Bn(t,"padding",r,0),c=n?Bn(t,"dilation",r,1):[1,1],f=n||!!vt(t,"count_include_pad",1);return t.
args.divisor_override!=null&&et(t,"has a divisor of its own, which is not available"),Nc(t,e,s,r,(d,u)=>{let h=d*i[u]-l[u],m=h+(o[u]-1)*c[u]+1,g=r.in[u];return[
h,m,f?Math.min(m,g+l[u])-h:Math.min(m,g)-Math.max(h,0)]},c,n)}function Sc(t){let e=ft(t,"self"),n=to(t,e,t.out,t.op.endsWith("1d")?1:2);return Nc(t,e,t.out,n,(s,a)=>{
let r=Math.floor(s*n.in[a]/n.out[a]),o=Math.ceil((s+1)*n.in[a]/n.out[a]);return[r,o,o-r]},[1,1],!1)}var Ec={conv1d:Oc,conv2d:Oc,max_pool1d:La,max_pool2d:La,avg_pool1d:La,
avg_pool2d:La,adaptive_avg_pool1d:Sc,adaptive_avg_pool2d:Sc};var Ds=new Map(Object.entries({...tc,...lc,...uc,...bc,...Zl,...yc,...xc,...Ac,...Ec}));var zc=1,Re={nodes:2e4,size:1<<26,total:1<<28,rows:4096,axes:8},Tc={f4:4,f3:3,f2:2,u2:2,f8:8,i8:8,u1:1},Cc=["f","d","i","b"],ie=t=>{throw new Qt(`model in the p\
age: ${t}; save the page again`)};function Ic(t,e,n){let s=typeof e=="object"&&e!==null?e.rows*n:e;return Number.isInteger(s)&&s>=0&&s<=Re.size?s:ie(`${t} has t\
he size ${JSON.stringify(e)}`)}function eo(t,{shape:e,type:n},s,a){(!Array.isArray(e)||e.length>Re.axes)&&ie(`${t} has no shape of at most ${Re.axes} axes`),Cc.
includes(n??"")||ie(`${t} has the type ${JSON.stringify(n)}, expected one of ${Cc.join(", ")}`);let r=(e??[]).map(i=>Ic(t,i,s)),o=zt(r);return o>Re.size&&ie(`${t}\
 has ${o} values, more than ${Re.size}`),{shape:r,size:o,type:n,data:new Uint8Array(0),source:null,shift:0,constant:!1,kept:!1,first:a,last:a,offset:-1}}function Fc(t,e,n){
(typeof t!="object"||t===null||!Array.isArray(t.nodes))&&ie("the graph has no list of nodes"),t.version!==zc&&ie(`the graph has version ${JSON.stringify(t.version)}\
, this page runs version ${zc}`),t.nodes.length>Re.nodes&&ie(`the graph has ${t.nodes.length} nodes, more than ${Re.nodes}`),Number.isInteger(n)&&n>=1&&n<=Re.rows||
ie(`${n} rows, expected 1 to ${Re.rows}`);let s=[],a=0;return t.nodes.forEach((r,o)=>{let i=`node ${o} (${String(r?.op).slice(0,40)})`;!(r?.op==="constant"||r?.
op==="input")&&r?.op!=="getitem"&&!Ds.has(r?.op)&&ie(`${i} is an unknown operator`);let c=h=>Array.isArray(h)?h.map(c):typeof h!="object"||h===null?h:"rows"in h?
Ic(i,h,n):"number"in h?Number(h.number.replace("inf","Infinity").replace("nan","NaN")):km(i,s,h.ref),f=(r.parts??[]).map(h=>h&&eo(i,h,n,o)),d=Object.fromEntries(
Object.entries(r.args??{}).filter(([h])=>r.op!=="getitem"||h!=="self").map(([h,m])=>[h,c(m)])),u=r.op==="getitem"?Am(i,s,r.args):r.shape?eo(i,r,n,o):{...eo(i,{shape:[
0],type:"f"},n,o)};for(let h of[u,...f])a+=h?.size??0;if(a>Re.total&&ie(`the arrays have more than ${Re.total} values`),r.op==="constant"){let h=Tc[r.store??""],
m=r.at??-1;h||ie(`${i} is stored as ${JSON.stringify(r.store)}, expected one of ${Object.keys(Tc).join(", ")}`),r.store==="u2"&&!(Number.isFinite(r.step)&&Number(
r.step)>0&&Number.isInteger(r.zero))&&ie(`${i} has levels without a step and a zero`),Number.isInteger(m)&&m>=0&&m+h*u.size<=e.length||ie(`${i} ends at byte ${m+
h*u.size} of ${e.length} bytes of weights`)}s.push({op:r.op,index:o,args:d,out:u,parts:f})}),s}function km(t,e,n){let s=typeof n=="number"?e[n]:void 0;return s?
s.parts.length?ie(`${t} refers to all outputs of node ${JSON.stringify(n)}`):s.out:ie(`${t} refers to node ${JSON.stringify(n)}, expected an earlier one`)}function Am(t,e,n){
let s=n?.self,a=n?.index,r=typeof s=="object"&&s!==null&&"ref"in s?s.ref:-1;return(r<e.length&&typeof a=="number"?e[r]?.parts[a]:null)??ie(`${t} refers to outpu\
t ${JSON.stringify(a)} of node ${JSON.stringify(r)}, which is not there`)}function cn(t,e,n){let s=typeof e=="object"&&e!==null&&"ref"in e?e.ref:-1;return t[s]?.
out??ie(`the output ${n} is not there`)}var jc=t=>t.size*(t.type==="f"?4:t.type==="b"?1:8)+32+16-1&-16;function Ra(t){let e=t;for(;e.source;)e=e.source;return e}function Lc(t,e){let n=e+16-1&-16,s=[],
a=[];for(let r of t.filter(o=>o.kept))r.offset=n,n+=jc(r);for(let r of t.filter(o=>!o.kept).sort((o,i)=>o.first-i.first)){let o=a.filter(c=>c.last<r.first);o.length&&
(a=a.filter(c=>c.last>=r.first),s=Om([...s,...o]));let i=jc(r),l=s.filter(c=>c.bytes>=i).sort((c,f)=>c.bytes-f.bytes)[0];l?(r.offset=l.at,l.at+=i,l.bytes-=i,s=s.
filter(c=>c.bytes>0)):(r.offset=n,n+=i),a.push({at:r.offset,bytes:i,last:r.last})}return n}function Om(t){let e=[];for(let{at:n,bytes:s}of t.sort((a,r)=>a.at-r.
at)){let a=e.at(-1);a&&a.at+a.bytes===n?a.bytes+=s:e.push({at:n,bytes:s})}return e}function no(t,e){for(let n of t){let s=0,a=n;for(;a.source;)s+=a.shift,a=a.source;
let r=n.type==="f"?Float32Array:n.type==="b"?Uint8Array:Float64Array;n.data=new r(e,a.offset+s*r.BYTES_PER_ELEMENT,n.size)}}function so(t){let e=new Float32Array(t.length);for(let n=0;n<e.length;n++){let s=t[n],a=s&32768?-1:1,r=s>>10&31,o=s&1023;e[n]=r===0?a*o*2**-24:r===31?o?NaN:a*(1/0):
a*(1+o/1024)*2**(r-15)}return e}function Rc(t,{store:e,at:n=0,step:s=1,zero:a=0},r){let o={f4:4,f3:3,f2:2,u2:2,f8:8,i8:8,u1:1}[e??"f4"],i=t.slice(n,n+r*o);if(e===
"f3"){let l=new Uint8Array(r*4);for(let c=0;c<r;c++)for(let f=0;f<3;f++)l[4*c+1+f]=i[3*c+f];return new Float32Array(l.buffer)}return e==="f2"?so(new Uint16Array(
i.buffer)):e==="u2"?Float32Array.from(new Uint16Array(i.buffer),l=>(l-a)*s):e==="f8"?new Float64Array(i.buffer):e==="i8"?Array.from(new BigInt64Array(i.buffer),
Number):e==="u1"?i:new Float32Array(i.buffer)}var Bc=1<<29,Pc=["share","bias"];function Dc(t,e){if(Array.isArray(t))for(let n of t)Dc(n,e);else xn(t)&&e(t)}var qc=t=>Array.isArray(t)?t:[];function Sm(t,e){let n=new Set(
e),s=[...e],a=r=>{Array.isArray(r)?r.forEach(a):typeof r=="object"&&r!==null&&"ref"in r&&!n.has(r.ref)&&(n.add(r.ref),s.push(r.ref))};for(let r=s.pop();r!==void 0;r=
s.pop())Object.values(t.nodes[r].args??{}).forEach(a);return n}async function Ba(t,e,n,s){let a=Fc(t,e,n),r=new Set(t.scans.map(k=>k.node)),o=[],i=new Map,l={interventions:[],
states:!1},c=[],f=[],d=0,u=cn(a,t.outputs.predictions,"predictions"),h=cn(a,t.outputs.valid,"valid"),m=Object.fromEntries(Pc.flatMap(k=>t.outputs[k]?[[k,cn(a,t.
outputs[k],k)]]:[])),g=Sm(t,[t.outputs.predictions,t.outputs.valid,...Pc.flatMap(k=>t.outputs[k]??[])].map(k=>k.ref)),y={simd:s!==null,probe:s?.probe??null,kernels:{},
live:l,scratch(k,S,M=!1){let z={shape:k,size:zt(k),type:S,data:new Uint8Array(0),source:null,shift:0,constant:!1,kept:M,first:d,last:d,offset:-1};return o.push(
z),z},watch:(k,S)=>{i.set(k,S)},watched:k=>r.has(k)};for(let k of a){d=k.index;let S=k.op==="getitem"?[]:k.parts.length?k.parts.filter(_=>_!==null):[k.out];o.push(
...S);let M=k.op!=="input";for(let _ of Object.values(k.args))Dc(_,R=>{Ra(R).last=Math.max(Ra(R).last,d),M&&=R.constant});if(k.op==="getitem")continue;for(let _ of S)
_.constant=M;if(k.op==="input"||k.op==="constant"){k.out.kept=!0,k.op==="constant"&&c.push({op:k.op,needed:!0,run:()=>k.out.data.set(Rc(e,t.nodes[k.index],k.out.
size))});continue}let z=Ds.get(k.op);if(!z)throw new Qt(`model in the page: operator ${k.op} is unknown`);let N=z(k,y);if(N.alias){k.out.source=N.alias,k.out.shift=
N.shift??0,k.out.constant=N.alias.constant;continue}if(M||=k.out.constant,M)for(let _ of S)_.kept=_.constant=!0;N.once&&c.push({op:k.op,needed:!0,run:N.once}),N.
run&&(M?c:f).push({op:k.op,needed:g.has(k.index),run:N.run})}let x=t.scans.map(k=>{let S=i.get(k.node);if(!S)throw new Qt(`model in the page: node ${k.node} is \
no scan; save the page again`);return{norms:S,positions:k.positions?cn(a,k.positions,"positions"):null}}),b=qc(t.outputs.routing).map(k=>cn(a,k,"routing")),w=qc(
t.outputs.transport).map(k=>({plan:cn(a,k?.plan,"plan"),cost:cn(a,k?.cost,"cost"),distance:cn(a,k?.distance,"distance")}));for(let k of[u,h,...Object.values(m),
...x.flatMap(S=>S.positions??[]),...b,...w.flatMap(Object.values)])Ra(k).kept=!0;let A=o.filter(k=>k.source===null),$=Lc(A,s?s.probe.__heap_base.value:0);if($>Bc)
throw new Qt(`model in the page: ${n} rows need ${Math.ceil($/2**20)} MiB of memory, more than ${Bc/2**20}; use the kernel`);s?(Object.assign(y.kernels,await s.
withMemory($)),no(o,y.kernels.memory.buffer)):no(o,new ArrayBuffer($));for(let k of c)k.run();let v={values:[],valid:[],share:[],members:[],until:[],weights:[]};
for(let{node:k,kind:S,modality:M=0}of t.inputs)v[S][M]=a[k].out;return{inputs:v,predictions:u,valid:h,others:m,states:x,routing:b,transport:w,live:l,bytes:$,run:()=>{
for(let k of f)(k.needed||l.states)&&k.run()},timed:()=>{let k={};for(let{op:S,run:M}of f){let z=performance.now();M(),k[S]=(k[S]??0)+performance.now()-z}return k}}}var Nm=2;function Wc(t,e,n){let s=new Map;return async a=>{if(!t)throw new Qt("the model in the page has no attribution");if(![t.nodes,t.inputs,t.scans].every(Array.
isArray)||typeof t.outputs!="object"||t.outputs===null)throw new Qt("model in the page: the attribution has no lists of nodes, inputs and scans, or no outputs; \
save the page again");let r=performance.now(),o=a.weights.length/Em(t),i=s.get(o);if(!i){i=await Ba(t,e,o,n);let u=s.keys().next();s.size>=Nm&&!u.done&&s.delete(
u.value),s.set(o,i)}let{inputs:l,predictions:c,others:{share:f,bias:d}}=i;if(!f||!d)throw new Qt("model in the page: the attribution has no shares; save the pag\
e again");return Pa(l.values,a.values,"values"),Pa(l.valid,a.valid,"valid"),Pa(l.share,a.share,"share"),Pa(l.weights,[a.weights],"weights"),i.live.states=!0,i.run(),
{share:Float32Array.from(f.data),output:Float32Array.from(c.data),bias:Float32Array.from(d.data),milliseconds:performance.now()-r}}}function Em(t){let e=t.inputs.
find(a=>a.kind==="weights")?.node??-1,s=(t.nodes[e]?.shape??[]).slice(1).reduce((a,r)=>a*(typeof r=="number"?r:NaN),1);if(e<0||!(s>0))throw new Qt("model in the\
 page: the attribution has no weights of outputs; save the page again");return s}function Pa(t,e,n){t.forEach((s,a)=>{let r=e?.[a];if(r?.length!==s.size)throw new Qt(
`request: ${n} ${a} has ${r?.length??0} values, expected ${s.shape.join(" x ")} = ${s.size}`);s.data.set(r)})}var zm=65536,Tm=1<<20,Cm=4,Im=2**31-1;async function qa({graph:t,weights:e,wasm:n}){let s=null,a="the page has no WebAssembly kernels";if(n)try{s=await Fm(n),a=
""}catch(o){a=`WebAssembly: ${o instanceof Error?o.message:String(o)}`}let r=new Map;return{kind:s?"wasm":"js",reason:a,programs:r,attribute:Wc(t.gradient,e,s),
async predict(o){let i=performance.now(),l=o.members.length/t.modalities,c=r.get(l);if(!c){c=await Ba(t,e,l,s);let m=r.keys().next();r.size>=Cm&&!m.done&&r.delete(
m.value),r.set(l,c)}jm(c.inputs,o),c.live.interventions=Lm(o.interventions??[],t.modalities),c.live.states=o.wants.states,c.run();let f=o.wants.states,{states:d,
routing:u,transport:h}=c;return{predictions:Float32Array.from(c.predictions.data),steps:c.predictions.shape[1],states:f&&d.length?d.map(m=>Rm(m)):null,routing:f&&
u.length?u.map(({data:m})=>Float32Array.from(m)):null,transport:f&&h.length?h.map(({plan:m,cost:g,distance:y})=>({plan:Float32Array.from(m.data),cost:Float32Array.
from(g.data),distance:Float32Array.from(y.data)})):null,valid:Uint8Array.from(c.valid.data),milliseconds:performance.now()-i}}}}async function Fm(t){let e=await WebAssembly.
compile(t),n=async s=>{let a=new WebAssembly.Memory({initial:Math.ceil(s/zm)+1}),{exports:r}=await WebAssembly.instantiate(e,{env:{memory:a}});return{...r,memory:a}};
return{probe:await n(Tm),withMemory:n}}function jm(t,e){let n=[["values",e.values],["valid",e.valid],["share",e.share],["members",[e.members]]];for(let{size:s,data:a}of t.
until){let r=e.until??Array.from({length:s},()=>Im);if(r.length!==s||!r.every(o=>Number.isInteger(o)&&o>=0))throw new Qt(`request: until is ${JSON.stringify(r).
slice(0,80)}, expected ${s} numbers of steps`);a.set(r)}for(let[s,a]of n)t[s].forEach((r,o)=>{let i=a?.[o];if(i?.length!==r.size)throw new Qt(`request: ${s} ${o}\
 has ${i?.length??0} values, expected ${r.shape.join(" x ")} = ${r.size}`);r.data.set(i)})}function Lm(t,e){for(let{modality:n,kind:s,source:a=0,step:r}of t)if(!([
n,a].every(i=>Number.isInteger(i)&&i>=0&&i<e)&&Number.isInteger(r)&&r>=0)||!["zero","hold","cut"].includes(s))throw new Qt(`request: the intervention ${JSON.stringify(
{modality:n,kind:s,source:a,step:r})} names a modality, kind or step that does not exist`);return t}function Rm({norms:t,positions:e}){if(!e)return Float32Array.
from(t.data);let n=t.shape[2],s=new Float32Array(e.size*n);for(let a=0;a<e.size;a++){let r=e.data[a];r>=0&&s.set(t.data.subarray(r*n,(r+1)*n),a*n)}return s}var Hc=1e4,ao=class extends Error{};async function ro(t){let e="this page has no script for a worker";if(t.script&&typeof Worker=="function")try{return await Bm(
t)}catch(s){e=`worker: ${s instanceof Error?s.message:String(s)}`}let n=await qa(t);return Uc(s=>n.predict(s),{attribute:s=>n.attribute(s),kind:n.kind,thread:"p\
age",reason:[e,n.reason].filter(Boolean).join("; "),stop:()=>{}})}async function Bm({script:t,...e}){let n=URL.createObjectURL(new Blob([t],{type:"text/javascri\
pt"})),s=new Worker(n),a=new Map,r=0,o=c=>{for(let{reject:f}of a.values())f(c);a.clear()},i=c=>new Promise((f,d)=>{a.set(++r,{resolve:f,reject:d}),s.postMessage(
{id:r,...c})});s.onmessage=({data:c})=>{let f=a.get(c.id);a.delete(c.id),c.error!==void 0?f?.reject(new Error(c.error)):f?.resolve(c.started??c.prediction??c.attribution)},
s.onerror=c=>o(new Error(c.message||"it could not be started"));let l=setTimeout(()=>o(new Error(`no reply within ${Hc/1e3} s`)),Hc);try{let{kind:c,reason:f}=await i(
{parts:e});return Uc(u=>i({request:u}),{attribute:u=>i({attribution:u}),kind:c,thread:"worker",reason:f,stop:()=>{s.terminate(),o(new Error("the engine was stop\
ped"))}})}catch(c){throw s.terminate(),c}finally{clearTimeout(l),URL.revokeObjectURL(n)}}function Uc(t,e){let n=null,s=!1,a=async()=>{for(s=!0;n;){let{request:r,
resolve:o,reject:i}=n;n=null,await t(r).then(o,i)}s=!1};return{...e,predict:r=>new Promise((o,i)=>{n?.reject(new ao("a later request replaced this one")),n={request:r,
resolve:o,reject:i},s||a()})}}var Gc={float32:4,float16:2,uint16:2,uint14:2,uint12:2,uint8:1,adaptive:4};function oo(t,e,n){let{modalities:s,ids:a}=t.split;if(!(Number.isInteger(n)&&n>=0&&n<
a.length))throw new RangeError(`sample ${n}, but the page carries ${a.length} samples`);let r=(c,f)=>{if(!(c>=0&&c+f<=e.length))throw new RangeError(`the frames\
 end at byte ${c+f} of ${e.length}; save the page again`);return e.slice(c,c+f).buffer},o=s.map(({kind:c,frames:f,features:d,at:u,low:h,step:m,shift:g})=>{let y=f*
d,x=r(u+n*y*Gc[c],y*Gc[c]);if(c==="float32")return new Float32Array(x);if(c==="float16")return so(new Uint16Array(x));let b=c==="adaptive"?new Uint32Array(x):c===
"uint8"?new Uint8Array(x):new Uint16Array(x),w=2**(g?.[n]??0);return Float32Array.from(b,(A,$)=>(h?.[$%d]??0)+A*w*(m?.[$%d]??0))}),i=s.map(({frames:c,valid_at:f})=>{
let d=n*c,u=new Uint8Array(r(f+(d>>3),(d+c+7>>3)-(d>>3)));return Uint8Array.from({length:c},(h,m)=>u[(d&7)+m>>3]>>7-((d&7)+m&7)&1)}),l=s.flatMap(({share_frames:c=0,
share_at:f})=>f===void 0?[]:[new Float64Array(r(f+n*c*16,c*16))]);return{values:o,valid:i,share:l}}var io=(t,e)=>e.subarray(0,t.weights);var Pn=globalThis;if(typeof Pn.importScripts=="function"&&Pn.document===void 0){let t=null;Pn.onmessage=async({data:e})=>{try{if("parts"in e){t=qa(e.parts);let{
kind:n,reason:s}=await t;Pn.postMessage({id:e.id,started:{kind:n,reason:s}})}else if(t&&"attribution"in e){let n=await(await t).attribute(e.attribution);Pn.postMessage(
{id:e.id,attribution:n},[n.share,n.output,n.bias].map(s=>s.buffer))}else if(t&&"request"in e){let n=await(await t).predict(e.request);Pn.postMessage({id:e.id,prediction:n},
[n.predictions,n.valid,...n.states??[]].map(s=>s.buffer))}}catch(n){Pn.postMessage({id:e.id,error:n instanceof Error?n.message:String(n)})}}}function Kc(t,e){let{epoch:n,layer:s,channel:a,time:r}=e,o={...e};n!==void 0&&(o.epoch=t.epoch[n]),s!==void 0&&(o.layer=t.layer[s]),a!==void 0&&(o.channel=t.channel[a]),
r!==void 0&&(o.time=t.time[r]);for(let i of["brush","zoom"]){let l=e[i];l&&(o[i]=[t.time[l[0]],t.time[l[1]]])}return o}var ze=(t,e)=>({...Kc(t.from_a,e),layer_of_a:e.
layer,of_a:e}),Yc=(t,e)=>Kc(t.to_a,e);function Jc(t,e,n){if(t===null||!Object.hasOwn(t.leads,e))return null;let s=t.leads[e],[a,r]=s===2?n:[t.epoch,n[0]];return n.length<s||a!==t.epoch||r!==t.sample?
null:t.part(e,...s===2?[0,0]:[0],...n.slice(s))}function lo(t){let e=t.sample_axis??{},n=t.recorded_samples??t.sizes.sample,s=null,a=new Map;function r(l,c){let f=t.
shape(l).slice(c.length).reduce((h,m)=>h*m,1),d=`${l} ${f}`,u=a.get(d);return u||a.set(d,u=t.arrays[l].dtype==="uint8"?new Uint8Array(f):new Float32Array(f).fill(
NaN)),u}return{...t,recorded_samples:n,part:(l,...c)=>{let f=e[l];return f===void 0||!(c[f]>=n)?t.part(l,...c):Jc(s,l,c)??r(l,c)},lacks:(l,c)=>c>=n&&e[l]!==void 0&&
!(s?.sample===c&&Object.hasOwn(s.leads,l)),open:l=>{s=l},computed:()=>s}}function co(t){let e=null,n=!1,s=[...t.duration_s],a=[...t.start_s],r=()=>n?null:e,o=f=>e!==
null&&!n&&Object.hasOwn(e.leads,f),i=(f,...d)=>Jc(r(),f,d)??t.part(f,...d),l=(f,d,u)=>{s[f]=d,a[f]=u};function c(f,d){e&&l(e.sample,t.duration_s[e.sample],t.start_s[e.
sample]),[e,n]=[f,d],e&&!n&&l(e.sample,e.duration_s,e.start_s)}return{...t,duration_s:s,start_s:a,recorded:t,edited:r,replaced:o,part:i,show:c,compared:[]}}var Vc=[
"path","influence","attribution","plan","channel_index","scan_norm_0"];var fo=["delay","amplitude","noise","seed","swap","text","window","state","cut","step"];function be({sample:t,epoch:e,masked:n,edits:s}){let a=Object.keys(s).sort().
map(r=>[r,fo.filter(o=>Object.hasOwn(s[r],o)).map(o=>[o,s[r][o]])]);return n.length||a.length?JSON.stringify([t,e,[...n].sort(),a]):""}function ms({phrases:t,samples:e,
modalities:n},s){let a=({delay:r=0,amplitude:o,noise:i,swap:l,text:c,window:f,state:d,cut:u,step:h=0})=>{let m=Math.abs(r),g=[];return l!==void 0&&g.push(ne(t.swap,
{sample:e[l]})),c!==void 0&&g.push(t.text),m&&g.push(ne(r>0?t.later:t.earlier,{steps:ne(m===1?t.one_step:t.several_steps,{steps:m})})),o!==void 0&&g.push(ne(t.amplitude,
{factor:nt(o,2)})),i!==void 0&&g.push(ne(t.noise,{noise:i.toFixed(2)})),f!==void 0&&g.push(ne(f[0]===f[1]?t.one_frame:t.frames,{first:f[0]+1,last:f[1]+1})),d!==
void 0&&g.push(ne(t[d],{step:h+1})),u!==void 0&&g.push(ne(t.cut,{source:n[u].name,step:h+1})),g.join(", ")};return n.filter(r=>Object.hasOwn(s,r.name)).map(r=>`${r.
name} ${a(s[r.name])}`).join("; ")}function Xc(t,e){let n=0,s=null,a=()=>e();async function r(){let l=t.get("what_if_result");if(!l?.seq||l.seq<=n)return;n=l.seq;
let c=await Un(l.meta,l.body);l.seq<n||(s={...c,epoch:l.request.epoch,sample:l.request.sample,edits:l.request.edits,key:be(l.request),request:l.request},e())}let o=()=>r().
catch(l=>e(`The result could not be read: ${l}`));return t.on("change:what_if_result",o),t.on("change:what_if_error",a),{take:o,stop:()=>{t.off("change:what_if_\
result",o),t.off("change:what_if_error",a)},current:()=>s}}var uo=(t,e)=>Number.isInteger(t)&&Number(t)>=0&&Number(t)<=e,Pm=(t,e)=>e===4?new Uint32Array(t):e===2?new Uint16Array(t):new Uint8Array(t);async function Zc(t,e,n){
let s="the model in this page",a=new Error(`${s} is damaged: its weights and frames do not fit their description`);if(!Array.isArray(e?.groups)||!uo(n,2*(e.bytes+
2**20)))throw a;let r=await Hn(t,e.bytes,s),o=new Uint8Array(n),i=0;for(let{width:l,lags:c,folded:f,places:d}of e.groups){let h=[1,2,3,4,8].includes(l)&&Array.isArray(
d)&&Array.isArray(c)&&c.length<=4&&c.every(y=>uo(y,r.length)&&y>0)&&d.every(y=>Array.isArray(y)&&y.every(x=>uo(x,n))&&y[0]+y[1]*l<=n)&&(l!==3&&l!==8||!c.length&&
!f)?d.reduce((y,x)=>y+x[1],0):1/0;if(i+h*l>r.length)throw a;let m;if(l===3||l===8){m=new Uint8Array(h*l);for(let y=0,x=i;y<l;y++)for(let b=0;b<h;b++)m[b*l+y]=r[x++]}else
m=new Uint8Array(Zs(r,i,Pm(h,l),c,f).buffer);i+=h*l;let g=0;for(let[y,x]of d)o.set(m.subarray(g,g+x*l),y),g+=x*l}if(i!==r.length)throw a;return o}function Qc(t,e,n,s){for(let a=0;a<t.length;a++){let r=t[a]/e;n[s+a]=r>=1?255:r>0?Math.round(255*r):0}}function tf(t,{routing:e,transport:n},s){let a={};if(e&&t.
has("routing")){let r=[1,1,...t.shape("routing").slice(2)],o=new Uint8Array(r.reduce((l,c)=>l*c,1)),i=o.length/r[2];e.length===r[2]&&e.every(l=>l.length===i)&&(e.
forEach((l,c)=>Qc(l,1,o,c*i)),a.routing={shape:r,values:o})}if(n&&t.has("plan")&&n.length===t.pairs.length){a.distance={shape:[1,1,n.length],values:Float32Array.
from(n,i=>i.distance[0])};let r=[1,...t.shape("plan").slice(1)],o=r[2]*r[3];if(t.epochs[s]===t.best_epoch&&n.every(({plan:i})=>i.length===o))for(let i of["plan",
"cost"]){let l=new Uint8Array(n.length*o);n.forEach((c,f)=>Qc(c[i],t.transport_scale[i][f],l,f*o)),a[i]={shape:r,values:l}}}return a}function qm(t,e,n){let s=0;for(let a=1;a<n;a++)t[e+a]>t[e+s]&&(s=a);return s}async function Dm(t,e,n,s,a){let r=t.sizes.time,o=t.modalities.length,i=t.outputs.length,
l=s.length/i,c=t.task==="classification",f=t.attribution.block,d=f.length,u=qm(s,(l-1)*i,i),h=l===r&&t.has("attribution_prefix"),m=Float32Array.from(s,(M,z)=>c?
(z%i===u?1:0)-M:1),g=h?Array.from({length:l},(M,z)=>z):[l-1],y=new Float32Array(g.length*o*r),x=null;for(let M=0;M<g.length;M+=1){let z=g.slice(M,M+1),N=(g.length===
1,1),_=new Float32Array(N*l*i);if(z.forEach((R,L)=>{for(let j=0;j<i;j++)Number.isFinite(m[R*i+j])&&(_[(L*l+R)*i+j]=m[R*i+j])}),x=await e.attribute({values:n.values,
valid:n.valid,...n.share?{share:n.share}:{},weights:_}),!a())return null;y.set(x.share.subarray(0,z.length*o*r),M*o*r)}let{output:b,bias:w}=x,A=(M,z)=>{let N=0;
for(let _=0;_<i;_++)N+=m[z*i+_]*M[z*i+_];return N},$=y.slice((g.length-1)*o*r),v=A(b,l-1),k=A(w,l-1),S={attribution:{shape:[1,o,r],values:$},attribution_total:{
shape:[1],values:Float32Array.of(v)},attribution_bias:{shape:[1],values:Float32Array.of(k)},attribution_error:{shape:[1],values:Float32Array.of(Math.abs(v-k-$.reduce(
(M,z)=>M+z,0)))}};if(h){let M=new Float32Array(r*o*d),z=new Uint8Array(r*o*d),N=new Float32Array(r);for(let _=0;_<r;_++){for(let L=0;L<o;L++)for(let j=0;j<d;j++)
for(let B=f[j];B<(f[j+1]??r);B++)M[(_*o+L)*d+j]+=y[(_*o+L)*r+B];let R=M.subarray(_*o*d,(_+1)*o*d);N[_]=R.reduce((L,j)=>Math.max(L,Math.abs(j)),0)||1,R.forEach((L,j)=>z[_*
o*d+j]=Math.round(Math.sqrt(Math.abs(L)/N[_])*Math.sign(L)*127+128))}Object.assign(S,{attribution_prefix:{shape:[1,r,o,d],values:z},attribution_prefix_limit:{shape:[
1,r],values:N},attribution_prefix_bias:{shape:[1,r],values:Float32Array.from({length:r},(_,R)=>A(w,R))},attribution_prefix_total:{shape:[1,r],values:Float32Array.
from({length:r},(_,R)=>A(b,R))}})}return{arrays:S,explained:c?t.outputs[u]:""}}function ef(t,e){let n=0,s=0,a=()=>{n++,clearTimeout(s)};function r(o,i,l,c){a();
let f=n;s=setTimeout(()=>{Dm(e,t,o,i,()=>f===n).then(d=>d&&f===n&&l(d),d=>f===n&&c(d instanceof Error?d.message:String(d)))},150)}return{follow:r,cancel:a}}function Da(t){let e=t>>>0;return e=Math.imul(e^e>>>16,2146121005),e=Math.imul(e^e>>>15,2221713035),(e^e>>>16)>>>0}function nf(t,e,n){let s=Da(t+2654435769>>>0),
a=Da((s^e+1)>>>0),r=new Float64Array(n),o=i=>Da((Da(i+a>>>0)^s)>>>0);for(let i=0;i<n;i++){let l=(o(2*i)+1)/4294967296,c=o(2*i+1)/2**32;r[i]=Math.sqrt(-2*Math.log(
l))*Math.cos(2*Math.PI*c)}return r}var Wm=(t,e)=>new Error(`${e} of ${t}, which has no recorded frame in this sample; swap it for another sample's first`);function Hm(t,e,n){let s=t.length/e.length,
a=t.slice(),r=Array.from(e.keys()).filter(o=>e[o]);return r.forEach((o,i)=>{let l=r[Math.min(r.length-1,Math.max(0,i-n))];a.set(t.subarray(l*s,(l+1)*s),o*s)}),a}
function sf(t,e,n){let s=t.length/e.length,a=t.slice();for(let r=0,o=0;r<e.length;r++)for(let i=0;i<s;i++,o++)e[r]&&(a[o]=n(t[o],o,i));return a}function af(t,e,n,s,a,r){
let o={...t,values:[...t.values],valid:[...t.valid]};return e.forEach((i,l)=>{let c=Object.hasOwn(n,i)?n[i]:{},f=t.values[l],d=t.valid[l];if(c.swap!==void 0){let b=r(
c.swap);[f,d]=[b.values[l],b.valid[l]]}let{delay:u=0,amplitude:h=1,noise:m=0,seed:g=0,window:y}=c,x=u?"delay":h!==1?"amplitude":m?"noise":"";if(x&&!d.some(Boolean))
throw Wm(i,x);if(u&&(f=Hm(f,d,u)),h!==1){let b=Math.fround(h);f=sf(f,d,w=>w*b)}if(m){let b=nf(g,l,f.length),w=Array.from(a[l],A=>m*A);f=sf(f,d,(A,$,v)=>A+b[$]*w[v])}
(y||s.includes(i))&&(d=d.map((b,w)=>s.includes(i)||y&&w>=y[0]&&w<=y[1]?0:b)),o.values[l]=f,o.valid[l]=d}),o}var ho=(t,e)=>t.flatMap((n,s)=>{let{state:a,cut:r,step:o=0}=Object.
hasOwn(e,n)?e[n]:{};return[...a?[{modality:s,kind:a,step:o}]:[],...r!==void 0?[{modality:s,kind:"cut",source:r,step:o}]:[]]});var rf=12,Um=2e4,Ws=8,Gm=40,Km=24;function Ym(t,e){let n=2**e,s=t.length/n,a=new Float32Array(s*e),r=new Float64Array(e);for(let i=0,l=1/e;i<e;i++)r[i]=l,l*=(i+
1)/(e-1-i);let o=Uint8Array.from({length:n},(i,l)=>l.toString(2).replaceAll("0","").length);for(let i=0;i<s;i++)for(let l=0;l<e;l++){let c=0;for(let f=0;f<n;f++)
f>>l&1||(c+=r[o[f]]*(t[i*n+f+2**l]-t[i*n+f]));a[i*e+l]=c}return a}function Jm(t,e,n){let s=[],a=[];for(let[r,o]of e.entries()){if(t.modalities[r].static||!o.some(
Boolean))continue;let i=n[r];if(i===null)return null;a.push(i),s.push((t.align==="resample"?o.reduce((l,c)=>l+(c?1:0),0):t.align==="pad"?t.sizes.time:o.length)/
i)}return!a.length||Math.max(...s)-Math.min(...s)>1/Math.min(...a)*(1+1e-9)?null:Math.max(...s)}var of=(t,e)=>Array.from({length:e},(n,s)=>t>>s&1);function Vm(t,e,n){
let s={},a={};for(let[r,{shape:o}]of Object.entries(e))s[r]=t.sample_axis[r]===1?2:1,a[r]={shape:o,dtype:e[r].values instanceof Uint8Array?"uint8":"float32",at:0,
lags:[]};return{...n,leads:s,arrays:a,has:r=>Object.hasOwn(e,r),shape:r=>e[r].shape,part(r,...o){let{shape:i,values:l}=e[r],c=i.slice(o.length).reduce((d,u)=>d*
u,1),f=o.reduce((d,u,h)=>d*i[h]+u,0)*c;return l.subarray(f,f+c)}}}function Xm(t,e){let{layer:n,channel:s,time:a}=t.sizes,r=t.modalities.length,o=new Uint8Array(
n*r*s*a),i=1/(t.state_power??1);for(let l=0;l<n;l++){let c=e[l].length/(r*a),f=t.part("channel_index",l);for(let d=0;d<r;d++)for(let u=0;u<s;u++){let h=Math.max(
0,f[d*s+u]),m=((l*r+d)*s+u)*a;for(let g=0;g<a;g++){let y=e[l][(d*a+g)*c+h]/t.scale[l];o[m+g]=Number.isFinite(y)?Math.round(255*Math.min(1,Math.max(0,y))**i):255}}}
return o}function lf({engine:t,frame:e,source:n,changed:s,now:a=()=>performance.now()}){let r=e.modalities.length,o=e.modalities.map(O=>O.name),i=e.sizes.time,l=e.
outputs.length,c=2**r-1,f=r<=rf&&e.has("game"),d=[2**(r-1)-1,c].filter(O=>O>0&&O<=Ws),u=new Map,h=new Map,m=new WeakSet,g=null,y=null,x=null,b=null,w=!1,A=!1,$=0,
v="",k=n.attributes&&e.has("attribution")?ef(t,e):null;function S(O,F,T){O.delete(F),O.set(F,T);for(let W of[...O.keys()].slice(0,Math.max(0,O.size-Km)))W!==y?.
sample&&O.delete(W)}let M=O=>be(O)||`sample ${O.sample}`;function z(){if(y===null||A)return null;let{sample:O}=y,F=be(y),T=u.get(O),W={sample:O,epoch:n.epoch,masked:[],
edits:{}};return O>=e.recorded_samples&&(!T||T.draft||T.partial&&!F)&&x?.key!==M(W)?{sample:O,key:M(W),request:W,edited:!1,requested:$}:!F||y.epoch!==n.epoch||x?.
key===F||g?.key===F&&!g.draft&&!g.partial?null:{sample:O,key:F,request:y,edited:!0,requested:$}}let N=O=>A||y===null||(O.edited?be(y)!==O.key:y.sample!==O.sample||
be(y)!==""&&u.get(O.sample)?.draft===!1);function _(O,F){let W={prediction:{shape:[...[1,1,i],l],values:j(F.predictions)},...tf(e,F,n.epoch)};return F.valid&&(W.
state_valid={shape:[1,r,i],values:F.valid}),F.states&&e.has("state")&&(W.state={shape:[1,1,e.sizes.layer,r,e.sizes.channel,i],values:Xm(e,F.states)}),O.values.forEach(
(I,E)=>{let U=O.valid[E],G=I.length/U.length;W[`signal_${E}`]={shape:[1,U.length,G],values:I.map((K,J)=>U[Math.floor(J/G)]?K:0)},W[`signal_valid_${E}`]={shape:[
1,U.length],values:U}}),W}function R({edits:O}){return e.has("attribution")?n.attributes?f?ho(o,O).length?"The page computes no attribution with an intervention\
 on hidden states or edges.":"":`The page computes no attribution for more than ${rf} modalities.`:n.no_attribution||"The model in the page has no graph of the \
attribution; export it again.":""}function L(O,F,T,W,I,E,U){let{sample:G,request:K}=O,J=U?`The attribution could not be computed: ${U}`:R(K);e.labelled===!1&&G>=
e.recorded_samples&&(e.targets[G]=Qm(T.prediction.values.subarray((i-1)*l)));let X=W?{...T,...B(G,W)}:T,at={epoch:n.epoch,sample:G,edits:K.edits,key:O.key,request:K,
explained:E,unexplained:J,start_s:e.recorded.start_s[G],duration_s:n.timed?e.recorded.duration_s[G]:Jm(e,F.valid,n.rates)},tt={...Vm(e,X,at),draft:W===null&&f,partial:I};
O.edited?g=tt:S(u,G,tt)}function j(O){if(O.length===i*l)return O;let F=new Float32Array(i*l).fill(NaN);return F.set(O,(i-1)*l),F}function B(O,F){let T=e.task===
"classification"?e.targets[O]:0,W=c+1,I=new Float32Array(i*W);for(let[U,G]of F)for(let K=0;K<i;K++)I[K*W+U]=G[K*l+T];let E=Float32Array.from({length:i},(U,G)=>I[G*
W]);return{game:{shape:[1,1,i,W],values:I},phi:{shape:[1,1,i,r],values:Ym(I,r)},baseline:{shape:[1,1,i],values:E}}}async function P(O){let F=n.sampleAt(O.sample);
if(F===null)throw new Error(`the page does not hold the input of sample ${e.samples[O.sample]}`);let{edits:T,masked:W}=O.request,I=O.edited?af(F,o,T,W,n.std,ut=>{
let Nt=n.sampleAt(ut);if(Nt===null)throw new Error(`the page does not hold the input of sample ${e.samples[ut]}`);return Nt}):F,E=ho(o,T),U={values:I.values,valid:I.
valid,...F.share?{share:F.share}:{},interventions:E},G=await t.predict({...U,members:Uint8Array.from(of(c,r)),wants:{states:!0}});if(!G||N(O))return;let K=G.steps===
1&&i>1,J=new Map([[c,j(G.predictions)]]),X=o.reduce((ut,Nt,Gt)=>ut|(Object.hasOwn(T,Nt)||W.includes(Nt)?1<<Gt:0),0),at=E.length?[]:Array.from({length:c},(ut,Nt)=>Nt).
filter(ut=>!(ut&X)),tt=h.get(O.sample)??new Map;for(let ut of at)tt.has(ut)&&J.set(ut,tt.get(ut));let st=f?Array.from({length:c},(ut,Nt)=>Nt).filter(ut=>!J.has(
ut)):[],dt=st.map(ut=>[ut,i]),wt=t.thread==="worker"&&!O.edited&&st.length?q(U,dt.slice(0,Ws),K):null,jt=_(I,G);if(b={key:O.key,first:a()-O.requested,all:null,prefixes:null,
left:""},L(O,I,jt,null,K),s(),!f&&!K||(wt||await Zm(),N(O)))return;if(f){let ut=await D(O,U,dt,K,wt);if(!ut)return;st.forEach((Nt,Gt)=>J.set(Nt,j(ut[Gt])));for(let Nt of O.
edited?at:J.keys())tt.set(Nt,J.get(Nt));S(h,O.sample,tt),L(O,I,jt,J,K),b&&(b.all=a()-O.requested),s()}let At=K?await H(O,I,jt,J,U):jt;At&&f&&E.length===0&&k?.follow(
{...I,...F.share?{share:F.share}:{}},G.predictions,ut=>{N(O)||(L(O,I,{...At,...ut.arrays},J,!1,ut.explained),s())},ut=>{N(O)||(L(O,I,At,J,!1,void 0,ut),s())})}function q(O,F,T){
let W=d.find(E=>E>=F.length)??Ws,I=Array.from({length:W},(E,U)=>F[Math.min(U,F.length-1)]);return t.predict({...O,...T?{until:I.map(([,E])=>E)}:{},members:Uint8Array.
from(I.flatMap(([E])=>of(E,r))),wants:{states:!1}})}async function D(O,F,T,W,I=null){let E=[];for(let U=0;U<T.length;U+=Ws){let G=T.slice(U,U+Ws),K=await(U?q(F,
G,W):I??q(F,G,W));if(!K||N(O))return null;let J=l*K.steps;G.forEach((X,at)=>E.push(K.predictions.slice(at*J,(at+1)*J)))}return E}async function H(O,F,T,W,I){let E=a(),
U=async tt=>{let st=tt.flatMap(wt=>Array.from({length:i-1},(jt,At)=>[wt,At+1])),dt=await D(O,I,st,!0);if(st.forEach(([wt,jt],At)=>dt&&W.get(wt)?.set(dt[At],(jt-
1)*l)),dt)for(let wt of tt)m.add(W.get(wt));return dt!==null};if(!await U([c]))return null;let G=W.get(0);if(G)for(let tt=0;tt+1<i;tt++)G.copyWithin(tt*l,(i-1)*
l);let K=[...W.keys()].filter(tt=>tt>0&&tt<c&&!m.has(W.get(tt))),J=(a()-E)*K.length,X=J>Um?`Shapley values before the last step are not computed: the ${K.length}\
 further subsets at every step would take about ${Math.round(J/1e3)} s`:"",at={...T,prediction:{...T.prediction,values:W.get(c).slice()}};return L(O,F,at,f?W:null,
K.length>0&&!X),b&&([b.prefixes,b.left]=[a()-O.requested,X]),s(),X||!K.length?at:await U(K)?(L(O,F,at,W,!1),b&&(b.prefixes=a()-O.requested),s(),at):null}async function C(){
if(!w){w=!0;try{for(let O=z();O;O=z())try{await P(O)}catch(F){x={key:O.key,sample:O.sample,text:F instanceof Error?F.message:String(F)},s()}}finally{w=!1}}}return{
follow({sample:O,epoch:F,masked:T,edits:W}){let I=M({sample:O,epoch:F,masked:T,edits:W});I!==v&&k?.cancel(),I!==v&&([v,$,x]=[I,a(),null]),y={sample:O,epoch:F,masked:T,
edits:W},C()},base:O=>u.get(O)??null,current:()=>g,timesOf:O=>b?.key===O?b:null,problemOf:O=>x&&x.key===O?x.text:"",failed:O=>x&&x.key===`sample ${O}`?x.text:"",
refusal({sample:O,epoch:F,edits:T},W){if(F!==n.epoch)return`the model in the page has the weights of epoch ${e.epochs[n.epoch]}`;if(n.sampleAt(O)===null)return`\
the page does not hold the input of sample ${e.samples[O]}`;for(let[I,E]of o.entries())for(let U of Object.keys(Object.hasOwn(T,E)?T[E]:{}))if(!W[I].includes(U))
return`the page does not compute the edit "${U}" of ${E}`;return""},stop(){A=!0,k?.cancel(),t.stop()}}}var Zm=()=>new Promise(t=>{let e=setTimeout(t,Gm);requestAnimationFrame(
()=>{let{port1:n,port2:s}=new MessageChannel;n.onmessage=()=>{clearTimeout(e),n.close(),t()},s.postMessage(0)})});function Qm(t){let e=0;for(let n=1;n<t.length;n++)
t[n]>t[e]&&(e=n);return e}var t0=16,e0=.001;function n0(t,e){let{split:n,graph:s}=e.model,a=t.modalities.length;if(!(n.modalities.length===a&&e.rows.length===t.sizes.sample&&e.offers.length===
a&&e.std.length===a&&e.rates.length===a&&n.modalities.every((o,i)=>o.features===t.modalities[i].features.length&&o.frames===t.shape(`signal_${i}`)[1])&&s.steps===
t.sizes.time&&Number.isInteger(e.epoch)&&e.epoch>=0&&e.epoch<t.sizes.epoch))throw new Error("the model in this page does not belong to its data: its modalities,\
 frames, steps or epoch differ")}function s0(t,e,n){let s=new Map,a=e.model.split.modalities.some(o=>o.share_at!==void 0);function r(o){let i=e.rows[o]>=0?oo(e.
model,n,e.rows[o]):null,l=a?i?.share:void 0;return o<t.recorded_samples&&(i||!a)?{values:t.modalities.map((c,f)=>Float32Array.from(t.recorded.part(`signal_${f}`,
o))),valid:t.modalities.map((c,f)=>Uint8Array.from(t.recorded.part(`signal_valid_${f}`,o))),...l?{share:l}:{}}:i&&{values:i.values,valid:i.valid,...l?{share:l}:
{}}}return o=>{let i=s.get(o)??r(o);if(i){s.delete(o),s.set(o,i);for(let l of[...s.keys()].slice(0,Math.max(0,s.size-t0)))s.delete(l)}return i}}async function a0(t,e,n){
let s=n.sampleAt(0),a=t.modalities.length;if(!s||!t.recorded_samples)return null;let{predictions:r,steps:o}=await e.predict({...s,members:new Uint8Array(a).fill(
1),interventions:[],wants:{states:!1}}),i=t.outputs.length,l=t.sizes.time,c=t.recorded.part("prediction",n.epoch,0),f=o===l?0:(l-1)*i;if(r.length!==(o===l?l:1)*
i)throw new Error(`the model in this page predicts ${r.length} values, expected ${(o===l?l:1)*i}`);let d=0;for(let u=0;u<r.length;u++)Number.isFinite(c[f+u])&&(d=
Math.max(d,Math.abs(r[u]-c[f+u])||(Number.isFinite(r[u])?0:1/0)));return d}async function cf(t,e,n){let{wasm:s}=t;if(!s.byteLength)return po(t,null,e,n);try{return await po(
t,xs(s),e,n)}catch(a){return po(t,null,e,n).catch(()=>{throw a})}}async function po({meta:t,blob:e,script:n},s,a,r){let o=JSON.parse(t);n0(a,o);let i=await Zc(xs(
e),o.stored,o.model.bytes),l=await ro({graph:o.model.graph,weights:io(o.model,i),wasm:s,script:n});try{let c={epoch:o.epoch,sampleAt:s0(a,o,i),std:o.std,rates:o.
rates,timed:o.model.split.clock!==null,attributes:!!o.model.graph.gradient,no_attribution:String(o.model.about.no_attribution??"").slice(0,400)},f=await a0(a,l,
c),d=e0+2*(Number(o.model.about.error)||0);if(f!==null&&f>d*Math.max(1,r0(a)))throw new Error(`the model in this page does not reproduce the recorded prediction\
 of ${a.samples[0]}: it differs by ${f.toPrecision(2)}; export the model from the training that was recorded`);return{meta:o,engine:l,predictions:lf({engine:l,frame:a,
source:c,changed:r}),difference:f}}catch(c){throw l.stop(),c}}function r0(t){if(t.task==="classification")return 1;let e=0;for(let n of t.recorded.part("predict\
ion"))Math.abs(n)>e&&Number.isFinite(n)&&(e=Math.abs(n));return e}var o0=300;function i0(t){let e=new Uint8Array(Float32Array.from(t).buffer),n="";for(let s=0;s<e.length;s+=8192)n+=String.fromCharCode(...e.subarray(s,s+8192));
return btoa(n)}var ff=t=>t&&{duration_s:t.duration_s,...Object.fromEntries(["prediction","phi","game"].filter(t.has).map(e=>[e,i0(t.part(e))]))};function df(t,e,n){
let s=Xc(t,n),a=t.get("page_model"),r=a?.meta?"starting":"none",o=null,i="",l=!1,c=0,f=null,d=()=>!t.get("opened")&&!t.get("edit_options")?.never;function u(w){
d()&&(t.set("page_engine",w),t.save_changes())}async function h(){if(r==="starting"){try{let w=await cf(a,e,m);if(l)return w.predictions.stop();[o,r]=[w,"ready"]}catch(w){
[r,i]=["failed",w instanceof Error?w.message:String(w)]}u(r==="ready"?"ready":`failed: ${i}`),f&&x(f),n()}}function m(){n(),clearTimeout(c),d()&&(c=setTimeout(g,
o0))}function g(){if(!o||!f||l)return;let w=o.predictions.base(f.sample),A=o.predictions.current(),$=be(f),v=A&&!A.draft&&A.key===$?A:null;if(w?.draft||!w&&!v)return;
let k={sample:f.sample,epoch:f.epoch,masked:f.masked,edits:f.edits};t.set("page_prediction",{request:k,plain:ff(w),edited:ff(v)}),t.save_changes()}function y(w){
return o?o.predictions.refusal(w,o.meta.offers):r==="failed"?i:"the model in the page is starting"}function x(w){f=w,o&&(!be(w)||!y(w)||w.sample>=e.recorded_samples)&&
o.predictions.follow(w)}function b(w){let A=be(w),v=[o?.predictions.current()??null,s.current()].filter(k=>k!==null&&k.sample===w.sample&&k.epoch===w.epoch);return A?
v.find(k=>k?.key===A)??v[0]??null:null}return{take:s.take,start:h,follow:x,editedFor:b,refusal:y,stage:()=>r,reason:()=>i,meta:()=>o?.meta??null,engine:()=>o?.engine??
null,difference:()=>o?.difference??null,base:w=>o?.predictions.base(w)??null,waits:({sample:w})=>w>=e.recorded_samples&&(r==="starting"||o!==null&&!o.predictions.
base(w)&&!o.predictions.failed(w)),missing:w=>w<e.recorded_samples?"":o?o.predictions.failed(w):r==="starting"?"":i||"the page holds no model",timesOf:w=>o?.predictions.
timesOf(w)??null,problemOf:w=>o?.predictions.problemOf(w)??"",stop(){l=!0,clearTimeout(c),s.stop(),o?.predictions.stop()}}}function uf(t,e){let n=0,s=0,a=!1,r=null,o=null,i=(c,f)=>c!==null&&f!==null&&c.key===f.key&&c.request===f.request;function l(c){let f=e.editedFor(c),d=e.base(c.
sample);f||(a=!1);let u=a?null:f;if(u!==r||d!==o){let m=(u===r||i(u,r)&&r?.draft)&&(d===o||i(d,o)&&o?.draft);[r,o,n,s]=[u,d,n+1,s+(m?0:1)]}t.open(d),t.show(f,a);
let h={...c,version:n,early:s,draft:!!(u?u.draft:d?.draft)};return{edited:f,shows:u,comparing:a,state:h}}return{next:l,compare:c=>{a=c}}}var go=["mask","delay","amplitude","noise","swap","text","window","state"],bo={mask:"available",delay:"delay, steps",amplitude:"amplitude, factor",noise:"noise,\
 sd · seed",swap:"swapped with",text:"text",window:"masked frames",state:"hidden state, edges · from step"};function mo(t,e,n){let s=p("input",{type:"range","\
aria-label":t,...e}),a=p("span",{class:"mmv-set"});s.addEventListener("input",()=>n(Number(s.value)));let r=(o,i)=>{o>Number(s.max)&&(s.max=String(o)),o<Number(
s.min)&&(s.min=String(o)),ht(s,"value",String(o)),ht(s,"ariaValueText",i),Mt(a,i)};return{range:s,node:p("div",{class:"mmv-slide"},s,a),set:r}}function hf(t,e,n,s,a,r,o,i){
let l=t.modalities[e],c={},f=[],d=(g,y)=>{n.includes(g)&&y()},u=g=>l.step_s===null?"":` (${bt(g*l.step_s,2)} s)`;return d("mask",()=>{let g=p("input",{type:"che\
ckbox","aria-label":`${l.name} is available`});g.addEventListener("change",()=>r(!g.checked)),c.mask=g,f.push((y,x)=>g.checked=!x)}),d("delay",()=>{let g=Math.max(
1,Math.floor(s/2)),{range:y,node:x,set:b}=mo(`Delay of ${l.name} in steps`,{min:-g,max:g,step:1},w=>a({delay:w||null}));c.delay=x,f.push(({delay:w=0},A)=>{b(w,w?
`${bt(w,0)}${u(w)}`:"none"),ht(y,"disabled",A)})}),d("amplitude",()=>{let{range:g,node:y,set:x}=mo(`Amplitude of ${l.name}, as a factor`,{min:0,max:2,step:.05},
b=>a({amplitude:b===1?null:b}));c.amplitude=y,f.push(({amplitude:b=1},w)=>{x(b,b===1?"as recorded":`× ${nt(b,2)}`),ht(g,"disabled",w)})}),d("noise",()=>{let{range:g,
node:y,set:x}=mo(`Noise on ${l.name}, as a share of its standard deviation`,{min:0,max:2,step:.05},w=>a(w?{noise:w,seed:Number(b.value)||0}:{noise:null,seed:null})),
b=p("input",{type:"number",min:0,max:4294967295,step:1,value:0,"aria-label":`Seed of the noise on ${l.name}`,title:"seed of the noise"});b.addEventListener("inp\
ut",()=>b.checkValidity()&&b.value!==""&&a({seed:Number(b.value)})),y.append(b),c.noise=y,f.push(({noise:w=0,seed:A=0},$)=>{x(w,w?`${nt(w,2)} sd`:"none"),ht(g,"\
disabled",$),ht(b,"disabled",$||!w),w&&Number(b.value)!==A&&(b.value=String(A))})}),d("swap",()=>{let{select:g}=Dt(`Swap ${l.name} for that of another sample`,[
"its own",...t.samples],y=>a({swap:y?y-1:null,text:null}));c.swap=g,f.push(({swap:y},x)=>{ht(g,"value",String(y===void 0?0:y+1)),ht(g,"disabled",x)})}),d("text",
()=>{let g=p("input",{type:"text",class:"mmv-words",maxlength:1e4,placeholder:"as recorded","aria-label":`Another text for ${l.name}`});g.addEventListener("inpu\
t",()=>a({text:g.value||null,swap:null})),g.addEventListener("focus",()=>{g.value||(g.value=(l.tokens?.[i()]??[]).filter(Boolean).join(" "))}),g.addEventListener(
"blur",()=>{y||(g.value="")});let y="";c.text=g,f.push(({text:x=""},b)=>{y=x,g.value!==x&&(x||!g.matches(":focus"))&&(g.value=x),ht(g,"disabled",b)})}),d("windo\
w",()=>{let g=p("input",{type:"checkbox","aria-label":`Mask frames of ${l.name}`}),y=["First","Last"].map(b=>p("input",{type:"number",min:1,max:s,step:1,value:b===
"First"?1:s,"aria-label":`${b} masked frame of ${l.name}`})),x=()=>{let[b,w]=y.map(A=>Number(A.value)-1);g.checked?y.every(A=>A.checkValidity()&&A.value!=="")&&
b<=w&&a({window:[b,w]}):a({window:null})};[g,...y].forEach(b=>b.addEventListener("input",x)),c.window=p("div",{class:"mmv-slide"},g,y[0],"to",y[1]),f.push(({window:b},w)=>{
g.checked=b!==void 0,ht(g,"disabled",w),y.forEach((A,$)=>{ht(A,"disabled",w||!b),b&&Number(A.value)!==b[$]+1&&(A.value=String(b[$]+1))})})}),d("state",()=>{let g=n.
includes("cut")?t.modalities.map((A,$)=>$).filter(A=>A!==e):[],y=[{state:null,cut:null,step:null},{state:"zero",cut:null},{state:"hold",cut:null},...g.map(A=>({
state:null,cut:A}))],x=["as computed","state set to 0","state held",...g.map(A=>`no edge from ${t.modalities[A].name}`)],{select:b}=Dt(`Intervention on the SSM \
stream of ${l.name}, in every ${t.scans.length?"captured scan of this modality":"layer"}`,x,A=>a(A?{...y[A],step:w.disabled?o():Number(w.value)-1}:y[0])),w=p("i\
nput",{type:"number",min:1,max:t.sizes.time,step:1,value:1,"aria-label":`First step of the intervention on ${l.name}`,title:"first step of the intervention; at \
first the selected step"});w.addEventListener("input",()=>w.checkValidity()&&w.value!==""&&a({step:Number(w.value)-1})),c.state=p("div",{class:"mmv-slide"},b,w),
f.push(({state:A,cut:$,step:v=0},k)=>{let S=y.findIndex(M=>(M.state??void 0)===A&&(M.cut??void 0)===$);ht(b,"value",String(Math.max(0,S))),ht(b,"disabled",k),ht(
w,"disabled",k||S<=0),Number(w.value)!==v+1&&(w.value=String(v+1))})}),{row:g=>p("tr",{},p("th",{scope:"row"},...Ot(t,e)),...g.map(y=>p("td",{class:`mmv-by-${y}`,
"data-kind":bo[y],...c[y]?{}:{"data-none":""}},c[y]??p("span",{class:"mmv-faint"},"–")))),draw:(g,y)=>f.forEach(x=>x(g,y))}}var pf=({edits:t,masked:e})=>JSON.stringify([Object.entries(t).map(([n,s])=>[n,Object.keys(s)]),e]);function mf(t,e=()=>performance.now()){let n=[],s=[],a=null,
r=-1/0;function o({edits:l,masked:c}){let f={edits:l,masked:c};a!==null&&JSON.stringify(a)===JSON.stringify(f)||(a!==null&&(n.length>0&&!s.length&&e()-r<700&&pf(
a)===pf(f)||(n=[...n,a].slice(-100)),s=[]),[a,r]=[f,e()])}function i(l,c){let f=l.at(-1);return!f||a===null?!1:(c.push(a),l.pop(),[a,r]=[f,-1/0],t(f),!0)}return{
follow:o,undo:()=>i(n,s),redo:()=>i(s,n),steps:()=>({undo:n.length,redo:s.length})}}var Wa=50,l0=t=>`"${(typeof t=="string"&&/^[=+\-@\t\r]/.test(t)?`'${t}`:String(t)).replaceAll('"','""')}"`,gf=(t,{edits:e,masked:n})=>[ms(t,e),...n.map(s=>`${s}\
 masked`)].filter(Boolean).join("; ");function c0(t,e){let n=t.target_name,s=["sample","epoch","time","edits",`${n}, recorded`,`${n}, edited`,"difference",...t.
modalities.map(r=>`Shapley value of ${r.name}`)],a=e.map(r=>[t.samples[r.sample],t.epochs[r.epoch],St(t,r.sample,r.time),gf(t,r),r.recorded??"",r.value,r.recorded===
null?"":r.value-r.recorded,...r.phi]);return[s,...a].map(r=>r.map(l0).join(",")).join(`\r
`)+`\r
`}function f0(t,e,n){let{epoch:s,sample:a,request:r}=e,o=t.task==="classification"?t.targets[a]:0,i=t.recorded.part("prediction",s,a,n)[o];return{sample:a,epoch:s,
time:n,edits:r.edits,masked:r.masked,value:e.part("prediction",0,0,n)[o],recorded:Number.isFinite(i)?i:null,phi:Array.from(e.part("phi",0,0,n))}}function d0(t,e){
let n=s=>typeof s=="object"&&s!==null&&Number.isInteger(s.sample)&&s.sample>=0&&s.sample<t.sizes.sample&&Number.isInteger(s.epoch)&&s.epoch>=0&&s.epoch<t.sizes.
epoch&&Number.isInteger(s.time)&&s.time>=0&&s.time<t.sizes.time&&typeof s.edits=="object"&&s.edits!==null&&Array.isArray(s.masked)&&typeof s.value=="number"&&Array.
isArray(s.phi)&&s.phi.length===t.modalities.length;return Array.isArray(e)?e.filter(n).slice(0,Wa):[]}function bf(t,e,n){let s=p("tbody"),a=p("span",{role:"stat\
us"}),r=()=>d0(t,e.get("counterfactuals")),o=h=>{e.set("counterfactuals",h),e.save_changes()},i=pt("CSV",()=>{let h=p("a",{href:URL.createObjectURL(new Blob([c0(
t,r())],{type:"text/csv"})),download:"counterfactuals.csv"});h.click(),setTimeout(()=>URL.revokeObjectURL(h.href),1e3)},{"aria-label":"Download the counterfactu\
als as CSV"}),l=[t.task==="classification"?"p(true class)":"predicted value","difference"],c=p("table",{class:"mmv-list","aria-label":"Counterfactuals"},p("thea\
d",{},p("tr",{},...["sample","edits","epoch","time",...l].map(h=>p("th",{scope:"col"},h)),...t.modalities.map((h,m)=>p("th",{scope:"col"},"φ ",...Ot(t,m))),p("\
td"))),s),f=p("div",{class:"mmv-counterfactuals"},p("div",{class:"mmv-inline"},a,i),p("div",{class:"mmv-scroll-x",tabindex:0,role:"region","aria-label":"Table o\
f counterfactuals"},c),it(`Values at the time of saving: φ is the Shapley value, the difference is that to the ${t.recorded_samples<t.sizes.sample?"unedited":"\
recorded"} sample. Press the edits to restore them. At most ${Wa} rows: a further one replaces the oldest.`));function d(){let h=r();f.hidden=h.length===0,a.textContent=
`${h.length} saved`,s.replaceChildren(...h.map((m,g)=>{let y=gf(t,m)||"no edit",x=pt("",()=>n({sample:m.sample,epoch:m.epoch,time:m.time,edits:m.edits,masked:m.
masked}),{class:"mmv-open"});return x.append(Q(y)),p("tr",{},p("th",{scope:"row"},Q(t.samples[m.sample])),p("td",{},x),p("td",{},String(t.epochs[m.epoch])),p("t\
d",{},St(t,m.sample,m.time)),p("td",{},nt(m.value,t.digits)),p("td",{},m.recorded===null?"–":bt(m.value-m.recorded,t.digits)),...m.phi.map(b=>p("td",{},bt(b,t.
digits))),p("td",{},pt("remove",()=>o(r().filter((b,w)=>w!==g)),{"aria-label":`Remove counterfactual ${g+1}`})))}))}return e.on("change:counterfactuals",d),d(),
{node:f,save:(h,m)=>o([...r(),f0(t,h,m)].slice(-Wa)),full:()=>r().length>=Wa,stop:()=>e.off("change:counterfactuals",d)}}var u0={mask:"a mask",delay:"a delay",amplitude:"an amplitude",noise:"noise",swap:"a swap",text:"text",window:"masked frames",state:"a change of its own hidden \
state"},h0=["delay","swap","window"],p0=80,m0="Explorer(trace, model=mmviz.recording.export_model(run, part)) or Explorer(trace, what_if=mmviz.recording.what_if\
(run, part))";function g0(t,e,n){let s=new Map;for(let a of e){let r=n[a]||t.missing_scans||"the fusion has no SSM stream per modality, or its edits are not off\
ered";s.set(r,[...s.get(r)??[],t.modalities[a].name])}return[...s].map(([a,r])=>`Hidden states of ${r.join(", ")} cannot be changed here: ${a}${a.endsWith(".")?
"":"."}`).join(" ")}function b0(t,e,n,s){let a=l=>t.modalities.filter((c,f)=>!e[f].includes(l)&&(l!=="text"||c.display.kind==="text")).map(c=>c.name),r=!s&&t.modalities.
some((l,c)=>t.has(`signal_at_${c}`)),o=new Map,i=(l,c,f)=>{let d=o.get(l)??{words:[],say:f};d.words.push(c),o.set(l,d)};for(let l of go){let c=a(l),f=c.join(", "),
d=r&&h0.includes(l);c.length&&(l==="state"?i(l,"",()=>g0(t,t.modalities.flatMap((u,h)=>e[h].includes("state")?[]:[h]),n)):l==="text"?i(l,"",()=>`The text of ${f}\
 cannot be edited: ${s?"what_if was given no encoder for it":"this needs the kernel and an encoder, what_if(run, part, text={...})"}.`):i(JSON.stringify([c,d]),
u0[l],u=>`${s?"what_if":"The model in the page"} does not offer ${u} for ${f}${d?": with timestamps this changes the time that a frame covers, which needs the k\
ernel":""}.`))}return[...o.values()].map(({words:l,say:c})=>c(l.length>1?`${l.slice(0,-1).join(", ")} or ${l.at(-1)}`:l[0])).join(" ")}function yf(t){let e=t.get(
"selection");return!(t.get("opened")||t.get("edit_options")?.never)||!!t.get("page_model")?.meta||!!t.get("what_if_result")?.seq||Object.keys(e?.edits??{}).length>
0}function wf(t,e,n,{compare:s,predictions:a}){let r=e.get("edit_options"),o=!!r?.offers,i=o&&r.kernel!==!1,l=p("summary",{},"What-if edits"),c=p("details",{class:"\
mmv-panel mmv-what-if",...o||e.get("what_if_result")?.seq?{open:""}:{}},l),f=p("p",{class:"mmv-small mmv-what-if-status",role:"status"}),d=p("p",{class:"mmv-err\
or",role:"alert"}),u=p("p",{class:"mmv-small mmv-what-if-effect"}),h=pt("reset",()=>n({edits:{},masked:[]}),{"aria-label":"Reset all edits"}),m=pt("show as reco\
rded",()=>s(m.getAttribute("aria-pressed")!=="true"),{"aria-pressed":"false"}),g=mf(n),y=bf(t,e,n),x=pt("undo",g.undo,{"aria-label":"Undo the last edit"}),b=pt(
"redo",g.redo,{"aria-label":"Redo the edit"}),w=pt("save as counterfactual",()=>M&&y.save(M,$.time)),A=pt("cancel",()=>n(z()),{"aria-label":"Cancel this edit"}),
$=e.get("selection"),v=0,k=0,S=!1,M=null,z=()=>M?{edits:M.edits,masked:M.request.masked,sample:M.sample,epoch:M.epoch}:{edits:{},masked:[]},N=o?t.modalities.map(
(O,F)=>hf(t,F,r.offers[F],r.frames[F],T=>{let W={...Object.hasOwn($.edits,O.name)?$.edits[O.name]:{},...T},I=Object.fromEntries(fo.filter(U=>W[U]!==void 0&&W[U]!==
null).map(U=>[U,W[U]])),E=Object.entries($.edits).filter(([U])=>U!==O.name);n({edits:Object.fromEntries(Object.keys(I).length?[...E,[O.name,I]]:E)})},T=>n({masked:t.
modalities.map(W=>W.name).filter(W=>W===O.name?T:$.masked.includes(W))}),()=>$.time,()=>$.sample)):[];if(o){let O=go.filter(F=>r.offers.some(T=>T.includes(F)));
c.append(p("div",{class:"mmv-scroll-x",tabindex:0,role:"region","aria-label":"Edits of each modality"},p("table",{class:"mmv-edits","aria-label":"Edits"},p("the\
ad",{},p("tr",{},p("td"),...O.map(F=>p("th",{scope:"col",class:`mmv-by-${F}`},bo[F])))),p("tbody",{},...N.map(F=>F.row(O))))))}let _=o?b0(t,r.offers,r.reasons??
[],i):e.get("opened")?"Further edits need a running kernel, and a saved page has none; a modality can still be masked, under Modality ablation.":`Edits need the\
 model: ${m0}.`;c.append(p("div",{class:"mmv-inline"},x,b,h,m,A,w,f),u,d,y.node,..._?[it(_)]:[]);let R=[t.task==="classification"?["p(true class)"]:["predicted \
value"],...t.modalities.map((O,F)=>Ot(t,F))].map(O=>({numbers:new Text(""),words:O})),L=R.map(({numbers:O,words:F})=>p("span",{class:"mmv-change"},...F,O));function j({
sample:O,epoch:F,time:T},W){let I=t.task==="classification"?t.targets[O]:0,E=X=>[t.recorded.part(X,F,O,T),W.part(X,0,0,T)],[U,G]=E("prediction"),[K,J]=E("phi");
R.forEach(({numbers:X},at)=>{let[tt,st,dt]=at?[K[at-1],J[at-1],bt]:[U[I],G[I],nt],wt=` ${dt(tt,t.digits)} → ${dt(st,t.digits)}`;X.data!==wt&&(X.data=wt)}),u.firstChild||
u.append(...L)}function B(O){let F=a.timesOf(O),T=e.get("what_if_result"),W=T?.milliseconds;return F&&M?.draft!==void 0?`in the page in ${nt(F.first,0)} ms${F.all===
null?"":`, all subsets in ${nt(F.all,0)} ms`}${F.prefixes===null?M.partial?"; every prefix is being computed":"":`, every prefix in ${nt(F.prefixes/1e3,1)} s`}${F.
left&&`. ${F.left}`}`:`by the kernel${typeof W=="number"?` in ${nt(W,0)} ms`:""}`}function P(){let O=a.stage(),F=a.difference();if(O==="failed")return` The mode\
l in the page cannot be used${i?"; the kernel predicts":""}: ${a.reason()}`;if(O!=="ready")return"";let T=a.engine(),W=a.meta(),I=Number(W?.model.about.error)||
0,E=[...W?.notes??[],String(W?.model.about.no_attribution??"")].filter(Boolean).map(U=>` ${U.replace(/\.$/,"")}.`).join("");return` The model is in the page (ep\
och ${t.epochs[t.model_epoch??0]}, ${T?.kind==="wasm"?"WebAssembly":"JavaScript"})${I?`; stored weights and frames change a prediction by at most ${I.toPrecision(
2)}`:""}${F===null?"":`; it reproduces the recording of ${t.samples[0]} within ${F.toPrecision(1)}`}.${E}`}function q(O){let F=e.get("what_if_error"),T=F?.seq&&
be(F.request)===O,W=a.problemOf(O),I=O&&!i&&o&&!W?a.refusal($):"",E=a.stage()==="starting",U=M?"shown is the last valid prediction":"shown is the recorded sampl\
e",{undo:G,redo:K}=g.steps(),J=[[h,!O],[x,!G],[b,!K],[w,!(M&&M.key===O&&!M.draft&&M.has("phi"))],[m,!M]];for(let[tt,st]of J)ht(tt,"disabled",st);let X=W||(O&&T?
F.text:"")||(E?"":I);if(Mt(d,X?`This edit could not be computed; ${U}${M?`: ${ms(t,M.edits)||"some modalities masked"}`:""}. The reason: ${X}`:""),!(O&&!X&&M?.key!==
O&&a.stage()==="ready"&&!a.refusal($)))clearTimeout(k),k=0,S=!1;else if(!S){k||=setTimeout(()=>{S=!0,q(be($))},p0);return}Mt(f,t.edited()===null&&M?"Shown is th\
e sample as recorded.":O?X?"":M&&M.key===O?`Shown is the edited sample, computed ${B(O)}; outlines and pale lines are as recorded.`:E?`The model in the page is \
starting; ${U}.`:o?`Computing; ${U}.`:`This edit was not computed before the page was saved; ${U}.`:o?`Nothing is edited.${P()}`:""),ht(A,"hidden",!o||!O||M?.key===
O),clearTimeout(v),i&&O&&!X&&!E&&!(M&&M.key===O)&&(v=setTimeout(()=>f.textContent=`No result for 5 seconds: the kernel is busy, or not running; ${U}.`,5e3))}function D(O,F,T){
[$,M]=[O,F],g.follow(O);let W=o||F?be(O):Object.keys(O.edits).length?be(O):"";N.forEach((I,E)=>{let{name:U}=t.modalities[E];I.draw(Object.hasOwn(O.edits,U)?O.edits[U]:
{},O.masked.includes(U))}),Yt(m,"aria-pressed",String(T)),q(W),!M?.draft&&(M?.has("phi")?j(O,M):u.replaceChildren())}function H(O){let F=O.key.toLowerCase(),T=O.
target;return!(O.ctrlKey||O.metaKey)||O.altKey||!["z","y"].includes(F)||T.closest("input[type=text], input[type=search], input[type=number], textarea")?!1:(O.preventDefault(),
O.stopPropagation(),F==="y"||O.shiftKey?g.redo():g.undo(),!0)}return{node:c,draw:D,key:H,stop:()=>{clearTimeout(v),clearTimeout(k),y.stop()}}}var y0={lanes:["prediction","state"],"end-to-end attribution":["attribution","attribution_total","attribution_bias"],"half-life":["half_life","state"],transport:[
"plan","cost","distance","estimated_lag"],"mean shapley":["phi_mean","phi_low","phi_high"]};function w0(t,e){if(t.recorded.arrays[e]?.dtype!=="uint8")return null;
let n=/^scan_norm_(\d+)$/.exec(e);return e==="state"?(s,a)=>(s/255)**(t.state_power??1)*t.scale[a.layer]:e==="influence"?(s,a)=>(s/255)**2*t.influence.scale[a.layer]:
e==="plan"||e==="cost"?(s,a)=>s/255*t.transport_scale[e][a.pair]:e==="routing"||e==="overview_value"?s=>s/255:n?s=>s/255*t.scans[Number(n[1])].scale:null}function v0(t,e,n){
return(/^(target_|source_)?modality$/.test(e)||e==="stream")&&n<t.modalities.length?t.modalities[n].name:e==="epoch"?t.epochs[n]:e==="recorded_sample"?t.samples[n]:
e==="layer"?t.layers[n]??n:e==="output"||e==="true_class"||e==="predicted_class"?t.outputs[n]??n:e==="pair"?t.pairs[n]?`${t.pairs[n].source} → ${t.pairs[n].anchor}`:
n:e==="curve"?t.curves[n]?.name??n:e==="history_epoch"?t.history_epochs[n]??n:e==="subset"||e==="coalition"?t.modalities.filter((a,r)=>n>>r&1).map(a=>a.name).join(
" + ")||"none":e==="statistic"?["mean","low","high"][n]??n:n}var yo=(t,e)=>[...new Set([...y0[e.name]??[],...e.needs])].filter(t.has);function vf(t,e,n){if(e.table)
return e.table(t,n);let s=yo(t,e),a=f=>t.recorded.arrays[f].dims??t.shape(f).map((d,u)=>`index ${u+1}`),r=[...new Set(s.flatMap(a))],o={recorded_sample:n.sample,
epoch:n.epoch,layer:n.layer},i=[],l=t.edited(),c=l!==null&&l.sample===n.sample&&l.epoch===n.epoch;for(let f of s){let d=c?[t.replaced(f)?"edited":"recorded"]:[],
u=a(f),h=t.recorded.shape(f),m=w0(t,f),g=0;for(;g<u.length&&Object.hasOwn(o,u[g]);)g++;let y=u.slice(0,g).map((w,A)=>w==="recorded_sample"?o[w]:Math.min(o[w],h[A]-
1)),x=t.part(f,...y),b=h.slice(g);for(let w=0;w<x.length;w++){let A={};y.forEach((v,k)=>A[u[k]]=v);let $=w;for(let v=b.length-1;v>=0;v--)A[u[g+v]]=$%b[v],$=Math.
floor($/b[v]);u.some(v=>Object.hasOwn(o,v)&&A[v]!==void 0&&!u.slice(0,g).includes(v)&&A[v]!==Math.min(o[v],h[u.indexOf(v)]-1))||i.push([f,...d,...r.map(v=>A[v]===
void 0?"":v0(t,v,A[v])),m?m(x[w],A):x[w]])}}return{columns:["array",...c?["state of the sample"]:[],...r.map(f=>f.replace("recorded_","").replace("_"," ")),"val\
ue"],rows:i}}function x0(t){if(typeof t=="number")return Number.isNaN(t)?"":String(t);let e=/^[=+\-@\t\r]/.test(t)?`'${t}`:t;return/[",\n\r]/.test(e)?`"${e.replaceAll(
'"','""')}"`:e}var xf=({columns:t,rows:e})=>[t,...e].map(n=>n.map(x0).join(",")).join(`\r
`)+`\r
`;var $0=340,$f=28,M0=22,Mf=3;function wo(t,e){let n=[],s=1/0;for(let r=0;r<e**t.length;r++){let o=t.map((l,c)=>Math.floor(r/e**c)%e),i=Array(e).fill(0);o.forEach(
(l,c)=>i[l]+=t[c]+M0),Math.max(...i)<s&&([n,s]=[o,Math.max(...i)])}let a=[...new Set(n)];return n.map(r=>a.indexOf(r))}function _f(t){let e=p("div",{class:"mmv-\
more"}),n={};t.forEach(({node:r,tall:o})=>r.style.containIntrinsicSize=`auto ${o}px`);let s=0,a=r=>{if(r===s)return;s=r;let o=n[r]??=wo(t.map(i=>i.tall),r);e.replaceChildren(
...Array.from({length:r},(i,l)=>p("div",{class:"mmv-column"},...t.filter((c,f)=>o[f]===l).map(c=>c.node))))};return a(Math.min(Mf,t.length)),new ResizeObserver(
([{contentRect:r}])=>{let o=Math.floor((r.width+$f)/($0+$f));r.width&&a(Math.max(1,Math.min(Mf,t.length,o)))}).observe(e),e}function vo(t){history.replaceState(null,"",`#${encodeURIComponent(JSON.stringify(t))}`)}var kf=!1;function xo(t){if(!kf&&!document.getElementById("mmviz-study"))
return"";let e=new URL(location.href);return e.searchParams.delete("token"),e.hash=encodeURIComponent(JSON.stringify(t)),e.href}function $o(){try{let t=JSON.parse(
decodeURIComponent(location.hash.slice(1)));return typeof t=="object"&&t!==null?t:{}}catch{return{}}}function Af(t){let e=$o();kf=!0;let n=0,s=()=>{clearTimeout(
n),n=setTimeout(()=>vo(t.get("selection")),300)};return t.on("change:selection",s),{restore:()=>{Object.keys(e).length&&(t.set("selection",{...t.get("selection"),
...e}),t.save_changes())},stop:()=>{clearTimeout(n),t.off("change:selection",s)}}}var Of=new Map,qn=null;function gs(t){let e=Of.get(t);if(e!==void 0)return e;let n=null;if(t&&t!=="none"&&CSS.supports("color",t)){if(!qn){let i=document.createElement(
"canvas");[i.width,i.height]=[1,1],qn=i.getContext("2d",{willReadFrequently:!0})}qn.clearRect(0,0,1,1),qn.fillStyle="#000",qn.fillStyle=t,qn.fillRect(0,0,1,1);let[
s,a,r,o]=qn.getImageData(0,0,1,1).data;n=o?{colour:`rgb(${s}, ${a}, ${r})`,alpha:Math.round(1e3*o/255)/1e3}:null}return Of.set(t,n),n}var Mo=t=>t.split(/,(?![^(]*\))/).
map(e=>e.trim());function _0(t){let e=[],n=0,s=0;for(let a=0;a<=t.length;a++)t[a]==="("&&n++,t[a]===")"&&n--,(a===t.length||t[a]===","&&!n)&&(e.push(t.slice(s,a).
trim()),s=a+1);return e}var _o=t=>t?{fill:t.colour,...t.alpha<1?{"fill-opacity":t.alpha}:{}}:{fill:"none"};function Sf(t,e,n){let s=Mo(t.backgroundSize),a=Mo(t.
backgroundPosition);return _0(t.backgroundImage).flatMap((r,o)=>{let i=/^(repeating-linear|linear|radial)-gradient\((.*)\)$/s.exec(r);if(!i)return[];let l=`pain\
t-${n.childNodes.length}`,c=ct("rect",{...e,fill:`url(#${l})`}),f=Mo(i[2]),d=/^(-?[\d.]+)deg$/.exec(f[0]),u=d?Number(d[1]):180,m=(d||/^(to|circle|ellipse|closest|farthest|at)\b/.
test(f[0])?f.slice(1):f).map(v=>{let k=[...v.replace(/^[a-z-]+\([^)]*\)/,"").matchAll(/(-?[\d.]+)(px|%)/g)].map(S=>Number(S[1]));return{paint:gs(/^[a-z-]+\([^)]*\)|^\S+/.
exec(v)?.[0]??""),places:k}});if(i[1]==="repeating-linear"){let v=Math.max(...m.flatMap(({places:M})=>M));if(!(v>0))return[];let k=0,S=m.flatMap(({paint:M,places:z})=>{
let N=z.length>1?z[0]:k,_=z.at(-1)??k;return k=_,M&&_>N?[ct("rect",{x:N,width:_-N,height:v,..._o(M)})]:[]});return n.append(ct("pattern",{id:l,width:v,height:v,
patternUnits:"userSpaceOnUse",patternTransform:`translate(${e.x} ${e.y}) rotate(${u-90})`},...S)),[c]}let[g,y="auto"]=(s[o%s.length]??"auto").split(" ");if(i[1]===
"radial"){let v=parseFloat(g),k=m[0]?.places[0],S=m[0]?.paint;return!(v>0)||!k||!S?[]:(n.append(ct("pattern",{id:l,x:e.x,y:e.y,width:v,height:v,patternUnits:"us\
erSpaceOnUse"},ct("circle",{cx:v/2,cy:v/2,r:k,..._o(S)}))),[c])}let x=m.map(({paint:v})=>v?.colour),b=m[0]?.paint;if(b&&x.every(v=>v===b.colour)){let v=(z,N)=>z.
endsWith("%")?parseFloat(z)*N/100:z==="auto"?N:parseFloat(z),k=[v(g,e.width),v(y,e.height)],[S,M]=(a[o%a.length]??"0% 0%").split(" ").map((z,N)=>v(z,(N?e.height:
e.width)-k[N]));return[ct("rect",{x:e.x+S,y:e.y+M,width:k[0],height:k[1],..._o(b)})]}let w=(u-90)*Math.PI/180,[A,$]=[Math.cos(w)/2,Math.sin(w)/2];return n.append(
ct("linearGradient",{id:l,x1:.5-A,y1:.5-$,x2:.5+A,y2:.5+$},...m.map(({paint:v,places:k},S)=>ct("stop",{offset:k.length?k[0]/100:S/(m.length-1),"stop-color":v?.colour??
"#ffffff","stop-opacity":v?.alpha??0})))),[c]})}var k0=["fill","stroke"],A0=["fill-opacity","stroke-width","stroke-opacity","stroke-dasharray","stroke-linecap","stroke-linejoin","opacity","text-anchor","domin\
ant-baseline","font-family","font-size","font-weight","paint-order"],ko=".mmv-panel-tools, .mmv-export, .mmv-trust, .mmv-lacks, .mmv-control, .mmv-hidden-text, \
.mmv-hint, .mmv-log, .mmv-grow, .mmv-brush, .mmv-zoom, input, select, audio, video, dialog, [hidden], button:not(.mmv-open, .mmv-closed, .mmv-sort, .mmv-term, .\
mmv-series, .mmv-score, .mmv-chip)",Ha=12,Nf={"color-scheme":"light","--paper":"#ffffff","--ink":"#1f2430"};function O0(t,e){let n=t.querySelectorAll(ko),s=[...n].
map(i=>i.style.display),a=t.style.minHeight;t.style.minHeight=`${t.offsetHeight}px`,n.forEach(i=>i.style.display="none"),t.toggleAttribute("data-exported",!0);let{
style:r}=t.closest(".mmv")??t,o=Object.keys(Nf).map(i=>[i,r.getPropertyValue(i),r.getPropertyPriority(i)]);for(let[i,l]of Object.entries(Nf))r.setProperty(i,l,"\
important");try{return e()}finally{for(let i of o)r.setProperty(...i);n.forEach((i,l)=>i.style.display=s[l]),t.toggleAttribute("data-exported",!1),t.style.minHeight=
a}}function S0(t){let{width:e,top:n}=t.getBoundingClientRect(),s=[...t.children].filter(a=>!a.matches(ko)&&a.getClientRects().length).map(a=>a.getBoundingClientRect().
bottom-n);return{width:Math.ceil(e)+2*Ha,height:Math.ceil(Math.max(24,...s))+2*Ha}}var Tt=t=>Math.round(100*t)/100;function zf(t,e,n,s){let{width:a,height:r}=e,
o=e.left-s.left,i=e.top-s.top,l={x:Tt(o),y:Tt(i),width:Tt(a),height:Tt(r)};if(a<=0||r<=0)return;let c=Math.min(parseFloat(n.borderTopLeftRadius)*(n.borderTopLeftRadius.
endsWith("%")?a/100:1)||0,a/2,r/2),f=c?{rx:Tt(c)}:{},d=gs(n.backgroundColor);d&&t.append(ct("rect",{...l,...f,fill:d.colour,...d.alpha<1?{"fill-opacity":d.alpha}:
{}})),n.backgroundImage!=="none"&&t.append(...Sf(n,{x:o,y:i,width:a,height:r},s.defs).map(g=>(c&&g.tagName==="rect"&&g.setAttribute("rx",String(Tt(c))),g)));let u=[
"Top","Right","Bottom","Left"].map(g=>{let y=parseFloat(n[`border${g}Width`]),x=n[`border${g}Style`],b=gs(n[`border${g}Color`]);return x==="none"||x==="hidden"||
!(y>0)||!b?null:{wide:y,paint:b,dash:x==="dashed"?`${3*y} ${2*y}`:x==="dotted"?`${y} ${y}`:""}}),h=({wide:g,paint:y,dash:x})=>({fill:"none",stroke:y.colour,"str\
oke-width":g,...y.alpha<1?{"stroke-opacity":y.alpha}:{},...x?{"stroke-dasharray":x}:{}}),m=u[0];if(m&&u.every(g=>g&&g.wide===m.wide&&g.paint.colour===m.paint.colour)){
let g=m.wide/2;t.append(ct("rect",{x:Tt(o+g),y:Tt(i+g),width:Tt(Math.max(0,a-2*g)),height:Tt(Math.max(0,r-2*g)),...f,...h(m)}));return}u.forEach((g,y)=>{if(!g)return;
let x=g.wide/2,b=[`M${Tt(o)} ${Tt(i+x)}h${Tt(a)}`,`M${Tt(o+a-x)} ${Tt(i)}v${Tt(r)}`,`M${Tt(o)} ${Tt(i+r-x)}h${Tt(a)}`,`M${Tt(o+x)} ${Tt(i)}v${Tt(r)}`][y];t.append(
ct("path",{d:b,...h(g)}))})}function Ef(t,e,n,s){let a=getComputedStyle(e,n);if(a.content!=='""'||a.position!=="absolute"||a.display==="none")return;let r=e.getBoundingClientRect(),
[o,i,l,c]=[a.left,a.top,a.width,a.height].map(parseFloat);if([o,i,l,c].every(Number.isFinite)){let f=getComputedStyle(e);zf(t,{left:r.left+parseFloat(f.borderLeftWidth)+
o,top:r.top+parseFloat(f.borderTopWidth)+i,width:l,height:c},a,s)}}var N0=/[\u0590-\u08ff\ufb1d-\ufefc]/;function E0(t,e,n,s){let a=gs(n.color);if(!e.data.trim()||
!a)return;let r=[],o=document.createRange(),i=n.writingMode.startsWith("vertical");for(let y of e.data.matchAll(/\S+/g)){o.setStart(e,y.index),o.setEnd(e,y.index+
y[0].length);let x=[...o.getClientRects()].filter(({width:A})=>A>0),b=r.at(-1),w=x[0];if(w)if(x.length>1&&!i)for(let A=0;A<y[0].length;A++){o.setStart(e,y.index+
A),o.setEnd(e,y.index+A+1);let $=o.getClientRects()[0],v=r.at(-1);$&&(v&&A&&Math.abs(v.top-$.top)<2?Object.assign(v,{text:v.text+y[0][A],right:$.right}):v&&Math.
abs(v.top-$.top)<2?Object.assign(v,{text:`${v.text} ${y[0][A]}`,right:$.right}):r.push({text:y[0][A],left:$.left,right:$.right,top:$.top,bottom:$.bottom}))}else
b&&Math.abs(i?b.left-w.left:b.top-w.top)<2?Object.assign(b,{text:`${b.text} ${y[0]}`,left:Math.min(b.left,w.left),right:Math.max(b.right,w.right),top:Math.min(b.
top,w.top),bottom:Math.max(b.bottom,w.bottom)}):r.push({text:y[0],left:w.left,right:w.right,top:w.top,bottom:w.bottom})}let l=e.parentElement?.matches("bdi")?e.
parentElement.parentElement:null,c=l?getComputedStyle(l).textDecorationLine:n.textDecorationLine,{context:f}=s;f.font=`${n.fontStyle} ${n.fontWeight} ${n.fontSize}\
 ${n.fontFamily}`;let d=f.measureText("Mg"),u=d.fontBoundingBoxAscent,h=d.fontBoundingBoxDescent,m=n.textAlign==="right"||n.textAlign==="end"?"end":n.textAlign===
"center"?"middle":"start",g={fill:a.colour,...a.alpha<1?{"fill-opacity":a.alpha}:{},"font-family":n.fontFamily,"font-size":parseFloat(n.fontSize),...n.fontWeight===
"400"?{}:{"font-weight":n.fontWeight},...n.fontStyle==="normal"?{}:{"font-style":n.fontStyle},...c==="none"?{}:{"text-decoration":c}};for(let{text:y,left:x,right:b,
top:w,bottom:A}of r){if(i){let N=(x+b)/2-s.left+(u-h)/2,_=(w+A)/2-s.top;t.append(ct("text",{transform:`translate(${Tt(N)} ${Tt(_)}) rotate(-90)`,"text-anchor":"\
middle",...g},y));continue}let $=(m==="end"?b:m==="middle"?(x+b)/2:x)-s.left,v=(w+A-u-h)/2+u-s.top,{last:k}=s,S=JSON.stringify([Tt(v),g]),M=k?x-k.right:NaN;if(k&&
m==="start"&&k.into===t&&k.line===S&&M>-1&&M<g["font-size"]/2&&!N0.test(k.node.textContent+y)){k.node.append(`${M>1?" ":""}${y}`),k.right=b;continue}let z=ct("t\
ext",{x:Tt($),y:Tt(v),...m==="start"?{}:{"text-anchor":m},...g},y);t.append(z),s.last=m==="start"?{node:z,into:t,right:b,line:S}:void 0}}var z0={M:[0,1],L:[0,1],
T:[0,1],H:[0],V:[1],C:[0,1,0,1,0,1],S:[0,1,0,1],Q:[0,1,0,1],Z:[]};function T0(t,{scale:e,offset:n}){let s=!0,a=[...t.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)].map(([
,r,o])=>{let i=z0[r.toUpperCase()],l=r===r.toLowerCase()&&!s;return s=!1,i?r+(o.match(/-?[\d.]+(?:e-?\d+)?/gi)??[]).map((c,f)=>Tt(Number(c)*e[i[f%i.length]]+(l?
0:n[i[f%i.length]]))).join(" "):null});return a.includes(null)?null:a.join("")}var C0={x:[0,!1],x1:[0,!1],x2:[0,!1],y:[1,!1],y1:[1,!1],y2:[1,!1],width:[0,!0],height:[
1,!0]};function I0(t,e,n,s){let a=e.viewBox.baseVal,r=[...t.querySelectorAll("*")];if(!a?.width||!a.height||r.some(d=>d.hasAttribute("transform")||!["path","rec\
t","line","g"].includes(d.localName)))return;let o=e.getAttribute("preserveAspectRatio")==="none",i=Math.min(n/a.width,s/a.height),l=o?[n/a.width,s/a.height]:[i,
i],c={scale:l,offset:[(n-l[0]*a.width)/2-l[0]*a.x,(s-l[1]*a.height)/2-l[1]*a.y]},f=r.map(d=>d.localName==="path"?T0(d.getAttribute("d")??"",c):"");f.includes(null)||
(r.forEach((d,u)=>{if(d.localName==="path")return d.setAttribute("d",String(f[u]));for(let[h,[m,g]]of Object.entries(C0)){let y=d.getAttribute(h);y!==null&&!y.endsWith(
"%")&&d.setAttribute(h,String(Tt(Number(y)*l[m]+(g?0:c.offset[m]))))}}),t.removeAttribute("viewBox"),t.removeAttribute("preserveAspectRatio"))}function F0(t,e){
let n=getComputedStyle(t).imageRendering==="pixelated"&&t.width?Math.min(64,Math.ceil(2*e/t.width)):1;if(n<2||t.width*t.height*n*n>4e6)return t.toDataURL();let s=p(
"canvas",{width:t.width*n,height:t.height*n}),a=s.getContext("2d");return a.imageSmoothingEnabled=!1,a.drawImage(t,0,0,s.width,s.height),s.toDataURL()}function Tf(t){
let e=getComputedStyle(t);if(t.matches("[hidden], title, desc")||e.display==="none"||e.visibility==="hidden")return null;let n=document.createElementNS(t.namespaceURI,
t.localName);for(let{name:s,value:a}of t.attributes)a&&!/^(class|id|style|role|tabindex|aria-.*|data-.*)$/.test(s)&&n.setAttribute(s,a);for(let s of k0){let a=e.
getPropertyValue(s),r=gs(a);n.setAttribute(s,r?r.colour:"none"),r&&r.alpha<1&&n.setAttribute(`${s}-opacity`,String(Tt(r.alpha*Number(e.getPropertyValue(`${s}-op\
acity`)||1))))}for(let s of A0){let a=e.getPropertyValue(s),r=s.startsWith("font")||s==="text-anchor"||s==="dominant-baseline";a&&a!=="none"&&a!=="normal"&&a!==
"auto"&&!n.hasAttribute(s)&&!(r&&t.tagName!=="text")&&n.setAttribute(s,a)}for(let s of t.childNodes){let a=s instanceof Element?Tf(s):s.cloneNode(!1);a&&n.append(
a)}return n}function Cf(t,e,n){let s=getComputedStyle(e);if(e.matches(ko)||s.display==="none"||s.visibility==="hidden"||!(e.getClientRects().length||s.display===
"contents")||"checkVisibility"in e&&!e.checkVisibility())return;let a=e.getBoundingClientRect(),r={x:Tt(a.left-n.left),y:Tt(a.top-n.top),width:Tt(a.width),height:Tt(
a.height)},o=t;if(Number(s.opacity)<1&&t.append(o=ct("g",{opacity:s.opacity})),e instanceof HTMLCanvasElement||e instanceof HTMLImageElement){let l=e instanceof
HTMLCanvasElement?F0(e,a.width):e.src;l.startsWith("data:image/")&&a.width&&o.append(ct("image",{...r,href:l,preserveAspectRatio:"none","image-rendering":"pixel\
ated"}));return}if(zf(o,a,s,n),e instanceof SVGSVGElement){let l=Tf(e);if(l&&a.width){I0(l,e,a.width,a.height);for(let[c,f]of Object.entries(r))l.setAttribute(c,
String(f));for(let c of["opacity","transform"])l.removeAttribute(c);l.setAttribute("overflow",s.overflow==="visible"?"visible":"hidden"),o.append(l)}return}if(s.
overflowX!=="visible"&&(e.scrollWidth>e.clientWidth+1||e.scrollHeight>e.clientHeight+1)&&e.clientWidth){let l=`clip-${n.defs.childNodes.length}`,c=ct("g",{"clip\
-path":`url(#${l})`});n.defs.append(ct("clipPath",{id:l},ct("rect",r))),o.append(c),o=c}Ef(o,e,"::before",n);let i=[...e.childNodes].map(l=>({child:l,level:l instanceof
Element&&Number(getComputedStyle(l).zIndex)||0})).sort((l,c)=>l.level-c.level);for(let{child:l}of i)l instanceof Element?Cf(o,l,n):l instanceof Text&&E0(o,l,s,n);
Ef(o,e,"::after",n)}function If(t){let e=document.createElement("canvas").getContext("2d"),n=ct("defs"),s=ct("g"),{width:a,height:r}=O0(t,()=>{let{left:i,top:l}=t.
getBoundingClientRect();for(let c of t.children)Cf(s,c,{left:i-Ha,top:l-Ha,defs:n,context:e});return S0(t)}),o=ct("svg",{width:a,height:r,viewBox:`0 0 ${a} ${r}`},
n,ct("rect",{width:a,height:r,fill:"#ffffff"}),s);return{text:new XMLSerializer().serializeToString(o),width:a,height:r}}var Ff=t=>If(t).text;async function jf(t,e=2){
let{text:n,width:s,height:a}=If(t),r=new Image;r.setAttribute("src",`data:image/svg+xml;charset=utf-8,${encodeURIComponent(n)}`),await r.decode();let o=document.
createElement("canvas");[o.width,o.height]=[s*e,a*e];let i=o.getContext("2d");return i.scale(e,e),i.drawImage(r,0,0),new Promise((l,c)=>o.toBlob(f=>f?l(f):c(new Error(
"the browser made no PNG")),"image/png"))}var Oo="run B minus run A";function Ao(t,e){let n=URL.createObjectURL(e);p("a",{href:n,download:t}).click(),setTimeout(()=>URL.revokeObjectURL(n),1e4)}function j0(t,e,n){
let s=t.compared.length>1&&t===t.compared[1],a=(t.python?.[e]??"").replaceAll("(trace",s?"(other":"(trace");if(!a)return{line:"",reason:"No figure of mmviz.plot\
s draws the quantity of this view."};if(a.includes("{sample}")&&n.sample>=t.recorded_samples)return{line:"",reason:"This sample is not in the Trace; record it t\
o draw its figure."};let r=t.pairs?.[0],o={sample:String(n.sample),epoch:String(t.epochs[n.epoch]),layer:String(n.layer),source:JSON.stringify(r?.source??""),anchor:JSON.
stringify(r?.anchor??"")};return{line:a.replace(/\{(\w+)\}/g,(i,l)=>o[l]),reason:t.edited()?"The figure shows the recorded sample, without the edit.":""}}function Ua(t,e,n,s){
let a=p("span",{role:"status",class:"mmv-small"}),r=p("input",{readonly:"","aria-label":"Copied text",class:"mmv-export-text",hidden:""}),o=e.compared.length>1&&
n.name!==Oo?`${"AB"[e.compared.indexOf(e)]}-`:"",i=`mmviz-${o}${n.name.replace(/[^a-z0-9]+/gi,"-")}`,l=d=>async()=>{let u=s();try{a.textContent=u?await d(u):"No\
thing is selected."}catch(h){a.textContent=`Not exported: ${h}`}},c=async(d,u)=>{r.hidden=!1,r.value=d,r.select();try{return await navigator.clipboard.writeText(
d),u}catch{return"Copy the marked text: this page has no access to the clipboard."}},f=[pt("PNG",l(async()=>(Ao(`${i}.png`,await jf(t)),"PNG saved."))),pt("SVG",
l(()=>(Ao(`${i}.svg`,new Blob([Ff(t)],{type:"image/svg+xml"})),"SVG saved."))),pt("CSV",l(d=>{let u=vf(e,n,d);Ao(`${i}.csv`,new Blob(["\uFEFF",xf(u)],{type:"tex\
t/csv"}));let h=u.columns.includes("state of the sample")?" Values of the edited sample are marked edited.":"";return`CSV saved: ${u.rows.length} values of the \
selected sample, epoch and layer.${h}`})),pt("Copy Python",l(d=>{let{line:u,reason:h}=j0(e,n.name,d);return u?c(u,`Copied.${h&&` ${h}`}`):h})),...xo({})?[pt("Co\
py link",l(d=>{let u=d.of_a??d,h=[...Object.keys(e.sizes),...ta];return c(xo(Object.fromEntries(Object.entries(u).filter(([m])=>h.includes(m)))),"Link to this s\
election copied.")}))]:[]];return p("details",{class:"mmv-export"},p("summary",{"aria-label":`Export ${n.name}`},"Export"),p("div",{class:"mmv-export-entries"},
...f,a,r))}var Us=[["overview","Overview"],["sample","Sample"],["explanation","Explanation"],["training","Training"]],Hs="all",L0=new Map([["ArrowRight",1],["ArrowDown",1],
["ArrowLeft",-1],["ArrowUp",-1]]);function R0(t,e){t.addEventListener("keydown",n=>{let s=e.indexOf(n.target),a=e.length-1,r=L0.get(n.key),o=n.key==="Home"?0:n.
key==="End"?a:r===void 0?-1:(s+r+e.length)%e.length;s<0||o<0||(n.preventDefault(),e[o].focus(),e[o].click())})}var Lf=t=>t.section??"sample";function B0(t,e){return t&&
(t===Hs||e.includes(t))?t:e.includes("sample")?"sample":e[0]??Hs}function Rf(t,e,n,s){let a=Us.filter(([c])=>e.includes(c)),r=a.length>1?[...a,[Hs,"All sections"]]:
[];for(let[c]of a)n[c].forEach((f,d)=>{f.id=`${t}-${c}-${d}`,r.length&&(f.setAttribute("role","tabpanel"),f.setAttribute("aria-labelledby",`${t}-tab-${c}`))});let o=r.
map(([c,f])=>{let d=a.filter(([h])=>c===Hs||h===c).flatMap(([h])=>n[h].map(m=>m.id)),u=p("button",{type:"button",role:"tab",id:`${t}-tab-${c}`,class:"mmv-tab","\
aria-controls":d.join(" "),"data-section":c},f);return u.addEventListener("click",()=>s({section:c})),u}),i=p("div",{class:"mmv-tabs",role:"tablist","aria-label":"\
Sections",...o.length?{}:{hidden:""}},...o);R0(i,o);function l(c){let f=B0(c,e);o.forEach(d=>{let u=d.dataset.section===f;Yt(d,"aria-selected",String(u)),ht(d,"\
tabIndex",u?0:-1)});for(let d of e)n[d].forEach(u=>u.toggleAttribute("data-closed",f!==Hs&&f!==d));return f}return{node:i,draw:l}}function Bf(t,e){let{trust:n}=t,s=n?.views[e],a=s&&n.rows[s];if(!a)return[];let r=(o,i)=>i?[p("dt",{},o),p("dd",{},i)]:[];return[...a.measured?[p("p",{class:"mm\
v-small mmv-measured"},a.measured)]:[],p("details",{class:"mmv-trust"},p("summary",{},"How far can you trust this picture?"),p("dl",{},...r("Question",a.question),
...r("Shows",a.can),...r("Does not show",a.cannot),...r("Measured values",`${n.page}#${s}`)))]}function Pf(t,e,n){try{return n()}catch(s){console.error(s),e.replaceChildren(p("p",{class:"mmv-error",role:"alert"},`The view "${t.name}" could not be drawn: ${s}`));
return}}var P0=150;function q0(t,e,n,s){let a=e("main"),r=e("side"),o=e("wide"),i=[...a.length?[]:r,...e("columns")];if(!(a.length+i.length+o.length))return null;
let l=a.length?[p("div",{class:"mmv-body"},...a.map(f=>n(f,"div","mmv-lanes")),p("div",{class:"mmv-side"},...r.map(f=>n(f,"section","mmv-panel"))))]:[],c=i.map(
f=>({node:n(f,"section","mmv-panel"),tall:f.height?.(s)??300}));return p("div",{class:"mmv-section"},p("div",{class:"mmv-section-title",role:"heading"},t),...l,
...c.length?[_f(c)]:[],...o.map(f=>n(f,"section","mmv-panel mmv-wide")))}var qf="No values for this sample: it was not recorded, and the model in the page does \
not compute this view.";function So(t,e,n,s){let a=[],r=s&&`Run ${s}${t.name&&`: ${t.name}`}`,o=(f,d,u)=>{let h=p(d,{class:u,"data-view":f.name}),m=Pf(f,h,()=>f.
mount(h,t,e,n)),g=f.needs.filter(S=>Vc.includes(S)),y=it("As recorded: this view does not show the edit."),x=yo(t,f).includes("state"),b=it("Hidden states as re\
corded: they were not computed for this edit."),w=f.needs.filter(S=>t.sample_axis?.[S]!==void 0),A=it(qf),$=S=>w.some(M=>t.lacks(M,S));A.classList.add("mmv-lack\
s"),w.length&&h.append(A),g.length&&h.append(y),x&&h.append(b);let v=e;m&&h.append(p("div",{class:"mmv-panel-tools"},...Bf(t,f.name),Ua(h,t,f,()=>v)));let k=0;return a.
push({root:h,first:f.first,update:S=>{if(!m)return;if(S.draft&&!f.early)return void(k||=setTimeout(()=>h.ariaBusy="true",P0));clearTimeout(k),k=0,v=S,h.ariaBusy=
null;let M=f.needs.includes("attribution")?t.recorded.computed()?.unexplained:"";Mt(A,`${qf}${M?` ${M}`:""}`),h.toggleAttribute("data-lacks",$(S.sample)),$(S.sample)||
Pf(f,h,()=>m(f.early?{...S,version:S.early??S.version}:S)),ht(b,"hidden",!t.edited()||t.replaced("state")),ht(y,"hidden",!t.edited()||g.every(t.replaced))}}),h},
i={},l=Us.flatMap(([f,d])=>{let u=q0(d,h=>Ro(h,t).filter(m=>Lf(m)===f),o,t.modalities.length);return u&&(i[f]=u),u?[f]:[]});return{node:p("section",{class:"mmv-\
run",...r?{"aria-label":r}:{}},...r?[mt(Q(r))]:[],...Object.values(i)),updates:a,held:l,panels:i}}function Df(t,e){let n=new Set(t),s=0,a=new ResizeObserver(([{contentRect:l}])=>{l.width!==s&&(s=l.width,n=new Set(t),e())}),r=t[0]?.closest(".mmv-run");r&&a.observe(
r);let o=()=>[...n].filter(l=>!l.closest("[data-closed]"));return{measure:()=>{let l=o();l.forEach(f=>f.style.contentVisibility="visible");let c=l.map(f=>{let{paddingTop:d,
paddingBottom:u,borderTopWidth:h,borderBottomWidth:m}=getComputedStyle(f);return f.offsetHeight-[d,u,h,m].reduce((g,y)=>g+parseFloat(y),0)});l.forEach((f,d)=>{f.
style.contentVisibility="",c[d]>0&&(f.style.containIntrinsicSize=`auto ${c[d]}px`),n.delete(f)})},unmeasured:o,stop:()=>a.disconnect()}}function Wf(t){let e=new Set,n=new Map,s=new Map,a=new IntersectionObserver(w=>w.forEach(({target:A,isIntersecting:$})=>{$?e.delete(A):e.add(A)}),{rootMargin:"5\
0px"});t.forEach(({root:w})=>a.observe(w));let r=0,o=0,i=new Map,l=()=>{o=0;for(let w of i.values())w();i.clear()},c=()=>{clearTimeout(r),r=0;for(let w of n.values())
w();n.clear(),d.measure()},f=()=>{clearTimeout(r),r=setTimeout(c,120)},d=Df(t.map(({root:w})=>w),f);function u(w){let A=t[0]?.root.getRootNode()?.activeElement??
null;i.clear();for(let{root:$,update:v,first:k}of t){let S=s.delete($);n.delete($),$.closest("[data-closed]")?s.set($,()=>v(w)):e.has($)&&!S&&!$.contains(A)?n.set(
$,()=>v(w)):w.draft&&!k?i.set($,()=>v(w)):v(w)}i.size&&(o||=requestAnimationFrame(()=>setTimeout(l))),n.size||d.unmeasured().length?f():clearTimeout(r)}let h=w=>t.
forEach(({root:A})=>A.dispatchEvent(new Event(w))),m=()=>{t.forEach(({root:w})=>w.closest(".mmv")?.toggleAttribute("data-printing",!0)),h("mmv-print"),c();for(let w of s.
values())w();s.clear()},g=()=>{t.forEach(({root:w})=>w.closest(".mmv")?.removeAttribute("data-printing")),h("mmv-printed")},y=matchMedia("print"),x=()=>y.matches?
m():g();return addEventListener("beforeprint",m),addEventListener("afterprint",g),y.addEventListener("change",x),{draw:u,stop:()=>{removeEventListener("beforepr\
int",m),removeEventListener("afterprint",g),y.removeEventListener("change",x),a.disconnect(),d.stop(),cancelAnimationFrame(o),i.clear(),clearTimeout(r)}}}function No(t,e){let n=t.task==="classification",s=Rt(),a=p("bdi",{class:"mmv-strip-name"}),r=p("span",{class:"mmv-strip-value"}),o=p("span",{class:"mmv-strip-m\
ark"}),i=p("bdi"),l=Oe(null),c=(m,...g)=>p("div",{class:"mmv-strip-item"},p("span",{class:"mmv-faint"},m),...g),f=t.has("phi")?t.modalities.map((m,g)=>{let{track:y,
set:x,was:b}=Qe(g),w=p("span",{class:"mmv-strip-value"});return{set:x,was:b,text:w,node:p("div",{class:"mmv-strip-item"},p("span",{class:"mmv-strip-modality"},Lt(
g),Q(m.name)),y,w)}}):[],d=p("div",{class:"mmv-strip-run",role:"group","aria-label":e?`Prediction of run ${e}`:"Prediction and contributions at the cursor"},...e?
[p("strong",{},e)]:[],c("predicted",a,...n?[l.track]:[],r),c(t.labelled?"target":"explained",i,o),...f.length?[p("span",{class:"mmv-faint mmv-strip-term"},"Shap\
ley value φ"),...f.map(m=>m.node)]:[]),u=0;function h(m){let{sample:g,epoch:y,time:x}=m,b=t.part("prediction",y,g,x),w=Wn(b),A=t.edited()?t.recorded:null;if(n){
Mt(a,w<0?"–":t.outputs[w]),Mt(r,w<0?"":nt(b[w],t.digits)),l.set(0,w<0?0:b[w]),l.was(0,A&&w>=0?A.part("prediction",y,g,x)[w]:NaN);let k=w===t.targets[g];Mt(i,t.
outputs[t.targets[g]]??"–"),Mt(o,!t.labelled||w<0?"":k?"✓ correct":"✗ incorrect"),o.toggleAttribute("data-wrong",t.labelled&&w>=0&&!k)}else Mt(a,""),Mt(r,
nt(b[0],t.digits)),Mt(i,nt(t.targets[g]??NaN,t.digits)),Mt(o,`error ${bt(b[0]-(t.targets[g]??NaN),t.digits)}`);if(!f.length||m.draft)return;s(m,"sample")&&(u=ee(
..._e(t,"phi",g)));let $=t.part("phi",y,g,x),v=A?.part("phi",y,g,x);f.forEach((k,S)=>{k.set($[S],u),k.was(v?v[S]:NaN,u),Mt(k.text,bt($[S],t.digits))})}return{node:d,
draw:h}}function D0(t){let e=[...new Set(Object.values(t.trust?.views??{}))].flatMap(o=>t.trust.rows[o]??[]),n=(o,i)=>p("section",{},mt(o),p("dl",{},...i.flatMap(([l,c])=>[
p("dt",{},l),p("dd",{},c)]))),s=p("div",{class:"mmv-title",role:"heading","aria-level":2},"Help"),a=p("dialog",{class:"mmv-help","aria-label":"Help"}),r=pt("clo\
se",()=>a.close(),{"aria-label":"Close help"});return a.append(p("div",{class:"mmv-head"},s,r),p("div",{class:"mmv-help-body",tabindex:0,role:"region","aria-lab\
el":"Help text"},n("Keyboard",HELP.shortcuts),...e.length?[n("What the views show",e.map(o=>[o.question,o.can]))]:[],n("Definitions",Object.entries(HELP.definitions)))),
a.querySelectorAll(".mmv-heading").forEach(o=>o.setAttribute("aria-level","3")),a.addEventListener("click",o=>{o.target===a&&a.close()}),a.addEventListener("key\
down",o=>o.key==="Escape"&&o.stopPropagation()),a}function W0(t,e){let n=p("p",{}),s=p("span",{class:"mmv-faint"}),a=[],r=0,o=()=>{a[r]?.[0].removeAttribute("da\
ta-toured"),f.hidden=!0,e()},i=u=>{if(a[r]?.[0].removeAttribute("data-toured"),u>=a.length)return o();r=Math.max(0,u);let[h,m]=a[r];h.setAttribute("data-toured",
""),h.scrollIntoView({block:"nearest"}),[n.textContent,s.textContent]=[m,`${r+1} of ${a.length}`],l.disabled=r===0,c.textContent=r===a.length-1?"done":"next"},l=pt(
"back",()=>i(r-1)),c=pt("next",()=>i(r+1)),f=p("div",{class:"mmv-tour",role:"group","aria-label":"Tour",hidden:""},p("div",{"aria-live":"polite"},n),p("div",{class:"\
mmv-inline"},s,l,c,pt("close",o,{"aria-label":"Close the tour"})));return f.addEventListener("keydown",u=>{u.key==="Escape"&&(u.stopPropagation(),o())}),{card:f,
start:()=>{a=HELP.tour.flatMap(([u,h])=>{let m=[...t.querySelectorAll(u)].find(g=>g.checkVisibility());return m?[[m,h]]:[]}),f.hidden=!1,i(0),c.focus({preventScroll:!0})}}}
function Hf(t){let e,n,s=D0(t),a=pt("?",()=>s.showModal(),{"aria-label":"Help","aria-haspopup":"dialog",title:"Help (?)"}),r=pt("tour",()=>n.start(),{"aria-labe\
l":"Tour of this page"}),o=pt("full screen",()=>c(),{"aria-pressed":"false"}),i=u=>{e.toggleAttribute("data-full",u),o.setAttribute("aria-pressed",String(u))},l=()=>i(
document.fullscreenElement===e||e.getRootNode().fullscreenElement===e);async function c(){if(document.fullscreenElement)return document.exitFullscreen();if(e.hasAttribute(
"data-full"))return i(!1);try{await e.requestFullscreen()}catch{i(!0)}}let f=u=>{let h=u.composedPath()[0];u.key==="?"&&!h.matches("input:not([type=range], [typ\
e=checkbox]), textarea, select")&&!s.open?(u.preventDefault(),s.showModal()):u.key==="Escape"&&!document.fullscreenElement&&e.hasAttribute("data-full")&&!s.open&&
i(!1)};function d(u){e=u,n=W0(e,()=>r.focus()),e.append(s,n.card),e.addEventListener("keydown",f),document.addEventListener("fullscreenchange",l)}return{node:p(
"div",{class:"mmv-tools"},r,a,o),mount:d,stop:()=>document.removeEventListener("fullscreenchange",l)}}var H0=Object.keys(HELP.definitions).sort((t,e)=>e.length-t.length);function Uf(t){let e=p("p",{}),n=p("div",{class:"mmv-definition",popover:"auto",role:"note"},
e);t.append(n);let s=(a,r)=>{e.textContent=HELP.definitions[r],n.showPopover();let{left:o,bottom:i}=a.getBoundingClientRect();n.style.left=`${Math.max(8,Math.min(
o,innerWidth-n.offsetWidth-8))}px`,n.style.top=`${Math.min(i+4,innerHeight-n.offsetHeight-8)}px`};for(let a of t.querySelectorAll(".mmv-heading, .mmv-strip-term")){
let r=document.createTreeWalker(a,NodeFilter.SHOW_TEXT);for(let o=r.nextNode();o;o=r.nextNode()){let i=o.data,l=H0.find(d=>i.toLowerCase().includes(d.toLowerCase()));
if(!l||o.parentElement?.closest("bdi, button"))continue;let c=i.toLowerCase().indexOf(l.toLowerCase()),f=p("button",{type:"button",class:"mmv-term","aria-haspop\
up":"true"},i.slice(c,c+l.length));f.addEventListener("click",()=>s(f,l)),o.replaceWith(i.slice(0,c),f,i.slice(c+l.length));break}}}var U0=t=>`${t>0?"+":""}${V(t)}`;function Gf(t,e){let n=p("canvas",{role:"img","aria-label":t}),s=p("div",{class:`mmv-plot mmv-map ${e}`},n),a=null;return Et(s,
{label:t,grid:()=>[a?.columns??0,a?.rows??0],read(o,i){let l=a?a.values[i*a.columns+o]:NaN;if(!a||!Number.isFinite(l))return null;let c=a.describe(o,i);return{...c,
rows:[["B − A",U0(l)],...c.rows]}}}),{box:s,draw:(o,i)=>{a=o,De(n,o.columns,o.rows,(l,c)=>{let f=o.values[c*o.columns+l];return Number.isFinite(f)?An(i?f/i:0):
null})}}}function Kf(){let t=p("canvas",{"aria-hidden":"true"}),e=p("div",{class:"mmv-key-ticks"});De(t,201,1,s=>An((s-100)/100));let n=s=>Vt(e,[-1,-.5,0,.5,1].
map(a=>({at:(a+1)/2,text:`${a>0?"+":""}${V(a*s,2)}`})),"left");return{node:p("div",{class:"mmv-key-bar"},t,e),draw:n}}function Yf(t,e){let n=t.modalities.length,
s=t.sizes.time,a=(x,b)=>t.has(x)&&e.has(x)&&JSON.stringify(t.shape(x).slice(b))===JSON.stringify(e.shape(x).slice(b)),r=a("influence",2)&&JSON.stringify(t.influence.
block)===JSON.stringify(e.influence.block),o=a("state",3)&&t.has("channel_index")&&e.has("channel_index");if(!r&&!o)return null;let i=Gf("Operator map, B minus \
A: blocks of target over source","mmv-square"),l=Kf(),c=p("div",{class:"mmv-subtitle"}),f=t.modalities.map(x=>Gf(`${x.name}: hidden states, B minus A, channels \
over steps`,"mmv-state")),d=Kf(),u=ve(),h=p("div",{class:"mmv-subtitle"}),m=x=>p("div",{class:x,"aria-hidden":"true"},...t.modalities.map((b,w)=>p("span",{},...qe(
t,w,(340/n-15)/6.5))));i.box.append(p("div",{class:"mmv-marks","aria-hidden":"true"},...Array.from({length:2*(n-1)},(x,b)=>{let w=p("div",{class:b%2?"mmv-cut-y":
"mmv-cut-x"});return w.style.setProperty("--at",String((1+(b>>1))/n)),w})));let g=p("div",{class:"mmv-pair mmv-difference-maps"},...r?[p("div",{},c,p("div",{class:"\
mmv-blocks"},m("mmv-ups"),i.box,p("span"),m("mmv-alongs")),l.node)]:[],...o?[p("div",{},h,...f.flatMap((x,b)=>[p("div",{class:"mmv-small"},Lt(b),Q(t.modalities[b].
name)),x.box]),u.node,d.node,it("Channels of the same number, hatched where only one run shows them. Channels correspond only in trainings from the same initial\
 weights."))]:[]);function y(x){let b=ze(e,x),{sample:w}=x;if(r){let[,M,,z]=t.shape("influence"),N=Math.min(x.layer,M-1),_=Math.min(b.layer,e.shape("influence")[1]-
1),[R,L]=[t.part("influence",w,N),e.part("influence",w,_)],[j,B]=[t.influence.scale[N],e.influence.scale[_]],P=n*z,q=Float32Array.from(R,(C,O)=>O%z>Math.floor(O/
(z*n))%z?NaN:B*(L[O]/255)**2-j*(C/255)**2),D=ee(q)||1,H=C=>(t.influence.block[C+1]??s)-1;i.draw({values:q,columns:P,rows:P,describe:(C,O)=>({title:`operator map\
: ${t.modalities[Math.floor(C/z)].name} → ${t.modalities[Math.floor(O/z)].name}`,at:{modality:Math.floor(O/z),time:H(O%z)},rows:[["|K| in A",V(j*(R[O*P+C]/255)**
2)],["|K| in B",V(B*(L[O*P+C]/255)**2)],["source, at",St(t,w,H(C%z))],["target, at",St(t,w,H(O%z))]]})},D),c.textContent=`operator map |K|, layer ${t.layers[N]}\
: B − A (down: target, across: source); linear colours`,l.draw(D)}if(!o)return;let A=t.sizes.channel,[$,v]=[t,e].map((M,z)=>N=>M.scale[z?b.layer:x.layer]*(N/255)**
(M.state_power??1)),k=t.modalities.map((M,z)=>{let N=Sn(t,x.layer,z),_=t.part("channel_index",x.layer).subarray(z*A,(z+1)*A),R=Array.from(e.part("channel_index",
b.layer).subarray(z*A,(z+1)*A)),L=t.part("state",x.epoch,w,x.layer,z),j=e.part("state",b.epoch,w,b.layer,z),B=[t,e].map(q=>q.part("state_valid",w,z)),P=new Float32Array(
N*s).fill(NaN);for(let q=0;q<N;q++){let D=R.indexOf(_[q]);for(let H=0;D>=0&&H<s;H++)B[0][H]&&B[1][H]&&(P[q*s+H]=v(j[D*s+H])-$(L[q*s+H]))}return{values:P,columns:s,
rows:N,own:_,x:L,y:j,theirs:R}}),S=ee(...k.map(M=>M.values))||1;k.forEach((M,z)=>f[z].draw({...M,describe:(N,_)=>({title:`channel ${M.own[_]}`,modality:z,at:{modality:z,
channel:_,time:N},rows:[["‖h‖₂ in A",V($(M.x[_*s+N]))],["‖h‖₂ in B",V(v(M.y[M.theirs.indexOf(M.own[_])*s+N]))],["at",St(t,w,N)]]})},S)),h.textContent=
`hidden states ‖h‖₂, layer ${t.layers[x.layer]}, epoch ${t.epochs[x.epoch]}: B − A (channels down, steps across); linear colours`,d.draw(S),u.draw(re(t,
{...x,zoom:null}),pe(t,x))}return{node:g,draw:y}}function G0(t,e,n){let{sample:s,epoch:a,layer:r}=n,o=t.task==="classification"?t.targets[s]:0,i=["quantity","modality","source","step","A","B","B − A"],l=[],c=(f,d,u)=>{
l.push([...f,d,u,u-d])};for(let f=0;f<t.sizes.time;f++){let d=ze(e,{...n,time:f,brush:null,zoom:null});c([t.task==="classification"?"p(true class)":"predicted v\
alue","","",f+1],t.part("prediction",a,s,f)[o],e.part("prediction",d.epoch,s,d.time)[o]),t.modalities.forEach((u,h)=>c(["Shapley value",u.name,"",f+1],t.part("p\
hi",a,s,f)[h],e.part("phi",d.epoch,s,d.time)[h]))}if(t.has("coupling")&&e.has("coupling")){let f=ze(e,n),[d,u]=[t.part("coupling",a,r),e.part("coupling",f.epoch,
f.layer)],h=t.modalities.length;t.modalities.forEach((m,g)=>t.modalities.forEach((y,x)=>c(["coupling weight W",m.name,y.name,""],d[g*h+x],u[g*h+x])))}return{columns:i,
rows:l}}function Jf(t,e,n,s){let a=e.modalities.length,r=e.sizes.time,o=e.sizes.epoch,i=e.modalities.map(($,v)=>({m:v})),l=(...$)=>{let v=[p("td"),p("td"),p("td")];
return{cells:v,node:p("tr",{},Ct(...$),...v)}},c=l(e.task==="classification"?"p(true class)":"predicted value"),f=e.modalities.map(($,v)=>l(...Ot(e,v))),d=Xt({label:"\
Shapley value in B minus A over the sequence",series:i,onPick:$=>s({time:Math.round($*(r-1))})}),u=Xt({label:"Shapley value in B minus A over training",series:i,
onPick:$=>s({epoch:Math.round($*(o-1))})}),h=e.has("coupling")&&n.has("coupling"),m=e.modalities.map(()=>e.modalities.map(()=>p("td"))),g=p("caption",{class:"mm\
v-small"}),y=p("table",{class:"mmv-list","aria-label":"Coupling weights in B minus A"},g,p("thead",{},p("tr",{},p("td",{class:"mmv-faint"},"target ↓ source →"),
...e.modalities.map(($,v)=>p("th",{scope:"col"},Lt(v),Q($.name))))),p("tbody",{},...m.map(($,v)=>p("tr",{},Ct(...Ot(e,v)),...$))));t.append(mt("Run B minus run \
A"),p("div",{class:"mmv-pair"},p("div",{},p("table",{class:"mmv-list","aria-label":"Both runs at the cursor"},p("thead",{},p("tr",{},p("td"),...["A","B","B − A"].
map($=>p("th",{scope:"col"},$)))),p("tbody",{},c.node,...f.map($=>$.node)))),d.node,u.node,...h?[y]:[]),it(...e.name?["A: ",Q(e.name),"; B: ",Q(n.name),". "]:[],
"Charts: Shapley value φ in B minus A, ",Q(e.target_name),"; where the runs differ in steps or epochs, B is shown at the same fraction of the sequence and at i\
ts last epoch not after A's."));let x=Yf(e,n),b=Rt();x&&t.append(x.node);let w=null;t.append(p("div",{class:"mmv-panel-tools"},Ua(t,e,{name:Oo,place:"wide",needs:[],
mount:()=>()=>{},table:($,v)=>G0(e,n,v)},()=>w)));let A=({cells:[$,v,k]},S,M,z)=>{$.textContent=z(S,e.digits),v.textContent=z(M,e.digits),k.textContent=bt(M-S,e.
digits)};return $=>{w=$;let{sample:v,epoch:k,layer:S,time:M,brush:z}=$,N=ze(n,$),_=e.task==="classification"?e.targets[v]:0;A(c,e.part("prediction",k,v,M)[_],n.
part("prediction",N.epoch,v,N.time)[_],nt);let R=[e.part("phi",k,v,M),n.part("phi",N.epoch,v,N.time)];f.forEach((C,O)=>A(C,R[0][O],R[1][O],bt));let L=(C,O)=>{let F=ze(
n,{...$,epoch:C,time:O,brush:null}),[T,W]=[e.part("phi",C,v,O),n.part("phi",F.epoch,v,F.time)];return e.modalities.map((I,E)=>W[E]-T[E])},j=Array.from({length:r},
(C,O)=>L(k,O)),B=Array.from({length:o},(C,O)=>L(O,M)),P=Pt([...j,...B],!0),q={name:"φ, B − A",text:C=>bt(C,e.digits)};if(d.draw({values:(C,O)=>j[O][C],count:r,
now:M,range:P,brush:z,x:pn(e,$),y:q}),d.say({title:"φ, B − A, over the sequence"}),u.draw({values:(C,O)=>B[O][C],count:o,now:k,range:P,x:Ke(e.epochs),y:q}),u.
say({title:`φ, B − A, over training, at ${St(e,v,M)}`}),x&&b($,"sample","epoch","layer")&&x.draw($),!h)return;let[D,H]=[e.part("coupling",k,S),n.part("coupli\
ng",N.epoch,N.layer)];g.textContent=`Coupling weights W, B − A, layer ${e.layers[S]}${N.layer===S?"":` (of B: ${n.layers[N.layer]})`}`,m.flat().forEach((C,O)=>C.
textContent=bt(H[O]-D[O],2))}}var Y0=0;function J0(t,e,n,s){let a=t.samples.map((m,g)=>t.task==="classification"&&t.labelled?`${m} · ${t.outputs[t.targets[g]]}`:m),r=Dt("Sample",a,m=>e({sample:m}));
r.select.classList.add("mmv-sample"),r.select.style.width=`calc(${a.reduce((m,g)=>Math.max(m,_n(g)),0)}ch + 3.5em)`;let o=Dt("Layer",t.layers.map(String),m=>e({
layer:m})),i=["state","influence","routing"].some(t.has),l=p("input",{type:"range",min:0,max:t.sizes.epoch-1,step:1,class:"mmv-epoch","aria-label":"Epoch"}),c=p(
"span",{class:"mmv-epoch-label"});l.addEventListener("input",()=>e({epoch:Number(l.value)}));let f=p("label",{class:"mmv-control mmv-grow"},p("span",{},"Epoch"),
l,c),d=Dt("Run",n.map(m=>m==="both"?"A and B":`${m}${s[m]&&`: ${s[m]}`}`),m=>e({run:n[m]})),u=p("div",{class:"mmv-controls"},r.node,...i?[o.node]:[],...n.length>
1?[d.node]:[],f);function h(m){ht(r.select,"value",String(m.sample)),ht(o.select,"value",String(m.layer)),ht(d.select,"value",String(n.indexOf(m.run))),ht(l,"va\
lue",String(m.epoch)),Mt(c,`${t.epochs[m.epoch]} of ${t.epochs[t.sizes.epoch-1]}`),ht(l,"ariaValueText",dn(t,m.epoch))}return{node:u,draw:h}}var Vf=t=>!(t.ctrlKey||
t.metaKey||t.altKey||t.key==="Tab"||t.shiftKey&&t.key==="Enter");function V0(t){Vf(t)&&t.stopPropagation()}function X0(t){let e=n=>{let s=n.composedPath()[0];s instanceof
Element&&t.contains(s)&&s.toggleAttribute("data-lm-suppress-shortcuts",Vf(n))};return addEventListener("keydown",e,!0),()=>removeEventListener("keydown",e,!0)}var Z0=new Map(
[["ArrowRight",1],["ArrowUp",1],["ArrowLeft",-1],["ArrowDown",-1]]);function Q0(t,e,n,s){let a=Z0.get(t.key),r=t.target,o=/\bmmv-(time|epoch|channel)\b/.exec(r.
className)?.[1];!a||!o||!t.shiftKey||(t.preventDefault(),s({[o]:Math.min(n[o]-1,Math.max(0,e[o]+10*a))}))}function tg(t){return t.notes.length?[p("details",{class:"\
mmv-notes"},p("summary",{},"About these data"),p("ul",{},...t.notes.map(e=>p("li",{},Q(e)))))]:[]}async function Ga({model:t,el:e}){let n=t.get("data"),s=n.meta_b?
["A","B","both"]:["A"],a=co(lo(await Un(n.meta,n.body))),r=n.meta_b?co(lo(await Un(n.meta_b,n.body_b))):null,o=r?[a,r]:[a];o.forEach(I=>I.compared=o);let i=`mmv\
-title-${++Y0}`,l=t.get("level")??2,c=t.get("address")?Af(t):null,f=t.get("selection"),d=I=>{$="";let E={...f,...I};E.sample>=a.recorded_samples&&a.model_epoch!==
void 0&&E.epoch!==a.model_epoch&&(I.epoch!==void 0&&($=`${a.samples[E.sample]} was not recorded: it is computed with the weights of ${dn(a,a.model_epoch)} alone\
.`),E.epoch=a.model_epoch),t.set("selection",E),t.save_changes()},u=df(t,a,(I="")=>{$=I,C()}),h=uf(a,u),m=I=>{h.compare(I),C()},g=r||!yf(t)?null:wf(a,t,d,{compare:m,
predictions:u}),y=p("p",{class:"mmv-readout",role:"status","aria-live":"polite"}),x=p("p",{class:"mmv-refused",role:"alert"}),b=J0(a,d,s,{A:a.name,B:r?.name??""}),
w=p("div",{class:"mmv-title",id:i,role:"heading","aria-level":l},Q(a.title)),A=t.get("opened")?$s(t.get("selection"),a,s):"";A&&t.set("selection",t.get("opened"));
let $=A&&`The selection in the address of this page does not exist: ${A}`,v=$s(t.get("selection"),a,s)?null:t.get("selection"),k=So(a,v,d,r?"A":""),S=[...k.updates],
M=[k.node],z=[No(a,r?"A":"")],N=[k];if(r){let I=So(r,v&&ze(r,v),G=>d(Yc(r,G)),"B");N.push(I),z.push(No(r,"B"));let E=p("section",{class:"mmv-panel mmv-apart"}),
U=Jf(E,a,r,d);S.push(...I.updates.map(G=>({...G,update:K=>G.update(ze(r,K))})),{root:E,update:U}),M.push(I.node,E)}let _=Us.flatMap(([I])=>N.some(E=>E.panels[I])?
[I]:[]),R=Object.fromEntries(_.map(I=>[I,N.flatMap(E=>E.panels[I]??[])])),L=Rf(i,_,R,d),j=k.panels.sample?.querySelector(".mmv-body");g&&j?j.append(g.node):g&&(k.
node.lastElementChild??k.node).after(g.node);let B=Hf(a),P=r?a.about.filter((I,E)=>I===r.about[E]).join(" · "):a.subtitle,q=p("section",{class:"mmv","aria-labe\
lledby":i,...r?{"data-two":""}:{}},p("header",{},p("div",{class:"mmv-head"},w,p("div",{class:"mmv-faint"},Q(P)),B.node),b.node),p("div",{class:"mmv-strip"},...z.
map(I=>I.node),y,x,L.node),...r?[M[2],p("div",{class:"mmv-runs"},M[0],M[1])]:M,...tg(a));q.querySelectorAll(".mmv-section-title").forEach(I=>I.setAttribute("ari\
a-level",String(l+1))),q.querySelectorAll(".mmv-heading").forEach(I=>I.setAttribute("aria-level",String(l+(I.closest(".mmv-section")?2:1)))),Uf(q),B.mount(q),a.
colours.forEach((I,E)=>q.style.setProperty(`--m${E}`,I));let D=null,H="";function C(){if(!D)return;let I=t.get("selection"),E=$s(I,a,s);if(Mt(x,E||t.get("messag\
e")||$),E||(f={...I},b.draw(f),u.follow(f),u.waits(f)))return;let{edited:U,shows:G,comparing:K,state:J}=h.next(f),X=u.missing(f.sample);X&&(x.textContent||=`${a.
samples[f.sample]} was not recorded and cannot be computed: ${X}`),g&&g.draw(f,U,K),y.toggleAttribute("data-edited",U!==null);let at=JSON.stringify({...J,edits:null});
if(at===H||(H=at,Yt(q,"data-section",L.draw(f.section)),z.forEach((st,dt)=>{ht(st.node,"hidden",r!==null&&f.run!=="both"&&f.run!=="AB"[dt]),st.node.hidden||st.draw(
{...dt&&r?ze(r,f):f,version:J.version,draft:J.draft})}),D.draw(J),M.forEach((st,dt)=>ht(st,"hidden",r!==null&&f.run!=="both"&&f.run!=="AB "[dt])),J.draft))return;
let tt=[Ys(a,f,G?ms(a,G.edits):""),...r?[Ys(r,ze(r,f))]:[]];O.redraw(),Mt(y,f.run==="both"?ne(a.phrases.both,{a:tt[0],b:tt[1]}):tt["AB".indexOf(f.run)])}q.addEventListener(
"keydown",I=>{g?.key(I)||(V0(I),Q0(I,f,a.sizes,d))});let O=va(q,o),F=X0(q),T=["change:selection","change:message"];T.forEach(I=>t.on(I,C)),await u.take(),e.append(
q);let W=D=Wf(S);return C(),c?.restore(),setTimeout(u.start),()=>{c?.stop(),O.stop(),B.stop(),F(),u.stop(),g?.stop(),T.forEach(I=>t.off(I,C)),W.stop()}}var eg=5,ng=t=>new Float32Array(t.buffer.slice(t.byteOffset,t.byteOffset+t.byteLength));function sg(t,e){let n=e.every(({modality:d})=>d<0),s=n&&e.length===1,a=Xt(
{label:`${t} by epoch: ${e.map(d=>d.name).join(", ")}`,log:"linear",series:e.map(({modality:d,name:u},h)=>n?{f:h,name:u}:{m:d,name:u})}),r=e.map(()=>p("span")),
o=p("div",{class:"mmv-small mmv-curve-values"},...e.map((d,u)=>p("span",{class:"mmv-key"},...s?[]:[gn(h=>a.turn(u,h),d.name,n?as(u):Lt(d.modality),p("span",{},Q(
d.name)," "))],r[u]))),i=p("div",{"data-chart":t},a.node,o),l=a.node.querySelector(".mmv-plot"),c=[];function f(d,u,h,m){let g=d[0]??0,y=Math.max(d[d.length-1]??
0,g+eg),x=y-g,b=e.map(({k:v})=>d.map((k,S)=>Number.isNaN(u[S*h+v])?void 0:u[S*h+v])),w=Pt(b.map(v=>v.filter(k=>k!==void 0)),!n),A=d.length-1,$=v=>(d[v]-g)/x;a.say(
{title:t}),a.draw({values:(v,k)=>b[v][k],count:d.length,now:A,range:w,place:$,x:Ke(d,$),y:{name:t,text:v=>V(v)}}),r.forEach((v,k)=>v.textContent=A<0||b[k][A]===
void 0?"":V(b[k][A])),c.forEach(v=>v.remove()),c=[...new Set(m.map(({place:v})=>v))].filter(v=>v>=g&&v<=y).map(v=>{let k=p("span",{class:"mmv-change-mark",title:m.
filter(S=>S.place===v).map(ag).join(`
`)});return k.style.left=`${100*(v-g)/x}%`,k}),l.append(...c)}return{node:i,draw:f}}var ag=({epoch:t,step:e,what:n,from:s,to:a})=>`epoch ${t}, step ${e}: ${Xf(n)}\
 ${s} → ${a}`;function Xf(t){let[e,...n]=t.split("/");return[e.replaceAll("_"," "),...n.length?[n.join("/")]:[]].join(", ")}function rg(t){if(!t.length)return p(
"p",{class:"mmv-faint mmv-small"},"No intervention so far.");let e=t.map(({epoch:s,step:a,what:r,from:o,to:i})=>p("tr",{},p("td",{},String(s)),p("td",{},String(
a)),p("th",{scope:"row"},Q(Xf(r))),p("td",{},Q(o)),p("td",{},Q(i)))),n=["epoch","step","what","from","to"].map(s=>p("th",{scope:"col"},s));return p("table",{class:"\
mmv-list mmv-changes"},p("thead",{},p("tr",{},...n)),p("tbody",{},...e))}var og=0;function Zf({model:t,el:e}){let n=`mmv-cockpit-${++og}`,s=p("p",{class:"mmv-re\
adout",role:"status","aria-live":"polite"}),a=p("p",{class:"mmv-error",role:"alert"}),r=p("div",{class:"mmv-pair mmv-cockpit-charts"}),o=p("div",{class:"mmv-scr\
oll-x"}),i=p("p",{class:"mmv-faint mmv-small"},"The curves begin after epoch 0, the untrained model."),l=p("div",{class:"mmv-title",id:n,role:"heading","aria-le\
vel":2}),c=mt("Interventions");c.setAttribute("aria-level","3");let f=p("section",{class:"mmv mmv-cockpit","aria-labelledby":n},a,l,s,i,r,c,o);t.get("colours").
forEach((b,w)=>f.style.setProperty(`--m${w}`,b));let d=new Map;function u(){let{epochs:b,curves:w,body:A}=t.get("history"),$=ng(A);i.hidden=b.length>0;let v=[...new Set(
w.map(k=>k.chart))];for(let k of v){let S=w.map((_,R)=>({..._,k:R})).filter(_=>_.chart===k),M=JSON.stringify([k,S]),z=d.get(M)??sg(k,S);d.set(M,z),z.draw(b,$,w.
length,t.get("changes"));let N=v.indexOf(k);r.children[N]!==z.node&&r.insertBefore(z.node,r.children[N]??null)}for(;r.children.length>v.length;)r.lastElementChild?.
remove();x.redraw()}function h(){l.textContent=t.get("title"),s.textContent!==t.get("status")&&(s.textContent=t.get("status")),a.textContent!==t.get("error")&&(a.
textContent=t.get("error"))}function m(){o.replaceChildren(rg(t.get("changes"))),u()}let g=[["change:history",u],["change:changes",m],["change:status",h],["chan\
ge:error",h]];g.forEach(([b,w])=>t.on(b,w)),e.append(f);let y=t.get("names").map(b=>({name:b})),x=va(f,[{modalities:y}]);return h(),m(),()=>{x.stop(),g.forEach(
([b,w])=>t.off(b,w))}}var Eo=13,ig=91,zo=new Uint8Array(128).fill(255);for(let t=33,e=0;t<127;t++)"<&/".includes(String.fromCharCode(t))||(zo[t]=e++);function lg(t,e,n){if(!(Number.isInteger(
e)&&e>=0)||t.length!==2*Math.ceil(8*e/Eo))throw new Error(`${n} is damaged: ${t.length} characters are given for ${e} bytes`);let s=new Uint8Array(e),a=0,r=0,o=0;
for(let i=0,l=0;i<t.length;i+=2){let c=zo[t.charCodeAt(i)]??255,f=zo[t.charCodeAt(i+1)]??255,d=c+ig*f;for(o|=(c===255?1:0)|d>>Eo,a|=d<<r,r+=Eo;r>=8;r-=8,a>>>=8)
s[l++]=a}if(o)throw new Error(`${n} is damaged: it has a character that does not belong to it`);return s}function Qf(t){let e=o=>`the part "${o}" of this page`,
n=o=>Object.hasOwn(t,o);function s(o){let i=document.getElementById(`mmviz-part-${o}`);if(!n(o)||!i)throw new Error(`${e(o)} is missing`);return lg(i.textContent,
t[o].bytes,e(o))}let a=async o=>n(o)&&t[o].packing==="gzip"?Hn(s(o),t[o].size,e(o)):s(o);return{has:n,stored:s,bytes:a,text:async o=>new TextDecoder().decode(await a(
o))}}function cg(t){let e={},n=0;return{get:s=>t[s],set(s,a){t[s]=a,(e[`change:${s}`]??[]).forEach(r=>r())},save_changes(){clearTimeout(n),n=setTimeout(()=>vo(t.selection),
300)},on:(s,a)=>{(e[s]??=[]).push(a)},off:(s,a)=>{e[s]=(e[s]??[]).filter(r=>r!==a)}}}async function fg(t){try{let[e,n,s]=await Promise.all([t.text("model-meta"),
t.bytes("model-wasm"),t.text("bundle")]);return{meta:e,wasm:n,script:s,get blob(){return t.stored("model-blob")}}}catch(e){return{meta:"{}",wasm:new Uint8Array,
script:"",get blob(){throw e}}}}async function td(){let t=document.getElementById("mmviz-view");try{let{parts:e,data:n,...s}=JSON.parse(document.getElementById(
"mmviz-study").textContent),a=Qf(e);s.data=Object.fromEntries(await Promise.all(n.map(async r=>[r,await(r.startsWith("meta")?a.text(r):a.bytes(r))]))),a.has("mo\
del-meta")&&(s.page_model=await fg(a)),s.what_if_result&&(s.what_if_result.body=await a.bytes("what_if_result")),s.opened=s.selection,s.selection={...s.selection,
...$o()},t.textContent="",t.toggleAttribute("data-two",!!s.data.meta_b),await Ga({model:cg(s),el:t})}catch(e){throw t.textContent=`This page could not be drawn:\
 ${e}. If this browser is older than 2024, use a newer one.`,e}}return id(dg);})();
