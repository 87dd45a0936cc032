"use strict";var mmviz=(()=>{var Hs=Object.defineProperty;var Kf=Object.getOwnPropertyDescriptor;var Yf=Object.getOwnPropertyNames;var Vf=Object.prototype.hasOwnProperty;var Jf=(t,e)=>{for(var n in e)Hs(t,n,{get:e[n],enumerable:!0})},Xf=(t,e,n,a)=>{if(e&&typeof e=="object"||typeof e=="function")for(let s of Yf(e))!Vf.call(t,s)&&
s!==n&&Hs(t,s,{get:()=>e[s],enumerable:!(a=Kf(e,s))||a.enumerable});return t};var Zf=t=>Xf(Hs({},"__esModule",{value:!0}),t);var eg={};Jf(eg,{BESIDE_INDICES:()=>Xa,DASHES:()=>Ye,allOf:()=>pe,argmax:()=>Pn,bar:()=>be,barValues:()=>Gs,brief:()=>Mt,button:()=>ct,changes:()=>Ct,chart:()=>Gt,
choice:()=>Rt,coalitionWithout:()=>Ha,columnHead:()=>je,columnsOfEqualHeight:()=>po,dash:()=>ta,ends:()=>Us,epochName:()=>on,faint:()=>rt,fault:()=>ya,fill:()=>Xt,
fixed:()=>st,glyph:()=>zt,h:()=>h,heading:()=>dt,heightOf:()=>oe,joint:()=>Xs,largest:()=>Jt,lastColour:()=>Mn,layerOf:()=>$n,legend:()=>Aa,letters:()=>Bn,mark:()=>Dt,
modality:()=>$t,moment:()=>pa,name:()=>Q,onDrag:()=>Wt,openFrame:()=>Dn,openStandalone:()=>Gf,paint:()=>Yt,pathOf:()=>zn,plot:()=>Fe,prefixNote:()=>Rn,put:()=>ft,
rangeOf:()=>jt,readable:()=>kt,readout:()=>Ua,register:()=>gt,registerFailure:()=>To,render:()=>Ds,renderCockpit:()=>Hf,rgb:()=>Wa,row:()=>ye,rowCount:()=>_n,rowHead:()=>Nt,
s:()=>it,seriesButton:()=>un,short:()=>X,signed:()=>mt,signedBar:()=>Ve,span:()=>ce,stretch:()=>rn,tint:()=>Le,unseen:()=>se,untrainedNote:()=>Ke,viewNames:()=>Io,
write:()=>wt,writer:()=>wn});var Qf="http://www.w3.org/2000/svg";function Oo(t,e,n){for(let[a,s]of Object.entries(e))t.setAttribute(a,String(s));return t.append(...n),t}var h=(t,e={},...n)=>Oo(
document.createElement(t),e,n),it=(t,e={},...n)=>Oo(document.createElementNS(Qf,t),e,n),se=t=>h("span",{class:"mmv-hidden-text"},t);function wt(t,e){let n=t.firstChild;
!e||!(n instanceof Text)||n.nextSibling?t.textContent=e:n.data!==e&&(n.data=e)}function wn(t){let e=new Text(""),n=se("");return t.append(e),(a,s="")=>{if(e.data!==
a&&(e.data=a),!s)return n.remove();wt(n,s),n.parentNode||t.append(n)}}function ft(t,e,n){t[e]!==n&&(t[e]=n)}function Dt(t,e,n){t.getAttribute(e)!==n&&t.setAttribute(
e,n)}var Q=t=>h("bdi",{},t),dt=(...t)=>h("div",{class:"mmv-heading",role:"heading"},...t),Rn=t=>t.prefix?.label?[h("p",{class:"mmv-faint mmv-small mmv-prefix",title:t.
prefix.meaning},t.prefix.label)]:[],rt=(...t)=>h("p",{class:"mmv-faint mmv-small"},...t),Ke=(t,e="")=>t.untrained?[rt(e,Q(t.untrained))]:[];function ct(t,e,n={}){
let a=h("button",{type:"button",...n},t);return a.addEventListener("click",e),a}function Rt(t,e,n){let a=h("select",{"aria-label":t},...e.map((s,r)=>h("option",
{value:r},s)));return a.addEventListener("change",()=>n(Number(a.value))),{select:a,node:h("label",{class:"mmv-control"},h("span",{},t),a)}}var Fe=(t,...e)=>it(
"svg",{viewBox:"0 0 1000 100",preserveAspectRatio:"none",role:"img","aria-label":t},...e),td=LOOKS.glyphs,Ye=LOOKS.dashes,zt=t=>h("span",{class:"mmv-glyph","dat\
a-m":t%8,"aria-hidden":"true"},td[t%8]),Bn=t=>[...t].reduce((e,n)=>e+(Number(n.codePointAt(0))>11903?2:1),0),je=(t,e,n)=>t.modalities.every(a=>Bn(a.name)<=n)?$t(
t,e):[zt(e),se(t.modalities[e].name)],$t=(t,e)=>[zt(e),Q(t.modalities[e].name)];function Wt(t,e,n,a){let s=c=>{let{left:f,width:d,top:u,height:p}=e.getBoundingClientRect();
return[(c.clientX-f)/d,(c.clientY-u)/p]},r=null;t.addEventListener("pointerdown",c=>{let[f,d]=s(c);c.button!==0||f<0||c.target.closest("button, input, select, a")||
(r=c.pointerId,t.setPointerCapture(r),c.preventDefault(),a?.focus({preventScroll:!0}),n(f,d,c,!0))});let o=null,i=0,l=()=>{if(cancelAnimationFrame(i),i=0,!o)return;
let c=o,[f,d]=s(c);o=null,n(f,d,c,!1)};t.addEventListener("pointermove",c=>{c.pointerId===r&&(o=c,i||=requestAnimationFrame(l))});for(let c of["pointerup","poin\
tercancel"])t.addEventListener(c,()=>{l(),r=null})}var ed="00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838".split(" "),Wa=t=>[0,2,4].map(e=>parseInt(t.slice(e,e+2),16)),So=ed.map(Wa),nd=Uint8ClampedArray.
from({length:768},(t,e)=>{let n=(e/3|0)/255*9,a=Math.min(8,n|0);return So[a][e%3]*(1-n+a)+So[a+1][e%3]*(n-a)}),ad=new Uint32Array(new Uint8ClampedArray(1024).map(
(t,e)=>e%4===3?255:nd[3*(e>>2)+e%4]).buffer),No=new WeakMap;function Eo(t,e,n){let a=No.get(t);if(a&&a.image.width===e&&a.image.height===n)return a;t.width=e,t.
height=n;let s=t.getContext("2d"),r=s.createImageData(e,n),o={context:s,image:r,pixels:new Uint32Array(r.data.buffer)};return No.set(t,o),o}function Yt(t,e,n,a){
let{context:s,image:r,pixels:o}=Eo(t,Math.max(1,e),Math.max(1,n));o.fill(0);for(let i=0,l=0;i<n;i++)for(let c=0;c<e;c++,l++){let f=a(c,i);f>=0&&(o[l]=ad[f])}s.putImageData(
r,0,0)}function Le(t,e,n,a){let{context:s,image:r,pixels:o}=Eo(t,Math.max(1,e),Math.max(1,n));o.fill(0);for(let i=0,l=0;i<n;i++)for(let c=0;c<e;c++,l+=4){let f=a(
c,i);f&&r.data.set(f,l)}s.putImageData(r,0,0)}function Jt(...t){let e=0;for(let n of t)for(let a=0;a<n.length;a++)Math.abs(n[a])>e&&Number.isFinite(n[a])&&(e=Math.
abs(n[a]));return e}function st(t,e){if(!Number.isFinite(t))return"–";let n=Math.abs(t).toFixed(e);return(t<0&&Number(n)!==0?"−":"")+n}function mt(t,e){let n=st(t,e);return t>0&&
Number(n)!==0?`+${n}`:n}function X(t,e=3){if(!Number.isFinite(t))return Math.abs(t)===1/0?`${t<0?"−":""}∞`:"–";let n=Math.abs(t);return(t&&(n<.001||n>=1e6)?
t.toExponential(Math.max(1,e-2)):String(Number(t.toPrecision(e)))).replace("+","").replaceAll("-","−")}function Us(t,e){for(let n=3;n<=6;n++){let a=[t,e].map(
r=>X(r,n)),s=a.map((r,o)=>Math.abs(Number(r.replaceAll("−","-"))-[t,e][o]));if(Math.max(...s)<=.02*(e-t)||t===e)return a}return[X(t),`+${X(e-t)}`]}function Pn(t){
let e=-1;for(let n=0;n<t.length;n++)Number.isFinite(t[n])&&(e<0||t[n]>t[e])&&(e=n);return e}function pa(t,e,n){let a=t.duration_s[e];return a===null?`step ${n+1}\
 of ${t.sizes.time}`:`${st(t.start_s[e]+(n+1)/t.sizes.time*a,2)} s`}var Mt=(t,e,n)=>pa(t,e,n).split(" of ")[0];function rn(t,e,[n,a]){let s=t.duration_s[e],r=t.
sizes.time;if(s===null)return n===a?`step ${n+1}`:`steps ${n+1} to ${a+1}`;let o=t.start_s[e];return`${st(o+n/r*s,2)} to ${st(o+(a+1)/r*s,2)} s`}var on=(t,e)=>`\
epoch ${t.epochs[e]} of ${t.epochs[t.epochs.length-1]}`,Ha=(t,e)=>t.modalities.reduce((n,a,s)=>n|(e.includes(a.name)?0:1<<s),0),Xt=(t,e)=>t.replace(/\{(\w+)\}/g,
(n,a)=>String(e[a]));function Ua(t,{sample:e,epoch:n,time:a,masked:s},r=""){let{phrases:o,digits:i,epochs:l,sizes:c}=t,f=t.duration_s[e],d=t.targets[e],u=t.part(
"prediction",n,e,a),p=t.part("phi",n,e,a),m=t.task==="classification",g=m?Pn(u):0;return Xt(o.readout,{epoch:l[n],last_epoch:l[c.epoch-1],moment:f===null?Xt(o.step,
{step:a+1,steps:c.time}):Xt(o.time,{time:st(t.start_s[e]+(a+1)/c.time*f,2)}),prediction:Xt(g<0?o.no_prediction:o.prediction,{predicted:t.outputs[g],value:st(u[g],
i),target:m?t.outputs[d]:st(d??NaN,i)}),phi:t.modalities.map((y,w)=>`${y.name} ${mt(p[w],i)}`).join(", "),masked:s.length?Xt(o.masked,{modalities:s.join(", "),value:st(
t.part("game",n,e,a)[Ha(t,s)],i)}):"",edits:r&&Xt(o.edits,{edits:r})})}var Ga=new WeakMap,Gs=t=>(t&&Ga.get(t))??null;function be(t){let e=h("div",{class:"mmv-bar",...t===null?{}:{"data-m":t%8}}),n=h("div",{class:"mmv-recorded",hidden:""}),
a=h("div",{class:"mmv-track","aria-hidden":"true"},e,n),s=(i,l,c)=>{let f=Number.isFinite(l+c);i.style.left=`${f?100*Math.min(l,c):0}%`,i.style.width=`${f?100*Math.
abs(c-l):0}%`};return{track:a,set:(i,l,c=NaN)=>{Ga.set(a,{now:c,then:NaN}),ft(e,"hidden",!Number.isFinite(i+l)),s(e,i,l)},was:(i,l,c=NaN)=>{Ga.set(a,{now:Ga.get(
a)?.now??NaN,then:c}),ft(n,"hidden",!Number.isFinite(l)),n.hidden||s(n,i,l)}}}var ye=(t,e,n)=>h("tr",{},t,h("td",{class:"mmv-cell"},e),h("td",{class:"mmv-value"},
n)),Nt=(...t)=>h("th",{scope:"row"},...t);function Ve(t){let{track:e,set:n,was:a}=be(t),s=(r,o)=>.5+(o?r/o/2:0*r);return e.classList.add("mmv-zero"),{track:e,set:(r,o)=>n(
.5,s(r,o),r),was:(r,o)=>a(.5,s(r,o),r)}}var ma=[],zo=["main","side","columns","wide"];function gt(t){let e=`register: view ${JSON.stringify(t.name)}`;if(typeof t.name!="string"||!t.name)throw new TypeError(
`${e}: name is not a text; give each view a name of its own`);if(ma.some(n=>n.name===t.name))throw new TypeError(`${e}: this name is registered already; choose \
another`);if(!zo.includes(t.place))throw new TypeError(`${e}: place is ${JSON.stringify(t.place)}, expected one of ${zo.join(", ")}`);if(!Array.isArray(t.needs))
throw new TypeError(`${e}: needs is ${JSON.stringify(t.needs)}, expected an array with the names of the frame's arrays`);if(typeof t.mount!="function")throw new TypeError(
`${e}: mount is no function; expected mount(root, frame, state, pick)`);ma.push(t)}function To(t,e){let n=()=>{throw e};ma.push({name:t,place:"wide",needs:[],mount:n})}
var Co=(t,e)=>ma.filter(n=>n.place===t&&n.needs.every(e.has)&&(n.shows?.(e)??!0)).sort((n,a)=>(n.order??100)-(a.order??100)),Io=()=>ma.map(t=>t.name);function sd(t,e){let n=e.modalities.length,a=e.modalities.map(()=>e.modalities.map(()=>h("td"))),s=h("tr",{},h("td",{class:"mmv-faint"},"target ↓ source →"),
...a.map((f,d)=>h("th",{scope:"col"},...je(e,d,(235/n-27)/6.5)))),r=a.map((f,d)=>h("tr",{},Nt(...$t(e,d)),...f)),o=dt("Coupling weights W"),i=rt("No coupling we\
ights in this layer: its scans are not coupled, or one SSM stream serves all modalities."),l=h("table",{class:"mmv-matrix","aria-label":"Coupling weights W: row\
s are targets, columns are sources",...n>4?{"data-many":""}:{}},h("thead",{},s),h("tbody",{},...r));t.append(o,l,i);let c=Jt(...e.compared.filter(f=>f.has("coup\
ling")).flatMap(f=>f.epochs.map((d,u)=>f.part("coupling",u))));return({epoch:f,layer:d})=>{let u=e.part("coupling",f,d);o.textContent=`Coupling weights W, layer\
 ${e.layers[d]}`,i.hidden=u.some(Number.isFinite),l.hidden=!i.hidden,a.flat().forEach((p,m)=>{p.textContent=st(u[m],2),p.style.setProperty("--weight",String(c&&
Math.abs(u[m])/c||0))})}}gt({name:"coupling",section:"explanation",place:"side",order:30,needs:["coupling"],mount:sd});var Ka=t=>Math.sign(t-128)*((t-128)/127)**2;function Fo(t,e){let n=t.sizes.time,a=t.attribution.block;return{count:a.length,from:s=>a[s],to:s=>a[s]<=e?Math.min(
(a[s+1]??n)-1,e):(a[s+1]??n)-1}}var vn=(t,e)=>t.attribution.block.reduce((n,a,s)=>a<=e?s:n,0),Ks=(t,e)=>t.has("attribution_prefix")&&e<t.sizes.time-1;function Ae(t,e,n){
if(!Ks(t,n))return{values:t.part("attribution",e),count:t.sizes.time,from:r=>r,to:r=>r,signed:!0};let a=t.part("attribution_prefix_limit",e)[n];return{values:Float32Array.
from(t.part("attribution_prefix",e,n),r=>a*Ka(r)),...Fo(t,n),signed:!0}}function jo(t,e,n,a){let s=t.part("attribution_stream_limit")[e];return{values:Float32Array.
from(t.part("attribution_stream",e,n,vn(t,a)),o=>s*(o/255)**2),...Fo(t,a),signed:!1}}var Ys=({values:t})=>Jt(t)||1;function rd(t,e,n){let{values:a,count:s,from:r,
to:o,signed:i}=e,l=Ys(e),c=t.sizes.time,f=i?50:98,d=i?48:96,u=["",""];for(let p=0;p<s;p++){let m=a[n*s+p],g=Math.min(1,Math.abs(m)/l)*d;if(!(g>.05))continue;let y=1e3*
r(p)/c,w=1e3*(o(p)+1)/c,b=m>0?f-g:f+g;u[m>0?0:1]+=`M${y.toFixed(1)} ${f}V${b.toFixed(1)}H${w.toFixed(1)}V${f}Z`}return u}function Ya(){let t=it("path",{class:"m\
mv-raises"}),e=it("path",{class:"mmv-lowers"}),n=it("path",{class:"mmv-rule"});return{nodes:[t,e,n],draw:(s,r,o)=>{let i=rd(s,r,o);[t,e].forEach((l,c)=>{Dt(l,"d",
i[c]),l.classList.toggle("mmv-unsigned",!r.signed)}),Dt(n,"d",`M0 ${r.signed?50:98}H1000`)}}}var od=[178,24,43],id=[33,102,172],ld=[247,247,247];function xn(t){
let e=t<0?id:od,n=Math.min(1,Math.abs(t))**.75;return[...ld.map((a,s)=>Math.round(a+n*(e[s]-a))),255]}var ga=["symmetric log","linear","quantile"],Vs=[["layer","per layer"],["channel","per channel"],["shared","all layers"]],ln=t=>({scale:"symmetric log",range:"l\
ayer",samples:"",...t.colours});function Lo(t,e){if(t===void 0)return"";if(typeof t!="object"||t===null||Array.isArray(t))return`colours is ${JSON.stringify(t)}\
, expected an object`;let n={scale:ga,range:Vs.map(([a])=>a),samples:["",...e.sample_colours??[]]};for(let[a,s]of Object.entries(t))if(!Object.hasOwn(n,a)||!n[a].
includes(s))return`colours: ${a} is ${JSON.stringify(s)}, expected ${Object.hasOwn(n,a)?`one of ${n[a].join(", ")}`:`one of ${Object.keys(n).join(", ")}`}`;return""}var ba=t=>t instanceof ArrayBuffer?new Uint8Array(t):new Uint8Array(t.buffer,t.byteOffset,t.byteLength);async function qn(t,e,n){if(!(Number.isInteger(e)&&e>=0&&
e<=1073741824&&e<=1032*t.length))throw new Error(`${n} is damaged: it declares ${e} bytes for ${t.length} compressed ones`);let a=new Uint8Array(e),s=new Blob([
t]).stream().pipeThrough(new DecompressionStream("gzip")).getReader(),r=0;try{for(let o=await s.read();!o.done;o=await s.read()){if(r+o.value.length>e)throw new Error(
`more than ${e} bytes`);a.set(o.value,r),r+=o.value.length}if(r!==e)throw new Error(`${r} of ${e} bytes`)}catch(o){throw s.cancel().catch(()=>{}),new Error(`${n}\
 is damaged: ${o instanceof Error?o.message:String(o)}`)}return a}function Va(t,e,n,a,s=!1){let r=n.length;for(let o=0,i=e;o<n.BYTES_PER_ELEMENT;o++,i+=r)for(let l=0;l<
r;l++)n[l]|=t[i+l]<<8*o;if(s)for(let o=0;o<r;o++)n[o]=n[o]>>>1^-(n[o]&1);for(let o of[...a].reverse())for(let i=o;i<r;i++)n[i]+=n[i-o];return n}var Js=t=>t.reduce((e,n)=>e*n,1);function cd(t,{shape:e,dtype:n,at:a,lags:s}){let r=Va(t,a,n==="float32"?new Uint32Array(Js(e)):new Uint8Array(Js(e)),s);return r instanceof
Uint32Array?new Float32Array(r.buffer):r}async function Dn(t,e){let n=JSON.parse(t),a={},s=Object.entries(n.arrays),r=s.reduce((f,[,{shape:d,dtype:u}])=>f+Js(d)*
(u==="float32"?4:1),0),o=await qn(ba(e),r,"the recording in this page");for(let[f,d]of s)a[f]=cd(o,d);function i(f,...d){let{shape:u}=n.arrays[f],p=u.slice(d.length).
reduce((g,y)=>g*y,1),m=d.reduce((g,y,w)=>g*u[w]+y,0)*p;return a[f].subarray(m,m+p)}return{...n,part:i,shape:f=>n.arrays[f].shape,has:f=>Object.hasOwn(a,f)}}var Xa=[
"brush","zoom","masked","edits","run","section","colours"],Ro=["overview","sample","explanation","training","all"];function ya(t,e,n){if(typeof t!="object"||t===
null)return"selection is not an object";let{sizes:a}=e,s=a.time,r=Xa;for(let d of Object.keys(t))if(!Object.hasOwn(a,d)&&!r.includes(d))return`selection has an \
unknown key: ${d}`;for(let[d,u]of Object.entries(a)){let p=t[d];if(!Number.isInteger(p)||p<0||p>=u)return`selection: ${d} is ${p}, expected a whole number from \
0 to ${u-1}`}if(t.sample>=e.recorded_samples&&t.epoch!==e.model_epoch)return`selection: sample ${t.sample} was not recorded, so its epoch is ${e.model_epoch}, t\
hat of the model in the page; got ${t.epoch}`;let{masked:o,run:i}=t;for(let[d,u]of Object.entries({brush:t.brush,zoom:t.zoom??null})){let p=Array.isArray(u)&&u.
length===2&&u.every(Number.isInteger)&&u[0]>=0&&u[0]<=u[1]&&u[1]<s;if(u!==null&&!p)return`selection: ${d} is ${JSON.stringify(u)}, expected null or [first step,\
 last step]`}let l=e.has("game")?e.modalities.map(d=>d.name):[];if(!Array.isArray(o)||!o.every(d=>l.includes(d)))return`selection: masked is ${JSON.stringify(o)}\
, expected modalities`;let c=fd(t.edits,e);if(c)return`selection: ${c}`;if(t.section!==void 0&&!Ro.includes(t.section))return`selection: section is ${JSON.stringify(
t.section)}, expected one of ${Ro.join(", ")}`;let f=Lo(t.colours,e);return f?`selection: ${f}`:n.includes(i)?"":`selection: run is ${JSON.stringify(i)}, expect\
ed one of ${n.join(", ")}`}var Ja=(t,e,n)=>Number.isInteger(t)&&Number(t)>=e&&Number(t)<=n,Bo={delay:t=>Number.isInteger(t),amplitude:t=>Number.isFinite(t)&&Number(
t)>=0&&Number(t)<=10,noise:t=>Number.isFinite(t)&&Number(t)>=0,seed:t=>Ja(t,0,2**32-1),swap:(t,e)=>Ja(t,0,e.sizes.sample-1),text:t=>typeof t=="string",window:t=>Array.
isArray(t)&&t.length===2&&t.every(Number.isInteger)&&t[0]>=0&&t[0]<=t[1],state:t=>t==="zero"||t==="hold",cut:(t,e)=>Ja(t,0,e.modalities.length-1),step:(t,e)=>Ja(
t,0,e.sizes.time-1)};function fd(t,e){let n=a=>typeof a=="object"&&a!==null&&!Array.isArray(a);if(!n(t))return`edits is ${JSON.stringify(t)}, expected an object`;
for(let[a,s]of Object.entries(t)){if(!e.modalities.some(r=>r.name===a)||!n(s))return`edits names ${JSON.stringify(a)}, expected a modality and its edits`;for(let[
r,o]of Object.entries(s))if(!Object.hasOwn(Bo,r)||!Bo[r](o,e))return`edits of ${a}: ${r} is ${JSON.stringify(o)}`}return""}function Ct(){let t={};return(e,...n)=>{
let a=JSON.stringify([e.version,...n.map(o=>e[o])]),s=n.join(),r=t[s]!==a;return t[s]=a,r}}var Xs=t=>t.reduce((e,n)=>e&&n?[Math.min(e[0],n[0]),Math.max(e[1],n[1])]:
e??n,null)??[0,0],pe=(t,e,n)=>t.compared.filter(a=>a.has(e)).flatMap(a=>(a.edited()?[a,a.recorded]:[a]).flatMap(s=>a.epochs.map((r,o)=>s.part(e,o,n)))),$n=(t,e,{
layer:n,layer_of_a:a})=>Math.min(t===e?n:a??n,t.sizes.layer-1),Mn=(t,e,n)=>Math.max(...t.compared.map(a=>e(a)?.[$n(a,t,n)]??0));function _n(t,e,n){if(!t.has("ch\
annel_index"))return t.sizes.channel;let a=t.sizes.channel;return Array.from(t.part("channel_index",e).subarray(n*a,(n+1)*a)).filter(r=>r>=0).length}var ce=(t,{
brush:e})=>e??[0,t.sizes.time-1];function wa(t,e){return t==null||e==null?NaN:t<e?-1:t>e?1:t>=e?0:NaN}function dd(t,e){return t==null||e==null?NaN:e<t?-1:e>t?1:e>=t?0:NaN}function Po(t){let e,n,
a;t.length!==2?(e=wa,n=(i,l)=>wa(t(i),l),a=(i,l)=>t(i)-l):(e=t===wa||t===dd?t:ud,n=t,a=t);function s(i,l,c=0,f=i.length){if(c<f){if(e(l,l)!==0)return f;do{let d=c+
f>>>1;n(i[d],l)<0?c=d+1:f=d}while(c<f)}return c}function r(i,l,c=0,f=i.length){if(c<f){if(e(l,l)!==0)return f;do{let d=c+f>>>1;n(i[d],l)<=0?c=d+1:f=d}while(c<f)}
return c}function o(i,l,c=0,f=i.length){let d=s(i,l,c,f-1);return d>c&&a(i[d-1],l)>-a(i[d],l)?d-1:d}return{left:s,center:o,right:r}}function ud(){return 0}function hd(t){
return t===null?NaN:+t}var qo=Po(wa),Do=qo.right,$g=qo.left,Mg=Po(hd).center;var _g=Wo(Ho),kg=Wo(pd);function Wo(t){return function(e,n,a=n){if(!((n=+n)>=0))throw new RangeError("invalid rx");if(!((a=+a)>=0))throw new RangeError("invalid\
 ry");let{data:s,width:r,height:o}=e;if(!((r=Math.floor(r))>=0))throw new RangeError("invalid width");if(!((o=Math.floor(o!==void 0?o:s.length/r))>=0))throw new RangeError(
"invalid height");if(!r||!o||!n&&!a)return e;let i=n&&t(n),l=a&&t(a),c=s.slice();return i&&l?(Wn(i,c,s,r,o),Wn(i,s,c,r,o),Wn(i,c,s,r,o),Hn(l,s,c,r,o),Hn(l,c,s,r,
o),Hn(l,s,c,r,o)):i?(Wn(i,s,c,r,o),Wn(i,c,s,r,o),Wn(i,s,c,r,o)):l&&(Hn(l,s,c,r,o),Hn(l,c,s,r,o),Hn(l,s,c,r,o)),e}}function Wn(t,e,n,a,s){for(let r=0,o=a*s;r<o;)
t(e,n,r,r+=a,1)}function Hn(t,e,n,a,s){for(let r=0,o=a*s;r<a;++r)t(e,n,r,r+o,a)}function pd(t){let e=Ho(t);return(n,a,s,r,o)=>{s<<=2,r<<=2,o<<=2,e(n,a,s+0,r+0,o),
e(n,a,s+1,r+1,o),e(n,a,s+2,r+2,o),e(n,a,s+3,r+3,o)}}function Ho(t){let e=Math.floor(t);if(e===t)return md(t);let n=t-e,a=2*t+1;return(s,r,o,i,l)=>{if(!((i-=l)>=
o))return;let c=e*r[o],f=l*e,d=f+l;for(let u=o,p=o+f;u<p;u+=l)c+=r[Math.min(i,u)];for(let u=o,p=i;u<=p;u+=l)c+=r[Math.min(i,u+f)],s[u]=(c+n*(r[Math.max(o,u-d)]+
r[Math.min(i,u+d)]))/a,c-=r[Math.max(o,u-f)]}}function md(t){let e=2*t+1;return(n,a,s,r,o)=>{if(!((r-=o)>=s))return;let i=t*a[s],l=o*t;for(let c=s,f=s+l;c<f;c+=
o)i+=a[Math.min(r,c)];for(let c=s,f=r;c<=f;c+=o)i+=a[Math.min(r,c+l)],n[c]=i/e,i-=a[Math.max(s,c-l)]}}var gd=Array.prototype,Ag=gd.slice;var bd=Math.sqrt(50),yd=Math.sqrt(10),wd=Math.sqrt(2);function Za(t,e,n){let a=(e-t)/Math.max(0,n),s=Math.floor(Math.log10(a)),r=a/Math.pow(10,s),o=r>=bd?10:r>=
yd?5:r>=wd?2:1,i,l,c;return s<0?(c=Math.pow(10,-s)/o,i=Math.round(t*c),l=Math.round(e*c),i/c<t&&++i,l/c>e&&--l,c=-c):(c=Math.pow(10,s)*o,i=Math.round(t/c),l=Math.
round(e/c),i*c<t&&++i,l*c>e&&--l),l<i&&.5<=n&&n<2?Za(t,e,n*2):[i,l,c]}function ts(t,e,n){if(e=+e,t=+t,n=+n,!(n>0))return[];if(t===e)return[t];let a=e<t,[s,r,o]=a?
Za(e,t,n):Za(t,e,n);if(!(r>=s))return[];let i=r-s+1,l=new Array(i);if(a)if(o<0)for(let c=0;c<i;++c)l[c]=(r-c)/-o;else for(let c=0;c<i;++c)l[c]=(r-c)*o;else if(o<
0)for(let c=0;c<i;++c)l[c]=(s+c)/-o;else for(let c=0;c<i;++c)l[c]=(s+c)*o;return l}function Qa(t,e,n){return e=+e,t=+t,n=+n,Za(t,e,n)[2]}function Uo(t,e,n){e=+e,
t=+t,n=+n;let a=e<t,s=a?Qa(e,t,n):Qa(t,e,n);return(a?-1:1)*(s<0?1/-s:s)}var Og=vd(Math.random);function vd(t){return function(n,a=0,s=n.length){let r=s-(a=+a);for(;r;){let o=t()*r--|0,i=n[r+a];n[r+a]=n[o+a],n[o+a]=i}return n}}function Yn(t,e,n){t.prototype=e.prototype=n,n.constructor=t}function $a(t,e){var n=Object.create(t.prototype);for(var a in e)n[a]=e[a];return n}function cn(){}
var Sn=.7,Kn=1/Sn,Un="\\s*([+-]?\\d+)\\s*",va="\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)\\s*",Re="\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)%\\s*",xd=/^#([0-9a-f]{3,8})$/,
$d=new RegExp(`^rgb\\(${Un},${Un},${Un}\\)$`),Md=new RegExp(`^rgb\\(${Re},${Re},${Re}\\)$`),_d=new RegExp(`^rgba\\(${Un},${Un},${Un},${va}\\)$`),kd=new RegExp(`\
^rgba\\(${Re},${Re},${Re},${va}\\)$`),Ad=new RegExp(`^hsl\\(${va},${Re},${Re}\\)$`),Od=new RegExp(`^hsla\\(${va},${Re},${Re},${va}\\)$`),Go={aliceblue:15792383,
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
Yn(cn,Vn,{copy(t){return Object.assign(new this.constructor,this,t)},displayable(){return this.rgb().displayable()},hex:Ko,formatHex:Ko,formatHex8:Sd,formatHsl:Nd,
formatRgb:Yo,toString:Yo});function Ko(){return this.rgb().formatHex()}function Sd(){return this.rgb().formatHex8()}function Nd(){return ai(this).formatHsl()}function Yo(){
return this.rgb().formatRgb()}function Vn(t){var e,n;return t=(t+"").trim().toLowerCase(),(e=xd.exec(t))?(n=e[1].length,e=parseInt(e[1],16),n===6?Vo(e):n===3?new Zt(
e>>8&15|e>>4&240,e>>4&15|e&240,(e&15)<<4|e&15,1):n===8?es(e>>24&255,e>>16&255,e>>8&255,(e&255)/255):n===4?es(e>>12&15|e>>8&240,e>>8&15|e>>4&240,e>>4&15|e&240,((e&
15)<<4|e&15)/255):null):(e=$d.exec(t))?new Zt(e[1],e[2],e[3],1):(e=Md.exec(t))?new Zt(e[1]*255/100,e[2]*255/100,e[3]*255/100,1):(e=_d.exec(t))?es(e[1],e[2],e[3],
e[4]):(e=kd.exec(t))?es(e[1]*255/100,e[2]*255/100,e[3]*255/100,e[4]):(e=Ad.exec(t))?Zo(e[1],e[2]/100,e[3]/100,1):(e=Od.exec(t))?Zo(e[1],e[2]/100,e[3]/100,e[4]):
Go.hasOwnProperty(t)?Vo(Go[t]):t==="transparent"?new Zt(NaN,NaN,NaN,0):null}function Vo(t){return new Zt(t>>16&255,t>>8&255,t&255,1)}function es(t,e,n,a){return a<=
0&&(t=e=n=NaN),new Zt(t,e,n,a)}function ar(t){return t instanceof cn||(t=Vn(t)),t?(t=t.rgb(),new Zt(t.r,t.g,t.b,t.opacity)):new Zt}function Nn(t,e,n,a){return arguments.
length===1?ar(t):new Zt(t,e,n,a??1)}function Zt(t,e,n,a){this.r=+t,this.g=+e,this.b=+n,this.opacity=+a}Yn(Zt,Nn,$a(cn,{brighter(t){return t=t==null?Kn:Math.pow(
Kn,t),new Zt(this.r*t,this.g*t,this.b*t,this.opacity)},darker(t){return t=t==null?Sn:Math.pow(Sn,t),new Zt(this.r*t,this.g*t,this.b*t,this.opacity)},rgb(){return this},
clamp(){return new Zt(An(this.r),An(this.g),An(this.b),as(this.opacity))},displayable(){return-.5<=this.r&&this.r<255.5&&-.5<=this.g&&this.g<255.5&&-.5<=this.b&&
this.b<255.5&&0<=this.opacity&&this.opacity<=1},hex:Jo,formatHex:Jo,formatHex8:Ed,formatRgb:Xo,toString:Xo}));function Jo(){return`#${kn(this.r)}${kn(this.g)}${kn(
this.b)}`}function Ed(){return`#${kn(this.r)}${kn(this.g)}${kn(this.b)}${kn((isNaN(this.opacity)?1:this.opacity)*255)}`}function Xo(){let t=as(this.opacity);return`${t===
1?"rgb(":"rgba("}${An(this.r)}, ${An(this.g)}, ${An(this.b)}${t===1?")":`, ${t})`}`}function as(t){return isNaN(t)?1:Math.max(0,Math.min(1,t))}function An(t){return Math.
max(0,Math.min(255,Math.round(t)||0))}function kn(t){return t=An(t),(t<16?"0":"")+t.toString(16)}function Zo(t,e,n,a){return a<=0?t=e=n=NaN:n<=0||n>=1?t=e=NaN:e<=
0&&(t=NaN),new Oe(t,e,n,a)}function ai(t){if(t instanceof Oe)return new Oe(t.h,t.s,t.l,t.opacity);if(t instanceof cn||(t=Vn(t)),!t)return new Oe;if(t instanceof
Oe)return t;t=t.rgb();var e=t.r/255,n=t.g/255,a=t.b/255,s=Math.min(e,n,a),r=Math.max(e,n,a),o=NaN,i=r-s,l=(r+s)/2;return i?(e===r?o=(n-a)/i+(n<a)*6:n===r?o=(a-e)/
i+2:o=(e-n)/i+4,i/=l<.5?r+s:2-r-s,o*=60):i=l>0&&l<1?0:o,new Oe(o,i,l,t.opacity)}function rs(t,e,n,a){return arguments.length===1?ai(t):new Oe(t,e,n,a??1)}function Oe(t,e,n,a){
this.h=+t,this.s=+e,this.l=+n,this.opacity=+a}Yn(Oe,rs,$a(cn,{brighter(t){return t=t==null?Kn:Math.pow(Kn,t),new Oe(this.h,this.s,this.l*t,this.opacity)},darker(t){
return t=t==null?Sn:Math.pow(Sn,t),new Oe(this.h,this.s,this.l*t,this.opacity)},rgb(){var t=this.h%360+(this.h<0)*360,e=isNaN(t)||isNaN(this.s)?0:this.s,n=this.
l,a=n+(n<.5?n:1-n)*e,s=2*n-a;return new Zt(Zs(t>=240?t-240:t+120,s,a),Zs(t,s,a),Zs(t<120?t+240:t-120,s,a),this.opacity)},clamp(){return new Oe(Qo(this.h),ns(this.
s),ns(this.l),as(this.opacity))},displayable(){return(0<=this.s&&this.s<=1||isNaN(this.s))&&0<=this.l&&this.l<=1&&0<=this.opacity&&this.opacity<=1},formatHsl(){
let t=as(this.opacity);return`${t===1?"hsl(":"hsla("}${Qo(this.h)}, ${ns(this.s)*100}%, ${ns(this.l)*100}%${t===1?")":`, ${t})`}`}}));function Qo(t){return t=(t||
0)%360,t<0?t+360:t}function ns(t){return Math.max(0,Math.min(1,t||0))}function Zs(t,e,n){return(t<60?e+(n-e)*t/60:t<180?n:t<240?e+(n-e)*(240-t)/60:e)*255}var si=Math.
PI/180,ri=180/Math.PI,ss=18,oi=.96422,ii=1,li=.82521,ci=4/29,Gn=6/29,fi=3*Gn*Gn,zd=Gn*Gn*Gn;function di(t){if(t instanceof Be)return new Be(t.l,t.a,t.b,t.opacity);
if(t instanceof Je)return hi(t);t instanceof Zt||(t=ar(t));var e=nr(t.r),n=nr(t.g),a=nr(t.b),s=Qs((.2225045*e+.7168786*n+.0606169*a)/ii),r,o;return e===n&&n===a?
r=o=s:(r=Qs((.4360747*e+.3850649*n+.1430804*a)/oi),o=Qs((.0139322*e+.0971045*n+.7141733*a)/li)),new Be(116*s-16,500*(r-s),200*(s-o),t.opacity)}function ui(t,e,n,a){return arguments.length===1?di(t):new Be(t,e,n,a??1)}function Be(t,e,n,a){this.l=+t,this.a=+e,this.b=+n,this.opacity=+a}Yn(Be,ui,$a(cn,{brighter(t){
return new Be(this.l+ss*(t??1),this.a,this.b,this.opacity)},darker(t){return new Be(this.l-ss*(t??1),this.a,this.b,this.opacity)},rgb(){var t=(this.l+16)/116,e=isNaN(
this.a)?t:t+this.a/500,n=isNaN(this.b)?t:t-this.b/200;return e=oi*tr(e),t=ii*tr(t),n=li*tr(n),new Zt(er(3.1338561*e-1.6168667*t-.4906146*n),er(-.9787684*e+1.9161415*
t+.033454*n),er(.0719453*e-.2289914*t+1.4052427*n),this.opacity)}}));function Qs(t){return t>zd?Math.pow(t,1/3):t/fi+ci}function tr(t){return t>Gn?t*t*t:fi*(t-ci)}
function er(t){return 255*(t<=.0031308?12.92*t:1.055*Math.pow(t,1/2.4)-.055)}function nr(t){return(t/=255)<=.04045?t/12.92:Math.pow((t+.055)/1.055,2.4)}function Td(t){
if(t instanceof Je)return new Je(t.h,t.c,t.l,t.opacity);if(t instanceof Be||(t=di(t)),t.a===0&&t.b===0)return new Je(NaN,0<t.l&&t.l<100?0:NaN,t.l,t.opacity);var e=Math.
atan2(t.b,t.a)*ri;return new Je(e<0?e+360:e,Math.sqrt(t.a*t.a+t.b*t.b),t.l,t.opacity)}function os(t,e,n,a){return arguments.length===1?Td(t):new Je(t,e,n,a??1)}function Je(t,e,n,a){this.h=+t,this.c=+e,this.l=+n,this.opacity=+a}function hi(t){if(isNaN(
t.h))return new Be(t.l,0,0,t.opacity);var e=t.h*si;return new Be(t.l,Math.cos(e)*t.c,Math.sin(e)*t.c,t.opacity)}Yn(Je,os,$a(cn,{brighter(t){return new Je(this.h,
this.c,this.l+ss*(t??1),this.opacity)},darker(t){return new Je(this.h,this.c,this.l-ss*(t??1),this.opacity)},rgb(){return hi(this).rgb()}}));var pi=-.14861,sr=1.78277,
rr=-.29227,is=-.90649,xa=1.97294,ti=xa*is,ei=xa*sr,ni=sr*rr-is*pi;function Cd(t){if(t instanceof On)return new On(t.h,t.s,t.l,t.opacity);t instanceof Zt||(t=ar(
t));var e=t.r/255,n=t.g/255,a=t.b/255,s=(ni*a+ti*e-ei*n)/(ni+ti-ei),r=a-s,o=(xa*(n-s)-rr*r)/is,i=Math.sqrt(o*o+r*r)/(xa*s*(1-s)),l=i?Math.atan2(o,r)*ri-120:NaN;
return new On(l<0?l+360:l,i,s,t.opacity)}function we(t,e,n,a){return arguments.length===1?Cd(t):new On(t,e,n,a??1)}function On(t,e,n,a){this.h=+t,this.s=+e,this.
l=+n,this.opacity=+a}Yn(On,we,$a(cn,{brighter(t){return t=t==null?Kn:Math.pow(Kn,t),new On(this.h,this.s,this.l*t,this.opacity)},darker(t){return t=t==null?Sn:Math.
pow(Sn,t),new On(this.h,this.s,this.l*t,this.opacity)},rgb(){var t=isNaN(this.h)?0:(this.h+120)*si,e=+this.l,n=isNaN(this.s)?0:this.s*e*(1-e),a=Math.cos(t),s=Math.
sin(t);return new Zt(255*(e+n*(pi*a+sr*s)),255*(e+n*(rr*a+is*s)),255*(e+n*(xa*a)),this.opacity)}}));function yi(t,e,n,a,s){var r=t*t,o=r*t;return((1-3*t+3*r-o)*e+(4-6*r+3*o)*n+(1+3*t+3*r-3*o)*a+o*s)/6}function Id(t){var e=t.length-1;return function(n){var a=n<=
0?n=0:n>=1?(n=1,e-1):Math.floor(n*e),s=t[a],r=t[a+1],o=a>0?t[a-1]:2*s-r,i=a<e-1?t[a+2]:2*r-s;return yi((n-a/e)*e,o,s,r,i)}}function Fd(t){var e=t.length;return function(n){
var a=Math.floor(((n%=1)<0?++n:n)*e),s=t[(a+e-1)%e],r=t[a%e],o=t[(a+1)%e],i=t[(a+2)%e];return yi((n-a/e)*e,s,r,o,i)}}var cs=t=>()=>t;function wi(t,e){return function(n){
return t+n*e}}function jd(t,e,n){return t=Math.pow(t,n),e=Math.pow(e,n)-t,n=1/n,function(a){return Math.pow(t+a*e,n)}}function cr(t,e){var n=e-t;return n?wi(t,n>
180||n<-180?n-360*Math.round(n/360):n):cs(isNaN(t)?e:t)}function Ld(t){return(t=+t)==1?fe:function(e,n){return n-e?jd(e,n,t):cs(isNaN(e)?n:e)}}function fe(t,e){
var n=e-t;return n?wi(t,n):cs(isNaN(t)?e:t)}var mi=(function t(e){var n=Ld(e);function a(s,r){var o=n((s=Nn(s)).r,(r=Nn(r)).r),i=n(s.g,r.g),l=n(s.b,r.b),c=fe(s.
opacity,r.opacity);return function(f){return s.r=o(f),s.g=i(f),s.b=l(f),s.opacity=c(f),s+""}}return a.gamma=t,a})(1);function vi(t){return function(e){var n=e.length,
a=new Array(n),s=new Array(n),r=new Array(n),o,i;for(o=0;o<n;++o)i=Nn(e[o]),a[o]=i.r||0,s[o]=i.g||0,r[o]=i.b||0;return a=t(a),s=t(s),r=t(r),i.opacity=1,function(l){
return i.r=a(l),i.g=s(l),i.b=r(l),i+""}}}var xi=vi(Id),zg=vi(Fd);function Rd(t,e){e||(e=[]);var n=t?Math.min(e.length,t.length):0,a=e.slice(),s;return function(r){
for(s=0;s<n;++s)a[s]=t[s]*(1-r)+e[s]*r;return a}}function Bd(t){return ArrayBuffer.isView(t)&&!(t instanceof DataView)}function Pd(t,e){var n=e?e.length:0,a=t?Math.min(n,t.length):0,s=new Array(a),r=new Array(n),o;for(o=0;o<a;++o)s[o]=fs(t[o],e[o]);for(;o<n;++o)r[o]=e[o];return function(i){
for(o=0;o<a;++o)r[o]=s[o](i);return r}}function qd(t,e){var n=new Date;return t=+t,e=+e,function(a){return n.setTime(t*(1-a)+e*a),n}}function Se(t,e){return t=+t,
e=+e,function(n){return t*(1-n)+e*n}}function Dd(t,e){var n={},a={},s;(t===null||typeof t!="object")&&(t={}),(e===null||typeof e!="object")&&(e={});for(s in e)s in
t?n[s]=fs(t[s],e[s]):a[s]=e[s];return function(r){for(s in n)a[s]=n[s](r);return a}}var ir=/[-+]?(?:\d+\.?\d*|\.?\d+)(?:[eE][-+]?\d+)?/g,or=new RegExp(ir.source,
"g");function Wd(t){return function(){return t}}function Hd(t){return function(e){return t(e)+""}}function Ud(t,e){var n=ir.lastIndex=or.lastIndex=0,a,s,r,o=-1,
i=[],l=[];for(t=t+"",e=e+"";(a=ir.exec(t))&&(s=or.exec(e));)(r=s.index)>n&&(r=e.slice(n,r),i[o]?i[o]+=r:i[++o]=r),(a=a[0])===(s=s[0])?i[o]?i[o]+=s:i[++o]=s:(i[++o]=
null,l.push({i:o,x:Se(a,s)})),n=or.lastIndex;return n<e.length&&(r=e.slice(n),i[o]?i[o]+=r:i[++o]=r),i.length<2?l[0]?Hd(l[0].x):Wd(e):(e=l.length,function(c){for(var f=0,
d;f<e;++f)i[(d=l[f]).i]=d.x(c);return i.join("")})}function fs(t,e){var n=typeof e,a;return e==null||n==="boolean"?cs(e):(n==="number"?Se:n==="string"?(a=Vn(e))?
(e=a,mi):Ud:e instanceof Vn?mi:e instanceof Date?qd:Bd(e)?Rd:Array.isArray(e)?Pd:typeof e.valueOf!="function"&&typeof e.toString!="function"||isNaN(e)?Dd:Se)(t,
e)}function $i(t,e){return t=+t,e=+e,function(n){return Math.round(t*(1-n)+e*n)}}var gi=180/Math.PI,lr={translateX:0,translateY:0,rotate:0,skewX:0,scaleX:1,scaleY:1};
function Mi(t,e,n,a,s,r){var o,i,l;return(o=Math.sqrt(t*t+e*e))&&(t/=o,e/=o),(l=t*n+e*a)&&(n-=t*l,a-=e*l),(i=Math.sqrt(n*n+a*a))&&(n/=i,a/=i,l/=i),t*a<e*n&&(t=-t,
e=-e,l=-l,o=-o),{translateX:s,translateY:r,rotate:Math.atan2(e,t)*gi,skewX:Math.atan(l)*gi,scaleX:o,scaleY:i}}var ls;function Gd(t){let e=new(typeof DOMMatrix==
"function"?DOMMatrix:WebKitCSSMatrix)(t+"");return e.isIdentity?lr:Mi(e.a,e.b,e.c,e.d,e.e,e.f)}function Kd(t){return t==null||(ls||(ls=document.createElementNS(
"http://www.w3.org/2000/svg","g")),ls.setAttribute("transform",t),!(t=ls.transform.baseVal.consolidate()))?lr:(t=t.matrix,Mi(t.a,t.b,t.c,t.d,t.e,t.f))}function _i(t,e,n,a){
function s(c){return c.length?c.pop()+" ":""}function r(c,f,d,u,p,m){if(c!==d||f!==u){var g=p.push("translate(",null,e,null,n);m.push({i:g-4,x:Se(c,d)},{i:g-2,x:Se(
f,u)})}else(d||u)&&p.push("translate("+d+e+u+n)}function o(c,f,d,u){c!==f?(c-f>180?f+=360:f-c>180&&(c+=360),u.push({i:d.push(s(d)+"rotate(",null,a)-2,x:Se(c,f)})):
f&&d.push(s(d)+"rotate("+f+a)}function i(c,f,d,u){c!==f?u.push({i:d.push(s(d)+"skewX(",null,a)-2,x:Se(c,f)}):f&&d.push(s(d)+"skewX("+f+a)}function l(c,f,d,u,p,m){
if(c!==d||f!==u){var g=p.push(s(p)+"scale(",null,",",null,")");m.push({i:g-4,x:Se(c,d)},{i:g-2,x:Se(f,u)})}else(d!==1||u!==1)&&p.push(s(p)+"scale("+d+","+u+")")}
return function(c,f){var d=[],u=[];return c=t(c),f=t(f),r(c.translateX,c.translateY,f.translateX,f.translateY,d,u),o(c.rotate,f.rotate,d,u),i(c.skewX,f.skewX,d,
u),l(c.scaleX,c.scaleY,f.scaleX,f.scaleY,d,u),c=f=null,function(p){for(var m=-1,g=u.length,y;++m<g;)d[(y=u[m]).i]=y.x(p);return d.join("")}}}var Tg=_i(Gd,"px, ",
"px)","deg)"),Cg=_i(Kd,", ",")",")"),Yd=1e-12;function bi(t){return((t=Math.exp(t))+1/t)/2}function Vd(t){return((t=Math.exp(t))-1/t)/2}function Jd(t){return((t=
Math.exp(2*t))-1)/(t+1)}var Ig=(function t(e,n,a){function s(r,o){var i=r[0],l=r[1],c=r[2],f=o[0],d=o[1],u=o[2],p=f-i,m=d-l,g=p*p+m*m,y,w;if(g<Yd)w=Math.log(u/c)/
e,y=function(A){return[i+A*p,l+A*m,c*Math.exp(e*A*w)]};else{var b=Math.sqrt(g),v=(u*u-c*c+a*g)/(2*c*n*b),k=(u*u-c*c-a*g)/(2*u*n*b),$=Math.log(Math.sqrt(v*v+1)-v),
x=Math.log(Math.sqrt(k*k+1)-k);w=(x-$)/e,y=function(A){var S=A*w,M=bi($),z=c/(n*b)*(M*Jd(e*S+$)-Vd($));return[i+z*p,l+z*m,c*M/bi(e*S+$)]}}return y.duration=Math.
abs(w)*1e3*e/Math.SQRT2,y}return s.rho=function(r){var o=Math.max(.001,+r),i=o*o,l=i*i;return t(o,i,l)},s})(Math.SQRT2,2,4);function ki(t){return function(e,n){
var a=t((e=rs(e)).h,(n=rs(n)).h),s=fe(e.s,n.s),r=fe(e.l,n.l),o=fe(e.opacity,n.opacity);return function(i){return e.h=a(i),e.s=s(i),e.l=r(i),e.opacity=o(i),e+""}}}
var Fg=ki(cr),jg=ki(fe);function Ai(t){return function(e,n){var a=t((e=os(e)).h,(n=os(n)).h),s=fe(e.c,n.c),r=fe(e.l,n.l),o=fe(e.opacity,n.opacity);return function(i){return e.h=a(i),e.
c=s(i),e.l=r(i),e.opacity=o(i),e+""}}}var Lg=Ai(cr),Rg=Ai(fe);function Oi(t){return(function e(n){n=+n;function a(s,r){var o=t((s=we(s)).h,(r=we(r)).h),i=fe(s.s,
r.s),l=fe(s.l,r.l),c=fe(s.opacity,r.opacity);return function(f){return s.h=o(f),s.s=i(f),s.l=l(Math.pow(f,n)),s.opacity=c(f),s+""}}return a.gamma=e,a})(1)}var Bg=Oi(
cr),ds=Oi(fe);function Xd(t){return Math.abs(t=Math.round(t))>=1e21?t.toLocaleString("en").replace(/,/g,""):t.toString(10)}function hs(t,e){if(!isFinite(t)||t===0)return null;
var n=(t=e?t.toExponential(e-1):t.toExponential()).indexOf("e"),a=t.slice(0,n);return[a.length>1?a[0]+a.slice(2):a,+t.slice(n+1)]}function Jn(t){return t=hs(Math.
abs(t)),t?t[1]:NaN}function Zd(t,e){return function(n,a){for(var s=n.length,r=[],o=0,i=t[0],l=0;s>0&&i>0&&(l+i+1>a&&(i=Math.max(1,a-l)),r.push(n.substring(s-=i,
s+i)),!((l+=i+1)>a));)i=t[o=(o+1)%t.length];return r.reverse().join(e)}}function Qd(t){return function(e){return e.replace(/[0-9]/g,function(n){return t[+n]})}}
var tu=/^(?:(.)?([<>=^]))?([+\-( ])?([$#])?(0)?(\d+)?(,)?(\.\d+)?(~)?([a-z%])?$/i;function Xn(t){if(!(e=tu.exec(t)))throw new Error("invalid format: "+t);var e;
return new fr({fill:e[1],align:e[2],sign:e[3],symbol:e[4],zero:e[5],width:e[6],comma:e[7],precision:e[8]&&e[8].slice(1),trim:e[9],type:e[10]})}Xn.prototype=fr.prototype;
function fr(t){this.fill=t.fill===void 0?" ":t.fill+"",this.align=t.align===void 0?">":t.align+"",this.sign=t.sign===void 0?"-":t.sign+"",this.symbol=t.symbol===
void 0?"":t.symbol+"",this.zero=!!t.zero,this.width=t.width===void 0?void 0:+t.width,this.comma=!!t.comma,this.precision=t.precision===void 0?void 0:+t.precision,
this.trim=!!t.trim,this.type=t.type===void 0?"":t.type+""}fr.prototype.toString=function(){return this.fill+this.align+this.sign+this.symbol+(this.zero?"0":"")+
(this.width===void 0?"":Math.max(1,this.width|0))+(this.comma?",":"")+(this.precision===void 0?"":"."+Math.max(0,this.precision|0))+(this.trim?"~":"")+this.type};
function eu(t){t:for(var e=t.length,n=1,a=-1,s;n<e;++n)switch(t[n]){case".":a=s=n;break;case"0":a===0&&(a=n),s=n;break;default:if(!+t[n])break t;a>0&&(a=0);break}
return a>0?t.slice(0,a)+t.slice(s+1):t}var ps;function nu(t,e){var n=hs(t,e);if(!n)return ps=void 0,t.toPrecision(e);var a=n[0],s=n[1],r=s-(ps=Math.max(-8,Math.
min(8,Math.floor(s/3)))*3)+1,o=a.length;return r===o?a:r>o?a+new Array(r-o+1).join("0"):r>0?a.slice(0,r)+"."+a.slice(r):"0."+new Array(1-r).join("0")+hs(t,Math.
max(0,e+r-1))[0]}function Si(t,e){var n=hs(t,e);if(!n)return t+"";var a=n[0],s=n[1];return s<0?"0."+new Array(-s).join("0")+a:a.length>s+1?a.slice(0,s+1)+"."+a.
slice(s+1):a+new Array(s-a.length+2).join("0")}var Ni={"%":(t,e)=>(t*100).toFixed(e),b:t=>Math.round(t).toString(2),c:t=>t+"",d:Xd,e:(t,e)=>t.toExponential(e),f:(t,e)=>t.
toFixed(e),g:(t,e)=>t.toPrecision(e),o:t=>Math.round(t).toString(8),p:(t,e)=>Si(t*100,e),r:Si,s:nu,X:t=>Math.round(t).toString(16).toUpperCase(),x:t=>Math.round(
t).toString(16)};function Ei(t){return t}var zi=Array.prototype.map,Ti=["y","z","a","f","p","n","µ","m","","k","M","G","T","P","E","Z","Y"];function au(t){var e=t.
grouping===void 0||t.thousands===void 0?Ei:Zd(zi.call(t.grouping,Number),t.thousands+""),n=t.currency===void 0?"":t.currency[0]+"",a=t.currency===void 0?"":t.currency[1]+
"",s=t.decimal===void 0?".":t.decimal+"",r=t.numerals===void 0?Ei:Qd(zi.call(t.numerals,String)),o=t.percent===void 0?"%":t.percent+"",i=t.minus===void 0?"−":
t.minus+"",l=t.nan===void 0?"NaN":t.nan+"";function c(d,u){d=Xn(d);var p=d.fill,m=d.align,g=d.sign,y=d.symbol,w=d.zero,b=d.width,v=d.comma,k=d.precision,$=d.trim,
x=d.type;x==="n"?(v=!0,x="g"):Ni[x]||(k===void 0&&(k=12),$=!0,x="g"),(w||p==="0"&&m==="=")&&(w=!0,p="0",m="=");var A=(u&&u.prefix!==void 0?u.prefix:"")+(y==="$"?
n:y==="#"&&/[boxX]/.test(x)?"0"+x.toLowerCase():""),S=(y==="$"?a:/[%p]/.test(x)?o:"")+(u&&u.suffix!==void 0?u.suffix:""),M=Ni[x],z=/[defgprs%]/.test(x);k=k===void 0?
6:/[gprs]/.test(x)?Math.max(1,Math.min(21,k)):Math.max(0,Math.min(20,k));function N(_){var j=A,B=S,F,R,q;if(x==="c")B=M(_)+B,_="";else{_=+_;var W=_<0||1/_<0;if(_=
isNaN(_)?l:M(Math.abs(_),k),$&&(_=eu(_)),W&&+_==0&&g!=="+"&&(W=!1),j=(W?g==="("?g:i:g==="-"||g==="("?"":g)+j,B=(x==="s"&&!isNaN(_)&&ps!==void 0?Ti[8+ps/3]:"")+B+
(W&&g==="("?")":""),z){for(F=-1,R=_.length;++F<R;)if(q=_.charCodeAt(F),48>q||q>57){B=(q===46?s+_.slice(F+1):_.slice(F))+B,_=_.slice(0,F);break}}}v&&!w&&(_=e(_,1/0));
var P=j.length+_.length+B.length,U=P<b?new Array(b-P+1).join(p):"";switch(v&&w&&(_=e(U+_,U.length?b-B.length:1/0),U=""),m){case"<":_=j+_+B+U;break;case"=":_=j+U+
_+B;break;case"^":_=U.slice(0,P=U.length>>1)+j+_+B+U.slice(P);break;default:_=U+j+_+B;break}return r(_)}return N.toString=function(){return d+""},N}function f(d,u){
var p=Math.max(-8,Math.min(8,Math.floor(Jn(u)/3)))*3,m=Math.pow(10,-p),g=c((d=Xn(d),d.type="f",d),{suffix:Ti[8+p/3]});return function(y){return g(m*y)}}return{format:c,
formatPrefix:f}}var us,ms,dr;su({thousands:",",grouping:[3],currency:["$",""]});function su(t){return us=au(t),ms=us.format,dr=us.formatPrefix,us}function Ci(t){
return Math.max(0,-Jn(Math.abs(t)))}function Ii(t,e){return Math.max(0,Math.max(-8,Math.min(8,Math.floor(Jn(e)/3)))*3-Jn(Math.abs(t)))}function Fi(t,e){return t=
Math.abs(t),e=Math.abs(e)-t,Math.max(0,Jn(e)-Jn(t))+1}function hr(t,e){switch(arguments.length){case 0:break;case 1:this.range(t);break;default:this.range(e).domain(t);break}return this}function ru(t){return function(){return t}}function ou(t){return+t}var ji=[0,1];function Zn(t){return t}function ur(t,e){return(e-=t=+t)?function(n){return(n-t)/
e}:ru(isNaN(e)?NaN:.5)}function iu(t,e){var n;return t>e&&(n=t,t=e,e=n),function(a){return Math.max(t,Math.min(e,a))}}function lu(t,e,n){var a=t[0],s=t[1],r=e[0],
o=e[1];return s<a?(a=ur(s,a),r=n(o,r)):(a=ur(a,s),r=n(r,o)),function(i){return r(a(i))}}function cu(t,e,n){var a=Math.min(t.length,e.length)-1,s=new Array(a),r=new Array(
a),o=-1;for(t[a]<t[0]&&(t=t.slice().reverse(),e=e.slice().reverse());++o<a;)s[o]=ur(t[o],t[o+1]),r[o]=n(e[o],e[o+1]);return function(i){var l=Do(t,i,1,a)-1;return r[l](
s[l](i))}}function pr(t,e){return e.domain(t.domain()).range(t.range()).interpolate(t.interpolate()).clamp(t.clamp()).unknown(t.unknown())}function mr(){var t=ji,
e=ji,n=fs,a,s,r,o=Zn,i,l,c;function f(){var u=Math.min(t.length,e.length);return o!==Zn&&(o=iu(t[0],t[u-1])),i=u>2?cu:lu,l=c=null,d}function d(u){return u==null||
isNaN(u=+u)?r:(l||(l=i(t.map(a),e,n)))(a(o(u)))}return d.invert=function(u){return o(s((c||(c=i(e,t.map(a),Se)))(u)))},d.domain=function(u){return arguments.length?
(t=Array.from(u,ou),f()):t.slice()},d.range=function(u){return arguments.length?(e=Array.from(u),f()):e.slice()},d.rangeRound=function(u){return e=Array.from(u),
n=$i,f()},d.clamp=function(u){return arguments.length?(o=u?!0:Zn,f()):o!==Zn},d.interpolate=function(u){return arguments.length?(n=u,f()):n},d.unknown=function(u){
return arguments.length?(r=u,d):r},function(u,p){return a=u,s=p,f()}}function fu(){return mr()(Zn,Zn)}function du(t,e,n,a){var s=Uo(t,e,n),r;switch(a=Xn(a??",f"),
a.type){case"s":{var o=Math.max(Math.abs(t),Math.abs(e));return a.precision==null&&!isNaN(r=Ii(s,o))&&(a.precision=r),dr(a,o)}case"":case"e":case"g":case"p":case"\
r":{a.precision==null&&!isNaN(r=Fi(s,Math.max(Math.abs(t),Math.abs(e))))&&(a.precision=r-(a.type==="e"));break}case"f":case"%":{a.precision==null&&!isNaN(r=Ci(s))&&
(a.precision=r-(a.type==="%")*2);break}}return ms(a)}function Di(t){var e=t.domain;return t.ticks=function(n){var a=e();return ts(a[0],a[a.length-1],n??10)},t.tickFormat=
function(n,a){var s=e();return du(s[0],s[s.length-1],n??10,a)},t.nice=function(n){n==null&&(n=10);var a=e(),s=0,r=a.length-1,o=a[s],i=a[r],l,c,f=10;for(i<o&&(c=
o,o=i,i=c,c=s,s=r,r=c);f-- >0;){if(c=Qa(o,i,n),c===l)return a[s]=o,a[r]=i,e(a);if(c>0)o=Math.floor(o/c)*c,i=Math.ceil(i/c)*c;else if(c<0)o=Math.ceil(o*c)/c,i=Math.
floor(i*c)/c;else break;l=c}return t},t}function Pe(){var t=fu();return t.copy=function(){return pr(t,Pe())},hr.apply(t,arguments),Di(t)}function uu(t,e){t=t.slice();var n=0,a=t.length-1,s=t[n],r=t[a],o;return r<s&&(o=n,n=a,a=o,o=s,s=r,r=o),t[n]=e.floor(s),t[a]=e.ceil(r),t}function Li(t){return Math.
log(t)}function Ri(t){return Math.exp(t)}function hu(t){return-Math.log(-t)}function pu(t){return-Math.exp(-t)}function mu(t){return isFinite(t)?+("1e"+t):t<0?0:
t}function gu(t){return t===10?mu:t===Math.E?Math.exp:e=>Math.pow(t,e)}function bu(t){return t===Math.E?Math.log:t===10&&Math.log10||t===2&&Math.log2||(t=Math.log(
t),e=>Math.log(e)/t)}function Bi(t){return(e,n)=>-t(-e,n)}function yu(t){let e=t(Li,Ri),n=e.domain,a=10,s,r;function o(){return s=bu(a),r=gu(a),n()[0]<0?(s=Bi(s),
r=Bi(r),t(hu,pu)):t(Li,Ri),e}return e.base=function(i){return arguments.length?(a=+i,o()):a},e.domain=function(i){return arguments.length?(n(i),o()):n()},e.ticks=
i=>{let l=n(),c=l[0],f=l[l.length-1],d=f<c;d&&([c,f]=[f,c]);let u=s(c),p=s(f),m,g,y=i==null?10:+i,w=[];if(!(a%1)&&p-u<y){if(u=Math.floor(u),p=Math.ceil(p),c>0){
for(;u<=p;++u)for(m=1;m<a;++m)if(g=u<0?m/r(-u):m*r(u),!(g<c)){if(g>f)break;w.push(g)}}else for(;u<=p;++u)for(m=a-1;m>=1;--m)if(g=u>0?m/r(-u):m*r(u),!(g<c)){if(g>
f)break;w.push(g)}w.length*2<y&&(w=ts(c,f,y))}else w=ts(u,p,Math.min(p-u,y)).map(r);return d?w.reverse():w},e.tickFormat=(i,l)=>{if(i==null&&(i=10),l==null&&(l=
a===10?"s":","),typeof l!="function"&&(!(a%1)&&(l=Xn(l)).precision==null&&(l.trim=!0),l=ms(l)),i===1/0)return l;let c=Math.max(1,a*i/e.ticks().length);return f=>{
let d=f/r(Math.round(s(f)));return d*a<a-.5&&(d*=a),d<=c?l(f):""}},e.nice=()=>n(uu(n(),{floor:i=>r(Math.floor(s(i))),ceil:i=>r(Math.ceil(s(i)))})),e}function gr(){
let t=yu(mr()).domain([1,10]);return t.copy=()=>pr(t,gr()).base(t.base()),hr.apply(t,arguments),t}function Pi(t){return function(e){return Math.sign(e)*Math.log1p(
Math.abs(e/t))}}function qi(t){return function(e){return Math.sign(e)*Math.expm1(Math.abs(e))*t}}function wu(t){var e=1,n=t(Pi(e),qi(e));return n.constant=function(a){
return arguments.length?t(Pi(e=+a),qi(e)):e},Di(n)}function gs(){var t=wu(mr());return t.copy=function(){return pr(t,gs()).constant(t.constant())},hr.apply(t,arguments)}var vu=(t,e)=>e?.zoom??[0,t-1];function ut(t,e){let[n,a]=vu(t,e),s=n/t,r=(a+1-n)/t;return{from:n,to:a,start:s,length:r,across:o=>(o-s)/r,share:o=>s+o*r}}function Ne(t,e,n){
let{start:a,length:s}=ut(e,n);if(t instanceof SVGElement){let r=`${1e3*a} 0 ${1e3*s} 100`;t.getAttribute("viewBox")!==r&&t.setAttribute("viewBox",r)}else{let{style:r}=t;
r.left=n?.zoom?`${-100*a/s}%`:"",r.width=n?.zoom?`${100/s}%`:""}}function Ma(t,e,{factor:n=1,around:a=.5,move:s=0}){let[r,o]=e??[0,t-1],i=o+1-r,l=Math.min(t,Math.
max(Math.min(4,t),n>1?Math.floor(i/n):n<1?Math.ceil(i/n):i));if(l>=t)return null;let c=s?Math.sign(s)*Math.max(1,Math.round(Math.abs(s)*i)):0,f=Math.min(t-l,Math.
max(0,Math.round(r+a*(i-l))+c));return[f,f+l-1]}function me(t,e,n,a,s){let r=l=>{let{left:c,width:f}=e.getBoundingClientRect();return Math.min(1,Math.max(0,(l-c)/
(f||1)))};t.addEventListener("wheel",l=>{if(!(l.ctrlKey||l.metaKey)&&!(l.shiftKey&&a()?.zoom))return;l.preventDefault();let c=l.deltaY||l.deltaX,f=Ma(n,a()?.zoom,
l.ctrlKey||l.metaKey?{factor:c<0?1.25:.8,around:r(l.clientX)}:{move:.1*Math.sign(c)});JSON.stringify(f)!==JSON.stringify(a()?.zoom??null)&&s({zoom:f})},{passive:!1});
let o=new Map,i=0;t.addEventListener("pointerdown",l=>{l.pointerType==="touch"&&o.set(l.pointerId,l.clientX),i=0}),t.addEventListener("pointermove",l=>{if(!o.has(
l.pointerId)||(o.set(l.pointerId,l.clientX),o.size!==2))return;let[c,f]=[...o.values()],d=Math.max(20,Math.abs(c-f));i||(i=d),(d/i>1.2||d/i<.83)&&(s({zoom:Ma(n,
a()?.zoom,{factor:d/i,around:r((c+f)/2)})}),i=d)});for(let l of["pointerup","pointercancel"])t.addEventListener(l,c=>o.delete(c.pointerId))}function qe(t){let e=t.length>1?Math.abs(t[1]-t[0]):Math.abs(t[0])||1;for(let n=3;n<=9;n++){let a=t.map(s=>X(s,n));if(a.every((s,r)=>Math.abs(Number(s.replaceAll(
"−","-"))-t[r])<=.02*e))return a}return t.map(n=>X(n-t[0])).map((n,a)=>a?`+${n}`:X(t[0]))}function Xe([t,e],n,a=!1){if(!(e>t))return[t];let s=a&&t>0?gr([t,e],
[0,1]).ticks(n):Pe([t,e],[0,1]).ticks(n),r=a?s.filter(c=>Math.abs(Math.log10(c)-Math.round(Math.log10(c)))<1e-9):[],o=a?r.length>1?r:s.filter(c=>[1,2,5].includes(
Number(c.toExponential()[0]))&&Number(c.toPrecision(1))===Number(c.toPrecision(6))):s,i=o.length>1?o:[t,e],l=Math.ceil(i.length/(n+2));return i.filter((c,f)=>f%
l===0)}function Ut(t,e,n){let a=JSON.stringify(e);if(t.dataset.ticks===a)return;t.dataset.ticks=a;let s=[...t.children];for(let r of s.splice(e.length))r.remove();
for(;s.length<e.length;)s.push(t.appendChild(h("span",{},"")));e.forEach(({at:r,text:o},i)=>{wt(s[i],o),n==="left"&&s[i].style.setProperty("--at",r.toFixed(4)),
s[i].style[n]=`${(100*r).toFixed(2)}%`})}function ve(){let t=h("div",{class:"mmv-ticks-x"}),e=h("span",{class:"mmv-axis-name"});return{node:h("div",{class:"mmv-\
axis-x","aria-hidden":"true"},e,t),draw:(s,r)=>{Ut(t,s.filter(({at:o})=>o>=-.001&&o<=1.001),"left"),e.textContent!==r&&(e.textContent=r,e.toggleAttribute("data-\
long",r.length>8))}}}function re(t,e,n=6){let a=t.sizes.time,{start:s,length:r}=ut(a,e),o=t.duration_s[e.sample],i=t.start_s[e.sample],l=o??a,c=(o===null?0:i)+s*
l,f=Xe([c,c+r*l],n);return qe(f).map((d,u)=>({at:(f[u]-(o===null?0:i))/l,text:d}))}var ge=(t,e)=>t.duration_s[e.sample]===null?"step":"time, s";function fn(t,e){
let n=t.sizes.time,a=Math.max(1,n-1),[s,r]=e.zoom??[0,n-1];return{kind:"time",name:ge(t,e),text:o=>Mt(t,e.sample,o),ticks:re(t,e,4).map(({at:o,text:i})=>({at:(o*
n-1)/a,text:i})),shown:s<r?[s/a,r/a]:[Math.max(0,(s-.5)/a),Math.min(1,(s+.5)/a)]}}function Wi(t,e,n,a=5){let s=Math.max(1,Math.ceil((t-1)/Math.max(1,a-1)));return Array.
from({length:Math.ceil(t/s)},(r,o)=>({at:n(o*s),text:e(o*s)}))}var Hi=(t,e)=>e>1?t/(e-1):.5,De=(t,e=n=>Hi(n,t.length))=>({kind:"epoch",name:"epoch",text:n=>`epo\
ch ${t[n]}`,ticks:Wi(t.length,n=>String(t[n]),e)}),_a=(t,e,n="channel",a=s=>`row ${s+1}`)=>({kind:n,name:t,text:a,ticks:Wi(e,s=>String(s+1),s=>Hi(s,e))});async function xu(t){try{await navigator.clipboard.writeText(t)}catch{let e=h("textarea",{class:"mmv-hidden-text","aria-hidden":"true",tabindex:-1});e.value=t,document.
body.append(e),e.select(),document.execCommand("copy"),e.remove()}}function Ui(t){let e=h("div",{class:"mmv-pins",role:"group","aria-label":"Pinned read-outs",hidden:""}),
n=[];function a(r){let o=r.contains(r.getRootNode().activeElement);r.remove(),n.splice(n.indexOf(r),1),o&&n[n.length-1]?.querySelector("button:last-child")?.focus(),
e.hidden=n.length===0}function s(r,o,i){let l=t(r,o),c=ct("copy",async()=>{await xu(l),c.textContent="copied"},{"aria-label":`Copy ${r.title}`}),f=ct("×",()=>a(
d),{"aria-label":`Remove the read-out ${r.title}`}),d=h("div",{class:"mmv-pin","data-text":l},...i,h("div",{class:"mmv-pin-buttons"},c,f)),u=n.find(p=>p.dataset.
text===l);u&&a(u),n.push(d),e.append(d),e.hidden=!1}return{node:e,add:s,count:()=>n.length,removeLast:()=>a(n[n.length-1])}}var dn=new WeakMap,$u=4,Mu=new Map([["ArrowLeft",[-1,0]],["ArrowRight",[1,0]],["ArrowUp",[0,-1]],["ArrowDown",[0,1]]]);function kt(t,e){dn.set(t,e),t.classList.
add("mmv-readable"),t.tabIndex=0,t.setAttribute("role","group"),t.setAttribute("aria-label",`${e.label}; arrow keys: read values, Enter: pin`)}var It=(t,e)=>Math.
min(e-1,Math.max(0,Math.floor(t*e))),_u=(t,e,n,a)=>{let[s,r]=t.grid();return t.cellAt?t.cellAt(e,n,a):[It(e,s),It(n,r)]},Gi=(t,e,n)=>{let[a,s]=t.grid();return t.
placeOf?t.placeOf(e,n):[(e+.5)/a,(n+.5)/s]},ka=t=>[...t.tBodies].flatMap(e=>[...e.rows]).filter(e=>!e.hidden&&e.querySelector("th")&&e.querySelector("td"));function Qn(t){
let e=t.cloneNode(!0);return e.querySelectorAll(".mmv-hidden-text, .mmv-glyph, .mmv-mark").forEach(n=>n.remove()),(e.textContent??"").trim()}var Ki=t=>{let e=t?.
querySelector(".mmv-glyph")?.getAttribute("data-m");return e==null?void 0:Number(e)};function ku(t){let e=a=>[...a.cells].filter(s=>s.tagName==="TD"&&!s.classList.
contains("mmv-cell")),n=()=>t.getAttribute("aria-label")||Qn(t.caption??t);return{label:n(),grid:()=>[Math.max(1,...ka(t).map(a=>e(a).length)),ka(t).length],read(a,s){
let r=ka(t)[s],o=r&&e(r)[Math.min(a,e(r).length-1)],i=r&&Vi.get(r);if(i)return i();if(!o||!Qn(o))return null;let l=[...t.tHead?.rows[0]?.cells??[]],c=l[[...r.cells].
indexOf(o)],f=Qn(o),d=Gs(r.querySelector(".mmv-track")),u=(/\.(\d+)/.exec(f)?.[1]??"").length,p=[[c&&Qn(c)?Qn(c):"value",f]];return d&&Number.isFinite(d.then)&&
p.push(["recorded",mt(d.then,u).replace("+","")],["difference",mt(d.now-d.then,u)]),{title:`${Qn(r.cells[0])} · ${n()}`,modality:Ki(r.cells[0]),rows:p,at:{modality:Ki(
r.cells[0])}}},placeOf(a,s){let r=ka(t)[s],o=t.getBoundingClientRect(),i=(e(r)[Math.min(a,e(r).length-1)]??r).getBoundingClientRect();return[(i.left+i.width/2-o.
left)/(o.width||1),(i.top+i.height/2-o.top)/(o.height||1)]},cellAt(a,s,r){let o=ka(t),i=o.findIndex(c=>{let{top:f,bottom:d}=c.getBoundingClientRect();return r.top+
s*r.height>=f&&r.top+s*r.height<=d});if(i<0)return[0,-1];let l=e(o[i]).findIndex(c=>r.left+a*r.width<=c.getBoundingClientRect().right);return[Math.max(0,l),i]}}}
var Vi=new WeakMap,br=(t,e)=>{Vi.set(t,e)};function Au(t){t.querySelectorAll("table").forEach(e=>{dn.has(e)||e.querySelector("input, select, button")||!e.querySelector(
".mmv-track, .mmv-value")&&!e.classList.contains("mmv-matrix")&&!e.classList.contains("mmv-list")||(dn.set(e,ku(e)),e.classList.add("mmv-readable"),e.closest("[\
tabindex='0']")||(e.tabIndex=0))})}var Yi=({area:t,box:e,at:n=[0,0]})=>[e.left-t.left,e.top-t.top,e.left,e.top,e.width,e.height,...n].join();function bs(t,e){let n=h(
"div",{class:"mmv-card",hidden:"","aria-hidden":"true"}),a=h("div",{class:"mmv-hidden-text","aria-live":"polite"}),s=h("div",{class:"mmv-point",hidden:"","aria-\
hidden":"true"}),r=Ui(b);t.append(s,n,r.node,a),Au(t),t.querySelectorAll("[data-plots]").forEach(T=>T.querySelectorAll(".mmv-readable").forEach((D,I)=>I&&D.setAttribute(
"tabindex","-1")));let o=null,i=null,l=0,c=0,f=!1,d=!1,u=null,p=[...t.querySelectorAll(".mmv-readable")].filter(T=>T instanceof HTMLElement&&!(T instanceof HTMLTableElement)),
m=new Map,g=T=>{let D=[...t.querySelectorAll(".mmv-run")],I=D.findIndex(E=>T&&E.contains(T));return e[Math.max(0,I)]},y=(T,D)=>{let I=T.modality===void 0?"":g(D)?.
modalities[T.modality]?.name??"";return{modality:I&&!T.title.startsWith(I)?I:"",title:T.title}};function w(T,D){let{modality:I,title:E}=y(T,D);return[h("div",{class:"\
mmv-card-title"},...T.modality===void 0?[]:[zt(T.modality)],Q(I?`${I} · ${E}`:E)),h("dl",{},...T.rows.flatMap(([H,G,Y])=>[h("dt",{},Q(H)),h("dd",{},Q(Y&&Y!=="1"?
`${G} ${Y}`:G))]))]}function b(T,D){let{modality:I,title:E}=y(T,D);return[[...I?[I]:[],E],...T.rows.map(([H,G,Y])=>[H,G,...Y&&Y!=="1"?[Y]:[]])].map(H=>H.join("	")).
join(`
`)}let v=(T,D)=>b(T,D).replaceAll(`
`,"; ").replaceAll("	"," ");function k(T,D){let I=T?.modality;I===void 0?t.removeAttribute("data-linked"):t.dataset.linked!==String(I%8)&&(t.dataset.linked=String(
I%8));for(let E of p){let H=T&&dn.get(E)?.locate?.(T),G=m.get(E)??[];(H?[H.x?{left:H.x,top:[0,1]}:null,H.y?{left:[0,1],top:H.y}:null]:[null,null]).forEach((et,tt)=>{
if(!et){G[tt]&&(G[tt].hidden=!0);return}G[tt]??=h("div",{class:"mmv-link","aria-hidden":"true"}),G[tt].parentNode!==E&&E.append(G[tt]),G[tt].hidden=E===D&&tt===
1;let[K,V]=[et.left,et.top];G[tt].style.cssText=`left:${100*K[0]}%;width:${100*(K[1]-K[0])}%;top:${100*V[0]}%;height:${100*(V[1]-V[0])}%`}),m.set(E,G)}}function $(){
o&&(o=u=null,n.hidden=s.hidden=!0,k(null,null))}let x=T=>({area:t.getBoundingClientRect(),box:T.getBoundingClientRect()});function A(T,D,I=x(T.box)){let E=T.cell[1]<
0?null:T.probe.read(...T.cell);if(!E)return $();o=T;let{area:H,box:G}=I,[Y,et]=E.place??I.at??Gi(T.probe,...T.cell);u=T.box instanceof HTMLTableElement?{...I,cell:T.
cell,at:[Y,et]}:I;let tt=G.left-H.left+Y*G.width,K=G.top-H.top+et*G.height;n.replaceChildren(...w(E,T.box)),n.hidden=s.hidden=!1;let V=G.top+et*G.height>innerHeight/
2,J=tt>H.width/2;n.style.transform=`translate(${tt+(J?-12:12)}px, ${K+(V?-12:12)}px) translate(${J?"-100%":"0"}, ${V?"-100%":"0"})`,s.style.transform=`translate\
(${tt}px, ${K}px)`,k(E.at,T.box),D&&(a.textContent=v(E,T.box))}function S(){let T=o?.probe.read(...o.cell);!o||!T||(r.add(T,o.box,w(T,o.box)),a.textContent=`Pin\
ned: ${v(T,o.box)}`)}function M(T){let I=T.target.closest?.(".mmv-readable"),E=I&&dn.get(I);return E&&I instanceof HTMLElement&&t.contains(I)?{box:I,probe:E}:null}
function z(){let T=d;if(l=0,d=!1,f)return void(T&&o&&A(o,!1,u??void 0));if(!i)return $();let{x:D,y:I,type:E,found:H}=i;if(!H)return $();let{box:G,probe:Y}=H,et=i.
places??(o?.box===G?u:null)??x(G),tt=et.box;i.places=null;let K=et.cell??_u(Y,(D-tt.left)/(tt.width||1),(I-tt.top)/(tt.height||1),tt);!T&&o&&o.box===G&&o.cell[0]===
K[0]&&o.cell[1]===K[1]&&E!=="tap"||A({box:G,probe:Y,cell:K},E==="tap",et)}function N(T){i=T,l||=requestAnimationFrame(z)}let _=null,j=T=>{if(_&&Math.hypot(T.clientX-
_.x,T.clientY-_.y)>$u&&(_.moved=!0),T.pointerType==="touch")return;f=!1;let D=M(T)??(_?B(T.clientX,T.clientY):null);N({found:D,x:T.clientX,y:T.clientY,type:_?"d\
rag":"hover",places:D&&x(D.box)})};function B(T,D){let I=t.getRootNode().elementFromPoint(T,D),E=I?.closest(".mmv-readable"),H=E&&dn.get(E);return H&&E instanceof
HTMLElement?{box:E,probe:H}:null}let F=T=>{_=M(T)&&T.button===0?{x:T.clientX,y:T.clientY,moved:!1,shift:T.shiftKey}:null},R=T=>{let D=_&&!_.moved&&!_.shift,I=D?
M(T)??B(T.clientX,T.clientY):null;if(_=null,!I)return;let E=T.pointerType==="touch",G=E&&o&&o.box===I.box?`${o?.cell}`:"";f=!1,i={found:I,x:T.clientX,y:T.clientY,
type:E?"tap":"click"},cancelAnimationFrame(l),z(),o&&(!E||G===`${o.cell}`)&&S()},q=T=>T.pointerType!=="touch"&&N(null),W=T=>{if(T.key==="Escape"&&(r.count()||f)&&
!T.target.closest("dialog, .mmv-tour")){r.count()?(r.removeLast(),a.textContent="Read-out removed"):$(),f=!1,T.stopPropagation(),T.preventDefault();return}let D=T.
target,I=D.classList?.contains("mmv-readable")?dn.get(D):void 0,E=Mu.get(T.key);if(!(!I||T.ctrlKey||T.metaKey||T.altKey)){if(T.key==="Enter"&&!T.shiftKey)(!f||o?.
box!==D)&&A({box:D,probe:I,cell:U(D,I)},!0),S();else if(E){let[H,G]=I.grid(),Y=T.shiftKey?10:1,[et,tt]=f&&o?.box===D?o.cell:U(D,I),K=f&&o?.box===D&&E[1]&&(tt+E[1]<
0||tt+E[1]>=G)?P(D,E[1]):null;if(K){let J=dn.get(K),[at,ot]=J.grid();D.tabIndex=-1,K.tabIndex=0,K.focus({preventScroll:!1}),f=!0,A({box:K,probe:J,cell:[H>1?Math.
round(et*(at-1)/(H-1)):0,E[1]>0?0:ot-1]},!0),T.preventDefault(),T.stopPropagation();return}let V=f&&o?.box===D?[Math.min(H-1,Math.max(0,et+Y*E[0])),Math.min(G-1,
Math.max(0,tt+Y*E[1]))]:[et,tt];A({box:D,probe:I,cell:V},!0)}else return;f=!0,T.preventDefault(),T.stopPropagation()}};function P(T,D){let I=[...T.closest("[dat\
a-plots]")?.querySelectorAll(".mmv-readable")??[]].filter(E=>E instanceof HTMLElement&&E.checkVisibility());return I[I.indexOf(T)+D]??null}let U=(T,D)=>{let[I,E]=D.
grid(),[H,G]=D.start?.()??[0,0];return[Math.min(I-1,Math.max(0,H)),Math.min(E-1,Math.max(0,G))]},C=T=>{f&&o?.box===T.target&&(f=!1,$())};t.addEventListener("poi\
ntermove",j),t.addEventListener("pointerleave",q),t.addEventListener("pointerdown",F,!0),t.addEventListener("pointerup",R,!0),t.addEventListener("keydown",W,!0),
t.addEventListener("focusout",C);let O=new MessageChannel;O.port1.onmessage=()=>{if(c=0,!o||!u)return;let T={...x(o.box),...u.at?{at:Gi(o.probe,...o.cell)}:{}};
Yi(T)!==Yi(u)&&(u=null,L())};function L(){d=!0,i?.places?l||=requestAnimationFrame(z):z()}return{redraw(){o&&(L(),c||=requestAnimationFrame(()=>O.port2.postMessage(
0)))},stop(){cancelAnimationFrame(l),cancelAnimationFrame(c),O.port1.close()}}}var Ou=3,En=t=>t>0?`+${X(t,2)}`:X(t,2);function Su(t,e,n,a){let s=-1,r="",o=null,i=(E,{sample:H,time:G})=>s<0?Ae(E,H,G):jo(E,H,s,G),l=e.modalities.length,c=e.sizes.
time,f=e.attribution.block.length,{quantity:d,error:u}=e.attribution,p=e.attribution.name[0].toUpperCase()+e.attribution.name.slice(1),m=E=>e.edited()?.explained??
(E<e.recorded_samples?e.attribution.explained[E]:e.recorded.computed()?.explained)??"",g=()=>e.edited()?.unexplained?` As recorded, without the edit. ${e.edited()?.
unexplained}`:"",y=e.has("attribution_prefix"),w=e.has("attribution_stream")?e.modalities:[],b=Rt("Target",[y?"prediction up to the cursor":"prediction, whole s\
equence",...w.map(E=>`SSM stream ${E.name}`)],E=>{s=E-1,o&&I(o)}),v=e.modalities.map((E,H)=>{let G=Ya(),Y=it("path",{class:"mmv-here"}),et=it("rect",{class:"mmv\
-band",y:0,height:100}),tt=Fe(`Shares of ${E.name} over its steps; the sum is in the table`,et,...G.nodes,Y),K=h("td",{class:"mmv-value"}),V=h("div",{class:"mmv\
-plot mmv-lane-bars"},tt);Wt(V,V,at=>a({time:It(ut(c,o).share(at),c)})),me(V,V,c,()=>o,a),kt(V,{label:`Attribution of ${E.name} over its steps`,grid:()=>[o?i(e,
o).count:0,1],cellAt(at){if(!o)return[0,-1];let{from:ot,count:pt}=i(e,o),yt=ut(c,o).share(at)*c;return[Array.from({length:pt},(ht,_t)=>_t).reduce((ht,_t)=>ot(_t)<=
yt?_t:ht,0),0]},placeOf(at){let{from:ot,to:pt}=i(e,o);return[ut(c,o).across((ot(at)+pt(at)+1)/2/c),.5]},locate:({time:at})=>{let ot=ut(c,o);return at===void 0||
at<ot.from||at>ot.to?null:{x:[ot.across(at/c),ot.across((at+1)/c)]}},read(at){if(!o)return null;let{values:ot,count:pt,from:yt,to:ht}=i(e,o),_t=ot[H*pt+at],Kt=e.
edited()&&e.replaced("attribution")?i(e.recorded,o).values[H*pt+at]:NaN,Ot=s<0?En:Me=>X(Me,2);return{title:s<0?e.attribution.name:`contribution to SSM stream ${e.
modalities[s].name}`,modality:H,at:{modality:H,time:ht(at)},rows:[["share",Ot(_t)],["at",rn(e,o.sample,[yt(at),ht(at)])],...Number.isFinite(Kt)?[["recorded",Ot(
Kt)],["difference",En(_t-Kt)]]:[]]}}});let J=h("td",{class:"mmv-cell"},V);return{bars:G,drawing:tt,here:Y,band:et,value:K,cell:J,node:h("tr",{},Nt(...$t(e,H)),J,
K)}}),k=E=>{let H=h("td",{class:"mmv-value"});return{value:H,node:h("tr",{class:"mmv-total"},Nt(E),h("td"),H)}},$=ve();v[l-1].cell.append($.node);let x=k("bias"),
A=k("sum"),S=dt(p),M=h("p",{class:"mmv-small mmv-attribution-about"}),z=h("p",{class:"mmv-faint mmv-small"}),N=h("table",{class:"mmv-attribution","aria-label":"\
Share of each modality"},h("tbody",{},...v.map(E=>E.node),x.node,A.node)),_=h("canvas",{role:"img"}),j=h("div",{class:"mmv-at"}),B=e.modalities.slice(1).map(()=>h(
"div",{class:"mmv-cut-x"}));B.forEach((E,H)=>E.style.setProperty("--at",String((H+1)/l)));let F=h("div",{class:"mmv-plot mmv-map mmv-pairs"},_,h("div",{class:"m\
mv-marks","aria-hidden":"true"},...B,j)),R=h("div",{class:"mmv-subtitle"}),q=h("div",{class:"mmv-alongs","aria-hidden":"true"},...e.modalities.map((E,H)=>h("spa\
n",{},...je(e,H,(340/l-15)/6.5)))),W=h("div",{class:"mmv-pair-map"}),P=h("div",{class:"mmv-block-ticks mmv-block-down","aria-hidden":"true"}),U=h("div",{class:"\
mmv-block-ticks","aria-hidden":"true"});t.append(S,...w.length?[b.node]:[],M,N,z,W),W.append(R,h("div",{class:"mmv-map-axes"},P,F,h("span"),U,h("span"),q));let C=e.
attribution.block,O=E=>(C[E+1]??c)-1,L=()=>{let[E,H]=o?.zoom??[0,c-1],[G,Y]=[vn(e,E),vn(e,H)];return{first:G,count:Y+1-G,top:s<0?E:G,rows:s<0?H+1-E:Y+1-G}};Wt(F,
F,(E,H)=>{let{top:G,rows:Y}=L(),et=G+It(H,Y);a({time:s<0?et:O(et)})}),me(F,F,c,()=>o,a),kt(F,{label:"Map of shares over all steps",grid:()=>[l*f,s<0?c:f],start:()=>[
0,o?s<0?o.time:vn(e,o.time):0],cellAt(E,H){let{first:G,count:Y,top:et,rows:tt}=L(),K=It(E,l*Y);return[Math.floor(K/Y)*f+G+K%Y,et+It(H,tt)]},placeOf(E,H){let{first:G,
count:Y,top:et,rows:tt}=L();return[(Math.floor(E/f)*Y+E%f-G+.5)/(l*Y),(H-et+.5)/tt]},locate({time:E}){let{top:H,rows:G}=L(),Y=E===void 0?-1:s<0?E:vn(e,E);return Y<
H||Y>=H+G?null:{y:[(Y-H)/G,(Y+1-H)/G]}},read(E,H){if(!o)return null;let{sample:G}=o,Y=Math.floor(E/f),et=E%f,tt=s<0,K=tt?H:O(H),V=C[et]>K,J=tt?e.part("attributi\
on_prefix_limit",G)[H]*Ka(e.part("attribution_prefix",G)[H*l*f+E]):e.part("attribution_stream_limit")[G]*(e.part("attribution_stream",G,s)[H*l*f+E]/255)**2;return{
title:tt?e.attribution.name:`contribution to SSM stream ${e.modalities[s].name}`,modality:Y,at:{modality:Y,time:K},rows:[["share",V?"0 (later source)":tt?En(J):
X(J,2)],["source",rn(e,G,[C[et],Math.min(O(et),c-1)])],[tt?"prediction, at":"target, at",Mt(e,G,K)]]}}});let T=Ct();function D({sample:E}){let{first:H,count:G,top:Y,
rows:et}=L();if(s<0){let K=e.part("attribution_prefix",E);return Le(_,l*G,et,(V,J)=>{let at=Y+J,ot=H+V%G;return C[ot]>at?null:xn(Ka(K[at*l*f+Math.floor(V/G)*f+ot]))})}
let tt=e.part("attribution_stream",E,s);return Yt(_,l*G,et,(K,V)=>{let J=Y+V,at=H+K%G;return at>J?-1:tt[J*l*f+Math.floor(K/G)*f+at]})}function I(E){o=E;let{sample:H,
time:G}=E,Y=s<0,[et,tt]=ce(e,E),K=s>=0&&e.lacks("attribution_stream",H);if(N.hidden=z.hidden=K,K)return W.hidden=!0,M.replaceChildren("Contributions to the SSM \
streams of this sample were not recorded; the model in the page computes those to the prediction.");let V=m(H),J=e.edited()!==null&&e.replaced("attribution"),at=i(
e,E),ot=ut(c,E),{values:pt,count:yt,from:ht,to:_t}=at,qt=Ks(e,G),Kt=Y&&!qt,Ot=Y&&!y?c-1:G,Me=Array.from({length:yt},(Ft,ne)=>ne).filter(Ft=>_t(Ft)>=et&&ht(Ft)<=
tt),ue=v.map((Ft,ne)=>Me.reduce((he,Ge)=>he+pt[ne*yt+Ge],0)),xt=ue.reduce((Ft,ne)=>Ft+ne,0);T(E,"zoom","sample")&&($.draw(re(e,E,4).map(({at:Ft,text:ne})=>({at:ot.
across(Ft),text:ne})),ge(e,E)),v.forEach(({drawing:Ft})=>Ne(Ft,c,E))),v.forEach(({bars:Ft,here:ne,band:he,value:Ge},Ie)=>{Ft.draw(e,at,Ie),ne.setAttribute("d",`\
M${1e3*(Ot+1)/c} 0V100`),he.setAttribute("x",String(E.brush?1e3*et/c:0)),he.setAttribute("width",String(E.brush?1e3*(tt+1-et)/c:0)),Ge.textContent=Y?En(ue[Ie]):
xt?`${st(100*ue[Ie]/xt,0)} %`:"–"});let Tt=Y&&!E.brush;x.node.hidden=!Tt,x.value.textContent=En(qt?e.part("attribution_prefix_bias",H)[G]:e.part("attribution_\
bias",H)[0]),A.node.hidden=!Y,A.value.textContent=En(Tt?qt?e.part("attribution_prefix_total",H)[G]:e.part("attribution_total",H)[0]:xt);let Ht=Kt?"the whole seq\
uence":Y?`the steps up to ${Mt(e,H,G)}`:"";S.textContent=Y?`${p}: what moved this prediction`:`${p}: what reaches SSM stream ${e.modalities[s].name}`,M.replaceChildren(
...Y?[`Signed share in the ${d}`,...V?[" (",Q(V),")"]:[],`, predicted from ${Ht}`]:["Contribution to SSM stream ",Q(e.modalities[s].name),` at ${Mt(e,H,G)}, thr\
ough all layers`],E.brush?`; sources at ${rn(e,H,E.brush)}.`:".",J&&Y?" Of the edited sample, computed in the page.":"",Y?g():e.edited()?" As recorded: contribu\
tions to streams do not follow the edit.":"");let _e=Me.flatMap(Ft=>v.map((ne,he)=>({i:Ft,m:he,v:pt[he*yt+Ft]}))).filter(({v:Ft})=>Ft).sort((Ft,ne)=>Math.abs(ne.
v)-Math.abs(Ft.v)).slice(0,Ou);if(z.replaceChildren(..._e.length?["Largest: ",..._e.flatMap(({i:Ft,m:ne,v:he},Ge)=>[Ge?", ":"",Q(e.modalities[ne].name),` at ${Mt(
e,H,_t(Ft))} ${Y?En(he):X(he,2)}`]),". "]:["No source in this range. "],Y?`Bars up, red: raises it; down, blue: lowers it; to ±${X(Ys(at),2)}.${V?" Shares shri\
nk as p nears 1.":""}`:"Norm over the channels.",Tt&&Kt?` Modalities + bias = sum; ${u} ${X(e.part("attribution_error",H)[0],2)}.`:""),W.hidden=Y&&!y,W.hidden)return;
let ha=`${s}`;if(T(E,"sample","zoom")||ha!==r){r=ha,D(E);let Ft=L(),ne=re(e,E,4).map(({at:he,text:Ge})=>({at:ot.across(he),text:Ge}));Ut(P,ne,"top"),Ut(U,e.modalities.
flatMap((he,Ge)=>re(e,{...E,zoom:[C[Ft.first],O(Ft.first+Ft.count-1)]},2).map(({at:Ie,text:Ws})=>({at:ut(c,{zoom:[C[Ft.first],O(Ft.first+Ft.count-1)]}).across(Ie),
text:Ws})).filter(({at:Ie})=>Ie>.05&&Ie<.95).map(({at:Ie,text:Ws})=>({at:(Ge+Ie)/l,text:Ws}))),"left"),R.textContent=Y?"down: step of the prediction, across: so\
urce steps; colours: share / largest of its row, −1 (blue) to +1 (red)":`down: steps of the stream, across: source steps; colours from 0 to ${X(e.part("attrib\
ution_stream_limit")[H])}, by square root`,_.setAttribute("aria-label",`${S.textContent}: map of ${Y?c:f} by ${l} times ${f} steps; the table holds the sums at \
the cursor`)}let{top:Ce,rows:ke}=L(),sn=(Y?G:vn(e,G))-Ce;j.hidden=sn<0||sn>=ke,j.style.top=`${100*sn/ke}%`,j.style.height=`${100/ke}%`}return I}gt({name:"end-to\
-end attribution",section:"explanation",place:"columns",order:5,needs:["attribution"],height:t=>490+42*t,mount:Su});function zn(t,e,n,a=3){let s="",r=0,o=()=>{r===1&&(s+=`m${-a} 0h${2*a}`),r=0};for(let i=0;i<t;i++){let l=n(i);l!==void 0&&Number.isFinite(l)?s+=`${r++?"L":"M"}${e(
i).toFixed(1)} ${l.toFixed(2)}`:l!==void 0&&o()}return o(),s}var oe=(t,[e,n])=>n>e?96-(t-e)/(n-e)*92:50+0*t;function Gt({label:t,series:e,onPick:n,tall:a=!1,log:s=null}){let r=e.map(({m:P,f:U})=>it("path",P===void 0?{class:"mmv-line","data-f":U%8,"stroke-dasharray":Ye[U%
8]}:{class:"mmv-share","data-m":P%8,"stroke-dasharray":Ye[P%8]})),o=e.map(({m:P})=>it("path",{class:"mmv-recorded-line",...P===void 0?{}:{"data-m":P%8}})),i=e.map(
({m:P})=>P===void 0?h("span",{class:"mmv-glyph"},"•"):zt(P)),l=[],c=[],f=it("path",{class:"mmv-rule"}),d=it("path",{class:"mmv-here"}),u=it("path",{class:"mmv\
-grid"}),p=it("rect",{class:"mmv-band",y:0,height:100}),m=h("span"),g=ve(),y=Fe(t,p,u,f,d,...o,...r),w=h("div",{class:"mmv-marks","aria-hidden":"true"},...i),b=h(
"div",{class:`mmv-plot mmv-chart${a?" mmv-tall":""}`},y,w),v=h("div",{class:"mmv-scale mmv-ticks-y","aria-hidden":"true"}),k=s==="log",$=null,x=ct("log",()=>{k=
!k,$&&F($)},{class:"mmv-log","aria-pressed":String(k),"aria-label":`Logarithmic axis: ${t.split(":")[0]}`,hidden:""}),A=h("div",{class:"mmv-charted"},h("div",{class:"\
mmv-subtitle"},m,x),v,b,g.node),S=e.map(()=>!1),M=P=>$?.place?$.place(P):$&&$.count>1?P/($.count-1):.5,z=()=>$?.x?.shown??[0,1],N=P=>(P-z()[0])/(z()[1]-z()[0]||
1),_=P=>z()[0]+P*(z()[1]-z()[0]);n&&Wt(b,b,P=>n(Math.min(1,Math.max(0,_(P)))));let j=()=>k&&$!==null&&$.range[0]>0,B=P=>P===void 0||!$?P:j()?oe(Math.log10(P),$.
range.map(Math.log10)):oe(P,$.range);function F(P){$=P;let{values:U,count:C,now:O,range:L,brush:T=null,before:D=null,rule:I=!0,x:E}=P,[H,G]=L,Y=V=>zn(C,J=>1e3*M(
J),J=>B(V(J)),12);r.forEach((V,J)=>{let at=S[J]?"":Y(_t=>U(J,_t)),ot=D&&!S[J]?Y(_t=>D(J,_t)):"";l[J]!==at&&V.setAttribute("d",l[J]=at),(c[J]??"")!==ot&&o[J].setAttribute(
"d",c[J]=ot);let pt=O<0?NaN:U(J,O)??NaN,yt=O<0?0:N(M(O)),ht=S[J]||!Number.isFinite(pt)||yt<-.001||yt>1.001;ft(i[J],"hidden",ht),i[J].style.left=`${100*yt}%`,i[J].
style.top=`${B(pt)}%`});let et=`${1e3*z()[0]} 0 ${1e3*(z()[1]-z()[0])} 100`;Dt(y,"viewBox",et),Dt(f,"d",I&&!j()&&H<=0&&G>=0?`M0 ${B(0)}H1000`:""),Dt(d,"d",O<0?"":
`M${1e3*M(O)} 0V100`),Dt(p,"x",String(T?1e3*M(T[0]):0)),Dt(p,"width",String(T?Math.max(2,1e3*(M(T[1])-M(T[0]))):0));let tt=Xe(L,a?5:3,j()).reverse(),K=qe([...tt].
reverse()).reverse();Ut(v,tt.map((V,J)=>({at:Number(B(V))/100,text:K[J]})),"top"),Dt(u,"d",tt.map(V=>`M0 ${Number(B(V)).toFixed(2)}H1000`).join("")),g.draw((E?.
ticks??[]).map(({at:V,text:J})=>({at:N(V),text:J})),E?.name??""),ft(x,"hidden",s===null||!(H>0)),Dt(x,"aria-pressed",String(j()))}function R(P,U){let C=$?.values(
P,U);if(!$||C===void 0||!Number.isFinite(C))return null;let{y:O,x:L,before:T}=$,{m:D,name:I}=e[P],E=O?.text??(Y=>X(Y,4)),H=T?T(P,U):NaN,G=[[O?.name??m.textContent??
"value",E(C),O?.unit??""]];if(L&&G.push([L.kind==="time"?"at":L.name,L.kind==="other"||L.kind==="channel"?L.text(U).replace(/^row /,""):L.text(U).replace(/^epoch /,
"")]),Number.isFinite(H)){let Y=E(C-H);G.push(["recorded",E(H),O?.unit??""],["difference",C>H&&!Y.startsWith("+")?`+${Y}`:Y,O?.unit??""])}return{title:I??m.textContent??
"",modality:D,rows:G,place:[N(M(U)),Number(B(C))/100],at:{modality:D,...L?.kind==="time"?{time:U}:L?.kind==="channel"?{channel:U}:{}}}}kt(b,{label:t,grid:()=>[$?.
count??0,e.length],read:(P,U)=>S[U]?null:R(U,P),start:()=>[Math.max(0,$?.now??0),0],cellAt(P,U){if(!$)return[0,-1];let C=_(P),O=0;for(let D=1;D<$.count;D++)Math.
abs(M(D)-C)<Math.abs(M(O)-C)&&(O=D);let L=-1,T=1/0;return e.forEach((D,I)=>{let E=$?.values(I,O),H=S[I]||E===void 0||!Number.isFinite(E)?1/0:Math.abs(Number(B(E))/
100-U);H<T&&([L,T]=[I,H])}),[O,L]},locate(P){let U=$?.x?.kind==="time"?P.time:$?.x?.kind==="channel"?P.channel:void 0;if(U===void 0||!$||U>=$.count)return null;
let C=N(M(U));return C<-.001||C>1.001?null:{x:[Math.max(0,C-.002),Math.min(1,C+.002)]}}});function q({title:P}){m.textContent!==P&&(m.textContent=P)}function W(P,U){
S[P]=!U,$&&F($)}return{node:A,draw:F,say:q,turn:W}}function un(t,e,...n){let a=h("button",{type:"button",class:"mmv-key mmv-series","aria-pressed":"true","aria-\
label":`Line ${e}`},...n);return a.addEventListener("click",()=>{let s=a.getAttribute("aria-pressed")!=="true";a.setAttribute("aria-pressed",String(s)),t(s)}),a}
var ta=t=>it("svg",{viewBox:"0 0 18 6","aria-hidden":"true"},it("path",{d:"M0 3H18",class:"mmv-line","data-f":t%8,"stroke-dasharray":Ye[t%8]}));function Aa(t,e){
let n=t.map((a,s)=>un(r=>e(s,r),a,ta(s),Q(a)));return h("div",{class:"mmv-legend",...t.length>4?{"data-many":""}:{}},...n)}function jt(t,e=!1){let n=e?0:1/0,a=e?
0:-1/0;for(let s of t)for(let r=0;r<s.length;r++)Number.isFinite(s[r])&&([n,a]=[Math.min(n,s[r]),Math.max(a,s[r])]);return n<=a?[n,a]:[0,0]}function Nu(t,e,n,a){let{time:s,channel:r}=e.sizes,o=e.modalities.map((m,g)=>({m:g})),i=h("input",{type:"range",min:0,max:r-1,step:1,class:"mmv-channel","aria-l\
abel":"Channel"});i.addEventListener("input",()=>a({channel:Number(i.value)}));let l=Gt({label:"State half-life of every channel: the table has the numbers",series:o,
log:"log",onPick:m=>a({channel:Math.round(m*(r-1))})}),c=Gt({label:"Hidden-state magnitude of the selected channel over the sequence",series:o,onPick:m=>a({time:Math.
round(m*(s-1))})}),f=e.modalities.map(()=>[h("td"),h("td"),h("td")]),d=["channel","half-life, steps","‖h‖₂"],u=h("table",{class:"mmv-list","aria-label":"S\
elected channel of each SSM stream"},h("thead",{},h("tr",{},h("td"),...d.map(m=>h("th",{scope:"col"},m)))),h("tbody",{},...f.map((m,g)=>h("tr",{},Nt(...$t(e,g)),
...m))));t.append(dt("State half-life by channel"),h("label",{class:"mmv-control mmv-grow"},h("span",{},"Row"),i),l.node,c.node,u,rt(`Rows are those of the stat\
e maps: the channels of each SSM stream with the largest norm, longest half-life first (ln 2 / (Δ·|A|), without coupling${e.recorded_text?`; Δ: median over th\
e steps of ${e.recorded_text}`:""}).`));let p=Ct();return m=>{let{sample:g,epoch:y,layer:w,channel:b,time:v,brush:k}=m,$=e.part("half_life",w),x=e.part("channel\
_index",w);if(i.value=String(b),i.setAttribute("aria-valuetext",`row ${b+1} of ${r}`),p(m,"layer","layer_of_a","channel")){let N=jt(e.compared.filter(_=>_.has("\
half_life")).map(_=>_.part("half_life",$n(_,e,m))));l.draw({values:(_,j)=>$[_*r+j],count:r,now:b,range:N,rule:!1,x:_a("row",r),y:{name:"half-life",unit:"steps",
text:X}}),l.say({title:"half-life by row, steps"})}let A=Mn(e,N=>N.scale,m),S=e.modalities.map((N,_)=>e.part("state",y,g,w,_)),M=e.modalities.map((N,_)=>e.part(
"state_valid",g,_)),z=(N,_)=>M[N][_]&&b<_n(e,w,N)?(S[N][b*s+_]/255)**(e.state_power??1)*e.scale[w]:NaN;c.draw({values:z,count:s,now:v,range:[0,A],brush:k,x:fn(e,
m),y:{name:"‖h‖₂",unit:e.state_unit,text:N=>`${N>=e.scale[w]?"≥ ":""}${X(N)}`}}),c.say({title:`‖h‖₂ of row ${b+1}`}),f.forEach(([N,_,j],B)=>{N.textContent=
x[B*r+b]<0?"–":String(x[B*r+b]),_.textContent=X($[B*r+b]),j.textContent=z(B,v)>=e.scale[w]?`≥ ${X(e.scale[w])}`:X(z(B,v))})}}gt({name:"half-life",section:"e\
xplanation",place:"columns",order:40,needs:["half_life","state"],height:t=>375+20*t,mount:Nu});function xe(t,e,n){let a=t.part(`signal_valid_${e}`,n),s=t.part(`signal_${e}`,n),r=t.modalities[e].features.length,o=d=>{for(let u=0;u<r;u++)if(Number.isFinite(
s[d*r+u]))return d;return-1},i=[...a.keys()].filter(d=>a[d]);if(t.has(`signal_at_${e}`))return Eu(i,t.part(`signal_at_${e}`,n),t.part(`signal_until_${e}`,n),o);
let l=t.align==="resample"||t.modalities[e].static,c=l?i.length:t.align==="pad"?t.sizes.time:a.length,f=l?d=>i[d]:d=>d<a.length&&a[d]?d:-1;return Array.from({length:c},
(d,u)=>({frame:f(u)<0?-1:o(f(u)),from:u/c,to:(u+1)/c,at:(u+.5)/c}))}function Eu(t,e,n,a){let s=[],r=(i,l)=>l>i+1e-4&&s.push({frame:-1,from:i,to:l,at:i}),o=0;for(let i of t)
r(o,e[i]),s.push({frame:a(i),from:e[i],to:n[i],at:e[i]}),o=n[i];return r(o,1),s}function Ji(t,e){if(e)return t.map(s=>s.frame);let n=Math.min(2e3,Math.max(400,2*
t.length)),a=0;return Array.from({length:n},(s,r)=>{let o=(r+.5)/n;for(;a+1<t.length&&t[a].to<=o;)a++;return t.length&&t[a].from<=o&&o<t[a].to?t[a].frame:-1})}var Xi=(t,e,n)=>({values:t.part(`signal_${e}`,n),valid:t.part(`signal_valid_${e}`,n)}),Zi=(t,e)=>t.some((n,a)=>n!==e[a]&&(Number.isFinite(n)||Number.isFinite(e[a])));
function Ze(t,e,n){let a=Xi(t,e,n);if(!t.edited()||!t.replaced(`signal_${e}`))return{now:a,then:null};let s=Xi(t.recorded,e,n);return{now:a,then:Zi(a.valid,s.valid)||
Zi(a.values,s.values)?s:null}}function hn(t,e,n,[a,s]){let r=t.sizes.time,o=1e-6,i=xe(t,e,n).filter(l=>l.frame>=0&&l.to>a/r+o&&l.from<(s+1)/r-o);return i.length?
[i[0].frame,i[i.length-1].frame]:null}function ea(t,e,n,a){let s=t.sizes.time,r=xe(t,e,n).find(o=>o.frame===a);return r?Math.min(s-1,Math.max(0,Math.ceil(r.to*s-
1e-6)-1)):-1}var Qi={rows:"each frame is one row, time runs downwards",columns:"each frame is one column, time runs to the right",whole:"one frame is one image; the frame at\
 the cursor is shown"};function tl(t,e,{valid:n},a){let{display:s,features:r}=t.modalities[e],o=r.length,{frames:i,colours:l}=s,c=Math.max(1,n.length);if(i==="w\
hole"){let f=s.width??1;return{width:f,height:s.height??1,place:(d,u)=>({f:a,i:a*o+(u*f+d)*l})}}return i==="rows"?{width:o/l,height:c,place:(f,d)=>({f:d,i:d*o+f*
l})}:{width:c,height:o/l,place:(f,d)=>({f,i:f*o+d*l})}}function zu({values:t,valid:e},n){let a=1/0,s=-1/0;return t.forEach((r,o)=>{e[Math.floor(o/n)]&&Number.isFinite(
r)&&([a,s]=[Math.min(a,r),Math.max(s,r)])}),a<=s?[a,s]:[0,1]}function el(t,e,n){let{name:a,features:s,unit:r,display:o}=t.modalities[e],{frames:i,colours:l}=o,c=s.
length,f=h("canvas",{role:"img"}),d=h("canvas",{role:"img"}),u=h("div",{class:"mmv-input-mark","aria-hidden":"true"}),p=rt(),m=h("div",{class:"mmv-input-image m\
mv-map"},f,u),g=h("div",{class:"mmv-input-image mmv-map mmv-input-recorded"},d),y=[h("figcaption",{class:"mmv-faint"}),h("figcaption",{class:"mmv-faint"},"recor\
ded")],w=h("figure",{class:"mmv-input-figure",hidden:""},g,y[1]),b=h("div",{class:"mmv-input-row"},h("div",{class:"mmv-input-pair"},h("figure",{class:"mmv-input\
-figure"},m,y[0]),w),p),v=null,k=-1,$="",x=[0,1],A=_=>hn(t,e,_.sample,[_.time,_.time])?.[1]??-1;function S(_,j){let{width:B,height:F,place:R}=tl(t,e,j,Math.max(
0,k)),[q,W]=x;Le(_,B,F,(P,U)=>{let{f:C,i:O}=R(P,U),L=[0,1,2].map(T=>(j.values[O+(l===3?T:0)]-q)/(W-q||1));return j.valid[C]&&L.every(Number.isFinite)?[...L.map(
T=>Math.round(255*Math.min(1,Math.max(0,T)))),255]:null});for(let P of[_.parentElement])P&&(P.style.aspectRatio=`${B} / ${F}`);return{width:B,height:F}}let M=(_,j)=>i===
"whole"?k:It(i==="rows"?j:_,t.shape(`signal_${e}`)[1]);i!=="whole"&&Wt(m,m,(_,j)=>{let B=v?ea(t,e,v.sample,M(_,j)):-1;B>=0&&n({time:B})}),kt(m,{label:`${a}: ima\
ge`,grid:()=>[f.width,f.height],start:()=>i==="rows"?[0,Math.max(0,k)]:i==="columns"?[Math.max(0,k),0]:[0,0],read(_,j){if(!v)return null;let{now:B,then:F}=Ze(t,
e,v.sample),{f:R,i:q}=tl(t,e,B,k).place(_,j),W=ea(t,e,v.sample,R);if(R<0||!B.valid[R])return null;let P=({values:C})=>Array.from({length:l},(O,L)=>X(C[q+L],4)).
join(", "),U=[["value",P(B),r],["frame",String(R+1)]];return F?.valid[R]&&U.push(["recorded",P(F),r],...l===1?[["difference",`${B.values[q]>F.values[q]?"+":""}${X(
B.values[q]-F.values[q],4)}`,r]]:[]),{title:`row ${j+1}, column ${_+1}`,modality:e,at:{modality:e,...W<0?{}:{time:W}},rows:U}},locate({time:_}){if(_===void 0||!v||
i==="whole")return null;let j=hn(t,e,v.sample,[_,_]),B=t.shape(`signal_${e}`)[1];if(!j)return null;let F=[j[0]/B,(j[1]+1)/B];return i==="rows"?{y:F}:{x:F}}});function z(_){
let j=hn(t,e,_.sample,[_.time,_.time]),B=t.shape(`signal_${e}`)[1];if(u.hidden=i==="whole"||!j,!j)return;let[F,R]=[`${100*j[0]/B}%`,`${100*(j[1]+1-j[0])/B}%`];u.
style.cssText=i==="rows"?`left:0;width:100%;top:${F};height:${R}`:`top:0;height:100%;left:${F};width:${R}`}function N(_,j){v=_;let B=A(_),F=i==="whole"?String(B):
"";if(k=B,z(_),!j&&F===$)return;$=F;let{now:R,then:q}=Ze(t,e,_.sample);x=zu(q??R,c);let{width:W,height:P}=S(f,R);w.hidden=!q,y[0].textContent=q?"edited":"",q&&S(
d,q);let U=R.valid.some(Boolean),C=`${W} by ${P} pixels`;f.setAttribute("aria-label",`${a}: image of ${C}, upright; ${Qi[i]}${q?"; edited, the recorded image st\
ands beside it":""}`),d.setAttribute("aria-label",`${a}: the recorded image of ${C}`);let[O,L]=x.map(T=>U?X(T):"–");p.textContent=`${W} × ${P} pixels; ${Qi[i]}\
. ${l===3?`Red, green, blue: ${O} to ${L}`:`Black ${O}, white ${L}`}${r&&`, ${r}`}. Hatched: masked or not recorded.`}return{node:b,draw:N,stop(){}}}function nl(t){let n=Math.max(64,Math.ceil((t.length-256)/159)),a=t.length<256?0:1+Math.floor((t.length-256)/n),s=new Float32Array(a*128),r=Float64Array.from({length:256},
(l,c)=>.5-.5*Math.cos(2*Math.PI*c/256)),o=Float64Array.from({length:256},(l,c)=>Math.cos(2*Math.PI*c/256)),i=1e-12;for(let l=0;l<a;l++)for(let c=0;c<128;c++){let f=0,
d=0;for(let u=0;u<256;u++){let p=t[l*n+u]*r[u];f+=p*o[c*u%256],d+=p*o[(c*u+256/4)%256]}s[l*128+c]=f*f+d*d,i=Math.max(i,s[l*128+c])}for(let l=0;l<s.length;l++)s[l]=
10*Math.log10(Math.max(s[l]/i,1e-12));return{columns:a,rows:128,decibels:s}}var al=60,Tu=500;function sl(t,e){let n=Math.min(Tu,t.length),a="";for(let s=0;s<n;s++){let r=Math.floor(s*t.length/n),o=Math.floor((s+1)*t.length/n),i=1e3*(s+.5)/
n,l=1/0,c=-1/0;for(let f=r;f<o;f++)Number.isFinite(t[f])&&([l,c]=[Math.min(l,t[f]),Math.max(c,t[f])]);l<=c&&(a+=`M${i.toFixed(1)} ${oe(c,e).toFixed(1)}V${(oe(l,
e)+.5).toFixed(1)}`)}return a}function yr(t){let e=0;for(let n=0;n<t.length;n++)Math.abs(t[n])>e&&Number.isFinite(t[n])&&(e=Math.abs(t[n]));return e}function rl(t,e,n){
let{name:a,unit:s,rate_hz:r}=t.modalities[e],o=Number(r),i=t.sizes.time,l=it("path",{class:"mmv-share","data-m":e%8}),c=it("path",{class:"mmv-recorded-line","da\
ta-m":e%8}),f=it("path",{class:"mmv-rule"}),d=h("canvas",{role:"img","aria-label":`${a}: spectrogram, 0 to ${X(o/2)} Hz from bottom to top`}),u=rt(),p=Fe(`${a}:\
 waveform`,f,c,l),m=h("div",{class:"mmv-plot mmv-chart mmv-input-wave"},p),g=h("div",{class:"mmv-plot mmv-map mmv-input-spectrogram"},d),y=[h("div",{class:"mmv-\
scale mmv-ticks-y","aria-hidden":"true"}),h("div",{class:"mmv-scale mmv-ticks-y","aria-hidden":"true"})],w=ve(),b=[`waveform${s?`, ${s}`:""}`,"spectrogram, Hz"].
map(C=>h("div",{class:"mmv-subtitle"},C)),v=[m,g].map(C=>{let O=h("div",{class:"mmv-cursor mmv-input-cursor","aria-hidden":"true"}),L=[h("div",{class:"mmv-veil \
mmv-input-veil"}),h("div",{class:"mmv-veil mmv-input-veil"})];return C.append(...L,O),{cursor:O,veils:L}}),k=h("div",{},h("div",{class:"mmv-charted","data-plots":""},
b[0],y[0],m,b[1],y[1],g,w.node)),$=new Float32Array(0),x=new Float32Array(0),A=new Float32Array(0),S={columns:0,rows:0,decibels:new Float32Array(0)},M=[-1,1],z=null,
N=null,_=()=>N?.stop();async function j(){if(N||!A.length)return _();let C=new AudioContext,O=C.createBuffer(1,A.length,o),L=yr(A)||1;O.copyToChannel(A.map(T=>T/
L),0),N=new AudioBufferSourceNode(C,{buffer:O}),N.connect(C.destination),N.addEventListener("ended",()=>{N=null,B.textContent="play",C.close()}),B.textContent="\
stop",N.start()}let B=ct("play",j,{"aria-label":`Play or stop ${a}`});k.append(h("div",{class:"mmv-inline"},B,u));let F=C=>It(ut(i,z).share(C),i);for(let C of[m,
g])Wt(C,C,O=>n({time:F(O)})),me(C,C,i,()=>z,n);let R=C=>{let O=ut(i,z);return C<O.from||C>O.to?null:{x:[O.across(C/i),O.across((C+1)/i)]}},q=C=>["time",st(C/o,4),
"s"];kt(m,{label:`${a}: waveform`,grid:()=>[$.length,1],start:()=>[Math.floor(((z?.time??0)+.5)/i*$.length),0],cellAt:C=>[It(ut(i,z).share(C),$.length),0],read(C){
if(!Number.isFinite($[C]))return null;let O=[["value",X($[C],4),s],q(C)];return x.length&&Number.isFinite(x[C])&&O.push(["recorded",X(x[C],4),s],["difference",`${$[C]>
x[C]?"+":""}${X($[C]-x[C],4)}`,s]),{title:"waveform",modality:e,at:{modality:e,time:It((C+.5)/$.length,i)},rows:O,place:[ut(i,z).across((C+.5)/$.length),oe($[C],
M)/100]}},placeOf:C=>[ut(i,z).across((C+.5)/$.length),.5],locate:({time:C})=>C===void 0?null:R(C)}),kt(g,{label:`${a}: spectrogram`,grid:()=>[S.columns,S.rows],
start:()=>[Math.floor(((z?.time??0)+.5)/i*S.columns),S.rows-1],cellAt:(C,O)=>[It(ut(i,z).share(C),S.columns),It(O,S.rows)],read(C,O){let L=S.rows-1-O,T=S.decibels[C*
S.rows+L],D=(C+.5)/S.columns;return Number.isFinite(T)?{title:"spectrogram",modality:e,at:{modality:e,time:It(D,i)},rows:[["power",st(T,1),"dB of the largest"],
["frequency",X(L*o/(2*S.rows),4),"Hz"],q(D*$.length)]}:null},placeOf:(C,O)=>[ut(i,z).across((C+.5)/S.columns),(O+.5)/S.rows],locate:({time:C})=>C===void 0?null:
R(C)});let W=({values:C,valid:O},L)=>Float32Array.from(L,({frame:T})=>T>=0&&O[T]?C[T]:NaN);function P(C){_();let{now:O,then:L}=Ze(t,e,C.sample),T=xe(t.recorded,
e,C.sample);$=W(O,xe(t,e,C.sample)),x=L?W(L,T):new Float32Array(0),A=$.filter(Number.isFinite),B.disabled=!A.length;let D=Math.max(yr($),yr(x))||1;M=[-D,D],l.setAttribute(
"d",sl($,M)),c.setAttribute("d",x.length?sl(x,M):""),f.setAttribute("d",`M0 ${oe(0,M)}H1000`);let I=$.map(Y=>Number.isFinite(Y)?Y:0);S=nl(I),Yt(d,S.columns,S.rows,
(Y,et)=>S.columns?Math.round(255*Math.max(0,1+S.decibels[Y*S.rows+S.rows-1-et]/al)):-1);let E=[D,0,-D],H=qe([-D,0,D]).reverse(),G=Xe([0,o/2],3);Ut(y[0],E.map((Y,et)=>({
at:oe(Y,M)/100,text:H[et]})),"top"),Ut(y[1],G.map((Y,et)=>({at:1-Y/(o/2),text:qe(G)[et]})),"top"),u.textContent=`${$.length} values at ${X(o)} Hz, ${X($.length/
o)} s${x.length?"; faint: as recorded":""}. Hann window of 256 values, −${al} to 0 dB of the largest. Played at full scale.`}function U(C,O){z=C,O&&P(C),Ne(p,
i,C),Ne(d,i,C);let L=ut(i,C),T=L.across((C.time+1)/i),[D,I]=C.brush??[0,i-1],E=[D/i,(I+1)/i].map(H=>Math.min(1,Math.max(0,L.across(H))));for(let{cursor:H,veils:G}of v)
H.hidden=T<0||T>1+1e-9,H.style.setProperty("--at",String(T)),G[0].style.width=`${100*E[0]}%`,G[1].style.width=`${100*(1-E[1])}%`;w.draw(re(t,C,4).map(({at:H,text:G})=>({
at:L.across(H),text:G})),ge(t,C)),p.setAttribute("aria-label",`${a}: waveform, cursor at ${Mt(t,C.sample,C.time)}`)}return{node:k,draw:U,stop:_}}function Cu(t,e,n,a,s){let r=Array.from(a).flatMap((f,d)=>f?[d]:[]),o=t.modalities[e].step_s,i=t.duration_s[n];if(!t.has(`signal_at_${e}`)||!o||!i)return new Map(
r.map((f,d)=>[f,r[Math.min(r.length-1,Math.max(0,d-s))]]));let l=t.part(`signal_at_${e}`,n),c=s*o/i;return new Map(r.map(f=>[f,r.reduce((d,u)=>Math.abs(l[u]-(l[f]-
c))<Math.abs(l[d]-(l[f]-c))?u:d,r[0])]))}function Oa(t,e,n){let{name:a,tokens:s}=t.modalities[e],r=t.edited(),o=r?.edits&&Object.hasOwn(r.edits,a)?r.edits[a]:{},
i=p=>({words:null,changed:!0,reason:p});if(!s)return{words:null,changed:!1,reason:"The data contain no words: pass tokens= to mmviz.data.from_arrays."};let l=r?.
words?.[e];if(l?.some(Boolean)&&o.text!==void 0)return{words:l,changed:!0,reason:""};if(o.text!==void 0)return i("The words of the new text are not known: its e\
ncoder does not make one step per word.");let c=o.swap??n,f=s[c]??null;if(!f)return i(`This page does not contain the words of ${t.samples[c]}.`);if(!o.delay)return{
words:f,changed:o.swap!==void 0,reason:""};let d=c<t.recorded_samples?t.recorded.part(`signal_valid_${e}`,c):f.map(p=>p?1:0),u=[];for(let[p,m]of Cu(t.recorded,e,
c,d,o.delay))u[p]=f[m]??"";return{words:Array.from(u,p=>p??""),changed:!0,reason:""}}var Iu=.55;function Fu(t,e,{sample:n,time:a}){if(!t.has("attribution")||t.lacks("attribution",n)||t.edited()&&!t.replaced("attribution"))return null;let{values:s,
count:r,from:o,to:i}=Ae(t,n,a),l=t.sizes.time,c=xe(t,e,n).filter(d=>d.frame>=0),f=new Map;for(let d=0;d<r;d++){let u=o(d)/l,p=(i(d)+1)/l,m=c.map(y=>Math.max(0,Math.
min(p,y.to)-Math.max(u,y.from))),g=m.reduce((y,w)=>y+w,0);g>1e-12&&m.forEach((y,w)=>y&&f.set(c[w].frame,(f.get(c[w].frame)??0)+s[e*r+d]*y/g))}return f}function ol(t,e,n){
let{name:a}=t.modalities[e],s=h("div",{class:"mmv-plot mmv-tokens"}),r=h("p",{class:"mmv-tokens-recorded"}),o=rt(),i=[],l=[],c=[],f=null,d=null;function u(v,k,$){
let x=$.left+v*$.width,A=$.top+k*$.height,S=-1,M=1/0;return i.forEach((z,N)=>{for(let _ of z.getClientRects()){let j=Math.hypot(Math.max(0,_.left-x,x-_.right),3*
Math.max(0,_.top-A,A-_.bottom));j<M&&([S,M]=[N,j])}}),M<40?[S,0]:[0,-1]}s.addEventListener("click",v=>{let[k,$]=u(...p(v)),x=f&&$>=0?ea(t,e,f.sample,l[k]):-1;x>=
0&&n({time:x})});function p(v){let k=s.getBoundingClientRect();return[(v.clientX-k.left)/(k.width||1),(v.clientY-k.top)/(k.height||1),k]}kt(s,{label:`${a}: word\
s`,grid:()=>[i.length,1],start:()=>[Math.max(0,l.indexOf(f?hn(t,e,f.sample,[f.time,f.time])?.[1]??0:0)),0],cellAt:u,placeOf(v){let k=s.getBoundingClientRect(),$=i[v]?.
getBoundingClientRect()??k;return[($.left+$.width/2-k.left)/(k.width||1),($.top-k.top)/(k.height||1)]},read(v){if(!f||!i[v])return null;let k=ea(t,e,f.sample,l[v]),
$=d?.get(l[v]),x=i[v].hasAttribute("data-masked"),A=[["word",`${l[v]+1}`],...x?[["state","masked"]]:[],...$===void 0?[]:[[t.attribution.name,`${$>0?"+":""}${X($,
2)}`]]];return{title:c[v]||"(no word)",modality:e,at:{modality:e,...k<0?{}:{time:k}},rows:A}},locate:()=>null});function m(v){let{sample:k}=v,$=Oa(t,e,k),{now:x}=Ze(
t,e,k),A=t.modalities[e].tokens?.[k]??null;if(r.hidden=!0,!$.words){[i,l,c]=[[],[],[]],s.replaceChildren(rt($.reason));return}let S=$.words,M=[...x.valid.keys()].
filter(z=>x.valid[z]||S[z]);l=M,c=M.map(z=>S[z]??""),i=c.map((z,N)=>h("span",{class:"mmv-word",...x.valid[M[N]]?{}:{"data-masked":""}},Q(z||"␣"))),s.replaceChildren(
...i.length?i.flatMap(z=>[z," "]):[rt("No word: the text is empty, or not recorded for this sample.")]),$.changed&&A&&(r.hidden=!1,r.replaceChildren("Recorded: ",
Q(A.filter(Boolean).join(" "))))}function g(v){d=Fu(t,e,v);let k=Math.max(0,...l.map($=>Math.abs(d?.get($)??0)));i.forEach(($,x)=>{let A=d?.get(l[x])??0,S=k?A/k:
0;if($.toggleAttribute("data-share",!1),!d||Math.abs(S)<.02)$.style.background="";else{let[M,z,N]=xn(S).map((_,j)=>j<3?Math.round(255-Iu*(255-_)):_);$.style.background=
`rgb(${M},${z},${N})`,$.setAttribute("data-share",S>0?"+":"−")}}),o.textContent=d&&k?`Colour: ${t.attribution.name} of each word, red and solid line: raises, \
blue and dotted line: lowers; largest ${X(k,2)}. A step's share is divided over its words by time.`:t.has("attribution")?`No attribution of ${t.edited()?"an edi\
ted sample":"this sample"}: the words are not coloured.`:""}function y(v){let k=hn(t,e,v.sample,[v.time,v.time]),$=v.brush?hn(t,e,v.sample,v.brush):null;i.forEach(
(x,A)=>{x.toggleAttribute("data-now",k!==null&&l[A]>=k[0]&&l[A]<=k[1]),x.toggleAttribute("data-out",v.brush!==null&&($===null||l[A]<$[0]||l[A]>$[1]))})}let w=-1;
function b(v,k){f=v,k&&m(v),(k||v.time!==w)&&g(v),w=v.time,y(v)}return{node:h("div",{},s,r,o),draw:b,stop(){}}}var ju=(t,e)=>({node:rt(`${t.modalities[e].features.length} values per analysis frame: see the lane. The data contain no waveform.`),draw(){},stop(){}}),il={image:el,
text:ol,audio:(t,e,n)=>t.modalities[e].features.length===1?rl(t,e,n):ju(t,e)},ll=(t,e)=>Object.hasOwn(il,t.modalities[e].display.kind)?il[t.modalities[e].display.
kind]:null;function Lu(t,e,n,a){let s=e.modalities.flatMap((o,i)=>{let l=ll(e,i);return l?[{m:i,part:l(e,i,a)}]:[]});t.append(dt("Input"),...s.map(({m:o,part:i})=>h(
"div",{class:"mmv-input","data-m":o%8},h("div",{class:"mmv-name"},...$t(e,o)),i.node)));let r=Ct();return o=>{let i=r(o,"sample");for(let{part:l}of s)l.draw(o,i)}}
gt({name:"input",place:"side",section:"sample",order:5,needs:["signal_0"],early:!0,shows:t=>t.modalities.some((e,n)=>ll(t,n)!==null&&(e.display.kind!=="audio"||
e.features.length===1)),mount:Lu});var pn=512,Ru=2e5,wr=[.1,.03,.01,.003,.001],Bu=.4,ys={key:"state",scale:t=>t.scale,power:t=>t.state_power??1},vr={key:"influence",scale:t=>t.influence?.scale,power:()=>2},
cl=new WeakMap;function Pu(t){let e=cl.get(t.compared)??new Map;return cl.set(t.compared,e),e}function qu(t,e,n,a,s){let r=Pu(t),o=JSON.stringify([n.key,s||$n(t.
compared[0],t,e),a]),i=r.get(o);if(i)return i;let l=new Float64Array(pn);for(let f of t.compared){let d=n.scale(f);if(!d||!f.has(n.key))continue;let u=f.recorded.
shape(n.key),p=n.key==="state"?2:1,m=u.slice(p+1).reduce((v,k)=>v*k,1),g=u.slice(0,p).reduce((v,k)=>v*k,1),y=f.recorded.part(n.key),w=s?u[p]:1,b=Math.max(1,Math.
floor(g*m*w/Ru))|1;for(let v=0;v<u[p];v++){if(!s&&v!==Math.min($n(f,t,e),u[p]-1))continue;let k=Int32Array.from({length:256},($,x)=>Math.min(pn-1,Math.round((pn-
1)*Math.sqrt(d[v]*(x/255)**n.power(f)/a))));for(let $=0;$<g;$++)for(let x=$%b,A=($*u[p]+v)*m;x<m;x+=b)y[A+x]&&l[k[y[A+x]]]++}}let c=0;for(let f=0;f<pn;f++)c=l[f]+=
c;if(c)for(let f=0;f<pn;f++)l[f]/=c;return r.set(o,l),l}function Du(t){for(let e of wr){let n=e*(Math.exp(.2*Math.log1p(1/e))-1);if(t[Math.floor((pn-1)*Math.sqrt(
n))]<=Bu)return e}return wr[wr.length-1]}var fl=new WeakMap;function Tn(t,e,n){let a=fl.get(t)??new Map,s=JSON.stringify([n.key,ln(e),e.layer,e.layer_of_a]),r=a.
get(s)??Wu(t,e,n);return fl.set(t,a),a.set(s,r),r}function Wu(t,e,n){let{scale:a,range:s}=ln(e),r=e.layer,o=s==="shared",i=n.power(t),l=n.scale(t)?.[r]??1,c=(o?
Math.max(...t.compared.flatMap($=>n.scale($)??[])):Mn(t,n.scale,e))||1,f=qu(t,e,n,c,o),d=Du(f),u=($,x)=>a==="linear"?Math.min(1,$/x):a==="quantile"?f[Math.min(pn-
1,Math.round((pn-1)*Math.sqrt(Math.min(1,$/c))))]:Math.min(1,gs([0,x],[0,1]).constant(d*x)($)),p=$=>{let x=gs([0,$],[0,1]).constant(d*$);return Uint8Array.from(
{length:256},(A,S)=>{let M=l*(S/255)**i;return Math.round(255*(a==="symmetric log"?Math.min(1,x(M)):S?u(M,$):0))})},m=p(c),g=s==="channel"&&n.key==="state"&&t.compared.
length===1&&a!=="quantile",y=new Map,w=$=>{if(!g||!$)return m;let x=y.get($)??p(l*($/255)**i);return y.set($,x),x},b=$=>{let x=0,A=c;for(let S=0;S<40;S++){let M=(x+
A)/2;u(M,c)<$?x=M:A=M}return A},v=()=>g?[{at:0,text:"0"},{at:1,text:"largest of the row"}]:[0,.25,.5,.75,1].map($=>({at:$,text:$?`${$===1?"≥ ":""}${X($===1?c:
b($),2)}`:"0"})),k=a==="symmetric log"?`symmetric log, linear to ${X(100*d,2)} %`:a;return{table:m,tableOfRow:w,perRow:g,get ticks(){return v()},top:c,name:k,value:$=>l*
($/255)**i,per:s}}function dl(t,e){let n=Vs.filter(([l])=>l!=="channel"||t.compared.length===1).filter(([l])=>l!=="shared"||t.layers.length>1||t.compared.length>
1),a=ln({}),s=Rt("Colours",ga,l=>e({colours:{...a,scale:ga[l]}})),r=Rt("Range",n.map(([,l])=>l),l=>e({colours:{...a,range:n[l][0]}})),o=l=>{a=ln(l),s.select.value=
String(ga.indexOf(a.scale)),r.select.value=String(Math.max(0,n.findIndex(([c])=>c===a.range)))};return{node:h("div",{class:"mmv-inline mmv-colour-controls",role:"\
group","aria-label":"Colour scale of the maps"},s.node,...n.length>1?[r.node]:[]),draw:o}}function ws(t){let e=h("canvas",{"aria-hidden":"true"}),n=h("div",{class:"\
mmv-key-ticks"}),a=h("span");return Yt(e,256,1,o=>o),{node:h("div",{class:"mmv-colour"},h("span",{},t," (",a,")"),h("div",{class:"mmv-key-bar"},e,n)),draw:(o,i="")=>{
let l=`${o.name}${o.perRow?", per channel":""}${i&&i!=="1"?`; ${i}`:""}`;a.textContent!==l&&(a.textContent=l),Ut(n,o.ticks,"left")}}}function ul(t,e,n){let a=1/0,s=-1/0;for(let{frame:r}of e)for(let o=0;r>=0&&o<n;o++){let i=t[r*n+o];i<a&&i>-1/0&&(a=i),i>s&&i<1/0&&(s=i)}return a<=s?[a,s]:null}function Hu(t){
let e=[];return t.forEach(({frame:n,from:a,to:s},r)=>{if(n>=0)return;let o=e[e.length-1];r&&t[r-1].frame<0?o[1]=s:e.push([a,s])}),e}function Uu(t,e){return t.map(
([n,a])=>{let s=h("div",{class:"mmv-padding"});return s.style.left=`${100*e.across(n)}%`,s.style.width=`${100*(a-n)/e.length}%`,s})}function hl(t,e,n,a,s,r){let o=r?
e:e.flatMap((l,c)=>l.frame<0||e[c+1]?.frame>=0?[l]:[l,{...l,at:l.to}]),i=({frame:l})=>l<0?NaN:oe(t[l*n+a],s);return zn(o.length,l=>1e3*o[l].at,l=>i(o[l]),r?Math.
max(4,500/e.length):4)}function xr(t,e,{time:n},a){let s=t.sizes.time,r=ut(s,e);return n===void 0||n<r.from||n>r.to?a?{y:a}:null:{x:[r.across(n/s),r.across((n+1)/
s)],...a?{y:a}:{}}}var $r=(t,e,n,a)=>Number.isFinite(e)?[["recorded",n(e),a],["difference",`${t>e?"+":""}${n(t-e)}`,a]]:[],Sa=t=>X(t,4);function Gu(t,e){let{name:n,
unit:a,features:s,rate_hz:r,irregular:o,static:i,display:l,tokens:c}=t.modalities[e],f=s.length,d=f>10||f>1&&l.kind!=="lines",u=!t.has(`signal_at_${e}`),p=P=>d&&
l.kind==="audio"?f-1-P:P,m=`${n}: input signal, ${f} features${a?`, in ${a}`:""}`,g=h("span"),y=h("span"),w=h("span",{class:"mmv-absent",hidden:""},"absent: not\
 recorded for this sample"),b=s.map((P,U)=>it("path",{class:"mmv-line","data-f":U%8,"stroke-dasharray":Ye[U%8]})),v=s.map(()=>it("path",{class:"mmv-recorded-lin\
e"})),k=d?h("canvas",{role:"img","aria-label":m}):null,$=it("path",{class:"mmv-rule"}),x=k??Fe(m,$,...v,...b),A=h("div",{class:"mmv-faint"}),S=h("div",{class:`m\
mv-plot mmv-signal${d?" mmv-map":""}`,"data-m":e%8},x,w),M=h("div",{class:"mmv-gutter","data-m":e%8},h("div",{class:"mmv-name"},zt(e),Q(n)),h("div",{class:"mmv-\
faint mmv-unit"},i?`static${a&&" · "}`:r===null?"":`${o?"≈ ":""}${Number(r.toPrecision(o?2:4))} Hz${o?", irregular":""}${a&&" · "}`,Q(a)),d?A:h("div",{class:"\
mmv-faint"},Aa(s,(P,U)=>b[P].classList.toggle("mmv-off",!U))),h("div",{class:`mmv-range${d?" mmv-range-names":""}`,"aria-hidden":"true"},g,y)),z=[],N=[],_=null,
j=[],B=[0,0],F=[],R="",q=P=>j.reduce((U,C,O)=>C.from<=P+1e-9?O:U,0);kt(S,{label:m,grid:()=>[j.length,f],start:()=>[q(((_?.time??0)+.5)/t.sizes.time),0],cellAt(P,U){
let C=q(ut(t.sizes.time,_).share(P)),O=j[C];if(d||!O||O.frame<0||!_)return[C,It(U,f)];let L=s.map((T,D)=>Math.abs(oe(t.part(`signal_${e}`,_?.sample??0)[O.frame*
f+D],B)/100-U));return[C,L.reduce((T,D,I)=>D<(L[T]??1/0)||!Number.isFinite(L[T])?I:T,0)]},read(P,U){let C=p(U),O=j[P];if(!_||!O||O.frame<0)return null;let{sample:L}=_,
T=O.frame*f+C,D=t.part(`signal_${e}`,L)[T],I=t.sizes.time,E=ut(I,_),H=t.edited()&&t.recorded.part(`signal_valid_${e}`,L)[O.frame]?t.recorded.part(`signal_${e}`,
L)[T]:NaN,G=t.duration_s[L],Y=u?(O.from+O.to)/2:O.at;return{title:s[C],modality:e,at:{modality:e,time:Math.min(I-1,Math.max(0,Math.ceil(O.to*I-1e-9)-1))},rows:[
...c&&Oa(t,e,L).words?.[O.frame]?[["word",Oa(t,e,L).words?.[O.frame]??""]]:[],["value",Sa(D),a],G===null?["frame",String(O.frame+1)]:["time",`${st(t.start_s[L]+
(u?O.to:O.at)*G,3)}`,"s"],...$r(D,H,Sa,a)],place:[E.across(Y),d?(U+.5)/f:Number.isFinite(D)?oe(D,B)/100:.5]}},placeOf:P=>[ut(t.sizes.time,_).across(((j[P]?.from??
0)+(j[P]?.to??0))/2),.5],locate:P=>xr(t,_,P)});function W(P){let{sample:U}=P,C=ut(t.sizes.time,P);_=P,j=xe(t,e,U),Ne(x,t.sizes.time,P);let O=t.part(`signal_${e}`,
U),{then:L}=Ze(t,e,U),T=L&&!d?xe(t.recorded,e,U):null,D=Xs([...t.compared.map(tt=>ul(tt.part(`signal_${e}`,U),tt===t?j:xe(tt,e,U),f)),...L&&T?[ul(L.values,T,f)]:
[]]);B=D,ft(w,"hidden",j.some(tt=>tt.frame>=0)),wt(w,t.part(`signal_valid_${e}`,U).some(Boolean)?"recorded without any value":t.recorded.part(`signal_valid_${e}`,
U).some(Boolean)?"masked: removed from the model's input":"absent: not recorded for this sample");let I=w.hidden?Us(...D):["",""],[E,H]=w.hidden&&d?[s[p(f-1)],s[p(
0)]]:I;if(wt(y,E),wt(g,H),k){wt(A,`${f} features${w.hidden?`; colours ${I.join(" to ")}`:""}`);let tt=D[1]>D[0]?255/(D[1]-D[0]):0,K=Ji(j,u);Yt(k,K.length,f,(V,J)=>{
let at=K[V]<0?NaN:O[K[V]*f+p(J)];return Number.isFinite(at)?Math.round((at-D[0])*tt):-1});return}let G=Hu(j),Y=JSON.stringify([G,C.from,C.to]);if(Y!==R){R=Y;for(let tt of F)
tt.remove();x.before(...F=Uu(G,C))}let et=w.hidden&&D[0]<0&&D[1]>0?`M0 ${oe(0,D).toFixed(2)}H1000`:"";$.getAttribute("d")!==et&&$.setAttribute("d",et),b.forEach(
(tt,K)=>{let V=hl(O,j,f,K,D,u);z[K]!==V&&tt.setAttribute("d",z[K]=V);let J=L&&T?hl(L.values,T,f,K,D,u):"";(N[K]??"")!==J&&v[K].setAttribute("d",N[K]=J)})}return{
gutter:M,box:S,draw:W}}function Ku(t,e){let{time:n,channel:a}=t.sizes,s=h("canvas",{role:"img"}),r=h("div",{class:"mmv-faint"}),o=h("span",{class:"mmv-absent",hidden:""},
"no scan in this layer"),i=a,l=h("div",{class:"mmv-row","aria-hidden":"true"}),c=h("span"),f=null,d=h("div",{class:"mmv-plot mmv-state mmv-map"},s,l,o),u=h("div",
{class:"mmv-gutter"},h("div",{class:"mmv-faint"},"hidden state"),r,h("div",{class:"mmv-channel-rows","aria-hidden":"true",title:"rows of the map, longest half-l\
ife first"},h("span",{},"row 1"),c));kt(d,{label:`${t.modalities[e].name}: hidden state, channels over steps`,grid:()=>[n,i],start:()=>[f?.time??0,f?.channel??0],
cellAt:(y,w)=>[It(ut(n,f).share(y),n),It(w,i)],placeOf:(y,w)=>[ut(n,f).across((y+.5)/n),(w+.5)/i],locate:y=>xr(t,f,y,y.channel!==void 0&&y.channel<i&&(y.modality??
e)===e?[y.channel/i,(y.channel+1)/i]:void 0),read(y,w){if(!f||!i)return null;let{sample:b,epoch:v,layer:k}=f,$=Tn(t,f,ys),x=t.has("channel_index")?t.part("chann\
el_index",k)[e*a+w]:w,A={modality:e,channel:w,time:y},S=[["row",String(w+1)],["at",Mt(t,b,y)]];if(!t.part("state_valid",b,e)[y])return{title:`channel ${x}`,modality:e,
at:A,rows:[[t.state_name,"no data"],...S]};let M=t.part("state",v,b,k,e)[w*n+y],z=$.value(M),N=t.edited()&&t.replaced("state")&&t.recorded.part("state_valid",b,
e)[y]?$.value(t.recorded.part("state",v,b,k,e)[w*n+y]):NaN;return{title:`channel ${x}`,modality:e,at:A,rows:[[t.state_name,`${M===255?"≥ ":""}${X(z)}`,t.state_unit],
...S,...$r(z,N,X,t.state_unit)]}}});function p(y){f=y;let{sample:w,epoch:b,layer:v}=y,k=Tn(t,y,ys);Ne(s,n,y);let $=t.part("state_valid",w,e),x=t.part("state",b,
w,v,e);i=_n(t,v,e);let A=Array.from({length:i},(S,M)=>k.perRow?k.tableOfRow(Jt(x.subarray(M*n,(M+1)*n).map((z,N)=>$[N]?z:0))):k.table);Yt(s,n,i,(S,M)=>$[S]?A[M][x[M*
n+S]]:-1),wt(c,i>1?`row ${i}`:""),Dt(s,"aria-label",`${t.modalities[e].name}: hidden state, ${i} channels over ${n} steps`),wt(r,i?`${i} channels`:""),ft(o,"hid\
den",i>0),m(y)}let m=y=>{let{channel:w}=y;f=y,ft(l,"hidden",w>=i),l.style.top=`${100*w/i}%`,l.style.height=`${100/i}%`};return{gutter:u,box:d,draw:p,choose:m,rowAt:y=>Math.
min(i-1,Math.floor(y*i))}}function Yu(t,e){let n=Ya(),a=`${t.modalities[e].name}: signed shares of its steps in the prediction at the cursor`,s=t.sizes.time,r=null,
o=h("div",{class:"mmv-plot mmv-lane-bars"},Fe(a,...n.nodes)),i=h("div",{class:"mmv-gutter"},h("div",{class:"mmv-faint",title:`${t.attribution.name}: bars up (re\
d) raise the prediction, bars down (blue) lower it`},"attribution ±"));kt(o,{label:a,grid:()=>[r?Ae(t,r.sample,r.time).count:0,1],cellAt(c){if(!r)return[0,-1];
let{from:f,count:d}=Ae(t,r.sample,r.time),u=ut(s,r).share(c)*s;return[Array.from({length:d},(p,m)=>m).reduce((p,m)=>f(m)<=u?m:p,0),0]},placeOf:c=>{let{from:f,to:d}=Ae(
t,r?.sample??0,r?.time??0);return[ut(s,r).across((f(c)+d(c)+1)/2/s),.5]},start:()=>[r&&!t.has("attribution_prefix")?r.time:0,0],locate:c=>xr(t,r,c),read(c){if(!r)
return null;let{values:f,count:d,from:u,to:p}=Ae(t,r.sample,r.time),m=f[e*d+c],g=t.edited()&&t.replaced("attribution")?Ae(t.recorded,r.sample,r.time).values[e*d+
c]:NaN;return{title:t.attribution.name,modality:e,at:{modality:e,time:p(c)},rows:[["share",Vu(m),t.attribution.quantity.length<24?t.attribution.quantity:""],["a\
t",rn(t,r.sample,[u(c),p(c)])],...$r(m,g,Sa)]}}});function l(c){let{sample:f,time:d}=c,u=o.firstElementChild;r=c,Ne(u,s,c);let p=t.edited()!==null&&!t.replaced(
"attribution")||t.lacks("attribution",f);for(let m of[o,i])ft(m,"hidden",p);o.hidden||n.draw(t,Ae(t,f,d),e)}return{gutter:i,box:o,draw:l}}var Vu=t=>t>0?`+${Sa(t)}`:
Sa(t);function Ju(t,e,n){let a=t.sizes.time,s=u=>{let{time:p,zoom:m}=e(),[g,y]=m??[0,a-1];n({zoom:Ma(a,m,{factor:u,around:p>=g&&p<=y&&y>g?(p-g)/(y-g):.5})})},r=u=>e().
zoom&&n({zoom:Ma(a,e().zoom,{move:u})}),o=ct("+",()=>s(1.6),{"aria-label":"Zoom in on time"}),i=ct("−",()=>s(1/1.6),{"aria-label":"Zoom out"}),l=ct("fit",()=>n(
{zoom:null}),{"aria-label":"Fit the whole sequence"});return{node:h("div",{class:"mmv-zoom",role:"group","aria-label":"Zoom on time",title:"Ctrl and wheel, or t\
wo fingers: zoom; Shift and wheel: move. Keys + − 0, < >"},h("span",{class:"mmv-faint"},"Zoom"),o,i,l),draw:({zoom:u})=>{ft(l,"disabled",!u),ft(i,"disabled",!u),
ft(o,"disabled",a<=4||!!(u&&u[1]-u[0]<4))},key:u=>{(u.key==="+"||u.key==="=")&&s(1.6),u.key==="-"&&s(1/1.6),u.key==="0"&&n({zoom:null}),(u.key==="<"||u.key===",")&&
r(-.25),(u.key===">"||u.key===".")&&r(.25)}}}function Xu(t,e,n){let a=h("span",{class:"mmv-span"}),s=t.sizes.time,r=()=>n({brush:[e().time,Math.max(e().time,e().
brush?.[1]??s-1)]}),o=()=>n({brush:[Math.min(e().time,e().brush?.[0]??0),e().time]}),i=ct("clear",()=>n({brush:null}),{"aria-label":"Clear the time range"});return{
node:h("div",{class:"mmv-brush",role:"group","aria-label":"Time range"},h("span",{class:"mmv-faint"},"Time range"),a,ct("start",r,{"aria-label":"Start the time \
range at the cursor"}),ct("end",o,{"aria-label":"End the time range at the cursor"}),i),draw:d=>{wt(a,d.brush?rn(t,d.sample,d.brush):"all"),ft(i,"disabled",!d.brush)},
key:d=>{d.key==="["&&r(),d.key==="]"&&o(),d.key==="Escape"&&e().brush&&n({brush:null})}}}function Zu(t,e,n,a){let s=e.sizes.time,r={time:n?.time??0,brush:n?.brush??
null,zoom:n?.zoom??null},o=e.modalities.map((N,_)=>Gu(e,_)),i=e.has("state")?e.modalities.map((N,_)=>Ku(e,_)):[],l=e.has("attribution")?e.modalities.map((N,_)=>Yu(
e,_)):[],c=o.map((N,_)=>h("div",{class:"mmv-lane"},...[N,...i.slice(_,_+1),...l.slice(_,_+1)].flatMap(({gutter:j,box:B})=>[j,B]))),f=h("span",{class:"mmv-tag"}),
d=h("div",{class:"mmv-cursor"},f),u=[h("div",{class:"mmv-veil"}),h("div",{class:"mmv-veil"})],p=h("div",{class:"mmv-over","aria-hidden":"true"},...u,d),m=h("div",
{class:"mmv-stage","data-plots":""},...c,p),g=h("div",{class:"mmv-axis","aria-hidden":"true"}),y=h("input",{type:"range",min:0,max:s-1,step:1,class:"mmv-time","\
aria-label":"Time cursor"}),w=h("span",{class:"mmv-faint"}),b=e.has("state")?ws(e.state_name):null,v=b&&dl(e,a),k=Xu(e,()=>r,a),$=Ju(e,()=>r,a),x=h("div",{class:"\
mmv-foot"},h("label",{class:"mmv-gutter"},"Time ",w),h("div",{class:"mmv-scrub"},g,y),h("span"),h("div",{class:"mmv-under"},k.node,$.node,...b&&v?[v.node,b.node]:
[]));t.append(m,x,...e.missing_scans&&!e.has("state")?[rt(Q(e.missing_scans))]:[]),t.style.setProperty("--steps",String(s)),y.addEventListener("input",()=>a({time:Number(
y.value)})),t.addEventListener("keydown",N=>{!N.ctrlKey&&!N.metaKey&&!N.altKey&&(k.key(N),$.key(N))}),me(m,p,s,()=>r,a);let A=0;Wt(m,p,(N,_,j,B)=>{let F=Math.min(
s-1,Math.max(0,Math.ceil(ut(s,r).share(N)*s-1e-9)-1));B&&(A=F);let R=j.shiftKey?{brush:[Math.min(A,F),Math.max(A,F)]}:{time:F},q=B?i.find(W=>W.box.contains(j.target)):
null;if(q){let{top:W,height:P}=q.box.getBoundingClientRect();R.channel=Math.max(0,q.rowAt((j.clientY-W)/P))}a(R)},y);let S=Ct(),M="",z=null;return N=>{r=z=N;let{
sample:_,time:j}=N,[B,F]=ce(e,N),R=ut(s,N);if(S(N,"sample","zoom")){o.forEach(U=>U.draw(N)),wt(w,ge(e,N)==="step"?"in steps":"in seconds");let W=re(e,N).map(({at:U,
text:C})=>({at:R.across(U),text:C})),P=JSON.stringify(W);P!==M&&g.replaceChildren(...W.map(({at:U,text:C})=>{let O=h("span",{},C);return O.style.setProperty("--\
at",String(U)),O})),M=P,ft(y,"min",String(R.from)),ft(y,"max",String(R.to)),t.style.setProperty("--steps",String(R.to+1-R.from)),$.draw(N)}if(S(N,"sample","epoc\
h","layer","layer_of_a","zoom","colours")&&i.forEach(W=>W.draw(N)),S(N,"sample","time","zoom")&&l.forEach(W=>W.draw(N)),S(N,"channel")&&i.forEach(W=>W.choose(N)),
b&&S(N,"layer","layer_of_a","colours")&&(b.draw(Tn(e,N,ys),e.state_unit),v?.draw(N)),S(N,"brush","sample","zoom")){let[W,P]=[B/s,(F+1)/s].map(U=>Math.min(1,Math.
max(0,R.across(U))));u[0].style.width=`${100*W}%`,u[1].style.width=`${100*(1-P)}%`,k.draw(N)}ft(y,"value",String(j)),Dt(y,"aria-valuetext",pa(e,_,j));let q=R.across(
(j+1)/s);ft(d,"hidden",q<0||q>1+1e-9),d.style.setProperty("--at",String(q)),wt(f,pa(e,_,j))}}gt({name:"lanes",section:"sample",place:"main",order:10,needs:["pre\
diction"],early:!0,mount:Zu});var Mr=["phi_mean","phi_low","phi_high"];function Qu(t,e){let[n,a,s]=Mr.map(l=>e.part(l)),r=Jt(...e.compared.filter(l=>l.has("phi_mean")).flatMap(l=>Mr.map(c=>l.
part(c)))),o=l=>`${50+50*l/(r||1)}%`,i=e.modalities.map((l,c)=>{let{track:f,set:d}=Ve(c);if(d(n[c],r),Number.isFinite(a[c]+s[c])){let m=h("div",{class:"mmv-whis\
ker"});m.style.left=o(a[c]),m.style.width=`${50*(s[c]-a[c])/(r||1)}%`,f.append(m)}let u=Number.isFinite(a[c])?`${mt(a[c],3)} to ${mt(s[c],3)}`:"–",p=ye(Nt(...$t(
e,c)),f,mt(n[c],3));return p.append(h("td",{class:"mmv-interval"},se("95 % interval "),u)),p});return t.append(dt("Mean Shapley value over all samples"),h("tabl\
e",{class:"mmv-overall","aria-label":"Mean Shapley value of each modality with its interval"},h("tbody",{},...i)),rt("Mean Shapley value of the ",Q(e.target_name),
` at epoch ${e.best_epoch??"–"}; lines: ${e.overall.interval}.`),...Ke(e)),()=>{}}gt({name:"mean shapley",place:"columns",section:"overview",order:20,needs:Mr,
height:t=>70+26*t,mount:Qu});var pl=16;function th(t,e){let n=pe(t,"game",e),a=pe(t,"phi",e),s=t.modalities.length;return n.map((r,o)=>{let i=[];for(let l=0;l*s<a[o].length;l++)for(let c=0,
f=r[l*2**s];c<s;c++)i.push(f+=a[o][l*s+c]);return i})}function eh(t,e,n,a){let s=e.modalities.length,r=2**s-1,o=b=>b.toString(2).replaceAll("0","").length,i=Array.
from({length:r+1},(b,v)=>v).filter(b=>r<pl||o(b)<=1||o(b)>=s-1).sort((b,v)=>o(b)-o(v)||b-v),l=e.modalities.map((b,v)=>{let k=h("span"),{track:$,set:x}=be(v);return{
value:k,set:x,node:ye(Nt(...$t(e,v)),$,k)}}),c=(b,v)=>e.trained?.[b]??!0?[]:(v.classList.add("mmv-untrained"),[" ",h("span",{"aria-hidden":"true",title:e.untrained},
"○"),se(" not met in training")]),f=["baseline v(∅)","full model v(all)"].map((b,v)=>{let k=h("span"),{track:$,set:x}=be(null);return{value:k,set:x,node:ye(
Nt(b,...c(v?r:0,$)),$,k)}}),d=e.modalities.map((b,v)=>{let k=h("input",{type:"checkbox"});return k.addEventListener("change",()=>a({masked:e.modalities.filter(($,x)=>!d[x].
box.checked).map($=>$.name)})),{box:k,node:h("label",{class:"mmv-control"},k,...$t(e,v))}}),u=b=>b===0?[h("span",{},"none")]:e.modalities.flatMap((v,k)=>b>>k&1?
[zt(k),se(`${v.name} `)]:[]),p=i.map(b=>{let v=h("span"),{track:k,set:$}=be(null);return{k:b,value:v,set:$,node:ye(Nt(...u(b),...c(b,k)),k,v)}}),m=h("span");t.append(
dt("Modality ablation: value of every subset"),h("table",{"aria-label":"Waterfall from baseline to full model"},h("tbody",{},f[0].node,...l.map(b=>b.node),f[1].
node)),h("div",{class:"mmv-inline",role:"group","aria-label":"Available modalities"},h("span",{class:"mmv-faint"},"Available"),...d.map(b=>b.node)),h("table",{"\
aria-label":"Value v(S) of each subset of modalities"},h("tbody",{},...p.map(b=>b.node))),rt("Bars: the ",Q(e.target_name),". ",m,i.length>r?"":`${i.length} of ${r+
1} subsets are listed: those with at most one modality, and those without at most one.`),...Ke(e,"○ "));let g=Ct(),y=0,w=0;return b=>{let{sample:v,epoch:k,time:$,
masked:x}=b,A=e.part("game",k,v,$),S=e.part("phi",k,v,$);g(b,"sample")&&([y,w]=jt([...pe(e,"game",v),...th(e,v)],!0));let M=_=>(_-y)/(w-y||1),z=A[0];f.forEach((_,j)=>{
let B=A[j?r:0];_.set(M(0),M(B)),wt(_.value,st(B,e.digits))}),l.forEach((_,j)=>{_.set(M(z),M(z+S[j])),wt(_.value,mt(S[j],e.digits)),z+=S[j]});let N=Ha(e,x);p.forEach(
({k:_,value:j,set:B,node:F})=>{B(M(0),M(A[_])),wt(j,st(A[_],e.digits)),_===N!==F.hasAttribute("aria-current")&&(F.className=_===N?"mmv-best":"",_===N?F.setAttribute(
"aria-current","true"):F.removeAttribute("aria-current"))}),wt(m,`The readout above gives the value without the masked modalities${e.edited()||!e.has("state")?"":
"; the state maps are those of all modalities"}. `),d.forEach(({box:_},j)=>_.checked=!x.includes(e.modalities[j].name))}}gt({name:"modality ablation",place:"col\
umns",order:50,section:"sample",needs:["game"],height:t=>75+22*(t+2+(2**t<=pl?2**t:2*t+2)),mount:eh});function nh(t,e,n,a){let[,s,r,o]=e.shape("influence"),i=e.sizes.time,l=e.influence.block,c=F=>l.reduce((R,q,W)=>q<=F?W:R,0),f=F=>(F+1<o?l[F+1]:i)-1,d=h("canvas",
{role:"img"}),u=Array.from({length:r},()=>h("div",{class:"mmv-at"})),p=e.modalities.flatMap((F,R)=>R?[h("div",{class:"mmv-cut-x"}),h("div",{class:"mmv-cut-y"})]:
[]);p.forEach((F,R)=>F.style.setProperty("--at",String((1+(R>>1))/r)));let m=h("div",{class:"mmv-plot mmv-map mmv-square"},d,h("div",{class:"mmv-marks","aria-hi\
dden":"true"},...p,...u)),g=F=>h("div",{class:F,"aria-hidden":"true"},...e.modalities.map((R,q)=>h("span",{},...je(e,q,(340/r-15)/6.5)))),y=e.modalities.map(()=>e.
modalities.map(()=>h("td"))),w=dt("Operator map"),b=h("caption",{class:"mmv-small"}),v=rt(),k=null,$=h("div",{class:"mmv-block-ticks mmv-block-down","aria-hidde\
n":"true"}),x=h("div",{class:"mmv-block-ticks","aria-hidden":"true"}),A=ws("|K|"),S=h("div",{class:"mmv-subtitle"});t.append(w,S,h("div",{class:"mmv-blocks mmv-\
blocks-ticked"},g("mmv-ups"),$,m,h("span"),h("span"),x,h("span"),h("span"),g("mmv-alongs")),A.node,h("div",{class:"mmv-scroll-x",tabindex:0,role:"region","aria-\
label":"Shares at the cursor"},h("table",{class:"mmv-list mmv-influence-table","aria-label":"Relative influence on each SSM stream at the cursor"},b,h("thead",{},
h("tr",{},h("td",{class:"mmv-faint"},"target ↓ source →"),...e.modalities.map((F,R)=>h("th",{scope:"col"},...je(e,R,(285/r-18)/6.5))))),h("tbody",{},...y.
map((F,R)=>h("tr",{},Nt(...$t(e,R)),...F))))),v,rt("Each block: target time down, source time across; the map is causal: zero above the diagonal. Magnitude |K|,\
 exact for the inputs of this layer's operator with its gates held fixed, at the epoch that training selected. Press on the map to move the cursor."));let M=()=>{
let[F,R]=k?.zoom??[0,i-1];return[c(F),c(R)+1-c(F)]},z=F=>{let[R,q]=M(),W=It(F,r*q);return[Math.floor(W/q),R+W%q]};Wt(m,m,(F,R)=>a({time:f(z(R)[1])})),me(m,m,i,()=>k,
a);let N=(F,R)=>{let[q,W]=M();return(F*W+R-q+.5)/(r*W)};kt(m,{label:`Operator map: ${r} by ${r} blocks, target time down, source time across`,grid:()=>[r*o,r*o],
start:()=>[0,c(k?.time??0)],cellAt(F,R){let[[q,W],[P,U]]=[z(F),z(R)];return[q*o+W,P*o+U]},placeOf:(F,R)=>[N(Math.floor(F/o),F%o),N(Math.floor(R/o),R%o)],locate({
time:F,modality:R}){let[q,W]=M(),P=F===void 0?-1:c(F);if(R===void 0||P<q||P>=q+W)return null;let U=N(R,P),C=.5/(r*W);return{y:[U-C,U+C]}},read(F,R){if(!k)return null;
let q=Math.min(k.layer,s-1),W=e.part("influence",k.sample,q),{sample:P}=k,[U,C,O,L]=[Math.floor(F/o),F%o,Math.floor(R/o),R%o],T=Tn(e,{...k,layer:q},vr),D=((O*o+
L)*r+U)*o+C,I=T.value(W[D]),E=e.edited()&&e.replaced("influence")?T.value(e.recorded.part("influence",P,q)[D]):NaN;return{title:`${e.modalities[U].name} → ${e.
modalities[O].name}`,at:{modality:O,time:f(L)},rows:[["|K|",C>L?"0 (later source)":X(I)],["source, at",Mt(e,P,f(C))],["target, at",Mt(e,P,f(L))],...Number.isFinite(
E)?[["recorded",X(E)],["difference",`${I>E?"+":""}${X(I-E)}`]]:[]]}}});function _(F){let[R,q]=M(),W={...F,zoom:[l[R],f(R+q-1)]},P=ut(i,W),U=re(e,W,3).map(({at:O,
text:L})=>({at:P.across(O),text:L})).filter(({at:O})=>O>.02&&O<.98),C=e.modalities.flatMap((O,L)=>U.map(({at:T,text:D})=>({at:(L+T)/r,text:D})));Ut($,C,"top"),Ut(
x,C,"left"),S.textContent=`down: target, across: source; ${ge(e,F)}`}function j(F){let R=Math.min(F.layer,s-1),q=e.part("influence",F.sample,R),[W,P]=M(),[U,C]=ce(
e,F),[O,L]=[c(U),c(C)],T=Tn(e,{...F,layer:R},vr);Yt(d,r*P,r*P,(D,I)=>{let E=W+D%P,H=W+I%P;return E>H||E<O||E>L?-1:T.table[q[((Math.floor(I/P)*o+H)*r+Math.floor(
D/P))*o+E]]}),A.draw(T)}t.style.setProperty("--sources",String(r));let B=Ct();return F=>{let{sample:R,time:q}=F,W=Math.min(F.layer,s-1),P=e.part("influence",R,W),
[U,C]=ce(e,F),[O,L]=[c(U),c(C)],T=Mn(e,E=>E.influence?.scale,{...F,layer:W}),D=c(q),I=(E,H,G,Y)=>P[((E*o+H)*r+G)*o+Y];k=F,B(F,"sample","layer","layer_of_a","bru\
sh","zoom","colours")&&j(F),B(F,"sample","zoom")&&_(F),d.setAttribute("aria-label",`Operator map of layer ${e.layers[W]}, ${r} by ${r} blocks of ${o} moments; t\
he table holds the sums at the cursor`),w.textContent=`Operator map, layer ${e.layers[W]}, SSM stream m${W?" (mixed above layer 1)":""}`,v.textContent=W?"A sour\
ce is the SSM stream of that name: above layer 1 it contains other modalities too. This is no attribution to modalities.":"Within this layer only, not through t\
he whole model: no attribution of the prediction.",u.forEach((E,H)=>{let[G,Y]=M();E.hidden=D<G||D>=G+Y,E.style.top=`${100*(H*Y+D-G)/(r*Y)}%`,E.style.height=`${100/
(r*Y)}%`}),b.textContent=`Relative influence on each SSM stream at ${Mt(e,R,q)}, and the source time with the largest influence (colour scale ends at ${X(T)}).`,
y.forEach((E,H)=>{let G=E.map((et,tt)=>{let K=0,V=-1,J=0;for(let at=O;at<=Math.min(D,L);at++){let ot=I(H,D,tt,at)**2;K+=ot,ot>V&&([V,J]=[ot,at])}return{sum:K,when:J}}),
Y=G.reduce((et,{sum:tt})=>et+tt,0);E.forEach((et,tt)=>{let K=Y&&G[tt].sum?[`${st(100*G[tt].sum/Y,0)} %,`,Mt(e,R,f(G[tt].when))]:["–"];et.replaceChildren(...K.
flatMap((V,J)=>[J?" ":"",h("span",{class:"mmv-whole"},V)]))})})}}gt({name:"operator map",section:"explanation",place:"columns",order:60,needs:["influence"],height:t=>670+
22*t,mount:nh});function vs({label:t,corner:e,columns:n,rows:a,kind:s=""}){let r=h("table",{class:`mmv-grid ${s}`,"aria-label":t},h("thead",{},h("tr",{},h("th",{scope:"col"},...e),
...n.map(c=>h("th",{scope:"col"},...c)))),h("tbody",{},...a.map(({head:c,cells:f})=>h("tr",{},h("th",{scope:"row"},...c),...f.map(d=>h("td",{},d)))))),o=a.map(c=>c.
cells);o.flat().forEach((c,f)=>c.tabIndex=f?-1:0);function i(c){o.flat().forEach(f=>f.tabIndex=f===c?0:-1),c.focus()}let l={ArrowUp:[-1,0],ArrowDown:[1,0],ArrowLeft:[
0,-1],ArrowRight:[0,1]};return r.addEventListener("keydown",c=>{let f=l[c.key],d=o.findIndex(m=>m.includes(c.target));if(!f||d<0)return;let u=o[d].indexOf(c.target),
p=o[d+f[0]]?.[u+f[1]];c.preventDefault(),p&&i(p)}),r.addEventListener("focusin",({target:c})=>{c instanceof HTMLButtonElement&&c.tabIndex<0&&i(c)}),h("div",{class:"\
mmv-scroll-x",tabindex:0,role:"region","aria-label":t},r)}var _r="Record it with mm.record(run, split, recorded_samples=[positions]), or give the page the model with Explorer(trace, model=mm.recording.export_model(run,\
 split)).";function ah(t){let e=[],n="",a=new Uint8Array(t).fill(1),s=new Set;function r(o,i=""){[e,n]=[o,i];for(let l=0;l<t;l++)a[l]=e.every(c=>c.test(l))?1:0;
s.forEach(l=>l())}return{inside:a,filters:()=>e,panel:()=>n,set:r,add:o=>r([...e,o]),remove:o=>r(e.filter(i=>i!==o),n),number:()=>a.reduce((o,i)=>o+i,0),listen:o=>{
s.add(o)}}}var ml=new WeakMap;function Ee(t){let e=ml.get(t.listed)??sh(t);return ml.set(t.listed,e),e}function sh(t){let{id:e,target:n,predicted:a}=t.listed,s=e.
length,r=t.modalities.length,o=ah(s),i=t.part("listed_phi"),l=t.part("listed_prediction"),c=t.part("listed_correct"),f=t.part("listed_recorded"),d=t.task==="cla\
ssification",u=t.has("overview_value"),p=u?t.overview.subset:[],m=p.length,g=m-1,y=u?t.part("overview_value"):l,w=u&&y instanceof Uint8Array?255:1,b=u?t.part("o\
verview_predicted"):l,v=u?t.part("overview_target"):l,k=u?t.part("overview_output"):l,$=u?t.part("overview_group"):l,x=t.labelled?"p(true class)":"p(predicted c\
lass)",A=(_,j)=>y[_*m+j]/w,S=(_,j)=>b[_*m+j],M=[];u&&d?(M.push({key:"confidence",title:"confidence, p(predicted class)",unit:"",of:_=>k[_]}),t.labelled&&M.push(
{key:"p",title:x,unit:"",of:_=>l[_]},{key:"loss",title:"loss, −ln p(true class)",unit:"nats",of:_=>-Math.log(l[_])})):u?(t.labelled&&M.push({key:"target",title:"\
target",unit:"",of:_=>v[_]}),M.push({key:"value",title:"predicted value",unit:"",of:_=>k[_]}),t.labelled&&M.push({key:"residual",title:"residual, predicted − ta\
rget",unit:"",of:_=>k[_]-v[_]},{key:"error",title:"absolute error",unit:"",of:_=>Math.abs(k[_]-v[_])})):d&&M.push({key:"p",title:x,unit:"",of:_=>l[_]}),t.modalities.
forEach((_,j)=>M.push({key:`φ ${_.name}`,title:`φ ${_.name}`,unit:"",of:B=>i[B*r+j]})),t.modalities.forEach((_,j)=>{let B=p.indexOf(2**r-1&~(1<<j));B>=0&&M.push(
{key:`masked ${_.name}`,title:`${d?x:"predicted value"}, ${_.name} masked`,unit:"",of:F=>A(F,B)})});let z=_=>p[_]===0?"no modality":_===g?"all modalities":t.modalities.
filter((j,B)=>p[_]>>B&1).map(j=>j.name).join(" + "),N=t.listed.sample;return{count:s,id:e,target:n,predicted:a,correct:c,recorded:f,chosen:o,subsets:p,whole:g,subsetName:z,
valueOf:A,classOf:S,quantities:M,truth:v,group:$,open:_=>N[_],closed:_=>`${e[_]} was not recorded, and the page holds no model that computes it. ${_r}`,rows:_=>[
...t.labelled?[["target",n[_]]]:[],["predicted",a[_]],...d?[[x,X(l[_])]]:[]],wrong:_=>c[_]===0,errorOf:(_,j)=>Math.abs(A(_,j)-v[_])}}var kr=8;function xs(t,e,n){let a=h("span",{role:"status"}),s=h("span",{class:"mmv-chosen-list"}),r=h("p",{class:"mmv-small mmv-faint",role:"status",hidden:""}),
o=h("div",{class:"mmv-chosen",hidden:""},h("div",{},a," ",s),r),i=f=>ct("",()=>{let d=t.open(f);r.hidden=d>=0,d>=0?e({sample:d}):r.textContent=t.closed(f)},{class:"\
mmv-open",...t.open(f)<0?{title:"not recorded"}:{}}),l=ct("show the list",()=>{let f=(o.closest(".mmv-run")??o.closest(".mmv"))?.querySelector(".mmv-samples");f?.
scrollIntoView({block:"center"}),f?.querySelector("tbody button")?.focus({preventScroll:!0})});function c(){let f=t.chosen.filters(),d=[...t.chosen.inside.keys()].
filter(u=>t.chosen.inside[u]);o.hidden=!f.length||t.chosen.panel()!==n,r.hidden=!0,!o.hidden&&(a.replaceChildren(Q(f.map(u=>u.text).join("; ")),`: ${d.length} s\
amples.`),s.replaceChildren(...d.slice(0,kr).map(u=>{let p=i(u);return p.append(Q(t.id[u])),p}),...d.length>kr?[`and ${d.length-kr} more`]:[],l,ct("all samples",
()=>t.chosen.set([]))))}return t.chosen.listen(c),c(),o}var rh=["number of samples","share of the true class","share of the predicted class"],oh=24;function ih(t,e,n,a){let s=Ee(e),r=e.outputs,o=r.length,{subset:i,total:l}=e.
overview,c=i.map((g,y)=>y).reverse(),f=h("div"),d=rt(""),u=Rt("Modalities",c.map(g=>s.subsetName(g)),()=>m()),p=Rt("Values",rh,()=>m());t.append(dt("Confusion m\
atrix"),h("div",{class:"mmv-inline"},u.node,p.node),f,xs(s,a,"confusion"),d);function m(){let g=c[Number(u.select.value)],y=Number(p.select.value),w=e.part("con\
fusion",g),b=N=>r.map((_,j)=>r.reduce((B,F,R)=>B+w[N?j*o+R:R*o+j],0)),[v,k]=[b(!0),b(!1)],$=r.map((N,_)=>v[_]+k[_]-2*w[_*o+_]),x=r.map((N,_)=>_).sort((N,_)=>$[_]-
$[N]||N-_).slice(0,oh).sort((N,_)=>N-_),A=Math.max(1,...x.flatMap(N=>x.map(_=>w[N*o+_]))),S=(N,_)=>{let j=w[N*o+_],B=y===2?k[_]:v[N],F=B?j/B:NaN,R=h("button",{type:"\
button",class:`mmv-score${N===_?" mmv-diagonal":""}`,title:`true ${r[N]}, predicted ${r[_]}: ${j} samples, ${st(100*j/(v[N]||NaN),0)} % of the true class`},y?st(
F,2):String(j));return R.style.setProperty("--weight",String(y?F||0:j/A)),R.addEventListener("click",()=>s.chosen.set([{text:`true = ${r[N]}`,test:q=>s.truth[q]===
N},{text:`predicted = ${r[_]}${g===s.whole?"":` with ${s.subsetName(g)}`}`,test:q=>s.classOf(q,g)===_}],"confusion")),R};f.replaceChildren(vs({label:"Confusion \
matrix: rows are true classes, columns are predicted classes",corner:["true ↓",h("br"),"predicted →"],columns:x.map(N=>[Q(r[N])]),kind:"mmv-confusion",rows:x.
map(N=>({head:[Q(r[N]),h("span",{class:"mmv-faint"},` n = ${v[N]}`)],cells:x.map(_=>S(N,_))}))}));let M=$.reduce((N,_)=>N+_,0)/2,z=v.reduce((N,_)=>N+_,0);d.textContent=
`${M} of ${z} samples misclassified with ${s.subsetName(g)}. Outlined: correct. ${x.length<o?`The ${x.length} of ${o} classes with the most errors are shown. `:
""}${z<l?`${l-z} samples with a prediction that is not finite are left out. `:""}Press a cell to list its samples.`}return m(),()=>{}}gt({name:"confusion matrix",
place:"side",order:5,section:"overview",needs:["confusion","overview_value"],height:()=>330,mount:ih});function vt(t){for(var e=t.length/6|0,n=new Array(e),a=0;a<e;)n[a]="#"+t.slice(a*6,++a*6);return n}var xy=vt("1f77b4ff7f0e2ca02cd627289467bd8c564be377c27f7f7fbc\
bd2217becf"),$y=vt("7fc97fbeaed4fdc086ffff99386cb0f0027fbf5b17666666"),My=vt("1b9e77d95f027570b3e7298a66a61ee6ab02a6761d666666"),_y=vt("4269d0efb118ff725c6cc5b0\
3ca951ff8ab7a463f297bbf59c6b4e9498a0"),ky=vt("a6cee31f78b4b2df8a33a02cfb9a99e31a1cfdbf6fff7f00cab2d66a3d9affff99b15928"),Ay=vt("fbb4aeb3cde3ccebc5decbe4fed9a6ff\
ffcce5d8bdfddaecf2f2f2"),Oy=vt("b3e2cdfdcdaccbd5e8f4cae4e6f5c9fff2aef1e2cccccccc"),Sy=vt("e41a1c377eb84daf4a984ea3ff7f00ffff33a65628f781bf999999"),Ny=vt("66c2a5\
fc8d628da0cbe78ac3a6d854ffd92fe5c494b3b3b3"),Ey=vt("8dd3c7ffffb3bebadafb807280b1d3fdb462b3de69fccde5d9d9d9bc80bdccebc5ffed6f"),Ar=vt("4e79a7f28e2ce1575976b7b259\
a14fedc949af7aa1ff9da79c755fbab0ab"),Lt=t=>xi(t[t.length-1]),lh=new Array(3).concat("d8b365f5f5f55ab4ac","a6611adfc27d80cdc1018571","a6611adfc27df5f5f580cdc1018\
571","8c510ad8b365f6e8c3c7eae55ab4ac01665e","8c510ad8b365f6e8c3f5f5f5c7eae55ab4ac01665e","8c510abf812ddfc27df6e8c3c7eae580cdc135978f01665e","8c510abf812ddfc27df\
6e8c3f5f5f5c7eae580cdc135978f01665e","5430058c510abf812ddfc27df6e8c3c7eae580cdc135978f01665e003c30","5430058c510abf812ddfc27df6e8c3f5f5f5c7eae580cdc135978f01665\
e003c30").map(vt),zy=Lt(lh),ch=new Array(3).concat("af8dc3f7f7f77fbf7b","7b3294c2a5cfa6dba0008837","7b3294c2a5cff7f7f7a6dba0008837","762a83af8dc3e7d4e8d9f0d37fb\
f7b1b7837","762a83af8dc3e7d4e8f7f7f7d9f0d37fbf7b1b7837","762a839970abc2a5cfe7d4e8d9f0d3a6dba05aae611b7837","762a839970abc2a5cfe7d4e8f7f7f7d9f0d3a6dba05aae611b78\
37","40004b762a839970abc2a5cfe7d4e8d9f0d3a6dba05aae611b783700441b","40004b762a839970abc2a5cfe7d4e8f7f7f7d9f0d3a6dba05aae611b783700441b").map(vt),Ty=Lt(ch),fh=new Array(
3).concat("e9a3c9f7f7f7a1d76a","d01c8bf1b6dab8e1864dac26","d01c8bf1b6daf7f7f7b8e1864dac26","c51b7de9a3c9fde0efe6f5d0a1d76a4d9221","c51b7de9a3c9fde0eff7f7f7e6f5d\
0a1d76a4d9221","c51b7dde77aef1b6dafde0efe6f5d0b8e1867fbc414d9221","c51b7dde77aef1b6dafde0eff7f7f7e6f5d0b8e1867fbc414d9221","8e0152c51b7dde77aef1b6dafde0efe6f5d0\
b8e1867fbc414d9221276419","8e0152c51b7dde77aef1b6dafde0eff7f7f7e6f5d0b8e1867fbc414d9221276419").map(vt),Cy=Lt(fh),dh=new Array(3).concat("998ec3f7f7f7f1a340","5\
e3c99b2abd2fdb863e66101","5e3c99b2abd2f7f7f7fdb863e66101","542788998ec3d8daebfee0b6f1a340b35806","542788998ec3d8daebf7f7f7fee0b6f1a340b35806","5427888073acb2abd\
2d8daebfee0b6fdb863e08214b35806","5427888073acb2abd2d8daebf7f7f7fee0b6fdb863e08214b35806","2d004b5427888073acb2abd2d8daebfee0b6fdb863e08214b358067f3b08","2d004b\
5427888073acb2abd2d8daebf7f7f7fee0b6fdb863e08214b358067f3b08").map(vt),Iy=Lt(dh),uh=new Array(3).concat("ef8a62f7f7f767a9cf","ca0020f4a58292c5de0571b0","ca0020f\
4a582f7f7f792c5de0571b0","b2182bef8a62fddbc7d1e5f067a9cf2166ac","b2182bef8a62fddbc7f7f7f7d1e5f067a9cf2166ac","b2182bd6604df4a582fddbc7d1e5f092c5de4393c32166ac",
"b2182bd6604df4a582fddbc7f7f7f7d1e5f092c5de4393c32166ac","67001fb2182bd6604df4a582fddbc7d1e5f092c5de4393c32166ac053061","67001fb2182bd6604df4a582fddbc7f7f7f7d1e\
5f092c5de4393c32166ac053061").map(vt),Fy=Lt(uh),hh=new Array(3).concat("ef8a62ffffff999999","ca0020f4a582bababa404040","ca0020f4a582ffffffbababa404040","b2182be\
f8a62fddbc7e0e0e09999994d4d4d","b2182bef8a62fddbc7ffffffe0e0e09999994d4d4d","b2182bd6604df4a582fddbc7e0e0e0bababa8787874d4d4d","b2182bd6604df4a582fddbc7ffffffe0\
e0e0bababa8787874d4d4d","67001fb2182bd6604df4a582fddbc7e0e0e0bababa8787874d4d4d1a1a1a","67001fb2182bd6604df4a582fddbc7ffffffe0e0e0bababa8787874d4d4d1a1a1a").map(
vt),jy=Lt(hh),ph=new Array(3).concat("fc8d59ffffbf91bfdb","d7191cfdae61abd9e92c7bb6","d7191cfdae61ffffbfabd9e92c7bb6","d73027fc8d59fee090e0f3f891bfdb4575b4","d7\
3027fc8d59fee090ffffbfe0f3f891bfdb4575b4","d73027f46d43fdae61fee090e0f3f8abd9e974add14575b4","d73027f46d43fdae61fee090ffffbfe0f3f8abd9e974add14575b4","a50026d73\
027f46d43fdae61fee090e0f3f8abd9e974add14575b4313695","a50026d73027f46d43fdae61fee090ffffbfe0f3f8abd9e974add14575b4313695").map(vt),Ly=Lt(ph),mh=new Array(3).concat(
"fc8d59ffffbf91cf60","d7191cfdae61a6d96a1a9641","d7191cfdae61ffffbfa6d96a1a9641","d73027fc8d59fee08bd9ef8b91cf601a9850","d73027fc8d59fee08bffffbfd9ef8b91cf601a9\
850","d73027f46d43fdae61fee08bd9ef8ba6d96a66bd631a9850","d73027f46d43fdae61fee08bffffbfd9ef8ba6d96a66bd631a9850","a50026d73027f46d43fdae61fee08bd9ef8ba6d96a66bd\
631a9850006837","a50026d73027f46d43fdae61fee08bffffbfd9ef8ba6d96a66bd631a9850006837").map(vt),Ry=Lt(mh),gh=new Array(3).concat("fc8d59ffffbf99d594","d7191cfdae6\
1abdda42b83ba","d7191cfdae61ffffbfabdda42b83ba","d53e4ffc8d59fee08be6f59899d5943288bd","d53e4ffc8d59fee08bffffbfe6f59899d5943288bd","d53e4ff46d43fdae61fee08be6f\
598abdda466c2a53288bd","d53e4ff46d43fdae61fee08bffffbfe6f598abdda466c2a53288bd","9e0142d53e4ff46d43fdae61fee08be6f598abdda466c2a53288bd5e4fa2","9e0142d53e4ff46d\
43fdae61fee08bffffbfe6f598abdda466c2a53288bd5e4fa2").map(vt),By=Lt(gh),bh=new Array(3).concat("e5f5f999d8c92ca25f","edf8fbb2e2e266c2a4238b45","edf8fbb2e2e266c2a\
42ca25f006d2c","edf8fbccece699d8c966c2a42ca25f006d2c","edf8fbccece699d8c966c2a441ae76238b45005824","f7fcfde5f5f9ccece699d8c966c2a441ae76238b45005824","f7fcfde5f\
5f9ccece699d8c966c2a441ae76238b45006d2c00441b").map(vt),Py=Lt(bh),yh=new Array(3).concat("e0ecf49ebcda8856a7","edf8fbb3cde38c96c688419d","edf8fbb3cde38c96c68856\
a7810f7c","edf8fbbfd3e69ebcda8c96c68856a7810f7c","edf8fbbfd3e69ebcda8c96c68c6bb188419d6e016b","f7fcfde0ecf4bfd3e69ebcda8c96c68c6bb188419d6e016b","f7fcfde0ecf4bf\
d3e69ebcda8c96c68c6bb188419d810f7c4d004b").map(vt),qy=Lt(yh),wh=new Array(3).concat("e0f3dba8ddb543a2ca","f0f9e8bae4bc7bccc42b8cbe","f0f9e8bae4bc7bccc443a2ca086\
8ac","f0f9e8ccebc5a8ddb57bccc443a2ca0868ac","f0f9e8ccebc5a8ddb57bccc44eb3d32b8cbe08589e","f7fcf0e0f3dbccebc5a8ddb57bccc44eb3d32b8cbe08589e","f7fcf0e0f3dbccebc5a\
8ddb57bccc44eb3d32b8cbe0868ac084081").map(vt),Dy=Lt(wh),vh=new Array(3).concat("fee8c8fdbb84e34a33","fef0d9fdcc8afc8d59d7301f","fef0d9fdcc8afc8d59e34a33b30000",
"fef0d9fdd49efdbb84fc8d59e34a33b30000","fef0d9fdd49efdbb84fc8d59ef6548d7301f990000","fff7ecfee8c8fdd49efdbb84fc8d59ef6548d7301f990000","fff7ecfee8c8fdd49efdbb84\
fc8d59ef6548d7301fb300007f0000").map(vt),Wy=Lt(vh),xh=new Array(3).concat("ece2f0a6bddb1c9099","f6eff7bdc9e167a9cf02818a","f6eff7bdc9e167a9cf1c9099016c59","f6ef\
f7d0d1e6a6bddb67a9cf1c9099016c59","f6eff7d0d1e6a6bddb67a9cf3690c002818a016450","fff7fbece2f0d0d1e6a6bddb67a9cf3690c002818a016450","fff7fbece2f0d0d1e6a6bddb67a9c\
f3690c002818a016c59014636").map(vt),Hy=Lt(xh),$h=new Array(3).concat("ece7f2a6bddb2b8cbe","f1eef6bdc9e174a9cf0570b0","f1eef6bdc9e174a9cf2b8cbe045a8d","f1eef6d0d\
1e6a6bddb74a9cf2b8cbe045a8d","f1eef6d0d1e6a6bddb74a9cf3690c00570b0034e7b","fff7fbece7f2d0d1e6a6bddb74a9cf3690c00570b0034e7b","fff7fbece7f2d0d1e6a6bddb74a9cf3690\
c00570b0045a8d023858").map(vt),Uy=Lt($h),Mh=new Array(3).concat("e7e1efc994c7dd1c77","f1eef6d7b5d8df65b0ce1256","f1eef6d7b5d8df65b0dd1c77980043","f1eef6d4b9dac9\
94c7df65b0dd1c77980043","f1eef6d4b9dac994c7df65b0e7298ace125691003f","f7f4f9e7e1efd4b9dac994c7df65b0e7298ace125691003f","f7f4f9e7e1efd4b9dac994c7df65b0e7298ace1\
25698004367001f").map(vt),Gy=Lt(Mh),_h=new Array(3).concat("fde0ddfa9fb5c51b8a","feebe2fbb4b9f768a1ae017e","feebe2fbb4b9f768a1c51b8a7a0177","feebe2fcc5c0fa9fb5f\
768a1c51b8a7a0177","feebe2fcc5c0fa9fb5f768a1dd3497ae017e7a0177","fff7f3fde0ddfcc5c0fa9fb5f768a1dd3497ae017e7a0177","fff7f3fde0ddfcc5c0fa9fb5f768a1dd3497ae017e7a\
017749006a").map(vt),Ky=Lt(_h),kh=new Array(3).concat("edf8b17fcdbb2c7fb8","ffffcca1dab441b6c4225ea8","ffffcca1dab441b6c42c7fb8253494","ffffccc7e9b47fcdbb41b6c4\
2c7fb8253494","ffffccc7e9b47fcdbb41b6c41d91c0225ea80c2c84","ffffd9edf8b1c7e9b47fcdbb41b6c41d91c0225ea80c2c84","ffffd9edf8b1c7e9b47fcdbb41b6c41d91c0225ea82534940\
81d58").map(vt),Yy=Lt(kh),Ah=new Array(3).concat("f7fcb9addd8e31a354","ffffccc2e69978c679238443","ffffccc2e69978c67931a354006837","ffffccd9f0a3addd8e78c67931a35\
4006837","ffffccd9f0a3addd8e78c67941ab5d238443005a32","ffffe5f7fcb9d9f0a3addd8e78c67941ab5d238443005a32","ffffe5f7fcb9d9f0a3addd8e78c67941ab5d238443006837004529").
map(vt),Vy=Lt(Ah),Oh=new Array(3).concat("fff7bcfec44fd95f0e","ffffd4fed98efe9929cc4c02","ffffd4fed98efe9929d95f0e993404","ffffd4fee391fec44ffe9929d95f0e993404",
"ffffd4fee391fec44ffe9929ec7014cc4c028c2d04","ffffe5fff7bcfee391fec44ffe9929ec7014cc4c028c2d04","ffffe5fff7bcfee391fec44ffe9929ec7014cc4c02993404662506").map(vt),
Jy=Lt(Oh),Sh=new Array(3).concat("ffeda0feb24cf03b20","ffffb2fecc5cfd8d3ce31a1c","ffffb2fecc5cfd8d3cf03b20bd0026","ffffb2fed976feb24cfd8d3cf03b20bd0026","ffffb2\
fed976feb24cfd8d3cfc4e2ae31a1cb10026","ffffccffeda0fed976feb24cfd8d3cfc4e2ae31a1cb10026","ffffccffeda0fed976feb24cfd8d3cfc4e2ae31a1cbd0026800026").map(vt),Xy=Lt(
Sh),Nh=new Array(3).concat("deebf79ecae13182bd","eff3ffbdd7e76baed62171b5","eff3ffbdd7e76baed63182bd08519c","eff3ffc6dbef9ecae16baed63182bd08519c","eff3ffc6dbef\
9ecae16baed64292c62171b5084594","f7fbffdeebf7c6dbef9ecae16baed64292c62171b5084594","f7fbffdeebf7c6dbef9ecae16baed64292c62171b508519c08306b").map(vt),Zy=Lt(Nh),Eh=new Array(
3).concat("e5f5e0a1d99b31a354","edf8e9bae4b374c476238b45","edf8e9bae4b374c47631a354006d2c","edf8e9c7e9c0a1d99b74c47631a354006d2c","edf8e9c7e9c0a1d99b74c47641ab5\
d238b45005a32","f7fcf5e5f5e0c7e9c0a1d99b74c47641ab5d238b45005a32","f7fcf5e5f5e0c7e9c0a1d99b74c47641ab5d238b45006d2c00441b").map(vt),Qy=Lt(Eh),zh=new Array(3).concat(
"f0f0f0bdbdbd636363","f7f7f7cccccc969696525252","f7f7f7cccccc969696636363252525","f7f7f7d9d9d9bdbdbd969696636363252525","f7f7f7d9d9d9bdbdbd969696737373525252252\
525","fffffff0f0f0d9d9d9bdbdbd969696737373525252252525","fffffff0f0f0d9d9d9bdbdbd969696737373525252252525000000").map(vt),tw=Lt(zh),Th=new Array(3).concat("efed\
f5bcbddc756bb1","f2f0f7cbc9e29e9ac86a51a3","f2f0f7cbc9e29e9ac8756bb154278f","f2f0f7dadaebbcbddc9e9ac8756bb154278f","f2f0f7dadaebbcbddc9e9ac8807dba6a51a34a1486",
"fcfbfdefedf5dadaebbcbddc9e9ac8807dba6a51a34a1486","fcfbfdefedf5dadaebbcbddc9e9ac8807dba6a51a354278f3f007d").map(vt),ew=Lt(Th),Ch=new Array(3).concat("fee0d2fc9\
272de2d26","fee5d9fcae91fb6a4acb181d","fee5d9fcae91fb6a4ade2d26a50f15","fee5d9fcbba1fc9272fb6a4ade2d26a50f15","fee5d9fcbba1fc9272fb6a4aef3b2ccb181d99000d","fff5\
f0fee0d2fcbba1fc9272fb6a4aef3b2ccb181d99000d","fff5f0fee0d2fcbba1fc9272fb6a4aef3b2ccb181da50f1567000d").map(vt),nw=Lt(Ch),Ih=new Array(3).concat("fee6cefdae6be6\
550d","feeddefdbe85fd8d3cd94701","feeddefdbe85fd8d3ce6550da63603","feeddefdd0a2fdae6bfd8d3ce6550da63603","feeddefdd0a2fdae6bfd8d3cf16913d948018c2d04","fff5ebfee\
6cefdd0a2fdae6bfd8d3cf16913d948018c2d04","fff5ebfee6cefdd0a2fdae6bfd8d3cf16913d94801a636037f2704").map(vt),aw=Lt(Ih);function gl(t){return t=Math.max(0,Math.min(
1,t)),"rgb("+Math.max(0,Math.min(255,Math.round(-4.54-t*(35.34-t*(2381.73-t*(6402.7-t*(7024.72-t*2710.57)))))))+", "+Math.max(0,Math.min(255,Math.round(32.49+t*
(170.73+t*(52.82-t*(131.46-t*(176.58-t*67.37)))))))+", "+Math.max(0,Math.min(255,Math.round(81.24+t*(442.36-t*(2482.43-t*(6167.24-t*(6614.94-t*2475.67)))))))+")"}
var sw=ds(we(300,.5,0),we(-240,.5,1)),rw=ds(we(-100,.75,.35),we(80,1.5,.8)),ow=ds(we(260,.75,.35),we(80,1.5,.8)),iw=we();var lw=Nn(),cw=Math.PI/3,fw=Math.PI*2/3;function $s(t){var e=t.length;return function(n){return t[Math.max(0,Math.min(e-1,Math.floor(n*e)))]}}var dw=$s(vt("44015444025645045745055946075a46085c460a5d46\
0b5e470d60470e6147106347116447136548146748166848176948186a481a6c481b6d481c6e481d6f481f70482071482173482374482475482576482677482878482979472a7a472c7a472d7b472e7c\
472f7d46307e46327e46337f463480453581453781453882443983443a83443b84433d84433e85423f854240864241864142874144874045884046883f47883f48893e49893e4a893e4c8a3d4d8a3d4e\
8a3c4f8a3c508b3b518b3b528b3a538b3a548c39558c39568c38588c38598c375a8c375b8d365c8d365d8d355e8d355f8d34608d34618d33628d33638d32648e32658e31668e31678e31688e30698e30\
6a8e2f6b8e2f6c8e2e6d8e2e6e8e2e6f8e2d708e2d718e2c718e2c728e2c738e2b748e2b758e2a768e2a778e2a788e29798e297a8e297b8e287c8e287d8e277e8e277f8e27808e26818e26828e26828e\
25838e25848e25858e24868e24878e23888e23898e238a8d228b8d228c8d228d8d218e8d218f8d21908d21918c20928c20928c20938c1f948c1f958b1f968b1f978b1f988b1f998a1f9a8a1e9b8a1e9c\
891e9d891f9e891f9f881fa0881fa1881fa1871fa28720a38620a48621a58521a68522a78522a88423a98324aa8325ab8225ac8226ad8127ad8128ae8029af7f2ab07f2cb17e2db27d2eb37c2fb47c31\
b57b32b67a34b67935b77937b87838b9773aba763bbb753dbc743fbc7340bd7242be7144bf7046c06f48c16e4ac16d4cc26c4ec36b50c46a52c56954c56856c66758c7655ac8645cc8635ec96260ca60\
63cb5f65cb5e67cc5c69cd5b6ccd5a6ece5870cf5773d05675d05477d1537ad1517cd2507fd34e81d34d84d44b86d54989d5488bd6468ed64590d74393d74195d84098d83e9bd93c9dd93ba0da39a2da\
37a5db36a8db34aadc32addc30b0dd2fb2dd2db5de2bb8de29bade28bddf26c0df25c2df23c5e021c8e020cae11fcde11dd0e11cd2e21bd5e21ad8e219dae319dde318dfe318e2e418e5e419e7e419ea\
e51aece51befe51cf1e51df4e61ef6e620f8e621fbe723fde725")),uw=$s(vt("00000401000501010601010802010902020b02020d03030f03031204041405041606051806051a07061c08071e0907\
200a08220b09240c09260d0a290e0b2b100b2d110c2f120d31130d34140e36150e38160f3b180f3d19103f1a10421c10441d11471e114920114b21114e22115024125325125527125829115a2a115c2c\
115f2d11612f116331116533106734106936106b38106c390f6e3b0f703d0f713f0f72400f74420f75440f764510774710784910784a10794c117a4e117b4f127b51127c52137c54137d56147d57157e\
59157e5a167e5c167f5d177f5f187f601880621980641a80651a80671b80681c816a1c816b1d816d1d816e1e81701f81721f817320817521817621817822817922827b23827c23827e24828025828125\
818326818426818627818827818928818b29818c29818e2a81902a81912b81932b80942c80962c80982d80992d809b2e7f9c2e7f9e2f7fa02f7fa1307ea3307ea5317ea6317da8327daa337dab337cad\
347cae347bb0357bb2357bb3367ab5367ab73779b83779ba3878bc3978bd3977bf3a77c03a76c23b75c43c75c53c74c73d73c83e73ca3e72cc3f71cd4071cf4070d0416fd2426fd3436ed5446dd6456c\
d8456cd9466bdb476adc4869de4968df4a68e04c67e24d66e34e65e44f64e55064e75263e85362e95462ea5661eb5760ec5860ed5a5fee5b5eef5d5ef05f5ef1605df2625df2645cf3655cf4675cf469\
5cf56b5cf66c5cf66e5cf7705cf7725cf8745cf8765cf9785df9795df97b5dfa7d5efa7f5efa815ffb835ffb8560fb8761fc8961fc8a62fc8c63fc8e64fc9065fd9266fd9467fd9668fd9869fd9a6afd\
9b6bfe9d6cfe9f6dfea16efea36ffea571fea772fea973feaa74feac76feae77feb078feb27afeb47bfeb67cfeb77efeb97ffebb81febd82febf84fec185fec287fec488fec68afec88cfeca8dfecc8f\
fecd90fecf92fed194fed395fed597fed799fed89afdda9cfddc9efddea0fde0a1fde2a3fde3a5fde5a7fde7a9fde9aafdebacfcecaefceeb0fcf0b2fcf2b4fcf4b6fcf6b8fcf7b9fcf9bbfcfbbdfcfd\
bf")),hw=$s(vt("00000401000501010601010802010a02020c02020e03021004031204031405041706041907051b08051d09061f0a07220b07240c08260d08290e092b10092d110a30120a32140b34\
150b37160b39180c3c190c3e1b0c411c0c431e0c451f0c48210c4a230c4c240c4f260c51280b53290b552b0b572d0b592f0a5b310a5c320a5e340a5f3609613809623909633b09643d09653e0966400a\
67420a68440a68450a69470b6a490b6a4a0c6b4c0c6b4d0d6c4f0d6c510e6c520e6d540f6d550f6d57106e59106e5a116e5c126e5d126e5f136e61136e62146e64156e65156e67166e69166e6a176e6c\
186e6d186e6f196e71196e721a6e741a6e751b6e771c6d781c6d7a1d6d7c1d6d7d1e6d7f1e6c801f6c82206c84206b85216b87216b88226a8a226a8c23698d23698f2469902568922568932667952667\
9727669827669a28659b29649d29649f2a63a02a63a22b62a32c61a52c60a62d60a82e5fa92e5eab2f5ead305dae305cb0315bb1325ab3325ab43359b63458b73557b93556ba3655bc3754bd3853bf39\
52c03a51c13a50c33b4fc43c4ec63d4dc73e4cc83f4bca404acb4149cc4248ce4347cf4446d04545d24644d34743d44842d54a41d74b3fd84c3ed94d3dda4e3cdb503bdd513ade5238df5337e05536e1\
5635e25734e35933e45a31e55c30e65d2fe75e2ee8602de9612bea632aeb6429eb6628ec6726ed6925ee6a24ef6c23ef6e21f06f20f1711ff1731df2741cf3761bf37819f47918f57b17f57d15f67e14\
f68013f78212f78410f8850ff8870ef8890cf98b0bf98c0af98e09fa9008fa9207fa9407fb9606fb9706fb9906fb9b06fb9d07fc9f07fca108fca309fca50afca60cfca80dfcaa0ffcac11fcae12fcb0\
14fcb216fcb418fbb61afbb81dfbba1ffbbc21fbbe23fac026fac228fac42afac62df9c72ff9c932f9cb35f8cd37f8cf3af7d13df7d340f6d543f6d746f5d949f5db4cf4dd4ff4df53f4e156f3e35af3\
e55df2e661f2e865f2ea69f1ec6df1ed71f1ef75f1f179f2f27df2f482f3f586f3f68af4f88ef5f992f6fa96f8fb9af9fc9dfafda1fcffa4")),pw=$s(vt("0d088710078813078916078a19068c1b06\
8d1d068e20068f2206902406912605912805922a05932c05942e05952f059631059733059735049837049938049a3a049a3c049b3e049c3f049c41049d43039e44039e46039f48039f4903a04b03a14c\
02a14e02a25002a25102a35302a35502a45601a45801a45901a55b01a55c01a65e01a66001a66100a76300a76400a76600a76700a86900a86a00a86c00a86e00a86f00a87100a87201a87401a87501a8\
7701a87801a87a02a87b02a87d03a87e03a88004a88104a78305a78405a78606a68707a68808a68a09a58b0aa58d0ba58e0ca48f0da4910ea3920fa39410a29511a19613a19814a099159f9a169f9c17\
9e9d189d9e199da01a9ca11b9ba21d9aa31e9aa51f99a62098a72197a82296aa2395ab2494ac2694ad2793ae2892b02991b12a90b22b8fb32c8eb42e8db52f8cb6308bb7318ab83289ba3388bb3488bc\
3587bd3786be3885bf3984c03a83c13b82c23c81c33d80c43e7fc5407ec6417dc7427cc8437bc9447aca457acb4679cc4778cc4977cd4a76ce4b75cf4c74d04d73d14e72d24f71d35171d45270d5536f\
d5546ed6556dd7566cd8576bd9586ada5a6ada5b69db5c68dc5d67dd5e66de5f65de6164df6263e06363e16462e26561e26660e3685fe4695ee56a5de56b5de66c5ce76e5be76f5ae87059e97158e972\
57ea7457eb7556eb7655ec7754ed7953ed7a52ee7b51ef7c51ef7e50f07f4ff0804ef1814df1834cf2844bf3854bf3874af48849f48948f58b47f58c46f68d45f68f44f79044f79143f79342f89441f8\
9540f9973ff9983ef99a3efa9b3dfa9c3cfa9e3bfb9f3afba139fba238fca338fca537fca636fca835fca934fdab33fdac33fdae32fdaf31fdb130fdb22ffdb42ffdb52efeb72dfeb82cfeba2cfebb2b\
febd2afebe2afec029fdc229fdc328fdc527fdc627fdc827fdca26fdcb26fccd25fcce25fcd025fcd225fbd324fbd524fbd724fad824fada24f9dc24f9dd25f8df25f8e125f7e225f7e425f6e626f6e8\
26f5e926f5eb27f4ed27f3ee27f3f027f2f227f1f426f1f525f0f724f0f921"));var Or=20;function Nr(t,e,n=!1){let a=h("span",{class:`mmv-swatch${n?" mmv-hollow":""}`,"aria-hidden":"true"});return a.style.setProperty("--c",e),h("span",{class:"\
mmv-key"},a,Q(t))}var Sr=(t,e,n)=>({key:t,title:t,colour:a=>n(a)<0?"gray":Ar[n(a)%10],legend:()=>h("div",{class:"mmv-keys"},...e.slice(0,Or).map((a,s)=>Nr(a,Ar[s%
10])),...e.length>10?[h("span",{class:"mmv-faint"},`${e.length>Or?`and ${e.length-Or} more; `:""}colours repeat after ten`)]:[])});function Fh(t,e){let n=t.labelled&&
t.task==="classification",a=t.overview?.groups??[],s=[];n&&s.push({key:"correct",title:"correct or misclassified",colour:r=>e.wrong(r)?"var(--wrong)":"var(--rig\
ht)",legend:()=>h("div",{class:"mmv-keys"},Nr("correct","var(--right)"),Nr("misclassified","var(--wrong)",!0))},Sr("true class",t.outputs,r=>e.truth[r])),t.task===
"classification"&&e.whole>=0&&s.push(Sr("predicted class",t.outputs,r=>e.classOf(r,e.whole))),a.length>1&&s.push(Sr("group",a,r=>e.group[r]));for(let{key:r,title:o,
of:i}of e.quantities){let l=null,c=()=>l??=jt([Array.from({length:e.count},(f,d)=>i(d))]);s.push({key:r,title:o,colour:f=>Number.isFinite(i(f))?gl((i(f)-c()[0])/
(c()[1]-c()[0]||1)):"gray",legend:()=>h("div",{class:"mmv-keys"},h("span",{},X(c()[0])),h("span",{class:"mmv-ramp","aria-hidden":"true"}),h("span",{},X(c()[1])),
Q(o))})}return s}function Ms(t,e,n){let a=Fh(t,e),s=ln({}),{select:r,node:o}=Rt("Colour",a.map(c=>c.title),c=>n({colours:{...s,samples:a[c].key}}));return{node:o,
colouring:()=>a[Number(r.value)],draw:c=>{let f=r.value;return s=ln(c),r.value=String(Math.max(0,a.findIndex(d=>d.key===s.samples))),r.value!==f}}}var tn=11102230246251565e-32,ae=134217729,jh=(3+8*tn)*tn;function Er(t,e,n,a,s){let r,o,i,l,c=e[0],f=a[0],d=0,u=0;f>c==f>-c?(r=c,c=e[++d]):(r=f,f=a[++u]);let p=0;
if(d<t&&u<n)for(f>c==f>-c?(o=c+r,i=r-(o-c),c=e[++d]):(o=f+r,i=r-(o-f),f=a[++u]),r=o,i!==0&&(s[p++]=i);d<t&&u<n;)f>c==f>-c?(o=r+c,l=o-r,i=r-(o-l)+(c-l),c=e[++d]):
(o=r+f,l=o-r,i=r-(o-l)+(f-l),f=a[++u]),r=o,i!==0&&(s[p++]=i);for(;d<t;)o=r+c,l=o-r,i=r-(o-l)+(c-l),c=e[++d],r=o,i!==0&&(s[p++]=i);for(;u<n;)o=r+f,l=o-r,i=r-(o-l)+
(f-l),f=a[++u],r=o,i!==0&&(s[p++]=i);return(r!==0||p===0)&&(s[p++]=r),p}function Lh(t,e){let n=e[0];for(let a=1;a<t;a++)n+=e[a];return n}function Z(t){return new Float64Array(
t)}var Rh=(3+16*tn)*tn,Bh=(2+12*tn)*tn,Ph=(9+64*tn)*tn*tn,na=Z(4),bl=Z(8),yl=Z(12),wl=Z(16),ie=Z(4);function qh(t,e,n,a,s,r,o){let i,l,c,f,d,u,p,m,g,y,w,b,v,k,$,
x,A,S,M=t-s,z=n-s,N=e-r,_=a-r;k=M*_,u=ae*M,p=u-(u-M),m=M-p,u=ae*_,g=u-(u-_),y=_-g,$=m*y-(k-p*g-m*g-p*y),x=N*z,u=ae*N,p=u-(u-N),m=N-p,u=ae*z,g=u-(u-z),y=z-g,A=m*
y-(x-p*g-m*g-p*y),w=$-A,d=$-w,na[0]=$-(w+d)+(d-A),b=k+w,d=b-k,v=k-(b-d)+(w-d),w=v-x,d=v-w,na[1]=v-(w+d)+(d-x),S=b+w,d=S-b,na[2]=b-(S-d)+(w-d),na[3]=S;let j=Lh(4,
na),B=Bh*o;if(j>=B||-j>=B||(d=t-M,i=t-(M+d)+(d-s),d=n-z,c=n-(z+d)+(d-s),d=e-N,l=e-(N+d)+(d-r),d=a-_,f=a-(_+d)+(d-r),i===0&&l===0&&c===0&&f===0)||(B=Ph*o+jh*Math.
abs(j),j+=M*f+_*i-(N*c+z*l),j>=B||-j>=B))return j;k=i*_,u=ae*i,p=u-(u-i),m=i-p,u=ae*_,g=u-(u-_),y=_-g,$=m*y-(k-p*g-m*g-p*y),x=l*z,u=ae*l,p=u-(u-l),m=l-p,u=ae*z,
g=u-(u-z),y=z-g,A=m*y-(x-p*g-m*g-p*y),w=$-A,d=$-w,ie[0]=$-(w+d)+(d-A),b=k+w,d=b-k,v=k-(b-d)+(w-d),w=v-x,d=v-w,ie[1]=v-(w+d)+(d-x),S=b+w,d=S-b,ie[2]=b-(S-d)+(w-d),
ie[3]=S;let F=Er(4,na,4,ie,bl);k=M*f,u=ae*M,p=u-(u-M),m=M-p,u=ae*f,g=u-(u-f),y=f-g,$=m*y-(k-p*g-m*g-p*y),x=N*c,u=ae*N,p=u-(u-N),m=N-p,u=ae*c,g=u-(u-c),y=c-g,A=m*
y-(x-p*g-m*g-p*y),w=$-A,d=$-w,ie[0]=$-(w+d)+(d-A),b=k+w,d=b-k,v=k-(b-d)+(w-d),w=v-x,d=v-w,ie[1]=v-(w+d)+(d-x),S=b+w,d=S-b,ie[2]=b-(S-d)+(w-d),ie[3]=S;let R=Er(F,
bl,4,ie,yl);k=i*f,u=ae*i,p=u-(u-i),m=i-p,u=ae*f,g=u-(u-f),y=f-g,$=m*y-(k-p*g-m*g-p*y),x=l*c,u=ae*l,p=u-(u-l),m=l-p,u=ae*c,g=u-(u-c),y=c-g,A=m*y-(x-p*g-m*g-p*y),
w=$-A,d=$-w,ie[0]=$-(w+d)+(d-A),b=k+w,d=b-k,v=k-(b-d)+(w-d),w=v-x,d=v-w,ie[1]=v-(w+d)+(d-x),S=b+w,d=S-b,ie[2]=b-(S-d)+(w-d),ie[3]=S;let q=Er(R,yl,4,ie,wl);return wl[q-
1]}function _s(t,e,n,a,s,r){let o=(e-r)*(n-s),i=(t-s)*(a-r),l=o-i,c=Math.abs(o+i);return Math.abs(l)>=Rh*c?l:-qh(t,e,n,a,s,r,c)}Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(
4);Z(4);Z(4);Z(8);Z(8);Z(8);Z(4);Z(8);Z(8);Z(16);Z(12);Z(192);Z(192);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(8);Z(8);Z(8);Z(8);Z(8);Z(8);Z(8);Z(8);Z(8);Z(4);Z(
4);Z(4);Z(8);Z(16);Z(16);Z(16);Z(32);Z(32);Z(48);Z(64);Z(1152);Z(1152);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(24);Z(24);Z(24);Z(24);Z(24);Z(24);Z(24);
Z(24);Z(24);Z(24);Z(1152);Z(1152);Z(1152);Z(1152);Z(1152);Z(2304);Z(2304);Z(3456);Z(5760);Z(8);Z(8);Z(8);Z(16);Z(24);Z(48);Z(48);Z(96);Z(192);Z(384);Z(384);Z(384);
Z(768);Z(96);Z(96);Z(96);Z(1152);var vl=Math.pow(2,-52),ks=new Uint32Array(512),As=class t{static from(e,n=Gh,a=Kh){let s=e.length,r=new Float64Array(s*2);for(let o=0;o<
s;o++){let i=e[o];r[2*o]=n(i),r[2*o+1]=a(i)}return new t(r)}constructor(e){let n=e.length>>1;if(n>0&&typeof e[0]!="number")throw new Error("Expected coords to c\
ontain numbers.");this.coords=e;let a=Math.max(2*n-5,0);this._triangles=new Uint32Array(a*3),this._halfedges=new Int32Array(a*3),this._hashSize=Math.ceil(Math.sqrt(
n)),this._hullPrev=new Uint32Array(n),this._hullNext=new Uint32Array(n),this._hullTri=new Uint32Array(n),this._hullHash=new Int32Array(this._hashSize),this._ids=
new Uint32Array(n),this._dists=new Float64Array(n),this.trianglesLen=0,this._cx=0,this._cy=0,this._hullStart=0,this.hull=this._triangles,this.triangles=this._triangles,
this.halfedges=this._halfedges,this.update()}update(){let{coords:e,_hullPrev:n,_hullNext:a,_hullTri:s,_hullHash:r}=this,o=e.length>>1,i=1/0,l=1/0,c=-1/0,f=-1/0;
for(let M=0;M<o;M++){let z=e[2*M],N=e[2*M+1];z<i&&(i=z),N<l&&(l=N),z>c&&(c=z),N>f&&(f=N),this._ids[M]=M}let d=(i+c)/2,u=(l+f)/2,p=0,m=0,g=0;for(let M=0,z=1/0;M<
o;M++){let N=zr(d,u,e[2*M],e[2*M+1]);N<z&&(p=M,z=N)}let y=e[2*p],w=e[2*p+1];for(let M=0,z=1/0;M<o;M++){if(M===p)continue;let N=zr(y,w,e[2*M],e[2*M+1]);N<z&&N>0&&
(m=M,z=N)}let b=e[2*m],v=e[2*m+1],k=1/0;for(let M=0;M<o;M++){if(M===p||M===m)continue;let z=Hh(y,w,b,v,e[2*M],e[2*M+1]);z<k&&(g=M,k=z)}let $=e[2*g],x=e[2*g+1];if(k===
1/0){for(let N=0;N<o;N++)this._dists[N]=e[2*N]-e[0]||e[2*N+1]-e[1];sa(this._ids,this._dists,0,o-1);let M=new Uint32Array(o),z=0;for(let N=0,_=-1/0;N<o;N++){let j=this.
_ids[N],B=this._dists[j];B>_&&(M[z++]=j,_=B)}this.hull=M.subarray(0,z),this.triangles=new Uint32Array(0),this.halfedges=new Int32Array(0);return}if(_s(y,w,b,v,$,
x)<0){let M=m,z=b,N=v;m=g,b=$,v=x,g=M,$=z,x=N}let A=Uh(y,w,b,v,$,x);this._cx=A.x,this._cy=A.y;for(let M=0;M<o;M++)this._dists[M]=zr(e[2*M],e[2*M+1],A.x,A.y);sa(
this._ids,this._dists,0,o-1),this._hullStart=p;let S=3;a[p]=n[g]=m,a[m]=n[p]=g,a[g]=n[m]=p,s[p]=0,s[m]=1,s[g]=2,r.fill(-1),r[this._hashKey(y,w)]=p,r[this._hashKey(
b,v)]=m,r[this._hashKey($,x)]=g,this.trianglesLen=0,this._addTriangle(p,m,g,-1,-1,-1);for(let M=0,z=0,N=0;M<this._ids.length;M++){let _=this._ids[M],j=e[2*_],B=e[2*
_+1];if(M>0&&Math.abs(j-z)<=vl&&Math.abs(B-N)<=vl||(z=j,N=B,_===p||_===m||_===g))continue;let F=0;for(let U=0,C=this._hashKey(j,B);U<this._hashSize&&(F=r[(C+U)%
this._hashSize],!(F!==-1&&F!==a[F]));U++);F=n[F];let R=F,q;for(;q=a[R],_s(j,B,e[2*R],e[2*R+1],e[2*q],e[2*q+1])>=0;)if(R=q,R===F){R=-1;break}if(R===-1)continue;let W=this.
_addTriangle(R,_,a[R],-1,-1,s[R]);s[_]=this._legalize(W+2),s[R]=W,S++;let P=a[R];for(;q=a[P],_s(j,B,e[2*P],e[2*P+1],e[2*q],e[2*q+1])<0;)W=this._addTriangle(P,_,
q,s[_],-1,s[P]),s[_]=this._legalize(W+2),a[P]=P,S--,P=q;if(R===F)for(;q=n[R],_s(j,B,e[2*q],e[2*q+1],e[2*R],e[2*R+1])<0;)W=this._addTriangle(q,_,R,-1,s[R],s[q]),
this._legalize(W+2),s[q]=W,a[R]=R,S--,R=q;this._hullStart=n[_]=R,a[R]=n[P]=_,a[_]=P,r[this._hashKey(j,B)]=_,r[this._hashKey(e[2*R],e[2*R+1])]=R}this.hull=new Uint32Array(
S);for(let M=0,z=this._hullStart;M<S;M++)this.hull[M]=z,z=a[z];this.triangles=this._triangles.subarray(0,this.trianglesLen),this.halfedges=this._halfedges.subarray(
0,this.trianglesLen)}_hashKey(e,n){return Math.floor(Dh(e-this._cx,n-this._cy)*this._hashSize)%this._hashSize}_legalize(e){let{_triangles:n,_halfedges:a,coords:s}=this,
r=0,o=0;for(;;){let i=a[e],l=e-e%3;if(o=l+(e+2)%3,i===-1){if(r===0)break;e=ks[--r];continue}let c=i-i%3,f=l+(e+1)%3,d=c+(i+2)%3,u=n[o],p=n[e],m=n[f],g=n[d];if(Wh(
s[2*u],s[2*u+1],s[2*p],s[2*p+1],s[2*m],s[2*m+1],s[2*g],s[2*g+1])){n[e]=g,n[i]=u;let w=a[d];if(w===-1){let v=this._hullStart;do{if(this._hullTri[v]===d){this._hullTri[v]=
e;break}v=this._hullPrev[v]}while(v!==this._hullStart)}this._link(e,w),this._link(i,a[o]),this._link(o,d);let b=c+(i+1)%3;r<ks.length&&(ks[r++]=b)}else{if(r===0)
break;e=ks[--r]}}return o}_link(e,n){this._halfedges[e]=n,n!==-1&&(this._halfedges[n]=e)}_addTriangle(e,n,a,s,r,o){let i=this.trianglesLen;return this._triangles[i]=
e,this._triangles[i+1]=n,this._triangles[i+2]=a,this._link(i,s),this._link(i+1,r),this._link(i+2,o),this.trianglesLen+=3,i}};function Dh(t,e){let n=t/(Math.abs(
t)+Math.abs(e));return(e>0?3-n:1+n)/4}function zr(t,e,n,a){let s=t-n,r=e-a;return s*s+r*r}function Wh(t,e,n,a,s,r,o,i){let l=t-o,c=e-i,f=n-o,d=a-i,u=s-o,p=r-i,m=l*
l+c*c,g=f*f+d*d,y=u*u+p*p;return l*(d*y-g*p)-c*(f*y-g*u)+m*(f*p-d*u)<0}function Hh(t,e,n,a,s,r){let o=n-t,i=a-e,l=s-t,c=r-e,f=o*o+i*i,d=l*l+c*c,u=.5/(o*c-i*l),p=(c*
f-i*d)*u,m=(o*d-l*f)*u;return p*p+m*m}function Uh(t,e,n,a,s,r){let o=n-t,i=a-e,l=s-t,c=r-e,f=o*o+i*i,d=l*l+c*c,u=.5/(o*c-i*l),p=t+(c*f-i*d)*u,m=e+(o*d-l*f)*u;return{
x:p,y:m}}function sa(t,e,n,a){if(a-n<=20)for(let s=n+1;s<=a;s++){let r=t[s],o=e[r],i=s-1;for(;i>=n&&e[t[i]]>o;)t[i+1]=t[i--];t[i+1]=r}else{let s=n+a>>1,r=n+1,o=a;
Na(t,s,r),e[t[n]]>e[t[a]]&&Na(t,n,a),e[t[r]]>e[t[a]]&&Na(t,r,a),e[t[n]]>e[t[r]]&&Na(t,n,r);let i=t[r],l=e[i];for(;;){do r++;while(e[t[r]]<l);do o--;while(e[t[o]]>
l);if(o<r)break;Na(t,r,o)}t[n+1]=t[o],t[o]=i,a-r+1>=o-n?(sa(t,e,r,a),sa(t,e,n,o-1)):(sa(t,e,n,o-1),sa(t,e,r,a))}}function Na(t,e,n){let a=t[e];t[e]=t[n],t[n]=a}
function Gh(t){return t[0]}function Kh(t){return t[1]}var xl=1e-6,Qe=class{constructor(){this._x0=this._y0=this._x1=this._y1=null,this._=""}moveTo(e,n){this._+=
`M${this._x0=this._x1=+e},${this._y0=this._y1=+n}`}closePath(){this._x1!==null&&(this._x1=this._x0,this._y1=this._y0,this._+="Z")}lineTo(e,n){this._+=`L${this._x1=
+e},${this._y1=+n}`}arc(e,n,a){e=+e,n=+n,a=+a;let s=e+a,r=n;if(a<0)throw new Error("negative radius");this._x1===null?this._+=`M${s},${r}`:(Math.abs(this._x1-s)>
xl||Math.abs(this._y1-r)>xl)&&(this._+="L"+s+","+r),a&&(this._+=`A${a},${a},0,1,1,${e-a},${n}A${a},${a},0,1,1,${this._x1=s},${this._y1=r}`)}rect(e,n,a,s){this._+=
`M${this._x0=this._x1=+e},${this._y0=this._y1=+n}h${+a}v${+s}h${-a}Z`}value(){return this._||null}},Ea=class{constructor(){this._=[]}moveTo(e,n){this._.push([e,
n])}closePath(){this._.push(this._[0].slice())}lineTo(e,n){this._.push([e,n])}value(){return this._.length?this._:null}},Tr=class{constructor(e,[n,a,s,r]=[0,0,960,
500]){if(!((s=+s)>=(n=+n))||!((r=+r)>=(a=+a)))throw new Error("invalid bounds");this.delaunay=e,this._circumcenters=new Float64Array(e.points.length*2),this.vectors=
new Float64Array(e.points.length*2),this.xmax=s,this.xmin=n,this.ymax=r,this.ymin=a,this._init()}update(){return this.delaunay.update(),this._init(),this}_init(){
let{delaunay:{points:e,hull:n,triangles:a},vectors:s}=this,r,o,i=this.circumcenters=this._circumcenters.subarray(0,a.length/3*2);for(let g=0,y=0,w=a.length,b,v;g<
w;g+=3,y+=2){let k=a[g]*2,$=a[g+1]*2,x=a[g+2]*2,A=e[k],S=e[k+1],M=e[$],z=e[$+1],N=e[x],_=e[x+1],j=M-A,B=z-S,F=N-A,R=_-S,q=(j*R-B*F)*2;if(Math.abs(q)<1e-9){if(r===
void 0){r=o=0;for(let P of n)r+=e[P*2],o+=e[P*2+1];r/=n.length,o/=n.length}let W=1e9*Math.sign((r-A)*R-(o-S)*F);b=(A+N)/2-W*R,v=(S+_)/2+W*F}else{let W=1/q,P=j*j+
B*B,U=F*F+R*R;b=A+(R*P-B*U)*W,v=S+(j*U-F*P)*W}i[y]=b,i[y+1]=v}let l=n[n.length-1],c,f=l*4,d,u=e[2*l],p,m=e[2*l+1];s.fill(0);for(let g=0;g<n.length;++g)l=n[g],c=
f,d=u,p=m,f=l*4,u=e[2*l],m=e[2*l+1],s[c+2]=s[f]=p-m,s[c+3]=s[f+1]=u-d}render(e){let n=e==null?e=new Qe:void 0,{delaunay:{halfedges:a,inedges:s,hull:r},circumcenters:o,
vectors:i}=this;if(r.length<=1)return null;for(let f=0,d=a.length;f<d;++f){let u=a[f];if(u<f)continue;let p=Math.floor(f/3)*2,m=Math.floor(u/3)*2,g=o[p],y=o[p+1],
w=o[m],b=o[m+1];this._renderSegment(g,y,w,b,e)}let l,c=r[r.length-1];for(let f=0;f<r.length;++f){l=c,c=r[f];let d=Math.floor(s[c]/3)*2,u=o[d],p=o[d+1],m=l*4,g=this.
_project(u,p,i[m+2],i[m+3]);g&&this._renderSegment(u,p,g[0],g[1],e)}return n&&n.value()}renderBounds(e){let n=e==null?e=new Qe:void 0;return e.rect(this.xmin,this.
ymin,this.xmax-this.xmin,this.ymax-this.ymin),n&&n.value()}renderCell(e,n){let a=n==null?n=new Qe:void 0,s=this._clip(e);if(s===null||!s.length)return;n.moveTo(
s[0],s[1]);let r=s.length;for(;s[0]===s[r-2]&&s[1]===s[r-1]&&r>1;)r-=2;for(let o=2;o<r;o+=2)(s[o]!==s[o-2]||s[o+1]!==s[o-1])&&n.lineTo(s[o],s[o+1]);return n.closePath(),
a&&a.value()}*cellPolygons(){let{delaunay:{points:e}}=this;for(let n=0,a=e.length/2;n<a;++n){let s=this.cellPolygon(n);s&&(s.index=n,yield s)}}cellPolygon(e){let n=new Ea;
return this.renderCell(e,n),n.value()}_renderSegment(e,n,a,s,r){let o,i=this._regioncode(e,n),l=this._regioncode(a,s);i===0&&l===0?(r.moveTo(e,n),r.lineTo(a,s)):
(o=this._clipSegment(e,n,a,s,i,l))&&(r.moveTo(o[0],o[1]),r.lineTo(o[2],o[3]))}contains(e,n,a){return n=+n,n!==n||(a=+a,a!==a)?!1:this.delaunay._step(e,n,a)===e}*neighbors(e){
let n=this._clip(e);if(n)for(let a of this.delaunay.neighbors(e)){let s=this._clip(a);if(s){t:for(let r=0,o=n.length;r<o;r+=2)for(let i=0,l=s.length;i<l;i+=2)if(n[r]===
s[i]&&n[r+1]===s[i+1]&&n[(r+2)%o]===s[(i+l-2)%l]&&n[(r+3)%o]===s[(i+l-1)%l]){yield a;break t}}}}_cell(e){let{circumcenters:n,delaunay:{inedges:a,halfedges:s,triangles:r}}=this,
o=a[e];if(o===-1)return null;let i=[],l=o;do{let c=Math.floor(l/3);if(i.push(n[c*2],n[c*2+1]),l=l%3===2?l-2:l+1,r[l]!==e)break;l=s[l]}while(l!==o&&l!==-1);return i}_clip(e){
if(e===0&&this.delaunay.hull.length===1)return[this.xmax,this.ymin,this.xmax,this.ymax,this.xmin,this.ymax,this.xmin,this.ymin];let n=this._cell(e);if(n===null)
return null;let{vectors:a}=this,s=e*4;return this._simplify(a[s]||a[s+1]?this._clipInfinite(e,n,a[s],a[s+1],a[s+2],a[s+3]):this._clipFinite(e,n))}_clipFinite(e,n){
let a=n.length,s=null,r,o,i=n[a-2],l=n[a-1],c,f=this._regioncode(i,l),d,u=0;for(let p=0;p<a;p+=2)if(r=i,o=l,i=n[p],l=n[p+1],c=f,f=this._regioncode(i,l),c===0&&f===
0)d=u,u=0,s?s.push(i,l):s=[i,l];else{let m,g,y,w,b;if(c===0){if((m=this._clipSegment(r,o,i,l,c,f))===null)continue;[g,y,w,b]=m}else{if((m=this._clipSegment(i,l,
r,o,f,c))===null)continue;[w,b,g,y]=m,d=u,u=this._edgecode(g,y),d&&u&&this._edge(e,d,u,s,s.length),s?s.push(g,y):s=[g,y]}d=u,u=this._edgecode(w,b),d&&u&&this._edge(
e,d,u,s,s.length),s?s.push(w,b):s=[w,b]}if(s)d=u,u=this._edgecode(s[0],s[1]),d&&u&&this._edge(e,d,u,s,s.length);else if(this.contains(e,(this.xmin+this.xmax)/2,
(this.ymin+this.ymax)/2))return[this.xmax,this.ymin,this.xmax,this.ymax,this.xmin,this.ymax,this.xmin,this.ymin];return s}_clipSegment(e,n,a,s,r,o){let i=r<o;for(i&&
([e,n,a,s,r,o]=[a,s,e,n,o,r]);;){if(r===0&&o===0)return i?[a,s,e,n]:[e,n,a,s];if(r&o)return null;let l,c,f=r||o;f&8?(l=e+(a-e)*(this.ymax-n)/(s-n),c=this.ymax):
f&4?(l=e+(a-e)*(this.ymin-n)/(s-n),c=this.ymin):f&2?(c=n+(s-n)*(this.xmax-e)/(a-e),l=this.xmax):(c=n+(s-n)*(this.xmin-e)/(a-e),l=this.xmin),r?(e=l,n=c,r=this._regioncode(
e,n)):(a=l,s=c,o=this._regioncode(a,s))}}_clipInfinite(e,n,a,s,r,o){let i=Array.from(n),l;if((l=this._project(i[0],i[1],a,s))&&i.unshift(l[0],l[1]),(l=this._project(
i[i.length-2],i[i.length-1],r,o))&&i.push(l[0],l[1]),i=this._clipFinite(e,i))for(let c=0,f=i.length,d,u=this._edgecode(i[f-2],i[f-1]);c<f;c+=2)d=u,u=this._edgecode(
i[c],i[c+1]),d&&u&&(c=this._edge(e,d,u,i,c),f=i.length);else this.contains(e,(this.xmin+this.xmax)/2,(this.ymin+this.ymax)/2)&&(i=[this.xmin,this.ymin,this.xmax,
this.ymin,this.xmax,this.ymax,this.xmin,this.ymax]);return i}_edge(e,n,a,s,r){for(;n!==a;){let o,i;switch(n){case 5:n=4;continue;case 4:n=6,o=this.xmax,i=this.ymin;
break;case 6:n=2;continue;case 2:n=10,o=this.xmax,i=this.ymax;break;case 10:n=8;continue;case 8:n=9,o=this.xmin,i=this.ymax;break;case 9:n=1;continue;case 1:n=5,
o=this.xmin,i=this.ymin;break}(s[r]!==o||s[r+1]!==i)&&this.contains(e,o,i)&&(s.splice(r,0,o,i),r+=2)}return r}_project(e,n,a,s){let r=1/0,o,i,l;if(s<0){if(n<=this.
ymin)return null;(o=(this.ymin-n)/s)<r&&(l=this.ymin,i=e+(r=o)*a)}else if(s>0){if(n>=this.ymax)return null;(o=(this.ymax-n)/s)<r&&(l=this.ymax,i=e+(r=o)*a)}if(a>
0){if(e>=this.xmax)return null;(o=(this.xmax-e)/a)<r&&(i=this.xmax,l=n+(r=o)*s)}else if(a<0){if(e<=this.xmin)return null;(o=(this.xmin-e)/a)<r&&(i=this.xmin,l=n+
(r=o)*s)}return[i,l]}_edgecode(e,n){return(e===this.xmin?1:e===this.xmax?2:0)|(n===this.ymin?4:n===this.ymax?8:0)}_regioncode(e,n){return(e<this.xmin?1:e>this.xmax?
2:0)|(n<this.ymin?4:n>this.ymax?8:0)}_simplify(e){if(e&&e.length>4){for(let n=0;n<e.length;n+=2){let a=(n+2)%e.length,s=(n+4)%e.length;(e[n]===e[a]&&e[a]===e[s]||
e[n+1]===e[a+1]&&e[a+1]===e[s+1])&&(e.splice(a,2),n-=2)}e.length||(e=null)}return e}},Yh=2*Math.PI,aa=Math.pow;function Vh(t){return t[0]}function Jh(t){return t[1]}
function Xh(t){let{triangles:e,coords:n}=t;for(let a=0;a<e.length;a+=3){let s=2*e[a],r=2*e[a+1],o=2*e[a+2];if((n[o]-n[s])*(n[r+1]-n[s+1])-(n[r]-n[s])*(n[o+1]-n[s+
1])>1e-10)return!1}return!0}function Zh(t,e,n){return[t+Math.sin(t+e)*n,e+Math.cos(t-e)*n]}var Os=class t{static from(e,n=Vh,a=Jh,s){return new t("length"in e?Qh(
e,n,a,s):Float64Array.from(tp(e,n,a,s)))}constructor(e){this._delaunator=new As(e),this.inedges=new Int32Array(e.length/2),this._hullIndex=new Int32Array(e.length/
2),this.points=this._delaunator.coords,this._init()}update(){return this._delaunator.update(),this._init(),this}_init(){let e=this._delaunator,n=this.points;if(e.
hull&&e.hull.length>2&&Xh(e)){this.collinear=Int32Array.from({length:n.length/2},(u,p)=>p).sort((u,p)=>n[2*u]-n[2*p]||n[2*u+1]-n[2*p+1]);let l=this.collinear[0],
c=this.collinear[this.collinear.length-1],f=[n[2*l],n[2*l+1],n[2*c],n[2*c+1]],d=1e-8*Math.hypot(f[3]-f[1],f[2]-f[0]);for(let u=0,p=n.length/2;u<p;++u){let m=Zh(
n[2*u],n[2*u+1],d);n[2*u]=m[0],n[2*u+1]=m[1]}this._delaunator=new As(n)}else delete this.collinear;let a=this.halfedges=this._delaunator.halfedges,s=this.hull=this.
_delaunator.hull,r=this.triangles=this._delaunator.triangles,o=this.inedges.fill(-1),i=this._hullIndex.fill(-1);for(let l=0,c=a.length;l<c;++l){let f=r[l%3===2?
l-2:l+1];(a[l]===-1||o[f]===-1)&&(o[f]=l)}for(let l=0,c=s.length;l<c;++l)i[s[l]]=l;s.length<=2&&s.length>0&&(this.triangles=new Int32Array(3).fill(-1),this.halfedges=
new Int32Array(3).fill(-1),this.triangles[0]=s[0],o[s[0]]=1,s.length===2&&(o[s[1]]=0,this.triangles[1]=s[1],this.triangles[2]=s[1]))}voronoi(e){return new Tr(this,
e)}*neighbors(e){let{inedges:n,hull:a,_hullIndex:s,halfedges:r,triangles:o,collinear:i}=this;if(i){let d=i.indexOf(e);d>0&&(yield i[d-1]),d<i.length-1&&(yield i[d+
1]);return}let l=n[e];if(l===-1)return;let c=l,f=-1;do{if(yield f=o[c],c=c%3===2?c-2:c+1,o[c]!==e)return;if(c=r[c],c===-1){let d=a[(s[e]+1)%a.length];d!==f&&(yield d);
return}}while(c!==l)}find(e,n,a=0){if(e=+e,e!==e||(n=+n,n!==n))return-1;let s=a,r;for(;(r=this._step(a,e,n))>=0&&r!==a&&r!==s;)a=r;return r}_step(e,n,a){let{inedges:s,
hull:r,_hullIndex:o,halfedges:i,triangles:l,points:c}=this;if(c.length<2)return-1;if(s[e]===-1)return(e+1)%(c.length>>1);let f=e,d=aa(n-c[e*2],2)+aa(a-c[e*2+1],
2),u=s[e],p=u;do{let m=l[p],g=aa(n-c[m*2],2)+aa(a-c[m*2+1],2);if(g<d&&(d=g,f=m),p=p%3===2?p-2:p+1,l[p]!==e)break;if(p=i[p],p===-1){if(p=r[(o[e]+1)%r.length],p!==
m&&aa(n-c[p*2],2)+aa(a-c[p*2+1],2)<d)return p;break}}while(p!==u);return f}render(e){let n=e==null?e=new Qe:void 0,{points:a,halfedges:s,triangles:r}=this;for(let o=0,
i=s.length;o<i;++o){let l=s[o];if(l<o)continue;let c=r[o]*2,f=r[l]*2;e.moveTo(a[c],a[c+1]),e.lineTo(a[f],a[f+1])}return this.renderHull(e),n&&n.value()}renderPoints(e,n){
n===void 0&&(!e||typeof e.moveTo!="function")&&(n=e,e=null),n=n==null?2:+n;let a=e==null?e=new Qe:void 0,{points:s}=this;for(let r=0,o=s.length&-2;r<o;r+=2){let i=s[r],
l=s[r+1];e.moveTo(i+n,l),e.arc(i,l,n,0,Yh)}return a&&a.value()}renderHull(e){let n=e==null?e=new Qe:void 0,{hull:a,points:s}=this,r=a[0]*2,o=a.length;e.moveTo(s[r],
s[r+1]);for(let i=1;i<o;++i){let l=2*a[i];e.lineTo(s[l],s[l+1])}return e.closePath(),n&&n.value()}hullPolygon(){let e=new Ea;return this.renderHull(e),e.value()}renderTriangle(e,n){
let a=n==null?n=new Qe:void 0,{points:s,triangles:r}=this,o=r[e*=3]*2,i=r[e+1]*2,l=r[e+2]*2;return n.moveTo(s[o],s[o+1]),n.lineTo(s[i],s[i+1]),n.lineTo(s[l],s[l+
1]),n.closePath(),a&&a.value()}*trianglePolygons(){let{triangles:e}=this;for(let n=0,a=e.length/3;n<a;++n)yield this.trianglePolygon(n)}trianglePolygon(e){let n=new Ea;
return this.renderTriangle(e,n),n.value()}};function Qh(t,e,n,a){let s=t.length,r=new Float64Array(s*2);for(let o=0;o<s;++o){let i=t[o];r[o*2]=e.call(a,i,o,t),r[o*
2+1]=n.call(a,i,o,t)}return r}function*tp(t,e,n,a){let s=0;for(let r of t)yield e.call(a,r,s,t),yield n.call(a,r,s,t),++s}var ep=.14;function np(t){return e=>{if(!e.startsWith("var("))return e;let n=t.style.color;t.style.color=e;let a=getComputedStyle(t).color;return t.style.color=
n,a}}function Ss(t,{samples:e,colouring:n,xs:a,ys:s,radius:r,width:o,height:i}){let l=t.getContext("2d"),c=Math.min(2,devicePixelRatio||1);t.width=Math.max(1,Math.
round(o*c)),t.height=Math.max(1,Math.round(i*c)),l.scale(c,c);let f=np(t.parentElement),d=new Map,u=p=>d.get(p)??d.set(p,f(p)).get(p)??p;l.lineWidth=1.5;for(let p of[
0,1])for(let m=0;m<e.count;m++){if(e.chosen.inside[m]!==p||!Number.isFinite(a[m]+s[m]))continue;l.globalAlpha=p?.85:ep,l.beginPath(),l.arc(a[m],s[m],r,0,7);let g=u(
n.colour(m));e.wrong(m)?(l.strokeStyle=g,l.stroke()):(l.fillStyle=g,l.fill())}}function ra(t,e,n){let a=Array.from(e.keys()).filter(o=>t.chosen.inside[o]&&Number.
isFinite(e[o]+n[o])).sort((o,i)=>e[o]-e[i]||n[o]-n[i]||o-i),s=a.length?new Os(Float64Array.from(a.flatMap(o=>[e[o],n[o]]))):null;return{order:a,find:(o,i,l=24)=>{
let c=s?s.find(o,i):-1;return c>=0&&Math.hypot(e[a[c]]-o,n[a[c]]-i)<=l?c:-1}}}function za(t=!1){let e=h("div",{class:t?"mmv-field-y":"mmv-field-x","aria-hidden":"true"});function n(a,s){let r=Math.max(2,Math.floor(s/(t?44:64))),o=a.tickFormat(
r);e.replaceChildren(...a.ticks(r).map(i=>{let l=h("span",{},o(i));return l.style[t?"top":"left"]=`${a(i)}px`,l}))}return{node:e,draw:n}}function $l(t,e,n){let a=!1;for(let s=0,r=t.length-1;s<t.length;r=s++){let[[o,i],[l,c]]=[t[s],t[r]];i>n!=c>n&&e<(l-o)*(n-i)/(c-i)+o&&(a=!a)}return a}var oa=10,ap=3,sp=5,ia=.05;function rp(t,e,n,a){let s=Ee(e),{quantities:r,chosen:o}=s,i=e.modalities.length,l=r.map(K=>K.title),c=Rt("Across",l,()=>L()),f=Rt("U\
p",l,()=>L()),d=Ms(e,s,a),u=l.findIndex(K=>K.startsWith("φ "));c.select.value=String(e.task==="regression"&&e.labelled?0:u),f.select.value=String(e.task==="reg\
ression"&&e.labelled?2:i>1?u+1:0);let p=h("canvas",{role:"img"}),m=it("path",{class:"mmv-lasso"}),g=it("svg",{"aria-hidden":"true"},m),y=h("span",{class:"mmv-ri\
ng","aria-hidden":"true"}),w=[it("line",{class:"mmv-zero"}),it("line",{class:"mmv-zero"})];g.prepend(...w);let b=h("div",{class:"mmv-plot mmv-samples-plot"},p,g,
y),v=ct("rectangle by keyboard",()=>et(null),{class:"mmv-rectangle","aria-label":"Rectangle of the scatter plot. Arrow keys move it, with Shift they resize it; \
Enter selects the samples inside, Escape selects all."}),k=za(),$=za(!0),x=h("div",{class:"mmv-field-title"}),A=h("div",{class:"mmv-subtitle"}),S=h("div"),M=h("\
p",{class:"mmv-pointed mmv-small",role:"status"}),z=ct("show all samples",()=>o.set([])),N=rt("");t.append(dt("Samples: scatter plot"),h("div",{class:"mmv-inlin\
e"},c.node,f.node,d.node,v,z),S,h("div",{class:"mmv-field"},A,$.node,b,k.node,x),M,rt(`Drag around dots to select their samples, here and in the other overview \
views; press a dot to open its sample and to pin its values${e.labelled&&e.task==="classification"?"; hollow: misclassified":""}. By keyboard: arrow keys go fro\
m dot to dot across the plot, Enter pins, O opens; "rectangle by keyboard" selects.`),N);let _=new Float32Array(s.count),j=new Float32Array(s.count),B=-1,F=ra(s,
_,j),R=-1,q=null,W=[],P=K=>r[Number(K.select.value)],U=K=>jt(e.compared.filter(V=>V.has("listed_phi")).map(V=>{let J=Ee(V),at=J.quantities.find(({title:ot})=>ot===
K.title);return at?Array.from({length:J.count},(ot,pt)=>at.of(pt)):[]})),C=K=>K.unit?`${K.title}, ${K.unit}`:K.title,O={x:Pe(),y:Pe()};function L(){let K=b.clientWidth,
V=b.clientHeight,[J,at]=[P(c),P(f)];if(!(!K||!V)){O={x:Pe(U(J),[oa,K-oa]),y:Pe(U(at),[V-oa,oa])};for(let ot=0;ot<s.count;ot++)[_[ot],j[ot]]=[O.x(J.of(ot)),O.y(at.
of(ot))];k.draw(O.x,K),$.draw(O.y,V),x.textContent=`${C(J)} →`,A.textContent=`↑ ${C(at)}`,[[O.x,"x",K],[O.y,"y",V]].forEach(([ot,pt,yt],ht)=>{let _t=ot(0),qt=pt===
"x"?"y":"x";w[ht].style.display=_t>oa&&_t<Number(yt)-oa?"":"none";for(let Kt of[1,2])w[ht].setAttribute(`${pt}${Kt}`,String(_t)),w[ht].setAttribute(`${qt}${Kt}`,
Kt===1?"0":String(pt==="x"?V:K))}),T()}}function T(){let K=b.clientWidth,V=b.clientHeight,J=d.colouring(),at=o.number();if(S.replaceChildren(J.legend()),z.disabled=
!o.filters().length,!K||!V)return;F=ra(s,_,j),Ss(p,{samples:s,colouring:J,xs:_,ys:j,radius:ap,width:K,height:V});let ot=_.reduce((pt,yt,ht)=>pt+(Number.isFinite(
yt+j[ht])?0:1),0);N.textContent=ot?`${ot} of ${s.count} have no value for one of the axes and no dot.`:"",p.setAttribute("aria-label",`Scatter of ${s.count} sam\
ples, ${at} chosen: ${P(c).title} across, ${P(f).title} up`),D()}function D(){let K=-1;for(let V=0;V<s.count&&K<0;V++)B>=0&&s.open(V)===B&&(K=V);y.hidden=K<0||!Number.
isFinite(_[K]+j[K]),y.hidden||([y.style.left,y.style.top]=[`${_[K]}px`,`${j[K]}px`])}function I(K,V){let J=Uint8Array.from({length:s.count},(ot,pt)=>o.inside[pt]&&
K(pt)?1:0),at=J.reduce((ot,pt)=>ot+pt,0);at&&o.add({text:`${V}: ${at} samples`,test:ot=>J[ot]===1}),M.textContent=at?`${at} samples selected`:"no sample inside:\
 the selection is unchanged"}function E(K){K>=0&&s.open(K)>=0?a({sample:s.open(K)}):K>=0&&(M.textContent=s.closed(K))}let H=K=>{let{left:V,top:J}=b.getBoundingClientRect();
return[K.clientX-V,K.clientY-J]},G=()=>m.setAttribute("d",W.length?`M${W.map(([K,V])=>`${K.toFixed(1)} ${V.toFixed(1)}`).join("L")}Z`:"");b.addEventListener("po\
interdown",K=>{K.button===0&&(b.setPointerCapture(K.pointerId),W=[H(K)],q=null)}),b.addEventListener("pointermove",K=>{W.length&&(W.push(H(K)),G())}),b.addEventListener(
"pointerup",K=>{let V=W,[J,at]=H(K);if(!V.length)return;if(W=[],G(),!V.every(([pt,yt])=>Math.hypot(pt-V[0][0],yt-V[0][1])<sp))return I(pt=>$l(V,_[pt],j[pt]),"la\
sso");let ot=F.find(J,at);ot>=0&&(K.pointerType!=="touch"||R===F.order[ot])&&E(F.order[ot])}),b.addEventListener("pointercancel",()=>{W=[],G()}),kt(b,{label:"Sc\
atter plot of the samples",grid:()=>[Math.max(1,F.order.length),1],start:()=>[Math.max(0,F.order.findIndex(K=>s.open(K)===B&&B>=0)),0],cellAt:(K,V)=>{let J=W.length>
1?-1:F.find(K*b.clientWidth,V*b.clientHeight);return J<0?[-1,-1]:[J,0]},placeOf:K=>[_[F.order[K]]/(b.clientWidth||1),j[F.order[K]]/(b.clientHeight||1)],read(K){
let V=F.order[K]??-1,[J,at]=[P(c),P(f)],ot=d.colouring();if(V<0)return null;setTimeout(()=>R=V);let pt=r.find(yt=>yt.title===ot.title&&yt!==J&&yt!==at);return{title:s.
id[V],at:{},rows:[...s.rows(V),...[J,at,...pt?[pt]:[]].map(yt=>[yt.title,X(yt.of(V)),yt.unit]),...s.open(V)<0?[["sample","not recorded"]]:[]]}}}),b.addEventListener(
"keydown",K=>{K.key.toLowerCase()!=="o"||K.ctrlKey||K.metaKey||K.altKey||(K.preventDefault(),K.stopPropagation(),E(R))});let Y={ArrowLeft:[-ia,0],ArrowRight:[ia,
0],ArrowUp:[0,-ia],ArrowDown:[0,ia]};function et(K,V=!1){let[J,at,ot,pt]=q??[.4,.4,.2,.2],yt=(Ht,_e=0)=>Math.min(1,Math.max(_e,Ht)),[ht,_t]=K??[0,0];q=V?[J,at,yt(
ot+ht,ia),yt(pt+_t,ia)]:[yt(J+ht),yt(at+_t),ot,pt];let[qt,Kt,Ot,Me]=q,ue=b.clientWidth,xt=b.clientHeight;W=[[qt*ue,Kt*xt],[(qt+Ot)*ue,Kt*xt],[(qt+Ot)*ue,(Kt+Me)*
xt],[qt*ue,(Kt+Me)*xt]],G(),W=[];let Tt=0;for(let Ht=0;Ht<s.count;Ht++)o.inside[Ht]&&tt(Ht)&&Tt++;M.textContent=`rectangle: ${P(c).title} ${X(O.x.invert(qt*ue))}\
 to ${X(O.x.invert((qt+Ot)*ue))}, ${P(f).title} ${X(O.y.invert((Kt+Me)*xt))} to ${X(O.y.invert(Kt*xt))}: ${Tt} samples`}function tt(K){let[V,J,at,ot]=q??[0,0,0,
0],pt=_[K]/b.clientWidth,yt=j[K]/b.clientHeight;return pt>=V&&pt<=V+at&&yt>=J&&yt<=J+ot}return v.addEventListener("keydown",K=>{let V=Y[K.key];if(V)et(V,K.shiftKey);else if(K.
key==="Enter"&&q)I(tt,"rectangle");else if(K.key==="Escape")q=null,G(),o.set([]),M.textContent="all samples";else return;K.preventDefault(),K.stopPropagation()}),
o.listen(T),matchMedia("(prefers-color-scheme: dark)").addEventListener("change",T),new ResizeObserver(L).observe(b),t.addEventListener("mmv-print",L),L(),K=>{B=
K.sample,d.draw(K)?T():D()}}gt({name:"sample scatter",place:"wide",order:30,section:"overview",needs:["listed_phi","overview_value"],mount:rp});function op(t,e,n,a){return t.append(dt("Overview"),h("p",{class:"mmv-sentence"},Q(e.overview.sentence))),e.has("class_score")&&ip(t,e,a),()=>{}}function ip(t,e,n){
let a=Ee(e),{subset:s,row:r,metric:o,interval:i,left_out:l,total:c}=e.overview,f=s.length,d=r.length,u=o==="accuracy",[p,m,g]=[0,1,2].map(S=>e.part("class_score",
S)),y=e.part("class_count"),w=e.part("overview_row_of"),b=S=>s[S].toString(2).replaceAll("0","").length,v=s.map((S,M)=>M).sort((S,M)=>b(M)-b(S)||S-M),k=Math.max(
...Array.from(p).filter(Number.isFinite),1e-9);function $(S,M){let z=S*f+M,N=p[z],_=Number.isFinite(m[z]+g[z]),j=u?2:e.digits,B=_?`${st(m[z],j)} to ${st(g[z],j)}`:
"no interval",F=h("button",{type:"button",class:"mmv-score",title:`${o} of ${r[S]} with ${a.subsetName(M)}: ${st(N,3)} (${B}), ${y[S]} samples`},h("span",{},st(
N,j)),h("span",{class:"mmv-score-ends"},B));return F.style.setProperty("--weight",String(Number.isFinite(N)?u?N:1-N/k:0)),F.disabled=!y[S],F.addEventListener("c\
lick",()=>a.chosen.set([...S<d-1?[{text:u?`true = ${r[S]}`:r[S],test:R=>w[R]===S}]:[],u?{text:`misclassified with ${a.subsetName(M)}`,test:R=>a.classOf(R,M)>=0&&
a.classOf(R,M)!==a.truth[R]}:{text:`absolute error above ${st(N,j)} with ${a.subsetName(M)}`,test:R=>a.errorOf(R,M)>N}],"scores")),F}let x=v.map(S=>s[S]===0?["n\
one"]:[...e.modalities.flatMap((M,z)=>s[S]>>z&1?[zt(z),se(`${M.name} `)]:[]),...e.trained&&!e.trained[s[S]]?["*"]:[]]),A=e.modalities.map((S,M)=>h("span",{class:"\
mmv-key"},zt(M),Q(S.name)));t.append(h("div",{class:"mmv-subtitle"},u?"Accuracy by true class and subset of modalities, the others masked":"Mean absolute error \
by target and subset of modalities, the others masked"),h("div",{class:"mmv-keys"},...A),vs({label:`${o} of each ${u?"class":"range of targets"} for every subse\
t of modalities`,corner:[se(u?"true class":"target")],columns:x,kind:"mmv-scores",rows:r.map((S,M)=>({head:[Q(S),h("span",{class:"mmv-faint"},` n = ${y[M]}`)],cells:v.
map(z=>$(M,z))}))}),xs(a,n,"scores"),...e.overview.control?[h("p",{class:"mmv-small"},Q(e.overview.control))]:[],rt(`Below each value: its interval (${i}). The \
intervals are not corrected for the number of cells, nor for choosing the lowest. `,...l?[`${l} of ${c} samples have a prediction that is not finite and are lef\
t out. `]:[],u?"Press a cell to list its misclassified samples; arrow keys move between cells.":"Press a cell to list its samples with an error above the mean; \
arrow keys move between cells.",...e.trained?.some(S=>!S)?[" * not met in training."]:[]),...Ke(e))}gt({name:"overview",place:"main",order:1,section:"overview",
needs:["overview_value"],mount:op});var la=74,Ml=2.2,Cr=8;function lp(t,e){let n=new Float32Array(t.length).fill(NaN),a=2*Ml,s=new Uint32Array(Math.ceil(e/a)+1),r=l=>Math.max(0,Math.min(s.length-1,
Math.floor(l/a)));t.forEach(l=>Number.isFinite(l)&&s[r(l)]++);let o=Math.min(a,(la-2*Cr)/Math.max(1,...s)),i=new Uint32Array(s.length);return t.forEach((l,c)=>{
if(!Number.isFinite(l))return;let f=i[r(l)]++;n[c]=la/2+(f%2?1:-1)*Math.ceil(f/2)*o}),n}function cp(t,e,n,a){let s=Ee(e),r=e.modalities.length,o=Ms(e,s,a),i=e.part(
"listed_phi"),l=h("div"),c=h("p",{class:"mmv-pointed mmv-small",role:"status"}),[f,d]=jt(e.compared.filter(b=>b.has("listed_phi")).map(b=>b.part("listed_phi")),
!0),u=za(),p=h("div",{class:"mmv-field-title"},`φ, ${e.target_name} →`),m=-1,g=e.modalities.map((b,v)=>{let k=h("canvas",{role:"img"}),$=h("span",{class:"mmv\
-zero-line","aria-hidden":"true"}),x=h("div",{class:"mmv-plot mmv-swarm"},k,$),A=h("td",{class:"mmv-value"}),S=new Float32Array(0),M=S,z=-1,N=ra(s,S,M);function _(B){
c.textContent=B>=0&&s.open(B)<0?s.closed(B):"",B>=0&&s.open(B)>=0&&a({sample:s.open(B)})}x.addEventListener("click",B=>{let F=N.find(B.offsetX,B.offsetY);F>=0&&
(B.pointerType!=="touch"||z===N.order[F])&&_(N.order[F])}),kt(x,{label:`Shapley values of ${b.name}`,grid:()=>[Math.max(1,N.order.length),1],start:()=>[Math.max(
0,N.order.findIndex(B=>s.open(B)===m&&m>=0)),0],cellAt:(B,F)=>{let R=N.find(B*x.clientWidth,F*la);return R<0?[-1,-1]:[R,0]},placeOf:B=>[S[N.order[B]]/(x.clientWidth||
1),M[N.order[B]]/la],read(B){let F=N.order[B]??-1;return F<0?null:(setTimeout(()=>z=F),{title:s.id[F],modality:v,at:{modality:v},rows:[["φ",mt(i[F*r+v],e.digits)],
...s.rows(F),...s.open(F)<0?[["sample","not recorded"]]:[]]})}}),x.addEventListener("keydown",B=>{B.key.toLowerCase()!=="o"||B.ctrlKey||B.metaKey||B.altKey||(B.
preventDefault(),B.stopPropagation(),_(z))});function j(){let B=x.clientWidth;if(!B)return;let F=Pe([f,d],[Cr,B-Cr]);S=Float32Array.from({length:s.count},(W,P)=>F(
i[P*r+v])),M=lp(S,B),N=ra(s,S,M),$.style.left=`${F(0)}px`,Ss(k,{samples:s,colouring:o.colouring(),xs:S,ys:M,radius:Ml,width:B,height:la}),v===0&&u.draw(F,B);let R=Array.
from({length:s.count},(W,P)=>P).filter(W=>s.chosen.inside[W]&&Number.isFinite(S[W])).map(W=>i[W*r+v]).sort((W,P)=>W-P),q=R.length?(R[R.length-1>>1]+R[R.length>>
1])/2:NaN;A.replaceChildren(se("median "),mt(q,e.digits)),k.setAttribute("aria-label",`Shapley values of ${b.name} of ${R.length} samples: ${R.length?`from ${X(
R[0])} to ${X(R[R.length-1])}, median ${X(q)}`:"none"}`)}return{lay:j,box:x,node:h("tr",{},h("th",{scope:"row"},...$t(e,v)),h("td",{},x),A)}}),y=h("tr",{},h("td"),
h("td",{},u.node,p),h("td",{class:"mmv-value mmv-faint"},"median"));t.append(dt("Distribution of Shapley values"),h("div",{class:"mmv-inline"},o.node),l,h("tabl\
e",{class:"mmv-swarms","aria-label":"Shapley values of the samples by modality"},h("tbody",{},...g.map(b=>b.node),y)),c,rt(`One dot for each of ${s.count}${s.count<
e.listed.total?` of ${e.listed.total} (stratified)`:""} samples; across: Shapley value φ of ${e.target_name}, at the epoch that training selected${e.labelled&&
e.task==="classification"?"; hollow: misclassified":""}; faint: outside the chosen samples. Press a dot to open its sample and to pin its values; arrow keys go \
from dot to dot, Enter pins, O opens.`));function w(){l.replaceChildren(o.colouring().legend()),g.forEach(b=>b.lay())}return s.chosen.listen(w),matchMedia("(pre\
fers-color-scheme: dark)").addEventListener("change",w),new ResizeObserver(w).observe(g[0].box),t.addEventListener("mmv-print",w),w(),b=>{m=b.sample,o.draw(b)&&
w()}}gt({name:"shapley distribution",place:"columns",order:6,section:"overview",needs:["listed_phi","overview_value"],height:t=>150+(la+6)*t,mount:cp});function fp(t,e){let n=e.outputs.map(r=>{let o=h("span",{class:"mmv-mark"}),i=h("span"),{track:l,set:c,was:f}=be(null);return{mark:wn(o),value:wn(i),set:c,was:f,
node:ye(Nt(h("div",{class:"mmv-split"},Q(r),o)),l,i)}}),a=h("table",{"aria-label":"Probability of each class"},h("tbody",{},...n.map(r=>r.node))),s=n.length>10?
{class:"mmv-scroll",tabindex:0,role:"region","aria-label":"All classes"}:{};return t.append(dt("Prediction"),...Rn(e),h("div",s,a)),({sample:r,epoch:o,time:i})=>{
let l=e.part("prediction",o,r,i),c=Pn(l),f=e.edited()?e.recorded.part("prediction",o,r,i):null;n.forEach((d,u)=>{d.set(0,l[u],l[u]),d.was(0,f?f[u]:NaN,f?f[u]:NaN),
d.value(st(l[u],e.digits),f?`, as recorded ${st(f[u],e.digits)}`:""),d.mark(e.targets[r]!==u?"":e.labelled?"true":"explained",u===c?" predicted":""),ft(d.node,"\
className",u===c?"mmv-best":"")})}}function dp(t,e){let n=["predicted","target"].map(r=>{let o=h("span"),{track:i,set:l,was:c}=Ve(null);return{cell:wn(o),set:l,
was:c,node:ye(Nt(r),i,o)}});n[0].node.className="mmv-best",n[1].node.className="mmv-target",t.append(dt("Prediction"),...Rn(e),h("table",{"aria-label":"Predicte\
d and target value"},h("tbody",{},...n.map(r=>r.node))));let a=Ct(),s=0;return r=>{let{sample:o,epoch:i,time:l}=r,c=e.targets[o]??NaN,f=e.part("prediction",i,o,
l)[0],d=e.edited()?e.recorded.part("prediction",i,o,l)[0]:NaN;a(r,"sample")&&(s=Jt([c],...pe(e,"prediction",o))),[f,c].forEach((u,p)=>{n[p].set(u,s),n[p].cell(st(
u,e.digits),p===0&&Number.isFinite(d)?`, as recorded ${st(d,e.digits)}`:"")}),n[0].was(d,s)}}var up=(t,e)=>(e.task==="classification"?fp:dp)(t,e);gt({name:"pred\
iction",place:"side",order:10,section:"sample",needs:["prediction"],early:!0,first:!0,mount:up});var hp=16,_l=3,kl=t=>String(t).replace("-","−"),Al=(t,{low:e,high:n},a)=>t<e?`< ${kl(e)}`:t>n?`> ${kl(n)}`:a(t);function Ol({low:t,high:e},n,a){let s=l=>(l-t)/
(e-t||1),r=Xe([t,e],5),o=a?r.map(a):qe(r),i=h("div",{class:"mmv-dot-ticks","aria-hidden":"true"},...r.map((l,c)=>{let f=h("span",{},o[c]);return f.style.left=`${100*
s(l)}%`,f}));return{low:t,high:e,at:s,ticks:i,bounds:n}}function Fr(t,{at:e},n,a){if(!Number.isFinite(n+a))return[];let s=h("span",{class:t}),[r,o]=[e(n),e(a)].
map(i=>Math.min(1,Math.max(0,i))).sort((i,l)=>i-l);return s.style.left=`${100*r}%`,s.style.width=`${100*(o-r)}%`,[s]}function Ir(t,e,n,a){let s=Math.max(e.low,e.
bounds.low),r=Math.min(e.high,e.bounds.high),o=Fr(`mmv-dot-line ${t}`,e,Math.max(s,n),Math.min(r,a));return o.length&&n<s&&o[0].append(h("span",{class:"mmv-dot-\
cut"},"◂")),o.length&&a>r&&o[0].append(h("span",{class:"mmv-dot-cut mmv-dot-cut-high"},"▸")),o}function Sl(t,e,n){if(!Number.isFinite(n))return[];let a=h("s\
pan",{class:`mmv-dot ${t}`});return a.style.left=`${100*e.at(n)}%`,[a]}var Nl=(t,e)=>e.flatMap(([n,a])=>Number.isFinite(n)?[h("span",{class:`mmv-dot-rule ${a}`})].
map(s=>(s.style.left=`${100*t.at(n)}%`,s)):[]),El=(...t)=>h("td",{class:"mmv-cell"},h("div",{class:"mmv-dots","aria-hidden":"true"},...t));function pp(t,e){let n=e.
modalities.length,a=2**n-1,s=e.retraining,r=e.task==="regression",[o,i,l]=["masked","retrained","gap"].map(I=>[0,1,2].map(E=>e.part(I,E))),c=I=>I.toString(2).replaceAll(
"0","").length,f=Array.from({length:a+1},(I,E)=>E).filter(I=>a<hp||c(I)<=1||c(I)>=n-1||I===s.best).sort((I,E)=>c(I)-c(E)||I-E),d={low:s.bounds?.[0]??-1/0,high:s.
bounds?.[1]??1/0},u=I=>st(I,_l),p=I=>mt(I,_l),m=(I,E,H,G)=>Number.isFinite(I[1][E]+I[2][E])?`${Al(I[1][E],H,G)} to ${Al(I[2][E],H,G)}`:"no interval",g=(I,E)=>I[1].
some(H=>H<E.low)||I[2].some(H=>H>E.high),y=[...o[0],...i[0]].filter(Number.isFinite),[w,b]=[Math.min(...y),Math.max(...y)],v=b-w||Math.abs(b)||1,k=[...o[1],...o[2],
...i[1],...i[2]].filter(Number.isFinite),$=Number.isFinite(d.low)?d:{low:Math.max(w-v,Math.min(w,...k)),high:Math.min(d.high,b+v,Math.max(b,...k))},x=Ol($,d),A=Nl(
x,[[i[0][a],"mmv-dot-full"],[i[0][0],"mmv-dot-constant"]]),S=I=>I===0?[h("span",{},"none")]:e.modalities.flatMap((E,H)=>I>>H&1?[zt(H),se(`${E.name} `)]:[]),M=I=>e.
modalities.filter((E,H)=>I>>H&1).map(E=>E.name).join(" + ")||"no modality",z=(I,E)=>h("td",{class:"mmv-value"},u(I[0][E]),h("span",{class:"mmv-ends-text"},m(I,E,
d,u))),N=s.harm==="harm",_=f.map(I=>{let E=h("tr",{},h("th",{scope:"row"},...S(I),...N&&I===s.best?[h("span",{class:"mmv-mark"},"▲ harm")]:[]),El(...A.map(H=>H.
cloneNode()),...Fr("mmv-dot-gap",x,o[0][I],i[0][I]),...Ir("mmv-dot-masked",x,o[1][I],o[2][I]),...Ir("mmv-dot-trained",x,i[1][I],i[2][I]),...Sl("mmv-dot-masked",
x,o[0][I]),...Sl("mmv-dot-trained",x,i[0][I])),z(o,I),z(i,I),h("td",{class:"mmv-value"},p(i[0][I]-o[0][I])));return br(E,()=>({title:M(I),at:{},rows:[["masked",
u(o[0][I])],["  interval",m(o,I,d,u)],[I?"trained on it":"best constant",u(i[0][I])],["  interval",m(i,I,d,u)],["difference, trained − masked",p(i[0][I]-o[0][I])]]})),
E}),j=d.high-d.low,B={low:-j,high:j},F=I=>I.flatMap(E=>[...E]).filter(Number.isFinite).map(Math.abs),R=Math.max(1e-9,...F([l[0]])),q=Math.min(j,4*R,1.05*Math.max(
R,...F(l))),W=Ol({low:-q,high:q},B),P=Nl(W,[[0,"mmv-dot-zero"]]),U=e.modalities.map((I,E)=>{let H=Fr("mmv-dot-bar",W,0,l[0][E]);H.forEach(Y=>Y.dataset.m=String(
E%8));let G=h("tr",{},h("th",{scope:"row"},...$t(e,E)),El(...H,...P.map(Y=>Y.cloneNode()),...Ir("",W,l[1][E],l[2][E])),h("td",{class:"mmv-value"},p(l[0][E]),h("\
span",{class:"mmv-ends-text"},m(l,E,B,p))));return br(G,()=>({title:"gap, trained alone − masked",modality:E,at:{modality:E},rows:[["gap",p(l[0][E])],["interv\
al",m(l,E,B,p)],["due to",s.verdicts[E]],["masked",u(o[0][1<<E])],["trained on it",u(i[0][1<<E])]]})),G}),C=g(o,d)||g(i,d)||g(l,B)?r?"The interval reaches beyon\
d 0, which no value does: cut there (arrow, >). ":"The interval reaches beyond 0 to 1, where no accuracy lies: cut there (arrow, < and >). ":"",O=[o,i].some(I=>I[1].
some(E=>E<$.low&&E>=d.low)||I[2].some(E=>E>$.high&&E<=d.high))||q<j&&(l[1].some(I=>I<-q)||l[2].some(I=>I>q)),L=(I,E)=>h("span",{class:"mmv-key"},h("span",{class:`\
mmv-dot-key ${I}`,"aria-hidden":"true"}),E),T=(I,E,H)=>h("tfoot",{},h("tr",{"aria-hidden":"true"},h("td"),h("td",{class:"mmv-cell"},I,h("div",{class:"mmv-field-\
title"},E,Q(s.units)," →")),...Array.from({length:H},()=>h("td")))),D=I=>h("thead",{},h("tr",{},...I.map(E=>h("th",{scope:"col"},E))));return t.append(dt("Val\
ue by retraining"),h("div",{class:"mmv-retraining"},h("div",{},h("div",{class:"mmv-keys"},L("mmv-dot-masked","masked: full model, others masked"),L("mmv-dot-tra\
ined","trained on the subset"),L("mmv-dot-gap","difference"),L("mmv-dot-full","trained on all"),L("mmv-dot-constant","best constant")),h("div",{class:"mmv-keys"},
...e.modalities.map((I,E)=>h("span",{class:"mmv-key"},zt(E),Q(I.name)))),h("table",{class:"mmv-dot-table","aria-label":"Value of each subset: full model with th\
e others masked, and model trained on the subset"},D(["subset","","masked","trained","difference"]),h("tbody",{},..._),T(x.ticks,"",3))),h("div",{},h("div",{class:"\
mmv-subtitle"},"Gap of each modality: trained alone − masked"),h("table",{class:"mmv-dot-table mmv-dot-gaps","aria-label":"Gap of each modality: trained alone\
 minus masked"},D(["modality","","gap"]),h("tbody",{},...U),T(W.ticks,"difference of ",1)),...s.explanations.map((I,E)=>h("details",{class:"mmv-small"},h("summa\
ry",{},...$t(e,E),": ",Q(s.verdicts[E])),rt(Q(I)))))),...s.caution?[h("p",{class:"mmv-small"},Q(s.caution))]:[],rt("Lines: ",Q(s.interval),`. ${C}${O?"Arrows: t\
he interval is longer than the axis. ":""}Trainings of a study, not the recorded run; each: `,Q(s.budget),". Harm: ",Q(s.harm_text),".")),()=>{}}gt({name:"value\
 by retraining",place:"wide",order:21,section:"overview",needs:["retrained","masked","gap"],mount:pp});var mp=[120,126,138];function gp(t){let{recorded:e}=t,[n,,a,s,r,o]=t.shape("routing");for(let i=0;i<e.recorded_samples;i++)for(let l=0;l<s;l++){let c=e.part("st\
ate_valid",i,l),f=t.experts.map(({owner:d})=>d<0||d===l?255:0);for(let d=0;d<n;d++)for(let u=0;u<a;u++){let p=e.part("routing",d,i,u,l);for(let m=0;m<r;m++)for(let g=0;c[m]&&
g<o;g++)if(p[m*o+g]!==f[g])return!1}}return!0}function bp(t,e,n,a){let s=e.sizes.time,[,,r,o,,i]=e.shape("routing"),l=e.experts.map(({owner:$})=>$<0||!e.colours[$%
8]?mp:Wa(e.colours[$%8].slice(1))),c=({owner:$})=>$<0?h("span",{class:"mmv-glyph","aria-hidden":"true"},"○"):zt($),f=$=>[c($),Q($.name)],d=e.experts.every($=>Bn(
$.name)<=13),u=e.modalities.map($=>h("canvas",{role:"img","aria-label":`Expert weights of ${$.name} over the sequence, ${i} experts; the table holds their mean \
use`})),p=u.map(()=>h("div",{class:"mmv-stroke"})),m=null,g=ve(),y=e.modalities.map(($,x)=>{let A=h("div",{class:"mmv-plot mmv-map mmv-experts"},u[x],p[x]);return A.
style.height=`${16*i}px`,Wt(A,A,S=>a({time:Math.min(s-1,Math.max(0,Math.ceil(ut(s,m).share(S)*s-1e-9)-1))})),me(A,A,s,()=>m,a),kt(A,{label:`Expert weights of ${e.
modalities[x].name}: experts over steps`,grid:()=>[s,i],start:()=>[m?.time??0,0],cellAt:(S,M)=>[It(ut(s,m).share(S),s),It(M,i)],placeOf:(S,M)=>[ut(s,m).across((S+
.5)/s),(M+.5)/i],locate:({time:S})=>{let M=ut(s,m);return S===void 0||S<M.from||S>M.to?null:{x:[M.across(S/s),M.across((S+1)/s)]}},read(S,M){if(!m)return null;let{
sample:z,epoch:N}=m,_=Math.min(m.layer,r-1),j=e.part("state_valid",z,x)[S],B=e.part("routing",N,z,_,x)[S*i+M]/255,F=e.edited()&&e.replaced("routing")&&e.recorded.
part("state_valid",z,x)[S]?e.recorded.part("routing",N,z,_,x)[S*i+M]/255:NaN;return{title:e.experts[M].name,modality:x,at:{modality:x,time:S},rows:[["gate weigh\
t",j?st(B,3):"no data"],["at",Mt(e,z,S)],...Number.isFinite(F)?[["recorded",st(F,3)],["difference",`${B>F?"+":""}${st(B-F,3)}`]]:[]]}}}),h("div",{class:"mmv-lan\
e"},h("div",{class:"mmv-gutter"},h("div",{class:"mmv-name"},...$t(e,x)),h("div",{class:"mmv-rows","aria-hidden":"true"},...e.experts.map(S=>h("span",{},...d?f(S):
[c(S)])))),A)}),w=e.experts.map(({owner:$})=>e.modalities.map(()=>{let x=h("span"),{track:A,set:S}=be($<0?null:$);return{value:x,set:S,node:h("td",{},A,x)}})),b=dt(
"Experts"),v=h("caption",{class:"mmv-small"});t.append(b,h("div",{"data-plots":""},...y),h("div",{class:"mmv-lane"},h("span"),g.node),h("table",{class:"mmv-list\
 mmv-usage","aria-label":"Mean weight of each expert"},v,h("thead",{},h("tr",{},h("td"),...e.modalities.map(($,x)=>h("th",{scope:"col"},...$t(e,x))))),h("tbody",
{},...e.experts.map(($,x)=>h("tr",{},Nt(...f($)),...w[x].map(A=>A.node))))),...gp(e)?[rt("The experts are fixed, not routed: in all recorded samples and epochs \
every step uses each shared expert and each expert of its own modality with weight 1. The map shows which steps have data, nothing that was learned.")]:[],rt("D\
arkness: gate weight. Colour and glyph of an expert: its modality (○: shared expert). Hatched: no data."));let k=Ct();return $=>{let{sample:x,epoch:A,time:S}=$,
M=Math.min($.layer,r-1),[z,N]=ce(e,$),_=e.modalities.map((R,q)=>e.part("routing",A,x,M,q)),j=e.modalities.map((R,q)=>e.part("state_valid",x,q)),B=ut(s,$),F=B.across(
(S+1)/s);m=$,p.forEach(R=>{R.hidden=F<0||F>1+1e-9,R.style.left=`${100*F}%`}),k($,"sample","zoom")&&(u.forEach(R=>Ne(R,s,$)),g.draw(re(e,$).map(R=>({...R,at:B.across(
R.at)})),ge(e,$))),k($,"sample","epoch","layer","brush")&&(b.textContent=`Experts in layer ${e.layers[M]}`,v.textContent=$.brush?"Mean weight over the time rang\
e":"Mean weight over the sequence",u.forEach((R,q)=>{Le(R,s,i,(W,P)=>j[q][W]?[...l[P],_[q][W*i+P]]:null);for(let W=0;W<i;W++){let P=0,U=0;for(let C=z;C<=N;C++)j[q][C]&&
([P,U]=[P+_[q][C*i+W]/255,U+1]);w[W][q].set(0,U?P/U:0),w[W][q].value.textContent=st(U?P/U:NaN,2)}}))}}gt({name:"routing",section:"explanation",place:"wide",order:10,
needs:["routing"],mount:bp});var jr=12,zl=["all samples","recorded, with hidden states","correct","incorrect"];function Tl(t){let e=t.map(n=>n.trim()===""?NaN:Number(n));return e.every((n,a)=>!Number.
isNaN(n)||t[a]==="nan")?n=>e[n]:n=>t[n]}function yp(t){let{id:e,target:n,predicted:a}=t.listed,s=t.part("listed_phi"),r=t.part("listed_prediction"),o=t.modalities.
length,i=t.task==="classification"?[{title:t.labelled?"p(target)":"p(predicted)",text:l=>st(r[l],2),key:l=>r[l]}]:[];return[{title:"sample",text:l=>e[l],key:l=>e[l]},
{title:"target",text:l=>n[l],key:Tl(n)},{title:t.task==="classification"?"predicted":"predicted value",text:l=>a[l],key:Tl(a)},...i,...t.modalities.map((l,c)=>({
title:`φ ${l.name}`,text:f=>mt(s[f*o+c],t.digits),key:f=>s[f*o+c]}))]}function wp(t,e,n,a){let s=Ee(e),{id:r,target:o,predicted:i,total:l}=e.listed,c=r.length,
{correct:f,recorded:d,chosen:u}=s,p=yp(e),m=[],g={column:-1,down:!1},y=0,w=0,b=!1,v=h("input",{type:"search","aria-label":"Samples whose id, target or predictio\
n contains",placeholder:"id, target or prediction"}),k=Rt("Show",e.task==="classification"?zl:zl.slice(0,2),()=>F());v.addEventListener("input",()=>F());let $=p.
map((W,P)=>{let U=h("span",{"aria-hidden":"true"}),C=ct("",()=>{g={column:P,down:g.column===P&&!g.down},F()},{class:"mmv-sort"});return C.append(Q(W.title),U),{
mark:U,node:h("th",{scope:"col"},C)}});t.style.setProperty("--columns",String(p.length));let x=h("tbody"),A=h("span",{role:"status"}),S=h("p",{class:"mmv-small",
role:"status"}),M=h("div",{class:"mmv-chips",role:"group","aria-label":"Filters of the chosen samples",hidden:""}),z=ct("previous",()=>B(-1),{"aria-label":"Prev\
ious page of samples"}),N=ct("next",()=>B(1),{"aria-label":"Next page of samples"}),_=c<l?`${c} of ${l} samples are listed: a subset with the same share of ever\
y true and predicted class, and every recorded one; tables above count all ${l}. `:"",j=Array.from({length:c},(W,P)=>P).some(W=>s.open(W)<0);t.append(dt("Sample\
s"),M,h("div",{class:"mmv-inline"},v,k.node,A,z,N),h("div",{class:"mmv-scroll-x",tabindex:0,role:"region","aria-label":"Table of samples"},h("table",{class:"mmv\
-list mmv-samples","aria-label":"Samples"},h("thead",{},h("tr",{},...$.map(W=>W.node))),x)),S,rt(`${_}${e.recorded_text?`With hidden states: ${e.recorded_text}.\
 `:""}Predictions and Shapley values are those of the epoch that training selected. Press the name of a sample to show it in all views.`,...j?[` Names that are \
not underlined were not recorded, and the page holds no model that computes them. ${_r}`]:[]));function B(W){y=Math.max(0,Math.min(Math.ceil(m.length/jr)-1,y+W)),
R()}function F(){let W=v.value.trim().toLowerCase(),P=Number(k.select.value);m=[];for(let O=0;O<c;O++)!u.inside[O]||(P===1?d[O]<0:P>1&&f[O]!==3-P)||(!W||`${r[O]}\
 ${o[O]} ${i[O]}`.toLowerCase().includes(W))&&m.push(O);let{column:U,down:C}=g;if(U<0)m=[...m.filter(O=>d[O]>=0),...m.filter(O=>d[O]<0)];else{let O=p[U].key,L=C?
-1:1;m.sort((T,D)=>{let[I,E]=[O(T),O(D)];return L*(I<E?-1:I>E?1:0)||T-D})}$.forEach(({mark:O,node:L},T)=>{O.textContent=T===U?C?" ▼":" ▲":"",T===U?L.setAttribute(
"aria-sort",C?"descending":"ascending"):L.removeAttribute("aria-sort")}),y=0,R()}function R(){S.textContent="";let W=b?Math.max(1,m.length):jr,P=b?0:y*jr;A.textContent=
m.length?`${P+1} to ${Math.min(m.length,P+W)} of ${m.length}`:"none",z.disabled=y===0,N.disabled=P+W>=m.length,x.replaceChildren(...m.slice(P,P+W).map(U=>{let C=s.
open(U),O=p.map((L,T)=>{if(T>0)return h("td",{},Q(L.text(U)));let D=ct("",()=>C<0?void(S.textContent=s.closed(U)):a({sample:C}),{class:C<0?"mmv-closed":"mmv-ope\
n",...C<0?{title:"not recorded"}:{}});return D.append(Q(r[U])),h("th",{scope:"row"},D)});return h("tr",{"data-listed":U,...C===w?{class:"mmv-best","aria-current":"\
true"}:{}},...O)}))}function q(){let W=u.filters();M.hidden=!W.length,M.replaceChildren(...W.map(P=>{let U=ct("",()=>u.remove(P),{class:"mmv-chip","aria-label":`\
Remove the filter ${P.text}`});return U.append(Q(P.text),h("span",{"aria-hidden":"true"}," ✕")),U}),...W.length>1?[ct("clear all filters",()=>u.set([]))]:[]),
F()}return["mmv-print","mmv-printed"].forEach((W,P)=>t.addEventListener(W,()=>{b=P===0,R()})),u.listen(q),F(),({sample:W})=>{W!==w&&(w=W,R())}}gt({name:"samples",
place:"wide",order:40,section:"overview",needs:["listed_phi","listed_prediction","listed_correct","listed_recorded"],mount:wp});var Cn=(t,e,n)=>Number.isFinite(t[n])?Math.min(e.sizes.time-1,Math.max(0,Math.ceil(t[n]*e.sizes.time-1e-4)-1)):-1;function Lr(t,e,n){let a=-1;for(let s=0;s<t.length;s++){
let r=Cn(t,e,s),o=a<0?-1:Cn(t,e,a);r<0||(a<0||(r<=n?o>n||t[s]>=t[a]:o>n&&t[s]<t[a]))&&(a=s)}return a}function mn({steps:t},e,n){let a=e*n+1,s=Math.min(t,(e+1)*n);
return a===s?String(a):`${a} to ${s}`}var Cl=(t,e)=>t.compared.flatMap(n=>n.scans.flatMap((a,s)=>a.site===e.site?[{one:n,k:s,about:a}]:[]));function gn(t,e,n,a){
let[,,s,r]=t.shape(`scan_norm_${e}`),{scale:o}=t.scans[e],i=t.part(`scan_norm_${e}`,n,a),l=t.part(`scan_mean_${e}`,n,a),c=f=>!Number.isNaN(l[f]);return{rows:s,columns:r,
mean:l,valid:c,level:(f,d)=>c(d)?i[f*r+d]:-1,value:(f,d)=>c(d)?i[f*r+d]/255*o:NaN,clipped:(f,d)=>c(d)&&i[f*r+d]===255,half_life:t.part(`scan_half_life_${e}`,n,a),
sorted:t.part(`scan_quantile_${e}`,n,a),until:t.part(`scan_until_${e}`,n,a),channels:t.part(`scan_index_${e}`,a)}}function Ta(t,e,n,a){let s=t.scans[e].influence;
if(!s)return null;let[,,r,o]=t.shape(`scan_influence_${e}`),i=t.part(`scan_influence_${e}`,n,a),l=(d,u,p)=>i[(d*o+u)*r+p],c=(d,u,p)=>s.scale*(l(d,u,p)/255)**2,f=d=>Array.
from({length:o},(u,p)=>{let m=0,g=0,y=-1;for(let w=0;w<=d;w++){let b=c(d,p,w);m+=b,b>g&&([g,y]=[b,w])}return{sum:m,at:y}});return{blocks:r,sources:o,width:s.width,
level:l,value:c,sums:f}}var ca=(t,e)=>`${t} ${e}${t===1?"":"s"}`;function vp(t){let{modality:e,streams:n,steps:a,channels:s,states:r,replay_error:o}=t,i=`${ca(n.length,"stream")} × ${ca(
a,"step")} × ${ca(s,"channel")}${r?` × ${ca(r,"state")}`:""}`,l=o===null?"no replay error: mmkernels computed this scan, or the error was not recorded":`the c\
aptured tensors reproduce the output of this function to ${X(o,2)} of its largest value`;return["Function ",Q(t.function),e?", modality ":", no single modality",
Q(e),`; ${i}; ${l}.`,...t.alignment?[" Steps: ",Q(t.alignment),"."]:[]]}function Il(t){let e=h("canvas",{role:"img"}),n=h("div",{class:"mmv-at"}),a=h("div",{class:"\
mmv-stroke"}),s=h("div",{class:"mmv-subtitle"}),r=h("div",{class:"mmv-plot mmv-map mmv-scan-map"},e,h("div",{class:"mmv-marks","aria-hidden":"true"},...t==="bot\
h"?[n,a]:[n])),o=h("span"),i=h("span");return{canvas:e,across:n,down:a,title:s,box:r,first:o,last:i,node:h("div",{class:"mmv-charted"},s,h("div",{class:"mmv-sca\
le","aria-hidden":"true"},o,i),r)}}function xp(t,e,n,a){let s=e.scans,r=e.sizes.time,o=0,i=0,l=0,c=-1,f=null,d=()=>f&&U(f),u=Rt("Site",s.map(C=>`${C.site}${C.modality&&
` · ${C.modality}`}`),C=>{[o,i,l,c]=[C,0,0,-1],d()}),p=Rt("SSM stream",[],C=>{[i,l]=[C,0],d()}),m=h("input",{type:"range",min:0,step:1,"aria-label":"Row of the\
 captured scan"}),g=h("input",{type:"range",min:0,step:1,"aria-label":"Step of the captured scan"});m.addEventListener("input",()=>{l=Number(m.value),d()}),g.addEventListener(
"input",()=>j(Number(g.value)));let y=h("p",{class:"mmv-small"}),w=Il("both"),b=Il("target"),v=rt(),k=Gt({label:"Half-lives of all channels in ascending order; \
the table has that of the selected channel",log:"log",series:[{f:0,name:"half-life"}]}),$=Gt({label:"Hidden-state magnitude over the steps: mean over all channe\
ls, and the selected channel; the table has the numbers",series:[{f:0,name:"mean over all channels"},{f:1,name:"selected channel"}],onPick:C=>j(Math.round(C*(_()-
1)))}),x=h("p",{class:"mmv-small mmv-pointed"}),A=h("tbody"),S=h("table",{class:"mmv-list","aria-label":"Values of the captured scan at the cursor"},A),M=rt(),z=[
...e.has("influence")?[]:["operator map"],...e.has("path")?[]:["state trajectories"]],N=z.length?[rt(`No ${z.join(", no ")} over all modalities: these need capt\
ured scans of one shape in every modality, and a recorded influence map.`)]:[];t.append(dt("Captured scans of the module"),h("div",{class:"mmv-controls mmv-scan\
-controls"},u.node,p.node,h("label",{class:"mmv-control mmv-grow"},h("span",{},"Row"),m),h("label",{class:"mmv-control mmv-grow"},h("span",{},"Step"),g)),y,h("d\
iv",{class:"mmv-pair mmv-scan-charts"},h("div",{},w.node,$.node,Aa(["mean over all channels","selected channel"],$.turn)),h("div",{},b.node,v,k.node)),x,S,M,...N,
...e.missing_scans?[rt(Q(e.missing_scans))]:[],rt("Rows: the channels whose ‖h‖₂ varies most, longest half-life first. Influence: magnitude of the effect of a s\
ource step on the output of the scan, with its gates held fixed; it is of this scan alone, not of the whole module. Hatched: no data. Press on a map, or use the\
 sliders, to move the cursor."));let _=()=>e.shape(`scan_norm_${o}`)[3];function j(C){c=Math.min(_()-1,Math.max(0,C));let O=f?Cn(gn(e,o,f.sample,i).until,e,c):-1;
f&&O>=0&&O!==f.time?a({time:O}):d()}let B=(C,O)=>[Math.min(_()-1,Math.max(0,Math.floor(C*_()))),Math.max(0,Math.min(e.shape(`scan_norm_${o}`)[2]-1,Math.floor(O*
e.shape(`scan_norm_${o}`)[2])))];Wt(w.box,w.box,(C,O)=>{let[L,T]=B(C,O);l=T,j(L)}),Wt(b.box,b.box,(C,O)=>{let L=f&&Ta(e,o,f.sample,i);L&&j(Math.floor((Math.min(
s[o].steps,(Math.min(L.blocks-1,Math.max(0,Math.floor(O*L.blocks)))+1)*L.width)-1)/s[o].pooled))});function F(C,O){if(!f)return"";let L=gn(e,o,f.sample,i),{pooled:T}=s[o];
return`Channel ${L.channels[C]}, step ${mn(s[o],O,T)}: ‖h‖₂ ${T>1?"mean ":""}${W(L,C,O)}, half-life ${X(L.half_life[C])} steps.`}let R=()=>f?F(l,c):"",q=C=>{
let O=f?Cn(gn(e,o,f.sample,i).until,e,C):-1;return O<0?{}:{time:O}};kt(w.box,{label:"Hidden-state magnitude of the captured scan, channels over steps",grid:()=>[
_(),e.shape(`scan_norm_${o}`)[2]],start:()=>[Math.max(0,c),l],locate:({time:C})=>{let O=f&&C!==void 0?Lr(gn(e,o,f.sample,i).until,e,C):-1;return O<0?null:{x:[O/
_(),(O+1)/_()]}},read(C,O){if(!f)return null;let L=gn(e,o,f.sample,i),{pooled:T}=s[o],D=e.edited()&&e.replaced(`scan_norm_${o}`)?gn(e.recorded,o,f.sample,i).value(
O,C):NaN,I=L.value(O,C);return{title:`${s[o].site}: channel ${L.channels[O]}`,at:q(C),rows:[[`‖h‖₂${T>1?", mean":""}`,W(L,O,C)],["step",mn(s[o],C,T)],["ha\
lf-life",X(L.half_life[O]),"steps"],...Number.isFinite(D)?[["recorded",X(D)],["difference",`${I>D?"+":""}${X(I-D)}`]]:[]]}}}),kt(b.box,{label:"Influence map of \
the captured scan, target steps down, source steps across",grid:()=>{let C=f&&Ta(e,o,f.sample,i);return C?[C.sources*C.blocks,C.blocks]:[0,0]},read(C,O){let L=f&&
Ta(e,o,f.sample,i);if(!L)return null;let T=Math.floor(C/L.blocks),D=C%L.blocks;return{title:s[o].site,at:q(Math.floor((Math.min(s[o].steps,(O+1)*L.width)-1)/s[o].
pooled)),rows:[["influence",D>O?"0 (later source)":X(L.value(O,T,D))],...s[o].streams.length>1?[["source",s[o].streams[T]],["target",s[o].streams[i]]]:[],["sour\
ce step",mn(s[o],D,L.width)],["target step",mn(s[o],O,L.width)]]}}});let W=(C,O,L)=>`${C.clipped(O,L)?"≥ ":""}${X(C.value(O,L))}`,P=(C,O)=>h("tr",{},Nt(C),h("\
td",{},O));function U(C){f=C;let{sample:O,time:L}=C,T=s[o],{pooled:D}=T,I=gn(e,o,O,i),{rows:E,columns:H,mean:G,until:Y}=I,et=Lr(Y,e,L);(c<0||c>=H)&&(c=H-1),et>=
0&&Cn(Y,e,c)!==L&&(c=et),l=Math.min(l,E-1),u.select.value=String(o),p.node.hidden=T.streams.length<2,(p.select.options.length!==T.streams.length||[...p.select.options].
some((xt,Tt)=>xt.text!==T.streams[Tt]))&&p.select.replaceChildren(...T.streams.map((xt,Tt)=>h("option",{value:Tt},xt))),p.select.value=String(i),[[m,E,l],[g,H,c]].
forEach(([xt,Tt,Ht])=>{xt.max=String(Number(Tt)-1),xt.value=String(Ht)});let tt=mn(T,c,D),K=Cn(Y,e,c),V=K<0?"":`${e.duration_s[O]===null?"time ":""}${Mt(e,O,K)}`;
m.setAttribute("aria-valuetext",`row ${l+1} of ${E}, channel ${I.channels[l]}`),g.setAttribute("aria-valuetext",`step ${tt} of ${T.steps}${V&&`, ${V}`}`),y.replaceChildren(
...vp(T)),y.title=T.description;let J=Cl(e,T),at=Math.max(...J.map(xt=>xt.about.scale)),ot=T.scale/at;Yt(w.canvas,H,E,(xt,Tt)=>{let Ht=I.level(Tt,xt);return Ht<
0?-1:Math.round(Ht*ot)}),w.canvas.setAttribute("aria-label",`Hidden-state magnitude of ${E} channels over ${H} columns; the table has the value at the cursor`),
w.title.textContent=`‖h‖₂: ${E<T.channels?`${E} of ${T.channels} channels`:ca(E,"channel")} (down) over ${ca(T.steps,"step")} (across${D>1?`, means of ${D}`:
""}); colours from 0 to ≥ ${X(at)}`,w.first.textContent="row 1",w.last.textContent=String(E),w.down.style.left=`${100*(c+1)/H}%`,w.across.style.top=`${100*l/E}\
%`,w.across.style.height=`${100/E}%`;let pt=J.flatMap(({one:xt,k:Tt})=>xt.scans[Tt].streams.map((Ht,_e)=>xt.part(`scan_mean_${Tt}`,O,_e))),yt=[0,Math.max(at,jt(
pt,!0)[1])];$.draw({values:(xt,Tt)=>xt?I.value(l,Tt):G[Tt],count:H,now:c,range:yt,x:_a("step",H,"other",xt=>mn(T,xt,D)),y:{name:"‖h‖₂",text:X}}),$.say({title:"\
‖h‖₂ over the steps"});let{sorted:ht}=I,_t=jt(J.flatMap(({one:xt,k:Tt})=>xt.scans[Tt].streams.map((Ht,_e)=>xt.part(`scan_quantile_${Tt}`,O,_e)))),qt=I.half_life[l],
Kt=Array.from(ht).reduce((xt,Tt,Ht)=>Math.abs(Math.log(Tt/qt))<Math.abs(Math.log(ht[xt]/qt))?Ht:xt,0);k.node.hidden=!ht.some(xt=>Number.isFinite(xt)&&xt>0),k.node.
hidden||(k.draw({values:(xt,Tt)=>ht[Tt],count:ht.length,now:Number.isFinite(qt)?Kt:-1,range:_t,rule:!1,x:_a("rank, shortest first",ht.length,"other"),y:{name:"h\
alf-life",unit:"steps",text:X}}),k.say({title:`half-lives of all ${T.channels} channels in ascending order, steps`}));let Ot=Ta(e,o,O,i);b.node.hidden=!Ot;let Me=Ot&&
e.edited()&&e.replaced(`scan_norm_${o}`)&&!e.replaced(`scan_influence_${o}`);v.hidden=!!Ot&&!Me,v.textContent=Me?"As recorded: the influence map does not show t\
he edit.":Ot?"":`No influence map: ${T.no_influence}.`;let ue=[];if(Ot&&T.influence){let xt=Math.max(...J.map(Ce=>Ce.about.influence?.scale??0)),Tt=Math.sqrt(T.
influence.scale/xt),Ht=Math.min(Ot.blocks-1,Math.floor(c*D/Ot.width));Yt(b.canvas,Ot.sources*Ot.blocks,Ot.blocks,(Ce,ke)=>{let sn=Ce%Ot.blocks;return sn>ke?-1:Math.
round(Tt*Ot.level(ke,Math.floor(Ce/Ot.blocks),sn))}),b.canvas.setAttribute("aria-label",`Influence map of ${Ot.blocks} target blocks by ${Ot.sources} times ${Ot.
blocks} source blocks; the table has the sums at the cursor`),b.title.textContent=`influence: target steps (down), source steps (across${Ot.sources>1?`: ${T.streams.
join(", ")}`:""}), blocks of ${Ot.width}; colours from 0 to ${X(xt)}, by square root`,b.first.textContent="step 1",b.last.textContent=String(T.steps),b.across.style.
top=`${100*Ht/Ot.blocks}%`,b.across.style.height=`${100/Ot.blocks}%`;let _e=Ot.sums(Ht),ha=_e.reduce((Ce,ke)=>Ce+ke.sum,0);ue=_e.map(({sum:Ce,at:ke},sn)=>P(Ot.sources>
1?`influence of ${T.streams[sn]}`:"influence",ha&&ke>=0?`${Ot.sources>1?`${st(100*Ce/ha,0)} %, `:""}largest from step ${mn(T,ke,Ot.width)}`:"–"))}A.replaceChildren(
P("step",`${tt} of ${T.steps}${V&&` (${V})`}`),P("channel",`${I.channels[l]} (row ${l+1} of ${E})`),P("half-life, steps",X(qt)),P("‖h‖₂ of the channel",W(
I,l,c)),P(`mean ‖h‖₂ of ${T.channels} channels`,X(G[c])),...ue),x.textContent=R(),M.textContent=et>=0?"":"The steps of this scan do not map to the time ax\
is, so that its cursor is its own.",M.hidden=et>=0}return U}gt({name:"captured scans",section:"explanation",place:"wide",order:5,needs:["scan_norm_0"],mount:xp});function $p(t,e){let{names:n,shown:a}=e.seeds,s=e.sizes.time,r=e.modalities.length,o=e.has("attribution_agreement"),i=e.modalities.map((p,m)=>{let g=n.map((b,v)=>e.
part("seed_phi",v)[m]),y=g.reduce((b,v)=>b+v,0)/g.length,w=g.filter(b=>y!==0&&Math.sign(b)===Math.sign(y)).length;return[...g.map(b=>h("td",{},mt(b,3))),h("td",
{},mt(y,3)),h("td",{},y?`${w} of ${g.length}`:"–")]});if(t.append(dt("Agreement over seeds"),h("div",{class:"mmv-scroll-x"},h("table",{class:"mmv-list","aria-\
label":"Mean Shapley value of each modality for every seed"},h("thead",{},h("tr",{},h("td"),...[...n,"mean","same sign"].map(p=>h("th",{scope:"col"},Q(p))))),h(
"tbody",{},...e.modalities.map((p,m)=>h("tr",{},Nt(...$t(e,m)),...i[m]))))),rt("Mean Shapley value of ",Q(e.target_name),` over all samples, for each of ${n.length}\
 seeds; the other views show `,Q(a),". Differences between seeds are due to the training, not to the samples.")),!o)return t.append(rt("The maps of the seeds ar\
e not compared: an end-to-end attribution was not recorded for all of them.")),()=>{};let l=e.modalities.map(p=>h("canvas",{role:"img","aria-label":`Share of se\
eds with the sign of the mean, ${p.name}, over ${s} steps`})),c=l.map(()=>h("div",{class:"mmv-at"})),f=h("p",{class:"mmv-small"}),d=l.map(()=>h("td",{class:"mmv\
-seed-count"}));t.append(h("div",{class:"mmv-subtitle"},"end-to-end attribution: share of seeds with the sign of the mean, colours from 0 to 1"),h("table",{class:"\
mmv-list","aria-label":"Sign agreement of the end-to-end attribution over seeds"},h("tbody",{},...e.modalities.map((p,m)=>h("tr",{},Nt(...$t(e,m)),h("td",{class:"\
mmv-seed-map"},h("div",{class:"mmv-plot mmv-map"},l[m],c[m])),d[m])))),f);let u=Ct();return p=>{let{sample:m,time:g}=p,y=e.part("attribution_agreement",m),w=e.part(
"map_agreement",m)[0];u(p,"sample")&&l.forEach((b,v)=>Yt(b,s,1,k=>Number.isFinite(y[v*s+k])?Math.round(255*y[v*s+k]):-1));for(let b=0;b<r;b++){let v=y[b*s+g];c[b].
style.left=`${100*(g+.5)/s}%`,d[b].textContent=Number.isFinite(v)?`${Math.round(v*n.length)} of ${n.length}`:"–"}f.textContent=`At ${Mt(e,m,g)}: number of see\
ds with the sign of the mean. Mean rank correlation of the maps of two seeds: ${Number.isFinite(w)?st(w,2):"not defined"}.`}}gt({name:"agreement over seeds",place:"\
columns",order:22,section:"training",needs:["seed_phi"],height:t=>190+52*t,mount:$p});function Mp(t,e,n,a){let s=e.sizes.epoch,r=e.sizes.time,o=e.modalities.length,i=e.modalities.map((w,b)=>b),l=i.map(w=>{let b=h("span"),{track:v,set:k,was:$}=Ve(
w);return{value:wn(b),set:k,was:$,node:ye(Nt(...$t(e,w)),v,b)}}),c=h("span"),f=h("span"),d=(w,b)=>h("tr",{class:"mmv-total"},Nt(w),h("td"),h("td",{class:"mmv-va\
lue"},b)),u=Gt({label:"Shapley value of each modality over the sequence; the table has the numbers at the cursor",series:i.map(w=>({m:w})),onPick:w=>a({time:Math.
round(w*(r-1))})}),p=Gt({label:"Shapley value of each modality over training; the table has the numbers at the epoch",series:i.map(w=>({m:w})),onPick:w=>a({epoch:Math.
round(w*(s-1))})});t.append(dt("Shapley value φ, ",Q(e.target_name)),...Rn(e),h("table",{"aria-label":"Exact Shapley value of each modality"},h("tbody",{},d("b\
aseline v(∅)",c),...l.map(w=>w.node),d("full model v(all)",f))),...e.imputation?[rt("Shapley values; ",Q(e.imputation),".")]:[],...Ke(e),h("div",{class:"mmv-p\
air"},u.node,p.node));let m=Ct(),g=0,y=jt([]);return w=>{let{sample:b,epoch:v,time:k,brush:$}=w;m(w,"sample")&&(y=jt(pe(e,"phi",b),!0),g=Jt(y));let x=e.part("ph\
i",v,b,k),A=e.part("phi",v,b),{recorded:S}=e,M=e.edited()?S.part("phi",v,b):null;l.forEach((_,j)=>{_.set(x[j],g),_.was(M?M[k*o+j]:NaN,g),_.value(mt(x[j],e.digits),
M?`, as recorded ${mt(M[k*o+j],e.digits)}`:"")});let z=e.task==="classification"?e.targets[b]:0;wt(c,st(e.part("baseline",v,b)[k],e.digits)),wt(f,st(e.part("pre\
diction",v,b,k)[z],e.digits));let N={name:"φ",text:_=>mt(_,e.digits)};u.draw({values:(_,j)=>A[j*o+_],count:r,now:k,range:y,brush:$,before:M&&((_,j)=>M[j*o+_]),
x:fn(e,w),y:N}),u.say({title:`over the sequence, ${on(e,v).split(" of ")[0]}`}),p.draw({values:(_,j)=>S.part("phi",j,b,k)[_],count:s,now:v,range:y,x:De(e.epochs),
y:N}),p.say({title:`over training, ${M?"as recorded, ":""}at ${Mt(e,b,k)}`})}}gt({name:"shapley",place:"side",order:20,section:"sample",needs:["phi"],mount:Mp});var _p=({curves:t,part:e},n)=>[...t.keys()].filter(a=>t[a].chart===n).map(a=>e("history").filter((s,r)=>r%t.length===a));function kp(t,{history_epochs:e,epochs:n}){
let a=e.filter((f,d)=>Number.isFinite(t[d])),s=a.slice(1).map((f,d)=>f-a[d]),r=f=>s.filter(d=>d===f).length,o=s.reduce((f,d)=>r(d)>r(f)?d:f,1),i=r(o)>1?o:1,l=n.
length<e.length&&a.every(f=>n.includes(f)),c=f=>l?n.includes(f):(f-a[0])%i===0;return t.map((f,d)=>Number.isFinite(f)||c(e[d])?f:void 0)}function Ap(t,e,n,a){let{
curves:s,history_epochs:r}=e,o=s.length,i=e.part("history"),l=r[0],c=r[r.length-1]-l||1,f=u=>e.epochs.reduce((p,m,g)=>Math.abs(m-l-u*c)<Math.abs(e.epochs[p]-l-u*
c)?g:p,0),d=[...new Set(s.map(u=>u.chart))].map(u=>{let p=s.map((M,z)=>({...M,k:z})).filter(M=>M.chart===u),m=p.every(M=>M.modality<0),g=Gt({label:`${u} over tr\
aining: ${p.map(M=>M.name).join(", ")}`,onPick:M=>a({epoch:f(M)}),log:"linear",series:p.map((M,z)=>m?{f:z,name:M.name}:{m:M.modality,name:M.name})}),y=M=>(r[M]-
l)/c,w=p.map(({k:M})=>kp(r.map((z,N)=>i[N*o+M]),e)),b=jt(e.compared.filter(M=>M.has("history")).flatMap(M=>_p(M,u)),!m),v=/loss/.test(u)&&e.task==="classificati\
on"?"nats":"";g.say({title:v?`${u}: cross-entropy in nats, and auxiliary losses`:u});let k=m&&p.length===1,$=p.map(()=>h("span")),x=h("div",{class:"mmv-small mm\
v-curve-values"},...p.map((M,z)=>h("span",{class:"mmv-key"},...k?[]:[un(N=>g.turn(z,N),M.name,m?ta(z):zt(M.modality),h("span",{},Q(M.name)," "))],$[z])));return{
node:h("div",{},g.node,x),draw:M=>{let z=r.indexOf(M);g.draw({values:(N,_)=>w[N][_],count:r.length,now:z,range:b,place:y,x:{...De(r,y),text:N=>String(r[N])},y:{
name:u,unit:v,text:N=>X(N)}}),$.forEach((N,_)=>N.textContent=z<0||w[_][z]===void 0?"":X(w[_][z]))}}});return t.append(dt("Training"),h("div",{class:"mmv-pair"},
...d.map(u=>u.node))),({epoch:u})=>d.forEach(p=>p.draw(e.epochs[u]))}gt({name:"training",section:"training",place:"wide",order:30,needs:["history"],mount:Ap});var We=400,He=250,Fl=18,jl=[44,24],Op=[22,22];function Sp(t,[e,n],[a,s],[r,o]){for(let i of[.5,.35,.65,.25,.75]){let l=[(1-i)**2*e+2*i*(1-i)*a+i*i*r,(1-i)**2*n+
2*i*(1-i)*s+i*i*o];if(t.every(([c,f,d])=>[c,f].some((u,p)=>Math.abs(u-l[p])>(d[p]+jl[p])/2)))return l}return null}function Np(t,e){let n=e.sizes.time,a=e.modalities.
length,s=e.modalities.map(($,x)=>it("path",{class:"mmv-share mmv-past","data-m":x%8})),r=e.modalities.map(($,x)=>it("path",{class:"mmv-share","data-m":x%8,"stro\
ke-dasharray":Ye[x%8]})),o=e.modalities.flatMap(($,x)=>e.modalities.map((A,S)=>x===S?null:it("path",{class:"mmv-arrow","data-m":S%8}))),i=e.modalities.map(($,x)=>zt(
x)),l=o.map($=>$&&h("span",{class:"mmv-weight"})),c=it("svg",{viewBox:`0 0 ${We} ${He}`,role:"img"},...s,...r,...o.flatMap($=>$??[])),f=h("div",{class:"mmv-plot\
 mmv-plane"},c,h("div",{class:"mmv-marks","aria-hidden":"true"},...l.flatMap($=>$??[]),...i)),d=h("span"),u=h("div",{class:"mmv-scale mmv-ticks-y","aria-hidden":"\
true"}),p=ve(),m=h("span"),g=e.modalities.map(()=>!1);t.append(dt("State trajectories"),h("div",{class:"mmv-charted"},h("div",{class:"mmv-subtitle","aria-hidden":"\
true"},m),u,f,p.node),h("div",{class:"mmv-inline"},...e.modalities.map(($,x)=>un(A=>{g[x]=!A,[s[x],r[x]].forEach(S=>S.classList.toggle("mmv-off",!A)),i[x].style.
visibility=A?"":"hidden"},$.name,...$t(e,x)))),rt(d));let y=null,w=[];kt(f,{label:"State trajectories in the plane of the first two principal components",grid:()=>[
n,a],start:()=>[y?.time??0,0],cellAt($,x){let A=w.reduce((S,M)=>S<0||Math.hypot(v[M]-$*We,k[M]-x*He)<Math.hypot(v[S]-$*We,k[S]-x*He)?M:S,-1);return A<0?[0,-1]:[
A%n,Math.floor(A/n)]},locate:()=>null,read($,x){if(!y||g[x]||!Number.isFinite(v[x*n+$]))return null;let{sample:A,layer:S}=y,M=e.part("path",A,S),z=e.edited()&&e.
replaced("path")?e.recorded.part("path",A,S):null,N=2*(x*n+$),_=[["PC 1",X(M[N])],["PC 2",X(M[N+1])],["at",Mt(e,A,$)]];return z&&_.push(...[0,1].map(j=>[`PC ${j+
1}, difference`,`${M[N+j]>z[N+j]?"+":""}${X(M[N+j]-z[N+j])}`])),{title:"state",modality:x,at:{modality:x,time:$},rows:_,place:[v[x*n+$]/We,k[x*n+$]/He]}}});let b=Ct(),
v=[],k=[];return $=>{let{sample:x,layer:A,time:S}=$,[M,z]=ce(e,$);y=$;let N=e.part("path",x,A),_=e.part("path_share",x,A),j=e.part("path_coupling",x,A),B=(q,W,P)=>{
let U=q*n+W;return zn(P-W+1,C=>v[U+C],C=>k[U+C])};if(b($,"sample","layer")){let q=[1/0,1/0],W=[-1/0,-1/0];N.forEach((U,C)=>Number.isFinite(U)&&([q[C%2],W[C%2]]=
[Math.min(q[C%2],U),Math.max(W[C%2],U)]));let P=Math.min((We-2*Fl)/(W[0]-q[0]||1),(He-2*Fl)/(W[1]-q[1]||1));v=Array.from({length:a*n},(U,C)=>We/2+(N[2*C]-(q[0]+
W[0])/2)*P),k=Array.from({length:a*n},(U,C)=>He/2-(N[2*C+1]-(q[1]+W[1])/2)*P),w=Array.from({length:a*n},(U,C)=>C).filter(U=>Number.isFinite(v[U]+k[U])),[[We,6],
[He,4]].forEach(([U,C],O)=>{let L=(q[O]+W[O])/2,T=w.length?Xe([L-U/2/P,L+U/2/P],C):[],D=qe(T),I=T.map((H,G)=>({at:O?.5-(H-L)*P/He:.5+(H-L)*P/We,text:D[G]})),E=w.
length?`${O?"up: ":""}PC ${O+1} (${st(100*_[O],0)} % of the variance)`:"";O?(Ut(u,I,"top"),m.textContent=E):p.draw(I,E)}),s.forEach((U,C)=>U.setAttribute("d",B(
C,0,n-1))),d.textContent=Number.isFinite(_[0])?`First two principal components of the states of all SSM streams: ${st(100*_[0],0)} % and ${st(100*_[1],0)} % of \
the variance, always at epoch ${e.best_epoch??"–"}. Arrows: coupling weight W from the previous step of the source, with numbers where there is room.`:"The st\
ates of this layer are not finite and have no principal components."}r.forEach((q,W)=>q.setAttribute("d",B(W,M,Math.max(M,Math.min(z,S)))));let F=[],R=e.modalities.
map((q,W)=>[v[W*n+S],k[W*n+S],Op]).filter(([q])=>Number.isFinite(q));i.forEach((q,W)=>{let P=W*n+S;q.hidden=!Number.isFinite(v[P]),q.style.left=`${100*v[P]/We}%`,
q.style.top=`${100*k[P]/He}%`;for(let U=0;U<a;U++){let C=o[W*a+U],O=l[W*a+U],L=j[W*a+U],T=U*n+Math.max(0,S-1);if(!C||!O)continue;let D=Number.isFinite(v[P]+v[T])&&
Math.abs(L)>.005&&S>0,I=v[P]-v[T],E=k[P]-k[T],H=(v[P]+v[T])/2-E*.18,G=(k[P]+k[T])/2+I*.18;C.setAttribute("d",D?`M${v[T].toFixed(1)} ${k[T].toFixed(1)}Q${H.toFixed(
1)} ${G.toFixed(1)} ${v[P].toFixed(1)} ${k[P].toFixed(1)}`:""),C.style.strokeWidth=`${Math.min(8,.6+9*Math.abs(L))}px`;let Y=D?Sp(R,[v[T],k[T]],[H,G],[v[P],k[P]]):
null;O.hidden=!Y,Y&&(R.push([...Y,jl]),O.textContent=st(L,2),O.style.left=`${100*Y[0]/We}%`,O.style.top=`${100*Y[1]/He}%`),D&&F.push(`W[${e.modalities[W].name},\
 ${e.modalities[U].name}] = ${st(L,2)}`)}}),c.setAttribute("aria-label",`States of ${a} SSM streams in one plane, at ${Mt(e,x,S)}; ${F.join(", ")}`)}}gt({name:"\
trajectory",section:"explanation",place:"columns",order:10,needs:["path","path_coupling"],height:()=>400,mount:Np});var Rr=400,Ca=90,Rl=80,Bl=t=>t.compared.filter(e=>e.has("plan")),Ep=(t,e)=>Math.max(...Bl(t).flatMap(n=>n.transport_scale[e]));function Ll(t,e,n){let a=t.part("\
plan",e,n),s=t.sizes.time,[,,,r]=t.shape("plan");return Array.from({length:s},(o,i)=>{let l=a.subarray(i*r,(i+1)*r),c=Math.max(...l);return c&&l.some(f=>f<c)?l.
indexOf(c)-i:NaN})}function zp(t,e,n){let a=t.sizes.time,[,,,s]=t.shape("plan"),{source:r,anchor:o}=t.pairs[e],i=`${r} to ${o}`,l=null,c=()=>s===a?l:null,f=S=>S>=
ut(a,l).from&&S<=ut(a,l).to,d=["Plan","Cost"].map(S=>{let M=h("canvas",{role:"img","aria-label":`${S} from ${i}: ${a} by ${s} steps`}),z=h("div",{class:"mmv-at"}),
N=h("div",{class:"mmv-plot mmv-map mmv-square"},M,z),_=h("span"),j=h("div",{class:"mmv-scale mmv-ticks-y","aria-hidden":"true"}),B=ve();Wt(N,N,(R,q)=>n({time:It(
ut(a,l).share(q),a)})),me(N,N,a,()=>l,n);let F=S==="Plan"?"plan":"cost";return kt(N,{label:`${S} from ${i}: steps of ${r} down, steps of ${o} across`,grid:()=>[
s,a],start:()=>[0,l?.time??0],cellAt:(R,q)=>[It(ut(s,c()).share(R),s),It(ut(a,l).share(q),a)],placeOf:(R,q)=>[ut(s,c()).across((R+.5)/s),ut(a,l).across((q+.5)/a)],
locate:({time:R})=>R===void 0||R>=a||!f(R)?null:{y:[ut(a,l).across(R/a),ut(a,l).across((R+1)/a)]},read(R,q){if(!l)return null;let W=t.part(F,l.sample,e)[q*s+R],
P=W/255*t.transport_scale[F][e],U=t.edited()&&t.replaced(F)?t.recorded.part(F,l.sample,e)[q*s+R]/255*t.transport_scale[F][e]:NaN;return{title:i,at:{time:q},rows:[
[S.toLowerCase(),`${t.replaced(F)&&W===255?"≥ ":""}${X(P)}`],[`${r}, at`,Mt(t,l.sample,q)],[`${o}, at`,s===a?Mt(t,l.sample,R):`step ${R+1} of ${s}`],...Number.
isFinite(U)?[["recorded",X(U)],["difference",`${P>U?"+":""}${X(P-U)}`]]:[]]}}}),{canvas:M,line:z,most:_,left:j,below:B,node:h("div",{class:"mmv-charted"},h("div",
{class:"mmv-subtitle"},`${S.toLowerCase()}, colours from 0 to `,_),j,N,B.node)}}),u=it("g"),p=it("path",{class:"mmv-here"}),m=it("svg",{viewBox:`0 0 ${Rr} ${Ca}`,
preserveAspectRatio:"none",role:"img","aria-label":`Ribbons from the steps of ${r} (top) to the steps of ${o} (bottom)`},u,p),g=Gt({label:`Lag of the largest ma\
ss of ${i} over the sequence, in steps`,series:[{f:0}],onPick:S=>n({time:Math.round(S*(a-1))})}),y=Gt({label:`Transport distance of ${i} over training`,series:[
{f:0}],log:"linear",onPick:S=>n({epoch:Math.round(S*(t.sizes.epoch-1))})}),w=h("p",{class:"mmv-small"}),b=h("div",{class:"mmv-transport"},h("div",{class:"mmv-na\
me"},Q(r)," → ",Q(o)),h("div",{class:"mmv-pair"},...d.map(S=>S.node),h("div",{},h("div",{class:"mmv-subtitle"},"ribbons: ",Q(r)," above, ",Q(o)," below"),h("d\
iv",{class:"mmv-plot mmv-river"},m),g.node,y.node)),w),v=Ct(),k=[],$=jt([]),x=jt([]);function A(S){let{sample:M,epoch:z,time:N}=S,[_,j]=ce(t,S),B=t.part("plan",
M,e),F=ut(a,S);if(l=S,v(S,"sample","zoom")){let L=ut(s,c()),T=re(t,S,4);d.forEach(({canvas:D,most:I,left:E,below:H},G)=>{let Y=G?"cost":"plan",et=t.part(Y,M,e),
tt=Ep(t,Y),K=t.transport_scale[Y][e]/tt;Yt(D,L.to+1-L.from,F.to+1-F.from,(V,J)=>Math.round(K*et[(J+F.from)*s+V+L.from])),Ut(E,T.map(({at:V,text:J})=>({at:F.across(
V),text:J})),"top"),H.draw(s===a?T.map(({at:V,text:J})=>({at:F.across(V),text:J})):[{at:0,text:"1"},{at:1,text:String(s)}],`${o}${s===a?`, ${ge(t,S)}`:", step"}`),
I.textContent=`${t.replaced(Y)?"≥ ":""}${X(tt)}`}),k=Ll(t,M,e),$=jt(Bl(t).flatMap(D=>D.pairs.map((I,E)=>Ll(D,M,E))),!0),x=jt(pe(t,"distance",M),!0)}if(v(S,"sa\
mple","brush")){let L=[];for(let I=_;I<=j;I++)for(let E=0;E<s;E++)B[I*s+E]&&L.push([B[I*s+E],I,E]);L.sort((I,E)=>E[0]-I[0]);let T=L.length?L[0][0]:1,D=(I,E)=>(I+
.5)/E*Rr;u.replaceChildren(...L.slice(0,Rl).map(([I,E,H])=>{let G=it("path",{class:"mmv-ribbon",d:`M${D(E,a).toFixed(1)} 0C${D(E,a).toFixed(1)} ${Ca/2} ${D(H,s).
toFixed(1)} ${Ca/2} ${D(H,s).toFixed(1)} ${Ca}`});return G.style.strokeWidth=`${(.5+4*(I/T)).toFixed(1)}px`,G}))}p.setAttribute("d",`M${(N+.5)/a*Rr} 0V${Ca}`),d.
forEach(({line:L})=>{L.hidden=!f(N),L.style.top=`${100*F.across(N/a)}%`,L.style.height=`${100/a/F.length}%`}),g.draw({values:(L,T)=>k[T],count:a,now:N,range:$,brush:S.
brush,x:fn(t,S),y:{name:"lag",unit:"steps",text:L=>mt(L,0)}}),g.say({title:"lag of the largest mass, steps"});let R=t.epochs.map((L,T)=>t.recorded.part("distanc\
e",T,M)[e]),q=t.part("distance",z,M)[e];y.draw({values:(L,T)=>R[T],count:R.length,now:z,range:x,x:De(t.epochs),y:{name:"distance",text:L=>st(L,3)}}),y.say({title:`\
distance over training${t.edited()?", as recorded":""}`});let W=t.edited()!==null&&!t.replaced("estimated_lag"),P=!t.has("estimated_lag")||t.lacks("estimated_la\
g",M)&&!t.replaced("estimated_lag"),U=P?NaN:t.part("estimated_lag",M)[e],C=Number.isFinite(k[N])?`lag of the largest mass ${mt(k[N],0)} steps`:"no anchor step r\
eceives more mass than the others",O=P?"the page does not compute the estimated lag of the sequence":W?`estimated lag of the sequence as recorded ${Number.isFinite(
U)?`${mt(U,0)} steps`:"none"}, the page does not compute it for an edit`:Number.isFinite(U)?`estimated lag of the sequence ${mt(U,0)} steps`:"no estimated lag: \
none stands out from permuted controls";w.textContent=`${r} to ${o}, ${Mt(t,M,N)}: ${C}; ${O}; distance ${st(q,3)} at ${on(t,z)}.`}return{node:b,draw:A}}function Tp(t,e,n,a){
let s=e.pairs.map((r,o)=>zp(e,o,a));return t.append(dt("Transport"),...s.map(r=>r.node),rt(`Plan and cost are those of the epoch that training selected; one col\
our scale for all plans, one for all costs. Down: steps of the modality, across: steps of its anchor. Ribbons: the ${Rl} largest entries in the time range. Lag:\
 step of the anchor minus step of the modality; positive: it matches a later step of the anchor. The estimated lag is the one at which the costs are lowest besi\
de the means of their rows and columns.`)),r=>s.forEach(o=>o.draw(r))}gt({name:"transport",section:"explanation",place:"wide",order:20,needs:["plan","cost","dis\
tance"],mount:Tp});var At=t=>t.reduce((e,n)=>e*n,1);function Et(t){let e=new Array(t.length);for(let n=t.length-1,a=1;n>=0;n--)e[n]=a,a*=t[n];return e}function de(t,e){let n=Et(t),
a=e.length-t.length;return e.map((s,r)=>r<a||t[r-a]===1?0:n[r-a])}var fa=(t,e)=>t<0?t+e:t;function Ue(t,e,n,a){let s=t.length-1,r=s<0?1:t[s],o=r?At(t)/r:0,i=e.length,
l=new Int32Array(Math.max(1,t.length)),c=new Int32Array(i);return()=>{l.fill(0);for(let f=0;f<i;f++)c[f]=n[f];for(let f=0;f<o;f++){a(f*r,c);for(let d=s-1;d>=0;d--){
for(let u=0;u<i;u++)c[u]+=e[u][d];if(++l[d]<t[d])break;for(let u=0;u<i;u++)c[u]-=e[u][d]*t[d];l[d]=0}}}}function Pl(t,e,n,a,s=t.shape){let r=s.length-1,o=r<0?1:
s[r],i=r<0?0:n[r];return Ue(s,[n],[a],(l,c)=>{let f=t.data,d=e.data,u=c[0];if(i===1)for(let p=0;p<o;p++)f[l+p]=d[u+p];else for(let p=0;p<o;p++)f[l+p]=d[u+p*i]})}
function ql(t,e,n,a,s=e.shape){let r=s.length-1,o=r<0?1:s[r],i=r<0?1:n[r];return Ue(s,[n],[a],(l,c)=>{let f=t.data,d=e.data,u=c[0];for(let p=0;p<o;p++)f[u+p*i]=
d[l+p]})}var Vt=class extends Error{},bn=t=>typeof t=="object"&&t!==null&&!Array.isArray(t);function nt(t,e){throw new Vt(`model in the page: node ${t.index} (${t.op}) ${e}\
; save the page again`)}function lt(t,e){let n=t.args[e];return bn(n)?n:nt(t,`has no array ${e}`)}var te=(t,e)=>t.args[e]==null?null:lt(t,e);function In(t,e){let n=t.
args[e];return Array.isArray(n)||nt(t,`has no list ${e}`),n.map(a=>bn(a)?a:nt(t,`has a list ${e} with something that is no array`))}function bt(t,e,n){let a=t.args[e];
return a==null&&n!==void 0?n:typeof a=="number"||typeof a=="boolean"?Number(a):nt(t,`has no number ${e}`)}function ze(t,e,n){let a=t.args[e];return a==null&&n!==
void 0?n:(Array.isArray(a)?a:[a]).map(r=>typeof r=="number"?r:nt(t,`has a list ${e} with something that is no number`))}function en(t,e){let n=t.args[e];return typeof n!=
"number"&&typeof n!="boolean"?lt(t,e):{shape:[],size:1,type:"d",data:Float64Array.of(Number(n)),source:null,shift:0,constant:!0,kept:!0,first:0,last:0,offset:-1}}
function Qt(t,e,n,a){let s=bt(t,e,a),r=s<0?s+n:s;return Number.isInteger(r)&&r>=0&&r<Math.max(1,n)?r:nt(t,`has axis ${s} of ${n}`)}function nn(t,e){let n=t.out.
shape;for(let{shape:a}of e){let s=n.length-a.length;(s<0||a.some((r,o)=>r!==1&&r!==n[o+s]))&&nt(t,`cannot combine the shape ${a.join(" x ")} into ${n.join(" x ")}`)}}
function Bt(t,e,n,a){(e.shape.length!==n.length||e.shape.some((s,r)=>s!==n[r]))&&nt(t,`has ${a} of shape ${e.shape.join(" x ")}, expected ${n.join(" x ")}`)}function Pt(t,e,n){
(e.size!==n.size||e.size!==At(e.shape))&&nt(t,`has ${e.size} values in and ${n.size} out`)}var Cp=8,Ip={f:4,b:1,i:8,d:8};function Fp(t,e){let n=[],a=e.map(()=>[]);if(t.forEach((s,r)=>{if(s===1)return;let o=n.length-1;o>=0&&e.every((i,l)=>a[l][o]===i[r]*
s)?(n[o]*=s,e.forEach((i,l)=>{a[l][o]=i[r]})):(n.push(s),e.forEach((i,l)=>a[l].push(i[r])))}),n.length===0){n.push(1);for(let s of a)s.push(0)}return{sizes:n,strides:a}}
function Ns(t,e,n){if(!t.simd)return null;let{sizes:a,strides:s}=Fp(e,n),r=[a.length,...a,...s.flat()];if(a.length>Cp)return null;let o=t.scratch([r.length],"f",
!0);return{table:o,once:()=>new Int32Array(o.data.buffer,o.data.byteOffset,r.length).set(r)}}function Br(t,e){if(e.type==="f")return{tensor:e,once:()=>{}};if(e.
type!=="d"||e.size!==1||e.shape.length>0)return null;let n=t.scratch([1],"f",!0),a=e.data[0];return{tensor:n,once:()=>{n.data[0]=a}}}var Pr=t=>({once:()=>{for(let e of t)
e.once?.()},run:()=>{for(let e of t)e.run?.()}});function Dl(t,e,n,a,s,r,o,i){let l=e.type===n.type&&e.size>0&&n.size>0?Ns(t,a,[s,r]):null,c=Ip[e.type];return l&&
{once:l.once,run:()=>t.kernels.copy(n.data.byteOffset+o*c,e.data.byteOffset+i*c,l.table.data.byteOffset,c)}}var yn=(t,e,n,a,s,r=e.shape)=>Dl(t,e,n,r,a,Et(r),s,0)??
{run:Pl(e,n,a,s,r)},Es=(t,e,n,a,s,r=n.shape)=>Dl(t,e,n,r,Et(r),a,0,s)??{run:ql(e,n,a,s,r)};var Hl=new Int32Array(1),jp=new Float32Array(Hl.buffer);function Dr(t){if(!(t>=-126))return Number.isNaN(t)?NaN:0;let e=Math.round(t),n=t-e;return Hl[0]=e+127<<
23,jp[0]*(1+n*(.6931471805599453+n*(.2402265069591007+n*(.05550410866482158+n*(.009618129107628477+n*(.0013333558146428443+n*.0001540353039338161))))))}function Lp(t,e,n){
let a=[...new Set([0,...t.map(s=>s.step)])].filter(s=>s<n).sort((s,r)=>s-r);return a.map((s,r)=>{let o=t.filter(c=>c.step<=s),i=new Uint8Array(e);for(let c of o)
c.kind!=="cut"&&(i[c.modality]=c.kind==="zero"?1:2);let l=new Map(t.filter(c=>c.kind==="hold").map(c=>[c.modality,c.step]));return{from:s,to:a[r+1]??n,cuts:o.filter(
c=>c.kind==="cut"),kinds:i,held:l}})}function Rp({x:t,dt:e,A:n,B:a,C:s,D:r,W:o,mask:i,y:l,h:c,g:f},d,{M:u,R:p,T:m,E:g,N:y,perRow:w},b){let v=g*y,k=Lp(b,u,m),$=new Float64Array(
u*u);for(let x=0;x<p;x++){c.fill(0);for(let{from:A,to:S,cuts:M,kinds:z,held:N}of k){$.set(w?o.subarray(x*u*u,(x+1)*u*u):o);for(let _ of M)$[_.modality*u+(_.source??
0)]=0;for(let _=A;_<S;_++){for(let j=0;j<u;j++){if(!i[(j*p+x)*m+_])continue;let B=j*v;for(let F=0;F<v;F++)f[B+F]=$[j*u]*c[F];for(let F=1;F<u;F++){let R=$[j*u+F];
if(R!==0)for(let q=0,W=F*v;q<v;q++)f[B+q]+=R*c[W+q]}}for(let j=0;j<u;j++){let B=(j*p+x)*m+_,F=i[B],R=B*g,q=B*y,W=d!==null&&x===p-1,P=z[j]===2&&_>(N.get(j)??0),U=z[j]===
1;if(!F&&!W&&!U){l.fill(0,R,R+g);continue}for(let C=0;C<g;C++){let O=e[R+C],L=t[R+C],T=O*L,D=j*v+C*y,I=0,E=0;for(let H=0;H<y;H++){let G=D+H,Y=c[G];F&&!P&&(Y=Dr(
O*n[G])*f[G]+T*a[q+H]),U&&(Y=0),c[G]=Y,F&&(I+=Y*s[q+H]),E+=Y*Y}l[R+C]=F?I+r[j*g+C]*L:0,W&&d&&(d[(j*m+_)*g+C]=Math.sqrt(E))}}}}}}var Wl=4,qr=64,Bp={zero:0,hold:1,
cut:2};function Wr(t,e,n,a,s){let r=e.shape[2]===1&&s>1,{probe:o}=t,i=o?1:Math.LOG2E,l=r||!o?t.scratch([n,a,s],"f",e.constant):e;return{rates:l,arrange:()=>{if(l!==
e)for(let f=0;f<l.size;f++)l.data[f]=e.data[r?Math.floor(f/s):f]*i}}}function Pp(t,e){let[n,a,s,r,o]=["x","dt","A","B","C"].map(B=>lt(t,B)),i=te(t,"D"),l=te(t,"\
W"),c=te(t,"mask"),f=t.parts[0];(n.shape.length!==4||s.shape.length!==3||r.shape.length!==4||f===null)&&nt(t,"has arrays of other ranks"),t.args.h0!=null&&nt(t,
"has an initial state, which is not available");let[d,u,p,m]=n.shape,g=r.shape[3],y=s.shape[2]===1&&g>1,{probe:w}=e;Bt(t,a,n.shape,"dt"),Bt(t,s,[d,m,y?1:g],"A");
for(let B of[r,o])Bt(t,B,[d,u,p,g],"B or C");i&&Bt(t,i,[d,m],"D"),c&&Bt(t,c,[d,u,p],"mask"),l&&l.size!==d*d&&l.size!==u*d*d&&nt(t,`has W of shape ${l.shape.join(
" x ")}`),Pt(t,n,f);let b=e.watched(t.index)?e.scratch([d,p,m],"f",!0):null,v=bt(t,"weight",1/d);b&&e.watch(t.index,b);let{rates:k,arrange:$}=Wr(e,s,d,m,g),x=l??
e.scratch([d,d],"f",!0),A=x.size>d*d,S=()=>{s.constant&&$(),l||x.data.fill(v)},M=()=>({edits:b?e.live.interventions:[],wanted:b&&e.live.states?b:null});if(w){let B=e.
scratch([w.scan_scratch(d,g)],"f"),F=e.scratch([qr*Wl],"f"),R=q=>q?.data.byteOffset??0;return{once:S,run:()=>{let{edits:q,wanted:W}=M();s.constant||$(),q.length>
qr&&nt(t,`has ${q.length} interventions, more than ${qr}`),q.length&&new Int32Array(F.data.buffer,R(F),q.length*Wl).set(q.flatMap(({modality:P,kind:U,source:C=0,
step:O})=>[P,Bp[U],C,O])),e.kernels.scan(R(n),R(a),R(k),R(r),R(o),R(i),R(x),A?d*d:0,R(c),0,R(f),0,R(W),u-1,R(B),q.length?R(F):0,q.length,d,u,p,m,g)}}}let z=e.scratch(
[d,g,m],"f"),N=e.scratch([d,g,m],"f"),_=c??e.scratch([d,u,p],"b"),j=i??e.scratch([d,m],"f");return{once:S,run:()=>{let{edits:B,wanted:F}=M();s.constant||$(),c||
_.data.fill(1),i||j.data.fill(0),Rp({x:n.data,dt:a.data,A:k.data,B:r.data,C:o.data,D:j.data,W:x.data,mask:_.data,y:f.data,h:z.data,g:N.data},F?F.data:null,{M:d,
R:u,T:p,E:m,N:g,perRow:A},B)}}}function qp(t,e){let n=lt(t,"x"),a=lt(t,"weight"),s=te(t,"bias"),r=!!t.args.activated,{out:o}=t;n.shape.length!==4&&nt(t,"has an \
input of another rank");let[i,l,c,f]=n.shape,d=a.shape[2],u=l*c*f;Pt(t,n,o),Bt(t,a,[i,f,d],"weight"),s&&Bt(t,s,[i,f],"bias");let p=e.scratch([i,d,f],"f",!0),m=e.
scratch([i,f],"f",!0),g=a.constant&&(s?.constant??!0),{simd:y}=e,w=()=>{for(let $=0;$<i;$++)for(let x=0;x<f;x++)for(let A=0;A<d;A++)p.data[($*d+A)*f+x]=a.data[($*
f+x)*d+A];s?m.data.set(s.data):m.data.fill(0)},k=y?()=>{for(let $=0;$<i;$++)e.kernels.conv(n.data.byteOffset+$*u*4,p.data.byteOffset+$*d*f*4,m.data.byteOffset+$*
f*4,o.data.byteOffset+$*u*4,l,c,f,d,r?1:0)}:()=>{let $=o.data,x=n.data,A=p.data;for(let S=0;S<i;S++)for(let M=0;M<l;M++)for(let z=0;z<c;z++){let N=((S*l+M)*c+z)*
f;for(let _=0;_<f;_++){let j=m.data[S*f+_];for(let B=0;B<d&&B<=z;B++)j+=x[N-B*f+_]*A[(S*d+d-1-B)*f+_];$[N+_]=r?j/(1+Math.exp(-j)):j}}};return g?{once:w,run:k}:{
run:()=>{w(),k()}}}function Dp(t,e){let n=lt(t,"x"),a=lt(t,"z"),{out:s}=t,r=s.size;return Pt(t,n,s),Pt(t,a,s),e.simd?{run:()=>e.kernels.silu_gate(n.data.byteOffset,
a.data.byteOffset,s.data.byteOffset,r)}:{run:()=>{for(let o=0;o<r;o++)s.data[o]=n.data[o]*a.data[o]/(1+Math.exp(-a.data[o]))}}}var Ul={"mmkernels.coupled_scan":Pp,
"mmkernels.causal_conv":qp,"mmkernels.silu_gate":Dp};function Wp(t,e){let[n,a,s,r,o]=["dy","dt","A","B","C"].map(N=>lt(t,N)),i=te(t,"D"),l=te(t,"W"),c=te(t,"mask"),f=t.parts[0];(n.shape.length!==4||s.shape.length!==
3||r.shape.length!==4||f===null||t.parts.slice(1).some(Boolean))&&nt(t,"has arrays of other ranks, or gradients with respect to weights"),(t.args.h0!=null||t.args.
dh_last!=null)&&nt(t,"has an initial state or a gradient of the last one, which is not available");let[d,u,p,m]=n.shape,g=r.shape[3],{probe:y}=e,w=bt(t,"weight",
1/d);Bt(t,a,n.shape,"dt"),Bt(t,s,[d,m,s.shape[2]===1?1:g],"A");for(let N of[r,o])Bt(t,N,[d,u,p,g],"B or C");i&&Bt(t,i,[d,m],"D"),c&&Bt(t,c,[d,u,p],"mask"),l&&l.
size!==d*d&&l.size!==u*d*d&&nt(t,`has W of shape ${l.shape.join(" x ")}`),Pt(t,n,f);let{rates:b,arrange:v}=Wr(e,s,d,m,g),k=l??e.scratch([d,d],"f",!0),$=k.size>d*
d?d*d:0,x=()=>{s.constant&&v(),l||k.data.fill(w)},A=N=>N?.data.byteOffset??0;if(y){let N=e.scratch([y.scan_backward_scratch(d,g)],"f");return{once:x,run:()=>{s.
constant||v(),e.kernels.scan_backward(A(n),A(a),A(b),A(r),A(o),A(i),A(k),$,A(c),A(f),A(N),d,u,p,m,g)}}}let S=new Float64Array(d*g),M=new Float64Array(d*g),z=(N,_)=>{
S.fill(0);for(let j=p-1;j>=0;j--){for(let B=0;B<d;B++){let F=(B*u+N)*p+j,R=F*m+_;if(f.data[R]=0,c&&!c.data[F])continue;let q=n.data[R],W=a.data[R],P=0;for(let U=0;U<
g;U++){let C=S[B*g+U]+q*o.data[F*g+U];P+=C*r.data[F*g+U],M[B*g+U]=Dr(W*b.data[(B*m+_)*g+U])*C}f.data[R]=W*P+(i?i.data[B*m+_]*q:0)}for(let B=0;B<d;B++)for(let F=0;F<
g;F++){let R=c&&!c.data[(B*u+N)*p+j]?S[B*g+F]:0;for(let q=0;q<d;q++)(!c||c.data[(q*u+N)*p+j])&&(R+=k.data[N*$+q*d+B]*M[q*g+F]);S[B*g+F]=R}}};return{once:x,run:()=>{
s.constant||v();for(let N=0;N<u;N++)for(let _=0;_<m;_++)z(N,_)}}}function Hp(t,e){let n=lt(t,"dy"),a=lt(t,"weight"),s=t.parts[0];(n.shape.length!==4||s===null||
t.parts.slice(1).some(Boolean)||t.args.activated)&&nt(t,"has an input of another rank, an activation, or gradients with respect to weights");let[r,o,i,l]=n.shape,
c=a.shape[2],f=o*i*l;Pt(t,n,s),Bt(t,a,[r,l,c],"weight");let d=e.scratch([r,c,l],"f",a.constant),u=()=>{for(let y=0;y<r;y++)for(let w=0;w<l;w++)for(let b=0;b<c;b++)
d.data[(y*c+b)*l+w]=a.data[(y*l+w)*c+b]},p=()=>{for(let y=0;y<r;y++)for(let w=0;w<o;w++)for(let b=0;b<i;b++)for(let v=0;v<l;v++){let k=((y*o+w)*i+b)*l+v,$=0;for(let x=0;x<
c&&b+x<i;x++)$+=n.data[k+x*l]*d.data[(y*c+c-1-x)*l+v];s.data[k]=$}},m=()=>{for(let y=0;y<r;y++)e.kernels.conv_backward(n.data.byteOffset+y*f*4,d.data.byteOffset+
y*c*l*4,s.data.byteOffset+y*f*4,o,i,l,c)},g=e.simd?m:p;return a.constant?{once:u,run:g}:{run:()=>{u(),g()}}}function Gl(t,e){let n=lt(t,"grad_output"),{out:a}=t,
s=a.shape.length,r=Qt(t,"dim",s),o=a.shape[r],i=Et(a.shape),l=t.op==="select_backward",c=l?a.shape.map((g,y)=>y===r?1:g):n.shape,f=l?1:bt(t,"step",1),d=bt(t,l?"\
index":"start",0),u=Math.min(o,Math.max(0,d<0?d+o:d)),p=c[r];(n.size!==c.reduce((g,y)=>g*y,1)||c.length!==s||c.some((g,y)=>y!==r&&g!==a.shape[y])||p>0&&u+(p-1)*
f>=o)&&nt(t,`puts ${n.shape.join(" x ")} into ${a.shape.join(" x ")}`);let m=Es(e,a,n,i.map((g,y)=>y===r?g*f:g),u*i[r],c);return{once:m.once,run:()=>{a.data.fill(
0),m.run?.()}}}function Up(t){return t.out.constant=!0,{run:()=>t.out.data.fill(bt(t,"s"))}}var Kl={"mmkernels.coupled_scan_backward":Wp,"mmkernels.causal_conv_\
backward":Hp,select_backward:Gl,slice_backward:Gl,scalar_tensor:Up};function Yl(t){let e=Math.abs(t),n=1/(1+.5*e),a=-1.26551223+n*(1.00002368+n*(.37409196+n*(.09678418+n*(-.18628806+n*(.27886807+n*(-1.13520398+n*(1.48851587+n*(-.82215223+
n*.17087277)))))))),s=n*Math.exp(-e*e+a);return t>=0?1-s:s-1}var Zl={exp:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=Math.exp(e[a])},log:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=
Math.log(e[a])},sqrt:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=Math.sqrt(e[a])},rsqrt:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=1/Math.sqrt(e[a])},abs:(t,e,n)=>{for(let a=0;a<
n;a++)t[a]=Math.abs(e[a])},neg:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=-e[a]},sin:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=Math.sin(e[a])},cos:(t,e,n)=>{for(let a=0;a<n;a++)
t[a]=Math.cos(e[a])},tanh:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=Math.tanh(e[a])},sigmoid:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=1/(1+Math.exp(-e[a]))},silu:(t,e,n)=>{for(let a=0;a<
n;a++)t[a]=e[a]/(1+Math.exp(-e[a]))},relu:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=e[a]>0?e[a]:0},erf:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=Yl(e[a])},gelu:(t,e,n)=>{for(let a=0;a<
n;a++)t[a]=.5*e[a]*(1+Yl(e[a]*Math.SQRT1_2))},softplus:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=Math.max(e[a],0)+Math.log1p(Math.exp(-Math.abs(e[a])))},reciprocal:(t,e,n)=>{
for(let a=0;a<n;a++)t[a]=1/e[a]},bitwise_not:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=e[a]?0:1},logical_not:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=e[a]?0:1},isnan:(t,e,n)=>{
for(let a=0;a<n;a++)t[a]=Number.isNaN(e[a])?1:0}},Ql={add:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]+r[o]},sub:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<
l;c++,a+=s,o+=i)t[e+c]=n[a]-r[o]},rsub:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=r[o]-n[a]},mul:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,
o+=i)t[e+c]=n[a]*r[o]},div:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]/r[o]},floor_divide:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=
i)t[e+c]=Math.floor(n[a]/r[o])},pow:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]**r[o]},minimum:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=
s,o+=i)t[e+c]=Math.min(n[a],r[o])},maximum:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=Math.max(n[a],r[o])},gt:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<
l;c++,a+=s,o+=i)t[e+c]=n[a]>r[o]?1:0},ge:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]>=r[o]?1:0},lt:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,
a+=s,o+=i)t[e+c]=n[a]<r[o]?1:0},le:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]<=r[o]?1:0},eq:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,
o+=i)t[e+c]=n[a]===r[o]?1:0},ne:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]!==r[o]?1:0},__and__:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=
s,o+=i)t[e+c]=n[a]&&r[o]?1:0},__or__:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]||r[o]?1:0}},Gp=["exp","log","tanh","sigmoid","silu","relu",
"softplus","gelu","erf"],Kp=["add","sub","mul","div","minimum","maximum"],Yp=t=>(e,n)=>{let a=lt(e,"self"),{out:s}=e,r=s.size,o=Zl[t];Pt(e,a,s),t==="gelu"&&(e.args.
approximate??"none")!=="none"&&nt(e,"uses an approximation of GELU that is not available"),t==="softplus"&&(bt(e,"beta",1)!==1||bt(e,"threshold",20)!==20)&&nt(e,
"has options other than beta=1, threshold=20");let i=Gp.find(l=>l===t);return n.simd&&i&&a.type==="f"&&s.type==="f"?{run:()=>n.kernels[i](a.data.byteOffset,s.data.
byteOffset,r)}:{run:()=>o(s.data,a.data,r)}},Ia=t=>(e,n)=>{let a=en(e,"self"),s=en(e,e.args.exponent==null?"other":"exponent"),{out:r}=e,o=r.size,i=Ql[t];nn(e,[
a,s]),bt(e,"alpha",1)!==1&&nt(e,"has a factor alpha, which is not available"),e.args.rounding_mode!=null&&nt(e,"rounds a quotient, which is not available");let l=r.
shape.at(-1)??1,c=r.type==="f"&&a.type==="f";if(n.simd&&c&&t==="add"&&s.type==="f"&&a.size===o&&s.size===o)return{run:()=>n.kernels.add(a.data.byteOffset,s.data.
byteOffset,r.data.byteOffset,o)};let f=s.type==="b"&&a.size===o&&s.shape.length===r.shape.length&&s.shape.at(-1)===1&&s.size*l===o;if(n.simd&&c&&t==="mul"&&f)return{
run:()=>n.kernels.scale_rows(a.data.byteOffset,s.data.byteOffset,r.data.byteOffset,o/l,l)};let d=Kp.indexOf(t==="rsub"?"sub":t),u=d<0||r.type!=="f"?null:Vp(n,d,
...t==="rsub"?[s,a]:[a,s],r);if(u)return u;if(a.size===o&&s.size===o)return{run:()=>i(r.data,0,a.data,0,1,s.data,0,1,o)};let[p,m]=[a,s].map(w=>de(w.shape,r.shape)),
g=p.at(-1)??0,y=m.at(-1)??0;return{run:Ue(r.shape,[p,m],[0,0],(w,b)=>i(r.data,w,a.data,b[0],g,s.data,b[1],y,l))}};function Vp(t,e,n,a,s){let[r,o]=[n,a].map(l=>t.
simd?Br(t,l):null),i=r&&o?Ns(t,s.shape,[n,a].map(l=>de(l.shape,s.shape))):null;return!r||!o||!i?null:{once:()=>{for(let l of[r,o,i])l.once()},run:()=>t.kernels.
combine(e,r.tensor.data.byteOffset,o.tensor.data.byteOffset,s.data.byteOffset,i.table.data.byteOffset)}}function tc(t,e,n,a,s){if(t.simd&&e.type==="b"&&s.type===
"f"){let[r,o]=[n,a].map(l=>Br(t,l)),i=r&&o?Ns(t,s.shape,[e,n,a].map(l=>de(l.shape,s.shape))):null;if(r&&o&&i)return{once:()=>{for(let l of[r,o,i])l.once()},run:()=>t.
kernels.where(e.data.byteOffset,r.tensor.data.byteOffset,o.tensor.data.byteOffset,s.data.byteOffset,i.table.data.byteOffset)}}return{run:Jp(e,n,a,s)}}function Jp(t,e,n,a){
let[s,r,o]=[t,e,n].map(d=>de(d.shape,a.shape)),i=a.shape.at(-1)??1,l=s.at(-1)??0,c=r.at(-1)??0,f=o.at(-1)??0;return Ue(a.shape,[s,r,o],[0,0,0],(d,u)=>{let p=a.data,
m=t.data,g=e.data,y=n.data,w=u[0],b=u[1],v=u[2];if(l===0){let k=m[w]?g:y,$=m[w]?c:f;for(let x=0,A=m[w]?b:v;x<i;x++,A+=$)p[d+x]=k[A]}else for(let k=0;k<i;k++,w+=
l,b+=c,v+=f)p[d+k]=m[w]?g[b]:y[v]})}function Xp(t,e){let[n,a,s]=["condition","self","other"].map(r=>en(t,r));return nn(t,[n,a,s]),tc(e,n,a,s,t.out)}function Zp(t,e){
let n=lt(t,"self"),a=lt(t,"mask"),s=en(t,"value");return nn(t,[n,a,s]),tc(e,a,s,n,t.out)}function Vl(t){let e=lt(t,"self"),{out:n}=t,a=bt(t,"min",-1/0),s=bt(t,"\
max",1/0);return Pt(t,e,n),{run:()=>{let r=n.data,o=e.data;for(let i=0;i<r.length;i++)r[i]=o[i]<a?a:o[i]>s?s:o[i]}}}function Jl(t){let e=lt(t,"self"),{out:n}=t;
if(Pt(t,e,n),e.type===n.type)return{alias:e};let a=n.type==="i"&&e.type!=="b",s=n.type==="b";return{run:()=>{let r=n.data,o=e.data;if(s)for(let i=0;i<r.length;i++)
r[i]=o[i]!==0?1:0;else if(a)for(let i=0;i<r.length;i++)r[i]=Math.trunc(o[i]);else r.set(o)}}}function Qp(t){let[e,n,a]=["self","end","weight"].map(f=>en(t,f)),{
out:s}=t;nn(t,[e,n,a]);let r=[e,n,a].map(f=>de(f.shape,s.shape)),[o,i,l]=r.map(f=>f.at(-1)??0),c=s.shape.at(-1)??1;return{run:Ue(s.shape,r,[0,0,0],(f,d)=>{for(let u=0;u<
c;u++){let p=e.data[d[0]+u*o],m=n.data[d[1]+u*i],g=a.data[d[2]+u*l];s.data[f+u]=g<.5?p+g*(m-p):m-(m-p)*(1-g)}})}}function tm(t,e){let[n,a,s]=["self","tensor1","\
tensor2"].map(p=>en(t,p)),{out:r}=t,{shape:o}=r;nn(t,[n,a,s]),bt(t,"value",1)!==1&&nt(t,"has a factor, which is not available");let i=o.at(-1)??1,l=o[0];if(e.simd&&
o.length===4&&a.size===r.size&&n.size===l*i&&s.size===n.size&&n.shape.length===4){let p=o[1]*o[2];return{run:()=>{for(let m=0;m<l;m++)e.kernels.addcmul(n.data.byteOffset+
m*i*4,a.data.byteOffset+m*p*i*4,s.data.byteOffset+m*i*4,r.data.byteOffset+m*p*i*4,p,i)}}}let c=[n,a,s].map(p=>de(p.shape,o)),[f,d,u]=c.map(p=>p.at(-1)??0);return{
run:Ue(o,c,[0,0,0],(p,m)=>{let g=r.data,y=n.data,w=a.data,b=s.data;for(let v=0,k=m[0],$=m[1],x=m[2];v<i;v++,k+=f,$+=d,x+=u)g[p+v]=y[k]+w[$]*b[x]})}}function Xl(t,e){
let n=lt(t,"self"),{out:a}=t;return nn(t,[n]),n.size===a.size?{alias:n}:yn(e,a,n,de(n.shape,a.shape),0)}var ec={...Object.fromEntries(Object.keys(Zl).map(t=>[t,
Yp(t)])),...Object.fromEntries(Object.keys(Ql).map(t=>[t,Ia(t)])),bitwise_and:Ia("__and__"),bitwise_or:Ia("__or__"),logical_and:Ia("__and__"),logical_or:Ia("__o\
r__"),where:Xp,masked_fill:Zp,clamp:Vl,clamp_min:Vl,_to_copy:Jl,to:Jl,lerp:Qp,addcmul:tm,expand:Xl,expand_as:Xl};function sc(t,e,n,a,s,r){let o=e.shape.length,i=Et(e.shape),{shape:l}=n,c=e.shape[a],f=i[a];(l.length!==o||l.some((u,p)=>p!==a&&u>e.shape[p]))&&nt(t,`has an ind\
ex of shape ${l.join(" x ")} for ${e.shape.join(" x ")}`);let d=new Int32Array(o);return()=>{d.fill(0);let u=0,p=0;for(let m=0;m<n.size;m++){let g=n.data[m];g>=
0&&g<c||nt(t,`has the index ${g} of ${c}`),r(m,u+g*f,p);for(let y=o-1;y>=0&&(y!==a&&(u+=i[y]),p+=s[y],!(++d[y]<l[y]));y--)y!==a&&(u-=i[y]*l[y]),p-=s[y]*l[y],d[y]=
0}}}function em(t,e){let n=lt(t,"self"),a=lt(t,"index"),s=Qt(t,"dim",n.shape.length),{out:r}=t;if(Pt(t,a,r),e.simd&&n.type==="f"&&r.type==="f"&&a.type==="i"&&a.
shape.length===n.shape.length&&a.shape.every((o,i)=>i===s||o===n.shape[i])){let o=At(n.shape.slice(0,s)),i=At(n.shape.slice(s+1)),l=n.shape[s],c=a.shape[s];return{
run:()=>{e.kernels.gather(n.data.byteOffset,a.data.byteOffset,r.data.byteOffset,o,l,c,i)&&nt(t,`has an index outside of 0 to ${l-1}`)}}}return{run:sc(t,n,a,s,Et(
a.shape),(o,i)=>{r.data[o]=n.data[i]})}}function nc(t){let e=lt(t,"self"),n=lt(t,"index"),a=Qt(t,"dim",e.shape.length),{out:s}=t,r=t.op==="scatter_add",o=t.args.
src==null?en(t,"value"):lt(t,"src"),i=o.shape.length===0;Pt(t,e,s),!i&&n.shape.some((f,d)=>f>o.shape[d])&&nt(t,"has fewer values than indices");let l=i?n.shape.
map(()=>0):Et(o.shape),c=sc(t,e,n,a,l,(f,d,u)=>{s.data[d]=r?s.data[d]+o.data[u]:o.data[u]});return{run:()=>{s.data.set(e.data),c()}}}function ac(t){let e=t.op===
"embedding",n=lt(t,e?"weight":"self"),a=lt(t,e?"indices":"index"),s=e?0:Qt(t,"dim",n.shape.length),r=At(n.shape.slice(s+1)),o=n.shape[s],i=At(n.shape.slice(0,s)),
{out:l}=t;return l.size!==i*a.size*r&&nt(t,"has an output of another size"),{run:()=>{for(let c=0,f=0;c<i;c++)for(let d=0;d<a.size;d++){let u=a.data[d];u>=0&&u<
o||nt(t,`has the index ${u} of ${o}`);let p=(c*o+u)*r;for(let m=0;m<r;m++)l.data[f++]=n.data[p+m]}}}}function nm(t){let e=lt(t,"self"),{out:n}=t,a=t.args.indices;
Array.isArray(a)||nt(t,"has no list indices");let s=a.filter(y=>bn(y)),r=a.findIndex(y=>bn(y)),o=r+s.length;(r<0||a.slice(r).some((y,w)=>w<s.length&&!bn(y))||s.
some(y=>y.type==="b"))&&nt(t,"has indices that are not available: give positions for neighbouring axes");let i=Math.max(...s.map(y=>y.shape.length)),l=Array.from(
{length:i},(y,w)=>Math.max(...s.map(b=>b.shape[w-i+b.shape.length]??1))),c=s.map(y=>de(y.shape,l)),f=Et(e.shape),d=At(l),u=Et(l),p=At(e.shape.slice(0,r)),m=At(e.
shape.slice(o)),g=At(e.shape.slice(r));return p*d*m!==n.size&&nt(t,"has an output of another size"),{run:()=>{for(let y=0,w=0;y<p;y++)for(let b=0;b<d;b++){let v=y*
g;for(let k=0;k<s.length;k++){let $=0;for(let M=0;M<i;M++)$+=Math.floor(b/u[M])%l[M]*c[k][M];let x=s[k].data[$],A=e.shape[r+k],S=x<0?x+A:x;S>=0&&S<A||nt(t,`has \
the index ${x} of ${A}`),v+=S*f[r+k]}for(let k=0;k<m;k++)n.data[w++]=e.data[v+k]}}}}function am(t){let e=lt(t,"sorted_sequence"),n=lt(t,"self"),{out:a}=t,s=e.shape.
at(-1)??1,r=n.shape.at(-1)??1,o=e.shape.length===1,i=!!t.args.right||t.args.side==="right";return Pt(t,n,a),!o&&e.size/s!==n.size/r&&nt(t,"has other rows of sor\
ted values than of values"),t.args.sorter!=null&&nt(t,"has a sorter, which is not available"),{run:()=>{for(let l=0;l<n.size;l++){let c=o?0:Math.floor(l/r)*s,f=n.
data[l],d=0,u=s;for(;d<u;){let p=d+u>>1,m=e.data[c+p];(i?m<=f:m<f)?d=p+1:u=p}a.data[l]=d}}}}function Hr(t){let e=lt(t,"self"),n=e.shape.length,a=Qt(t,"dim",n,-1),
s=e.shape[a]??1,r=Et(e.shape)[a]??1,o=t.op==="topk",i=o?bt(t,"k"):s,l=o?bt(t,"largest",1)!==0:bt(t,"descending",0)!==0,c=t.op==="argsort"?null:t.parts[0],f=t.op===
"argsort"?t.out:t.parts[1],d=l?-1:1,u=e.size/Math.max(1,s*r);return(!(i<=s)||(c??f)?.size!==u*i*r)&&nt(t,`keeps ${i} of ${s}`),{run:()=>{for(let p=0;p<u;p++)for(let m=0;m<
r;m++){let g=p*s*r+m,y=Array.from({length:s},(w,b)=>b).sort((w,b)=>d*(e.data[g+w*r]-e.data[g+b*r])||w-b);for(let w=0,b=p*i*r+m;w<i;w++,b+=r)c&&(c.data[b]=e.data[g+
y[w]*r]),f&&(f.data[b]=y[w])}}}}var rc={gather:em,scatter:nc,scatter_add:nc,index_select:ac,embedding:ac,index:nm,searchsorted:am,argsort:Hr,sort:Hr,topk:Hr};function sm(t){let e=lt(t,"self");return Pt(t,e,t.out),{alias:e}}function Ur(t,e){let n=lt(t,"self"),a=n.shape.length,s=n.shape.map((o,i)=>i);if(t.op==="permute")
ze(t,"dims").forEach((o,i)=>s[i]=fa(o,a));else if(t.op==="t")s.reverse();else{let o=Qt(t,"dim0",a),i=Qt(t,"dim1",a);[s[o],s[i]]=[s[i],s[o]]}if((new Set(s).size!==
a||s.some(o=>!(o>=0&&o<a)))&&nt(t,`has the axes ${s.join(", ")}`),Pt(t,n,t.out),s.filter(o=>n.shape[o]>1).every((o,i,l)=>i===0||l[i-1]<o))return{alias:n};let r=Et(
n.shape);return yn(e,t.out,n,s.map(o=>r[o]),0)}function cc(t,e,n,a,s,r,o){let i=Et(e.shape);return At(e.shape.slice(0,a))===1&&r[a]===i[a]?{alias:e,shift:s*i[a]}:
yn(t,n,e,r,s*i[a],o)}function rm(t,e){let n=lt(t,"self"),a=Qt(t,"dim",n.shape.length),s=bt(t,"index"),r=s<0?s+n.shape[a]:s;(!(r>=0&&r<n.shape[a])||t.out.size*n.
shape[a]!==n.size)&&nt(t,`takes element ${s} of ${n.shape[a]}`);let o=n.shape.map((i,l)=>l===a?1:i);return cc(e,n,t.out,a,r,Et(n.shape),o)}function om(t,e){let n=lt(
t,"self"),a=Qt(t,"dim",n.shape.length,0),s=n.shape[a],r=bt(t,"step",1),o=bt(t,"start",0);o=Math.min(s,Math.max(0,o<0?o+s:o));let i=t.out.shape[a];return t.out.size===
0?{run:()=>{}}:((r<1||o+(i-1)*r>=s||t.out.size*s!==n.size*i)&&nt(t,`takes ${i} elements from ${o} of ${s}`),cc(e,n,t.out,a,o,Et(n.shape).map((l,c)=>c===a?l*r:l),
t.out.shape))}function zs(t,e){let n=lt(t,"self"),a=n.shape.length,s=Qt(t,"dim",a,0),r=Et(n.shape),o=t.op==="unbind",i=0,l=t.parts.map(c=>{if(c===null)return{};
let f=o?1:c.shape[s],d=n.shape.map((u,p)=>p===s?f:u);return(i+f>n.shape[s]||At(d)!==c.size)&&nt(t,`is cut into more than the ${n.shape[s]} there are`),i+=f,yn(e,
c,n,r,(i-f)*r[s],d)});return Pr(l)}function oc(t,e){let n=In(t,"tensors").filter(l=>l.size>0),{out:a}=t,s=Qt(t,"dim",a.shape.length,0),r=Et(a.shape),o=0,i=n.map(
l=>{let c=t.op==="stack"?[...l.shape.slice(0,s),1,...l.shape.slice(s)]:l.shape;(c.length!==a.shape.length||c.some((d,u)=>u!==s&&d!==a.shape[u]))&&nt(t,`cannot j\
oin ${c.join(" x ")} to ${a.shape.join(" x ")}`);let f=Es(e,a,l,r,o*r[s],c);return o+=c[s],f});return o!==a.shape[s]&&nt(t,`joins ${o} of ${a.shape[s]}`),Pr(i)}
function ic(t){let e=lt(t,"self"),{out:n}=t,a=ze(t,"pad"),s=e.shape.length,r=bt(t,"value",0);t.args.mode!=null&&t.args.mode!=="constant"&&nt(t,`pads with ${String(
t.args.mode)}, which is not available`);let o=e.shape.map((y,w)=>a[2*(s-1-w)]??0),i=e.shape.map((y,w)=>a[2*(s-1-w)+1]??0);e.shape.some((y,w)=>y+o[w]+i[w]!==n.shape[w])&&
nt(t,`pads ${e.shape.join(" x ")} to ${n.shape.join(" x ")}`);let l=e.shape.map((y,w)=>y+Math.min(0,o[w])+Math.min(0,i[w])),c=Et(e.shape),f=Et(n.shape),d=o.reduce(
(y,w,b)=>y+Math.max(0,-w)*c[b],0),u=o.reduce((y,w,b)=>y+Math.max(0,w)*f[b],0),p=At(l.slice(0,-1)),m=l.at(-1)??1,g=new Int32Array(s);return{run:()=>{n.data.fill(
r),g.fill(0);for(let y=0;y<p;y++){let w=d,b=u;for(let v=0;v<s-1;v++)w+=g[v]*c[v],b+=g[v]*f[v];for(let v=0;v<m;v++)n.data[b+v]=e.data[w+v];for(let v=s-2;v>=0&&!(++g[v]<
l[v]);v--)g[v]=0}}}}function im(t,e){let n=lt(t,"self"),{out:a}=t,s=ze(t,"repeats"),r=s.length-n.shape.length,o=s.flatMap((l,c)=>[l,n.shape[c-r]??1]),i=s.flatMap(
(l,c)=>[1,n.shape[c-r]??1]);return At(o)!==a.size&&nt(t,"repeats to another size"),yn(e,a,n,de(i,o),0,o)}function lm(t,e){let n=lt(t,"self"),a=Et(n.shape),s=0;Pt(
t,n,t.out);for(let r of ze(t,"dims")){let o=fa(r,n.shape.length);o in a||nt(t,`has axis ${r} of ${n.shape.length}`),s+=(n.shape[o]-1)*a[o],a[o]=-a[o]}return yn(
e,t.out,n,a,s)}function lc(t){let e=lt(t,"self"),{out:n}=t,a=bt(t,"diagonal",0),s=n.shape.at(-1)??1,r=n.shape.at(-2)??1,o=t.op==="tril";return Pt(t,e,n),{run:()=>{
for(let i=0;i<n.size;i++){let l=i%s-Math.floor(i/s)%r-a;n.data[i]=(o?l<=0:l>=0)?e.data[i]:0}}}}var Fa=t=>e=>(e.out.constant=!0,{run:()=>t(e,e.out.data)}),Gr=Fa(
(t,e)=>e.fill(0)),Kr=Fa((t,e)=>e.fill(1)),Yr=Fa((t,e)=>e.fill(bt(t,"fill_value"))),fc={...Object.fromEntries(["view","_unsafe_view","reshape","flatten","unflatt\
en","unsqueeze","squeeze","clone","detach","alias","contiguous","lift_fresh_copy"].map(t=>[t,sm])),dropout:t=>({alias:lt(t,"input")}),permute:Ur,transpose:Ur,t:Ur,
select:rm,slice:om,split:zs,split_with_sizes:zs,chunk:zs,unbind:zs,cat:oc,stack:oc,pad:ic,constant_pad_nd:ic,repeat:im,flip:lm,tril:lc,triu:lc,zeros:Gr,zeros_like:Gr,
new_zeros:Gr,ones:Kr,ones_like:Kr,new_ones:Kr,full:Yr,full_like:Yr,new_full:Yr,arange:Fa((t,e)=>{for(let n=0;n<e.length;n++)e[n]=bt(t,"start",0)+n*bt(t,"step",1)}),
eye:Fa((t,e)=>{e.fill(0);for(let n=0;n<e.length;n+=t.out.shape[1]+1)e[n]=1})};function cm(t,e,n,a,s,r,o,i,l,c,f){let d=f&-4;for(let u=0;u<d;u+=4){let p=n?n[o+u]:0,m=n?n[o+u+1]:0,g=n?n[o+u+2]:0,y=n?n[o+u+3]:0,w=0;for(;w+1<l;w+=2){let b=p,v=m,
k=g,$=y,x=p,A=m,S=g,M=y;for(let _=0,j=s+w*c,B=j+c,F=r+u;_<c;_++,j++,B++,F+=f){let R=t[j],q=t[B],W=e[F],P=e[F+1],U=e[F+2],C=e[F+3];b+=R*W,v+=R*P,k+=R*U,$+=R*C,x+=
q*W,A+=q*P,S+=q*U,M+=q*C}let z=i+w*f+u,N=z+f;a[z]=b,a[z+1]=v,a[z+2]=k,a[z+3]=$,a[N]=x,a[N+1]=A,a[N+2]=S,a[N+3]=M}if(w<l){let b=p,v=m,k=g,$=y;for(let A=0,S=s+w*c,
M=r+u;A<c;A++,S++,M+=f){let z=t[S];b+=z*e[M],v+=z*e[M+1],k+=z*e[M+2],$+=z*e[M+3]}let x=i+w*f+u;a[x]=b,a[x+1]=v,a[x+2]=k,a[x+3]=$}}for(let u=d;u<f;u++)for(let p=0;p<
l;p++){let m=n?n[o+u]:0;for(let g=0;g<c;g++)m+=t[s+p*c+g]*e[r+g*f+u];a[i+p*f+u]=m}}function La(t,e,n,a,s,{groups:r,R:o,K:i,N:l,turned:c,shared:f}){let{out:d}=t,
{probe:u}=e,p=f.w?1:r,m=s!==null&&s.size>l;if((d.size!==r*o*l||n.size!==(f.x?1:r)*o*i||a.size!==p*i*l)&&nt(t,`cannot multiply ${n.shape.join(" x ")} by ${a.shape.
join(" x ")}`),s&&s.size!==l&&s.size!==r*l&&nt(t,`adds ${s.shape.join(" x ")} to ${d.shape.join(" x ")}`),u&&[n,a,d,s].every(b=>b===null||b.type==="f")){let b=u.
packed_size(i,l),v=e.scratch([p*b],"f",a.constant),k=()=>{for(let x=0;x<p;x++)e.kernels.pack(a.data.byteOffset+x*i*l*4,v.data.byteOffset+x*b*4,i,l,c?1:l,c?i:1)},
$=()=>{for(let x=0;x<r;x++)e.kernels.linear(n.data.byteOffset+(f.x?0:x*o*i*4),v.data.byteOffset+(f.w?0:x*b*4),s?s.data.byteOffset+(m?x*l*4:0):0,d.data.byteOffset+
x*o*l*4,o,i,l)};return a.constant?{once:k,run:$}:{run:()=>{k(),$()}}}let g=c?e.scratch([p*i*l],"f",a.constant):a,y=()=>{let b=a.data,v=g.data;if(c)for(let k=0;k<
p;k++)for(let $=0;$<i;$++)for(let x=0;x<l;x++)v[(k*i+$)*l+x]=b[k*i*l+x*i+$]},w=()=>{for(let b=0;b<r;b++)cm(n.data,g.data,s?s.data:null,d.data,f.x?0:b*o*i,f.w?0:
b*i*l,m?b*l:0,b*o*l,o,i,l)};return a.constant?{once:y,run:w}:{run:()=>{y(),w()}}}function fm(t,e){let n=lt(t,"input"),a=lt(t,"weight"),s=n.shape.at(-1)??1,r=a.shape[0];
return(a.shape.length!==2||a.shape[1]!==s)&&nt(t,`cannot multiply ${n.shape.join(" x ")} by ${a.shape.join(" x ")}`),La(t,e,n,a,te(t,"bias"),{groups:1,R:n.size/
Math.max(1,s),K:s,N:r,turned:!0,shared:{x:!1,w:!1}})}function ja(t,e){let n=t.op==="baddbmm"||t.op==="addmm";n&&(bt(t,"beta",1)!==1||bt(t,"alpha",1)!==1)&&nt(t,
"has factors, which are not available");let a=lt(t,t.op==="baddbmm"?"batch1":t.op==="addmm"?"mat1":"self"),s=lt(t,t.op==="baddbmm"?"batch2":t.op==="matmul"?"oth\
er":"mat2"),r=n?lt(t,"self"):null,o=a.shape.at(-1)??1,i=s.shape.at(-1)??1;(a.shape.length<2||s.shape.length<2||s.shape.at(-2)!==o)&&nt(t,`cannot multiply ${a.shape.
join(" x ")} by ${s.shape.join(" x ")}`);let l=At(a.shape.slice(0,-2)),c=At(s.shape.slice(0,-2)),f=a.shape.at(-2)??1;return r&&(r.shape.at(-1)!==i||r.shape.length>
1&&r.shape.at(-2)!==1)&&nt(t,`adds ${r.shape.join(" x ")} to ${t.out.shape.join(" x ")}, expected one row per product`),c===1?La(t,e,a,s,r,{groups:1,R:l*f,K:o,N:i,
turned:!1,shared:{x:!1,w:!1}}):(l!==c&&l!==1&&nt(t,`has ${l} matrices on the left and ${c} on the right`),La(t,e,a,s,r,{groups:c,R:f,K:o,N:i,turned:!1,shared:{x:l===
1,w:!1}}))}function dm(t){let{equation:e}=t.args,n=In(t,"tensors"),{out:a}=t;(typeof e!="string"||!/^[a-zA-Z]*(,[a-zA-Z]*)*->[a-zA-Z]*$/.test(e.replaceAll(" ","")))&&
nt(t,"has an equation that is not available");let[s,r]=e.replaceAll(" ","").split("->"),o=s.split(","),i={};o.length!==n.length&&nt(t,`has ${n.length} arrays fo\
r ${e}`),o.forEach((b,v)=>{b.length!==n[v].shape.length&&nt(t,`has ${n[v].shape.length} axes for ${b}`),[...b].forEach((k,$)=>{let x=n[v].shape[$];(i[k]??x)!==x&&
nt(t,`has two sizes for ${k}`),i[k]=x})});let l=[...r],c=Object.keys(i).filter(b=>!l.includes(b)),f=[...l,...c],d=f.map(b=>i[b]);(d.some(b=>b===void 0)||At(l.map(
b=>i[b]))!==a.size)&&nt(t,"has an output of another size");let u=o.map((b,v)=>{let k=Et(n[v].shape);return f.map($=>[...b].reduce((x,A,S)=>A===$?x+k[S]:x,0))}),
p=At(c.map(b=>i[b])),m=d.length,g=new Int32Array(m),y=new Int32Array(n.length),w=a.size*p;return{run:()=>{g.fill(0),y.fill(0);for(let b=0,v=-1,k=0;b<w;b++){b%p===
0&&(v>=0&&(a.data[v]=k),v++,k=0);let $=1;for(let x=0;x<n.length;x++)$*=n[x].data[y[x]];k+=$,b===w-1&&(a.data[v]=k);for(let x=m-1;x>=0;x--){for(let A=0;A<n.length;A++)
y[A]+=u[A][x];if(++g[x]<d[x])break;for(let A=0;A<n.length;A++)y[A]-=u[A][x]*d[x];g[x]=0}}}}}function um(t,e){let[n,a,s]=["query","key","value"].map($=>lt(t,$)),
r=te(t,"attn_mask"),o=!!t.args.is_causal,{out:i}=t,l=n.shape.at(-1)??1,c=n.shape.at(-2)??1,f=a.shape.at(-2)??1,d=s.shape.at(-1)??1,u=n.shape.slice(0,-2),p=At(u);
(t.args.enable_gqa||a.shape.at(-1)!==l||s.shape.at(-2)!==f||a.size!==p*f*l||s.size!==p*f*d||i.size!==p*c*d)&&nt(t,`has queries ${n.shape.join(" x ")}, keys ${a.
shape.join(" x ")}, values ${s.shape.join(" x ")}`);let m=[...u,c,f],g=bt(t,"scale",1/Math.sqrt(l)),y=new Float64Array(f),w=Et(u);r&&nn({...t,out:{...i,shape:m}},
[r]);let b=r?de(r.shape,m):m.map(()=>0),v=b.at(-2)??0,k=b.at(-1)??0;if(e.probe&&[n,a,s,i].every($=>$.type==="f")&&(r===null||r.type==="b"||r.type==="f")){let $=e.
scratch([e.probe.attention_scratch(c,f,l,d)],"f"),x=Array.from({length:p},(A,S)=>u.reduce((M,z,N)=>M+Math.floor(S/w[N])%z*b[N],0));return{run:()=>{for(let A=0;A<
p;A++){let S=r?.type==="b"?r.data.byteOffset+x[A]:0,M=r?.type==="f"?r.data.byteOffset+x[A]*4:0;e.kernels.attention(n.data.byteOffset+A*c*l*4,a.data.byteOffset+A*
f*l*4,s.data.byteOffset+A*f*d*4,S,M,v,k,i.data.byteOffset+A*c*d*4,$.data.byteOffset,c,f,l,d,g,o?1:0)}}}}return{run:()=>{let $=n.data,x=a.data,A=s.data,S=i.data,
M=r?.data;for(let z=0;z<p;z++){let N=0;for(let _=0;_<u.length;_++)N+=Math.floor(z/w[_])%u[_]*b[_];for(let _=0;_<c;_++){let j=-1/0,B=0,F=(z*c+_)*l,R=(z*c+_)*d;for(let q=0;q<
f;q++){let W=M?M[N+_*v+q*k]:1;if(o&&q>_||r?.type==="b"&&!W){y[q]=-1/0;continue}let P=0;for(let U=0,C=(z*f+q)*l;U<l;U++)P+=$[F+U]*x[C+U];y[q]=P*g+(r&&r.type!=="b"?
W:0),y[q]>j&&(j=y[q])}for(let q=0;q<f;q++)B+=y[q]=y[q]===-1/0?0:Math.exp(y[q]-j);for(let q=0;q<d;q++)S[R+q]=0;for(let q=0;q<f;q++){if(y[q]===0)continue;let W=y[q]/
B;for(let P=0,U=(z*f+q)*d;P<d;P++)S[R+P]+=W*A[U+P]}}}}}}var dc={linear:fm,bmm:ja,baddbmm:ja,matmul:ja,mm:ja,addmm:ja,einsum:dm,scaled_dot_product_attention:um};var Ra=t=>1/(1+Math.exp(-t)),hc={gru:{gates:3,cell(t,e,n,a,s,r,o,i){let l=Ra(t[e]+n[a]),c=Ra(t[e+i]+n[a+i]),f=Math.tanh(t[e+2*i]+l*n[a+2*i]);s[o]=(1-c)*f+c*s[o]}},
lstm:{gates:4,cell(t,e,n,a,s,r,o,i){let l=Ra(t[e]+n[a]),c=Ra(t[e+i]+n[a+i]),f=Math.tanh(t[e+2*i]+n[a+2*i]),d=Ra(t[e+3*i]+n[a+3*i]);r[o]=c*r[o]+l*f,s[o]=d*Math.tanh(
r[o])}},rnn_tanh:{gates:1,cell:(t,e,n,a,s,r,o)=>{s[o]=Math.tanh(t[e]+n[a])}},rnn_relu:{gates:1,cell:(t,e,n,a,s,r,o)=>{s[o]=Math.max(0,t[e]+n[a])}}};function uc(t,e,n,a,s){
for(let r=0;r<n;r++)for(let o=0;o<a;o++)e.data.set(t.data.subarray((r*a+o)*s,(r*a+o+1)*s),(o*n+r)*s)}function hm(t,e){let{gates:n,cell:a}=hc[t.op],s=lt(t,"input"),
r=t.op==="lstm",[o,i,l]=t.parts,c=r?In(t,"hx"):[lt(t,"hx")],f=In(t,"params"),d=bt(t,"num_layers"),u=bt(t,"bidirectional")?2:1,p=!!bt(t,"batch_first"),m=bt(t,"ha\
s_biases")?4:2,g=s.type;bt(t,"train")&&bt(t,"dropout")&&nt(t,"has dropout of a training"),(s.shape.length!==3||!o||!i||r&&(!l||c.length!==2))&&nt(t,"has no sequ\
ences, states and outputs of a recurrent layer"),(!(Number.isInteger(d)&&d>=1)||f.length!==d*u*m)&&nt(t,`has ${f.length} arrays of weights, expected ${d*u*m}; a\
 projection is not available`);let[y,w]=p?s.shape:[s.shape[1],s.shape[0]],b=c[0].shape.at(-1)??0,v=o;Bt(t,v,[...p?[y,w]:[w,y],u*b],"an output");for(let[z,N]of[...c.
map(_=>[_,"an initial state"]),[i,"a last state"],...r?[[l,"a last cell"]]:[]])Bt(t,z,[d*u,y,b],N);let k=[],$=[],x=(z,N,_,j,B)=>{Bt(t,N,[n*b,B],"weights"),_&&Bt(
t,_,[n*b],"a bias");let F=e.scratch([j,n*b],g),R=La({...t,out:F},e,z,N,_,{groups:1,R:j,K:B,N:n*b,turned:!0,shared:{x:!1,w:!1}});return k.push(R),Object.assign(F,
{run:()=>R.run?.()})},A=s,S=s.shape[2];if(p){A=e.scratch([w,y,S],g);let z=A,N=S;$.push(()=>uc(s,z,y,w,N))}for(let z=0;z<d;z++){let N=e.scratch([w,y,u*b],g);for(let _=0;_<
u;_++){let j=(z*u+_)*m,[B,F,R=null,q=null]=f.slice(j,j+m),W=(z*u+_)*y*b,P=e.scratch([y,b],g),U=r?e.scratch([y,b],g):P,C=x(A,B,R,w*y,S),O=x(P,F,q,y,b);$.push(()=>{
C.run(),P.data.set(c[0].data.subarray(W,W+y*b)),r&&U.data.set(c[1].data.subarray(W,W+y*b));for(let L=0;L<w;L++){let T=_?w-1-L:L;O.run();for(let D=0;D<y;D++){for(let I=0;I<
b;I++)a(C.data,(T*y+D)*n*b+I,O.data,D*n*b+I,P.data,U.data,D*b+I,b);N.data.set(P.data.subarray(D*b,(D+1)*b),(T*y+D)*u*b+_*b)}}i?.data.set(P.data,W),r&&l?.data.set(
U.data,W)})}[A,S]=[N,u*b]}let M=A;return $.push(()=>p?uc(M,v,w,y,u*b):v.data.set(M.data)),{once:()=>k.forEach(z=>z.once?.()),run:()=>$.forEach(z=>z())}}var pc=Object.
fromEntries(Object.keys(hc).map(t=>[t,hm]));var bc={sum:{start:0,fold:(t,e)=>t+e},mean:{start:0,fold:(t,e)=>t+e},prod:{start:1,fold:(t,e)=>t*e},any:{start:0,fold:(t,e)=>t||e?1:0},all:{start:1,fold:(t,e)=>t&&
e?1:0},amax:{start:-1/0,fold:Math.max},amin:{start:1/0,fold:Math.min}},pm=["sum","mean","amax","amin","prod"],yc=t=>(e,n)=>{let a=lt(e,"self"),{out:s}=e,r=a.shape.
length,{start:o,fold:i}=bc[t],l=ze(e,"dim",a.shape.map(($,x)=>x)),c=new Set((l.length?l:a.shape.map(($,x)=>x)).map($=>fa($,r))),f=a.shape.map(($,x)=>c.has(x)?1:
$),d=a.size/Math.max(1,At(f));At(f)!==s.size&&nt(e,`reduces ${a.shape.join(" x ")} to ${s.shape.join(" x ")}`);let u=Et(f).map(($,x)=>c.has(x)?0:$),p=new Float64Array(
s.size),m=a.shape.at(-1)??1,g=u.at(-1)??0,y=Math.min(...c),w=Math.max(...c),b=c.size>0&&w-y+1===c.size,v=pm.indexOf(t);if(n.simd&&b&&v>=0&&a.type==="f"&&s.type===
"f"&&a.size>0){let $=At(a.shape.slice(0,y)),x=At(a.shape.slice(w+1));return{run:()=>n.kernels.reduce(v,a.data.byteOffset,s.data.byteOffset,$,d,x)}}let k=Ue(a.shape,
[u],[0],($,x)=>{let A=a.data,S=x[0];if(g===0){let M=p[S];for(let z=0;z<m;z++)M=i(M,A[$+z]);p[S]=M}else for(let M=0;M<m;M++)p[S+M]=i(p[S+M],A[$+M])});return{run:()=>{
p.fill(o),k();for(let $=0;$<s.size;$++)s.data[$]=t==="mean"?p[$]/d:p[$]}}},Ts=(t,e)=>(n,a)=>{let s=lt(n,"self"),r=s.shape.length,o=n.args.dim==null,i=t==="max"?
1:-1;if(!e&&o)return yc(t==="max"?"amax":"amin")(n,a);let l=o?0:Qt(n,"dim",r),c=o?s.size:s.shape[l],f=o?1:Et(s.shape)[l],d=s.size/Math.max(1,c*f),u=e?null:n.parts[0],
p=e?n.out:n.parts[1];return(p??u)?.size!==d*f&&nt(n,"has an output of another size"),{run:()=>{for(let m=0;m<d;m++)for(let g=0;g<f;g++){let y=0,w=m*c*f+g;for(let b=1;b<
c;b++)i*s.data[w+b*f]>i*s.data[w+y*f]&&(y=b);u&&(u.data[m*f+g]=s.data[w+y*f]),p&&(p.data[m*f+g]=y)}}}};function mc(t,e){let n=lt(t,"self"),a=Qt(t,"dim",n.shape.
length),s=Et(n.shape)[a]??1,r=n.shape[a]??1,o=t.op==="cummax",i=o?t.parts[0]:t.out,l=o?t.parts[1]:null,c=n.size/Math.max(1,r*s);return i&&i.size!==n.size&&nt(t,
"has an output of another size"),e.simd&&i&&!l&&n.type==="f"&&i.type==="f"?{run:()=>e.kernels.running(o?2:0,n.data.byteOffset,i.data.byteOffset,c,r,s)}:{run:()=>{
for(let f=0;f<c;f++)for(let d=0;d<s;d++){let u=o?-1/0:0,p=0;for(let m=0,g=f*r*s+d;m<r;m++,g+=s)o?n.data[g]>=u&&(u=n.data[g],p=m):u+=n.data[g],i&&(i.data[g]=u),l&&
(l.data[g]=p)}}}}function Vr(t,e){let n=lt(t,"self"),{out:a}=t,s=Qt(t,"dim",n.shape.length),r=n.shape[s]??1,o=Et(n.shape)[s]??1,i=t.op.endsWith("log_softmax");Pt(
t,n,a);let l=n.size/Math.max(1,r*o);return e.simd&&!i&&o===1&&n.type==="f"&&a.type==="f"?{run:()=>e.kernels.softmax(n.data.byteOffset,a.data.byteOffset,l,r)}:{run:()=>{
let c=a.data,f=n.data;for(let d=0;d<l;d++)for(let u=0;u<o;u++){let p=d*r*o+u,m=p+r*o,g=-1/0,y=0;for(let b=p;b<m;b+=o)f[b]>g&&(g=f[b]);for(let b=p;b<m;b+=o)y+=Math.
exp(f[b]-g);let w=Math.log(y);for(let b=p;b<m;b+=o)c[b]=i?f[b]-g-w:Math.exp(f[b]-g)/y}}}}function gc(t,e){let n=lt(t,"input"),{out:a}=t,s=t.op==="layer_norm",r=ze(
t,"normalized_shape"),o=At(r),i=te(t,"weight"),l=s?te(t,"bias"):null,c=bt(t,"eps",s?1e-5:11920928955078125e-23);Pt(t,n,a),(!(o>0)||r.some((d,u)=>d!==n.shape.at(
u-r.length)))&&nt(t,`normalises ${r.join(" x ")} of ${n.shape.join(" x ")}`);for(let d of[i,l])d&&Bt(t,d,r,"a weight");let f=n.size/o;return e.simd&&n.type==="f"?
{run:()=>e.kernels.layer_norm(n.data.byteOffset,i?.data.byteOffset??0,l?.data.byteOffset??0,a.data.byteOffset,f,o,c,s?1:0)}:{run:()=>{let d=a.data,u=n.data;for(let p=0;p<
f*o;p+=o){let m=0,g=0;if(s){for(let w=0;w<o;w++)m+=u[p+w];m/=o}for(let w=0;w<o;w++)g+=(u[p+w]-m)**2;let y=1/Math.sqrt(g/o+c);for(let w=0;w<o;w++)d[p+w]=(u[p+w]-
m)*y*(i?i.data[w]:1)+(l?l.data[w]:0)}}}}function mm(t,e){let n=lt(t,"self"),{out:a}=t,s=n.shape.length,r=bt(t,"ord",2),o=r===1/0;r!==2&&!o&&nt(t,`is a norm of o\
rder ${r}, which is not available`);let i=new Set(ze(t,"dim",n.shape.map((m,g)=>g)).map(m=>fa(m,s))),l=n.shape.map((m,g)=>i.has(g)?1:m);At(l)!==a.size&&nt(t,"ha\
s an output of another size");let c=Et(l).map((m,g)=>i.has(g)?0:m),f=new Float64Array(a.size),d=n.shape.at(-1)??1,u=c.at(-1)??0;if(e.simd&&!o&&i.size===1&&i.has(
s-1)&&n.type==="f"&&a.type==="f")return{run:()=>e.kernels.norm(n.data.byteOffset,a.data.byteOffset,a.size,d)};let p=Ue(n.shape,[c],[0],(m,g)=>{for(let y=0,w=g[0];y<
d;y++,w+=u)f[w]=o?Math.max(f[w],Math.abs(n.data[m+y])):f[w]+n.data[m+y]**2});return{run:()=>{f.fill(0),p();for(let m=0;m<a.size;m++)a.data[m]=o?f[m]:Math.sqrt(f[m])}}}
var wc={...Object.fromEntries(Object.keys(bc).map(t=>[t,yc(t)])),max:Ts("max",!1),min:Ts("min",!1),argmax:Ts("max",!0),argmin:Ts("min",!0),cumsum:mc,cummax:mc,softmax:Vr,
_softmax:Vr,log_softmax:Vr,layer_norm:gc,rms_norm:gc,linalg_vector_norm:mm};function Jr(t,e,n,a){(e.shape.length!==a+2||n.shape.length!==a+2)&&nt(t,`has the shape ${e.shape.join(" x ")}, expected batch, channel and ${a===1?"a time axis":
"two axes"}`);let s=r=>a===1?[1,r.shape[2]]:[r.shape[2],r.shape[3]];return{outer:e.shape.slice(0,2),in:s(e),out:s(n),axes:a}}function Fn(t,e,{axes:n},a,s){let r=ze(
t,e),o=r.length||!s?r:s,i=o.length===1&&n===2?[o[0],o[0]]:o;return(i.length<n||!i.every(l=>Number.isInteger(l)&&l>=0))&&nt(t,`has ${e} ${JSON.stringify(r)}`),n===
1?[a,i[i.length-1]]:[i[0],i[1]]}function vc(t){let e=lt(t,"input"),n=lt(t,"weight"),a=te(t,"bias"),{out:s}=t,r=t.op==="conv1d"?1:2,o=Jr(t,e,s,r),i=Fn(t,"stride",
o,1),l=Fn(t,"dilation",o,1),c=bt(t,"groups"),[f,d]=o.outer,u=s.shape[1],[p,m]=r===1?[1,n.shape[2]]:n.shape.slice(2),g=d/c;Bt(t,n,r===1?[u,g,m]:[u,g,p,m],"weight\
s"),a&&Bt(t,a,[u],"a bias");let{padding:y}=t.args,[w,b]=y==="same"?[l[0]*(p-1)>>1,l[1]*(m-1)>>1]:y==="valid"?[0,0]:Fn(t,"padding",o,0);(s.shape[0]!==f||!Number.
isInteger(g)||u%c)&&nt(t,`has ${c} groups of ${d} channels and ${u} outputs`);let[v,k]=o.in,[$,x]=o.out,A=u/c;return{run:()=>{let S=e.data,M=s.data,z=n.data;for(let N=0;N<
f;N++)for(let _=0;_<u;_++){let j=Math.floor(_/A)*g,B=(N*u+_)*$*x;M.fill(a?a.data[_]:0,B,B+$*x);for(let F=0;F<g;F++)for(let R=0;R<p;R++)for(let q=0;q<m;q++){let W=z[((_*
g+F)*p+R)*m+q],P=(N*d+j+F)*v*k;for(let U=0;U<$;U++){let C=U*i[0]-w+R*l[0];if(!(C<0||C>=v))for(let O=0,L=q*l[1]-b;O<x;O++,L+=i[1])L>=0&&L<k&&(M[B+U*x+O]+=W*S[P+C*
k+L])}}}}}}function $c(t,e,n,{outer:a,in:[s,r],out:[o,i]},l,[c,f],d){(n.shape[0]!==a[0]||n.shape[1]!==a[1])&&nt(t,`has ${a.join(" x ")} sequences in and ${n.shape.
slice(0,2).join(" x ")} out`);let u=Array.from({length:o},(m,g)=>l(g,0)),p=Array.from({length:i},(m,g)=>l(g,1));return{run:()=>{for(let m=0,g=0;m<a[0]*a[1];m++)
for(let[y,w,b]of u)for(let[v,k,$]of p){let x=d?-1/0:0;for(let A=y;A<w;A+=c)if(A>=0&&A<s)for(let S=v;S<k;S+=f){if(S<0||S>=r)continue;let M=e.data[(m*s+A)*r+S];d?
(M>x||Number.isNaN(M))&&(x=M):x+=M}n.data[g++]=d?x:x/(b*$)}}}}function Cs(t){let e=lt(t,"self"),n=t.op.startsWith("max"),a=t.out,s=t.op.endsWith("1d")?1:2,r=Jr(
t,e,a,s),o=Fn(t,"kernel_size",r,1),i=Fn(t,"stride",r,1,s===1?[o[1]]:o),l=Fn(t,"padding",r,0),c=n?Fn(t,"dilation",r,1):[1,1],f=n||!!bt(t,"count_include_pad",1);return t.
args.divisor_override!=null&&nt(t,"has a divisor of its own, which is not available"),$c(t,e,a,r,(d,u)=>{let p=d*i[u]-l[u],m=p+(o[u]-1)*c[u]+1,g=r.in[u];return[
p,m,f?Math.min(m,g+l[u])-p:Math.min(m,g)-Math.max(p,0)]},c,n)}function xc(t){let e=lt(t,"self"),n=Jr(t,e,t.out,t.op.endsWith("1d")?1:2);return $c(t,e,t.out,n,(a,s)=>{
let r=Math.floor(a*n.in[s]/n.out[s]),o=Math.ceil((a+1)*n.in[s]/n.out[s]);return[r,o,o-r]},[1,1],!1)}var Mc={conv1d:vc,conv2d:vc,max_pool1d:Cs,max_pool2d:Cs,avg_pool1d:Cs,
avg_pool2d:Cs,adaptive_avg_pool1d:xc,adaptive_avg_pool2d:xc};var Ba=new Map(Object.entries({...Kl,...ec,...rc,...fc,...Ul,...dc,...pc,...wc,...Mc}));var _c=1,Te={nodes:2e4,size:1<<26,total:1<<28,rows:4096,axes:8},kc={f4:4,f3:3,f2:2,u2:2,f8:8,i8:8,u1:1},Ac=["f","d","i","b"],ee=t=>{throw new Vt(`model in the p\
age: ${t}; save the page again`)};function Oc(t,e,n){let a=typeof e=="object"&&e!==null?e.rows*n:e;return Number.isInteger(a)&&a>=0&&a<=Te.size?a:ee(`${t} has t\
he size ${JSON.stringify(e)}`)}function Xr(t,{shape:e,type:n},a,s){(!Array.isArray(e)||e.length>Te.axes)&&ee(`${t} has no shape of at most ${Te.axes} axes`),Ac.
includes(n??"")||ee(`${t} has the type ${JSON.stringify(n)}, expected one of ${Ac.join(", ")}`);let r=(e??[]).map(i=>Oc(t,i,a)),o=At(r);return o>Te.size&&ee(`${t}\
 has ${o} values, more than ${Te.size}`),{shape:r,size:o,type:n,data:new Uint8Array(0),source:null,shift:0,constant:!1,kept:!1,first:s,last:s,offset:-1}}function Sc(t,e,n){
(typeof t!="object"||t===null||!Array.isArray(t.nodes))&&ee("the graph has no list of nodes"),t.version!==_c&&ee(`the graph has version ${JSON.stringify(t.version)}\
, this page runs version ${_c}`),t.nodes.length>Te.nodes&&ee(`the graph has ${t.nodes.length} nodes, more than ${Te.nodes}`),Number.isInteger(n)&&n>=1&&n<=Te.rows||
ee(`${n} rows, expected 1 to ${Te.rows}`);let a=[],s=0;return t.nodes.forEach((r,o)=>{let i=`node ${o} (${String(r?.op).slice(0,40)})`;!(r?.op==="constant"||r?.
op==="input")&&r?.op!=="getitem"&&!Ba.has(r?.op)&&ee(`${i} is an unknown operator`);let c=p=>Array.isArray(p)?p.map(c):typeof p!="object"||p===null?p:"rows"in p?
Oc(i,p,n):"number"in p?Number(p.number.replace("inf","Infinity").replace("nan","NaN")):gm(i,a,p.ref),f=(r.parts??[]).map(p=>p&&Xr(i,p,n,o)),d=Object.fromEntries(
Object.entries(r.args??{}).filter(([p])=>r.op!=="getitem"||p!=="self").map(([p,m])=>[p,c(m)])),u=r.op==="getitem"?bm(i,a,r.args):r.shape?Xr(i,r,n,o):{...Xr(i,{shape:[
0],type:"f"},n,o)};for(let p of[u,...f])s+=p?.size??0;if(s>Te.total&&ee(`the arrays have more than ${Te.total} values`),r.op==="constant"){let p=kc[r.store??""],
m=r.at??-1;p||ee(`${i} is stored as ${JSON.stringify(r.store)}, expected one of ${Object.keys(kc).join(", ")}`),r.store==="u2"&&!(Number.isFinite(r.step)&&Number(
r.step)>0&&Number.isInteger(r.zero))&&ee(`${i} has levels without a step and a zero`),Number.isInteger(m)&&m>=0&&m+p*u.size<=e.length||ee(`${i} ends at byte ${m+
p*u.size} of ${e.length} bytes of weights`)}a.push({op:r.op,index:o,args:d,out:u,parts:f})}),a}function gm(t,e,n){let a=typeof n=="number"?e[n]:void 0;return a?
a.parts.length?ee(`${t} refers to all outputs of node ${JSON.stringify(n)}`):a.out:ee(`${t} refers to node ${JSON.stringify(n)}, expected an earlier one`)}function bm(t,e,n){
let a=n?.self,s=n?.index,r=typeof a=="object"&&a!==null&&"ref"in a?a.ref:-1;return(r<e.length&&typeof s=="number"?e[r]?.parts[s]:null)??ee(`${t} refers to outpu\
t ${JSON.stringify(s)} of node ${JSON.stringify(r)}, which is not there`)}function an(t,e,n){let a=typeof e=="object"&&e!==null&&"ref"in e?e.ref:-1;return t[a]?.
out??ee(`the output ${n} is not there`)}var Nc=t=>t.size*(t.type==="f"?4:t.type==="b"?1:8)+32+16-1&-16;function Is(t){let e=t;for(;e.source;)e=e.source;return e}function Ec(t,e){let n=e+16-1&-16,a=[],
s=[];for(let r of t.filter(o=>o.kept))r.offset=n,n+=Nc(r);for(let r of t.filter(o=>!o.kept).sort((o,i)=>o.first-i.first)){let o=s.filter(c=>c.last<r.first);o.length&&
(s=s.filter(c=>c.last>=r.first),a=ym([...a,...o]));let i=Nc(r),l=a.filter(c=>c.bytes>=i).sort((c,f)=>c.bytes-f.bytes)[0];l?(r.offset=l.at,l.at+=i,l.bytes-=i,a=a.
filter(c=>c.bytes>0)):(r.offset=n,n+=i),s.push({at:r.offset,bytes:i,last:r.last})}return n}function ym(t){let e=[];for(let{at:n,bytes:a}of t.sort((s,r)=>s.at-r.
at)){let s=e.at(-1);s&&s.at+s.bytes===n?s.bytes+=a:e.push({at:n,bytes:a})}return e}function Zr(t,e){for(let n of t){let a=0,s=n;for(;s.source;)a+=s.shift,s=s.source;
let r=n.type==="f"?Float32Array:n.type==="b"?Uint8Array:Float64Array;n.data=new r(e,s.offset+a*r.BYTES_PER_ELEMENT,n.size)}}function Qr(t){let e=new Float32Array(t.length);for(let n=0;n<e.length;n++){let a=t[n],s=a&32768?-1:1,r=a>>10&31,o=a&1023;e[n]=r===0?s*o*2**-24:r===31?o?NaN:s*(1/0):
s*(1+o/1024)*2**(r-15)}return e}function zc(t,{store:e,at:n=0,step:a=1,zero:s=0},r){let o={f4:4,f3:3,f2:2,u2:2,f8:8,i8:8,u1:1}[e??"f4"],i=t.slice(n,n+r*o);if(e===
"f3"){let l=new Uint8Array(r*4);for(let c=0;c<r;c++)for(let f=0;f<3;f++)l[4*c+1+f]=i[3*c+f];return new Float32Array(l.buffer)}return e==="f2"?Qr(new Uint16Array(
i.buffer)):e==="u2"?Float32Array.from(new Uint16Array(i.buffer),l=>(l-s)*a):e==="f8"?new Float64Array(i.buffer):e==="i8"?Array.from(new BigInt64Array(i.buffer),
Number):e==="u1"?i:new Float32Array(i.buffer)}var Tc=1<<29,Cc=["share","bias"];function Fc(t,e){if(Array.isArray(t))for(let n of t)Fc(n,e);else bn(t)&&e(t)}var Ic=t=>Array.isArray(t)?t:[];function wm(t,e){let n=new Set(
e),a=[...e],s=r=>{Array.isArray(r)?r.forEach(s):typeof r=="object"&&r!==null&&"ref"in r&&!n.has(r.ref)&&(n.add(r.ref),a.push(r.ref))};for(let r=a.pop();r!==void 0;r=
a.pop())Object.values(t.nodes[r].args??{}).forEach(s);return n}async function Fs(t,e,n,a){let s=Sc(t,e,n),r=new Set(t.scans.map(A=>A.node)),o=[],i=new Map,l={interventions:[],
states:!1},c=[],f=[],d=0,u=an(s,t.outputs.predictions,"predictions"),p=an(s,t.outputs.valid,"valid"),m=Object.fromEntries(Cc.flatMap(A=>t.outputs[A]?[[A,an(s,t.
outputs[A],A)]]:[])),g=wm(t,[t.outputs.predictions,t.outputs.valid,...Cc.flatMap(A=>t.outputs[A]??[])].map(A=>A.ref)),y={simd:a!==null,probe:a?.probe??null,kernels:{},
live:l,scratch(A,S,M=!1){let z={shape:A,size:At(A),type:S,data:new Uint8Array(0),source:null,shift:0,constant:!1,kept:M,first:d,last:d,offset:-1};return o.push(
z),z},watch:(A,S)=>{i.set(A,S)},watched:A=>r.has(A)};for(let A of s){d=A.index;let S=A.op==="getitem"?[]:A.parts.length?A.parts.filter(_=>_!==null):[A.out];o.push(
...S);let M=A.op!=="input";for(let _ of Object.values(A.args))Fc(_,j=>{Is(j).last=Math.max(Is(j).last,d),M&&=j.constant});if(A.op==="getitem")continue;for(let _ of S)
_.constant=M;if(A.op==="input"||A.op==="constant"){A.out.kept=!0,A.op==="constant"&&c.push({op:A.op,needed:!0,run:()=>A.out.data.set(zc(e,t.nodes[A.index],A.out.
size))});continue}let z=Ba.get(A.op);if(!z)throw new Vt(`model in the page: operator ${A.op} is unknown`);let N=z(A,y);if(N.alias){A.out.source=N.alias,A.out.shift=
N.shift??0,A.out.constant=N.alias.constant;continue}if(M||=A.out.constant,M)for(let _ of S)_.kept=_.constant=!0;N.once&&c.push({op:A.op,needed:!0,run:N.once}),N.
run&&(M?c:f).push({op:A.op,needed:g.has(A.index),run:N.run})}let w=t.scans.map(A=>{let S=i.get(A.node);if(!S)throw new Vt(`model in the page: node ${A.node} is \
no scan; save the page again`);return{norms:S,positions:A.positions?an(s,A.positions,"positions"):null}}),b=Ic(t.outputs.routing).map(A=>an(s,A,"routing")),v=Ic(
t.outputs.transport).map(A=>({plan:an(s,A?.plan,"plan"),cost:an(s,A?.cost,"cost"),distance:an(s,A?.distance,"distance")}));for(let A of[u,p,...Object.values(m),
...w.flatMap(S=>S.positions??[]),...b,...v.flatMap(Object.values)])Is(A).kept=!0;let k=o.filter(A=>A.source===null),$=Ec(k,a?a.probe.__heap_base.value:0);if($>Tc)
throw new Vt(`model in the page: ${n} rows need ${Math.ceil($/2**20)} MiB of memory, more than ${Tc/2**20}; use the kernel`);a?(Object.assign(y.kernels,await a.
withMemory($)),Zr(o,y.kernels.memory.buffer)):Zr(o,new ArrayBuffer($));for(let A of c)A.run();let x={values:[],valid:[],share:[],members:[],until:[],weights:[]};
for(let{node:A,kind:S,modality:M=0}of t.inputs)x[S][M]=s[A].out;return{inputs:x,predictions:u,valid:p,others:m,states:w,routing:b,transport:v,live:l,bytes:$,run:()=>{
for(let A of f)(A.needed||l.states)&&A.run()},timed:()=>{let A={};for(let{op:S,run:M}of f){let z=performance.now();M(),A[S]=(A[S]??0)+performance.now()-z}return A}}}var vm=2;function jc(t,e,n){let a=new Map;return async s=>{if(!t)throw new Vt("the model in the page has no attribution");if(![t.nodes,t.inputs,t.scans].every(Array.
isArray)||typeof t.outputs!="object"||t.outputs===null)throw new Vt("model in the page: the attribution has no lists of nodes, inputs and scans, or no outputs; \
save the page again");let r=performance.now(),o=s.weights.length/xm(t),i=a.get(o);if(!i){i=await Fs(t,e,o,n);let u=a.keys().next();a.size>=vm&&!u.done&&a.delete(
u.value),a.set(o,i)}let{inputs:l,predictions:c,others:{share:f,bias:d}}=i;if(!f||!d)throw new Vt("model in the page: the attribution has no shares; save the pag\
e again");return js(l.values,s.values,"values"),js(l.valid,s.valid,"valid"),js(l.share,s.share,"share"),js(l.weights,[s.weights],"weights"),i.live.states=!0,i.run(),
{share:Float32Array.from(f.data),output:Float32Array.from(c.data),bias:Float32Array.from(d.data),milliseconds:performance.now()-r}}}function xm(t){let e=t.inputs.
find(s=>s.kind==="weights")?.node??-1,a=(t.nodes[e]?.shape??[]).slice(1).reduce((s,r)=>s*(typeof r=="number"?r:NaN),1);if(e<0||!(a>0))throw new Vt("model in the\
 page: the attribution has no weights of outputs; save the page again");return a}function js(t,e,n){t.forEach((a,s)=>{let r=e?.[s];if(r?.length!==a.size)throw new Vt(
`request: ${n} ${s} has ${r?.length??0} values, expected ${a.shape.join(" x ")} = ${a.size}`);a.data.set(r)})}var $m=65536,Mm=1<<20,_m=4,km=2**31-1;async function Ls({graph:t,weights:e,wasm:n}){let a=null,s="the page has no WebAssembly kernels";if(n)try{a=await Am(n),s=
""}catch(o){s=`WebAssembly: ${o instanceof Error?o.message:String(o)}`}let r=new Map;return{kind:a?"wasm":"js",reason:s,programs:r,attribute:jc(t.gradient,e,a),
async predict(o){let i=performance.now(),l=o.members.length/t.modalities,c=r.get(l);if(!c){c=await Fs(t,e,l,a);let m=r.keys().next();r.size>=_m&&!m.done&&r.delete(
m.value),r.set(l,c)}Om(c.inputs,o),c.live.interventions=Sm(o.interventions??[],t.modalities),c.live.states=o.wants.states,c.run();let f=o.wants.states,{states:d,
routing:u,transport:p}=c;return{predictions:Float32Array.from(c.predictions.data),steps:c.predictions.shape[1],states:f&&d.length?d.map(m=>Nm(m)):null,routing:f&&
u.length?u.map(({data:m})=>Float32Array.from(m)):null,transport:f&&p.length?p.map(({plan:m,cost:g,distance:y})=>({plan:Float32Array.from(m.data),cost:Float32Array.
from(g.data),distance:Float32Array.from(y.data)})):null,valid:Uint8Array.from(c.valid.data),milliseconds:performance.now()-i}}}}async function Am(t){let e=await WebAssembly.
compile(t),n=async a=>{let s=new WebAssembly.Memory({initial:Math.ceil(a/$m)+1}),{exports:r}=await WebAssembly.instantiate(e,{env:{memory:s}});return{...r,memory:s}};
return{probe:await n(Mm),withMemory:n}}function Om(t,e){let n=[["values",e.values],["valid",e.valid],["share",e.share],["members",[e.members]]];for(let{size:a,data:s}of t.
until){let r=e.until??Array.from({length:a},()=>km);if(r.length!==a||!r.every(o=>Number.isInteger(o)&&o>=0))throw new Vt(`request: until is ${JSON.stringify(r).
slice(0,80)}, expected ${a} numbers of steps`);s.set(r)}for(let[a,s]of n)t[a].forEach((r,o)=>{let i=s?.[o];if(i?.length!==r.size)throw new Vt(`request: ${a} ${o}\
 has ${i?.length??0} values, expected ${r.shape.join(" x ")} = ${r.size}`);r.data.set(i)})}function Sm(t,e){for(let{modality:n,kind:a,source:s=0,step:r}of t)if(!([
n,s].every(i=>Number.isInteger(i)&&i>=0&&i<e)&&Number.isInteger(r)&&r>=0)||!["zero","hold","cut"].includes(a))throw new Vt(`request: the intervention ${JSON.stringify(
{modality:n,kind:a,source:s,step:r})} names a modality, kind or step that does not exist`);return t}function Nm({norms:t,positions:e}){if(!e)return Float32Array.
from(t.data);let n=t.shape[2],a=new Float32Array(e.size*n);for(let s=0;s<e.size;s++){let r=e.data[s];r>=0&&a.set(t.data.subarray(r*n,(r+1)*n),s*n)}return a}var Lc=1e4,to=class extends Error{};async function eo(t){let e="this page has no script for a worker";if(t.script&&typeof Worker=="function")try{return await Em(
t)}catch(a){e=`worker: ${a instanceof Error?a.message:String(a)}`}let n=await Ls(t);return Rc(a=>n.predict(a),{attribute:a=>n.attribute(a),kind:n.kind,thread:"p\
age",reason:[e,n.reason].filter(Boolean).join("; "),stop:()=>{}})}async function Em({script:t,...e}){let n=URL.createObjectURL(new Blob([t],{type:"text/javascri\
pt"})),a=new Worker(n),s=new Map,r=0,o=c=>{for(let{reject:f}of s.values())f(c);s.clear()},i=c=>new Promise((f,d)=>{s.set(++r,{resolve:f,reject:d}),a.postMessage(
{id:r,...c})});a.onmessage=({data:c})=>{let f=s.get(c.id);s.delete(c.id),c.error!==void 0?f?.reject(new Error(c.error)):f?.resolve(c.started??c.prediction??c.attribution)},
a.onerror=c=>o(new Error(c.message||"it could not be started"));let l=setTimeout(()=>o(new Error(`no reply within ${Lc/1e3} s`)),Lc);try{let{kind:c,reason:f}=await i(
{parts:e});return Rc(u=>i({request:u}),{attribute:u=>i({attribution:u}),kind:c,thread:"worker",reason:f,stop:()=>{a.terminate(),o(new Error("the engine was stop\
ped"))}})}catch(c){throw a.terminate(),c}finally{clearTimeout(l),URL.revokeObjectURL(n)}}function Rc(t,e){let n=null,a=!1,s=async()=>{for(a=!0;n;){let{request:r,
resolve:o,reject:i}=n;n=null,await t(r).then(o,i)}a=!1};return{...e,predict:r=>new Promise((o,i)=>{n?.reject(new to("a later request replaced this one")),n={request:r,
resolve:o,reject:i},a||s()})}}var Bc={float32:4,float16:2,uint16:2,uint14:2,uint12:2,uint8:1,adaptive:4};function no(t,e,n){let{modalities:a,ids:s}=t.split;if(!(Number.isInteger(n)&&n>=0&&n<
s.length))throw new RangeError(`sample ${n}, but the page carries ${s.length} samples`);let r=(c,f)=>{if(!(c>=0&&c+f<=e.length))throw new RangeError(`the frames\
 end at byte ${c+f} of ${e.length}; save the page again`);return e.slice(c,c+f).buffer},o=a.map(({kind:c,frames:f,features:d,at:u,low:p,step:m,shift:g})=>{let y=f*
d,w=r(u+n*y*Bc[c],y*Bc[c]);if(c==="float32")return new Float32Array(w);if(c==="float16")return Qr(new Uint16Array(w));let b=c==="adaptive"?new Uint32Array(w):c===
"uint8"?new Uint8Array(w):new Uint16Array(w),v=2**(g?.[n]??0);return Float32Array.from(b,(k,$)=>(p?.[$%d]??0)+k*v*(m?.[$%d]??0))}),i=a.map(({frames:c,valid_at:f})=>{
let d=n*c,u=new Uint8Array(r(f+(d>>3),(d+c+7>>3)-(d>>3)));return Uint8Array.from({length:c},(p,m)=>u[(d&7)+m>>3]>>7-((d&7)+m&7)&1)}),l=a.flatMap(({share_frames:c=0,
share_at:f})=>f===void 0?[]:[new Float64Array(r(f+n*c*16,c*16))]);return{values:o,valid:i,share:l}}var ao=(t,e)=>e.subarray(0,t.weights);var jn=globalThis;if(typeof jn.importScripts=="function"&&jn.document===void 0){let t=null;jn.onmessage=async({data:e})=>{try{if("parts"in e){t=Ls(e.parts);let{
kind:n,reason:a}=await t;jn.postMessage({id:e.id,started:{kind:n,reason:a}})}else if(t&&"attribution"in e){let n=await(await t).attribute(e.attribution);jn.postMessage(
{id:e.id,attribution:n},[n.share,n.output,n.bias].map(a=>a.buffer))}else if(t&&"request"in e){let n=await(await t).predict(e.request);jn.postMessage({id:e.id,prediction:n},
[n.predictions,n.valid,...n.states??[]].map(a=>a.buffer))}}catch(n){jn.postMessage({id:e.id,error:n instanceof Error?n.message:String(n)})}}}function Pc(t,e){let{epoch:n,layer:a,channel:s,time:r}=e,o={...e};n!==void 0&&(o.epoch=t.epoch[n]),a!==void 0&&(o.layer=t.layer[a]),s!==void 0&&(o.channel=t.channel[s]),
r!==void 0&&(o.time=t.time[r]);for(let i of["brush","zoom"]){let l=e[i];l&&(o[i]=[t.time[l[0]],t.time[l[1]]])}return o}var $e=(t,e)=>({...Pc(t.from_a,e),layer_of_a:e.
layer,of_a:e}),qc=(t,e)=>Pc(t.to_a,e);function Dc(t,e,n){if(t===null||!Object.hasOwn(t.leads,e))return null;let a=t.leads[e],[s,r]=a===2?n:[t.epoch,n[0]];return n.length<a||s!==t.epoch||r!==t.sample?
null:t.part(e,...a===2?[0,0]:[0],...n.slice(a))}function so(t){let e=t.sample_axis??{},n=t.recorded_samples??t.sizes.sample,a=null,s=new Map;function r(l,c){let f=t.
shape(l).slice(c.length).reduce((p,m)=>p*m,1),d=`${l} ${f}`,u=s.get(d);return u||s.set(d,u=t.arrays[l].dtype==="uint8"?new Uint8Array(f):new Float32Array(f).fill(
NaN)),u}return{...t,recorded_samples:n,part:(l,...c)=>{let f=e[l];return f===void 0||!(c[f]>=n)?t.part(l,...c):Dc(a,l,c)??r(l,c)},lacks:(l,c)=>c>=n&&e[l]!==void 0&&
!(a?.sample===c&&Object.hasOwn(a.leads,l)),open:l=>{a=l},computed:()=>a}}function ro(t){let e=null,n=!1,a=[...t.duration_s],s=[...t.start_s],r=()=>n?null:e,o=f=>e!==
null&&!n&&Object.hasOwn(e.leads,f),i=(f,...d)=>Dc(r(),f,d)??t.part(f,...d),l=(f,d,u)=>{a[f]=d,s[f]=u};function c(f,d){e&&l(e.sample,t.duration_s[e.sample],t.start_s[e.
sample]),[e,n]=[f,d],e&&!n&&l(e.sample,e.duration_s,e.start_s)}return{...t,duration_s:a,start_s:s,recorded:t,edited:r,replaced:o,part:i,show:c,compared:[]}}var Wc=[
"path","influence","attribution","plan","channel_index","scan_norm_0"];var oo=["delay","amplitude","noise","seed","swap","text","window","state","cut","step"];function le({sample:t,epoch:e,masked:n,edits:a}){let s=Object.keys(a).sort().
map(r=>[r,oo.filter(o=>Object.hasOwn(a[r],o)).map(o=>[o,a[r][o]])]);return n.length||s.length?JSON.stringify([t,e,[...n].sort(),s]):""}function da({phrases:t,samples:e,
modalities:n},a){let s=({delay:r=0,amplitude:o,noise:i,swap:l,text:c,window:f,state:d,cut:u,step:p=0})=>{let m=Math.abs(r),g=[];return l!==void 0&&g.push(Xt(t.swap,
{sample:e[l]})),c!==void 0&&g.push(t.text),m&&g.push(Xt(r>0?t.later:t.earlier,{steps:Xt(m===1?t.one_step:t.several_steps,{steps:m})})),o!==void 0&&g.push(Xt(t.amplitude,
{factor:st(o,2)})),i!==void 0&&g.push(Xt(t.noise,{noise:i.toFixed(2)})),f!==void 0&&g.push(Xt(f[0]===f[1]?t.one_frame:t.frames,{first:f[0]+1,last:f[1]+1})),d!==
void 0&&g.push(Xt(t[d],{step:p+1})),u!==void 0&&g.push(Xt(t.cut,{source:n[u].name,step:p+1})),g.join(", ")};return n.filter(r=>Object.hasOwn(a,r.name)).map(r=>`${r.
name} ${s(a[r.name])}`).join("; ")}function Hc(t,e){let n=0,a=null,s=()=>e();async function r(){let l=t.get("what_if_result");if(!l?.seq||l.seq<=n)return;n=l.seq;
let c=await Dn(l.meta,l.body);l.seq<n||(a={...c,epoch:l.request.epoch,sample:l.request.sample,edits:l.request.edits,key:le(l.request),request:l.request},e())}let o=()=>r().
catch(l=>e(`The result could not be read: ${l}`));return t.on("change:what_if_result",o),t.on("change:what_if_error",s),{take:o,stop:()=>{t.off("change:what_if_\
result",o),t.off("change:what_if_error",s)},current:()=>a}}var io=(t,e)=>Number.isInteger(t)&&Number(t)>=0&&Number(t)<=e,zm=(t,e)=>e===4?new Uint32Array(t):e===2?new Uint16Array(t):new Uint8Array(t);async function Uc(t,e,n){
let a="the model in this page",s=new Error(`${a} is damaged: its weights and frames do not fit their description`);if(!Array.isArray(e?.groups)||!io(n,2*(e.bytes+
2**20)))throw s;let r=await qn(t,e.bytes,a),o=new Uint8Array(n),i=0;for(let{width:l,lags:c,folded:f,places:d}of e.groups){let p=[1,2,3,4,8].includes(l)&&Array.isArray(
d)&&Array.isArray(c)&&c.length<=4&&c.every(y=>io(y,r.length)&&y>0)&&d.every(y=>Array.isArray(y)&&y.every(w=>io(w,n))&&y[0]+y[1]*l<=n)&&(l!==3&&l!==8||!c.length&&
!f)?d.reduce((y,w)=>y+w[1],0):1/0;if(i+p*l>r.length)throw s;let m;if(l===3||l===8){m=new Uint8Array(p*l);for(let y=0,w=i;y<l;y++)for(let b=0;b<p;b++)m[b*l+y]=r[w++]}else
m=new Uint8Array(Va(r,i,zm(p,l),c,f).buffer);i+=p*l;let g=0;for(let[y,w]of d)o.set(m.subarray(g,g+w*l),y),g+=w*l}if(i!==r.length)throw s;return o}function Gc(t,e,n,a){for(let s=0;s<t.length;s++){let r=t[s]/e;n[a+s]=r>=1?255:r>0?Math.round(255*r):0}}function Kc(t,{routing:e,transport:n},a){let s={};if(e&&t.
has("routing")){let r=[1,1,...t.shape("routing").slice(2)],o=new Uint8Array(r.reduce((l,c)=>l*c,1)),i=o.length/r[2];e.length===r[2]&&e.every(l=>l.length===i)&&(e.
forEach((l,c)=>Gc(l,1,o,c*i)),s.routing={shape:r,values:o})}if(n&&t.has("plan")&&n.length===t.pairs.length){s.distance={shape:[1,1,n.length],values:Float32Array.
from(n,i=>i.distance[0])};let r=[1,...t.shape("plan").slice(1)],o=r[2]*r[3];if(t.epochs[a]===t.best_epoch&&n.every(({plan:i})=>i.length===o))for(let i of["plan",
"cost"]){let l=new Uint8Array(n.length*o);n.forEach((c,f)=>Gc(c[i],t.transport_scale[i][f],l,f*o)),s[i]={shape:r,values:l}}}return s}function Tm(t,e,n){let a=0;for(let s=1;s<n;s++)t[e+s]>t[e+a]&&(a=s);return a}async function Cm(t,e,n,a,s){let r=t.sizes.time,o=t.modalities.length,i=t.outputs.length,
l=a.length/i,c=t.task==="classification",f=t.attribution.block,d=f.length,u=Tm(a,(l-1)*i,i),p=l===r&&t.has("attribution_prefix"),m=Float32Array.from(a,(M,z)=>c?
(z%i===u?1:0)-M:1),g=p?Array.from({length:l},(M,z)=>z):[l-1],y=new Float32Array(g.length*o*r),w=null;for(let M=0;M<g.length;M+=1){let z=g.slice(M,M+1),N=(g.length===
1,1),_=new Float32Array(N*l*i);if(z.forEach((j,B)=>{for(let F=0;F<i;F++)Number.isFinite(m[j*i+F])&&(_[(B*l+j)*i+F]=m[j*i+F])}),w=await e.attribute({values:n.values,
valid:n.valid,...n.share?{share:n.share}:{},weights:_}),!s())return null;y.set(w.share.subarray(0,z.length*o*r),M*o*r)}let{output:b,bias:v}=w,k=(M,z)=>{let N=0;
for(let _=0;_<i;_++)N+=m[z*i+_]*M[z*i+_];return N},$=y.slice((g.length-1)*o*r),x=k(b,l-1),A=k(v,l-1),S={attribution:{shape:[1,o,r],values:$},attribution_total:{
shape:[1],values:Float32Array.of(x)},attribution_bias:{shape:[1],values:Float32Array.of(A)},attribution_error:{shape:[1],values:Float32Array.of(Math.abs(x-A-$.reduce(
(M,z)=>M+z,0)))}};if(p){let M=new Float32Array(r*o*d),z=new Uint8Array(r*o*d),N=new Float32Array(r);for(let _=0;_<r;_++){for(let B=0;B<o;B++)for(let F=0;F<d;F++)
for(let R=f[F];R<(f[F+1]??r);R++)M[(_*o+B)*d+F]+=y[(_*o+B)*r+R];let j=M.subarray(_*o*d,(_+1)*o*d);N[_]=j.reduce((B,F)=>Math.max(B,Math.abs(F)),0)||1,j.forEach((B,F)=>z[_*
o*d+F]=Math.round(Math.sqrt(Math.abs(B)/N[_])*Math.sign(B)*127+128))}Object.assign(S,{attribution_prefix:{shape:[1,r,o,d],values:z},attribution_prefix_limit:{shape:[
1,r],values:N},attribution_prefix_bias:{shape:[1,r],values:Float32Array.from({length:r},(_,j)=>k(v,j))},attribution_prefix_total:{shape:[1,r],values:Float32Array.
from({length:r},(_,j)=>k(b,j))}})}return{arrays:S,explained:c?t.outputs[u]:""}}function Yc(t,e){let n=0,a=0,s=()=>{n++,clearTimeout(a)};function r(o,i,l,c){s();
let f=n;a=setTimeout(()=>{Cm(e,t,o,i,()=>f===n).then(d=>d&&f===n&&l(d),d=>f===n&&c(d instanceof Error?d.message:String(d)))},150)}return{follow:r,cancel:s}}function Rs(t){let e=t>>>0;return e=Math.imul(e^e>>>16,2146121005),e=Math.imul(e^e>>>15,2221713035),(e^e>>>16)>>>0}function Vc(t,e,n){let a=Rs(t+2654435769>>>0),
s=Rs((a^e+1)>>>0),r=new Float64Array(n),o=i=>Rs((Rs(i+s>>>0)^a)>>>0);for(let i=0;i<n;i++){let l=(o(2*i)+1)/4294967296,c=o(2*i+1)/2**32;r[i]=Math.sqrt(-2*Math.log(
l))*Math.cos(2*Math.PI*c)}return r}var Im=(t,e)=>new Error(`${e} of ${t}, which has no recorded frame in this sample; swap it for another sample's first`);function Fm(t,e,n){let a=t.length/e.length,
s=t.slice(),r=Array.from(e.keys()).filter(o=>e[o]);return r.forEach((o,i)=>{let l=r[Math.min(r.length-1,Math.max(0,i-n))];s.set(t.subarray(l*a,(l+1)*a),o*a)}),s}
function Jc(t,e,n){let a=t.length/e.length,s=t.slice();for(let r=0,o=0;r<e.length;r++)for(let i=0;i<a;i++,o++)e[r]&&(s[o]=n(t[o],o,i));return s}function Xc(t,e,n,a,s,r){
let o={...t,values:[...t.values],valid:[...t.valid]};return e.forEach((i,l)=>{let c=Object.hasOwn(n,i)?n[i]:{},f=t.values[l],d=t.valid[l];if(c.swap!==void 0){let b=r(
c.swap);[f,d]=[b.values[l],b.valid[l]]}let{delay:u=0,amplitude:p=1,noise:m=0,seed:g=0,window:y}=c,w=u?"delay":p!==1?"amplitude":m?"noise":"";if(w&&!d.some(Boolean))
throw Im(i,w);if(u&&(f=Fm(f,d,u)),p!==1){let b=Math.fround(p);f=Jc(f,d,v=>v*b)}if(m){let b=Vc(g,l,f.length),v=Array.from(s[l],k=>m*k);f=Jc(f,d,(k,$,x)=>k+b[$]*v[x])}
(y||a.includes(i))&&(d=d.map((b,v)=>a.includes(i)||y&&v>=y[0]&&v<=y[1]?0:b)),o.values[l]=f,o.valid[l]=d}),o}var lo=(t,e)=>t.flatMap((n,a)=>{let{state:s,cut:r,step:o=0}=Object.
hasOwn(e,n)?e[n]:{};return[...s?[{modality:a,kind:s,step:o}]:[],...r!==void 0?[{modality:a,kind:"cut",source:r,step:o}]:[]]});var Zc=12,jm=2e4,Pa=8,Lm=40,Rm=24;function Bm(t,e){let n=2**e,a=t.length/n,s=new Float32Array(a*e),r=new Float64Array(e);for(let i=0,l=1/e;i<e;i++)r[i]=l,l*=(i+
1)/(e-1-i);let o=Uint8Array.from({length:n},(i,l)=>l.toString(2).replaceAll("0","").length);for(let i=0;i<a;i++)for(let l=0;l<e;l++){let c=0;for(let f=0;f<n;f++)
f>>l&1||(c+=r[o[f]]*(t[i*n+f+2**l]-t[i*n+f]));s[i*e+l]=c}return s}function Pm(t,e,n){let a=[],s=[];for(let[r,o]of e.entries()){if(t.modalities[r].static||!o.some(
Boolean))continue;let i=n[r];if(i===null)return null;s.push(i),a.push((t.align==="resample"?o.reduce((l,c)=>l+(c?1:0),0):t.align==="pad"?t.sizes.time:o.length)/
i)}return!s.length||Math.max(...a)-Math.min(...a)>1/Math.min(...s)*(1+1e-9)?null:Math.max(...a)}var Qc=(t,e)=>Array.from({length:e},(n,a)=>t>>a&1);function qm(t,e,n){
let a={},s={};for(let[r,{shape:o}]of Object.entries(e))a[r]=t.sample_axis[r]===1?2:1,s[r]={shape:o,dtype:e[r].values instanceof Uint8Array?"uint8":"float32",at:0,
lags:[]};return{...n,leads:a,arrays:s,has:r=>Object.hasOwn(e,r),shape:r=>e[r].shape,part(r,...o){let{shape:i,values:l}=e[r],c=i.slice(o.length).reduce((d,u)=>d*
u,1),f=o.reduce((d,u,p)=>d*i[p]+u,0)*c;return l.subarray(f,f+c)}}}function Dm(t,e){let{layer:n,channel:a,time:s}=t.sizes,r=t.modalities.length,o=new Uint8Array(
n*r*a*s),i=1/(t.state_power??1);for(let l=0;l<n;l++){let c=e[l].length/(r*s),f=t.part("channel_index",l);for(let d=0;d<r;d++)for(let u=0;u<a;u++){let p=Math.max(
0,f[d*a+u]),m=((l*r+d)*a+u)*s;for(let g=0;g<s;g++){let y=e[l][(d*s+g)*c+p]/t.scale[l];o[m+g]=Number.isFinite(y)?Math.round(255*Math.min(1,Math.max(0,y))**i):255}}}
return o}function tf({engine:t,frame:e,source:n,changed:a,now:s=()=>performance.now()}){let r=e.modalities.length,o=e.modalities.map(O=>O.name),i=e.sizes.time,l=e.
outputs.length,c=2**r-1,f=r<=Zc&&e.has("game"),d=[2**(r-1)-1,c].filter(O=>O>0&&O<=Pa),u=new Map,p=new Map,m=new WeakSet,g=null,y=null,w=null,b=null,v=!1,k=!1,$=0,
x="",A=n.attributes&&e.has("attribution")?Yc(t,e):null;function S(O,L,T){O.delete(L),O.set(L,T);for(let D of[...O.keys()].slice(0,Math.max(0,O.size-Rm)))D!==y?.
sample&&O.delete(D)}let M=O=>le(O)||`sample ${O.sample}`;function z(){if(y===null||k)return null;let{sample:O}=y,L=le(y),T=u.get(O),D={sample:O,epoch:n.epoch,masked:[],
edits:{}};return O>=e.recorded_samples&&(!T||T.draft||T.partial&&!L)&&w?.key!==M(D)?{sample:O,key:M(D),request:D,edited:!1,requested:$}:!L||y.epoch!==n.epoch||w?.
key===L||g?.key===L&&!g.draft&&!g.partial?null:{sample:O,key:L,request:y,edited:!0,requested:$}}let N=O=>k||y===null||(O.edited?le(y)!==O.key:y.sample!==O.sample||
le(y)!==""&&u.get(O.sample)?.draft===!1);function _(O,L){let D={prediction:{shape:[...[1,1,i],l],values:F(L.predictions)},...Kc(e,L,n.epoch)};return L.valid&&(D.
state_valid={shape:[1,r,i],values:L.valid}),L.states&&e.has("state")&&(D.state={shape:[1,1,e.sizes.layer,r,e.sizes.channel,i],values:Dm(e,L.states)}),O.values.forEach(
(I,E)=>{let H=O.valid[E],G=I.length/H.length;D[`signal_${E}`]={shape:[1,H.length,G],values:I.map((Y,et)=>H[Math.floor(et/G)]?Y:0)},D[`signal_valid_${E}`]={shape:[
1,H.length],values:H}}),D}function j({edits:O}){return e.has("attribution")?n.attributes?f?lo(o,O).length?"The page computes no attribution with an intervention\
 on hidden states or edges.":"":`The page computes no attribution for more than ${Zc} modalities.`:n.no_attribution||"The model in the page has no graph of the \
attribution; export it again.":""}function B(O,L,T,D,I,E,H){let{sample:G,request:Y}=O,et=H?`The attribution could not be computed: ${H}`:j(Y);e.labelled===!1&&G>=
e.recorded_samples&&(e.targets[G]=Hm(T.prediction.values.subarray((i-1)*l)));let tt=D?{...T,...R(G,D)}:T,K={epoch:n.epoch,sample:G,edits:Y.edits,key:O.key,request:Y,
explained:E,unexplained:et,start_s:e.recorded.start_s[G],duration_s:n.timed?e.recorded.duration_s[G]:Pm(e,L.valid,n.rates)},V={...qm(e,tt,K),draft:D===null&&f,partial:I};
O.edited?g=V:S(u,G,V)}function F(O){if(O.length===i*l)return O;let L=new Float32Array(i*l).fill(NaN);return L.set(O,(i-1)*l),L}function R(O,L){let T=e.task==="c\
lassification"?e.targets[O]:0,D=c+1,I=new Float32Array(i*D);for(let[H,G]of L)for(let Y=0;Y<i;Y++)I[Y*D+H]=G[Y*l+T];let E=Float32Array.from({length:i},(H,G)=>I[G*
D]);return{game:{shape:[1,1,i,D],values:I},phi:{shape:[1,1,i,r],values:Bm(I,r)},baseline:{shape:[1,1,i],values:E}}}async function q(O){let L=n.sampleAt(O.sample);
if(L===null)throw new Error(`the page does not hold the input of sample ${e.samples[O.sample]}`);let{edits:T,masked:D}=O.request,I=O.edited?Xc(L,o,T,D,n.std,ht=>{
let _t=n.sampleAt(ht);if(_t===null)throw new Error(`the page does not hold the input of sample ${e.samples[ht]}`);return _t}):L,E=lo(o,T),H={values:I.values,valid:I.
valid,...L.share?{share:L.share}:{},interventions:E},G=await t.predict({...H,members:Uint8Array.from(Qc(c,r)),wants:{states:!0}});if(!G||N(O))return;let Y=G.steps===
1&&i>1,et=new Map([[c,F(G.predictions)]]),tt=o.reduce((ht,_t,qt)=>ht|(Object.hasOwn(T,_t)||D.includes(_t)?1<<qt:0),0),K=E.length?[]:Array.from({length:c},(ht,_t)=>_t).
filter(ht=>!(ht&tt)),V=p.get(O.sample)??new Map;for(let ht of K)V.has(ht)&&et.set(ht,V.get(ht));let J=f?Array.from({length:c},(ht,_t)=>_t).filter(ht=>!et.has(ht)):
[],at=J.map(ht=>[ht,i]),ot=t.thread==="worker"&&!O.edited&&J.length?W(H,at.slice(0,Pa),Y):null,pt=_(I,G);if(b={key:O.key,first:s()-O.requested,all:null,prefixes:null,
left:""},B(O,I,pt,null,Y),a(),!f&&!Y||(ot||await Wm(),N(O)))return;if(f){let ht=await P(O,H,at,Y,ot);if(!ht)return;J.forEach((_t,qt)=>et.set(_t,F(ht[qt])));for(let _t of O.
edited?K:et.keys())V.set(_t,et.get(_t));S(p,O.sample,V),B(O,I,pt,et,Y),b&&(b.all=s()-O.requested),a()}let yt=Y?await U(O,I,pt,et,H):pt;yt&&f&&E.length===0&&A?.follow(
{...I,...L.share?{share:L.share}:{}},G.predictions,ht=>{N(O)||(B(O,I,{...yt,...ht.arrays},et,!1,ht.explained),a())},ht=>{N(O)||(B(O,I,yt,et,!1,void 0,ht),a())})}
function W(O,L,T){let D=d.find(E=>E>=L.length)??Pa,I=Array.from({length:D},(E,H)=>L[Math.min(H,L.length-1)]);return t.predict({...O,...T?{until:I.map(([,E])=>E)}:
{},members:Uint8Array.from(I.flatMap(([E])=>Qc(E,r))),wants:{states:!1}})}async function P(O,L,T,D,I=null){let E=[];for(let H=0;H<T.length;H+=Pa){let G=T.slice(
H,H+Pa),Y=await(H?W(L,G,D):I??W(L,G,D));if(!Y||N(O))return null;let et=l*Y.steps;G.forEach((tt,K)=>E.push(Y.predictions.slice(K*et,(K+1)*et)))}return E}async function U(O,L,T,D,I){
let E=s(),H=async V=>{let J=V.flatMap(ot=>Array.from({length:i-1},(pt,yt)=>[ot,yt+1])),at=await P(O,I,J,!0);if(J.forEach(([ot,pt],yt)=>at&&D.get(ot)?.set(at[yt],
(pt-1)*l)),at)for(let ot of V)m.add(D.get(ot));return at!==null};if(!await H([c]))return null;let G=D.get(0);if(G)for(let V=0;V+1<i;V++)G.copyWithin(V*l,(i-1)*l);
let Y=[...D.keys()].filter(V=>V>0&&V<c&&!m.has(D.get(V))),et=(s()-E)*Y.length,tt=et>jm?`Shapley values before the last step are not computed: the ${Y.length} fu\
rther subsets at every step would take about ${Math.round(et/1e3)} s`:"",K={...T,prediction:{...T.prediction,values:D.get(c).slice()}};return B(O,L,K,f?D:null,Y.
length>0&&!tt),b&&([b.prefixes,b.left]=[s()-O.requested,tt]),a(),tt||!Y.length?K:await H(Y)?(B(O,L,K,D,!1),b&&(b.prefixes=s()-O.requested),a(),K):null}async function C(){
if(!v){v=!0;try{for(let O=z();O;O=z())try{await q(O)}catch(L){w={key:O.key,sample:O.sample,text:L instanceof Error?L.message:String(L)},a()}}finally{v=!1}}}return{
follow({sample:O,epoch:L,masked:T,edits:D}){let I=M({sample:O,epoch:L,masked:T,edits:D});I!==x&&A?.cancel(),I!==x&&([x,$,w]=[I,s(),null]),y={sample:O,epoch:L,masked:T,
edits:D},C()},base:O=>u.get(O)??null,current:()=>g,timesOf:O=>b?.key===O?b:null,problemOf:O=>w&&w.key===O?w.text:"",failed:O=>w&&w.key===`sample ${O}`?w.text:"",
refusal({sample:O,epoch:L,edits:T},D){if(L!==n.epoch)return`the model in the page has the weights of epoch ${e.epochs[n.epoch]}`;if(n.sampleAt(O)===null)return`\
the page does not hold the input of sample ${e.samples[O]}`;for(let[I,E]of o.entries())for(let H of Object.keys(Object.hasOwn(T,E)?T[E]:{}))if(!D[I].includes(H))
return`the page does not compute the edit "${H}" of ${E}`;return""},stop(){k=!0,A?.cancel(),t.stop()}}}var Wm=()=>new Promise(t=>{let e=setTimeout(t,Lm);requestAnimationFrame(
()=>{let{port1:n,port2:a}=new MessageChannel;n.onmessage=()=>{clearTimeout(e),n.close(),t()},a.postMessage(0)})});function Hm(t){let e=0;for(let n=1;n<t.length;n++)
t[n]>t[e]&&(e=n);return e}var Um=16,Gm=.001;function Km(t,e){let{split:n,graph:a}=e.model,s=t.modalities.length;if(!(n.modalities.length===s&&e.rows.length===t.sizes.sample&&e.offers.length===
s&&e.std.length===s&&e.rates.length===s&&n.modalities.every((o,i)=>o.features===t.modalities[i].features.length&&o.frames===t.shape(`signal_${i}`)[1])&&a.steps===
t.sizes.time&&Number.isInteger(e.epoch)&&e.epoch>=0&&e.epoch<t.sizes.epoch))throw new Error("the model in this page does not belong to its data: its modalities,\
 frames, steps or epoch differ")}function Ym(t,e,n){let a=new Map,s=e.model.split.modalities.some(o=>o.share_at!==void 0);function r(o){let i=e.rows[o]>=0?no(e.
model,n,e.rows[o]):null,l=s?i?.share:void 0;return o<t.recorded_samples&&(i||!s)?{values:t.modalities.map((c,f)=>Float32Array.from(t.recorded.part(`signal_${f}`,
o))),valid:t.modalities.map((c,f)=>Uint8Array.from(t.recorded.part(`signal_valid_${f}`,o))),...l?{share:l}:{}}:i&&{values:i.values,valid:i.valid,...l?{share:l}:
{}}}return o=>{let i=a.get(o)??r(o);if(i){a.delete(o),a.set(o,i);for(let l of[...a.keys()].slice(0,Math.max(0,a.size-Um)))a.delete(l)}return i}}async function Vm(t,e,n){
let a=n.sampleAt(0),s=t.modalities.length;if(!a||!t.recorded_samples)return null;let{predictions:r,steps:o}=await e.predict({...a,members:new Uint8Array(s).fill(
1),interventions:[],wants:{states:!1}}),i=t.outputs.length,l=t.sizes.time,c=t.recorded.part("prediction",n.epoch,0),f=o===l?0:(l-1)*i;if(r.length!==(o===l?l:1)*
i)throw new Error(`the model in this page predicts ${r.length} values, expected ${(o===l?l:1)*i}`);let d=0;for(let u=0;u<r.length;u++)Number.isFinite(c[f+u])&&(d=
Math.max(d,Math.abs(r[u]-c[f+u])||(Number.isFinite(r[u])?0:1/0)));return d}async function ef(t,e,n){let{wasm:a}=t;if(!a.byteLength)return co(t,null,e,n);try{return await co(
t,ba(a),e,n)}catch(s){return co(t,null,e,n).catch(()=>{throw s})}}async function co({meta:t,blob:e,script:n},a,s,r){let o=JSON.parse(t);Km(s,o);let i=await Uc(ba(
e),o.stored,o.model.bytes),l=await eo({graph:o.model.graph,weights:ao(o.model,i),wasm:a,script:n});try{let c={epoch:o.epoch,sampleAt:Ym(s,o,i),std:o.std,rates:o.
rates,timed:o.model.split.clock!==null,attributes:!!o.model.graph.gradient,no_attribution:String(o.model.about.no_attribution??"").slice(0,400)},f=await Vm(s,l,
c),d=Gm+2*(Number(o.model.about.error)||0);if(f!==null&&f>d*Math.max(1,Jm(s)))throw new Error(`the model in this page does not reproduce the recorded prediction\
 of ${s.samples[0]}: it differs by ${f.toPrecision(2)}; export the model from the training that was recorded`);return{meta:o,engine:l,predictions:tf({engine:l,frame:s,
source:c,changed:r}),difference:f}}catch(c){throw l.stop(),c}}function Jm(t){if(t.task==="classification")return 1;let e=0;for(let n of t.recorded.part("predict\
ion"))Math.abs(n)>e&&Number.isFinite(n)&&(e=Math.abs(n));return e}var Xm=300;function Zm(t){let e=new Uint8Array(Float32Array.from(t).buffer),n="";for(let a=0;a<e.length;a+=8192)n+=String.fromCharCode(...e.subarray(a,a+8192));
return btoa(n)}var nf=t=>t&&{duration_s:t.duration_s,...Object.fromEntries(["prediction","phi","game"].filter(t.has).map(e=>[e,Zm(t.part(e))]))};function af(t,e,n){
let a=Hc(t,n),s=t.get("page_model"),r=s?.meta?"starting":"none",o=null,i="",l=!1,c=0,f=null,d=()=>!t.get("opened")&&!t.get("edit_options")?.never;function u(v){
d()&&(t.set("page_engine",v),t.save_changes())}async function p(){if(r==="starting"){try{let v=await ef(s,e,m);if(l)return v.predictions.stop();[o,r]=[v,"ready"]}catch(v){
[r,i]=["failed",v instanceof Error?v.message:String(v)]}u(r==="ready"?"ready":`failed: ${i}`),f&&w(f),n()}}function m(){n(),clearTimeout(c),d()&&(c=setTimeout(g,
Xm))}function g(){if(!o||!f||l)return;let v=o.predictions.base(f.sample),k=o.predictions.current(),$=le(f),x=k&&!k.draft&&k.key===$?k:null;if(v?.draft||!v&&!x)return;
let A={sample:f.sample,epoch:f.epoch,masked:f.masked,edits:f.edits};t.set("page_prediction",{request:A,plain:nf(v),edited:nf(x)}),t.save_changes()}function y(v){
return o?o.predictions.refusal(v,o.meta.offers):r==="failed"?i:"the model in the page is starting"}function w(v){f=v,o&&(!le(v)||!y(v)||v.sample>=e.recorded_samples)&&
o.predictions.follow(v)}function b(v){let k=le(v),x=[o?.predictions.current()??null,a.current()].filter(A=>A!==null&&A.sample===v.sample&&A.epoch===v.epoch);return k?
x.find(A=>A?.key===k)??x[0]??null:null}return{take:a.take,start:p,follow:w,editedFor:b,refusal:y,stage:()=>r,reason:()=>i,meta:()=>o?.meta??null,engine:()=>o?.engine??
null,difference:()=>o?.difference??null,base:v=>o?.predictions.base(v)??null,waits:({sample:v})=>v>=e.recorded_samples&&(r==="starting"||o!==null&&!o.predictions.
base(v)&&!o.predictions.failed(v)),missing:v=>v<e.recorded_samples?"":o?o.predictions.failed(v):r==="starting"?"":i||"the page holds no model",timesOf:v=>o?.predictions.
timesOf(v)??null,problemOf:v=>o?.predictions.problemOf(v)??"",stop(){l=!0,clearTimeout(c),a.stop(),o?.predictions.stop()}}}function sf(t,e){let n=0,a=0,s=!1,r=null,o=null,i=(c,f)=>c!==null&&f!==null&&c.key===f.key&&c.request===f.request;function l(c){let f=e.editedFor(c),d=e.base(c.
sample);f||(s=!1);let u=s?null:f;if(u!==r||d!==o){let m=(u===r||i(u,r)&&r?.draft)&&(d===o||i(d,o)&&o?.draft);[r,o,n,a]=[u,d,n+1,a+(m?0:1)]}t.open(d),t.show(f,s);
let p={...c,version:n,early:a,draft:!!(u?u.draft:d?.draft)};return{edited:f,shows:u,comparing:s,state:p}}return{next:l,compare:c=>{s=c}}}var uo=["mask","delay","amplitude","noise","swap","text","window","state"],ho={mask:"available",delay:"delay, steps",amplitude:"amplitude, factor",noise:"noise,\
 sd · seed",swap:"swapped with",text:"text",window:"masked frames",state:"hidden state, edges · from step"};function fo(t,e,n){let a=h("input",{type:"range","\
aria-label":t,...e}),s=h("span",{class:"mmv-set"});a.addEventListener("input",()=>n(Number(a.value)));let r=(o,i)=>{o>Number(a.max)&&(a.max=String(o)),o<Number(
a.min)&&(a.min=String(o)),ft(a,"value",String(o)),ft(a,"ariaValueText",i),wt(s,i)};return{range:a,node:h("div",{class:"mmv-slide"},a,s),set:r}}function rf(t,e,n,a,s,r,o,i){
let l=t.modalities[e],c={},f=[],d=(g,y)=>{n.includes(g)&&y()},u=g=>l.step_s===null?"":` (${mt(g*l.step_s,2)} s)`;return d("mask",()=>{let g=h("input",{type:"che\
ckbox","aria-label":`${l.name} is available`});g.addEventListener("change",()=>r(!g.checked)),c.mask=g,f.push((y,w)=>g.checked=!w)}),d("delay",()=>{let g=Math.max(
1,Math.floor(a/2)),{range:y,node:w,set:b}=fo(`Delay of ${l.name} in steps`,{min:-g,max:g,step:1},v=>s({delay:v||null}));c.delay=w,f.push(({delay:v=0},k)=>{b(v,v?
`${mt(v,0)}${u(v)}`:"none"),ft(y,"disabled",k)})}),d("amplitude",()=>{let{range:g,node:y,set:w}=fo(`Amplitude of ${l.name}, as a factor`,{min:0,max:2,step:.05},
b=>s({amplitude:b===1?null:b}));c.amplitude=y,f.push(({amplitude:b=1},v)=>{w(b,b===1?"as recorded":`× ${st(b,2)}`),ft(g,"disabled",v)})}),d("noise",()=>{let{range:g,
node:y,set:w}=fo(`Noise on ${l.name}, as a share of its standard deviation`,{min:0,max:2,step:.05},v=>s(v?{noise:v,seed:Number(b.value)||0}:{noise:null,seed:null})),
b=h("input",{type:"number",min:0,max:4294967295,step:1,value:0,"aria-label":`Seed of the noise on ${l.name}`,title:"seed of the noise"});b.addEventListener("inp\
ut",()=>b.checkValidity()&&b.value!==""&&s({seed:Number(b.value)})),y.append(b),c.noise=y,f.push(({noise:v=0,seed:k=0},$)=>{w(v,v?`${st(v,2)} sd`:"none"),ft(g,"\
disabled",$),ft(b,"disabled",$||!v),v&&Number(b.value)!==k&&(b.value=String(k))})}),d("swap",()=>{let{select:g}=Rt(`Swap ${l.name} for that of another sample`,[
"its own",...t.samples],y=>s({swap:y?y-1:null,text:null}));c.swap=g,f.push(({swap:y},w)=>{ft(g,"value",String(y===void 0?0:y+1)),ft(g,"disabled",w)})}),d("text",
()=>{let g=h("input",{type:"text",class:"mmv-words",maxlength:1e4,placeholder:"as recorded","aria-label":`Another text for ${l.name}`});g.addEventListener("inpu\
t",()=>s({text:g.value||null,swap:null})),g.addEventListener("focus",()=>{g.value||(g.value=(l.tokens?.[i()]??[]).filter(Boolean).join(" "))}),g.addEventListener(
"blur",()=>{y||(g.value="")});let y="";c.text=g,f.push(({text:w=""},b)=>{y=w,g.value!==w&&(w||!g.matches(":focus"))&&(g.value=w),ft(g,"disabled",b)})}),d("windo\
w",()=>{let g=h("input",{type:"checkbox","aria-label":`Mask frames of ${l.name}`}),y=["First","Last"].map(b=>h("input",{type:"number",min:1,max:a,step:1,value:b===
"First"?1:a,"aria-label":`${b} masked frame of ${l.name}`})),w=()=>{let[b,v]=y.map(k=>Number(k.value)-1);g.checked?y.every(k=>k.checkValidity()&&k.value!=="")&&
b<=v&&s({window:[b,v]}):s({window:null})};[g,...y].forEach(b=>b.addEventListener("input",w)),c.window=h("div",{class:"mmv-slide"},g,y[0],"to",y[1]),f.push(({window:b},v)=>{
g.checked=b!==void 0,ft(g,"disabled",v),y.forEach((k,$)=>{ft(k,"disabled",v||!b),b&&Number(k.value)!==b[$]+1&&(k.value=String(b[$]+1))})})}),d("state",()=>{let g=n.
includes("cut")?t.modalities.map((k,$)=>$).filter(k=>k!==e):[],y=[{state:null,cut:null,step:null},{state:"zero",cut:null},{state:"hold",cut:null},...g.map(k=>({
state:null,cut:k}))],w=["as computed","state set to 0","state held",...g.map(k=>`no edge from ${t.modalities[k].name}`)],{select:b}=Rt(`Intervention on the SSM \
stream of ${l.name}, in every ${t.scans.length?"captured scan of this modality":"layer"}`,w,k=>s(k?{...y[k],step:v.disabled?o():Number(v.value)-1}:y[0])),v=h("i\
nput",{type:"number",min:1,max:t.sizes.time,step:1,value:1,"aria-label":`First step of the intervention on ${l.name}`,title:"first step of the intervention; at \
first the selected step"});v.addEventListener("input",()=>v.checkValidity()&&v.value!==""&&s({step:Number(v.value)-1})),c.state=h("div",{class:"mmv-slide"},b,v),
f.push(({state:k,cut:$,step:x=0},A)=>{let S=y.findIndex(M=>(M.state??void 0)===k&&(M.cut??void 0)===$);ft(b,"value",String(Math.max(0,S))),ft(b,"disabled",A),ft(
v,"disabled",A||S<=0),Number(v.value)!==x+1&&(v.value=String(x+1))})}),{row:g=>h("tr",{},h("th",{scope:"row"},...$t(t,e)),...g.map(y=>h("td",{class:`mmv-by-${y}`,
"data-kind":ho[y],...c[y]?{}:{"data-none":""}},c[y]??h("span",{class:"mmv-faint"},"–")))),draw:(g,y)=>f.forEach(w=>w(g,y))}}var of=({edits:t,masked:e})=>JSON.stringify([Object.entries(t).map(([n,a])=>[n,Object.keys(a)]),e]);function lf(t,e=()=>performance.now()){let n=[],a=[],s=null,
r=-1/0;function o({edits:l,masked:c}){let f={edits:l,masked:c};s!==null&&JSON.stringify(s)===JSON.stringify(f)||(s!==null&&(n.length>0&&!a.length&&e()-r<700&&of(
s)===of(f)||(n=[...n,s].slice(-100)),a=[]),[s,r]=[f,e()])}function i(l,c){let f=l.at(-1);return!f||s===null?!1:(c.push(s),l.pop(),[s,r]=[f,-1/0],t(f),!0)}return{
follow:o,undo:()=>i(n,a),redo:()=>i(a,n),steps:()=>({undo:n.length,redo:a.length})}}var Bs=50,Qm=t=>`"${(typeof t=="string"&&/^[=+\-@\t\r]/.test(t)?`'${t}`:String(t)).replaceAll('"','""')}"`,cf=(t,{edits:e,masked:n})=>[da(t,e),...n.map(a=>`${a}\
 masked`)].filter(Boolean).join("; ");function t0(t,e){let n=t.target_name,a=["sample","epoch","time","edits",`${n}, recorded`,`${n}, edited`,"difference",...t.
modalities.map(r=>`Shapley value of ${r.name}`)],s=e.map(r=>[t.samples[r.sample],t.epochs[r.epoch],Mt(t,r.sample,r.time),cf(t,r),r.recorded??"",r.value,r.recorded===
null?"":r.value-r.recorded,...r.phi]);return[a,...s].map(r=>r.map(Qm).join(",")).join(`\r
`)+`\r
`}function e0(t,e,n){let{epoch:a,sample:s,request:r}=e,o=t.task==="classification"?t.targets[s]:0,i=t.recorded.part("prediction",a,s,n)[o];return{sample:s,epoch:a,
time:n,edits:r.edits,masked:r.masked,value:e.part("prediction",0,0,n)[o],recorded:Number.isFinite(i)?i:null,phi:Array.from(e.part("phi",0,0,n))}}function n0(t,e){
let n=a=>typeof a=="object"&&a!==null&&Number.isInteger(a.sample)&&a.sample>=0&&a.sample<t.sizes.sample&&Number.isInteger(a.epoch)&&a.epoch>=0&&a.epoch<t.sizes.
epoch&&Number.isInteger(a.time)&&a.time>=0&&a.time<t.sizes.time&&typeof a.edits=="object"&&a.edits!==null&&Array.isArray(a.masked)&&typeof a.value=="number"&&Array.
isArray(a.phi)&&a.phi.length===t.modalities.length;return Array.isArray(e)?e.filter(n).slice(0,Bs):[]}function ff(t,e,n){let a=h("tbody"),s=h("span",{role:"stat\
us"}),r=()=>n0(t,e.get("counterfactuals")),o=p=>{e.set("counterfactuals",p),e.save_changes()},i=ct("CSV",()=>{let p=h("a",{href:URL.createObjectURL(new Blob([t0(
t,r())],{type:"text/csv"})),download:"counterfactuals.csv"});p.click(),setTimeout(()=>URL.revokeObjectURL(p.href),1e3)},{"aria-label":"Download the counterfactu\
als as CSV"}),l=[t.task==="classification"?"p(true class)":"predicted value","difference"],c=h("table",{class:"mmv-list","aria-label":"Counterfactuals"},h("thea\
d",{},h("tr",{},...["sample","edits","epoch","time",...l].map(p=>h("th",{scope:"col"},p)),...t.modalities.map((p,m)=>h("th",{scope:"col"},"φ ",...$t(t,m))),h("\
td"))),a),f=h("div",{class:"mmv-counterfactuals"},h("div",{class:"mmv-inline"},s,i),h("div",{class:"mmv-scroll-x",tabindex:0,role:"region","aria-label":"Table o\
f counterfactuals"},c),rt(`Values at the time of saving: φ is the Shapley value, the difference is that to the ${t.recorded_samples<t.sizes.sample?"unedited":"\
recorded"} sample. Press the edits to restore them. At most ${Bs} rows: a further one replaces the oldest.`));function d(){let p=r();f.hidden=p.length===0,s.textContent=
`${p.length} saved`,a.replaceChildren(...p.map((m,g)=>{let y=cf(t,m)||"no edit",w=ct("",()=>n({sample:m.sample,epoch:m.epoch,time:m.time,edits:m.edits,masked:m.
masked}),{class:"mmv-open"});return w.append(Q(y)),h("tr",{},h("th",{scope:"row"},Q(t.samples[m.sample])),h("td",{},w),h("td",{},String(t.epochs[m.epoch])),h("t\
d",{},Mt(t,m.sample,m.time)),h("td",{},st(m.value,t.digits)),h("td",{},m.recorded===null?"–":mt(m.value-m.recorded,t.digits)),...m.phi.map(b=>h("td",{},mt(b,t.
digits))),h("td",{},ct("remove",()=>o(r().filter((b,v)=>v!==g)),{"aria-label":`Remove counterfactual ${g+1}`})))}))}return e.on("change:counterfactuals",d),d(),
{node:f,save:(p,m)=>o([...r(),e0(t,p,m)].slice(-Bs)),full:()=>r().length>=Bs,stop:()=>e.off("change:counterfactuals",d)}}var a0={mask:"a mask",delay:"a delay",amplitude:"an amplitude",noise:"noise",swap:"a swap",text:"text",window:"masked frames",state:"a change of its own hidden \
state"},s0=["delay","swap","window"],r0=80,o0="Explorer(trace, model=mmviz.recording.export_model(run, part)) or Explorer(trace, what_if=mmviz.recording.what_if\
(run, part))";function i0(t,e,n){let a=new Map;for(let s of e){let r=n[s]||t.missing_scans||"the fusion has no SSM stream per modality, or its edits are not off\
ered";a.set(r,[...a.get(r)??[],t.modalities[s].name])}return[...a].map(([s,r])=>`Hidden states of ${r.join(", ")} cannot be changed here: ${s}${s.endsWith(".")?
"":"."}`).join(" ")}function l0(t,e,n,a){let s=o=>t.modalities.filter((i,l)=>!e[l].includes(o)&&(o!=="text"||i.display.kind==="text")).map(i=>i.name),r=!a&&t.modalities.
some((o,i)=>t.has(`signal_at_${i}`));return uo.map(o=>({kind:o,names:s(o)})).filter(({names:o})=>o.length).map(({kind:o,names:i})=>o==="state"?i0(t,t.modalities.
flatMap((l,c)=>e[c].includes("state")?[]:[c]),n):o==="text"?`The text of ${i.join(", ")} cannot be edited: ${a?"what_if was given no encoder for it":"this needs\
 the kernel and an encoder, what_if(run, part, text={...})"}.`:`${a?"what_if":"The model in the page"} does not offer ${a0[o]} for ${i.join(", ")}${r&&s0.includes(
o)?": with timestamps it changes the time that a frame covers, which needs the kernel":""}.`).join(" ")}function df(t){let e=t.get("selection");return!(t.get("o\
pened")||t.get("edit_options")?.never)||!!t.get("page_model")?.meta||!!t.get("what_if_result")?.seq||Object.keys(e?.edits??{}).length>0}function uf(t,e,n,{compare:a,
predictions:s}){let r=e.get("edit_options"),o=!!r?.offers,i=o&&r.kernel!==!1,l=h("summary",{},"What-if edits"),c=h("details",{class:"mmv-panel mmv-what-if",...o||
e.get("what_if_result")?.seq?{open:""}:{}},l),f=h("p",{class:"mmv-small mmv-what-if-status",role:"status"}),d=h("p",{class:"mmv-error",role:"alert"}),u=h("p",{class:"\
mmv-small mmv-what-if-effect"}),p=ct("reset",()=>n({edits:{},masked:[]}),{"aria-label":"Reset all edits"}),m=ct("show as recorded",()=>a(m.getAttribute("aria-pr\
essed")!=="true"),{"aria-pressed":"false"}),g=lf(n),y=ff(t,e,n),w=ct("undo",g.undo,{"aria-label":"Undo the last edit"}),b=ct("redo",g.redo,{"aria-label":"Redo t\
he edit"}),v=ct("save as counterfactual",()=>M&&y.save(M,$.time)),k=ct("cancel",()=>n(z()),{"aria-label":"Cancel this edit"}),$=e.get("selection"),x=0,A=0,S=!1,
M=null,z=()=>M?{edits:M.edits,masked:M.request.masked,sample:M.sample,epoch:M.epoch}:{edits:{},masked:[]},N=o?t.modalities.map((O,L)=>rf(t,L,r.offers[L],r.frames[L],
T=>{let D={...Object.hasOwn($.edits,O.name)?$.edits[O.name]:{},...T},I=Object.fromEntries(oo.filter(H=>D[H]!==void 0&&D[H]!==null).map(H=>[H,D[H]])),E=Object.entries(
$.edits).filter(([H])=>H!==O.name);n({edits:Object.fromEntries(Object.keys(I).length?[...E,[O.name,I]]:E)})},T=>n({masked:t.modalities.map(D=>D.name).filter(D=>D===
O.name?T:$.masked.includes(D))}),()=>$.time,()=>$.sample)):[];if(o){let O=uo.filter(L=>r.offers.some(T=>T.includes(L)));c.append(h("div",{class:"mmv-scroll-x",tabindex:0,
role:"region","aria-label":"Edits of each modality"},h("table",{class:"mmv-edits","aria-label":"Edits"},h("thead",{},h("tr",{},h("td"),...O.map(L=>h("th",{scope:"\
col",class:`mmv-by-${L}`},ho[L])))),h("tbody",{},...N.map(L=>L.row(O))))))}let _=o?l0(t,r.offers,r.reasons??[],i):e.get("opened")?"Further edits need a running \
kernel, and a saved page has none; a modality can still be masked, under Modality ablation.":`Edits need the model: ${o0}.`;c.append(h("div",{class:"mmv-inline"},
w,b,p,m,k,v,f),u,d,y.node,..._?[rt(_)]:[]);let j=[t.task==="classification"?["p(true class)"]:["predicted value"],...t.modalities.map((O,L)=>$t(t,L))].map(O=>({
numbers:new Text(""),words:O})),B=j.map(({numbers:O,words:L})=>h("span",{class:"mmv-change"},...L,O));function F({sample:O,epoch:L,time:T}){let D=t.task==="clas\
sification"?t.targets[O]:0,I=G=>G.part("prediction",L,O,T)[D],[E,H]=[t.recorded,t].map(G=>G.part("phi",L,O,T));j.forEach(({numbers:G},Y)=>{let[et,tt,K]=Y?[E[Y-1],
H[Y-1],mt]:[I(t.recorded),I(t),st],V=` ${K(et,t.digits)} → ${K(tt,t.digits)}`;G.data!==V&&(G.data=V)}),u.firstChild||u.append(...B)}function R(O){let L=s.timesOf(
O),T=e.get("what_if_result"),D=T?.milliseconds;return L&&M?.draft!==void 0?`in the page in ${st(L.first,0)} ms${L.all===null?"":`, all subsets in ${st(L.all,0)}\
 ms`}${L.prefixes===null?M.partial?"; every prefix is being computed":"":`, every prefix in ${st(L.prefixes/1e3,1)} s`}${L.left&&`. ${L.left}`}`:`by the kernel${typeof D==
"number"?` in ${st(D,0)} ms`:""}`}function q(){let O=s.stage(),L=s.difference();if(O==="failed")return` The model in the page cannot be used${i?"; the kernel pr\
edicts":""}: ${s.reason()}`;if(O!=="ready")return"";let T=s.engine(),D=s.meta(),I=Number(D?.model.about.error)||0,E=[...D?.notes??[],String(D?.model.about.no_attribution??
"")].filter(Boolean).map(H=>` ${H.replace(/\.$/,"")}.`).join("");return` The model is in the page (epoch ${t.epochs[t.model_epoch??0]}, ${T?.kind==="wasm"?"WebA\
ssembly":"JavaScript"})${I?`; stored weights and frames change a prediction by at most ${I.toPrecision(2)}`:""}${L===null?"":`; it reproduces the recording of ${t.
samples[0]} within ${L.toPrecision(1)}`}.${E}`}function W(O){let L=e.get("what_if_error"),T=L?.seq&&le(L.request)===O,D=s.problemOf(O),I=O&&!i&&o&&!D?s.refusal(
$):"",E=s.stage()==="starting",H=M?"shown is the last valid prediction":"shown is the recorded sample",{undo:G,redo:Y}=g.steps(),et=[[p,!O],[w,!G],[b,!Y],[v,!(M&&
M.key===O&&!M.draft&&M.has("phi"))],[m,!M]];for(let[V,J]of et)ft(V,"disabled",J);let tt=D||(O&&T?L.text:"")||(E?"":I);if(wt(d,tt?`This edit could not be compute\
d; ${H}${M?`: ${da(t,M.edits)||"some modalities masked"}`:""}. The reason: ${tt}`:""),!(O&&!tt&&M?.key!==O&&s.stage()==="ready"&&!s.refusal($)))clearTimeout(A),
A=0,S=!1;else if(!S){A||=setTimeout(()=>{S=!0,W(le($))},r0);return}wt(f,t.edited()===null&&M?"Shown is the sample as recorded.":O?tt?"":M&&M.key===O?`Shown is t\
he edited sample, computed ${R(O)}; outlines and pale lines are as recorded.`:E?`The model in the page is starting; ${H}.`:o?`Computing; ${H}.`:`This edit was n\
ot computed before the page was saved; ${H}.`:o?`Nothing is edited.${q()}`:""),ft(k,"hidden",!o||!O||M?.key===O),clearTimeout(x),i&&O&&!tt&&!E&&!(M&&M.key===O)&&
(x=setTimeout(()=>f.textContent=`No result for 5 seconds: the kernel is busy, or not running; ${H}.`,5e3))}function P(O,L,T){[$,M]=[O,L],g.follow(O);let D=o||L?
le(O):Object.keys(O.edits).length?le(O):"";N.forEach((I,E)=>{let{name:H}=t.modalities[E];I.draw(Object.hasOwn(O.edits,H)?O.edits[H]:{},O.masked.includes(H))}),Dt(
m,"aria-pressed",String(T)),W(D),!M?.draft&&(t.edited()?F(O):u.replaceChildren())}function U(O){let L=O.key.toLowerCase(),T=O.target;return!(O.ctrlKey||O.metaKey)||
O.altKey||!["z","y"].includes(L)||T.closest("input[type=text], input[type=search], input[type=number], textarea")?!1:(O.preventDefault(),O.stopPropagation(),L===
"y"||O.shiftKey?g.redo():g.undo(),!0)}return{node:c,draw:P,key:U,stop:()=>{clearTimeout(x),clearTimeout(A),y.stop()}}}var c0=340,hf=28,f0=22,pf=3;function po(t,e){let n=[],a=1/0;for(let r=0;r<e**t.length;r++){let o=t.map((l,c)=>Math.floor(r/e**c)%e),i=Array(e).fill(0);o.forEach(
(l,c)=>i[l]+=t[c]+f0),Math.max(...i)<a&&([n,a]=[o,Math.max(...i)])}let s=[...new Set(n)];return n.map(r=>s.indexOf(r))}function mf(t){let e=h("div",{class:"mmv-\
more"}),n={};t.forEach(({node:r,tall:o})=>r.style.containIntrinsicSize=`auto ${o}px`);let a=0,s=r=>{if(r===a)return;a=r;let o=n[r]??=po(t.map(i=>i.tall),r);e.replaceChildren(
...Array.from({length:r},(i,l)=>h("div",{class:"mmv-column"},...t.filter((c,f)=>o[f]===l).map(c=>c.node))))};return s(Math.min(pf,t.length)),new ResizeObserver(
([{contentRect:r}])=>{let o=Math.floor((r.width+hf)/(c0+hf));r.width&&s(Math.max(1,Math.min(pf,t.length,o)))}).observe(e),e}function mo(t){history.replaceState(null,"",`#${encodeURIComponent(JSON.stringify(t))}`)}var gf=!1;function go(t){if(!gf&&!document.getElementById("mmviz-study"))
return"";let e=new URL(location.href);return e.searchParams.delete("token"),e.hash=encodeURIComponent(JSON.stringify(t)),e.href}function bo(){try{let t=JSON.parse(
decodeURIComponent(location.hash.slice(1)));return typeof t=="object"&&t!==null?t:{}}catch{return{}}}function bf(t){let e=bo();gf=!0;let n=0,a=()=>{clearTimeout(
n),n=setTimeout(()=>mo(t.get("selection")),300)};return t.on("change:selection",a),{restore:()=>{Object.keys(e).length&&(t.set("selection",{...t.get("selection"),
...e}),t.save_changes())},stop:()=>{clearTimeout(n),t.off("change:selection",a)}}}var d0={lanes:["prediction","state"],"end-to-end attribution":["attribution","attribution_total","attribution_bias"],"half-life":["half_life","state"],transport:[
"plan","cost","distance","estimated_lag"],"mean shapley":["phi_mean","phi_low","phi_high"]};function u0(t,e){if(t.recorded.arrays[e]?.dtype!=="uint8")return null;
let n=/^scan_norm_(\d+)$/.exec(e);return e==="state"?(a,s)=>(a/255)**(t.state_power??1)*t.scale[s.layer]:e==="influence"?(a,s)=>(a/255)**2*t.influence.scale[s.layer]:
e==="plan"||e==="cost"?(a,s)=>a/255*t.transport_scale[e][s.pair]:e==="routing"||e==="overview_value"?a=>a/255:n?a=>a/255*t.scans[Number(n[1])].scale:null}function h0(t,e,n){
return(/^(target_|source_)?modality$/.test(e)||e==="stream")&&n<t.modalities.length?t.modalities[n].name:e==="epoch"?t.epochs[n]:e==="recorded_sample"?t.samples[n]:
e==="layer"?t.layers[n]??n:e==="output"||e==="true_class"||e==="predicted_class"?t.outputs[n]??n:e==="pair"?t.pairs[n]?`${t.pairs[n].source} → ${t.pairs[n].anchor}`:
n:e==="curve"?t.curves[n]?.name??n:e==="history_epoch"?t.history_epochs[n]??n:e==="subset"||e==="coalition"?t.modalities.filter((s,r)=>n>>r&1).map(s=>s.name).join(
" + ")||"none":e==="statistic"?["mean","low","high"][n]??n:n}var p0=(t,e)=>[...new Set([...d0[e.name]??[],...e.needs])].filter(t.has);function yf(t,e,n){if(e.table)
return e.table(t,n);let a=p0(t,e),s=f=>t.recorded.arrays[f].dims??t.shape(f).map((d,u)=>`index ${u+1}`),r=[...new Set(a.flatMap(s))],o={recorded_sample:n.sample,
epoch:n.epoch,layer:n.layer},i=[],l=t.edited(),c=l!==null&&l.sample===n.sample&&l.epoch===n.epoch;for(let f of a){let d=c?[t.replaced(f)?"edited":"recorded"]:[],
u=s(f),p=t.recorded.shape(f),m=u0(t,f),g=0;for(;g<u.length&&Object.hasOwn(o,u[g]);)g++;let y=u.slice(0,g).map((v,k)=>v==="recorded_sample"?o[v]:Math.min(o[v],p[k]-
1)),w=t.part(f,...y),b=p.slice(g);for(let v=0;v<w.length;v++){let k={};y.forEach((x,A)=>k[u[A]]=x);let $=v;for(let x=b.length-1;x>=0;x--)k[u[g+x]]=$%b[x],$=Math.
floor($/b[x]);u.some(x=>Object.hasOwn(o,x)&&k[x]!==void 0&&!u.slice(0,g).includes(x)&&k[x]!==Math.min(o[x],p[u.indexOf(x)]-1))||i.push([f,...d,...r.map(x=>k[x]===
void 0?"":h0(t,x,k[x])),m?m(w[v],k):w[v]])}}return{columns:["array",...c?["state of the sample"]:[],...r.map(f=>f.replace("recorded_","").replace("_"," ")),"val\
ue"],rows:i}}function m0(t){if(typeof t=="number")return Number.isNaN(t)?"":String(t);let e=/^[=+\-@\t\r]/.test(t)?`'${t}`:t;return/[",\n\r]/.test(e)?`"${e.replaceAll(
'"','""')}"`:e}var wf=({columns:t,rows:e})=>[t,...e].map(n=>n.map(m0).join(",")).join(`\r
`)+`\r
`;var vf=new Map,Ln=null;function ua(t){let e=vf.get(t);if(e!==void 0)return e;let n=null;if(t&&t!=="none"&&CSS.supports("color",t)){if(!Ln){let i=document.createElement(
"canvas");[i.width,i.height]=[1,1],Ln=i.getContext("2d",{willReadFrequently:!0})}Ln.clearRect(0,0,1,1),Ln.fillStyle="#000",Ln.fillStyle=t,Ln.fillRect(0,0,1,1);let[
a,s,r,o]=Ln.getImageData(0,0,1,1).data;n=o?{colour:`rgb(${a}, ${s}, ${r})`,alpha:Math.round(1e3*o/255)/1e3}:null}return vf.set(t,n),n}var yo=t=>t.split(/,(?![^(]*\))/).
map(e=>e.trim());function g0(t){let e=[],n=0,a=0;for(let s=0;s<=t.length;s++)t[s]==="("&&n++,t[s]===")"&&n--,(s===t.length||t[s]===","&&!n)&&(e.push(t.slice(a,s).
trim()),a=s+1);return e}var wo=t=>t?{fill:t.colour,...t.alpha<1?{"fill-opacity":t.alpha}:{}}:{fill:"none"};function xf(t,e,n){let a=yo(t.backgroundSize),s=yo(t.
backgroundPosition);return g0(t.backgroundImage).flatMap((r,o)=>{let i=/^(repeating-linear|linear|radial)-gradient\((.*)\)$/s.exec(r);if(!i)return[];let l=`pain\
t-${n.childNodes.length}`,c=it("rect",{...e,fill:`url(#${l})`}),f=yo(i[2]),d=/^(-?[\d.]+)deg$/.exec(f[0]),u=d?Number(d[1]):180,m=(d||/^(to|circle|ellipse|closest|farthest|at)\b/.
test(f[0])?f.slice(1):f).map(x=>{let A=[...x.replace(/^[a-z-]+\([^)]*\)/,"").matchAll(/(-?[\d.]+)(px|%)/g)].map(S=>Number(S[1]));return{paint:ua(/^[a-z-]+\([^)]*\)|^\S+/.
exec(x)?.[0]??""),places:A}});if(i[1]==="repeating-linear"){let x=Math.max(...m.flatMap(({places:M})=>M));if(!(x>0))return[];let A=0,S=m.flatMap(({paint:M,places:z})=>{
let N=z.length>1?z[0]:A,_=z.at(-1)??A;return A=_,M&&_>N?[it("rect",{x:N,width:_-N,height:x,...wo(M)})]:[]});return n.append(it("pattern",{id:l,width:x,height:x,
patternUnits:"userSpaceOnUse",patternTransform:`translate(${e.x} ${e.y}) rotate(${u-90})`},...S)),[c]}let[g,y="auto"]=(a[o%a.length]??"auto").split(" ");if(i[1]===
"radial"){let x=parseFloat(g),A=m[0]?.places[0],S=m[0]?.paint;return!(x>0)||!A||!S?[]:(n.append(it("pattern",{id:l,x:e.x,y:e.y,width:x,height:x,patternUnits:"us\
erSpaceOnUse"},it("circle",{cx:x/2,cy:x/2,r:A,...wo(S)}))),[c])}let w=m.map(({paint:x})=>x?.colour),b=m[0]?.paint;if(b&&w.every(x=>x===b.colour)){let x=(z,N)=>z.
endsWith("%")?parseFloat(z)*N/100:z==="auto"?N:parseFloat(z),A=[x(g,e.width),x(y,e.height)],[S,M]=(s[o%s.length]??"0% 0%").split(" ").map((z,N)=>x(z,(N?e.height:
e.width)-A[N]));return[it("rect",{x:e.x+S,y:e.y+M,width:A[0],height:A[1],...wo(b)})]}let v=(u-90)*Math.PI/180,[k,$]=[Math.cos(v)/2,Math.sin(v)/2];return n.append(
it("linearGradient",{id:l,x1:.5-k,y1:.5-$,x2:.5+k,y2:.5+$},...m.map(({paint:x,places:A},S)=>it("stop",{offset:A.length?A[0]/100:S/(m.length-1),"stop-color":x?.colour??
"#ffffff","stop-opacity":x?.alpha??0})))),[c]})}var b0=["fill","stroke"],y0=["fill-opacity","stroke-width","stroke-opacity","stroke-dasharray","stroke-linecap","stroke-linejoin","opacity","text-anchor","domin\
ant-baseline","font-family","font-size","font-weight","paint-order"],vo=".mmv-panel-tools, .mmv-export, .mmv-trust, .mmv-lacks, .mmv-control, .mmv-hidden-text, \
.mmv-log, .mmv-grow, .mmv-brush, .mmv-zoom, input, select, audio, video, dialog, [hidden], button:not(.mmv-open, .mmv-closed, .mmv-sort, .mmv-term, .mmv-series,\
 .mmv-score, .mmv-chip)",Ps=12,$f={"color-scheme":"light","--paper":"#ffffff","--ink":"#1f2430"};function w0(t,e){let n=t.querySelectorAll(vo),a=[...n].map(o=>o.
style.display);n.forEach(o=>o.style.display="none"),t.toggleAttribute("data-exported",!0);let{style:s}=t.closest(".mmv")??t,r=Object.keys($f).map(o=>[o,s.getPropertyValue(
o),s.getPropertyPriority(o)]);for(let[o,i]of Object.entries($f))s.setProperty(o,i,"important");try{return e()}finally{for(let o of r)s.setProperty(...o);n.forEach(
(o,i)=>o.style.display=a[i]),t.toggleAttribute("data-exported",!1)}}function v0(t){let{width:e,top:n}=t.getBoundingClientRect(),a=[...t.children].filter(s=>!s.matches(
vo)&&s.getClientRects().length).map(s=>s.getBoundingClientRect().bottom-n);return{width:Math.ceil(e)+2*Ps,height:Math.ceil(Math.max(24,...a))+2*Ps}}var St=t=>Math.
round(100*t)/100;function _f(t,e,n,a){let{width:s,height:r}=e,o=e.left-a.left,i=e.top-a.top,l={x:St(o),y:St(i),width:St(s),height:St(r)};if(s<=0||r<=0)return;let c=Math.
min(parseFloat(n.borderTopLeftRadius)*(n.borderTopLeftRadius.endsWith("%")?s/100:1)||0,s/2,r/2),f=c?{rx:St(c)}:{},d=ua(n.backgroundColor);d&&t.append(it("rect",
{...l,...f,fill:d.colour,...d.alpha<1?{"fill-opacity":d.alpha}:{}})),n.backgroundImage!=="none"&&t.append(...xf(n,{x:o,y:i,width:s,height:r},a.defs).map(g=>(c&&
g.tagName==="rect"&&g.setAttribute("rx",String(St(c))),g)));let u=["Top","Right","Bottom","Left"].map(g=>{let y=parseFloat(n[`border${g}Width`]),w=n[`border${g}\
Style`],b=ua(n[`border${g}Color`]);return w==="none"||w==="hidden"||!(y>0)||!b?null:{wide:y,paint:b,dash:w==="dashed"?`${3*y} ${2*y}`:w==="dotted"?`${y} ${y}`:""}}),
p=({wide:g,paint:y,dash:w})=>({fill:"none",stroke:y.colour,"stroke-width":g,...y.alpha<1?{"stroke-opacity":y.alpha}:{},...w?{"stroke-dasharray":w}:{}}),m=u[0];if(m&&
u.every(g=>g&&g.wide===m.wide&&g.paint.colour===m.paint.colour)){let g=m.wide/2;t.append(it("rect",{x:St(o+g),y:St(i+g),width:St(Math.max(0,s-2*g)),height:St(Math.
max(0,r-2*g)),...f,...p(m)}));return}u.forEach((g,y)=>{if(!g)return;let w=g.wide/2,b=[`M${St(o)} ${St(i+w)}h${St(s)}`,`M${St(o+s-w)} ${St(i)}v${St(r)}`,`M${St(o)}\
 ${St(i+r-w)}h${St(s)}`,`M${St(o+w)} ${St(i)}v${St(r)}`][y];t.append(it("path",{d:b,...p(g)}))})}function Mf(t,e,n,a){let s=getComputedStyle(e,n);if(s.content!==
'""'||s.position!=="absolute"||s.display==="none")return;let r=e.getBoundingClientRect(),[o,i,l,c]=[s.left,s.top,s.width,s.height].map(parseFloat);if([o,i,l,c].
every(Number.isFinite)){let f=getComputedStyle(e);_f(t,{left:r.left+parseFloat(f.borderLeftWidth)+o,top:r.top+parseFloat(f.borderTopWidth)+i,width:l,height:c},s,
a)}}function x0(t,e,n,a){let s=ua(n.color);if(!e.data.trim()||!s)return;let r=[],o=document.createRange(),i=n.writingMode.startsWith("vertical");for(let m of e.
data.matchAll(/\S+/g)){o.setStart(e,m.index),o.setEnd(e,m.index+m[0].length);let g=[...o.getClientRects()].filter(({width:b})=>b>0),y=r.at(-1),w=g[0];if(w)if(g.
length>1&&!i)for(let b=0;b<m[0].length;b++){o.setStart(e,m.index+b),o.setEnd(e,m.index+b+1);let v=o.getClientRects()[0],k=r.at(-1);v&&(k&&b&&Math.abs(k.top-v.top)<
2?Object.assign(k,{text:k.text+m[0][b],right:v.right}):k&&Math.abs(k.top-v.top)<2?Object.assign(k,{text:`${k.text} ${m[0][b]}`,right:v.right}):r.push({text:m[0][b],
left:v.left,right:v.right,top:v.top,bottom:v.bottom}))}else y&&Math.abs(i?y.left-w.left:y.top-w.top)<2?Object.assign(y,{text:`${y.text} ${m[0]}`,left:Math.min(y.
left,w.left),right:Math.max(y.right,w.right),top:Math.min(y.top,w.top),bottom:Math.max(y.bottom,w.bottom)}):r.push({text:m[0],left:w.left,right:w.right,top:w.top,
bottom:w.bottom})}let{context:l}=a;l.font=`${n.fontStyle} ${n.fontWeight} ${n.fontSize} ${n.fontFamily}`;let c=l.measureText("Mg"),f=c.fontBoundingBoxAscent,d=c.
fontBoundingBoxDescent,u=n.textAlign==="right"||n.textAlign==="end"?"end":n.textAlign==="center"?"middle":"start",p={fill:s.colour,...s.alpha<1?{"fill-opacity":s.
alpha}:{},"font-family":n.fontFamily,"font-size":parseFloat(n.fontSize),...n.fontWeight==="400"?{}:{"font-weight":n.fontWeight},...n.fontStyle==="normal"?{}:{"f\
ont-style":n.fontStyle},...n.textDecorationLine==="line-through"?{"text-decoration":"line-through"}:{}};for(let{text:m,left:g,right:y,top:w,bottom:b}of r){if(i){
let $=(g+y)/2-a.left+(f-d)/2,x=(w+b)/2-a.top;t.append(it("text",{transform:`translate(${St($)} ${St(x)}) rotate(-90)`,"text-anchor":"middle",...p},m));continue}
let v=(u==="end"?y:u==="middle"?(g+y)/2:g)-a.left,k=(w+b-f-d)/2+f-a.top;t.append(it("text",{x:St(v),y:St(k),...u==="start"?{}:{"text-anchor":u},...p},m))}}var $0={
M:[0,1],L:[0,1],T:[0,1],H:[0],V:[1],C:[0,1,0,1,0,1],S:[0,1,0,1],Q:[0,1,0,1],Z:[]};function M0(t,{scale:e,offset:n}){let a=!0,s=[...t.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)].
map(([,r,o])=>{let i=$0[r.toUpperCase()],l=r===r.toLowerCase()&&!a;return a=!1,i?r+(o.match(/-?[\d.]+(?:e-?\d+)?/gi)??[]).map((c,f)=>St(Number(c)*e[i[f%i.length]]+
(l?0:n[i[f%i.length]]))).join(" "):null});return s.includes(null)?null:s.join("")}var _0={x:[0,!1],x1:[0,!1],x2:[0,!1],y:[1,!1],y1:[1,!1],y2:[1,!1],width:[0,!0],
height:[1,!0]};function k0(t,e,n,a){let s=e.viewBox.baseVal,r=[...t.querySelectorAll("*")];if(!s?.width||!s.height||r.some(d=>d.hasAttribute("transform")||!["pa\
th","rect","line","g"].includes(d.localName)))return;let o=e.getAttribute("preserveAspectRatio")==="none",i=Math.min(n/s.width,a/s.height),l=o?[n/s.width,a/s.height]:
[i,i],c={scale:l,offset:[(n-l[0]*s.width)/2-l[0]*s.x,(a-l[1]*s.height)/2-l[1]*s.y]},f=r.map(d=>d.localName==="path"?M0(d.getAttribute("d")??"",c):"");f.includes(
null)||(r.forEach((d,u)=>{if(d.localName==="path")return d.setAttribute("d",String(f[u]));for(let[p,[m,g]]of Object.entries(_0)){let y=d.getAttribute(p);y!==null&&
!y.endsWith("%")&&d.setAttribute(p,String(St(Number(y)*l[m]+(g?0:c.offset[m]))))}}),t.removeAttribute("viewBox"),t.removeAttribute("preserveAspectRatio"))}function A0(t,e){
let n=getComputedStyle(t).imageRendering==="pixelated"&&t.width?Math.min(64,Math.ceil(2*e/t.width)):1;if(n<2||t.width*t.height*n*n>4e6)return t.toDataURL();let a=h(
"canvas",{width:t.width*n,height:t.height*n}),s=a.getContext("2d");return s.imageSmoothingEnabled=!1,s.drawImage(t,0,0,a.width,a.height),a.toDataURL()}function kf(t){
let e=getComputedStyle(t);if(t.matches("[hidden], title, desc")||e.display==="none"||e.visibility==="hidden")return null;let n=document.createElementNS(t.namespaceURI,
t.localName);for(let{name:a,value:s}of t.attributes)s&&!/^(class|id|style|role|tabindex|aria-.*|data-.*)$/.test(a)&&n.setAttribute(a,s);for(let a of b0){let s=e.
getPropertyValue(a),r=ua(s);n.setAttribute(a,r?r.colour:"none"),r&&r.alpha<1&&n.setAttribute(`${a}-opacity`,String(St(r.alpha*Number(e.getPropertyValue(`${a}-op\
acity`)||1))))}for(let a of y0){let s=e.getPropertyValue(a),r=a.startsWith("font")||a==="text-anchor"||a==="dominant-baseline";s&&s!=="none"&&s!=="normal"&&s!==
"auto"&&!n.hasAttribute(a)&&!(r&&t.tagName!=="text")&&n.setAttribute(a,s)}for(let a of t.childNodes){let s=a instanceof Element?kf(a):a.cloneNode(!1);s&&n.append(
s)}return n}function Af(t,e,n){let a=getComputedStyle(e);if(e.matches(vo)||a.display==="none"||a.visibility==="hidden"||!(e.getClientRects().length||a.display===
"contents")||"checkVisibility"in e&&!e.checkVisibility())return;let s=e.getBoundingClientRect(),r={x:St(s.left-n.left),y:St(s.top-n.top),width:St(s.width),height:St(
s.height)},o=t;if(Number(a.opacity)<1&&t.append(o=it("g",{opacity:a.opacity})),e instanceof HTMLCanvasElement||e instanceof HTMLImageElement){let l=e instanceof
HTMLCanvasElement?A0(e,s.width):e.src;l.startsWith("data:image/")&&s.width&&o.append(it("image",{...r,href:l,preserveAspectRatio:"none","image-rendering":"pixel\
ated"}));return}if(_f(o,s,a,n),e instanceof SVGSVGElement){let l=kf(e);if(l&&s.width){k0(l,e,s.width,s.height);for(let[c,f]of Object.entries(r))l.setAttribute(c,
String(f));for(let c of["opacity","transform"])l.removeAttribute(c);l.setAttribute("overflow",a.overflow==="visible"?"visible":"hidden"),o.append(l)}return}if(a.
overflowX!=="visible"&&(e.scrollWidth>e.clientWidth+1||e.scrollHeight>e.clientHeight+1)&&e.clientWidth){let l=`clip-${n.defs.childNodes.length}`,c=it("g",{"clip\
-path":`url(#${l})`});n.defs.append(it("clipPath",{id:l},it("rect",r))),o.append(c),o=c}Mf(o,e,"::before",n);let i=[...e.childNodes].map(l=>({child:l,level:l instanceof
Element&&Number(getComputedStyle(l).zIndex)||0})).sort((l,c)=>l.level-c.level);for(let{child:l}of i)l instanceof Element?Af(o,l,n):l instanceof Text&&x0(o,l,a,n);
Mf(o,e,"::after",n)}function Of(t){let e=document.createElement("canvas").getContext("2d"),n=it("defs"),a=it("g"),{width:s,height:r}=w0(t,()=>{let{left:i,top:l}=t.
getBoundingClientRect();for(let c of t.children)Af(a,c,{left:i-Ps,top:l-Ps,defs:n,context:e});return v0(t)}),o=it("svg",{width:s,height:r,viewBox:`0 0 ${s} ${r}`},
n,it("rect",{width:s,height:r,fill:"#ffffff"}),a);return{text:new XMLSerializer().serializeToString(o),width:s,height:r}}var Sf=t=>Of(t).text;async function Nf(t,e=2){
let{text:n,width:a,height:s}=Of(t),r=new Image;r.setAttribute("src",`data:image/svg+xml;charset=utf-8,${encodeURIComponent(n)}`),await r.decode();let o=document.
createElement("canvas");[o.width,o.height]=[a*e,s*e];let i=o.getContext("2d");return i.scale(e,e),i.drawImage(r,0,0),new Promise((l,c)=>o.toBlob(f=>f?l(f):c(new Error(
"the browser made no PNG")),"image/png"))}var $o="run B minus run A";function xo(t,e){let n=URL.createObjectURL(e);h("a",{href:n,download:t}).click(),setTimeout(()=>URL.revokeObjectURL(n),1e4)}function O0(t,e,n){
let a=t.compared.length>1&&t===t.compared[1],s=(t.python?.[e]??"").replaceAll("(trace",a?"(other":"(trace");if(!s)return{line:"",reason:"No figure of mmviz.plot\
s draws the quantity of this view."};if(s.includes("{sample}")&&n.sample>=t.recorded_samples)return{line:"",reason:"This sample is not in the Trace; record it t\
o draw its figure."};let r=t.pairs?.[0],o={sample:String(n.sample),epoch:String(t.epochs[n.epoch]),layer:String(n.layer),source:JSON.stringify(r?.source??""),anchor:JSON.
stringify(r?.anchor??"")};return{line:s.replace(/\{(\w+)\}/g,(i,l)=>o[l]),reason:t.edited()?"The figure shows the recorded sample, without the edit.":""}}function qs(t,e,n,a){
let s=h("span",{role:"status",class:"mmv-small"}),r=h("input",{readonly:"","aria-label":"Copied text",class:"mmv-export-text",hidden:""}),o=e.compared.length>1&&
n.name!==$o?`${"AB"[e.compared.indexOf(e)]}-`:"",i=`mmviz-${o}${n.name.replace(/[^a-z0-9]+/gi,"-")}`,l=d=>async()=>{let u=a();try{s.textContent=u?await d(u):"No\
thing is selected."}catch(p){s.textContent=`Not exported: ${p}`}},c=async(d,u)=>{r.hidden=!1,r.value=d,r.select();try{return await navigator.clipboard.writeText(
d),u}catch{return"Copy the marked text: this page has no access to the clipboard."}},f=[ct("PNG",l(async()=>(xo(`${i}.png`,await Nf(t)),"PNG saved."))),ct("SVG",
l(()=>(xo(`${i}.svg`,new Blob([Sf(t)],{type:"image/svg+xml"})),"SVG saved."))),ct("CSV",l(d=>{let u=yf(e,n,d);xo(`${i}.csv`,new Blob(["\uFEFF",wf(u)],{type:"tex\
t/csv"}));let p=u.columns.includes("state of the sample")?" Values of the edited sample are marked edited.":"";return`CSV saved: ${u.rows.length} values of the \
selected sample, epoch and layer.${p}`})),ct("Copy Python",l(d=>{let{line:u,reason:p}=O0(e,n.name,d);return u?c(u,`Copied.${p&&` ${p}`}`):p})),...go({})?[ct("Co\
py link",l(d=>{let u=d.of_a??d,p=[...Object.keys(e.sizes),...Xa];return c(go(Object.fromEntries(Object.entries(u).filter(([m])=>p.includes(m)))),"Link to this s\
election copied.")}))]:[]];return h("details",{class:"mmv-export"},h("summary",{"aria-label":`Export ${n.name}`},"Export"),h("div",{class:"mmv-export-entries"},
...f,s,r))}var Da=[["overview","Overview"],["sample","Sample"],["explanation","Explanation"],["training","Training"]],qa="all",S0=new Map([["ArrowRight",1],["ArrowDown",1],
["ArrowLeft",-1],["ArrowUp",-1]]),Ef=t=>t.section??"sample";function N0(t,e){return t&&(t===qa||e.includes(t))?t:e.includes("sample")?"sample":e[0]??qa}function zf(t,e,n,a){
let s=Da.filter(([c])=>e.includes(c)),r=s.length>1?[...s,[qa,"All sections"]]:[];for(let[c]of s)n[c].forEach((f,d)=>{f.id=`${t}-${c}-${d}`,r.length&&(f.setAttribute(
"role","tabpanel"),f.setAttribute("aria-labelledby",`${t}-tab-${c}`))});let o=r.map(([c,f])=>{let d=s.filter(([p])=>c===qa||p===c).flatMap(([p])=>n[p].map(m=>m.
id)),u=h("button",{type:"button",role:"tab",id:`${t}-tab-${c}`,class:"mmv-tab","aria-controls":d.join(" "),"data-section":c},f);return u.addEventListener("click",
()=>a({section:c})),u}),i=h("div",{class:"mmv-tabs",role:"tablist","aria-label":"Sections",...o.length?{}:{hidden:""}},...o);i.addEventListener("keydown",c=>{let f=o.
indexOf(c.target),d=o.length-1,u=S0.get(c.key),p=c.key==="Home"?0:c.key==="End"?d:u===void 0?-1:(f+u+o.length)%o.length;f<0||p<0||(c.preventDefault(),o[p].focus(),
o[p].click())});function l(c){let f=N0(c,e);o.forEach(d=>{let u=d.dataset.section===f;Dt(d,"aria-selected",String(u)),ft(d,"tabIndex",u?0:-1)});for(let d of e)n[d].
forEach(u=>u.toggleAttribute("data-closed",f!==qa&&f!==d));return f}return{node:i,draw:l}}function Tf(t,e){let{trust:n}=t,a=n?.views[e],s=a&&n.rows[a];if(!s)return[];let r=(o,i)=>i?[h("dt",{},o),h("dd",{},i)]:[];return[...s.measured?[h("p",{class:"mm\
v-small mmv-measured"},s.measured)]:[],h("details",{class:"mmv-trust"},h("summary",{},"How far can you trust this picture?"),h("dl",{},...r("Question",s.question),
...r("Shows",s.can),...r("Does not show",s.cannot),...r("Measured values",`${n.page}#${a}`)))]}function Cf(t,e,n){try{return n()}catch(a){console.error(a),e.replaceChildren(h("p",{class:"mmv-error",role:"alert"},`The view "${t.name}" could not be drawn: ${a}`));
return}}var E0=150;function z0(t,e,n,a){let s=e("main"),r=e("side"),o=e("wide"),i=[...s.length?[]:r,...e("columns")];if(!(s.length+i.length+o.length))return null;
let l=s.length?[h("div",{class:"mmv-body"},...s.map(f=>n(f,"div","mmv-lanes")),h("div",{class:"mmv-side"},...r.map(f=>n(f,"section","mmv-panel"))))]:[],c=i.map(
f=>({node:n(f,"section","mmv-panel"),tall:f.height?.(a)??300}));return h("div",{class:"mmv-section"},h("div",{class:"mmv-section-title",role:"heading"},t),...l,
...c.length?[mf(c)]:[],...o.map(f=>n(f,"section","mmv-panel mmv-wide")))}var If="No values for this sample: it was not recorded, and the model in the page does \
not compute this view.";function Mo(t,e,n,a){let s=[],r=a&&`Run ${a}${t.name&&`: ${t.name}`}`,o=(f,d,u)=>{let p=h(d,{class:u,"data-view":f.name}),m=Cf(f,p,()=>f.
mount(p,t,e,n)),g=f.needs.filter(x=>Wc.includes(x)),y=rt("As recorded: this view does not show the edit."),w=f.needs.filter(x=>t.sample_axis?.[x]!==void 0),b=rt(
If),v=x=>w.some(A=>t.lacks(A,x));b.classList.add("mmv-lacks"),w.length&&p.append(b),g.length&&p.append(y);let k=e;m&&p.append(h("div",{class:"mmv-panel-tools"},
...Tf(t,f.name),qs(p,t,f,()=>k)));let $=0;return s.push({root:p,first:f.first,update:x=>{if(!m)return;if(x.draft&&!f.early)return void($||=setTimeout(()=>p.ariaBusy=
"true",E0));clearTimeout($),$=0,k=x,p.ariaBusy=null;let A=f.needs.includes("attribution")?t.recorded.computed()?.unexplained:"";wt(b,`${If}${A?` ${A}`:""}`),p.toggleAttribute(
"data-lacks",v(x.sample)),v(x.sample)||Cf(f,p,()=>m(f.early?{...x,version:x.early??x.version}:x)),ft(y,"hidden",!t.edited()||g.every(t.replaced))}}),p},i={},l=Da.
flatMap(([f,d])=>{let u=z0(d,p=>Co(p,t).filter(m=>Ef(m)===f),o,t.modalities.length);return u&&(i[f]=u),u?[f]:[]});return{node:h("section",{class:"mmv-run",...r?
{"aria-label":r}:{}},...r?[dt(Q(r))]:[],...Object.values(i)),updates:s,held:l,panels:i}}function Ff(t){let e=new Set,n=new Map,a=new Map,s=new IntersectionObserver(w=>w.forEach(({target:b,isIntersecting:v})=>{v?e.delete(b):e.add(b)}),{rootMargin:"5\
0px"});t.forEach(({root:w})=>s.observe(w));let r=0,o=0,i=new Map,l=()=>{o=0;for(let w of i.values())w();i.clear()},c=()=>{clearTimeout(r),r=0;for(let w of n.values())
w();n.clear()};function f(w){let b=t[0]?.root.getRootNode()?.activeElement??null;i.clear();for(let{root:v,update:k,first:$}of t){let x=a.delete(v);n.delete(v),v.
closest("[data-closed]")?a.set(v,()=>k(w)):e.has(v)&&!x&&!v.contains(b)?n.set(v,()=>k(w)):w.draft&&!$?i.set(v,()=>k(w)):k(w)}i.size&&(o||=requestAnimationFrame(
()=>setTimeout(l))),clearTimeout(r),n.size&&(r=setTimeout(c,120))}let d=w=>t.forEach(({root:b})=>b.dispatchEvent(new Event(w))),u=()=>{t.forEach(({root:w})=>w.closest(
".mmv")?.toggleAttribute("data-printing",!0)),d("mmv-print"),c();for(let w of a.values())w();a.clear()},p=()=>{t.forEach(({root:w})=>w.closest(".mmv")?.removeAttribute(
"data-printing")),d("mmv-printed")},m=matchMedia("print"),g=()=>m.matches?u():p();return addEventListener("beforeprint",u),addEventListener("afterprint",p),m.addEventListener(
"change",g),{draw:f,stop:()=>{removeEventListener("beforeprint",u),removeEventListener("afterprint",p),m.removeEventListener("change",g),s.disconnect(),cancelAnimationFrame(
o),i.clear(),clearTimeout(r)}}}function _o(t,e){let n=t.task==="classification",a=Ct(),s=h("bdi",{class:"mmv-strip-name"}),r=h("span",{class:"mmv-strip-value"}),o=h("span",{class:"mmv-strip-m\
ark"}),i=h("bdi"),l=be(null),c=(m,...g)=>h("div",{class:"mmv-strip-item"},h("span",{class:"mmv-faint"},m),...g),f=t.has("phi")?t.modalities.map((m,g)=>{let{track:y,
set:w,was:b}=Ve(g),v=h("span",{class:"mmv-strip-value"});return{set:w,was:b,text:v,node:h("div",{class:"mmv-strip-item"},h("span",{class:"mmv-strip-modality"},zt(
g),Q(m.name)),y,v)}}):[],d=h("div",{class:"mmv-strip-run",role:"group","aria-label":e?`Prediction of run ${e}`:"Prediction and contributions at the cursor"},...e?
[h("strong",{},e)]:[],c("predicted",s,...n?[l.track]:[],r),c(t.labelled?"target":"explained",i,o),...f.length?[h("span",{class:"mmv-faint mmv-strip-term"},"Shap\
ley value φ"),...f.map(m=>m.node)]:[]),u=0;function p(m){let{sample:g,epoch:y,time:w}=m,b=t.part("prediction",y,g,w),v=Pn(b),k=t.edited()?t.recorded:null;if(n){
wt(s,v<0?"–":t.outputs[v]),wt(r,v<0?"":st(b[v],t.digits)),l.set(0,v<0?0:b[v]),l.was(0,k&&v>=0?k.part("prediction",y,g,w)[v]:NaN);let A=v===t.targets[g];wt(i,t.
outputs[t.targets[g]]??"–"),wt(o,!t.labelled||v<0?"":A?"✓ correct":"✗ incorrect"),o.toggleAttribute("data-wrong",t.labelled&&v>=0&&!A)}else wt(s,""),wt(r,
st(b[0],t.digits)),wt(i,st(t.targets[g]??NaN,t.digits)),wt(o,`error ${mt(b[0]-(t.targets[g]??NaN),t.digits)}`);if(!f.length||m.draft)return;a(m,"sample")&&(u=Jt(
...pe(t,"phi",g)));let $=t.part("phi",y,g,w),x=k?.part("phi",y,g,w);f.forEach((A,S)=>{A.set($[S],u),A.was(x?x[S]:NaN,u),wt(A.text,mt($[S],t.digits))})}return{node:d,
draw:p}}function T0(t){let e=[...new Set(Object.values(t.trust?.views??{}))].flatMap(o=>t.trust.rows[o]??[]),n=(o,i)=>h("section",{},dt(o),h("dl",{},...i.flatMap(([l,c])=>[
h("dt",{},l),h("dd",{},c)]))),a=h("div",{class:"mmv-title",role:"heading","aria-level":2},"Help"),s=h("dialog",{class:"mmv-help","aria-label":"Help"}),r=ct("clo\
se",()=>s.close(),{"aria-label":"Close help"});return s.append(h("div",{class:"mmv-head"},a,r),h("div",{class:"mmv-help-body",tabindex:0,role:"region","aria-lab\
el":"Help text"},n("Keyboard",HELP.shortcuts),...e.length?[n("What the views show",e.map(o=>[o.question,o.can]))]:[],n("Definitions",Object.entries(HELP.definitions)))),
s.querySelectorAll(".mmv-heading").forEach(o=>o.setAttribute("aria-level","3")),s.addEventListener("click",o=>{o.target===s&&s.close()}),s.addEventListener("key\
down",o=>o.key==="Escape"&&o.stopPropagation()),s}function C0(t,e){let n=h("p",{}),a=h("span",{class:"mmv-faint"}),s=[],r=0,o=()=>{s[r]?.[0].removeAttribute("da\
ta-toured"),f.hidden=!0,e()},i=u=>{if(s[r]?.[0].removeAttribute("data-toured"),u>=s.length)return o();r=Math.max(0,u);let[p,m]=s[r];p.setAttribute("data-toured",
""),p.scrollIntoView({block:"nearest"}),[n.textContent,a.textContent]=[m,`${r+1} of ${s.length}`],l.disabled=r===0,c.textContent=r===s.length-1?"done":"next"},l=ct(
"back",()=>i(r-1)),c=ct("next",()=>i(r+1)),f=h("div",{class:"mmv-tour",role:"group","aria-label":"Tour",hidden:""},h("div",{"aria-live":"polite"},n),h("div",{class:"\
mmv-inline"},a,l,c,ct("close",o,{"aria-label":"Close the tour"})));return f.addEventListener("keydown",u=>{u.key==="Escape"&&(u.stopPropagation(),o())}),{card:f,
start:()=>{s=HELP.tour.flatMap(([u,p])=>{let m=[...t.querySelectorAll(u)].find(g=>g.checkVisibility());return m?[[m,p]]:[]}),f.hidden=!1,i(0),c.focus({preventScroll:!0})}}}
function jf(t){let e,n,a=T0(t),s=ct("?",()=>a.showModal(),{"aria-label":"Help","aria-haspopup":"dialog",title:"Help (?)"}),r=ct("tour",()=>n.start(),{"aria-labe\
l":"Tour of this page"}),o=ct("full screen",()=>c(),{"aria-pressed":"false"}),i=u=>{e.toggleAttribute("data-full",u),o.setAttribute("aria-pressed",String(u))},l=()=>i(
document.fullscreenElement===e||e.getRootNode().fullscreenElement===e);async function c(){if(document.fullscreenElement)return document.exitFullscreen();if(e.hasAttribute(
"data-full"))return i(!1);try{await e.requestFullscreen()}catch{i(!0)}}let f=u=>{let p=u.composedPath()[0];u.key==="?"&&!p.matches("input:not([type=range], [typ\
e=checkbox]), textarea, select")&&!a.open?(u.preventDefault(),a.showModal()):u.key==="Escape"&&!document.fullscreenElement&&e.hasAttribute("data-full")&&!a.open&&
i(!1)};function d(u){e=u,n=C0(e,()=>r.focus()),e.append(a,n.card),e.addEventListener("keydown",f),document.addEventListener("fullscreenchange",l)}return{node:h(
"div",{class:"mmv-tools"},r,s,o),mount:d,stop:()=>document.removeEventListener("fullscreenchange",l)}}var I0=Object.keys(HELP.definitions).sort((t,e)=>e.length-t.length);function Lf(t){let e=h("p",{}),n=h("div",{class:"mmv-definition",popover:"auto",role:"note"},
e);t.append(n);let a=(s,r)=>{e.textContent=HELP.definitions[r],n.showPopover();let{left:o,bottom:i}=s.getBoundingClientRect();n.style.left=`${Math.max(8,Math.min(
o,innerWidth-n.offsetWidth-8))}px`,n.style.top=`${Math.min(i+4,innerHeight-n.offsetHeight-8)}px`};for(let s of t.querySelectorAll(".mmv-heading, .mmv-strip-term")){
let r=document.createTreeWalker(s,NodeFilter.SHOW_TEXT);for(let o=r.nextNode();o;o=r.nextNode()){let i=o.data,l=I0.find(d=>i.toLowerCase().includes(d.toLowerCase()));
if(!l||o.parentElement?.closest("bdi, button"))continue;let c=i.toLowerCase().indexOf(l.toLowerCase()),f=h("button",{type:"button",class:"mmv-term","aria-haspop\
up":"true"},i.slice(c,c+l.length));f.addEventListener("click",()=>a(f,l)),o.replaceWith(i.slice(0,c),f,i.slice(c+l.length));break}}}var F0=t=>`${t>0?"+":""}${X(t)}`;function Rf(t,e){let n=h("canvas",{role:"img","aria-label":t}),a=h("div",{class:`mmv-plot mmv-map ${e}`},n),s=null;return kt(a,
{label:t,grid:()=>[s?.columns??0,s?.rows??0],read(o,i){let l=s?s.values[i*s.columns+o]:NaN;if(!s||!Number.isFinite(l))return null;let c=s.describe(o,i);return{...c,
rows:[["B − A",F0(l)],...c.rows]}}}),{box:a,draw:(o,i)=>{s=o,Le(n,o.columns,o.rows,(l,c)=>{let f=o.values[c*o.columns+l];return Number.isFinite(f)?xn(i?f/i:0):
null})}}}function Bf(){let t=h("canvas",{"aria-hidden":"true"}),e=h("div",{class:"mmv-key-ticks"});Le(t,201,1,a=>xn((a-100)/100));let n=a=>Ut(e,[-1,-.5,0,.5,1].
map(s=>({at:(s+1)/2,text:`${s>0?"+":""}${X(s*a,2)}`})),"left");return{node:h("div",{class:"mmv-key-bar"},t,e),draw:n}}function Pf(t,e){let n=t.modalities.length,
a=t.sizes.time,s=(y,w)=>t.has(y)&&e.has(y)&&JSON.stringify(t.shape(y).slice(w))===JSON.stringify(e.shape(y).slice(w)),r=s("influence",2)&&JSON.stringify(t.influence.
block)===JSON.stringify(e.influence.block),o=s("state",3)&&t.has("channel_index")&&e.has("channel_index");if(!r&&!o)return null;let i=Rf("Operator map, B minus \
A: blocks of target over source","mmv-square"),l=Bf(),c=h("div",{class:"mmv-subtitle"}),f=t.modalities.map(y=>Rf(`${y.name}: hidden states, B minus A, channels \
over steps`,"mmv-state")),d=Bf(),u=h("div",{class:"mmv-subtitle"}),p=y=>h("div",{class:y,"aria-hidden":"true"},...t.modalities.map((w,b)=>h("span",{},...je(t,b,
(340/n-15)/6.5))));i.box.append(h("div",{class:"mmv-marks","aria-hidden":"true"},...Array.from({length:2*(n-1)},(y,w)=>{let b=h("div",{class:w%2?"mmv-cut-y":"mm\
v-cut-x"});return b.style.setProperty("--at",String((1+(w>>1))/n)),b})));let m=h("div",{class:"mmv-pair mmv-difference-maps"},...r?[h("div",{},c,h("div",{class:"\
mmv-blocks"},p("mmv-ups"),i.box,h("span"),p("mmv-alongs")),l.node)]:[],...o?[h("div",{},u,...f.flatMap((y,w)=>[h("div",{class:"mmv-small"},zt(w),Q(t.modalities[w].
name)),y.box]),d.node,rt("Channels of the same number, hatched where only one run shows them. Channels correspond only in trainings from the same initial weight\
s."))]:[]);function g(y){let w=$e(e,y),{sample:b}=y;if(r){let[,S,,M]=t.shape("influence"),z=Math.min(y.layer,S-1),N=Math.min(w.layer,e.shape("influence")[1]-1),
[_,j]=[t.part("influence",b,z),e.part("influence",b,N)],[B,F]=[t.influence.scale[z],e.influence.scale[N]],R=n*M,q=Float32Array.from(_,(U,C)=>C%M>Math.floor(C/(M*
n))%M?NaN:F*(j[C]/255)**2-B*(U/255)**2),W=Jt(q)||1,P=U=>(t.influence.block[U+1]??a)-1;i.draw({values:q,columns:R,rows:R,describe:(U,C)=>({title:`operator map: ${t.
modalities[Math.floor(U/M)].name} → ${t.modalities[Math.floor(C/M)].name}`,at:{modality:Math.floor(C/M),time:P(C%M)},rows:[["|K| in A",X(B*(_[C*R+U]/255)**2)],
["|K| in B",X(F*(j[C*R+U]/255)**2)],["source, at",Mt(t,b,P(U%M))],["target, at",Mt(t,b,P(C%M))]]})},W),c.textContent=`operator map |K|, layer ${t.layers[z]}: B \
− A (down: target, across: source); linear colours`,l.draw(W)}if(!o)return;let v=t.sizes.channel,[k,$]=[t,e].map((S,M)=>z=>S.scale[M?w.layer:y.layer]*(z/255)**
(S.state_power??1)),x=t.modalities.map((S,M)=>{let z=_n(t,y.layer,M),N=t.part("channel_index",y.layer).subarray(M*v,(M+1)*v),_=Array.from(e.part("channel_index",
w.layer).subarray(M*v,(M+1)*v)),j=t.part("state",y.epoch,b,y.layer,M),B=e.part("state",w.epoch,b,w.layer,M),F=[t,e].map(q=>q.part("state_valid",b,M)),R=new Float32Array(
z*a).fill(NaN);for(let q=0;q<z;q++){let W=_.indexOf(N[q]);for(let P=0;W>=0&&P<a;P++)F[0][P]&&F[1][P]&&(R[q*a+P]=$(B[W*a+P])-k(j[q*a+P]))}return{values:R,columns:a,
rows:z,own:N,x:j,y:B,theirs:_}}),A=Jt(...x.map(S=>S.values))||1;x.forEach((S,M)=>f[M].draw({...S,describe:(z,N)=>({title:`channel ${S.own[N]}`,modality:M,at:{modality:M,
channel:N,time:z},rows:[["‖h‖₂ in A",X(k(S.x[N*a+z]))],["‖h‖₂ in B",X($(S.y[S.theirs.indexOf(S.own[N])*a+z]))],["at",Mt(t,b,z)]]})},A)),u.textContent=
`hidden states ‖h‖₂, layer ${t.layers[y.layer]}, epoch ${t.epochs[y.epoch]}: B − A (channels down, steps across); linear colours`,d.draw(A)}return{node:m,
draw:g}}function j0(t,e,n){let{sample:a,epoch:s,layer:r}=n,o=t.task==="classification"?t.targets[a]:0,i=["quantity","modality","source","step","A","B","B − A"],l=[],c=(f,d,u)=>{
l.push([...f,d,u,u-d])};for(let f=0;f<t.sizes.time;f++){let d=$e(e,{...n,time:f,brush:null,zoom:null});c([t.task==="classification"?"p(true class)":"predicted v\
alue","","",f+1],t.part("prediction",s,a,f)[o],e.part("prediction",d.epoch,a,d.time)[o]),t.modalities.forEach((u,p)=>c(["Shapley value",u.name,"",f+1],t.part("p\
hi",s,a,f)[p],e.part("phi",d.epoch,a,d.time)[p]))}if(t.has("coupling")&&e.has("coupling")){let f=$e(e,n),[d,u]=[t.part("coupling",s,r),e.part("coupling",f.epoch,
f.layer)],p=t.modalities.length;t.modalities.forEach((m,g)=>t.modalities.forEach((y,w)=>c(["coupling weight W",m.name,y.name,""],d[g*p+w],u[g*p+w])))}return{columns:i,
rows:l}}function qf(t,e,n,a){let s=e.modalities.length,r=e.sizes.time,o=e.sizes.epoch,i=e.modalities.map(($,x)=>({m:x})),l=(...$)=>{let x=[h("td"),h("td"),h("td")];
return{cells:x,node:h("tr",{},Nt(...$),...x)}},c=l(e.task==="classification"?"p(true class)":"predicted value"),f=e.modalities.map(($,x)=>l(...$t(e,x))),d=Gt({label:"\
Shapley value in B minus A over the sequence",series:i,onPick:$=>a({time:Math.round($*(r-1))})}),u=Gt({label:"Shapley value in B minus A over training",series:i,
onPick:$=>a({epoch:Math.round($*(o-1))})}),p=e.has("coupling")&&n.has("coupling"),m=e.modalities.map(()=>e.modalities.map(()=>h("td"))),g=h("caption",{class:"mm\
v-small"}),y=h("table",{class:"mmv-list","aria-label":"Coupling weights in B minus A"},g,h("thead",{},h("tr",{},h("td",{class:"mmv-faint"},"target ↓ source →"),
...e.modalities.map(($,x)=>h("th",{scope:"col"},zt(x),Q($.name))))),h("tbody",{},...m.map(($,x)=>h("tr",{},Nt(...$t(e,x)),...$))));t.append(dt("Run B minus run \
A"),h("div",{class:"mmv-pair"},h("div",{},h("table",{class:"mmv-list","aria-label":"Both runs at the cursor"},h("thead",{},h("tr",{},h("td"),...["A","B","B − A"].
map($=>h("th",{scope:"col"},$)))),h("tbody",{},c.node,...f.map($=>$.node)))),d.node,u.node,...p?[y]:[]),rt(...e.name?["A: ",Q(e.name),"; B: ",Q(n.name),". "]:[],
"Charts: Shapley value φ in B minus A, ",Q(e.target_name),"; where the runs differ in steps or epochs, B is shown at the same fraction of the sequence and at i\
ts last epoch not after A's."));let w=Pf(e,n),b=Ct();w&&t.append(w.node);let v=null;t.append(h("div",{class:"mmv-panel-tools"},qs(t,e,{name:$o,place:"wide",needs:[],
mount:()=>()=>{},table:($,x)=>j0(e,n,x)},()=>v)));let k=({cells:[$,x,A]},S,M,z)=>{$.textContent=z(S,e.digits),x.textContent=z(M,e.digits),A.textContent=mt(M-S,e.
digits)};return $=>{v=$;let{sample:x,epoch:A,layer:S,time:M,brush:z}=$,N=$e(n,$),_=e.task==="classification"?e.targets[x]:0;k(c,e.part("prediction",A,x,M)[_],n.
part("prediction",N.epoch,x,N.time)[_],st);let j=[e.part("phi",A,x,M),n.part("phi",N.epoch,x,N.time)];f.forEach((C,O)=>k(C,j[0][O],j[1][O],mt));let B=(C,O)=>{let L=$e(
n,{...$,epoch:C,time:O,brush:null}),[T,D]=[e.part("phi",C,x,O),n.part("phi",L.epoch,x,L.time)];return e.modalities.map((I,E)=>D[E]-T[E])},F=Array.from({length:r},
(C,O)=>B(A,O)),R=Array.from({length:o},(C,O)=>B(O,M)),q=jt([...F,...R],!0),W={name:"φ, B − A",text:C=>mt(C,e.digits)};if(d.draw({values:(C,O)=>F[O][C],count:r,
now:M,range:q,brush:z,x:fn(e,$),y:W}),d.say({title:"φ, B − A, over the sequence"}),u.draw({values:(C,O)=>R[O][C],count:o,now:A,range:q,x:De(e.epochs),y:W}),u.
say({title:`φ, B − A, over training, at ${Mt(e,x,M)}`}),w&&b($,"sample","epoch","layer")&&w.draw($),!p)return;let[P,U]=[e.part("coupling",A,S),n.part("coupli\
ng",N.epoch,N.layer)];g.textContent=`Coupling weights W, B − A, layer ${e.layers[S]}${N.layer===S?"":` (of B: ${n.layers[N.layer]})`}`,m.flat().forEach((C,O)=>C.
textContent=mt(U[O]-P[O],2))}}var R0=0;function B0(t,e,n,a){let s=t.samples.map((m,g)=>t.task==="classification"&&t.labelled?`${m} · ${t.outputs[t.targets[g]]}`:m),r=Rt("Sample",s,m=>e({sample:m}));
r.select.classList.add("mmv-sample"),r.select.style.width=`calc(${s.reduce((m,g)=>Math.max(m,Bn(g)),0)}ch + 3.5em)`;let o=Rt("Layer",t.layers.map(String),m=>e({
layer:m})),i=["state","influence","routing"].some(t.has),l=h("input",{type:"range",min:0,max:t.sizes.epoch-1,step:1,class:"mmv-epoch","aria-label":"Epoch"}),c=h(
"span",{class:"mmv-epoch-label"});l.addEventListener("input",()=>e({epoch:Number(l.value)}));let f=h("label",{class:"mmv-control mmv-grow"},h("span",{},"Epoch"),
l,c),d=Rt("Run",n.map(m=>m==="both"?"A and B":`${m}${a[m]&&`: ${a[m]}`}`),m=>e({run:n[m]})),u=h("div",{class:"mmv-controls"},r.node,...i?[o.node]:[],...n.length>
1?[d.node]:[],f);function p(m){ft(r.select,"value",String(m.sample)),ft(o.select,"value",String(m.layer)),ft(d.select,"value",String(n.indexOf(m.run))),ft(l,"va\
lue",String(m.epoch)),wt(c,`${t.epochs[m.epoch]} of ${t.epochs[t.sizes.epoch-1]}`),ft(l,"ariaValueText",on(t,m.epoch))}return{node:u,draw:p}}var Df=t=>!(t.ctrlKey||
t.metaKey||t.altKey||t.key==="Tab"||t.shiftKey&&t.key==="Enter");function P0(t){Df(t)&&t.stopPropagation()}function q0(t){let e=n=>{let a=n.composedPath()[0];a instanceof
Element&&t.contains(a)&&a.toggleAttribute("data-lm-suppress-shortcuts",Df(n))};return addEventListener("keydown",e,!0),()=>removeEventListener("keydown",e,!0)}var D0=new Map(
[["ArrowRight",1],["ArrowUp",1],["ArrowLeft",-1],["ArrowDown",-1]]);function W0(t,e,n,a){let s=D0.get(t.key),r=t.target,o=/\bmmv-(time|epoch|channel)\b/.exec(r.
className)?.[1];!s||!o||!t.shiftKey||(t.preventDefault(),a({[o]:Math.min(n[o]-1,Math.max(0,e[o]+10*s))}))}function H0(t){return t.notes.length?[h("details",{class:"\
mmv-notes"},h("summary",{},"About these data"),h("ul",{},...t.notes.map(e=>h("li",{},Q(e)))))]:[]}async function Ds({model:t,el:e}){let n=t.get("data"),a=n.meta_b?
["A","B","both"]:["A"],s=ro(so(await Dn(n.meta,n.body))),r=n.meta_b?ro(so(await Dn(n.meta_b,n.body_b))):null,o=r?[s,r]:[s];o.forEach(I=>I.compared=o);let i=`mmv\
-title-${++R0}`,l=t.get("level")??2,c=t.get("address")?bf(t):null,f=t.get("selection"),d=I=>{$="";let E={...f,...I};E.sample>=s.recorded_samples&&s.model_epoch!==
void 0&&E.epoch!==s.model_epoch&&(I.epoch!==void 0&&($=`${s.samples[E.sample]} was not recorded: it is computed with the weights of ${on(s,s.model_epoch)} alone\
.`),E.epoch=s.model_epoch),t.set("selection",E),t.save_changes()},u=af(t,s,(I="")=>{$=I,C()}),p=sf(s,u),m=I=>{p.compare(I),C()},g=r||!df(t)?null:uf(s,t,d,{compare:m,
predictions:u}),y=h("p",{class:"mmv-readout",role:"status","aria-live":"polite"}),w=h("p",{class:"mmv-refused",role:"alert"}),b=B0(s,d,a,{A:s.name,B:r?.name??""}),
v=h("div",{class:"mmv-title",id:i,role:"heading","aria-level":l},Q(s.title)),k=t.get("opened")?ya(t.get("selection"),s,a):"";k&&t.set("selection",t.get("opened"));
let $=k&&`The selection in the address of this page does not exist: ${k}`,x=ya(t.get("selection"),s,a)?null:t.get("selection"),A=Mo(s,x,d,r?"A":""),S=[...A.updates],
M=[A.node],z=[_o(s,r?"A":"")],N=[A];if(r){let I=Mo(r,x&&$e(r,x),G=>d(qc(r,G)),"B");N.push(I),z.push(_o(r,"B"));let E=h("section",{class:"mmv-panel mmv-apart"}),
H=qf(E,s,r,d);S.push(...I.updates.map(G=>({...G,update:Y=>G.update($e(r,Y))})),{root:E,update:H}),M.push(I.node,E)}let _=Da.flatMap(([I])=>N.some(E=>E.panels[I])?
[I]:[]),j=Object.fromEntries(_.map(I=>[I,N.flatMap(E=>E.panels[I]??[])])),B=zf(i,_,j,d),F=A.panels.sample?.querySelector(".mmv-body");g&&F?F.append(g.node):g&&(A.
node.lastElementChild??A.node).after(g.node);let R=jf(s),q=r?s.about.filter((I,E)=>I===r.about[E]).join(" · "):s.subtitle,W=h("section",{class:"mmv","aria-labe\
lledby":i,...r?{"data-two":""}:{}},h("header",{},h("div",{class:"mmv-head"},v,h("div",{class:"mmv-faint"},Q(q)),R.node),b.node),h("div",{class:"mmv-strip"},...z.
map(I=>I.node),y,w,B.node),...r?[M[2],h("div",{class:"mmv-runs"},M[0],M[1])]:M,...H0(s));W.querySelectorAll(".mmv-section-title").forEach(I=>I.setAttribute("ari\
a-level",String(l+1))),W.querySelectorAll(".mmv-heading").forEach(I=>I.setAttribute("aria-level",String(l+(I.closest(".mmv-section")?2:1)))),Lf(W),R.mount(W),s.
colours.forEach((I,E)=>W.style.setProperty(`--m${E}`,I));let P=null,U="";function C(){if(!P)return;let I=t.get("selection"),E=ya(I,s,a);if(wt(w,E||t.get("messag\
e")||$),E||(f={...I},b.draw(f),u.follow(f),u.waits(f)))return;let{edited:H,shows:G,comparing:Y,state:et}=p.next(f),tt=u.missing(f.sample);tt&&(w.textContent||=`${s.
samples[f.sample]} was not recorded and cannot be computed: ${tt}`),g&&g.draw(f,H,Y);let K=JSON.stringify({...et,edits:null});if(K===U||(U=K,Dt(W,"data-section",
B.draw(f.section)),z.forEach((J,at)=>{ft(J.node,"hidden",r!==null&&f.run!=="both"&&f.run!=="AB"[at]),J.node.hidden||J.draw({...at&&r?$e(r,f):f,version:et.version,
draft:et.draft})}),P.draw(et),M.forEach((J,at)=>ft(J,"hidden",r!==null&&f.run!=="both"&&f.run!=="AB "[at])),et.draft))return;let V=[Ua(s,f,G?da(s,G.edits):""),...r?
[Ua(r,$e(r,f))]:[]];O.redraw(),wt(y,f.run==="both"?Xt(s.phrases.both,{a:V[0],b:V[1]}):V["AB".indexOf(f.run)])}W.addEventListener("keydown",I=>{g?.key(I)||(P0(I),
W0(I,f,s.sizes,d))});let O=bs(W,o),L=q0(W),T=["change:selection","change:message"];T.forEach(I=>t.on(I,C)),await u.take(),e.append(W);let D=P=Ff(S);return C(),c?.
restore(),setTimeout(u.start),()=>{c?.stop(),O.stop(),R.stop(),L(),u.stop(),g?.stop(),T.forEach(I=>t.off(I,C)),D.stop()}}var U0=5,G0=t=>new Float32Array(t.buffer.slice(t.byteOffset,t.byteOffset+t.byteLength));function K0(t,e){let n=e.every(({modality:d})=>d<0),a=n&&e.length===1,s=Gt(
{label:`${t} by epoch: ${e.map(d=>d.name).join(", ")}`,log:"linear",series:e.map(({modality:d,name:u},p)=>n?{f:p,name:u}:{m:d,name:u})}),r=e.map(()=>h("span")),
o=h("div",{class:"mmv-small mmv-curve-values"},...e.map((d,u)=>h("span",{class:"mmv-key"},...a?[]:[un(p=>s.turn(u,p),d.name,n?ta(u):zt(d.modality),h("span",{},Q(
d.name)," "))],r[u]))),i=h("div",{"data-chart":t},s.node,o),l=s.node.querySelector(".mmv-plot"),c=[];function f(d,u,p,m){let g=d[0]??0,y=Math.max(d[d.length-1]??
0,g+U0),w=y-g,b=e.map(({k:x})=>d.map((A,S)=>Number.isNaN(u[S*p+x])?void 0:u[S*p+x])),v=jt(b.map(x=>x.filter(A=>A!==void 0)),!n),k=d.length-1,$=x=>(d[x]-g)/w;s.say(
{title:t}),s.draw({values:(x,A)=>b[x][A],count:d.length,now:k,range:v,place:$,x:De(d,$),y:{name:t,text:x=>X(x)}}),r.forEach((x,A)=>x.textContent=k<0||b[A][k]===
void 0?"":X(b[A][k])),c.forEach(x=>x.remove()),c=[...new Set(m.map(({place:x})=>x))].filter(x=>x>=g&&x<=y).map(x=>{let A=h("span",{class:"mmv-change-mark",title:m.
filter(S=>S.place===x).map(Y0).join(`
`)});return A.style.left=`${100*(x-g)/w}%`,A}),l.append(...c)}return{node:i,draw:f}}var Y0=({epoch:t,step:e,what:n,from:a,to:s})=>`epoch ${t}, step ${e}: ${Wf(n)}\
 ${a} → ${s}`;function Wf(t){let[e,...n]=t.split("/");return[e.replaceAll("_"," "),...n.length?[n.join("/")]:[]].join(", ")}function V0(t){if(!t.length)return h(
"p",{class:"mmv-faint mmv-small"},"No intervention so far.");let e=t.map(({epoch:a,step:s,what:r,from:o,to:i})=>h("tr",{},h("td",{},String(a)),h("td",{},String(
s)),h("th",{scope:"row"},Q(Wf(r))),h("td",{},Q(o)),h("td",{},Q(i)))),n=["epoch","step","what","from","to"].map(a=>h("th",{scope:"col"},a));return h("table",{class:"\
mmv-list mmv-changes"},h("thead",{},h("tr",{},...n)),h("tbody",{},...e))}var J0=0;function Hf({model:t,el:e}){let n=`mmv-cockpit-${++J0}`,a=h("p",{class:"mmv-re\
adout",role:"status","aria-live":"polite"}),s=h("p",{class:"mmv-error",role:"alert"}),r=h("div",{class:"mmv-pair mmv-cockpit-charts"}),o=h("div",{class:"mmv-scr\
oll-x"}),i=h("p",{class:"mmv-faint mmv-small"},"The curves begin after epoch 0, the untrained model."),l=h("div",{class:"mmv-title",id:n,role:"heading","aria-le\
vel":2}),c=dt("Interventions");c.setAttribute("aria-level","3");let f=h("section",{class:"mmv mmv-cockpit","aria-labelledby":n},s,l,a,i,r,c,o);t.get("colours").
forEach((b,v)=>f.style.setProperty(`--m${v}`,b));let d=new Map;function u(){let{epochs:b,curves:v,body:k}=t.get("history"),$=G0(k);i.hidden=b.length>0;let x=[...new Set(
v.map(A=>A.chart))];for(let A of x){let S=v.map((_,j)=>({..._,k:j})).filter(_=>_.chart===A),M=JSON.stringify([A,S]),z=d.get(M)??K0(A,S);d.set(M,z),z.draw(b,$,v.
length,t.get("changes"));let N=x.indexOf(A);r.children[N]!==z.node&&r.insertBefore(z.node,r.children[N]??null)}for(;r.children.length>x.length;)r.lastElementChild?.
remove();w.redraw()}function p(){l.textContent=t.get("title"),a.textContent!==t.get("status")&&(a.textContent=t.get("status")),s.textContent!==t.get("error")&&(s.
textContent=t.get("error"))}function m(){o.replaceChildren(V0(t.get("changes"))),u()}let g=[["change:history",u],["change:changes",m],["change:status",p],["chan\
ge:error",p]];g.forEach(([b,v])=>t.on(b,v)),e.append(f);let y=t.get("names").map(b=>({name:b})),w=bs(f,[{modalities:y}]);return p(),m(),()=>{w.stop(),g.forEach(
([b,v])=>t.off(b,v))}}var ko=13,X0=91,Ao=new Uint8Array(128).fill(255);for(let t=33,e=0;t<127;t++)"<&/".includes(String.fromCharCode(t))||(Ao[t]=e++);function Z0(t,e,n){if(!(Number.isInteger(
e)&&e>=0)||t.length!==2*Math.ceil(8*e/ko))throw new Error(`${n} is damaged: ${t.length} characters are given for ${e} bytes`);let a=new Uint8Array(e),s=0,r=0,o=0;
for(let i=0,l=0;i<t.length;i+=2){let c=Ao[t.charCodeAt(i)]??255,f=Ao[t.charCodeAt(i+1)]??255,d=c+X0*f;for(o|=(c===255?1:0)|d>>ko,s|=d<<r,r+=ko;r>=8;r-=8,s>>>=8)
a[l++]=s}if(o)throw new Error(`${n} is damaged: it has a character that does not belong to it`);return a}function Uf(t){let e=o=>`the part "${o}" of this page`,
n=o=>Object.hasOwn(t,o);function a(o){let i=document.getElementById(`mmviz-part-${o}`);if(!n(o)||!i)throw new Error(`${e(o)} is missing`);return Z0(i.textContent,
t[o].bytes,e(o))}let s=async o=>n(o)&&t[o].packing==="gzip"?qn(a(o),t[o].size,e(o)):a(o);return{has:n,stored:a,bytes:s,text:async o=>new TextDecoder().decode(await s(
o))}}function Q0(t){let e={},n=0;return{get:a=>t[a],set(a,s){t[a]=s,(e[`change:${a}`]??[]).forEach(r=>r())},save_changes(){clearTimeout(n),n=setTimeout(()=>mo(t.selection),
300)},on:(a,s)=>{(e[a]??=[]).push(s)},off:(a,s)=>{e[a]=(e[a]??[]).filter(r=>r!==s)}}}async function tg(t){try{let[e,n,a]=await Promise.all([t.text("model-meta"),
t.bytes("model-wasm"),t.text("bundle")]);return{meta:e,wasm:n,script:a,get blob(){return t.stored("model-blob")}}}catch(e){return{meta:"{}",wasm:new Uint8Array,
script:"",get blob(){throw e}}}}async function Gf(){let t=document.getElementById("mmviz-view");try{let{parts:e,data:n,...a}=JSON.parse(document.getElementById(
"mmviz-study").textContent),s=Uf(e);a.data=Object.fromEntries(await Promise.all(n.map(async r=>[r,await(r.startsWith("meta")?s.text(r):s.bytes(r))]))),s.has("mo\
del-meta")&&(a.page_model=await tg(s)),a.what_if_result&&(a.what_if_result.body=await s.bytes("what_if_result")),a.opened=a.selection,a.selection={...a.selection,
...bo()},t.textContent="",t.toggleAttribute("data-two",!!a.data.meta_b),await Ds({model:Q0(a),el:t})}catch(e){throw t.textContent=`This page could not be drawn:\
 ${e}. If this browser is older than 2024, use a newer one.`,e}}return Zf(eg);})();
