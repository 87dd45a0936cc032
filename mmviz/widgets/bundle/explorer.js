"use strict";var mmviz=(()=>{var Hs=Object.defineProperty;var Ff=Object.getOwnPropertyDescriptor;var jf=Object.getOwnPropertyNames;var Lf=Object.prototype.hasOwnProperty;var Rf=(t,e)=>{for(var n in e)Hs(t,n,{get:e[n],enumerable:!0})},Bf=(t,e,n,a)=>{if(e&&typeof e=="object"||typeof e=="function")for(let s of jf(e))!Lf.call(t,s)&&
s!==n&&Hs(t,s,{get:()=>e[s],enumerable:!(a=Ff(e,s))||a.enumerable});return t};var Pf=t=>Bf(Hs({},"__esModule",{value:!0}),t);var L0={};Rf(L0,{BESIDE_INDICES:()=>Xa,DASHES:()=>Ke,allOf:()=>ge,argmax:()=>qn,bar:()=>ce,barValues:()=>Gs,brief:()=>Mt,button:()=>ct,changes:()=>It,chart:()=>Gt,
choice:()=>Rt,coalitionWithout:()=>Ha,columnHead:()=>je,columnsOfEqualHeight:()=>fo,dash:()=>ea,ends:()=>Us,epochName:()=>sn,faint:()=>rt,fault:()=>ya,fill:()=>Xt,
fixed:()=>nt,glyph:()=>zt,h:()=>p,heading:()=>ft,heightOf:()=>oe,joint:()=>Xs,largest:()=>Jt,lastColour:()=>$n,layerOf:()=>xn,legend:()=>Aa,letters:()=>Pn,mark:()=>Dt,
modality:()=>$t,moment:()=>pa,name:()=>Q,onDrag:()=>Wt,openFrame:()=>Wn,openStandalone:()=>If,paint:()=>Yt,pathOf:()=>zn,plot:()=>Fe,prefixNote:()=>Bn,put:()=>dt,
rangeOf:()=>Tt,readable:()=>At,readout:()=>Ua,register:()=>gt,registerFailure:()=>No,render:()=>Ds,renderCockpit:()=>Tf,rgb:()=>Wa,row:()=>fe,rowCount:()=>Mn,rowHead:()=>kt,
s:()=>it,seriesButton:()=>dn,short:()=>J,signed:()=>mt,signedBar:()=>Ye,span:()=>de,stretch:()=>an,tint:()=>Le,unseen:()=>ne,untrainedNote:()=>Ge,viewNames:()=>zo,
write:()=>wt,writer:()=>yn});var qf="http://www.w3.org/2000/svg";function _o(t,e,n){for(let[a,s]of Object.entries(e))t.setAttribute(a,String(s));return t.append(...n),t}var p=(t,e={},...n)=>_o(
document.createElement(t),e,n),it=(t,e={},...n)=>_o(document.createElementNS(qf,t),e,n),ne=t=>p("span",{class:"mmv-hidden-text"},t);function wt(t,e){let n=t.firstChild;
!e||!(n instanceof Text)||n.nextSibling?t.textContent=e:n.data!==e&&(n.data=e)}function yn(t){let e=new Text(""),n=ne("");return t.append(e),(a,s="")=>{if(e.data!==
a&&(e.data=a),!s)return n.remove();wt(n,s),n.parentNode||t.append(n)}}function dt(t,e,n){t[e]!==n&&(t[e]=n)}function Dt(t,e,n){t.getAttribute(e)!==n&&t.setAttribute(
e,n)}var Q=t=>p("bdi",{},t),ft=(...t)=>p("div",{class:"mmv-heading",role:"heading"},...t),Bn=t=>t.prefix?.label?[p("p",{class:"mmv-faint mmv-small mmv-prefix",title:t.
prefix.meaning},t.prefix.label)]:[],rt=(...t)=>p("p",{class:"mmv-faint mmv-small"},...t),Ge=(t,e="")=>t.untrained?[rt(e,Q(t.untrained))]:[];function ct(t,e,n={}){
let a=p("button",{type:"button",...n},t);return a.addEventListener("click",e),a}function Rt(t,e,n){let a=p("select",{"aria-label":t},...e.map((s,r)=>p("option",
{value:r},s)));return a.addEventListener("change",()=>n(Number(a.value))),{select:a,node:p("label",{class:"mmv-control"},p("span",{},t),a)}}var Fe=(t,...e)=>it(
"svg",{viewBox:"0 0 1000 100",preserveAspectRatio:"none",role:"img","aria-label":t},...e),Df=LOOKS.glyphs,Ke=LOOKS.dashes,zt=t=>p("span",{class:"mmv-glyph","dat\
a-m":t%8,"aria-hidden":"true"},Df[t%8]),Pn=t=>[...t].reduce((e,n)=>e+(Number(n.codePointAt(0))>11903?2:1),0),je=(t,e,n)=>t.modalities.every(a=>Pn(a.name)<=n)?$t(
t,e):[zt(e),ne(t.modalities[e].name)],$t=(t,e)=>[zt(e),Q(t.modalities[e].name)];function Wt(t,e,n,a){let s=c=>{let{left:f,width:d,top:u,height:h}=e.getBoundingClientRect();
return[(c.clientX-f)/d,(c.clientY-u)/h]},r=null;t.addEventListener("pointerdown",c=>{let[f,d]=s(c);c.button!==0||f<0||c.target.closest("button, input, select, a")||
(r=c.pointerId,t.setPointerCapture(r),c.preventDefault(),a?.focus({preventScroll:!0}),n(f,d,c,!0))});let o=null,i=0,l=()=>{if(cancelAnimationFrame(i),i=0,!o)return;
let c=o,[f,d]=s(c);o=null,n(f,d,c,!1)};t.addEventListener("pointermove",c=>{c.pointerId===r&&(o=c,i||=requestAnimationFrame(l))});for(let c of["pointerup","poin\
tercancel"])t.addEventListener(c,()=>{l(),r=null})}var Wf="00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838".split(" "),Wa=t=>[0,2,4].map(e=>parseInt(t.slice(e,e+2),16)),ko=Wf.map(Wa),Hf=Uint8ClampedArray.
from({length:768},(t,e)=>{let n=(e/3|0)/255*9,a=Math.min(8,n|0);return ko[a][e%3]*(1-n+a)+ko[a+1][e%3]*(n-a)}),Uf=new Uint32Array(new Uint8ClampedArray(1024).map(
(t,e)=>e%4===3?255:Hf[3*(e>>2)+e%4]).buffer),Ao=new WeakMap;function Oo(t,e,n){let a=Ao.get(t);if(a&&a.image.width===e&&a.image.height===n)return a;t.width=e,t.
height=n;let s=t.getContext("2d"),r=s.createImageData(e,n),o={context:s,image:r,pixels:new Uint32Array(r.data.buffer)};return Ao.set(t,o),o}function Yt(t,e,n,a){
let{context:s,image:r,pixels:o}=Oo(t,Math.max(1,e),Math.max(1,n));o.fill(0);for(let i=0,l=0;i<n;i++)for(let c=0;c<e;c++,l++){let f=a(c,i);f>=0&&(o[l]=Uf[f])}s.putImageData(
r,0,0)}function Le(t,e,n,a){let{context:s,image:r,pixels:o}=Oo(t,Math.max(1,e),Math.max(1,n));o.fill(0);for(let i=0,l=0;i<n;i++)for(let c=0;c<e;c++,l+=4){let f=a(
c,i);f&&r.data.set(f,l)}s.putImageData(r,0,0)}function Jt(...t){let e=0;for(let n of t)for(let a=0;a<n.length;a++)Math.abs(n[a])>e&&Number.isFinite(n[a])&&(e=Math.
abs(n[a]));return e}function nt(t,e){if(!Number.isFinite(t))return"–";let n=Math.abs(t).toFixed(e);return(t<0&&Number(n)!==0?"−":"")+n}function mt(t,e){let n=nt(t,e);return t>0&&
Number(n)!==0?`+${n}`:n}function J(t,e=3){if(!Number.isFinite(t))return Math.abs(t)===1/0?`${t<0?"−":""}∞`:"–";let n=Math.abs(t);return(t&&(n<.001||n>=1e6)?
t.toExponential(Math.max(1,e-2)):String(Number(t.toPrecision(e)))).replace("+","").replaceAll("-","−")}function Us(t,e){for(let n=3;n<=6;n++){let a=[t,e].map(
r=>J(r,n)),s=a.map((r,o)=>Math.abs(Number(r.replaceAll("−","-"))-[t,e][o]));if(Math.max(...s)<=.02*(e-t)||t===e)return a}return[J(t),`+${J(e-t)}`]}function qn(t){
let e=-1;for(let n=0;n<t.length;n++)Number.isFinite(t[n])&&(e<0||t[n]>t[e])&&(e=n);return e}function pa(t,e,n){let a=t.duration_s[e];return a===null?`step ${n+1}\
 of ${t.sizes.time}`:`${nt(t.start_s[e]+(n+1)/t.sizes.time*a,2)} s`}var Mt=(t,e,n)=>pa(t,e,n).split(" of ")[0];function an(t,e,[n,a]){let s=t.duration_s[e],r=t.
sizes.time;if(s===null)return n===a?`step ${n+1}`:`steps ${n+1} to ${a+1}`;let o=t.start_s[e];return`${nt(o+n/r*s,2)} to ${nt(o+(a+1)/r*s,2)} s`}var sn=(t,e)=>`\
epoch ${t.epochs[e]} of ${t.epochs[t.epochs.length-1]}`,Ha=(t,e)=>t.modalities.reduce((n,a,s)=>n|(e.includes(a.name)?0:1<<s),0),Xt=(t,e)=>t.replace(/\{(\w+)\}/g,
(n,a)=>String(e[a]));function Ua(t,{sample:e,epoch:n,time:a,masked:s},r=""){let{phrases:o,digits:i,epochs:l,sizes:c}=t,f=t.duration_s[e],d=t.targets[e],u=t.part(
"prediction",n,e,a),h=t.part("phi",n,e,a),m=t.task==="classification",g=m?qn(u):0;return Xt(o.readout,{epoch:l[n],last_epoch:l[c.epoch-1],moment:f===null?Xt(o.step,
{step:a+1,steps:c.time}):Xt(o.time,{time:nt(t.start_s[e]+(a+1)/c.time*f,2)}),prediction:Xt(g<0?o.no_prediction:o.prediction,{predicted:t.outputs[g],value:nt(u[g],
i),target:m?t.outputs[d]:nt(d??NaN,i)}),phi:t.modalities.map((w,y)=>`${w.name} ${mt(h[y],i)}`).join(", "),masked:s.length?Xt(o.masked,{modalities:s.join(", "),value:nt(
t.part("game",n,e,a)[Ha(t,s)],i)}):"",edits:r&&Xt(o.edits,{edits:r})})}var Ga=new WeakMap,Gs=t=>(t&&Ga.get(t))??null;function ce(t){let e=p("div",{class:"mmv-bar",...t===null?{}:{"data-m":t%8}}),n=p("div",{class:"mmv-recorded",hidden:""}),
a=p("div",{class:"mmv-track","aria-hidden":"true"},e,n),s=(i,l,c)=>{let f=Number.isFinite(l+c);i.style.left=`${f?100*Math.min(l,c):0}%`,i.style.width=`${f?100*Math.
abs(c-l):0}%`};return{track:a,set:(i,l,c=NaN)=>{Ga.set(a,{now:c,then:NaN}),dt(e,"hidden",!Number.isFinite(i+l)),s(e,i,l)},was:(i,l,c=NaN)=>{Ga.set(a,{now:Ga.get(
a)?.now??NaN,then:c}),dt(n,"hidden",!Number.isFinite(l)),n.hidden||s(n,i,l)}}}var fe=(t,e,n)=>p("tr",{},t,p("td",{class:"mmv-cell"},e),p("td",{class:"mmv-value"},
n)),kt=(...t)=>p("th",{scope:"row"},...t);function Ye(t){let{track:e,set:n,was:a}=ce(t),s=(r,o)=>.5+(o?r/o/2:0*r);return e.classList.add("mmv-zero"),{track:e,set:(r,o)=>n(
.5,s(r,o),r),was:(r,o)=>a(.5,s(r,o),r)}}var ma=[],So=["main","side","columns","wide"];function gt(t){let e=`register: view ${JSON.stringify(t.name)}`;if(typeof t.name!="string"||!t.name)throw new TypeError(
`${e}: name is not a text; give each view a name of its own`);if(ma.some(n=>n.name===t.name))throw new TypeError(`${e}: this name is registered already; choose \
another`);if(!So.includes(t.place))throw new TypeError(`${e}: place is ${JSON.stringify(t.place)}, expected one of ${So.join(", ")}`);if(!Array.isArray(t.needs))
throw new TypeError(`${e}: needs is ${JSON.stringify(t.needs)}, expected an array with the names of the frame's arrays`);if(typeof t.mount!="function")throw new TypeError(
`${e}: mount is no function; expected mount(root, frame, state, pick)`);ma.push(t)}function No(t,e){let n=()=>{throw e};ma.push({name:t,place:"wide",needs:[],mount:n})}
var Eo=(t,e)=>ma.filter(n=>n.place===t&&n.needs.every(e.has)&&(n.shows?.(e)??!0)).sort((n,a)=>(n.order??100)-(a.order??100)),zo=()=>ma.map(t=>t.name);function Gf(t,e){let n=e.modalities.length,a=e.modalities.map(()=>e.modalities.map(()=>p("td"))),s=p("tr",{},p("td",{class:"mmv-faint"},"target ↓ source →"),
...a.map((f,d)=>p("th",{scope:"col"},...je(e,d,(235/n-27)/6.5)))),r=a.map((f,d)=>p("tr",{},kt(...$t(e,d)),...f)),o=ft("Coupling weights W"),i=rt("No coupling we\
ights in this layer: its scans are not coupled, or one SSM stream serves all modalities."),l=p("table",{class:"mmv-matrix","aria-label":"Coupling weights W: row\
s are targets, columns are sources",...n>4?{"data-many":""}:{}},p("thead",{},s),p("tbody",{},...r));t.append(o,l,i);let c=Jt(...e.compared.filter(f=>f.has("coup\
ling")).flatMap(f=>f.epochs.map((d,u)=>f.part("coupling",u))));return({epoch:f,layer:d})=>{let u=e.part("coupling",f,d);o.textContent=`Coupling weights W, layer\
 ${e.layers[d]}`,i.hidden=u.some(Number.isFinite),l.hidden=!i.hidden,a.flat().forEach((h,m)=>{h.textContent=nt(u[m],2),h.style.setProperty("--weight",String(c&&
Math.abs(u[m])/c||0))})}}gt({name:"coupling",section:"explanation",place:"side",order:30,needs:["coupling"],mount:Gf});var Ka=t=>Math.sign(t-128)*((t-128)/127)**2;function To(t,e){let n=t.sizes.time,a=t.attribution.block;return{count:a.length,from:s=>a[s],to:s=>a[s]<=e?Math.min(
(a[s+1]??n)-1,e):(a[s+1]??n)-1}}var wn=(t,e)=>t.attribution.block.reduce((n,a,s)=>a<=e?s:n,0),Ks=(t,e)=>t.has("attribution_prefix")&&e<t.sizes.time-1;function Ae(t,e,n){
if(!Ks(t,n))return{values:t.part("attribution",e),count:t.sizes.time,from:r=>r,to:r=>r,signed:!0};let a=t.part("attribution_prefix_limit",e)[n];return{values:Float32Array.
from(t.part("attribution_prefix",e,n),r=>a*Ka(r)),...To(t,n),signed:!0}}function Co(t,e,n,a){let s=t.part("attribution_stream_limit")[e];return{values:Float32Array.
from(t.part("attribution_stream",e,n,wn(t,a)),o=>s*(o/255)**2),...To(t,a),signed:!1}}var Ys=({values:t})=>Jt(t)||1;function Kf(t,e,n){let{values:a,count:s,from:r,
to:o,signed:i}=e,l=Ys(e),c=t.sizes.time,f=i?50:98,d=i?48:96,u=["",""];for(let h=0;h<s;h++){let m=a[n*s+h],g=Math.min(1,Math.abs(m)/l)*d;if(!(g>.05))continue;let w=1e3*
r(h)/c,y=1e3*(o(h)+1)/c,b=m>0?f-g:f+g;u[m>0?0:1]+=`M${w.toFixed(1)} ${f}V${b.toFixed(1)}H${y.toFixed(1)}V${f}Z`}return u}function Ya(){let t=it("path",{class:"m\
mv-raises"}),e=it("path",{class:"mmv-lowers"}),n=it("path",{class:"mmv-rule"});return{nodes:[t,e,n],draw:(s,r,o)=>{let i=Kf(s,r,o);[t,e].forEach((l,c)=>{Dt(l,"d",
i[c]),l.classList.toggle("mmv-unsigned",!r.signed)}),Dt(n,"d",`M0 ${r.signed?50:98}H1000`)}}}var Yf=[178,24,43],Vf=[33,102,172],Jf=[247,247,247];function vn(t){
let e=t<0?Vf:Yf,n=Math.min(1,Math.abs(t))**.75;return[...Jf.map((a,s)=>Math.round(a+n*(e[s]-a))),255]}var ga=["symmetric log","linear","quantile"],Vs=[["layer","per layer"],["channel","per channel"],["shared","all layers"]],rn=t=>({scale:"symmetric log",range:"l\
ayer",samples:"",...t.colours});function Io(t,e){if(t===void 0)return"";if(typeof t!="object"||t===null||Array.isArray(t))return`colours is ${JSON.stringify(t)}\
, expected an object`;let n={scale:ga,range:Vs.map(([a])=>a),samples:["",...e.sample_colours??[]]};for(let[a,s]of Object.entries(t))if(!Object.hasOwn(n,a)||!n[a].
includes(s))return`colours: ${a} is ${JSON.stringify(s)}, expected ${Object.hasOwn(n,a)?`one of ${n[a].join(", ")}`:`one of ${Object.keys(n).join(", ")}`}`;return""}var ba=t=>t instanceof ArrayBuffer?new Uint8Array(t):new Uint8Array(t.buffer,t.byteOffset,t.byteLength);async function Dn(t,e,n){if(!(Number.isInteger(e)&&e>=0&&
e<=1073741824&&e<=1032*t.length))throw new Error(`${n} is damaged: it declares ${e} bytes for ${t.length} compressed ones`);let a=new Uint8Array(e),s=new Blob([
t]).stream().pipeThrough(new DecompressionStream("gzip")).getReader(),r=0;try{for(let o=await s.read();!o.done;o=await s.read()){if(r+o.value.length>e)throw new Error(
`more than ${e} bytes`);a.set(o.value,r),r+=o.value.length}if(r!==e)throw new Error(`${r} of ${e} bytes`)}catch(o){throw s.cancel().catch(()=>{}),new Error(`${n}\
 is damaged: ${o instanceof Error?o.message:String(o)}`)}return a}function Va(t,e,n,a,s=!1){let r=n.length;for(let o=0,i=e;o<n.BYTES_PER_ELEMENT;o++,i+=r)for(let l=0;l<
r;l++)n[l]|=t[i+l]<<8*o;if(s)for(let o=0;o<r;o++)n[o]=n[o]>>>1^-(n[o]&1);for(let o of[...a].reverse())for(let i=o;i<r;i++)n[i]+=n[i-o];return n}var Js=t=>t.reduce((e,n)=>e*n,1);function Xf(t,{shape:e,dtype:n,at:a,lags:s}){let r=Va(t,a,n==="float32"?new Uint32Array(Js(e)):new Uint8Array(Js(e)),s);return r instanceof
Uint32Array?new Float32Array(r.buffer):r}async function Wn(t,e){let n=JSON.parse(t),a={},s=Object.entries(n.arrays),r=s.reduce((f,[,{shape:d,dtype:u}])=>f+Js(d)*
(u==="float32"?4:1),0),o=await Dn(ba(e),r,"the recording in this page");for(let[f,d]of s)a[f]=Xf(o,d);function i(f,...d){let{shape:u}=n.arrays[f],h=u.slice(d.length).
reduce((g,w)=>g*w,1),m=d.reduce((g,w,y)=>g*u[y]+w,0)*h;return a[f].subarray(m,m+h)}return{...n,part:i,shape:f=>n.arrays[f].shape,has:f=>Object.hasOwn(a,f)}}var Xa=[
"brush","zoom","masked","edits","run","section","colours"],Fo=["overview","sample","explanation","training","all"];function ya(t,e,n){if(typeof t!="object"||t===
null)return"selection is not an object";let{sizes:a}=e,s=a.time,r=Xa;for(let d of Object.keys(t))if(!Object.hasOwn(a,d)&&!r.includes(d))return`selection has an \
unknown key: ${d}`;for(let[d,u]of Object.entries(a)){let h=t[d];if(!Number.isInteger(h)||h<0||h>=u)return`selection: ${d} is ${h}, expected a whole number from \
0 to ${u-1}`}if(t.sample>=e.recorded_samples&&t.epoch!==e.model_epoch)return`selection: sample ${t.sample} was not recorded, so its epoch is ${e.model_epoch}, t\
hat of the model in the page; got ${t.epoch}`;let{masked:o,run:i}=t;for(let[d,u]of Object.entries({brush:t.brush,zoom:t.zoom??null})){let h=Array.isArray(u)&&u.
length===2&&u.every(Number.isInteger)&&u[0]>=0&&u[0]<=u[1]&&u[1]<s;if(u!==null&&!h)return`selection: ${d} is ${JSON.stringify(u)}, expected null or [first step,\
 last step]`}let l=e.has("game")?e.modalities.map(d=>d.name):[];if(!Array.isArray(o)||!o.every(d=>l.includes(d)))return`selection: masked is ${JSON.stringify(o)}\
, expected modalities`;let c=Zf(t.edits,e);if(c)return`selection: ${c}`;if(t.section!==void 0&&!Fo.includes(t.section))return`selection: section is ${JSON.stringify(
t.section)}, expected one of ${Fo.join(", ")}`;let f=Io(t.colours,e);return f?`selection: ${f}`:n.includes(i)?"":`selection: run is ${JSON.stringify(i)}, expect\
ed one of ${n.join(", ")}`}var Ja=(t,e,n)=>Number.isInteger(t)&&Number(t)>=e&&Number(t)<=n,jo={delay:t=>Number.isInteger(t),amplitude:t=>Number.isFinite(t)&&Number(
t)>=0&&Number(t)<=10,noise:t=>Number.isFinite(t)&&Number(t)>=0,seed:t=>Ja(t,0,2**32-1),swap:(t,e)=>Ja(t,0,e.sizes.sample-1),text:t=>typeof t=="string",window:t=>Array.
isArray(t)&&t.length===2&&t.every(Number.isInteger)&&t[0]>=0&&t[0]<=t[1],state:t=>t==="zero"||t==="hold",cut:(t,e)=>Ja(t,0,e.modalities.length-1),step:(t,e)=>Ja(
t,0,e.sizes.time-1)};function Zf(t,e){let n=a=>typeof a=="object"&&a!==null&&!Array.isArray(a);if(!n(t))return`edits is ${JSON.stringify(t)}, expected an object`;
for(let[a,s]of Object.entries(t)){if(!e.modalities.some(r=>r.name===a)||!n(s))return`edits names ${JSON.stringify(a)}, expected a modality and its edits`;for(let[
r,o]of Object.entries(s))if(!Object.hasOwn(jo,r)||!jo[r](o,e))return`edits of ${a}: ${r} is ${JSON.stringify(o)}`}return""}function It(){let t={};return(e,...n)=>{
let a=JSON.stringify([e.version,...n.map(o=>e[o])]),s=n.join(),r=t[s]!==a;return t[s]=a,r}}var Xs=t=>t.reduce((e,n)=>e&&n?[Math.min(e[0],n[0]),Math.max(e[1],n[1])]:
e??n,null)??[0,0],ge=(t,e,n)=>t.compared.filter(a=>a.has(e)).flatMap(a=>(a.edited()?[a,a.recorded]:[a]).flatMap(s=>a.epochs.map((r,o)=>s.part(e,o,n)))),xn=(t,e,{
layer:n,layer_of_a:a})=>Math.min(t===e?n:a??n,t.sizes.layer-1),$n=(t,e,n)=>Math.max(...t.compared.map(a=>e(a)?.[xn(a,t,n)]??0));function Mn(t,e,n){if(!t.has("ch\
annel_index"))return t.sizes.channel;let a=t.sizes.channel;return Array.from(t.part("channel_index",e).subarray(n*a,(n+1)*a)).filter(r=>r>=0).length}var de=(t,{
brush:e})=>e??[0,t.sizes.time-1];function wa(t,e){return t==null||e==null?NaN:t<e?-1:t>e?1:t>=e?0:NaN}function Qf(t,e){return t==null||e==null?NaN:e<t?-1:e>t?1:e>=t?0:NaN}function Lo(t){let e,n,
a;t.length!==2?(e=wa,n=(i,l)=>wa(t(i),l),a=(i,l)=>t(i)-l):(e=t===wa||t===Qf?t:td,n=t,a=t);function s(i,l,c=0,f=i.length){if(c<f){if(e(l,l)!==0)return f;do{let d=c+
f>>>1;n(i[d],l)<0?c=d+1:f=d}while(c<f)}return c}function r(i,l,c=0,f=i.length){if(c<f){if(e(l,l)!==0)return f;do{let d=c+f>>>1;n(i[d],l)<=0?c=d+1:f=d}while(c<f)}
return c}function o(i,l,c=0,f=i.length){let d=s(i,l,c,f-1);return d>c&&a(i[d-1],l)>-a(i[d],l)?d-1:d}return{left:s,center:o,right:r}}function td(){return 0}function ed(t){
return t===null?NaN:+t}var Ro=Lo(wa),Bo=Ro.right,sg=Ro.left,rg=Lo(ed).center;var og=Po(qo),ig=Po(nd);function Po(t){return function(e,n,a=n){if(!((n=+n)>=0))throw new RangeError("invalid rx");if(!((a=+a)>=0))throw new RangeError("invalid\
 ry");let{data:s,width:r,height:o}=e;if(!((r=Math.floor(r))>=0))throw new RangeError("invalid width");if(!((o=Math.floor(o!==void 0?o:s.length/r))>=0))throw new RangeError(
"invalid height");if(!r||!o||!n&&!a)return e;let i=n&&t(n),l=a&&t(a),c=s.slice();return i&&l?(Hn(i,c,s,r,o),Hn(i,s,c,r,o),Hn(i,c,s,r,o),Un(l,s,c,r,o),Un(l,c,s,r,
o),Un(l,s,c,r,o)):i?(Hn(i,s,c,r,o),Hn(i,c,s,r,o),Hn(i,s,c,r,o)):l&&(Un(l,s,c,r,o),Un(l,c,s,r,o),Un(l,s,c,r,o)),e}}function Hn(t,e,n,a,s){for(let r=0,o=a*s;r<o;)
t(e,n,r,r+=a,1)}function Un(t,e,n,a,s){for(let r=0,o=a*s;r<a;++r)t(e,n,r,r+o,a)}function nd(t){let e=qo(t);return(n,a,s,r,o)=>{s<<=2,r<<=2,o<<=2,e(n,a,s+0,r+0,o),
e(n,a,s+1,r+1,o),e(n,a,s+2,r+2,o),e(n,a,s+3,r+3,o)}}function qo(t){let e=Math.floor(t);if(e===t)return ad(t);let n=t-e,a=2*t+1;return(s,r,o,i,l)=>{if(!((i-=l)>=
o))return;let c=e*r[o],f=l*e,d=f+l;for(let u=o,h=o+f;u<h;u+=l)c+=r[Math.min(i,u)];for(let u=o,h=i;u<=h;u+=l)c+=r[Math.min(i,u+f)],s[u]=(c+n*(r[Math.max(o,u-d)]+
r[Math.min(i,u+d)]))/a,c-=r[Math.max(o,u-f)]}}function ad(t){let e=2*t+1;return(n,a,s,r,o)=>{if(!((r-=o)>=s))return;let i=t*a[s],l=o*t;for(let c=s,f=s+l;c<f;c+=
o)i+=a[Math.min(r,c)];for(let c=s,f=r;c<=f;c+=o)i+=a[Math.min(r,c+l)],n[c]=i/e,i-=a[Math.max(s,c-l)]}}var sd=Array.prototype,lg=sd.slice;var rd=Math.sqrt(50),od=Math.sqrt(10),id=Math.sqrt(2);function Za(t,e,n){let a=(e-t)/Math.max(0,n),s=Math.floor(Math.log10(a)),r=a/Math.pow(10,s),o=r>=rd?10:r>=
od?5:r>=id?2:1,i,l,c;return s<0?(c=Math.pow(10,-s)/o,i=Math.round(t*c),l=Math.round(e*c),i/c<t&&++i,l/c>e&&--l,c=-c):(c=Math.pow(10,s)*o,i=Math.round(t/c),l=Math.
round(e/c),i*c<t&&++i,l*c>e&&--l),l<i&&.5<=n&&n<2?Za(t,e,n*2):[i,l,c]}function ts(t,e,n){if(e=+e,t=+t,n=+n,!(n>0))return[];if(t===e)return[t];let a=e<t,[s,r,o]=a?
Za(e,t,n):Za(t,e,n);if(!(r>=s))return[];let i=r-s+1,l=new Array(i);if(a)if(o<0)for(let c=0;c<i;++c)l[c]=(r-c)/-o;else for(let c=0;c<i;++c)l[c]=(r-c)*o;else if(o<
0)for(let c=0;c<i;++c)l[c]=(s+c)/-o;else for(let c=0;c<i;++c)l[c]=(s+c)*o;return l}function Qa(t,e,n){return e=+e,t=+t,n=+n,Za(t,e,n)[2]}function Do(t,e,n){e=+e,
t=+t,n=+n;let a=e<t,s=a?Qa(e,t,n):Qa(t,e,n);return(a?-1:1)*(s<0?1/-s:s)}var cg=ld(Math.random);function ld(t){return function(n,a=0,s=n.length){let r=s-(a=+a);for(;r;){let o=t()*r--|0,i=n[r+a];n[r+a]=n[o+a],n[o+a]=i}return n}}function Vn(t,e,n){t.prototype=e.prototype=n,n.constructor=t}function $a(t,e){var n=Object.create(t.prototype);for(var a in e)n[a]=e[a];return n}function on(){}
var On=.7,Yn=1/On,Gn="\\s*([+-]?\\d+)\\s*",va="\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)\\s*",Re="\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)%\\s*",cd=/^#([0-9a-f]{3,8})$/,
fd=new RegExp(`^rgb\\(${Gn},${Gn},${Gn}\\)$`),dd=new RegExp(`^rgb\\(${Re},${Re},${Re}\\)$`),ud=new RegExp(`^rgba\\(${Gn},${Gn},${Gn},${va}\\)$`),hd=new RegExp(`\
^rgba\\(${Re},${Re},${Re},${va}\\)$`),pd=new RegExp(`^hsl\\(${va},${Re},${Re}\\)$`),md=new RegExp(`^hsla\\(${va},${Re},${Re},${va}\\)$`),Wo={aliceblue:15792383,
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
Vn(on,Jn,{copy(t){return Object.assign(new this.constructor,this,t)},displayable(){return this.rgb().displayable()},hex:Ho,formatHex:Ho,formatHex8:gd,formatHsl:bd,
formatRgb:Uo,toString:Uo});function Ho(){return this.rgb().formatHex()}function gd(){return this.rgb().formatHex8()}function bd(){return ti(this).formatHsl()}function Uo(){
return this.rgb().formatRgb()}function Jn(t){var e,n;return t=(t+"").trim().toLowerCase(),(e=cd.exec(t))?(n=e[1].length,e=parseInt(e[1],16),n===6?Go(e):n===3?new Zt(
e>>8&15|e>>4&240,e>>4&15|e&240,(e&15)<<4|e&15,1):n===8?es(e>>24&255,e>>16&255,e>>8&255,(e&255)/255):n===4?es(e>>12&15|e>>8&240,e>>8&15|e>>4&240,e>>4&15|e&240,((e&
15)<<4|e&15)/255):null):(e=fd.exec(t))?new Zt(e[1],e[2],e[3],1):(e=dd.exec(t))?new Zt(e[1]*255/100,e[2]*255/100,e[3]*255/100,1):(e=ud.exec(t))?es(e[1],e[2],e[3],
e[4]):(e=hd.exec(t))?es(e[1]*255/100,e[2]*255/100,e[3]*255/100,e[4]):(e=pd.exec(t))?Vo(e[1],e[2]/100,e[3]/100,1):(e=md.exec(t))?Vo(e[1],e[2]/100,e[3]/100,e[4]):
Wo.hasOwnProperty(t)?Go(Wo[t]):t==="transparent"?new Zt(NaN,NaN,NaN,0):null}function Go(t){return new Zt(t>>16&255,t>>8&255,t&255,1)}function es(t,e,n,a){return a<=
0&&(t=e=n=NaN),new Zt(t,e,n,a)}function ar(t){return t instanceof on||(t=Jn(t)),t?(t=t.rgb(),new Zt(t.r,t.g,t.b,t.opacity)):new Zt}function Sn(t,e,n,a){return arguments.
length===1?ar(t):new Zt(t,e,n,a??1)}function Zt(t,e,n,a){this.r=+t,this.g=+e,this.b=+n,this.opacity=+a}Vn(Zt,Sn,$a(on,{brighter(t){return t=t==null?Yn:Math.pow(
Yn,t),new Zt(this.r*t,this.g*t,this.b*t,this.opacity)},darker(t){return t=t==null?On:Math.pow(On,t),new Zt(this.r*t,this.g*t,this.b*t,this.opacity)},rgb(){return this},
clamp(){return new Zt(kn(this.r),kn(this.g),kn(this.b),as(this.opacity))},displayable(){return-.5<=this.r&&this.r<255.5&&-.5<=this.g&&this.g<255.5&&-.5<=this.b&&
this.b<255.5&&0<=this.opacity&&this.opacity<=1},hex:Ko,formatHex:Ko,formatHex8:yd,formatRgb:Yo,toString:Yo}));function Ko(){return`#${_n(this.r)}${_n(this.g)}${_n(
this.b)}`}function yd(){return`#${_n(this.r)}${_n(this.g)}${_n(this.b)}${_n((isNaN(this.opacity)?1:this.opacity)*255)}`}function Yo(){let t=as(this.opacity);return`${t===
1?"rgb(":"rgba("}${kn(this.r)}, ${kn(this.g)}, ${kn(this.b)}${t===1?")":`, ${t})`}`}function as(t){return isNaN(t)?1:Math.max(0,Math.min(1,t))}function kn(t){return Math.
max(0,Math.min(255,Math.round(t)||0))}function _n(t){return t=kn(t),(t<16?"0":"")+t.toString(16)}function Vo(t,e,n,a){return a<=0?t=e=n=NaN:n<=0||n>=1?t=e=NaN:e<=
0&&(t=NaN),new Oe(t,e,n,a)}function ti(t){if(t instanceof Oe)return new Oe(t.h,t.s,t.l,t.opacity);if(t instanceof on||(t=Jn(t)),!t)return new Oe;if(t instanceof
Oe)return t;t=t.rgb();var e=t.r/255,n=t.g/255,a=t.b/255,s=Math.min(e,n,a),r=Math.max(e,n,a),o=NaN,i=r-s,l=(r+s)/2;return i?(e===r?o=(n-a)/i+(n<a)*6:n===r?o=(a-e)/
i+2:o=(e-n)/i+4,i/=l<.5?r+s:2-r-s,o*=60):i=l>0&&l<1?0:o,new Oe(o,i,l,t.opacity)}function rs(t,e,n,a){return arguments.length===1?ti(t):new Oe(t,e,n,a??1)}function Oe(t,e,n,a){
this.h=+t,this.s=+e,this.l=+n,this.opacity=+a}Vn(Oe,rs,$a(on,{brighter(t){return t=t==null?Yn:Math.pow(Yn,t),new Oe(this.h,this.s,this.l*t,this.opacity)},darker(t){
return t=t==null?On:Math.pow(On,t),new Oe(this.h,this.s,this.l*t,this.opacity)},rgb(){var t=this.h%360+(this.h<0)*360,e=isNaN(t)||isNaN(this.s)?0:this.s,n=this.
l,a=n+(n<.5?n:1-n)*e,s=2*n-a;return new Zt(Zs(t>=240?t-240:t+120,s,a),Zs(t,s,a),Zs(t<120?t+240:t-120,s,a),this.opacity)},clamp(){return new Oe(Jo(this.h),ns(this.
s),ns(this.l),as(this.opacity))},displayable(){return(0<=this.s&&this.s<=1||isNaN(this.s))&&0<=this.l&&this.l<=1&&0<=this.opacity&&this.opacity<=1},formatHsl(){
let t=as(this.opacity);return`${t===1?"hsl(":"hsla("}${Jo(this.h)}, ${ns(this.s)*100}%, ${ns(this.l)*100}%${t===1?")":`, ${t})`}`}}));function Jo(t){return t=(t||
0)%360,t<0?t+360:t}function ns(t){return Math.max(0,Math.min(1,t||0))}function Zs(t,e,n){return(t<60?e+(n-e)*t/60:t<180?n:t<240?e+(n-e)*(240-t)/60:e)*255}var ei=Math.
PI/180,ni=180/Math.PI,ss=18,ai=.96422,si=1,ri=.82521,oi=4/29,Kn=6/29,ii=3*Kn*Kn,wd=Kn*Kn*Kn;function li(t){if(t instanceof Be)return new Be(t.l,t.a,t.b,t.opacity);
if(t instanceof Ve)return fi(t);t instanceof Zt||(t=ar(t));var e=nr(t.r),n=nr(t.g),a=nr(t.b),s=Qs((.2225045*e+.7168786*n+.0606169*a)/si),r,o;return e===n&&n===a?
r=o=s:(r=Qs((.4360747*e+.3850649*n+.1430804*a)/ai),o=Qs((.0139322*e+.0971045*n+.7141733*a)/ri)),new Be(116*s-16,500*(r-s),200*(s-o),t.opacity)}function ci(t,e,n,a){return arguments.length===1?li(t):new Be(t,e,n,a??1)}function Be(t,e,n,a){this.l=+t,this.a=+e,this.b=+n,this.opacity=+a}Vn(Be,ci,$a(on,{brighter(t){
return new Be(this.l+ss*(t??1),this.a,this.b,this.opacity)},darker(t){return new Be(this.l-ss*(t??1),this.a,this.b,this.opacity)},rgb(){var t=(this.l+16)/116,e=isNaN(
this.a)?t:t+this.a/500,n=isNaN(this.b)?t:t-this.b/200;return e=ai*tr(e),t=si*tr(t),n=ri*tr(n),new Zt(er(3.1338561*e-1.6168667*t-.4906146*n),er(-.9787684*e+1.9161415*
t+.033454*n),er(.0719453*e-.2289914*t+1.4052427*n),this.opacity)}}));function Qs(t){return t>wd?Math.pow(t,1/3):t/ii+oi}function tr(t){return t>Kn?t*t*t:ii*(t-oi)}
function er(t){return 255*(t<=.0031308?12.92*t:1.055*Math.pow(t,1/2.4)-.055)}function nr(t){return(t/=255)<=.04045?t/12.92:Math.pow((t+.055)/1.055,2.4)}function vd(t){
if(t instanceof Ve)return new Ve(t.h,t.c,t.l,t.opacity);if(t instanceof Be||(t=li(t)),t.a===0&&t.b===0)return new Ve(NaN,0<t.l&&t.l<100?0:NaN,t.l,t.opacity);var e=Math.
atan2(t.b,t.a)*ni;return new Ve(e<0?e+360:e,Math.sqrt(t.a*t.a+t.b*t.b),t.l,t.opacity)}function os(t,e,n,a){return arguments.length===1?vd(t):new Ve(t,e,n,a??1)}function Ve(t,e,n,a){this.h=+t,this.c=+e,this.l=+n,this.opacity=+a}function fi(t){if(isNaN(
t.h))return new Be(t.l,0,0,t.opacity);var e=t.h*ei;return new Be(t.l,Math.cos(e)*t.c,Math.sin(e)*t.c,t.opacity)}Vn(Ve,os,$a(on,{brighter(t){return new Ve(this.h,
this.c,this.l+ss*(t??1),this.opacity)},darker(t){return new Ve(this.h,this.c,this.l-ss*(t??1),this.opacity)},rgb(){return fi(this).rgb()}}));var di=-.14861,sr=1.78277,
rr=-.29227,is=-.90649,xa=1.97294,Xo=xa*is,Zo=xa*sr,Qo=sr*rr-is*di;function xd(t){if(t instanceof An)return new An(t.h,t.s,t.l,t.opacity);t instanceof Zt||(t=ar(
t));var e=t.r/255,n=t.g/255,a=t.b/255,s=(Qo*a+Xo*e-Zo*n)/(Qo+Xo-Zo),r=a-s,o=(xa*(n-s)-rr*r)/is,i=Math.sqrt(o*o+r*r)/(xa*s*(1-s)),l=i?Math.atan2(o,r)*ni-120:NaN;
return new An(l<0?l+360:l,i,s,t.opacity)}function we(t,e,n,a){return arguments.length===1?xd(t):new An(t,e,n,a??1)}function An(t,e,n,a){this.h=+t,this.s=+e,this.
l=+n,this.opacity=+a}Vn(An,we,$a(on,{brighter(t){return t=t==null?Yn:Math.pow(Yn,t),new An(this.h,this.s,this.l*t,this.opacity)},darker(t){return t=t==null?On:Math.
pow(On,t),new An(this.h,this.s,this.l*t,this.opacity)},rgb(){var t=isNaN(this.h)?0:(this.h+120)*ei,e=+this.l,n=isNaN(this.s)?0:this.s*e*(1-e),a=Math.cos(t),s=Math.
sin(t);return new Zt(255*(e+n*(di*a+sr*s)),255*(e+n*(rr*a+is*s)),255*(e+n*(xa*a)),this.opacity)}}));function mi(t,e,n,a,s){var r=t*t,o=r*t;return((1-3*t+3*r-o)*e+(4-6*r+3*o)*n+(1+3*t+3*r-3*o)*a+o*s)/6}function $d(t){var e=t.length-1;return function(n){var a=n<=
0?n=0:n>=1?(n=1,e-1):Math.floor(n*e),s=t[a],r=t[a+1],o=a>0?t[a-1]:2*s-r,i=a<e-1?t[a+2]:2*r-s;return mi((n-a/e)*e,o,s,r,i)}}function Md(t){var e=t.length;return function(n){
var a=Math.floor(((n%=1)<0?++n:n)*e),s=t[(a+e-1)%e],r=t[a%e],o=t[(a+1)%e],i=t[(a+2)%e];return mi((n-a/e)*e,s,r,o,i)}}var cs=t=>()=>t;function gi(t,e){return function(n){
return t+n*e}}function _d(t,e,n){return t=Math.pow(t,n),e=Math.pow(e,n)-t,n=1/n,function(a){return Math.pow(t+a*e,n)}}function cr(t,e){var n=e-t;return n?gi(t,n>
180||n<-180?n-360*Math.round(n/360):n):cs(isNaN(t)?e:t)}function kd(t){return(t=+t)==1?ue:function(e,n){return n-e?_d(e,n,t):cs(isNaN(e)?n:e)}}function ue(t,e){
var n=e-t;return n?gi(t,n):cs(isNaN(t)?e:t)}var ui=(function t(e){var n=kd(e);function a(s,r){var o=n((s=Sn(s)).r,(r=Sn(r)).r),i=n(s.g,r.g),l=n(s.b,r.b),c=ue(s.
opacity,r.opacity);return function(f){return s.r=o(f),s.g=i(f),s.b=l(f),s.opacity=c(f),s+""}}return a.gamma=t,a})(1);function bi(t){return function(e){var n=e.length,
a=new Array(n),s=new Array(n),r=new Array(n),o,i;for(o=0;o<n;++o)i=Sn(e[o]),a[o]=i.r||0,s[o]=i.g||0,r[o]=i.b||0;return a=t(a),s=t(s),r=t(r),i.opacity=1,function(l){
return i.r=a(l),i.g=s(l),i.b=r(l),i+""}}}var yi=bi($d),hg=bi(Md);function Ad(t,e){e||(e=[]);var n=t?Math.min(e.length,t.length):0,a=e.slice(),s;return function(r){
for(s=0;s<n;++s)a[s]=t[s]*(1-r)+e[s]*r;return a}}function Od(t){return ArrayBuffer.isView(t)&&!(t instanceof DataView)}function Sd(t,e){var n=e?e.length:0,a=t?Math.min(n,t.length):0,s=new Array(a),r=new Array(n),o;for(o=0;o<a;++o)s[o]=fs(t[o],e[o]);for(;o<n;++o)r[o]=e[o];return function(i){
for(o=0;o<a;++o)r[o]=s[o](i);return r}}function Nd(t,e){var n=new Date;return t=+t,e=+e,function(a){return n.setTime(t*(1-a)+e*a),n}}function Se(t,e){return t=+t,
e=+e,function(n){return t*(1-n)+e*n}}function Ed(t,e){var n={},a={},s;(t===null||typeof t!="object")&&(t={}),(e===null||typeof e!="object")&&(e={});for(s in e)s in
t?n[s]=fs(t[s],e[s]):a[s]=e[s];return function(r){for(s in n)a[s]=n[s](r);return a}}var ir=/[-+]?(?:\d+\.?\d*|\.?\d+)(?:[eE][-+]?\d+)?/g,or=new RegExp(ir.source,
"g");function zd(t){return function(){return t}}function Td(t){return function(e){return t(e)+""}}function Cd(t,e){var n=ir.lastIndex=or.lastIndex=0,a,s,r,o=-1,
i=[],l=[];for(t=t+"",e=e+"";(a=ir.exec(t))&&(s=or.exec(e));)(r=s.index)>n&&(r=e.slice(n,r),i[o]?i[o]+=r:i[++o]=r),(a=a[0])===(s=s[0])?i[o]?i[o]+=s:i[++o]=s:(i[++o]=
null,l.push({i:o,x:Se(a,s)})),n=or.lastIndex;return n<e.length&&(r=e.slice(n),i[o]?i[o]+=r:i[++o]=r),i.length<2?l[0]?Td(l[0].x):zd(e):(e=l.length,function(c){for(var f=0,
d;f<e;++f)i[(d=l[f]).i]=d.x(c);return i.join("")})}function fs(t,e){var n=typeof e,a;return e==null||n==="boolean"?cs(e):(n==="number"?Se:n==="string"?(a=Jn(e))?
(e=a,ui):Cd:e instanceof Jn?ui:e instanceof Date?Nd:Od(e)?Ad:Array.isArray(e)?Sd:typeof e.valueOf!="function"&&typeof e.toString!="function"||isNaN(e)?Ed:Se)(t,
e)}function wi(t,e){return t=+t,e=+e,function(n){return Math.round(t*(1-n)+e*n)}}var hi=180/Math.PI,lr={translateX:0,translateY:0,rotate:0,skewX:0,scaleX:1,scaleY:1};
function vi(t,e,n,a,s,r){var o,i,l;return(o=Math.sqrt(t*t+e*e))&&(t/=o,e/=o),(l=t*n+e*a)&&(n-=t*l,a-=e*l),(i=Math.sqrt(n*n+a*a))&&(n/=i,a/=i,l/=i),t*a<e*n&&(t=-t,
e=-e,l=-l,o=-o),{translateX:s,translateY:r,rotate:Math.atan2(e,t)*hi,skewX:Math.atan(l)*hi,scaleX:o,scaleY:i}}var ls;function Id(t){let e=new(typeof DOMMatrix==
"function"?DOMMatrix:WebKitCSSMatrix)(t+"");return e.isIdentity?lr:vi(e.a,e.b,e.c,e.d,e.e,e.f)}function Fd(t){return t==null||(ls||(ls=document.createElementNS(
"http://www.w3.org/2000/svg","g")),ls.setAttribute("transform",t),!(t=ls.transform.baseVal.consolidate()))?lr:(t=t.matrix,vi(t.a,t.b,t.c,t.d,t.e,t.f))}function xi(t,e,n,a){
function s(c){return c.length?c.pop()+" ":""}function r(c,f,d,u,h,m){if(c!==d||f!==u){var g=h.push("translate(",null,e,null,n);m.push({i:g-4,x:Se(c,d)},{i:g-2,x:Se(
f,u)})}else(d||u)&&h.push("translate("+d+e+u+n)}function o(c,f,d,u){c!==f?(c-f>180?f+=360:f-c>180&&(c+=360),u.push({i:d.push(s(d)+"rotate(",null,a)-2,x:Se(c,f)})):
f&&d.push(s(d)+"rotate("+f+a)}function i(c,f,d,u){c!==f?u.push({i:d.push(s(d)+"skewX(",null,a)-2,x:Se(c,f)}):f&&d.push(s(d)+"skewX("+f+a)}function l(c,f,d,u,h,m){
if(c!==d||f!==u){var g=h.push(s(h)+"scale(",null,",",null,")");m.push({i:g-4,x:Se(c,d)},{i:g-2,x:Se(f,u)})}else(d!==1||u!==1)&&h.push(s(h)+"scale("+d+","+u+")")}
return function(c,f){var d=[],u=[];return c=t(c),f=t(f),r(c.translateX,c.translateY,f.translateX,f.translateY,d,u),o(c.rotate,f.rotate,d,u),i(c.skewX,f.skewX,d,
u),l(c.scaleX,c.scaleY,f.scaleX,f.scaleY,d,u),c=f=null,function(h){for(var m=-1,g=u.length,w;++m<g;)d[(w=u[m]).i]=w.x(h);return d.join("")}}}var pg=xi(Id,"px, ",
"px)","deg)"),mg=xi(Fd,", ",")",")"),jd=1e-12;function pi(t){return((t=Math.exp(t))+1/t)/2}function Ld(t){return((t=Math.exp(t))-1/t)/2}function Rd(t){return((t=
Math.exp(2*t))-1)/(t+1)}var gg=(function t(e,n,a){function s(r,o){var i=r[0],l=r[1],c=r[2],f=o[0],d=o[1],u=o[2],h=f-i,m=d-l,g=h*h+m*m,w,y;if(g<jd)y=Math.log(u/c)/
e,w=function(O){return[i+O*h,l+O*m,c*Math.exp(e*O*y)]};else{var b=Math.sqrt(g),v=(u*u-c*c+a*g)/(2*c*n*b),A=(u*u-c*c-a*g)/(2*u*n*b),$=Math.log(Math.sqrt(v*v+1)-v),
x=Math.log(Math.sqrt(A*A+1)-A);y=(x-$)/e,w=function(O){var S=O*y,M=pi($),C=c/(n*b)*(M*Rd(e*S+$)-Ld($));return[i+C*h,l+C*m,c*M/pi(e*S+$)]}}return w.duration=Math.
abs(y)*1e3*e/Math.SQRT2,w}return s.rho=function(r){var o=Math.max(.001,+r),i=o*o,l=i*i;return t(o,i,l)},s})(Math.SQRT2,2,4);function $i(t){return function(e,n){
var a=t((e=rs(e)).h,(n=rs(n)).h),s=ue(e.s,n.s),r=ue(e.l,n.l),o=ue(e.opacity,n.opacity);return function(i){return e.h=a(i),e.s=s(i),e.l=r(i),e.opacity=o(i),e+""}}}
var bg=$i(cr),yg=$i(ue);function Mi(t){return function(e,n){var a=t((e=os(e)).h,(n=os(n)).h),s=ue(e.c,n.c),r=ue(e.l,n.l),o=ue(e.opacity,n.opacity);return function(i){return e.h=a(i),e.
c=s(i),e.l=r(i),e.opacity=o(i),e+""}}}var wg=Mi(cr),vg=Mi(ue);function _i(t){return(function e(n){n=+n;function a(s,r){var o=t((s=we(s)).h,(r=we(r)).h),i=ue(s.s,
r.s),l=ue(s.l,r.l),c=ue(s.opacity,r.opacity);return function(f){return s.h=o(f),s.s=i(f),s.l=l(Math.pow(f,n)),s.opacity=c(f),s+""}}return a.gamma=e,a})(1)}var xg=_i(
cr),ds=_i(ue);function Bd(t){return Math.abs(t=Math.round(t))>=1e21?t.toLocaleString("en").replace(/,/g,""):t.toString(10)}function hs(t,e){if(!isFinite(t)||t===0)return null;
var n=(t=e?t.toExponential(e-1):t.toExponential()).indexOf("e"),a=t.slice(0,n);return[a.length>1?a[0]+a.slice(2):a,+t.slice(n+1)]}function Xn(t){return t=hs(Math.
abs(t)),t?t[1]:NaN}function Pd(t,e){return function(n,a){for(var s=n.length,r=[],o=0,i=t[0],l=0;s>0&&i>0&&(l+i+1>a&&(i=Math.max(1,a-l)),r.push(n.substring(s-=i,
s+i)),!((l+=i+1)>a));)i=t[o=(o+1)%t.length];return r.reverse().join(e)}}function qd(t){return function(e){return e.replace(/[0-9]/g,function(n){return t[+n]})}}
var Dd=/^(?:(.)?([<>=^]))?([+\-( ])?([$#])?(0)?(\d+)?(,)?(\.\d+)?(~)?([a-z%])?$/i;function Zn(t){if(!(e=Dd.exec(t)))throw new Error("invalid format: "+t);var e;
return new fr({fill:e[1],align:e[2],sign:e[3],symbol:e[4],zero:e[5],width:e[6],comma:e[7],precision:e[8]&&e[8].slice(1),trim:e[9],type:e[10]})}Zn.prototype=fr.prototype;
function fr(t){this.fill=t.fill===void 0?" ":t.fill+"",this.align=t.align===void 0?">":t.align+"",this.sign=t.sign===void 0?"-":t.sign+"",this.symbol=t.symbol===
void 0?"":t.symbol+"",this.zero=!!t.zero,this.width=t.width===void 0?void 0:+t.width,this.comma=!!t.comma,this.precision=t.precision===void 0?void 0:+t.precision,
this.trim=!!t.trim,this.type=t.type===void 0?"":t.type+""}fr.prototype.toString=function(){return this.fill+this.align+this.sign+this.symbol+(this.zero?"0":"")+
(this.width===void 0?"":Math.max(1,this.width|0))+(this.comma?",":"")+(this.precision===void 0?"":"."+Math.max(0,this.precision|0))+(this.trim?"~":"")+this.type};
function Wd(t){t:for(var e=t.length,n=1,a=-1,s;n<e;++n)switch(t[n]){case".":a=s=n;break;case"0":a===0&&(a=n),s=n;break;default:if(!+t[n])break t;a>0&&(a=0);break}
return a>0?t.slice(0,a)+t.slice(s+1):t}var ps;function Hd(t,e){var n=hs(t,e);if(!n)return ps=void 0,t.toPrecision(e);var a=n[0],s=n[1],r=s-(ps=Math.max(-8,Math.
min(8,Math.floor(s/3)))*3)+1,o=a.length;return r===o?a:r>o?a+new Array(r-o+1).join("0"):r>0?a.slice(0,r)+"."+a.slice(r):"0."+new Array(1-r).join("0")+hs(t,Math.
max(0,e+r-1))[0]}function ki(t,e){var n=hs(t,e);if(!n)return t+"";var a=n[0],s=n[1];return s<0?"0."+new Array(-s).join("0")+a:a.length>s+1?a.slice(0,s+1)+"."+a.
slice(s+1):a+new Array(s-a.length+2).join("0")}var Ai={"%":(t,e)=>(t*100).toFixed(e),b:t=>Math.round(t).toString(2),c:t=>t+"",d:Bd,e:(t,e)=>t.toExponential(e),f:(t,e)=>t.
toFixed(e),g:(t,e)=>t.toPrecision(e),o:t=>Math.round(t).toString(8),p:(t,e)=>ki(t*100,e),r:ki,s:Hd,X:t=>Math.round(t).toString(16).toUpperCase(),x:t=>Math.round(
t).toString(16)};function Oi(t){return t}var Si=Array.prototype.map,Ni=["y","z","a","f","p","n","µ","m","","k","M","G","T","P","E","Z","Y"];function Ud(t){var e=t.
grouping===void 0||t.thousands===void 0?Oi:Pd(Si.call(t.grouping,Number),t.thousands+""),n=t.currency===void 0?"":t.currency[0]+"",a=t.currency===void 0?"":t.currency[1]+
"",s=t.decimal===void 0?".":t.decimal+"",r=t.numerals===void 0?Oi:qd(Si.call(t.numerals,String)),o=t.percent===void 0?"%":t.percent+"",i=t.minus===void 0?"−":
t.minus+"",l=t.nan===void 0?"NaN":t.nan+"";function c(d,u){d=Zn(d);var h=d.fill,m=d.align,g=d.sign,w=d.symbol,y=d.zero,b=d.width,v=d.comma,A=d.precision,$=d.trim,
x=d.type;x==="n"?(v=!0,x="g"):Ai[x]||(A===void 0&&(A=12),$=!0,x="g"),(y||h==="0"&&m==="=")&&(y=!0,h="0",m="=");var O=(u&&u.prefix!==void 0?u.prefix:"")+(w==="$"?
n:w==="#"&&/[boxX]/.test(x)?"0"+x.toLowerCase():""),S=(w==="$"?a:/[%p]/.test(x)?o:"")+(u&&u.suffix!==void 0?u.suffix:""),M=Ai[x],C=/[defgprs%]/.test(x);A=A===void 0?
6:/[gprs]/.test(x)?Math.max(1,Math.min(21,A)):Math.max(0,Math.min(20,A));function N(_){var F=O,R=S,I,j,B;if(x==="c")R=M(_)+R,_="";else{_=+_;var q=_<0||1/_<0;if(_=
isNaN(_)?l:M(Math.abs(_),A),$&&(_=Wd(_)),q&&+_==0&&g!=="+"&&(q=!1),F=(q?g==="("?g:i:g==="-"||g==="("?"":g)+F,R=(x==="s"&&!isNaN(_)&&ps!==void 0?Ni[8+ps/3]:"")+R+
(q&&g==="("?")":""),C){for(I=-1,j=_.length;++I<j;)if(B=_.charCodeAt(I),48>B||B>57){R=(B===46?s+_.slice(I+1):_.slice(I))+R,_=_.slice(0,I);break}}}v&&!y&&(_=e(_,1/0));
var L=F.length+_.length+R.length,z=L<b?new Array(b-L+1).join(h):"";switch(v&&y&&(_=e(z+_,z.length?b-R.length:1/0),z=""),m){case"<":_=F+_+R+z;break;case"=":_=F+z+
_+R;break;case"^":_=z.slice(0,L=z.length>>1)+F+_+R+z.slice(L);break;default:_=z+F+_+R;break}return r(_)}return N.toString=function(){return d+""},N}function f(d,u){
var h=Math.max(-8,Math.min(8,Math.floor(Xn(u)/3)))*3,m=Math.pow(10,-h),g=c((d=Zn(d),d.type="f",d),{suffix:Ni[8+h/3]});return function(w){return g(m*w)}}return{format:c,
formatPrefix:f}}var us,ms,dr;Gd({thousands:",",grouping:[3],currency:["$",""]});function Gd(t){return us=Ud(t),ms=us.format,dr=us.formatPrefix,us}function Ei(t){
return Math.max(0,-Xn(Math.abs(t)))}function zi(t,e){return Math.max(0,Math.max(-8,Math.min(8,Math.floor(Xn(e)/3)))*3-Xn(Math.abs(t)))}function Ti(t,e){return t=
Math.abs(t),e=Math.abs(e)-t,Math.max(0,Xn(e)-Xn(t))+1}function hr(t,e){switch(arguments.length){case 0:break;case 1:this.range(t);break;default:this.range(e).domain(t);break}return this}function Kd(t){return function(){return t}}function Yd(t){return+t}var Ci=[0,1];function Qn(t){return t}function ur(t,e){return(e-=t=+t)?function(n){return(n-t)/
e}:Kd(isNaN(e)?NaN:.5)}function Vd(t,e){var n;return t>e&&(n=t,t=e,e=n),function(a){return Math.max(t,Math.min(e,a))}}function Jd(t,e,n){var a=t[0],s=t[1],r=e[0],
o=e[1];return s<a?(a=ur(s,a),r=n(o,r)):(a=ur(a,s),r=n(r,o)),function(i){return r(a(i))}}function Xd(t,e,n){var a=Math.min(t.length,e.length)-1,s=new Array(a),r=new Array(
a),o=-1;for(t[a]<t[0]&&(t=t.slice().reverse(),e=e.slice().reverse());++o<a;)s[o]=ur(t[o],t[o+1]),r[o]=n(e[o],e[o+1]);return function(i){var l=Bo(t,i,1,a)-1;return r[l](
s[l](i))}}function pr(t,e){return e.domain(t.domain()).range(t.range()).interpolate(t.interpolate()).clamp(t.clamp()).unknown(t.unknown())}function mr(){var t=Ci,
e=Ci,n=fs,a,s,r,o=Qn,i,l,c;function f(){var u=Math.min(t.length,e.length);return o!==Qn&&(o=Vd(t[0],t[u-1])),i=u>2?Xd:Jd,l=c=null,d}function d(u){return u==null||
isNaN(u=+u)?r:(l||(l=i(t.map(a),e,n)))(a(o(u)))}return d.invert=function(u){return o(s((c||(c=i(e,t.map(a),Se)))(u)))},d.domain=function(u){return arguments.length?
(t=Array.from(u,Yd),f()):t.slice()},d.range=function(u){return arguments.length?(e=Array.from(u),f()):e.slice()},d.rangeRound=function(u){return e=Array.from(u),
n=wi,f()},d.clamp=function(u){return arguments.length?(o=u?!0:Qn,f()):o!==Qn},d.interpolate=function(u){return arguments.length?(n=u,f()):n},d.unknown=function(u){
return arguments.length?(r=u,d):r},function(u,h){return a=u,s=h,f()}}function Zd(){return mr()(Qn,Qn)}function Qd(t,e,n,a){var s=Do(t,e,n),r;switch(a=Zn(a??",f"),
a.type){case"s":{var o=Math.max(Math.abs(t),Math.abs(e));return a.precision==null&&!isNaN(r=zi(s,o))&&(a.precision=r),dr(a,o)}case"":case"e":case"g":case"p":case"\
r":{a.precision==null&&!isNaN(r=Ti(s,Math.max(Math.abs(t),Math.abs(e))))&&(a.precision=r-(a.type==="e"));break}case"f":case"%":{a.precision==null&&!isNaN(r=Ei(s))&&
(a.precision=r-(a.type==="%")*2);break}}return ms(a)}function Bi(t){var e=t.domain;return t.ticks=function(n){var a=e();return ts(a[0],a[a.length-1],n??10)},t.tickFormat=
function(n,a){var s=e();return Qd(s[0],s[s.length-1],n??10,a)},t.nice=function(n){n==null&&(n=10);var a=e(),s=0,r=a.length-1,o=a[s],i=a[r],l,c,f=10;for(i<o&&(c=
o,o=i,i=c,c=s,s=r,r=c);f-- >0;){if(c=Qa(o,i,n),c===l)return a[s]=o,a[r]=i,e(a);if(c>0)o=Math.floor(o/c)*c,i=Math.ceil(i/c)*c;else if(c<0)o=Math.ceil(o*c)/c,i=Math.
floor(i*c)/c;else break;l=c}return t},t}function Pe(){var t=Zd();return t.copy=function(){return pr(t,Pe())},hr.apply(t,arguments),Bi(t)}function tu(t,e){t=t.slice();var n=0,a=t.length-1,s=t[n],r=t[a],o;return r<s&&(o=n,n=a,a=o,o=s,s=r,r=o),t[n]=e.floor(s),t[a]=e.ceil(r),t}function Ii(t){return Math.
log(t)}function Fi(t){return Math.exp(t)}function eu(t){return-Math.log(-t)}function nu(t){return-Math.exp(-t)}function au(t){return isFinite(t)?+("1e"+t):t<0?0:
t}function su(t){return t===10?au:t===Math.E?Math.exp:e=>Math.pow(t,e)}function ru(t){return t===Math.E?Math.log:t===10&&Math.log10||t===2&&Math.log2||(t=Math.log(
t),e=>Math.log(e)/t)}function ji(t){return(e,n)=>-t(-e,n)}function ou(t){let e=t(Ii,Fi),n=e.domain,a=10,s,r;function o(){return s=ru(a),r=su(a),n()[0]<0?(s=ji(s),
r=ji(r),t(eu,nu)):t(Ii,Fi),e}return e.base=function(i){return arguments.length?(a=+i,o()):a},e.domain=function(i){return arguments.length?(n(i),o()):n()},e.ticks=
i=>{let l=n(),c=l[0],f=l[l.length-1],d=f<c;d&&([c,f]=[f,c]);let u=s(c),h=s(f),m,g,w=i==null?10:+i,y=[];if(!(a%1)&&h-u<w){if(u=Math.floor(u),h=Math.ceil(h),c>0){
for(;u<=h;++u)for(m=1;m<a;++m)if(g=u<0?m/r(-u):m*r(u),!(g<c)){if(g>f)break;y.push(g)}}else for(;u<=h;++u)for(m=a-1;m>=1;--m)if(g=u>0?m/r(-u):m*r(u),!(g<c)){if(g>
f)break;y.push(g)}y.length*2<w&&(y=ts(c,f,w))}else y=ts(u,h,Math.min(h-u,w)).map(r);return d?y.reverse():y},e.tickFormat=(i,l)=>{if(i==null&&(i=10),l==null&&(l=
a===10?"s":","),typeof l!="function"&&(!(a%1)&&(l=Zn(l)).precision==null&&(l.trim=!0),l=ms(l)),i===1/0)return l;let c=Math.max(1,a*i/e.ticks().length);return f=>{
let d=f/r(Math.round(s(f)));return d*a<a-.5&&(d*=a),d<=c?l(f):""}},e.nice=()=>n(tu(n(),{floor:i=>r(Math.floor(s(i))),ceil:i=>r(Math.ceil(s(i)))})),e}function gr(){
let t=ou(mr()).domain([1,10]);return t.copy=()=>pr(t,gr()).base(t.base()),hr.apply(t,arguments),t}function Li(t){return function(e){return Math.sign(e)*Math.log1p(
Math.abs(e/t))}}function Ri(t){return function(e){return Math.sign(e)*Math.expm1(Math.abs(e))*t}}function iu(t){var e=1,n=t(Li(e),Ri(e));return n.constant=function(a){
return arguments.length?t(Li(e=+a),Ri(e)):e},Bi(n)}function gs(){var t=iu(mr());return t.copy=function(){return pr(t,gs()).constant(t.constant())},hr.apply(t,arguments)}var lu=(t,e)=>e?.zoom??[0,t-1];function ut(t,e){let[n,a]=lu(t,e),s=n/t,r=(a+1-n)/t;return{from:n,to:a,start:s,length:r,across:o=>(o-s)/r,share:o=>s+o*r}}function Ne(t,e,n){
let{start:a,length:s}=ut(e,n);if(t instanceof SVGElement){let r=`${1e3*a} 0 ${1e3*s} 100`;t.getAttribute("viewBox")!==r&&t.setAttribute("viewBox",r)}else{let{style:r}=t;
r.left=n?.zoom?`${-100*a/s}%`:"",r.width=n?.zoom?`${100/s}%`:""}}function Ma(t,e,{factor:n=1,around:a=.5,move:s=0}){let[r,o]=e??[0,t-1],i=o+1-r,l=Math.min(t,Math.
max(Math.min(4,t),n>1?Math.floor(i/n):n<1?Math.ceil(i/n):i));if(l>=t)return null;let c=s?Math.sign(s)*Math.max(1,Math.round(Math.abs(s)*i)):0,f=Math.min(t-l,Math.
max(0,Math.round(r+a*(i-l))+c));return[f,f+l-1]}function be(t,e,n,a,s){let r=l=>{let{left:c,width:f}=e.getBoundingClientRect();return Math.min(1,Math.max(0,(l-c)/
(f||1)))};t.addEventListener("wheel",l=>{if(!(l.ctrlKey||l.metaKey)&&!(l.shiftKey&&a()?.zoom))return;l.preventDefault();let c=l.deltaY||l.deltaX,f=Ma(n,a()?.zoom,
l.ctrlKey||l.metaKey?{factor:c<0?1.25:.8,around:r(l.clientX)}:{move:.1*Math.sign(c)});JSON.stringify(f)!==JSON.stringify(a()?.zoom??null)&&s({zoom:f})},{passive:!1});
let o=new Map,i=0;t.addEventListener("pointerdown",l=>{l.pointerType==="touch"&&o.set(l.pointerId,l.clientX),i=0}),t.addEventListener("pointermove",l=>{if(!o.has(
l.pointerId)||(o.set(l.pointerId,l.clientX),o.size!==2))return;let[c,f]=[...o.values()],d=Math.max(20,Math.abs(c-f));i||(i=d),(d/i>1.2||d/i<.83)&&(s({zoom:Ma(n,
a()?.zoom,{factor:d/i,around:r((c+f)/2)})}),i=d)});for(let l of["pointerup","pointercancel"])t.addEventListener(l,c=>o.delete(c.pointerId))}function ln(t){let e=t.length>1?Math.abs(t[1]-t[0]):Math.abs(t[0])||1;for(let n=3;n<=9;n++){let a=t.map(s=>J(s,n));if(a.every((s,r)=>Math.abs(Number(s.replaceAll(
"−","-"))-t[r])<=.02*e))return a}return t.map(n=>J(n-t[0])).map((n,a)=>a?`+${n}`:J(t[0]))}function Nn([t,e],n,a=!1){if(!(e>t))return[t];let s=a&&t>0?gr([t,e],
[0,1]).ticks(n):Pe([t,e],[0,1]).ticks(n),r=a?s.filter(c=>Math.abs(Math.log10(c)-Math.round(Math.log10(c)))<1e-9):[],o=a?r.length>1?r:s.filter(c=>[1,2,5].includes(
Number(c.toExponential()[0]))&&Number(c.toPrecision(1))===Number(c.toPrecision(6))):s,i=o.length>1?o:[t,e],l=Math.ceil(i.length/(n+2));return i.filter((c,f)=>f%
l===0)}function Ut(t,e,n){let a=JSON.stringify(e);if(t.dataset.ticks===a)return;t.dataset.ticks=a;let s=[...t.children];for(let r of s.splice(e.length))r.remove();
for(;s.length<e.length;)s.push(t.appendChild(p("span",{},"")));e.forEach(({at:r,text:o},i)=>{wt(s[i],o),n==="left"&&s[i].style.setProperty("--at",r.toFixed(4)),
s[i].style[n]=`${(100*r).toFixed(2)}%`})}function ve(){let t=p("div",{class:"mmv-ticks-x"}),e=p("span",{class:"mmv-axis-name"});return{node:p("div",{class:"mmv-\
axis-x","aria-hidden":"true"},e,t),draw:(s,r)=>{Ut(t,s.filter(({at:o})=>o>=-.001&&o<=1.001),"left"),e.textContent!==r&&(e.textContent=r,e.toggleAttribute("data-\
long",r.length>8))}}}function re(t,e,n=6){let a=t.sizes.time,{start:s,length:r}=ut(a,e),o=t.duration_s[e.sample],i=t.start_s[e.sample],l=o??a,c=(o===null?0:i)+s*
l,f=Nn([c,c+r*l],n);return ln(f).map((d,u)=>({at:(f[u]-(o===null?0:i))/l,text:d}))}var ye=(t,e)=>t.duration_s[e.sample]===null?"step":"time, s";function cn(t,e){
let n=t.sizes.time,a=Math.max(1,n-1),[s,r]=e.zoom??[0,n-1];return{kind:"time",name:ye(t,e),text:o=>Mt(t,e.sample,o),ticks:re(t,e,4).map(({at:o,text:i})=>({at:(o*
n-1)/a,text:i})),shown:s<r?[s/a,r/a]:[Math.max(0,(s-.5)/a),Math.min(1,(s+.5)/a)]}}function Pi(t,e,n,a=5){let s=Math.max(1,Math.ceil((t-1)/Math.max(1,a-1)));return Array.
from({length:Math.ceil(t/s)},(r,o)=>({at:n(o*s),text:e(o*s)}))}var qi=(t,e)=>e>1?t/(e-1):.5,qe=(t,e=n=>qi(n,t.length))=>({kind:"epoch",name:"epoch",text:n=>`epo\
ch ${t[n]}`,ticks:Pi(t.length,n=>String(t[n]),e)}),_a=(t,e,n="channel",a=s=>`row ${s+1}`)=>({kind:n,name:t,text:a,ticks:Pi(e,s=>String(s+1),s=>qi(s,e))});async function cu(t){try{await navigator.clipboard.writeText(t)}catch{let e=p("textarea",{class:"mmv-hidden-text","aria-hidden":"true",tabindex:-1});e.value=t,document.
body.append(e),e.select(),document.execCommand("copy"),e.remove()}}function Di(t){let e=p("div",{class:"mmv-pins",role:"group","aria-label":"Pinned read-outs",hidden:""}),
n=[];function a(r){let o=r.contains(r.getRootNode().activeElement);r.remove(),n.splice(n.indexOf(r),1),o&&n[n.length-1]?.querySelector("button:last-child")?.focus(),
e.hidden=n.length===0}function s(r,o,i){let l=t(r,o),c=ct("copy",async()=>{await cu(l),c.textContent="copied"},{"aria-label":`Copy ${r.title}`}),f=ct("×",()=>a(
d),{"aria-label":`Remove the read-out ${r.title}`}),d=p("div",{class:"mmv-pin","data-text":l},...i,p("div",{class:"mmv-pin-buttons"},c,f)),u=n.find(h=>h.dataset.
text===l);u&&a(u),n.push(d),e.append(d),e.hidden=!1}return{node:e,add:s,count:()=>n.length,removeLast:()=>a(n[n.length-1])}}var fn=new WeakMap,fu=4,du=new Map([["ArrowLeft",[-1,0]],["ArrowRight",[1,0]],["ArrowUp",[0,-1]],["ArrowDown",[0,1]]]);function At(t,e){fn.set(t,e),t.classList.
add("mmv-readable"),t.tabIndex=0,t.setAttribute("role","group"),t.setAttribute("aria-label",`${e.label}; arrow keys: read values, Enter: pin`)}var Ft=(t,e)=>Math.
min(e-1,Math.max(0,Math.floor(t*e))),uu=(t,e,n,a)=>{let[s,r]=t.grid();return t.cellAt?t.cellAt(e,n,a):[Ft(e,s),Ft(n,r)]},hu=(t,e,n)=>{let[a,s]=t.grid();return t.
placeOf?t.placeOf(e,n):[(e+.5)/a,(n+.5)/s]},ka=t=>[...t.tBodies].flatMap(e=>[...e.rows]).filter(e=>!e.hidden&&e.querySelector("th")&&e.querySelector("td"));function ta(t){
let e=t.cloneNode(!0);return e.querySelectorAll(".mmv-hidden-text, .mmv-glyph, .mmv-mark").forEach(n=>n.remove()),(e.textContent??"").trim()}var Wi=t=>{let e=t?.
querySelector(".mmv-glyph")?.getAttribute("data-m");return e==null?void 0:Number(e)};function pu(t){let e=a=>[...a.cells].filter(s=>s.tagName==="TD"&&!s.classList.
contains("mmv-cell")),n=()=>t.getAttribute("aria-label")||ta(t.caption??t);return{label:n(),grid:()=>[Math.max(1,...ka(t).map(a=>e(a).length)),ka(t).length],read(a,s){
let r=ka(t)[s],o=r&&e(r)[Math.min(a,e(r).length-1)];if(!o||!ta(o))return null;let i=[...t.tHead?.rows[0]?.cells??[]],l=i[[...r.cells].indexOf(o)],c=ta(o),f=Gs(r.
querySelector(".mmv-track")),d=(/\.(\d+)/.exec(c)?.[1]??"").length,u=[[l&&ta(l)?ta(l):"value",c]];return f&&Number.isFinite(f.then)&&u.push(["recorded",mt(f.then,
d).replace("+","")],["difference",mt(f.now-f.then,d)]),{title:`${ta(r.cells[0])} · ${n()}`,modality:Wi(r.cells[0]),rows:u,at:{modality:Wi(r.cells[0])}}},placeOf(a,s){
let r=ka(t)[s],o=t.getBoundingClientRect(),i=(e(r)[Math.min(a,e(r).length-1)]??r).getBoundingClientRect();return[(i.left+i.width/2-o.left)/(o.width||1),(i.top+i.
height/2-o.top)/(o.height||1)]},cellAt(a,s,r){let o=ka(t),i=o.findIndex(c=>{let{top:f,bottom:d}=c.getBoundingClientRect();return r.top+s*r.height>=f&&r.top+s*r.
height<=d});if(i<0)return[0,-1];let l=e(o[i]).findIndex(c=>r.left+a*r.width<=c.getBoundingClientRect().right);return[Math.max(0,l),i]}}}function mu(t){t.querySelectorAll(
"table").forEach(e=>{fn.has(e)||e.querySelector("input, select, button")||!e.querySelector(".mmv-track, .mmv-value")&&!e.classList.contains("mmv-matrix")&&!e.classList.
contains("mmv-list")||(fn.set(e,pu(e)),e.classList.add("mmv-readable"),e.closest("[tabindex='0']")||(e.tabIndex=0))})}function bs(t,e){let n=p("div",{class:"mmv\
-card",hidden:"","aria-hidden":"true"}),a=p("div",{class:"mmv-hidden-text","aria-live":"polite"}),s=p("div",{class:"mmv-point",hidden:"","aria-hidden":"true"}),
r=Di(w);t.append(s,n,r.node,a),mu(t),t.querySelectorAll("[data-plots]").forEach(z=>z.querySelectorAll(".mmv-readable").forEach((E,k)=>k&&E.setAttribute("tabinde\
x","-1")));let o=null,i=null,l=0,c=!1,f=!1,d=[...t.querySelectorAll(".mmv-readable")].filter(z=>z instanceof HTMLElement&&!(z instanceof HTMLTableElement)),u=new Map,
h=z=>{let E=[...t.querySelectorAll(".mmv-run")],k=E.findIndex(T=>z&&T.contains(z));return e[Math.max(0,k)]},m=(z,E)=>{let k=z.modality===void 0?"":h(E)?.modalities[z.
modality]?.name??"";return{modality:k&&!z.title.startsWith(k)?k:"",title:z.title}};function g(z,E){let{modality:k,title:T}=m(z,E);return[p("div",{class:"mmv-car\
d-title"},...z.modality===void 0?[]:[zt(z.modality)],Q(k?`${k} · ${T}`:T)),p("dl",{},...z.rows.flatMap(([D,W,U])=>[p("dt",{},Q(D)),p("dd",{},Q(U&&U!=="1"?`${W}\
 ${U}`:W))]))]}function w(z,E){let{modality:k,title:T}=m(z,E);return[[...k?[k]:[],T],...z.rows.map(([D,W,U])=>[D,W,...U&&U!=="1"?[U]:[]])].map(D=>D.join("	")).join(
`
`)}let y=(z,E)=>w(z,E).replaceAll(`
`,"; ").replaceAll("	"," ");function b(z,E){let k=z?.modality;k===void 0?t.removeAttribute("data-linked"):t.dataset.linked!==String(k%8)&&(t.dataset.linked=String(
k%8));for(let T of d){let D=z&&fn.get(T)?.locate?.(z),W=u.get(T)??[];(D?[D.x?{left:D.x,top:[0,1]}:null,D.y?{left:[0,1],top:D.y}:null]:[null,null]).forEach((P,H)=>{
if(!P){W[H]&&(W[H].hidden=!0);return}W[H]??=p("div",{class:"mmv-link","aria-hidden":"true"}),W[H].parentNode!==T&&T.append(W[H]),W[H].hidden=T===E&&H===1;let[G,
K]=[P.left,P.top];W[H].style.cssText=`left:${100*G[0]}%;width:${100*(G[1]-G[0])}%;top:${100*K[0]}%;height:${100*(K[1]-K[0])}%`}),u.set(T,W)}}function v(){o&&(o=
null,n.hidden=s.hidden=!0,b(null,null))}let A=z=>({area:t.getBoundingClientRect(),box:z.getBoundingClientRect()});function $(z,E,k=A(z.box)){let T=z.cell[1]<0?null:
z.probe.read(...z.cell);if(!T)return v();o=z;let{area:D,box:W}=k,[U,P]=T.place??hu(z.probe,...z.cell),H=W.left-D.left+U*W.width,G=W.top-D.top+P*W.height;n.replaceChildren(
...g(T,z.box)),n.hidden=s.hidden=!1;let K=W.top+P*W.height>innerHeight/2,et=H>D.width/2;n.style.transform=`translate(${H+(et?-12:12)}px, ${G+(K?-12:12)}px) tran\
slate(${et?"-100%":"0"}, ${K?"-100%":"0"})`,s.style.transform=`translate(${H}px, ${G}px)`,b(T.at,z.box),E&&(a.textContent=y(T,z.box))}function x(){let z=o?.probe.
read(...o.cell);!o||!z||(r.add(z,o.box,g(z,o.box)),a.textContent=`Pinned: ${y(z,o.box)}`)}function O(z){let k=z.target.closest?.(".mmv-readable"),T=k&&fn.get(k);
return T&&k instanceof HTMLElement&&t.contains(k)?{box:k,probe:T}:null}function S(){let z=f;if(l=0,f=!1,c)return void(z&&o&&$(o,!1));if(!i)return v();let{x:E,y:k,
type:T,found:D}=i;if(!D)return v();let{box:W,probe:U}=D,P=i.places??A(W),H=P.box;i.places=null;let G=uu(U,(E-H.left)/(H.width||1),(k-H.top)/(H.height||1),H);!z&&
o&&o.box===W&&o.cell[0]===G[0]&&o.cell[1]===G[1]&&T!=="tap"||$({box:W,probe:U,cell:G},T==="tap",P)}function M(z){i=z,l||=requestAnimationFrame(S)}let C=null,N=z=>{
if(C&&Math.hypot(z.clientX-C.x,z.clientY-C.y)>fu&&(C.moved=!0),z.pointerType==="touch")return;c=!1;let E=O(z)??(C?_(z.clientX,z.clientY):null);M({found:E,x:z.clientX,
y:z.clientY,type:C?"drag":"hover",places:E&&A(E.box)})};function _(z,E){let k=t.getRootNode().elementFromPoint(z,E),T=k?.closest(".mmv-readable"),D=T&&fn.get(T);
return D&&T instanceof HTMLElement?{box:T,probe:D}:null}let F=z=>{C=O(z)&&z.button===0?{x:z.clientX,y:z.clientY,moved:!1,shift:z.shiftKey}:null},R=z=>{let E=C&&
!C.moved&&!C.shift,k=E?O(z)??_(z.clientX,z.clientY):null;if(C=null,!k)return;let T=z.pointerType==="touch",W=T&&o&&o.box===k.box?`${o?.cell}`:"";c=!1,i={found:k,
x:z.clientX,y:z.clientY,type:T?"tap":"click"},cancelAnimationFrame(l),S(),o&&(!T||W===`${o.cell}`)&&x()},I=z=>z.pointerType!=="touch"&&M(null),j=z=>{if(z.key===
"Escape"&&(r.count()||c)&&!z.target.closest("dialog, .mmv-tour")){r.count()?(r.removeLast(),a.textContent="Read-out removed"):v(),c=!1,z.stopPropagation(),z.preventDefault();
return}let E=z.target,k=E.classList?.contains("mmv-readable")?fn.get(E):void 0,T=du.get(z.key);if(!(!k||z.ctrlKey||z.metaKey||z.altKey)){if(z.key==="Enter"&&!z.
shiftKey)(!c||o?.box!==E)&&$({box:E,probe:k,cell:q(E,k)},!0),x();else if(T){let[D,W]=k.grid(),U=z.shiftKey?10:1,[P,H]=c&&o?.box===E?o.cell:q(E,k),G=c&&o?.box===
E&&T[1]&&(H+T[1]<0||H+T[1]>=W)?B(E,T[1]):null;if(G){let et=fn.get(G),[st,Y]=et.grid();E.tabIndex=-1,G.tabIndex=0,G.focus({preventScroll:!1}),c=!0,$({box:G,probe:et,
cell:[D>1?Math.round(P*(st-1)/(D-1)):0,T[1]>0?0:Y-1]},!0),z.preventDefault(),z.stopPropagation();return}let K=c&&o?.box===E?[Math.min(D-1,Math.max(0,P+U*T[0])),
Math.min(W-1,Math.max(0,H+U*T[1]))]:[P,H];$({box:E,probe:k,cell:K},!0)}else return;c=!0,z.preventDefault(),z.stopPropagation()}};function B(z,E){let k=[...z.closest(
"[data-plots]")?.querySelectorAll(".mmv-readable")??[]].filter(T=>T instanceof HTMLElement&&T.checkVisibility());return k[k.indexOf(z)+E]??null}let q=(z,E)=>{let[
k,T]=E.grid(),[D,W]=E.start?.()??[0,0];return[Math.min(k-1,Math.max(0,D)),Math.min(T-1,Math.max(0,W))]},L=z=>{c&&o?.box===z.target&&(c=!1,v())};return t.addEventListener(
"pointermove",N),t.addEventListener("pointerleave",I),t.addEventListener("pointerdown",F,!0),t.addEventListener("pointerup",R,!0),t.addEventListener("keydown",j,
!0),t.addEventListener("focusout",L),{redraw(){o&&(f=!0,l||=requestAnimationFrame(S))},stop:()=>cancelAnimationFrame(l)}}var gu=3,En=t=>t>0?`+${J(t,2)}`:J(t,2);function bu(t,e,n,a){let s=-1,r="",o=null,i=(P,{sample:H,time:G})=>s<0?Ae(P,H,G):Co(P,H,s,G),l=e.modalities.length,c=e.sizes.
time,f=e.attribution.block.length,{quantity:d,error:u}=e.attribution,h=e.attribution.name[0].toUpperCase()+e.attribution.name.slice(1),m=P=>e.edited()?.explained??
(P<e.recorded_samples?e.attribution.explained[P]:e.recorded.computed()?.explained)??"",g=()=>e.edited()?.unexplained?` As recorded, without the edit. ${e.edited()?.
unexplained}`:"",w=e.has("attribution_prefix"),y=e.has("attribution_stream")?e.modalities:[],b=Rt("Target",[w?"prediction up to the cursor":"prediction, whole s\
equence",...y.map(P=>`SSM stream ${P.name}`)],P=>{s=P-1,o&&U(o)}),v=e.modalities.map((P,H)=>{let G=Ya(),K=it("path",{class:"mmv-here"}),et=it("rect",{class:"mmv\
-band",y:0,height:100}),st=Fe(`Shares of ${P.name} over its steps; the sum is in the table`,et,...G.nodes,K),Y=p("td",{class:"mmv-value"}),V=p("div",{class:"mmv\
-plot mmv-lane-bars"},st);Wt(V,V,at=>a({time:Ft(ut(c,o).share(at),c)})),be(V,V,c,()=>o,a),At(V,{label:`Attribution of ${P.name} over its steps`,grid:()=>[o?i(e,
o).count:0,1],cellAt(at){if(!o)return[0,-1];let{from:ot,count:pt}=i(e,o),yt=ut(c,o).share(at)*c;return[Array.from({length:pt},(ht,_t)=>_t).reduce((ht,_t)=>ot(_t)<=
yt?_t:ht,0),0]},placeOf(at){let{from:ot,to:pt}=i(e,o);return[ut(c,o).across((ot(at)+pt(at)+1)/2/c),.5]},locate:({time:at})=>{let ot=ut(c,o);return at===void 0||
at<ot.from||at>ot.to?null:{x:[ot.across(at/c),ot.across((at+1)/c)]}},read(at){if(!o)return null;let{values:ot,count:pt,from:yt,to:ht}=i(e,o),_t=ot[H*pt+at],Kt=e.
edited()&&e.replaced("attribution")?i(e.recorded,o).values[H*pt+at]:NaN,St=s<0?En:Me=>J(Me,2);return{title:s<0?e.attribution.name:`contribution to SSM stream ${e.
modalities[s].name}`,modality:H,at:{modality:H,time:ht(at)},rows:[["share",St(_t)],["at",an(e,o.sample,[yt(at),ht(at)])],...Number.isFinite(Kt)?[["recorded",St(
Kt)],["difference",En(_t-Kt)]]:[]]}}});let X=p("td",{class:"mmv-cell"},V);return{bars:G,drawing:st,here:K,band:et,value:Y,cell:X,node:p("tr",{},kt(...$t(e,H)),X,
Y)}}),A=P=>{let H=p("td",{class:"mmv-value"});return{value:H,node:p("tr",{class:"mmv-total"},kt(P),p("td"),H)}},$=ve();v[l-1].cell.append($.node);let x=A("bias"),
O=A("sum"),S=ft(h),M=p("p",{class:"mmv-small mmv-attribution-about"}),C=p("p",{class:"mmv-faint mmv-small"}),N=p("table",{class:"mmv-attribution","aria-label":"\
Share of each modality"},p("tbody",{},...v.map(P=>P.node),x.node,O.node)),_=p("canvas",{role:"img"}),F=p("div",{class:"mmv-at"}),R=e.modalities.slice(1).map(()=>p(
"div",{class:"mmv-cut-x"}));R.forEach((P,H)=>P.style.setProperty("--at",String((H+1)/l)));let I=p("div",{class:"mmv-plot mmv-map mmv-pairs"},_,p("div",{class:"m\
mv-marks","aria-hidden":"true"},...R,F)),j=p("div",{class:"mmv-subtitle"}),B=p("div",{class:"mmv-alongs","aria-hidden":"true"},...e.modalities.map((P,H)=>p("spa\
n",{},...je(e,H,(340/l-15)/6.5)))),q=p("div",{class:"mmv-pair-map"}),L=p("div",{class:"mmv-block-ticks mmv-block-down","aria-hidden":"true"}),z=p("div",{class:"\
mmv-block-ticks","aria-hidden":"true"});t.append(S,...y.length?[b.node]:[],M,N,C,q),q.append(j,p("div",{class:"mmv-map-axes"},L,I,p("span"),z,p("span"),B));let E=e.
attribution.block,k=P=>(E[P+1]??c)-1,T=()=>{let[P,H]=o?.zoom??[0,c-1],[G,K]=[wn(e,P),wn(e,H)];return{first:G,count:K+1-G,top:s<0?P:G,rows:s<0?H+1-P:K+1-G}};Wt(I,
I,(P,H)=>{let{top:G,rows:K}=T(),et=G+Ft(H,K);a({time:s<0?et:k(et)})}),be(I,I,c,()=>o,a),At(I,{label:"Map of shares over all steps",grid:()=>[l*f,s<0?c:f],start:()=>[
0,o?s<0?o.time:wn(e,o.time):0],cellAt(P,H){let{first:G,count:K,top:et,rows:st}=T(),Y=Ft(P,l*K);return[Math.floor(Y/K)*f+G+Y%K,et+Ft(H,st)]},placeOf(P,H){let{first:G,
count:K,top:et,rows:st}=T();return[(Math.floor(P/f)*K+P%f-G+.5)/(l*K),(H-et+.5)/st]},locate({time:P}){let{top:H,rows:G}=T(),K=P===void 0?-1:s<0?P:wn(e,P);return K<
H||K>=H+G?null:{y:[(K-H)/G,(K+1-H)/G]}},read(P,H){if(!o)return null;let{sample:G}=o,K=Math.floor(P/f),et=P%f,st=s<0,Y=st?H:k(H),V=E[et]>Y,X=st?e.part("attributi\
on_prefix_limit",G)[H]*Ka(e.part("attribution_prefix",G)[H*l*f+P]):e.part("attribution_stream_limit")[G]*(e.part("attribution_stream",G,s)[H*l*f+P]/255)**2;return{
title:st?e.attribution.name:`contribution to SSM stream ${e.modalities[s].name}`,modality:K,at:{modality:K,time:Y},rows:[["share",V?"0 (later source)":st?En(X):
J(X,2)],["source",an(e,G,[E[et],Math.min(k(et),c-1)])],[st?"prediction, at":"target, at",Mt(e,G,Y)]]}}});let D=It();function W({sample:P}){let{first:H,count:G,top:K,
rows:et}=T();if(s<0){let Y=e.part("attribution_prefix",P);return Le(_,l*G,et,(V,X)=>{let at=K+X,ot=H+V%G;return E[ot]>at?null:vn(Ka(Y[at*l*f+Math.floor(V/G)*f+ot]))})}
let st=e.part("attribution_stream",P,s);return Yt(_,l*G,et,(Y,V)=>{let X=K+V,at=H+Y%G;return at>X?-1:st[X*l*f+Math.floor(Y/G)*f+at]})}function U(P){o=P;let{sample:H,
time:G}=P,K=s<0,[et,st]=de(e,P),Y=s>=0&&e.lacks("attribution_stream",H);if(N.hidden=C.hidden=Y,Y)return q.hidden=!0,M.replaceChildren("Contributions to the SSM \
streams of this sample were not recorded; the model in the page computes those to the prediction.");let V=m(H),X=e.edited()!==null&&e.replaced("attribution"),at=i(
e,P),ot=ut(c,P),{values:pt,count:yt,from:ht,to:_t}=at,qt=Ks(e,G),Kt=K&&!qt,St=K&&!w?c-1:G,Me=Array.from({length:yt},(jt,ee)=>ee).filter(jt=>_t(jt)>=et&&ht(jt)<=
st),pe=v.map((jt,ee)=>Me.reduce((me,Ue)=>me+pt[ee*yt+Ue],0)),xt=pe.reduce((jt,ee)=>jt+ee,0);D(P,"zoom","sample")&&($.draw(re(e,P,4).map(({at:jt,text:ee})=>({at:ot.
across(jt),text:ee})),ye(e,P)),v.forEach(({drawing:jt})=>Ne(jt,c,P))),v.forEach(({bars:jt,here:ee,band:me,value:Ue},Ie)=>{jt.draw(e,at,Ie),ee.setAttribute("d",`\
M${1e3*(St+1)/c} 0V100`),me.setAttribute("x",String(P.brush?1e3*et/c:0)),me.setAttribute("width",String(P.brush?1e3*(st+1-et)/c:0)),Ue.textContent=K?En(pe[Ie]):
xt?`${nt(100*pe[Ie]/xt,0)} %`:"–"});let Ct=K&&!P.brush;x.node.hidden=!Ct,x.value.textContent=En(qt?e.part("attribution_prefix_bias",H)[G]:e.part("attribution_\
bias",H)[0]),O.node.hidden=!K,O.value.textContent=En(Ct?qt?e.part("attribution_prefix_total",H)[G]:e.part("attribution_total",H)[0]:xt);let Ht=Kt?"the whole seq\
uence":K?`the steps up to ${Mt(e,H,G)}`:"";S.textContent=K?`${h}: what moved this prediction`:`${h}: what reaches SSM stream ${e.modalities[s].name}`,M.replaceChildren(
...K?[`Signed share in the ${d}`,...V?[" (",Q(V),")"]:[],`, predicted from ${Ht}`]:["Contribution to SSM stream ",Q(e.modalities[s].name),` at ${Mt(e,H,G)}, thr\
ough all layers`],P.brush?`; sources at ${an(e,H,P.brush)}.`:".",X&&K?" Of the edited sample, computed in the page.":"",K?g():e.edited()?" As recorded: contribu\
tions to streams do not follow the edit.":"");let _e=Me.flatMap(jt=>v.map((ee,me)=>({i:jt,m:me,v:pt[me*yt+jt]}))).filter(({v:jt})=>jt).sort((jt,ee)=>Math.abs(ee.
v)-Math.abs(jt.v)).slice(0,gu);if(C.replaceChildren(..._e.length?["Largest: ",..._e.flatMap(({i:jt,m:ee,v:me},Ue)=>[Ue?", ":"",Q(e.modalities[ee].name),` at ${Mt(
e,H,_t(jt))} ${K?En(me):J(me,2)}`]),". "]:["No source in this range. "],K?`Bars up, red: raises it; down, blue: lowers it; to ±${J(Ys(at),2)}.${V?" Shares shri\
nk as p nears 1.":""}`:"Norm over the channels.",Ct&&Kt?` Modalities + bias = sum; ${u} ${J(e.part("attribution_error",H)[0],2)}.`:""),q.hidden=K&&!w,q.hidden)return;
let ha=`${s}`;if(D(P,"sample","zoom")||ha!==r){r=ha,W(P);let jt=T(),ee=re(e,P,4).map(({at:me,text:Ue})=>({at:ot.across(me),text:Ue}));Ut(L,ee,"top"),Ut(z,e.modalities.
flatMap((me,Ue)=>re(e,{...P,zoom:[E[jt.first],k(jt.first+jt.count-1)]},2).map(({at:Ie,text:Ws})=>({at:ut(c,{zoom:[E[jt.first],k(jt.first+jt.count-1)]}).across(Ie),
text:Ws})).filter(({at:Ie})=>Ie>.05&&Ie<.95).map(({at:Ie,text:Ws})=>({at:(Ue+Ie)/l,text:Ws}))),"left"),j.textContent=K?"down: step of the prediction, across: so\
urce steps; colours: share / largest of its row, −1 (blue) to +1 (red)":`down: steps of the stream, across: source steps; colours from 0 to ${J(e.part("attrib\
ution_stream_limit")[H])}, by square root`,_.setAttribute("aria-label",`${S.textContent}: map of ${K?c:f} by ${l} times ${f} steps; the table holds the sums at \
the cursor`)}let{top:Ce,rows:ke}=T(),nn=(K?G:wn(e,G))-Ce;F.hidden=nn<0||nn>=ke,F.style.top=`${100*nn/ke}%`,F.style.height=`${100/ke}%`}return U}gt({name:"end-to\
-end attribution",section:"explanation",place:"columns",order:5,needs:["attribution"],height:t=>490+42*t,mount:bu});function zn(t,e,n,a=3){let s="",r=0,o=()=>{r===1&&(s+=`m${-a} 0h${2*a}`),r=0};for(let i=0;i<t;i++){let l=n(i);l!==void 0&&Number.isFinite(l)?s+=`${r++?"L":"M"}${e(
i).toFixed(1)} ${l.toFixed(2)}`:l!==void 0&&o()}return o(),s}var oe=(t,[e,n])=>n>e?96-(t-e)/(n-e)*92:50+0*t;function Gt({label:t,series:e,onPick:n,tall:a=!1,log:s=null}){let r=e.map(({m:L,f:z})=>it("path",L===void 0?{class:"mmv-line","data-f":z%8,"stroke-dasharray":Ke[z%
8]}:{class:"mmv-share","data-m":L%8,"stroke-dasharray":Ke[L%8]})),o=e.map(({m:L})=>it("path",{class:"mmv-recorded-line",...L===void 0?{}:{"data-m":L%8}})),i=e.map(
({m:L})=>L===void 0?p("span",{class:"mmv-glyph"},"•"):zt(L)),l=[],c=[],f=it("path",{class:"mmv-rule"}),d=it("path",{class:"mmv-here"}),u=it("path",{class:"mmv\
-grid"}),h=it("rect",{class:"mmv-band",y:0,height:100}),m=p("span"),g=ve(),w=Fe(t,h,u,f,d,...o,...r),y=p("div",{class:"mmv-marks","aria-hidden":"true"},...i),b=p(
"div",{class:`mmv-plot mmv-chart${a?" mmv-tall":""}`},w,y),v=p("div",{class:"mmv-scale mmv-ticks-y","aria-hidden":"true"}),A=s==="log",$=null,x=ct("log",()=>{A=
!A,$&&I($)},{class:"mmv-log","aria-pressed":String(A),"aria-label":`Logarithmic axis: ${t.split(":")[0]}`,hidden:""}),O=p("div",{class:"mmv-charted"},p("div",{class:"\
mmv-subtitle"},m,x),v,b,g.node),S=e.map(()=>!1),M=L=>$?.place?$.place(L):$&&$.count>1?L/($.count-1):.5,C=()=>$?.x?.shown??[0,1],N=L=>(L-C()[0])/(C()[1]-C()[0]||
1),_=L=>C()[0]+L*(C()[1]-C()[0]);n&&Wt(b,b,L=>n(Math.min(1,Math.max(0,_(L)))));let F=()=>A&&$!==null&&$.range[0]>0,R=L=>L===void 0||!$?L:F()?oe(Math.log10(L),$.
range.map(Math.log10)):oe(L,$.range);function I(L){$=L;let{values:z,count:E,now:k,range:T,brush:D=null,before:W=null,rule:U=!0,x:P}=L,[H,G]=T,K=V=>zn(E,X=>1e3*M(
X),X=>R(V(X)),12);r.forEach((V,X)=>{let at=S[X]?"":K(_t=>z(X,_t)),ot=W&&!S[X]?K(_t=>W(X,_t)):"";l[X]!==at&&V.setAttribute("d",l[X]=at),(c[X]??"")!==ot&&o[X].setAttribute(
"d",c[X]=ot);let pt=k<0?NaN:z(X,k)??NaN,yt=k<0?0:N(M(k)),ht=S[X]||!Number.isFinite(pt)||yt<-.001||yt>1.001;dt(i[X],"hidden",ht),i[X].style.left=`${100*yt}%`,i[X].
style.top=`${R(pt)}%`});let et=`${1e3*C()[0]} 0 ${1e3*(C()[1]-C()[0])} 100`;Dt(w,"viewBox",et),Dt(f,"d",U&&!F()&&H<=0&&G>=0?`M0 ${R(0)}H1000`:""),Dt(d,"d",k<0?"":
`M${1e3*M(k)} 0V100`),Dt(h,"x",String(D?1e3*M(D[0]):0)),Dt(h,"width",String(D?Math.max(2,1e3*(M(D[1])-M(D[0]))):0));let st=Nn(T,a?5:3,F()).reverse(),Y=ln([...st].
reverse()).reverse();Ut(v,st.map((V,X)=>({at:Number(R(V))/100,text:Y[X]})),"top"),Dt(u,"d",st.map(V=>`M0 ${Number(R(V)).toFixed(2)}H1000`).join("")),g.draw((P?.
ticks??[]).map(({at:V,text:X})=>({at:N(V),text:X})),P?.name??""),dt(x,"hidden",s===null||!(H>0)),Dt(x,"aria-pressed",String(F()))}function j(L,z){let E=$?.values(
L,z);if(!$||E===void 0||!Number.isFinite(E))return null;let{y:k,x:T,before:D}=$,{m:W,name:U}=e[L],P=k?.text??(K=>J(K,4)),H=D?D(L,z):NaN,G=[[k?.name??m.textContent??
"value",P(E),k?.unit??""]];if(T&&G.push([T.kind==="time"?"at":T.name,T.kind==="other"||T.kind==="channel"?T.text(z).replace(/^row /,""):T.text(z).replace(/^epoch /,
"")]),Number.isFinite(H)){let K=P(E-H);G.push(["recorded",P(H),k?.unit??""],["difference",E>H&&!K.startsWith("+")?`+${K}`:K,k?.unit??""])}return{title:U??m.textContent??
"",modality:W,rows:G,place:[N(M(z)),Number(R(E))/100],at:{modality:W,...T?.kind==="time"?{time:z}:T?.kind==="channel"?{channel:z}:{}}}}At(b,{label:t,grid:()=>[$?.
count??0,e.length],read:(L,z)=>S[z]?null:j(z,L),start:()=>[Math.max(0,$?.now??0),0],cellAt(L,z){if(!$)return[0,-1];let E=_(L),k=0;for(let W=1;W<$.count;W++)Math.
abs(M(W)-E)<Math.abs(M(k)-E)&&(k=W);let T=-1,D=1/0;return e.forEach((W,U)=>{let P=$?.values(U,k),H=S[U]||P===void 0||!Number.isFinite(P)?1/0:Math.abs(Number(R(P))/
100-z);H<D&&([T,D]=[U,H])}),[k,T]},locate(L){let z=$?.x?.kind==="time"?L.time:$?.x?.kind==="channel"?L.channel:void 0;if(z===void 0||!$||z>=$.count)return null;
let E=N(M(z));return E<-.001||E>1.001?null:{x:[Math.max(0,E-.002),Math.min(1,E+.002)]}}});function B({title:L}){m.textContent!==L&&(m.textContent=L)}function q(L,z){
S[L]=!z,$&&I($)}return{node:O,draw:I,say:B,turn:q}}function dn(t,e,...n){let a=p("button",{type:"button",class:"mmv-key mmv-series","aria-pressed":"true","aria-\
label":`Line ${e}`},...n);return a.addEventListener("click",()=>{let s=a.getAttribute("aria-pressed")!=="true";a.setAttribute("aria-pressed",String(s)),t(s)}),a}
var ea=t=>it("svg",{viewBox:"0 0 18 6","aria-hidden":"true"},it("path",{d:"M0 3H18",class:"mmv-line","data-f":t%8,"stroke-dasharray":Ke[t%8]}));function Aa(t,e){
let n=t.map((a,s)=>dn(r=>e(s,r),a,ea(s),Q(a)));return p("div",{class:"mmv-legend",...t.length>4?{"data-many":""}:{}},...n)}function Tt(t,e=!1){let n=e?0:1/0,a=e?
0:-1/0;for(let s of t)for(let r=0;r<s.length;r++)Number.isFinite(s[r])&&([n,a]=[Math.min(n,s[r]),Math.max(a,s[r])]);return n<=a?[n,a]:[0,0]}function yu(t,e,n,a){let{time:s,channel:r}=e.sizes,o=e.modalities.map((m,g)=>({m:g})),i=p("input",{type:"range",min:0,max:r-1,step:1,class:"mmv-channel","aria-l\
abel":"Channel"});i.addEventListener("input",()=>a({channel:Number(i.value)}));let l=Gt({label:"State half-life of every channel: the table has the numbers",series:o,
log:"log",onPick:m=>a({channel:Math.round(m*(r-1))})}),c=Gt({label:"Hidden-state magnitude of the selected channel over the sequence",series:o,onPick:m=>a({time:Math.
round(m*(s-1))})}),f=e.modalities.map(()=>[p("td"),p("td"),p("td")]),d=["channel","half-life, steps","‖h‖₂"],u=p("table",{class:"mmv-list","aria-label":"S\
elected channel of each SSM stream"},p("thead",{},p("tr",{},p("td"),...d.map(m=>p("th",{scope:"col"},m)))),p("tbody",{},...f.map((m,g)=>p("tr",{},kt(...$t(e,g)),
...m))));t.append(ft("State half-life by channel"),p("label",{class:"mmv-control mmv-grow"},p("span",{},"Row"),i),l.node,c.node,u,rt(`Rows are those of the stat\
e maps: the channels of each SSM stream with the largest norm, longest half-life first (ln 2 / (Δ·|A|), without coupling${e.recorded_text?`; Δ: median over th\
e steps of ${e.recorded_text}`:""}).`));let h=It();return m=>{let{sample:g,epoch:w,layer:y,channel:b,time:v,brush:A}=m,$=e.part("half_life",y),x=e.part("channel\
_index",y);if(i.value=String(b),i.setAttribute("aria-valuetext",`row ${b+1} of ${r}`),h(m,"layer","layer_of_a","channel")){let N=Tt(e.compared.filter(_=>_.has("\
half_life")).map(_=>_.part("half_life",xn(_,e,m))));l.draw({values:(_,F)=>$[_*r+F],count:r,now:b,range:N,rule:!1,x:_a("row",r),y:{name:"half-life",unit:"steps",
text:J}}),l.say({title:"half-life by row, steps"})}let O=$n(e,N=>N.scale,m),S=e.modalities.map((N,_)=>e.part("state",w,g,y,_)),M=e.modalities.map((N,_)=>e.part(
"state_valid",g,_)),C=(N,_)=>M[N][_]&&b<Mn(e,y,N)?(S[N][b*s+_]/255)**(e.state_power??1)*e.scale[y]:NaN;c.draw({values:C,count:s,now:v,range:[0,O],brush:A,x:cn(e,
m),y:{name:"‖h‖₂",unit:e.state_unit,text:N=>`${N>=e.scale[y]?"≥ ":""}${J(N)}`}}),c.say({title:`‖h‖₂ of row ${b+1}`}),f.forEach(([N,_,F],R)=>{N.textContent=
x[R*r+b]<0?"–":String(x[R*r+b]),_.textContent=J($[R*r+b]),F.textContent=C(R,v)>=e.scale[y]?`≥ ${J(e.scale[y])}`:J(C(R,v))})}}gt({name:"half-life",section:"e\
xplanation",place:"columns",order:40,needs:["half_life","state"],height:t=>375+20*t,mount:yu});function xe(t,e,n){let a=t.part(`signal_valid_${e}`,n),s=t.part(`signal_${e}`,n),r=t.modalities[e].features.length,o=d=>{for(let u=0;u<r;u++)if(Number.isFinite(
s[d*r+u]))return d;return-1},i=[...a.keys()].filter(d=>a[d]);if(t.has(`signal_at_${e}`))return wu(i,t.part(`signal_at_${e}`,n),t.part(`signal_until_${e}`,n),o);
let l=t.align==="resample"||t.modalities[e].static,c=l?i.length:t.align==="pad"?t.sizes.time:a.length,f=l?d=>i[d]:d=>d<a.length&&a[d]?d:-1;return Array.from({length:c},
(d,u)=>({frame:f(u)<0?-1:o(f(u)),from:u/c,to:(u+1)/c,at:(u+.5)/c}))}function wu(t,e,n,a){let s=[],r=(i,l)=>l>i+1e-4&&s.push({frame:-1,from:i,to:l,at:i}),o=0;for(let i of t)
r(o,e[i]),s.push({frame:a(i),from:e[i],to:n[i],at:e[i]}),o=n[i];return r(o,1),s}function Hi(t,e){if(e)return t.map(s=>s.frame);let n=Math.min(2e3,Math.max(400,2*
t.length)),a=0;return Array.from({length:n},(s,r)=>{let o=(r+.5)/n;for(;a+1<t.length&&t[a].to<=o;)a++;return t.length&&t[a].from<=o&&o<t[a].to?t[a].frame:-1})}var Ui=(t,e,n)=>({values:t.part(`signal_${e}`,n),valid:t.part(`signal_valid_${e}`,n)}),Gi=(t,e)=>t.some((n,a)=>n!==e[a]&&(Number.isFinite(n)||Number.isFinite(e[a])));
function Je(t,e,n){let a=Ui(t,e,n);if(!t.edited()||!t.replaced(`signal_${e}`))return{now:a,then:null};let s=Ui(t.recorded,e,n);return{now:a,then:Gi(a.valid,s.valid)||
Gi(a.values,s.values)?s:null}}function un(t,e,n,[a,s]){let r=t.sizes.time,o=1e-6,i=xe(t,e,n).filter(l=>l.frame>=0&&l.to>a/r+o&&l.from<(s+1)/r-o);return i.length?
[i[0].frame,i[i.length-1].frame]:null}function na(t,e,n,a){let s=t.sizes.time,r=xe(t,e,n).find(o=>o.frame===a);return r?Math.min(s-1,Math.max(0,Math.ceil(r.to*s-
1e-6)-1)):-1}var Ki={rows:"each frame is one row, time runs downwards",columns:"each frame is one column, time runs to the right",whole:"one frame is one image; the frame at\
 the cursor is shown"};function Yi(t,e,{valid:n},a){let{display:s,features:r}=t.modalities[e],o=r.length,{frames:i,colours:l}=s,c=Math.max(1,n.length);if(i==="w\
hole"){let f=s.width??1;return{width:f,height:s.height??1,place:(d,u)=>({f:a,i:a*o+(u*f+d)*l})}}return i==="rows"?{width:o/l,height:c,place:(f,d)=>({f:d,i:d*o+f*
l})}:{width:c,height:o/l,place:(f,d)=>({f,i:f*o+d*l})}}function vu({values:t,valid:e},n){let a=1/0,s=-1/0;return t.forEach((r,o)=>{e[Math.floor(o/n)]&&Number.isFinite(
r)&&([a,s]=[Math.min(a,r),Math.max(s,r)])}),a<=s?[a,s]:[0,1]}function Vi(t,e,n){let{name:a,features:s,unit:r,display:o}=t.modalities[e],{frames:i,colours:l}=o,c=s.
length,f=p("canvas",{role:"img"}),d=p("canvas",{role:"img"}),u=p("div",{class:"mmv-input-mark","aria-hidden":"true"}),h=rt(),m=p("div",{class:"mmv-input-image m\
mv-map"},f,u),g=p("div",{class:"mmv-input-image mmv-map mmv-input-recorded"},d),w=[p("figcaption",{class:"mmv-faint"}),p("figcaption",{class:"mmv-faint"},"recor\
ded")],y=p("figure",{class:"mmv-input-figure",hidden:""},g,w[1]),b=p("div",{class:"mmv-input-row"},p("div",{class:"mmv-input-pair"},p("figure",{class:"mmv-input\
-figure"},m,w[0]),y),h),v=null,A=-1,$="",x=[0,1],O=_=>un(t,e,_.sample,[_.time,_.time])?.[1]??-1;function S(_,F){let{width:R,height:I,place:j}=Yi(t,e,F,Math.max(
0,A)),[B,q]=x;Le(_,R,I,(L,z)=>{let{f:E,i:k}=j(L,z),T=[0,1,2].map(D=>(F.values[k+(l===3?D:0)]-B)/(q-B||1));return F.valid[E]&&T.every(Number.isFinite)?[...T.map(
D=>Math.round(255*Math.min(1,Math.max(0,D)))),255]:null});for(let L of[_.parentElement])L&&(L.style.aspectRatio=`${R} / ${I}`);return{width:R,height:I}}let M=(_,F)=>i===
"whole"?A:Ft(i==="rows"?F:_,t.shape(`signal_${e}`)[1]);i!=="whole"&&Wt(m,m,(_,F)=>{let R=v?na(t,e,v.sample,M(_,F)):-1;R>=0&&n({time:R})}),At(m,{label:`${a}: ima\
ge`,grid:()=>[f.width,f.height],start:()=>i==="rows"?[0,Math.max(0,A)]:i==="columns"?[Math.max(0,A),0]:[0,0],read(_,F){if(!v)return null;let{now:R,then:I}=Je(t,
e,v.sample),{f:j,i:B}=Yi(t,e,R,A).place(_,F),q=na(t,e,v.sample,j);if(j<0||!R.valid[j])return null;let L=({values:E})=>Array.from({length:l},(k,T)=>J(E[B+T],4)).
join(", "),z=[["value",L(R),r],["frame",String(j+1)]];return I?.valid[j]&&z.push(["recorded",L(I),r],...l===1?[["difference",`${R.values[B]>I.values[B]?"+":""}${J(
R.values[B]-I.values[B],4)}`,r]]:[]),{title:`row ${F+1}, column ${_+1}`,modality:e,at:{modality:e,...q<0?{}:{time:q}},rows:z}},locate({time:_}){if(_===void 0||!v||
i==="whole")return null;let F=un(t,e,v.sample,[_,_]),R=t.shape(`signal_${e}`)[1];if(!F)return null;let I=[F[0]/R,(F[1]+1)/R];return i==="rows"?{y:I}:{x:I}}});function C(_){
let F=un(t,e,_.sample,[_.time,_.time]),R=t.shape(`signal_${e}`)[1];if(u.hidden=i==="whole"||!F,!F)return;let[I,j]=[`${100*F[0]/R}%`,`${100*(F[1]+1-F[0])/R}%`];u.
style.cssText=i==="rows"?`left:0;width:100%;top:${I};height:${j}`:`top:0;height:100%;left:${I};width:${j}`}function N(_,F){v=_;let R=O(_),I=i==="whole"?String(R):
"";if(A=R,C(_),!F&&I===$)return;$=I;let{now:j,then:B}=Je(t,e,_.sample);x=vu(B??j,c);let{width:q,height:L}=S(f,j);y.hidden=!B,w[0].textContent=B?"edited":"",B&&S(
d,B);let z=j.valid.some(Boolean),E=`${q} by ${L} pixels`;f.setAttribute("aria-label",`${a}: image of ${E}, upright; ${Ki[i]}${B?"; edited, the recorded image st\
ands beside it":""}`),d.setAttribute("aria-label",`${a}: the recorded image of ${E}`);let[k,T]=x.map(D=>z?J(D):"–");h.textContent=`${q} × ${L} pixels; ${Ki[i]}\
. ${l===3?`Red, green, blue: ${k} to ${T}`:`Black ${k}, white ${T}`}${r&&`, ${r}`}. Hatched: masked or not recorded.`}return{node:b,draw:N,stop(){}}}function Ji(t){let n=Math.max(64,Math.ceil((t.length-256)/159)),a=t.length<256?0:1+Math.floor((t.length-256)/n),s=new Float32Array(a*128),r=Float64Array.from({length:256},
(l,c)=>.5-.5*Math.cos(2*Math.PI*c/256)),o=Float64Array.from({length:256},(l,c)=>Math.cos(2*Math.PI*c/256)),i=1e-12;for(let l=0;l<a;l++)for(let c=0;c<128;c++){let f=0,
d=0;for(let u=0;u<256;u++){let h=t[l*n+u]*r[u];f+=h*o[c*u%256],d+=h*o[(c*u+256/4)%256]}s[l*128+c]=f*f+d*d,i=Math.max(i,s[l*128+c])}for(let l=0;l<s.length;l++)s[l]=
10*Math.log10(Math.max(s[l]/i,1e-12));return{columns:a,rows:128,decibels:s}}var Xi=60,xu=500;function Zi(t,e){let n=Math.min(xu,t.length),a="";for(let s=0;s<n;s++){let r=Math.floor(s*t.length/n),o=Math.floor((s+1)*t.length/n),i=1e3*(s+.5)/
n,l=1/0,c=-1/0;for(let f=r;f<o;f++)Number.isFinite(t[f])&&([l,c]=[Math.min(l,t[f]),Math.max(c,t[f])]);l<=c&&(a+=`M${i.toFixed(1)} ${oe(c,e).toFixed(1)}V${(oe(l,
e)+.5).toFixed(1)}`)}return a}function br(t){let e=0;for(let n=0;n<t.length;n++)Math.abs(t[n])>e&&Number.isFinite(t[n])&&(e=Math.abs(t[n]));return e}function Qi(t,e,n){
let{name:a,unit:s,rate_hz:r}=t.modalities[e],o=Number(r),i=t.sizes.time,l=it("path",{class:"mmv-share","data-m":e%8}),c=it("path",{class:"mmv-recorded-line","da\
ta-m":e%8}),f=it("path",{class:"mmv-rule"}),d=p("canvas",{role:"img","aria-label":`${a}: spectrogram, 0 to ${J(o/2)} Hz from bottom to top`}),u=rt(),h=Fe(`${a}:\
 waveform`,f,c,l),m=p("div",{class:"mmv-plot mmv-chart mmv-input-wave"},h),g=p("div",{class:"mmv-plot mmv-map mmv-input-spectrogram"},d),w=[p("div",{class:"mmv-\
scale mmv-ticks-y","aria-hidden":"true"}),p("div",{class:"mmv-scale mmv-ticks-y","aria-hidden":"true"})],y=ve(),b=[`waveform${s?`, ${s}`:""}`,"spectrogram, Hz"].
map(E=>p("div",{class:"mmv-subtitle"},E)),v=[m,g].map(E=>{let k=p("div",{class:"mmv-cursor mmv-input-cursor","aria-hidden":"true"}),T=[p("div",{class:"mmv-veil \
mmv-input-veil"}),p("div",{class:"mmv-veil mmv-input-veil"})];return E.append(...T,k),{cursor:k,veils:T}}),A=p("div",{},p("div",{class:"mmv-charted","data-plots":""},
b[0],w[0],m,b[1],w[1],g,y.node)),$=new Float32Array(0),x=new Float32Array(0),O=new Float32Array(0),S={columns:0,rows:0,decibels:new Float32Array(0)},M=[-1,1],C=null,
N=null,_=()=>N?.stop();async function F(){if(N||!O.length)return _();let E=new AudioContext,k=E.createBuffer(1,O.length,o),T=br(O)||1;k.copyToChannel(O.map(D=>D/
T),0),N=new AudioBufferSourceNode(E,{buffer:k}),N.connect(E.destination),N.addEventListener("ended",()=>{N=null,R.textContent="play",E.close()}),R.textContent="\
stop",N.start()}let R=ct("play",F,{"aria-label":`Play or stop ${a}`});A.append(p("div",{class:"mmv-inline"},R,u));let I=E=>Ft(ut(i,C).share(E),i);for(let E of[m,
g])Wt(E,E,k=>n({time:I(k)})),be(E,E,i,()=>C,n);let j=E=>{let k=ut(i,C);return E<k.from||E>k.to?null:{x:[k.across(E/i),k.across((E+1)/i)]}},B=E=>["time",nt(E/o,4),
"s"];At(m,{label:`${a}: waveform`,grid:()=>[$.length,1],start:()=>[Math.floor(((C?.time??0)+.5)/i*$.length),0],cellAt:E=>[Ft(ut(i,C).share(E),$.length),0],read(E){
if(!Number.isFinite($[E]))return null;let k=[["value",J($[E],4),s],B(E)];return x.length&&Number.isFinite(x[E])&&k.push(["recorded",J(x[E],4),s],["difference",`${$[E]>
x[E]?"+":""}${J($[E]-x[E],4)}`,s]),{title:"waveform",modality:e,at:{modality:e,time:Ft((E+.5)/$.length,i)},rows:k,place:[ut(i,C).across((E+.5)/$.length),oe($[E],
M)/100]}},placeOf:E=>[ut(i,C).across((E+.5)/$.length),.5],locate:({time:E})=>E===void 0?null:j(E)}),At(g,{label:`${a}: spectrogram`,grid:()=>[S.columns,S.rows],
start:()=>[Math.floor(((C?.time??0)+.5)/i*S.columns),S.rows-1],cellAt:(E,k)=>[Ft(ut(i,C).share(E),S.columns),Ft(k,S.rows)],read(E,k){let T=S.rows-1-k,D=S.decibels[E*
S.rows+T],W=(E+.5)/S.columns;return Number.isFinite(D)?{title:"spectrogram",modality:e,at:{modality:e,time:Ft(W,i)},rows:[["power",nt(D,1),"dB of the largest"],
["frequency",J(T*o/(2*S.rows),4),"Hz"],B(W*$.length)]}:null},placeOf:(E,k)=>[ut(i,C).across((E+.5)/S.columns),(k+.5)/S.rows],locate:({time:E})=>E===void 0?null:
j(E)});let q=({values:E,valid:k},T)=>Float32Array.from(T,({frame:D})=>D>=0&&k[D]?E[D]:NaN);function L(E){_();let{now:k,then:T}=Je(t,e,E.sample),D=xe(t.recorded,
e,E.sample);$=q(k,xe(t,e,E.sample)),x=T?q(T,D):new Float32Array(0),O=$.filter(Number.isFinite),R.disabled=!O.length;let W=Math.max(br($),br(x))||1;M=[-W,W],l.setAttribute(
"d",Zi($,M)),c.setAttribute("d",x.length?Zi(x,M):""),f.setAttribute("d",`M0 ${oe(0,M)}H1000`);let U=$.map(K=>Number.isFinite(K)?K:0);S=Ji(U),Yt(d,S.columns,S.rows,
(K,et)=>S.columns?Math.round(255*Math.max(0,1+S.decibels[K*S.rows+S.rows-1-et]/Xi)):-1);let P=[W,0,-W],H=ln([-W,0,W]).reverse(),G=Nn([0,o/2],3);Ut(w[0],P.map((K,et)=>({
at:oe(K,M)/100,text:H[et]})),"top"),Ut(w[1],G.map((K,et)=>({at:1-K/(o/2),text:ln(G)[et]})),"top"),u.textContent=`${$.length} values at ${J(o)} Hz, ${J($.length/
o)} s${x.length?"; faint: as recorded":""}. Hann window of 256 values, −${Xi} to 0 dB of the largest. Played at full scale.`}function z(E,k){C=E,k&&L(E),Ne(h,
i,E),Ne(d,i,E);let T=ut(i,E),D=T.across((E.time+1)/i),[W,U]=E.brush??[0,i-1],P=[W/i,(U+1)/i].map(H=>Math.min(1,Math.max(0,T.across(H))));for(let{cursor:H,veils:G}of v)
H.hidden=D<0||D>1+1e-9,H.style.setProperty("--at",String(D)),G[0].style.width=`${100*P[0]}%`,G[1].style.width=`${100*(1-P[1])}%`;y.draw(re(t,E,4).map(({at:H,text:G})=>({
at:T.across(H),text:G})),ye(t,E)),h.setAttribute("aria-label",`${a}: waveform, cursor at ${Mt(t,E.sample,E.time)}`)}return{node:A,draw:z,stop:_}}function $u(t,e,n,a,s){let r=Array.from(a).flatMap((f,d)=>f?[d]:[]),o=t.modalities[e].step_s,i=t.duration_s[n];if(!t.has(`signal_at_${e}`)||!o||!i)return new Map(
r.map((f,d)=>[f,r[Math.min(r.length-1,Math.max(0,d-s))]]));let l=t.part(`signal_at_${e}`,n),c=s*o/i;return new Map(r.map(f=>[f,r.reduce((d,u)=>Math.abs(l[u]-(l[f]-
c))<Math.abs(l[d]-(l[f]-c))?u:d,r[0])]))}function Oa(t,e,n){let{name:a,tokens:s}=t.modalities[e],r=t.edited(),o=r?.edits&&Object.hasOwn(r.edits,a)?r.edits[a]:{},
i=h=>({words:null,changed:!0,reason:h});if(!s)return{words:null,changed:!1,reason:"The data contain no words: pass tokens= to mmviz.data.from_arrays."};let l=r?.
words?.[e];if(l?.some(Boolean)&&o.text!==void 0)return{words:l,changed:!0,reason:""};if(o.text!==void 0)return i("The words of the new text are not known: its e\
ncoder does not make one step per word.");let c=o.swap??n,f=s[c]??null;if(!f)return i(`This page does not contain the words of ${t.samples[c]}.`);if(!o.delay)return{
words:f,changed:o.swap!==void 0,reason:""};let d=c<t.recorded_samples?t.recorded.part(`signal_valid_${e}`,c):f.map(h=>h?1:0),u=[];for(let[h,m]of $u(t.recorded,e,
c,d,o.delay))u[h]=f[m]??"";return{words:Array.from(u,h=>h??""),changed:!0,reason:""}}var Mu=.55;function _u(t,e,{sample:n,time:a}){if(!t.has("attribution")||t.lacks("attribution",n)||t.edited()&&!t.replaced("attribution"))return null;let{values:s,
count:r,from:o,to:i}=Ae(t,n,a),l=t.sizes.time,c=xe(t,e,n).filter(d=>d.frame>=0),f=new Map;for(let d=0;d<r;d++){let u=o(d)/l,h=(i(d)+1)/l,m=c.map(w=>Math.max(0,Math.
min(h,w.to)-Math.max(u,w.from))),g=m.reduce((w,y)=>w+y,0);g>1e-12&&m.forEach((w,y)=>w&&f.set(c[y].frame,(f.get(c[y].frame)??0)+s[e*r+d]*w/g))}return f}function tl(t,e,n){
let{name:a}=t.modalities[e],s=p("div",{class:"mmv-plot mmv-tokens"}),r=p("p",{class:"mmv-tokens-recorded"}),o=rt(),i=[],l=[],c=[],f=null,d=null;function u(v,A,$){
let x=$.left+v*$.width,O=$.top+A*$.height,S=-1,M=1/0;return i.forEach((C,N)=>{for(let _ of C.getClientRects()){let F=Math.hypot(Math.max(0,_.left-x,x-_.right),3*
Math.max(0,_.top-O,O-_.bottom));F<M&&([S,M]=[N,F])}}),M<40?[S,0]:[0,-1]}s.addEventListener("click",v=>{let[A,$]=u(...h(v)),x=f&&$>=0?na(t,e,f.sample,l[A]):-1;x>=
0&&n({time:x})});function h(v){let A=s.getBoundingClientRect();return[(v.clientX-A.left)/(A.width||1),(v.clientY-A.top)/(A.height||1),A]}At(s,{label:`${a}: word\
s`,grid:()=>[i.length,1],start:()=>[Math.max(0,l.indexOf(f?un(t,e,f.sample,[f.time,f.time])?.[1]??0:0)),0],cellAt:u,placeOf(v){let A=s.getBoundingClientRect(),$=i[v]?.
getBoundingClientRect()??A;return[($.left+$.width/2-A.left)/(A.width||1),($.top-A.top)/(A.height||1)]},read(v){if(!f||!i[v])return null;let A=na(t,e,f.sample,l[v]),
$=d?.get(l[v]),x=i[v].hasAttribute("data-masked"),O=[["word",`${l[v]+1}`],...x?[["state","masked"]]:[],...$===void 0?[]:[[t.attribution.name,`${$>0?"+":""}${J($,
2)}`]]];return{title:c[v]||"(no word)",modality:e,at:{modality:e,...A<0?{}:{time:A}},rows:O}},locate:()=>null});function m(v){let{sample:A}=v,$=Oa(t,e,A),{now:x}=Je(
t,e,A),O=t.modalities[e].tokens?.[A]??null;if(r.hidden=!0,!$.words){[i,l,c]=[[],[],[]],s.replaceChildren(rt($.reason));return}let S=$.words,M=[...x.valid.keys()].
filter(C=>x.valid[C]||S[C]);l=M,c=M.map(C=>S[C]??""),i=c.map((C,N)=>p("span",{class:"mmv-word",...x.valid[M[N]]?{}:{"data-masked":""}},Q(C||"␣"))),s.replaceChildren(
...i.length?i.flatMap(C=>[C," "]):[rt("No word: the text is empty, or not recorded for this sample.")]),$.changed&&O&&(r.hidden=!1,r.replaceChildren("Recorded: ",
Q(O.filter(Boolean).join(" "))))}function g(v){d=_u(t,e,v);let A=Math.max(0,...l.map($=>Math.abs(d?.get($)??0)));i.forEach(($,x)=>{let O=d?.get(l[x])??0,S=A?O/A:
0;if($.toggleAttribute("data-share",!1),!d||Math.abs(S)<.02)$.style.background="";else{let[M,C,N]=vn(S).map((_,F)=>F<3?Math.round(255-Mu*(255-_)):_);$.style.background=
`rgb(${M},${C},${N})`,$.setAttribute("data-share",S>0?"+":"−")}}),o.textContent=d&&A?`Colour: ${t.attribution.name} of each word, red and solid line: raises, \
blue and dotted line: lowers; largest ${J(A,2)}. A step's share is divided over its words by time.`:t.has("attribution")?`No attribution of ${t.edited()?"an edi\
ted sample":"this sample"}: the words are not coloured.`:""}function w(v){let A=un(t,e,v.sample,[v.time,v.time]),$=v.brush?un(t,e,v.sample,v.brush):null;i.forEach(
(x,O)=>{x.toggleAttribute("data-now",A!==null&&l[O]>=A[0]&&l[O]<=A[1]),x.toggleAttribute("data-out",v.brush!==null&&($===null||l[O]<$[0]||l[O]>$[1]))})}let y=-1;
function b(v,A){f=v,A&&m(v),(A||v.time!==y)&&g(v),y=v.time,w(v)}return{node:p("div",{},s,r,o),draw:b,stop(){}}}var ku=(t,e)=>({node:rt(`${t.modalities[e].features.length} values per analysis frame: see the lane. The data contain no waveform.`),draw(){},stop(){}}),el={image:Vi,
text:tl,audio:(t,e,n)=>t.modalities[e].features.length===1?Qi(t,e,n):ku(t,e)},nl=(t,e)=>Object.hasOwn(el,t.modalities[e].display.kind)?el[t.modalities[e].display.
kind]:null;function Au(t,e,n,a){let s=e.modalities.flatMap((o,i)=>{let l=nl(e,i);return l?[{m:i,part:l(e,i,a)}]:[]});t.append(ft("Input"),...s.map(({m:o,part:i})=>p(
"div",{class:"mmv-input","data-m":o%8},p("div",{class:"mmv-name"},...$t(e,o)),i.node)));let r=It();return o=>{let i=r(o,"sample");for(let{part:l}of s)l.draw(o,i)}}
gt({name:"input",place:"side",section:"sample",order:5,needs:["signal_0"],early:!0,shows:t=>t.modalities.some((e,n)=>nl(t,n)!==null&&(e.display.kind!=="audio"||
e.features.length===1)),mount:Au});var hn=512,Ou=2e5,yr=[.1,.03,.01,.003,.001],Su=.4,ys={key:"state",scale:t=>t.scale,power:t=>t.state_power??1},wr={key:"influence",scale:t=>t.influence?.scale,power:()=>2},
al=new WeakMap;function Nu(t){let e=al.get(t.compared)??new Map;return al.set(t.compared,e),e}function Eu(t,e,n,a,s){let r=Nu(t),o=JSON.stringify([n.key,s||xn(t.
compared[0],t,e),a]),i=r.get(o);if(i)return i;let l=new Float64Array(hn);for(let f of t.compared){let d=n.scale(f);if(!d||!f.has(n.key))continue;let u=f.recorded.
shape(n.key),h=n.key==="state"?2:1,m=u.slice(h+1).reduce((v,A)=>v*A,1),g=u.slice(0,h).reduce((v,A)=>v*A,1),w=f.recorded.part(n.key),y=s?u[h]:1,b=Math.max(1,Math.
floor(g*m*y/Ou))|1;for(let v=0;v<u[h];v++){if(!s&&v!==Math.min(xn(f,t,e),u[h]-1))continue;let A=Int32Array.from({length:256},($,x)=>Math.min(hn-1,Math.round((hn-
1)*Math.sqrt(d[v]*(x/255)**n.power(f)/a))));for(let $=0;$<g;$++)for(let x=$%b,O=($*u[h]+v)*m;x<m;x+=b)w[O+x]&&l[A[w[O+x]]]++}}let c=0;for(let f=0;f<hn;f++)c=l[f]+=
c;if(c)for(let f=0;f<hn;f++)l[f]/=c;return r.set(o,l),l}function zu(t){for(let e of yr){let n=e*(Math.exp(.2*Math.log1p(1/e))-1);if(t[Math.floor((hn-1)*Math.sqrt(
n))]<=Su)return e}return yr[yr.length-1]}var sl=new WeakMap;function Tn(t,e,n){let a=sl.get(t)??new Map,s=JSON.stringify([n.key,rn(e),e.layer,e.layer_of_a]),r=a.
get(s)??Tu(t,e,n);return sl.set(t,a),a.set(s,r),r}function Tu(t,e,n){let{scale:a,range:s}=rn(e),r=e.layer,o=s==="shared",i=n.power(t),l=n.scale(t)?.[r]??1,c=(o?
Math.max(...t.compared.flatMap($=>n.scale($)??[])):$n(t,n.scale,e))||1,f=Eu(t,e,n,c,o),d=zu(f),u=($,x)=>a==="linear"?Math.min(1,$/x):a==="quantile"?f[Math.min(hn-
1,Math.round((hn-1)*Math.sqrt(Math.min(1,$/c))))]:Math.min(1,gs([0,x],[0,1]).constant(d*x)($)),h=$=>{let x=gs([0,$],[0,1]).constant(d*$);return Uint8Array.from(
{length:256},(O,S)=>{let M=l*(S/255)**i;return Math.round(255*(a==="symmetric log"?Math.min(1,x(M)):S?u(M,$):0))})},m=h(c),g=s==="channel"&&n.key==="state"&&t.compared.
length===1&&a!=="quantile",w=new Map,y=$=>{if(!g||!$)return m;let x=w.get($)??h(l*($/255)**i);return w.set($,x),x},b=$=>{let x=0,O=c;for(let S=0;S<40;S++){let M=(x+
O)/2;u(M,c)<$?x=M:O=M}return O},v=()=>g?[{at:0,text:"0"},{at:1,text:"largest of the row"}]:[0,.25,.5,.75,1].map($=>({at:$,text:$?`${$===1?"≥ ":""}${J($===1?c:
b($),2)}`:"0"})),A=a==="symmetric log"?`symmetric log, linear to ${J(100*d,2)} %`:a;return{table:m,tableOfRow:y,perRow:g,get ticks(){return v()},top:c,name:A,value:$=>l*
($/255)**i,per:s}}function rl(t,e){let n=Vs.filter(([l])=>l!=="channel"||t.compared.length===1).filter(([l])=>l!=="shared"||t.layers.length>1||t.compared.length>
1),a=rn({}),s=Rt("Colours",ga,l=>e({colours:{...a,scale:ga[l]}})),r=Rt("Range",n.map(([,l])=>l),l=>e({colours:{...a,range:n[l][0]}})),o=l=>{a=rn(l),s.select.value=
String(ga.indexOf(a.scale)),r.select.value=String(Math.max(0,n.findIndex(([c])=>c===a.range)))};return{node:p("div",{class:"mmv-inline mmv-colour-controls",role:"\
group","aria-label":"Colour scale of the maps"},s.node,...n.length>1?[r.node]:[]),draw:o}}function ws(t){let e=p("canvas",{"aria-hidden":"true"}),n=p("div",{class:"\
mmv-key-ticks"}),a=p("span");return Yt(e,256,1,o=>o),{node:p("div",{class:"mmv-colour"},p("span",{},t," (",a,")"),p("div",{class:"mmv-key-bar"},e,n)),draw:(o,i="")=>{
let l=`${o.name}${o.perRow?", per channel":""}${i&&i!=="1"?`; ${i}`:""}`;a.textContent!==l&&(a.textContent=l),Ut(n,o.ticks,"left")}}}function ol(t,e,n){let a=1/0,s=-1/0;for(let{frame:r}of e)for(let o=0;r>=0&&o<n;o++){let i=t[r*n+o];i<a&&i>-1/0&&(a=i),i>s&&i<1/0&&(s=i)}return a<=s?[a,s]:null}function Cu(t){
let e=[];return t.forEach(({frame:n,from:a,to:s},r)=>{if(n>=0)return;let o=e[e.length-1];r&&t[r-1].frame<0?o[1]=s:e.push([a,s])}),e}function Iu(t,e){return t.map(
([n,a])=>{let s=p("div",{class:"mmv-padding"});return s.style.left=`${100*e.across(n)}%`,s.style.width=`${100*(a-n)/e.length}%`,s})}function il(t,e,n,a,s,r){let o=r?
e:e.flatMap((l,c)=>l.frame<0||e[c+1]?.frame>=0?[l]:[l,{...l,at:l.to}]),i=({frame:l})=>l<0?NaN:oe(t[l*n+a],s);return zn(o.length,l=>1e3*o[l].at,l=>i(o[l]),r?Math.
max(4,500/e.length):4)}function vr(t,e,{time:n},a){let s=t.sizes.time,r=ut(s,e);return n===void 0||n<r.from||n>r.to?a?{y:a}:null:{x:[r.across(n/s),r.across((n+1)/
s)],...a?{y:a}:{}}}var xr=(t,e,n,a)=>Number.isFinite(e)?[["recorded",n(e),a],["difference",`${t>e?"+":""}${n(t-e)}`,a]]:[],Sa=t=>J(t,4);function Fu(t,e){let{name:n,
unit:a,features:s,rate_hz:r,irregular:o,static:i,display:l,tokens:c}=t.modalities[e],f=s.length,d=f>10||f>1&&l.kind!=="lines",u=!t.has(`signal_at_${e}`),h=L=>d&&
l.kind==="audio"?f-1-L:L,m=`${n}: input signal, ${f} features${a?`, in ${a}`:""}`,g=p("span"),w=p("span"),y=p("span",{class:"mmv-absent",hidden:""},"absent: not\
 recorded for this sample"),b=s.map((L,z)=>it("path",{class:"mmv-line","data-f":z%8,"stroke-dasharray":Ke[z%8]})),v=s.map(()=>it("path",{class:"mmv-recorded-lin\
e"})),A=d?p("canvas",{role:"img","aria-label":m}):null,$=it("path",{class:"mmv-rule"}),x=A??Fe(m,$,...v,...b),O=p("div",{class:"mmv-faint"}),S=p("div",{class:`m\
mv-plot mmv-signal${d?" mmv-map":""}`,"data-m":e%8},x,y),M=p("div",{class:"mmv-gutter","data-m":e%8},p("div",{class:"mmv-name"},zt(e),Q(n)),p("div",{class:"mmv-\
faint mmv-unit"},i?`static${a&&" · "}`:r===null?"":`${o?"≈ ":""}${Number(r.toPrecision(o?2:4))} Hz${o?", irregular":""}${a&&" · "}`,Q(a)),d?O:p("div",{class:"\
mmv-faint"},Aa(s,(L,z)=>b[L].classList.toggle("mmv-off",!z))),p("div",{class:`mmv-range${d?" mmv-range-names":""}`,"aria-hidden":"true"},g,w)),C=[],N=[],_=null,
F=[],R=[0,0],I=[],j="",B=L=>F.reduce((z,E,k)=>E.from<=L+1e-9?k:z,0);At(S,{label:m,grid:()=>[F.length,f],start:()=>[B(((_?.time??0)+.5)/t.sizes.time),0],cellAt(L,z){
let E=B(ut(t.sizes.time,_).share(L)),k=F[E];if(d||!k||k.frame<0||!_)return[E,Ft(z,f)];let T=s.map((D,W)=>Math.abs(oe(t.part(`signal_${e}`,_?.sample??0)[k.frame*
f+W],R)/100-z));return[E,T.reduce((D,W,U)=>W<(T[D]??1/0)||!Number.isFinite(T[D])?U:D,0)]},read(L,z){let E=h(z),k=F[L];if(!_||!k||k.frame<0)return null;let{sample:T}=_,
D=k.frame*f+E,W=t.part(`signal_${e}`,T)[D],U=t.sizes.time,P=ut(U,_),H=t.edited()&&t.recorded.part(`signal_valid_${e}`,T)[k.frame]?t.recorded.part(`signal_${e}`,
T)[D]:NaN,G=t.duration_s[T],K=u?(k.from+k.to)/2:k.at;return{title:s[E],modality:e,at:{modality:e,time:Math.min(U-1,Math.max(0,Math.ceil(k.to*U-1e-9)-1))},rows:[
...c&&Oa(t,e,T).words?.[k.frame]?[["word",Oa(t,e,T).words?.[k.frame]??""]]:[],["value",Sa(W),a],G===null?["frame",String(k.frame+1)]:["time",`${nt(t.start_s[T]+
(u?k.to:k.at)*G,3)}`,"s"],...xr(W,H,Sa,a)],place:[P.across(K),d?(z+.5)/f:Number.isFinite(W)?oe(W,R)/100:.5]}},placeOf:L=>[ut(t.sizes.time,_).across(((F[L]?.from??
0)+(F[L]?.to??0))/2),.5],locate:L=>vr(t,_,L)});function q(L){let{sample:z}=L,E=ut(t.sizes.time,L);_=L,F=xe(t,e,z),Ne(x,t.sizes.time,L);let k=t.part(`signal_${e}`,
z),{then:T}=Je(t,e,z),D=T&&!d?xe(t.recorded,e,z):null,W=Xs([...t.compared.map(st=>ol(st.part(`signal_${e}`,z),st===t?F:xe(st,e,z),f)),...T&&D?[ol(T.values,D,f)]:
[]]);R=W,dt(y,"hidden",F.some(st=>st.frame>=0)),wt(y,t.part(`signal_valid_${e}`,z).some(Boolean)?"recorded without any value":t.recorded.part(`signal_valid_${e}`,
z).some(Boolean)?"masked: removed from the model's input":"absent: not recorded for this sample");let U=y.hidden?Us(...W):["",""],[P,H]=y.hidden&&d?[s[h(f-1)],s[h(
0)]]:U;if(wt(w,P),wt(g,H),A){wt(O,`${f} features${y.hidden?`; colours ${U.join(" to ")}`:""}`);let st=W[1]>W[0]?255/(W[1]-W[0]):0,Y=Hi(F,u);Yt(A,Y.length,f,(V,X)=>{
let at=Y[V]<0?NaN:k[Y[V]*f+h(X)];return Number.isFinite(at)?Math.round((at-W[0])*st):-1});return}let G=Cu(F),K=JSON.stringify([G,E.from,E.to]);if(K!==j){j=K;for(let st of I)
st.remove();x.before(...I=Iu(G,E))}let et=y.hidden&&W[0]<0&&W[1]>0?`M0 ${oe(0,W).toFixed(2)}H1000`:"";$.getAttribute("d")!==et&&$.setAttribute("d",et),b.forEach(
(st,Y)=>{let V=il(k,F,f,Y,W,u);C[Y]!==V&&st.setAttribute("d",C[Y]=V);let X=T&&D?il(T.values,D,f,Y,W,u):"";(N[Y]??"")!==X&&v[Y].setAttribute("d",N[Y]=X)})}return{
gutter:M,box:S,draw:q}}function ju(t,e){let{time:n,channel:a}=t.sizes,s=p("canvas",{role:"img"}),r=p("div",{class:"mmv-faint"}),o=p("span",{class:"mmv-absent",hidden:""},
"no scan in this layer"),i=a,l=p("div",{class:"mmv-row","aria-hidden":"true"}),c=p("span"),f=null,d=p("div",{class:"mmv-plot mmv-state mmv-map"},s,l,o),u=p("div",
{class:"mmv-gutter"},p("div",{class:"mmv-faint"},"hidden state"),r,p("div",{class:"mmv-channel-rows","aria-hidden":"true",title:"rows of the map, longest half-l\
ife first"},p("span",{},"row 1"),c));At(d,{label:`${t.modalities[e].name}: hidden state, channels over steps`,grid:()=>[n,i],start:()=>[f?.time??0,f?.channel??0],
cellAt:(w,y)=>[Ft(ut(n,f).share(w),n),Ft(y,i)],placeOf:(w,y)=>[ut(n,f).across((w+.5)/n),(y+.5)/i],locate:w=>vr(t,f,w,w.channel!==void 0&&w.channel<i&&(w.modality??
e)===e?[w.channel/i,(w.channel+1)/i]:void 0),read(w,y){if(!f||!i)return null;let{sample:b,epoch:v,layer:A}=f,$=Tn(t,f,ys),x=t.has("channel_index")?t.part("chann\
el_index",A)[e*a+y]:y,O={modality:e,channel:y,time:w},S=[["row",String(y+1)],["at",Mt(t,b,w)]];if(!t.part("state_valid",b,e)[w])return{title:`channel ${x}`,modality:e,
at:O,rows:[[t.state_name,"no data"],...S]};let M=t.part("state",v,b,A,e)[y*n+w],C=$.value(M),N=t.edited()&&t.replaced("state")&&t.recorded.part("state_valid",b,
e)[w]?$.value(t.recorded.part("state",v,b,A,e)[y*n+w]):NaN;return{title:`channel ${x}`,modality:e,at:O,rows:[[t.state_name,`${M===255?"≥ ":""}${J(C)}`,t.state_unit],
...S,...xr(C,N,J,t.state_unit)]}}});function h(w){f=w;let{sample:y,epoch:b,layer:v}=w,A=Tn(t,w,ys);Ne(s,n,w);let $=t.part("state_valid",y,e),x=t.part("state",b,
y,v,e);i=Mn(t,v,e);let O=Array.from({length:i},(S,M)=>A.perRow?A.tableOfRow(Jt(x.subarray(M*n,(M+1)*n).map((C,N)=>$[N]?C:0))):A.table);Yt(s,n,i,(S,M)=>$[S]?O[M][x[M*
n+S]]:-1),wt(c,i>1?`row ${i}`:""),Dt(s,"aria-label",`${t.modalities[e].name}: hidden state, ${i} channels over ${n} steps`),wt(r,i?`${i} channels`:""),dt(o,"hid\
den",i>0),m(w)}let m=w=>{let{channel:y}=w;f=w,dt(l,"hidden",y>=i),l.style.top=`${100*y/i}%`,l.style.height=`${100/i}%`};return{gutter:u,box:d,draw:h,choose:m,rowAt:w=>Math.
min(i-1,Math.floor(w*i))}}function Lu(t,e){let n=Ya(),a=`${t.modalities[e].name}: signed shares of its steps in the prediction at the cursor`,s=t.sizes.time,r=null,
o=p("div",{class:"mmv-plot mmv-lane-bars"},Fe(a,...n.nodes)),i=p("div",{class:"mmv-gutter"},p("div",{class:"mmv-faint",title:`${t.attribution.name}: bars up (re\
d) raise the prediction, bars down (blue) lower it`},"attribution ±"));At(o,{label:a,grid:()=>[r?Ae(t,r.sample,r.time).count:0,1],cellAt(c){if(!r)return[0,-1];
let{from:f,count:d}=Ae(t,r.sample,r.time),u=ut(s,r).share(c)*s;return[Array.from({length:d},(h,m)=>m).reduce((h,m)=>f(m)<=u?m:h,0),0]},placeOf:c=>{let{from:f,to:d}=Ae(
t,r?.sample??0,r?.time??0);return[ut(s,r).across((f(c)+d(c)+1)/2/s),.5]},start:()=>[r&&!t.has("attribution_prefix")?r.time:0,0],locate:c=>vr(t,r,c),read(c){if(!r)
return null;let{values:f,count:d,from:u,to:h}=Ae(t,r.sample,r.time),m=f[e*d+c],g=t.edited()&&t.replaced("attribution")?Ae(t.recorded,r.sample,r.time).values[e*d+
c]:NaN;return{title:t.attribution.name,modality:e,at:{modality:e,time:h(c)},rows:[["share",Ru(m),t.attribution.quantity.length<24?t.attribution.quantity:""],["a\
t",an(t,r.sample,[u(c),h(c)])],...xr(m,g,Sa)]}}});function l(c){let{sample:f,time:d}=c,u=o.firstElementChild;r=c,Ne(u,s,c);let h=t.edited()!==null&&!t.replaced(
"attribution")||t.lacks("attribution",f);for(let m of[o,i])dt(m,"hidden",h);o.hidden||n.draw(t,Ae(t,f,d),e)}return{gutter:i,box:o,draw:l}}var Ru=t=>t>0?`+${Sa(t)}`:
Sa(t);function Bu(t,e,n){let a=t.sizes.time,s=u=>{let{time:h,zoom:m}=e(),[g,w]=m??[0,a-1];n({zoom:Ma(a,m,{factor:u,around:h>=g&&h<=w&&w>g?(h-g)/(w-g):.5})})},r=u=>e().
zoom&&n({zoom:Ma(a,e().zoom,{move:u})}),o=ct("+",()=>s(1.6),{"aria-label":"Zoom in on time"}),i=ct("−",()=>s(1/1.6),{"aria-label":"Zoom out"}),l=ct("fit",()=>n(
{zoom:null}),{"aria-label":"Fit the whole sequence"});return{node:p("div",{class:"mmv-zoom",role:"group","aria-label":"Zoom on time",title:"Ctrl and wheel, or t\
wo fingers: zoom; Shift and wheel: move. Keys + − 0, < >"},p("span",{class:"mmv-faint"},"Zoom"),o,i,l),draw:({zoom:u})=>{dt(l,"disabled",!u),dt(i,"disabled",!u),
dt(o,"disabled",a<=4||!!(u&&u[1]-u[0]<4))},key:u=>{(u.key==="+"||u.key==="=")&&s(1.6),u.key==="-"&&s(1/1.6),u.key==="0"&&n({zoom:null}),(u.key==="<"||u.key===",")&&
r(-.25),(u.key===">"||u.key===".")&&r(.25)}}}function Pu(t,e,n){let a=p("span",{class:"mmv-span"}),s=t.sizes.time,r=()=>n({brush:[e().time,Math.max(e().time,e().
brush?.[1]??s-1)]}),o=()=>n({brush:[Math.min(e().time,e().brush?.[0]??0),e().time]}),i=ct("clear",()=>n({brush:null}),{"aria-label":"Clear the time range"});return{
node:p("div",{class:"mmv-brush",role:"group","aria-label":"Time range"},p("span",{class:"mmv-faint"},"Time range"),a,ct("start",r,{"aria-label":"Start the time \
range at the cursor"}),ct("end",o,{"aria-label":"End the time range at the cursor"}),i),draw:d=>{wt(a,d.brush?an(t,d.sample,d.brush):"all"),dt(i,"disabled",!d.brush)},
key:d=>{d.key==="["&&r(),d.key==="]"&&o(),d.key==="Escape"&&e().brush&&n({brush:null})}}}function qu(t,e,n,a){let s=e.sizes.time,r={time:n?.time??0,brush:n?.brush??
null,zoom:n?.zoom??null},o=e.modalities.map((N,_)=>Fu(e,_)),i=e.has("state")?e.modalities.map((N,_)=>ju(e,_)):[],l=e.has("attribution")?e.modalities.map((N,_)=>Lu(
e,_)):[],c=o.map((N,_)=>p("div",{class:"mmv-lane"},...[N,...i.slice(_,_+1),...l.slice(_,_+1)].flatMap(({gutter:F,box:R})=>[F,R]))),f=p("span",{class:"mmv-tag"}),
d=p("div",{class:"mmv-cursor"},f),u=[p("div",{class:"mmv-veil"}),p("div",{class:"mmv-veil"})],h=p("div",{class:"mmv-over","aria-hidden":"true"},...u,d),m=p("div",
{class:"mmv-stage","data-plots":""},...c,h),g=p("div",{class:"mmv-axis","aria-hidden":"true"}),w=p("input",{type:"range",min:0,max:s-1,step:1,class:"mmv-time","\
aria-label":"Time cursor"}),y=p("span",{class:"mmv-faint"}),b=e.has("state")?ws(e.state_name):null,v=b&&rl(e,a),A=Pu(e,()=>r,a),$=Bu(e,()=>r,a),x=p("div",{class:"\
mmv-foot"},p("label",{class:"mmv-gutter"},"Time ",y),p("div",{class:"mmv-scrub"},g,w),p("span"),p("div",{class:"mmv-under"},A.node,$.node,...b&&v?[v.node,b.node]:
[]));t.append(m,x,...e.missing_scans&&!e.has("state")?[rt(Q(e.missing_scans))]:[]),t.style.setProperty("--steps",String(s)),w.addEventListener("input",()=>a({time:Number(
w.value)})),t.addEventListener("keydown",N=>{!N.ctrlKey&&!N.metaKey&&!N.altKey&&(A.key(N),$.key(N))}),be(m,h,s,()=>r,a);let O=0;Wt(m,h,(N,_,F,R)=>{let I=Math.min(
s-1,Math.max(0,Math.ceil(ut(s,r).share(N)*s-1e-9)-1));R&&(O=I);let j=F.shiftKey?{brush:[Math.min(O,I),Math.max(O,I)]}:{time:I},B=R?i.find(q=>q.box.contains(F.target)):
null;if(B){let{top:q,height:L}=B.box.getBoundingClientRect();j.channel=Math.max(0,B.rowAt((F.clientY-q)/L))}a(j)},w);let S=It(),M="",C=null;return N=>{r=C=N;let{
sample:_,time:F}=N,[R,I]=de(e,N),j=ut(s,N);if(S(N,"sample","zoom")){o.forEach(z=>z.draw(N)),wt(y,ye(e,N)==="step"?"in steps":"in seconds");let q=re(e,N).map(({at:z,
text:E})=>({at:j.across(z),text:E})),L=JSON.stringify(q);L!==M&&g.replaceChildren(...q.map(({at:z,text:E})=>{let k=p("span",{},E);return k.style.setProperty("--\
at",String(z)),k})),M=L,dt(w,"min",String(j.from)),dt(w,"max",String(j.to)),t.style.setProperty("--steps",String(j.to+1-j.from)),$.draw(N)}if(S(N,"sample","epoc\
h","layer","layer_of_a","zoom","colours")&&i.forEach(q=>q.draw(N)),S(N,"sample","time","zoom")&&l.forEach(q=>q.draw(N)),S(N,"channel")&&i.forEach(q=>q.choose(N)),
b&&S(N,"layer","layer_of_a","colours")&&(b.draw(Tn(e,N,ys),e.state_unit),v?.draw(N)),S(N,"brush","sample","zoom")){let[q,L]=[R/s,(I+1)/s].map(z=>Math.min(1,Math.
max(0,j.across(z))));u[0].style.width=`${100*q}%`,u[1].style.width=`${100*(1-L)}%`,A.draw(N)}dt(w,"value",String(F)),Dt(w,"aria-valuetext",pa(e,_,F));let B=j.across(
(F+1)/s);dt(d,"hidden",B<0||B>1+1e-9),d.style.setProperty("--at",String(B)),wt(f,pa(e,_,F))}}gt({name:"lanes",section:"sample",place:"main",order:10,needs:["pre\
diction"],early:!0,mount:qu});var $r=["phi_mean","phi_low","phi_high"];function Du(t,e){let[n,a,s]=$r.map(l=>e.part(l)),r=Jt(...e.compared.filter(l=>l.has("phi_mean")).flatMap(l=>$r.map(c=>l.
part(c)))),o=l=>`${50+50*l/(r||1)}%`,i=e.modalities.map((l,c)=>{let{track:f,set:d}=Ye(c);if(d(n[c],r),Number.isFinite(a[c]+s[c])){let m=p("div",{class:"mmv-whis\
ker"});m.style.left=o(a[c]),m.style.width=`${50*(s[c]-a[c])/(r||1)}%`,f.append(m)}let u=Number.isFinite(a[c])?`${mt(a[c],3)} to ${mt(s[c],3)}`:"–",h=fe(kt(...$t(
e,c)),f,mt(n[c],3));return h.append(p("td",{class:"mmv-interval"},ne("95 % interval "),u)),h});return t.append(ft("Mean Shapley value over all samples"),p("tabl\
e",{class:"mmv-overall","aria-label":"Mean Shapley value of each modality with its interval"},p("tbody",{},...i)),rt("Mean Shapley value of the ",Q(e.target_name),
` at epoch ${e.best_epoch??"–"}; lines: ${e.overall.interval}.`),...Ge(e)),()=>{}}gt({name:"mean shapley",place:"columns",section:"overview",order:20,needs:$r,
height:t=>70+26*t,mount:Du});var ll=16;function Wu(t,e){let n=ge(t,"game",e),a=ge(t,"phi",e),s=t.modalities.length;return n.map((r,o)=>{let i=[];for(let l=0;l*s<a[o].length;l++)for(let c=0,
f=r[l*2**s];c<s;c++)i.push(f+=a[o][l*s+c]);return i})}function Hu(t,e,n,a){let s=e.modalities.length,r=2**s-1,o=b=>b.toString(2).replaceAll("0","").length,i=Array.
from({length:r+1},(b,v)=>v).filter(b=>r<ll||o(b)<=1||o(b)>=s-1).sort((b,v)=>o(b)-o(v)||b-v),l=e.modalities.map((b,v)=>{let A=p("span"),{track:$,set:x}=ce(v);return{
value:A,set:x,node:fe(kt(...$t(e,v)),$,A)}}),c=(b,v)=>e.trained?.[b]??!0?[]:(v.classList.add("mmv-untrained"),[" ",p("span",{"aria-hidden":"true",title:e.untrained},
"○"),ne(" not met in training")]),f=["baseline v(∅)","full model v(all)"].map((b,v)=>{let A=p("span"),{track:$,set:x}=ce(null);return{value:A,set:x,node:fe(
kt(b,...c(v?r:0,$)),$,A)}}),d=e.modalities.map((b,v)=>{let A=p("input",{type:"checkbox"});return A.addEventListener("change",()=>a({masked:e.modalities.filter(($,x)=>!d[x].
box.checked).map($=>$.name)})),{box:A,node:p("label",{class:"mmv-control"},A,...$t(e,v))}}),u=b=>b===0?[p("span",{},"none")]:e.modalities.flatMap((v,A)=>b>>A&1?
[zt(A),ne(`${v.name} `)]:[]),h=i.map(b=>{let v=p("span"),{track:A,set:$}=ce(null);return{k:b,value:v,set:$,node:fe(kt(...u(b),...c(b,A)),A,v)}}),m=p("span");t.append(
ft("Modality ablation: value of every subset"),p("table",{"aria-label":"Waterfall from baseline to full model"},p("tbody",{},f[0].node,...l.map(b=>b.node),f[1].
node)),p("div",{class:"mmv-inline",role:"group","aria-label":"Available modalities"},p("span",{class:"mmv-faint"},"Available"),...d.map(b=>b.node)),p("table",{"\
aria-label":"Value v(S) of each subset of modalities"},p("tbody",{},...h.map(b=>b.node))),rt("Bars: the ",Q(e.target_name),". ",m,i.length>r?"":`${i.length} of ${r+
1} subsets are listed: those with at most one modality, and those without at most one.`),...Ge(e,"○ "));let g=It(),w=0,y=0;return b=>{let{sample:v,epoch:A,time:$,
masked:x}=b,O=e.part("game",A,v,$),S=e.part("phi",A,v,$);g(b,"sample")&&([w,y]=Tt([...ge(e,"game",v),...Wu(e,v)],!0));let M=_=>(_-w)/(y-w||1),C=O[0];f.forEach((_,F)=>{
let R=O[F?r:0];_.set(M(0),M(R)),wt(_.value,nt(R,e.digits))}),l.forEach((_,F)=>{_.set(M(C),M(C+S[F])),wt(_.value,mt(S[F],e.digits)),C+=S[F]});let N=Ha(e,x);h.forEach(
({k:_,value:F,set:R,node:I})=>{R(M(0),M(O[_])),wt(F,nt(O[_],e.digits)),_===N!==I.hasAttribute("aria-current")&&(I.className=_===N?"mmv-best":"",_===N?I.setAttribute(
"aria-current","true"):I.removeAttribute("aria-current"))}),wt(m,`The readout above gives the value without the masked modalities${e.edited()||!e.has("state")?"":
"; the state maps are those of all modalities"}. `),d.forEach(({box:_},F)=>_.checked=!x.includes(e.modalities[F].name))}}gt({name:"modality ablation",place:"col\
umns",order:50,section:"sample",needs:["game"],height:t=>75+22*(t+2+(2**t<=ll?2**t:2*t+2)),mount:Hu});function Uu(t,e,n,a){let[,s,r,o]=e.shape("influence"),i=e.sizes.time,l=e.influence.block,c=I=>l.reduce((j,B,q)=>B<=I?q:j,0),f=I=>(I+1<o?l[I+1]:i)-1,d=p("canvas",
{role:"img"}),u=Array.from({length:r},()=>p("div",{class:"mmv-at"})),h=e.modalities.flatMap((I,j)=>j?[p("div",{class:"mmv-cut-x"}),p("div",{class:"mmv-cut-y"})]:
[]);h.forEach((I,j)=>I.style.setProperty("--at",String((1+(j>>1))/r)));let m=p("div",{class:"mmv-plot mmv-map mmv-square"},d,p("div",{class:"mmv-marks","aria-hi\
dden":"true"},...h,...u)),g=I=>p("div",{class:I,"aria-hidden":"true"},...e.modalities.map((j,B)=>p("span",{},...je(e,B,(340/r-15)/6.5)))),w=e.modalities.map(()=>e.
modalities.map(()=>p("td"))),y=ft("Operator map"),b=p("caption",{class:"mmv-small"}),v=rt(),A=null,$=p("div",{class:"mmv-block-ticks mmv-block-down","aria-hidde\
n":"true"}),x=p("div",{class:"mmv-block-ticks","aria-hidden":"true"}),O=ws("|K|"),S=p("div",{class:"mmv-subtitle"});t.append(y,S,p("div",{class:"mmv-blocks mmv-\
blocks-ticked"},g("mmv-ups"),$,m,p("span"),p("span"),x,p("span"),p("span"),g("mmv-alongs")),O.node,p("div",{class:"mmv-scroll-x",tabindex:0,role:"region","aria-\
label":"Shares at the cursor"},p("table",{class:"mmv-list mmv-influence-table","aria-label":"Relative influence on each SSM stream at the cursor"},b,p("thead",{},
p("tr",{},p("td",{class:"mmv-faint"},"target ↓ source →"),...e.modalities.map((I,j)=>p("th",{scope:"col"},...je(e,j,(285/r-18)/6.5))))),p("tbody",{},...w.
map((I,j)=>p("tr",{},kt(...$t(e,j)),...I))))),v,rt("Each block: target time down, source time across; the map is causal: zero above the diagonal. Magnitude |K|,\
 exact for the inputs of this layer's operator with its gates held fixed, at the epoch that training selected. Press on the map to move the cursor."));let M=()=>{
let[I,j]=A?.zoom??[0,i-1];return[c(I),c(j)+1-c(I)]},C=I=>{let[j,B]=M(),q=Ft(I,r*B);return[Math.floor(q/B),j+q%B]};Wt(m,m,(I,j)=>a({time:f(C(j)[1])})),be(m,m,i,()=>A,
a);let N=(I,j)=>{let[B,q]=M();return(I*q+j-B+.5)/(r*q)};At(m,{label:`Operator map: ${r} by ${r} blocks, target time down, source time across`,grid:()=>[r*o,r*o],
start:()=>[0,c(A?.time??0)],cellAt(I,j){let[[B,q],[L,z]]=[C(I),C(j)];return[B*o+q,L*o+z]},placeOf:(I,j)=>[N(Math.floor(I/o),I%o),N(Math.floor(j/o),j%o)],locate({
time:I,modality:j}){let[B,q]=M(),L=I===void 0?-1:c(I);if(j===void 0||L<B||L>=B+q)return null;let z=N(j,L),E=.5/(r*q);return{y:[z-E,z+E]}},read(I,j){if(!A)return null;
let B=Math.min(A.layer,s-1),q=e.part("influence",A.sample,B),{sample:L}=A,[z,E,k,T]=[Math.floor(I/o),I%o,Math.floor(j/o),j%o],D=Tn(e,{...A,layer:B},wr),W=((k*o+
T)*r+z)*o+E,U=D.value(q[W]),P=e.edited()&&e.replaced("influence")?D.value(e.recorded.part("influence",L,B)[W]):NaN;return{title:`${e.modalities[z].name} → ${e.
modalities[k].name}`,at:{modality:k,time:f(T)},rows:[["|K|",E>T?"0 (later source)":J(U)],["source, at",Mt(e,L,f(E))],["target, at",Mt(e,L,f(T))],...Number.isFinite(
P)?[["recorded",J(P)],["difference",`${U>P?"+":""}${J(U-P)}`]]:[]]}}});function _(I){let[j,B]=M(),q={...I,zoom:[l[j],f(j+B-1)]},L=ut(i,q),z=re(e,q,3).map(({at:k,
text:T})=>({at:L.across(k),text:T})).filter(({at:k})=>k>.02&&k<.98),E=e.modalities.flatMap((k,T)=>z.map(({at:D,text:W})=>({at:(T+D)/r,text:W})));Ut($,E,"top"),Ut(
x,E,"left"),S.textContent=`down: target, across: source; ${ye(e,I)}`}function F(I){let j=Math.min(I.layer,s-1),B=e.part("influence",I.sample,j),[q,L]=M(),[z,E]=de(
e,I),[k,T]=[c(z),c(E)],D=Tn(e,{...I,layer:j},wr);Yt(d,r*L,r*L,(W,U)=>{let P=q+W%L,H=q+U%L;return P>H||P<k||P>T?-1:D.table[B[((Math.floor(U/L)*o+H)*r+Math.floor(
W/L))*o+P]]}),O.draw(D)}t.style.setProperty("--sources",String(r));let R=It();return I=>{let{sample:j,time:B}=I,q=Math.min(I.layer,s-1),L=e.part("influence",j,q),
[z,E]=de(e,I),[k,T]=[c(z),c(E)],D=$n(e,P=>P.influence?.scale,{...I,layer:q}),W=c(B),U=(P,H,G,K)=>L[((P*o+H)*r+G)*o+K];A=I,R(I,"sample","layer","layer_of_a","bru\
sh","zoom","colours")&&F(I),R(I,"sample","zoom")&&_(I),d.setAttribute("aria-label",`Operator map of layer ${e.layers[q]}, ${r} by ${r} blocks of ${o} moments; t\
he table holds the sums at the cursor`),y.textContent=`Operator map, layer ${e.layers[q]}, SSM stream m${q?" (mixed above layer 1)":""}`,v.textContent=q?"A sour\
ce is the SSM stream of that name: above layer 1 it contains other modalities too. This is no attribution to modalities.":"Within this layer only, not through t\
he whole model: no attribution of the prediction.",u.forEach((P,H)=>{let[G,K]=M();P.hidden=W<G||W>=G+K,P.style.top=`${100*(H*K+W-G)/(r*K)}%`,P.style.height=`${100/
(r*K)}%`}),b.textContent=`Relative influence on each SSM stream at ${Mt(e,j,B)}, and the source time with the largest influence (colour scale ends at ${J(D)}).`,
w.forEach((P,H)=>{let G=P.map((et,st)=>{let Y=0,V=-1,X=0;for(let at=k;at<=Math.min(W,T);at++){let ot=U(H,W,st,at)**2;Y+=ot,ot>V&&([V,X]=[ot,at])}return{sum:Y,when:X}}),
K=G.reduce((et,{sum:st})=>et+st,0);P.forEach((et,st)=>{let Y=K&&G[st].sum?[`${nt(100*G[st].sum/K,0)} %,`,Mt(e,j,f(G[st].when))]:["–"];et.replaceChildren(...Y.
flatMap((V,X)=>[X?" ":"",p("span",{class:"mmv-whole"},V)]))})})}}gt({name:"operator map",section:"explanation",place:"columns",order:60,needs:["influence"],height:t=>670+
22*t,mount:Uu});function vs({label:t,corner:e,columns:n,rows:a,kind:s=""}){let r=p("table",{class:`mmv-grid ${s}`,"aria-label":t},p("thead",{},p("tr",{},p("th",{scope:"col"},...e),
...n.map(c=>p("th",{scope:"col"},...c)))),p("tbody",{},...a.map(({head:c,cells:f})=>p("tr",{},p("th",{scope:"row"},...c),...f.map(d=>p("td",{},d)))))),o=a.map(c=>c.
cells);o.flat().forEach((c,f)=>c.tabIndex=f?-1:0);function i(c){o.flat().forEach(f=>f.tabIndex=f===c?0:-1),c.focus()}let l={ArrowUp:[-1,0],ArrowDown:[1,0],ArrowLeft:[
0,-1],ArrowRight:[0,1]};return r.addEventListener("keydown",c=>{let f=l[c.key],d=o.findIndex(m=>m.includes(c.target));if(!f||d<0)return;let u=o[d].indexOf(c.target),
h=o[d+f[0]]?.[u+f[1]];c.preventDefault(),h&&i(h)}),r.addEventListener("focusin",({target:c})=>{c instanceof HTMLButtonElement&&c.tabIndex<0&&i(c)}),p("div",{class:"\
mmv-scroll-x",tabindex:0,role:"region","aria-label":t},r)}var Mr="Record it with mm.record(run, split, recorded_samples=[positions]), or give the page the model with Explorer(trace, model=mm.recording.export_model(run,\
 split)).";function Gu(t){let e=[],n="",a=new Uint8Array(t).fill(1),s=new Set;function r(o,i=""){[e,n]=[o,i];for(let l=0;l<t;l++)a[l]=e.every(c=>c.test(l))?1:0;
s.forEach(l=>l())}return{inside:a,filters:()=>e,panel:()=>n,set:r,add:o=>r([...e,o]),remove:o=>r(e.filter(i=>i!==o),n),number:()=>a.reduce((o,i)=>o+i,0),listen:o=>{
s.add(o)}}}var cl=new WeakMap;function Ee(t){let e=cl.get(t.listed)??Ku(t);return cl.set(t.listed,e),e}function Ku(t){let{id:e,target:n,predicted:a}=t.listed,s=e.
length,r=t.modalities.length,o=Gu(s),i=t.part("listed_phi"),l=t.part("listed_prediction"),c=t.part("listed_correct"),f=t.part("listed_recorded"),d=t.task==="cla\
ssification",u=t.has("overview_value"),h=u?t.overview.subset:[],m=h.length,g=m-1,w=u?t.part("overview_value"):l,y=u&&w instanceof Uint8Array?255:1,b=u?t.part("o\
verview_predicted"):l,v=u?t.part("overview_target"):l,A=u?t.part("overview_output"):l,$=u?t.part("overview_group"):l,x=t.labelled?"p(true class)":"p(predicted c\
lass)",O=(_,F)=>w[_*m+F]/y,S=(_,F)=>b[_*m+F],M=[];u&&d?(M.push({key:"confidence",title:"confidence, p(predicted class)",unit:"",of:_=>A[_]}),t.labelled&&M.push(
{key:"p",title:x,unit:"",of:_=>l[_]},{key:"loss",title:"loss, −ln p(true class)",unit:"nats",of:_=>-Math.log(l[_])})):u?(t.labelled&&M.push({key:"target",title:"\
target",unit:"",of:_=>v[_]}),M.push({key:"value",title:"predicted value",unit:"",of:_=>A[_]}),t.labelled&&M.push({key:"residual",title:"residual, predicted − ta\
rget",unit:"",of:_=>A[_]-v[_]},{key:"error",title:"absolute error",unit:"",of:_=>Math.abs(A[_]-v[_])})):d&&M.push({key:"p",title:x,unit:"",of:_=>l[_]}),t.modalities.
forEach((_,F)=>M.push({key:`φ ${_.name}`,title:`φ ${_.name}`,unit:"",of:R=>i[R*r+F]})),t.modalities.forEach((_,F)=>{let R=h.indexOf(2**r-1&~(1<<F));R>=0&&M.push(
{key:`masked ${_.name}`,title:`${d?x:"predicted value"}, ${_.name} masked`,unit:"",of:I=>O(I,R)})});let C=_=>h[_]===0?"no modality":_===g?"all modalities":t.modalities.
filter((F,R)=>h[_]>>R&1).map(F=>F.name).join(" + "),N=t.listed.sample;return{count:s,id:e,target:n,predicted:a,correct:c,recorded:f,chosen:o,subsets:h,whole:g,subsetName:C,
valueOf:O,classOf:S,quantities:M,truth:v,group:$,open:_=>N[_],closed:_=>`${e[_]} was not recorded, and the page holds no model that computes it. ${Mr}`,rows:_=>[
...t.labelled?[["target",n[_]]]:[],["predicted",a[_]],...d?[[x,J(l[_])]]:[]],wrong:_=>c[_]===0,errorOf:(_,F)=>Math.abs(O(_,F)-v[_])}}var _r=8;function xs(t,e,n){let a=p("span",{role:"status"}),s=p("span",{class:"mmv-chosen-list"}),r=p("p",{class:"mmv-small mmv-faint",role:"status",hidden:""}),
o=p("div",{class:"mmv-chosen",hidden:""},p("div",{},a," ",s),r),i=f=>ct("",()=>{let d=t.open(f);r.hidden=d>=0,d>=0?e({sample:d}):r.textContent=t.closed(f)},{class:"\
mmv-open",...t.open(f)<0?{title:"not recorded"}:{}}),l=ct("show the list",()=>{let f=(o.closest(".mmv-run")??o.closest(".mmv"))?.querySelector(".mmv-samples");f?.
scrollIntoView({block:"center"}),f?.querySelector("tbody button")?.focus({preventScroll:!0})});function c(){let f=t.chosen.filters(),d=[...t.chosen.inside.keys()].
filter(u=>t.chosen.inside[u]);o.hidden=!f.length||t.chosen.panel()!==n,r.hidden=!0,!o.hidden&&(a.replaceChildren(Q(f.map(u=>u.text).join("; ")),`: ${d.length} s\
amples.`),s.replaceChildren(...d.slice(0,_r).map(u=>{let h=i(u);return h.append(Q(t.id[u])),h}),...d.length>_r?[`and ${d.length-_r} more`]:[],l,ct("all samples",
()=>t.chosen.set([]))))}return t.chosen.listen(c),c(),o}var Yu=["number of samples","share of the true class","share of the predicted class"],Vu=24;function Ju(t,e,n,a){let s=Ee(e),r=e.outputs,o=r.length,{subset:i,total:l}=e.
overview,c=i.map((g,w)=>w).reverse(),f=p("div"),d=rt(""),u=Rt("Modalities",c.map(g=>s.subsetName(g)),()=>m()),h=Rt("Values",Yu,()=>m());t.append(ft("Confusion m\
atrix"),p("div",{class:"mmv-inline"},u.node,h.node),f,xs(s,a,"confusion"),d);function m(){let g=c[Number(u.select.value)],w=Number(h.select.value),y=e.part("con\
fusion",g),b=N=>r.map((_,F)=>r.reduce((R,I,j)=>R+y[N?F*o+j:j*o+F],0)),[v,A]=[b(!0),b(!1)],$=r.map((N,_)=>v[_]+A[_]-2*y[_*o+_]),x=r.map((N,_)=>_).sort((N,_)=>$[_]-
$[N]||N-_).slice(0,Vu).sort((N,_)=>N-_),O=Math.max(1,...x.flatMap(N=>x.map(_=>y[N*o+_]))),S=(N,_)=>{let F=y[N*o+_],R=w===2?A[_]:v[N],I=R?F/R:NaN,j=p("button",{type:"\
button",class:`mmv-score${N===_?" mmv-diagonal":""}`,title:`true ${r[N]}, predicted ${r[_]}: ${F} samples, ${nt(100*F/(v[N]||NaN),0)} % of the true class`},w?nt(
I,2):String(F));return j.style.setProperty("--weight",String(w?I||0:F/O)),j.addEventListener("click",()=>s.chosen.set([{text:`true = ${r[N]}`,test:B=>s.truth[B]===
N},{text:`predicted = ${r[_]}${g===s.whole?"":` with ${s.subsetName(g)}`}`,test:B=>s.classOf(B,g)===_}],"confusion")),j};f.replaceChildren(vs({label:"Confusion \
matrix: rows are true classes, columns are predicted classes",corner:["true ↓",p("br"),"predicted →"],columns:x.map(N=>[Q(r[N])]),kind:"mmv-confusion",rows:x.
map(N=>({head:[Q(r[N]),p("span",{class:"mmv-faint"},` n = ${v[N]}`)],cells:x.map(_=>S(N,_))}))}));let M=$.reduce((N,_)=>N+_,0)/2,C=v.reduce((N,_)=>N+_,0);d.textContent=
`${M} of ${C} samples misclassified with ${s.subsetName(g)}. Outlined: correct. ${x.length<o?`The ${x.length} of ${o} classes with the most errors are shown. `:
""}${C<l?`${l-C} samples with a prediction that is not finite are left out. `:""}Press a cell to list its samples.`}return m(),()=>{}}gt({name:"confusion matrix",
place:"side",order:5,section:"overview",needs:["confusion","overview_value"],height:()=>330,mount:Ju});function vt(t){for(var e=t.length/6|0,n=new Array(e),a=0;a<e;)n[a]="#"+t.slice(a*6,++a*6);return n}var ay=vt("1f77b4ff7f0e2ca02cd627289467bd8c564be377c27f7f7fbc\
bd2217becf"),sy=vt("7fc97fbeaed4fdc086ffff99386cb0f0027fbf5b17666666"),ry=vt("1b9e77d95f027570b3e7298a66a61ee6ab02a6761d666666"),oy=vt("4269d0efb118ff725c6cc5b0\
3ca951ff8ab7a463f297bbf59c6b4e9498a0"),iy=vt("a6cee31f78b4b2df8a33a02cfb9a99e31a1cfdbf6fff7f00cab2d66a3d9affff99b15928"),ly=vt("fbb4aeb3cde3ccebc5decbe4fed9a6ff\
ffcce5d8bdfddaecf2f2f2"),cy=vt("b3e2cdfdcdaccbd5e8f4cae4e6f5c9fff2aef1e2cccccccc"),fy=vt("e41a1c377eb84daf4a984ea3ff7f00ffff33a65628f781bf999999"),dy=vt("66c2a5\
fc8d628da0cbe78ac3a6d854ffd92fe5c494b3b3b3"),uy=vt("8dd3c7ffffb3bebadafb807280b1d3fdb462b3de69fccde5d9d9d9bc80bdccebc5ffed6f"),kr=vt("4e79a7f28e2ce1575976b7b259\
a14fedc949af7aa1ff9da79c755fbab0ab"),Lt=t=>yi(t[t.length-1]),Xu=new Array(3).concat("d8b365f5f5f55ab4ac","a6611adfc27d80cdc1018571","a6611adfc27df5f5f580cdc1018\
571","8c510ad8b365f6e8c3c7eae55ab4ac01665e","8c510ad8b365f6e8c3f5f5f5c7eae55ab4ac01665e","8c510abf812ddfc27df6e8c3c7eae580cdc135978f01665e","8c510abf812ddfc27df\
6e8c3f5f5f5c7eae580cdc135978f01665e","5430058c510abf812ddfc27df6e8c3c7eae580cdc135978f01665e003c30","5430058c510abf812ddfc27df6e8c3f5f5f5c7eae580cdc135978f01665\
e003c30").map(vt),hy=Lt(Xu),Zu=new Array(3).concat("af8dc3f7f7f77fbf7b","7b3294c2a5cfa6dba0008837","7b3294c2a5cff7f7f7a6dba0008837","762a83af8dc3e7d4e8d9f0d37fb\
f7b1b7837","762a83af8dc3e7d4e8f7f7f7d9f0d37fbf7b1b7837","762a839970abc2a5cfe7d4e8d9f0d3a6dba05aae611b7837","762a839970abc2a5cfe7d4e8f7f7f7d9f0d3a6dba05aae611b78\
37","40004b762a839970abc2a5cfe7d4e8d9f0d3a6dba05aae611b783700441b","40004b762a839970abc2a5cfe7d4e8f7f7f7d9f0d3a6dba05aae611b783700441b").map(vt),py=Lt(Zu),Qu=new Array(
3).concat("e9a3c9f7f7f7a1d76a","d01c8bf1b6dab8e1864dac26","d01c8bf1b6daf7f7f7b8e1864dac26","c51b7de9a3c9fde0efe6f5d0a1d76a4d9221","c51b7de9a3c9fde0eff7f7f7e6f5d\
0a1d76a4d9221","c51b7dde77aef1b6dafde0efe6f5d0b8e1867fbc414d9221","c51b7dde77aef1b6dafde0eff7f7f7e6f5d0b8e1867fbc414d9221","8e0152c51b7dde77aef1b6dafde0efe6f5d0\
b8e1867fbc414d9221276419","8e0152c51b7dde77aef1b6dafde0eff7f7f7e6f5d0b8e1867fbc414d9221276419").map(vt),my=Lt(Qu),th=new Array(3).concat("998ec3f7f7f7f1a340","5\
e3c99b2abd2fdb863e66101","5e3c99b2abd2f7f7f7fdb863e66101","542788998ec3d8daebfee0b6f1a340b35806","542788998ec3d8daebf7f7f7fee0b6f1a340b35806","5427888073acb2abd\
2d8daebfee0b6fdb863e08214b35806","5427888073acb2abd2d8daebf7f7f7fee0b6fdb863e08214b35806","2d004b5427888073acb2abd2d8daebfee0b6fdb863e08214b358067f3b08","2d004b\
5427888073acb2abd2d8daebf7f7f7fee0b6fdb863e08214b358067f3b08").map(vt),gy=Lt(th),eh=new Array(3).concat("ef8a62f7f7f767a9cf","ca0020f4a58292c5de0571b0","ca0020f\
4a582f7f7f792c5de0571b0","b2182bef8a62fddbc7d1e5f067a9cf2166ac","b2182bef8a62fddbc7f7f7f7d1e5f067a9cf2166ac","b2182bd6604df4a582fddbc7d1e5f092c5de4393c32166ac",
"b2182bd6604df4a582fddbc7f7f7f7d1e5f092c5de4393c32166ac","67001fb2182bd6604df4a582fddbc7d1e5f092c5de4393c32166ac053061","67001fb2182bd6604df4a582fddbc7f7f7f7d1e\
5f092c5de4393c32166ac053061").map(vt),by=Lt(eh),nh=new Array(3).concat("ef8a62ffffff999999","ca0020f4a582bababa404040","ca0020f4a582ffffffbababa404040","b2182be\
f8a62fddbc7e0e0e09999994d4d4d","b2182bef8a62fddbc7ffffffe0e0e09999994d4d4d","b2182bd6604df4a582fddbc7e0e0e0bababa8787874d4d4d","b2182bd6604df4a582fddbc7ffffffe0\
e0e0bababa8787874d4d4d","67001fb2182bd6604df4a582fddbc7e0e0e0bababa8787874d4d4d1a1a1a","67001fb2182bd6604df4a582fddbc7ffffffe0e0e0bababa8787874d4d4d1a1a1a").map(
vt),yy=Lt(nh),ah=new Array(3).concat("fc8d59ffffbf91bfdb","d7191cfdae61abd9e92c7bb6","d7191cfdae61ffffbfabd9e92c7bb6","d73027fc8d59fee090e0f3f891bfdb4575b4","d7\
3027fc8d59fee090ffffbfe0f3f891bfdb4575b4","d73027f46d43fdae61fee090e0f3f8abd9e974add14575b4","d73027f46d43fdae61fee090ffffbfe0f3f8abd9e974add14575b4","a50026d73\
027f46d43fdae61fee090e0f3f8abd9e974add14575b4313695","a50026d73027f46d43fdae61fee090ffffbfe0f3f8abd9e974add14575b4313695").map(vt),wy=Lt(ah),sh=new Array(3).concat(
"fc8d59ffffbf91cf60","d7191cfdae61a6d96a1a9641","d7191cfdae61ffffbfa6d96a1a9641","d73027fc8d59fee08bd9ef8b91cf601a9850","d73027fc8d59fee08bffffbfd9ef8b91cf601a9\
850","d73027f46d43fdae61fee08bd9ef8ba6d96a66bd631a9850","d73027f46d43fdae61fee08bffffbfd9ef8ba6d96a66bd631a9850","a50026d73027f46d43fdae61fee08bd9ef8ba6d96a66bd\
631a9850006837","a50026d73027f46d43fdae61fee08bffffbfd9ef8ba6d96a66bd631a9850006837").map(vt),vy=Lt(sh),rh=new Array(3).concat("fc8d59ffffbf99d594","d7191cfdae6\
1abdda42b83ba","d7191cfdae61ffffbfabdda42b83ba","d53e4ffc8d59fee08be6f59899d5943288bd","d53e4ffc8d59fee08bffffbfe6f59899d5943288bd","d53e4ff46d43fdae61fee08be6f\
598abdda466c2a53288bd","d53e4ff46d43fdae61fee08bffffbfe6f598abdda466c2a53288bd","9e0142d53e4ff46d43fdae61fee08be6f598abdda466c2a53288bd5e4fa2","9e0142d53e4ff46d\
43fdae61fee08bffffbfe6f598abdda466c2a53288bd5e4fa2").map(vt),xy=Lt(rh),oh=new Array(3).concat("e5f5f999d8c92ca25f","edf8fbb2e2e266c2a4238b45","edf8fbb2e2e266c2a\
42ca25f006d2c","edf8fbccece699d8c966c2a42ca25f006d2c","edf8fbccece699d8c966c2a441ae76238b45005824","f7fcfde5f5f9ccece699d8c966c2a441ae76238b45005824","f7fcfde5f\
5f9ccece699d8c966c2a441ae76238b45006d2c00441b").map(vt),$y=Lt(oh),ih=new Array(3).concat("e0ecf49ebcda8856a7","edf8fbb3cde38c96c688419d","edf8fbb3cde38c96c68856\
a7810f7c","edf8fbbfd3e69ebcda8c96c68856a7810f7c","edf8fbbfd3e69ebcda8c96c68c6bb188419d6e016b","f7fcfde0ecf4bfd3e69ebcda8c96c68c6bb188419d6e016b","f7fcfde0ecf4bf\
d3e69ebcda8c96c68c6bb188419d810f7c4d004b").map(vt),My=Lt(ih),lh=new Array(3).concat("e0f3dba8ddb543a2ca","f0f9e8bae4bc7bccc42b8cbe","f0f9e8bae4bc7bccc443a2ca086\
8ac","f0f9e8ccebc5a8ddb57bccc443a2ca0868ac","f0f9e8ccebc5a8ddb57bccc44eb3d32b8cbe08589e","f7fcf0e0f3dbccebc5a8ddb57bccc44eb3d32b8cbe08589e","f7fcf0e0f3dbccebc5a\
8ddb57bccc44eb3d32b8cbe0868ac084081").map(vt),_y=Lt(lh),ch=new Array(3).concat("fee8c8fdbb84e34a33","fef0d9fdcc8afc8d59d7301f","fef0d9fdcc8afc8d59e34a33b30000",
"fef0d9fdd49efdbb84fc8d59e34a33b30000","fef0d9fdd49efdbb84fc8d59ef6548d7301f990000","fff7ecfee8c8fdd49efdbb84fc8d59ef6548d7301f990000","fff7ecfee8c8fdd49efdbb84\
fc8d59ef6548d7301fb300007f0000").map(vt),ky=Lt(ch),fh=new Array(3).concat("ece2f0a6bddb1c9099","f6eff7bdc9e167a9cf02818a","f6eff7bdc9e167a9cf1c9099016c59","f6ef\
f7d0d1e6a6bddb67a9cf1c9099016c59","f6eff7d0d1e6a6bddb67a9cf3690c002818a016450","fff7fbece2f0d0d1e6a6bddb67a9cf3690c002818a016450","fff7fbece2f0d0d1e6a6bddb67a9c\
f3690c002818a016c59014636").map(vt),Ay=Lt(fh),dh=new Array(3).concat("ece7f2a6bddb2b8cbe","f1eef6bdc9e174a9cf0570b0","f1eef6bdc9e174a9cf2b8cbe045a8d","f1eef6d0d\
1e6a6bddb74a9cf2b8cbe045a8d","f1eef6d0d1e6a6bddb74a9cf3690c00570b0034e7b","fff7fbece7f2d0d1e6a6bddb74a9cf3690c00570b0034e7b","fff7fbece7f2d0d1e6a6bddb74a9cf3690\
c00570b0045a8d023858").map(vt),Oy=Lt(dh),uh=new Array(3).concat("e7e1efc994c7dd1c77","f1eef6d7b5d8df65b0ce1256","f1eef6d7b5d8df65b0dd1c77980043","f1eef6d4b9dac9\
94c7df65b0dd1c77980043","f1eef6d4b9dac994c7df65b0e7298ace125691003f","f7f4f9e7e1efd4b9dac994c7df65b0e7298ace125691003f","f7f4f9e7e1efd4b9dac994c7df65b0e7298ace1\
25698004367001f").map(vt),Sy=Lt(uh),hh=new Array(3).concat("fde0ddfa9fb5c51b8a","feebe2fbb4b9f768a1ae017e","feebe2fbb4b9f768a1c51b8a7a0177","feebe2fcc5c0fa9fb5f\
768a1c51b8a7a0177","feebe2fcc5c0fa9fb5f768a1dd3497ae017e7a0177","fff7f3fde0ddfcc5c0fa9fb5f768a1dd3497ae017e7a0177","fff7f3fde0ddfcc5c0fa9fb5f768a1dd3497ae017e7a\
017749006a").map(vt),Ny=Lt(hh),ph=new Array(3).concat("edf8b17fcdbb2c7fb8","ffffcca1dab441b6c4225ea8","ffffcca1dab441b6c42c7fb8253494","ffffccc7e9b47fcdbb41b6c4\
2c7fb8253494","ffffccc7e9b47fcdbb41b6c41d91c0225ea80c2c84","ffffd9edf8b1c7e9b47fcdbb41b6c41d91c0225ea80c2c84","ffffd9edf8b1c7e9b47fcdbb41b6c41d91c0225ea82534940\
81d58").map(vt),Ey=Lt(ph),mh=new Array(3).concat("f7fcb9addd8e31a354","ffffccc2e69978c679238443","ffffccc2e69978c67931a354006837","ffffccd9f0a3addd8e78c67931a35\
4006837","ffffccd9f0a3addd8e78c67941ab5d238443005a32","ffffe5f7fcb9d9f0a3addd8e78c67941ab5d238443005a32","ffffe5f7fcb9d9f0a3addd8e78c67941ab5d238443006837004529").
map(vt),zy=Lt(mh),gh=new Array(3).concat("fff7bcfec44fd95f0e","ffffd4fed98efe9929cc4c02","ffffd4fed98efe9929d95f0e993404","ffffd4fee391fec44ffe9929d95f0e993404",
"ffffd4fee391fec44ffe9929ec7014cc4c028c2d04","ffffe5fff7bcfee391fec44ffe9929ec7014cc4c028c2d04","ffffe5fff7bcfee391fec44ffe9929ec7014cc4c02993404662506").map(vt),
Ty=Lt(gh),bh=new Array(3).concat("ffeda0feb24cf03b20","ffffb2fecc5cfd8d3ce31a1c","ffffb2fecc5cfd8d3cf03b20bd0026","ffffb2fed976feb24cfd8d3cf03b20bd0026","ffffb2\
fed976feb24cfd8d3cfc4e2ae31a1cb10026","ffffccffeda0fed976feb24cfd8d3cfc4e2ae31a1cb10026","ffffccffeda0fed976feb24cfd8d3cfc4e2ae31a1cbd0026800026").map(vt),Cy=Lt(
bh),yh=new Array(3).concat("deebf79ecae13182bd","eff3ffbdd7e76baed62171b5","eff3ffbdd7e76baed63182bd08519c","eff3ffc6dbef9ecae16baed63182bd08519c","eff3ffc6dbef\
9ecae16baed64292c62171b5084594","f7fbffdeebf7c6dbef9ecae16baed64292c62171b5084594","f7fbffdeebf7c6dbef9ecae16baed64292c62171b508519c08306b").map(vt),Iy=Lt(yh),wh=new Array(
3).concat("e5f5e0a1d99b31a354","edf8e9bae4b374c476238b45","edf8e9bae4b374c47631a354006d2c","edf8e9c7e9c0a1d99b74c47631a354006d2c","edf8e9c7e9c0a1d99b74c47641ab5\
d238b45005a32","f7fcf5e5f5e0c7e9c0a1d99b74c47641ab5d238b45005a32","f7fcf5e5f5e0c7e9c0a1d99b74c47641ab5d238b45006d2c00441b").map(vt),Fy=Lt(wh),vh=new Array(3).concat(
"f0f0f0bdbdbd636363","f7f7f7cccccc969696525252","f7f7f7cccccc969696636363252525","f7f7f7d9d9d9bdbdbd969696636363252525","f7f7f7d9d9d9bdbdbd969696737373525252252\
525","fffffff0f0f0d9d9d9bdbdbd969696737373525252252525","fffffff0f0f0d9d9d9bdbdbd969696737373525252252525000000").map(vt),jy=Lt(vh),xh=new Array(3).concat("efed\
f5bcbddc756bb1","f2f0f7cbc9e29e9ac86a51a3","f2f0f7cbc9e29e9ac8756bb154278f","f2f0f7dadaebbcbddc9e9ac8756bb154278f","f2f0f7dadaebbcbddc9e9ac8807dba6a51a34a1486",
"fcfbfdefedf5dadaebbcbddc9e9ac8807dba6a51a34a1486","fcfbfdefedf5dadaebbcbddc9e9ac8807dba6a51a354278f3f007d").map(vt),Ly=Lt(xh),$h=new Array(3).concat("fee0d2fc9\
272de2d26","fee5d9fcae91fb6a4acb181d","fee5d9fcae91fb6a4ade2d26a50f15","fee5d9fcbba1fc9272fb6a4ade2d26a50f15","fee5d9fcbba1fc9272fb6a4aef3b2ccb181d99000d","fff5\
f0fee0d2fcbba1fc9272fb6a4aef3b2ccb181d99000d","fff5f0fee0d2fcbba1fc9272fb6a4aef3b2ccb181da50f1567000d").map(vt),Ry=Lt($h),Mh=new Array(3).concat("fee6cefdae6be6\
550d","feeddefdbe85fd8d3cd94701","feeddefdbe85fd8d3ce6550da63603","feeddefdd0a2fdae6bfd8d3ce6550da63603","feeddefdd0a2fdae6bfd8d3cf16913d948018c2d04","fff5ebfee\
6cefdd0a2fdae6bfd8d3cf16913d948018c2d04","fff5ebfee6cefdd0a2fdae6bfd8d3cf16913d94801a636037f2704").map(vt),By=Lt(Mh);function fl(t){return t=Math.max(0,Math.min(
1,t)),"rgb("+Math.max(0,Math.min(255,Math.round(-4.54-t*(35.34-t*(2381.73-t*(6402.7-t*(7024.72-t*2710.57)))))))+", "+Math.max(0,Math.min(255,Math.round(32.49+t*
(170.73+t*(52.82-t*(131.46-t*(176.58-t*67.37)))))))+", "+Math.max(0,Math.min(255,Math.round(81.24+t*(442.36-t*(2482.43-t*(6167.24-t*(6614.94-t*2475.67)))))))+")"}
var Py=ds(we(300,.5,0),we(-240,.5,1)),qy=ds(we(-100,.75,.35),we(80,1.5,.8)),Dy=ds(we(260,.75,.35),we(80,1.5,.8)),Wy=we();var Hy=Sn(),Uy=Math.PI/3,Gy=Math.PI*2/3;function $s(t){var e=t.length;return function(n){return t[Math.max(0,Math.min(e-1,Math.floor(n*e)))]}}var Ky=$s(vt("44015444025645045745055946075a46085c460a5d46\
0b5e470d60470e6147106347116447136548146748166848176948186a481a6c481b6d481c6e481d6f481f70482071482173482374482475482576482677482878482979472a7a472c7a472d7b472e7c\
472f7d46307e46327e46337f463480453581453781453882443983443a83443b84433d84433e85423f854240864241864142874144874045884046883f47883f48893e49893e4a893e4c8a3d4d8a3d4e\
8a3c4f8a3c508b3b518b3b528b3a538b3a548c39558c39568c38588c38598c375a8c375b8d365c8d365d8d355e8d355f8d34608d34618d33628d33638d32648e32658e31668e31678e31688e30698e30\
6a8e2f6b8e2f6c8e2e6d8e2e6e8e2e6f8e2d708e2d718e2c718e2c728e2c738e2b748e2b758e2a768e2a778e2a788e29798e297a8e297b8e287c8e287d8e277e8e277f8e27808e26818e26828e26828e\
25838e25848e25858e24868e24878e23888e23898e238a8d228b8d228c8d228d8d218e8d218f8d21908d21918c20928c20928c20938c1f948c1f958b1f968b1f978b1f988b1f998a1f9a8a1e9b8a1e9c\
891e9d891f9e891f9f881fa0881fa1881fa1871fa28720a38620a48621a58521a68522a78522a88423a98324aa8325ab8225ac8226ad8127ad8128ae8029af7f2ab07f2cb17e2db27d2eb37c2fb47c31\
b57b32b67a34b67935b77937b87838b9773aba763bbb753dbc743fbc7340bd7242be7144bf7046c06f48c16e4ac16d4cc26c4ec36b50c46a52c56954c56856c66758c7655ac8645cc8635ec96260ca60\
63cb5f65cb5e67cc5c69cd5b6ccd5a6ece5870cf5773d05675d05477d1537ad1517cd2507fd34e81d34d84d44b86d54989d5488bd6468ed64590d74393d74195d84098d83e9bd93c9dd93ba0da39a2da\
37a5db36a8db34aadc32addc30b0dd2fb2dd2db5de2bb8de29bade28bddf26c0df25c2df23c5e021c8e020cae11fcde11dd0e11cd2e21bd5e21ad8e219dae319dde318dfe318e2e418e5e419e7e419ea\
e51aece51befe51cf1e51df4e61ef6e620f8e621fbe723fde725")),Yy=$s(vt("00000401000501010601010802010902020b02020d03030f03031204041405041606051806051a07061c08071e0907\
200a08220b09240c09260d0a290e0b2b100b2d110c2f120d31130d34140e36150e38160f3b180f3d19103f1a10421c10441d11471e114920114b21114e22115024125325125527125829115a2a115c2c\
115f2d11612f116331116533106734106936106b38106c390f6e3b0f703d0f713f0f72400f74420f75440f764510774710784910784a10794c117a4e117b4f127b51127c52137c54137d56147d57157e\
59157e5a167e5c167f5d177f5f187f601880621980641a80651a80671b80681c816a1c816b1d816d1d816e1e81701f81721f817320817521817621817822817922827b23827c23827e24828025828125\
818326818426818627818827818928818b29818c29818e2a81902a81912b81932b80942c80962c80982d80992d809b2e7f9c2e7f9e2f7fa02f7fa1307ea3307ea5317ea6317da8327daa337dab337cad\
347cae347bb0357bb2357bb3367ab5367ab73779b83779ba3878bc3978bd3977bf3a77c03a76c23b75c43c75c53c74c73d73c83e73ca3e72cc3f71cd4071cf4070d0416fd2426fd3436ed5446dd6456c\
d8456cd9466bdb476adc4869de4968df4a68e04c67e24d66e34e65e44f64e55064e75263e85362e95462ea5661eb5760ec5860ed5a5fee5b5eef5d5ef05f5ef1605df2625df2645cf3655cf4675cf469\
5cf56b5cf66c5cf66e5cf7705cf7725cf8745cf8765cf9785df9795df97b5dfa7d5efa7f5efa815ffb835ffb8560fb8761fc8961fc8a62fc8c63fc8e64fc9065fd9266fd9467fd9668fd9869fd9a6afd\
9b6bfe9d6cfe9f6dfea16efea36ffea571fea772fea973feaa74feac76feae77feb078feb27afeb47bfeb67cfeb77efeb97ffebb81febd82febf84fec185fec287fec488fec68afec88cfeca8dfecc8f\
fecd90fecf92fed194fed395fed597fed799fed89afdda9cfddc9efddea0fde0a1fde2a3fde3a5fde5a7fde7a9fde9aafdebacfcecaefceeb0fcf0b2fcf2b4fcf4b6fcf6b8fcf7b9fcf9bbfcfbbdfcfd\
bf")),Vy=$s(vt("00000401000501010601010802010a02020c02020e03021004031204031405041706041907051b08051d09061f0a07220b07240c08260d08290e092b10092d110a30120a32140b34\
150b37160b39180c3c190c3e1b0c411c0c431e0c451f0c48210c4a230c4c240c4f260c51280b53290b552b0b572d0b592f0a5b310a5c320a5e340a5f3609613809623909633b09643d09653e0966400a\
67420a68440a68450a69470b6a490b6a4a0c6b4c0c6b4d0d6c4f0d6c510e6c520e6d540f6d550f6d57106e59106e5a116e5c126e5d126e5f136e61136e62146e64156e65156e67166e69166e6a176e6c\
186e6d186e6f196e71196e721a6e741a6e751b6e771c6d781c6d7a1d6d7c1d6d7d1e6d7f1e6c801f6c82206c84206b85216b87216b88226a8a226a8c23698d23698f2469902568922568932667952667\
9727669827669a28659b29649d29649f2a63a02a63a22b62a32c61a52c60a62d60a82e5fa92e5eab2f5ead305dae305cb0315bb1325ab3325ab43359b63458b73557b93556ba3655bc3754bd3853bf39\
52c03a51c13a50c33b4fc43c4ec63d4dc73e4cc83f4bca404acb4149cc4248ce4347cf4446d04545d24644d34743d44842d54a41d74b3fd84c3ed94d3dda4e3cdb503bdd513ade5238df5337e05536e1\
5635e25734e35933e45a31e55c30e65d2fe75e2ee8602de9612bea632aeb6429eb6628ec6726ed6925ee6a24ef6c23ef6e21f06f20f1711ff1731df2741cf3761bf37819f47918f57b17f57d15f67e14\
f68013f78212f78410f8850ff8870ef8890cf98b0bf98c0af98e09fa9008fa9207fa9407fb9606fb9706fb9906fb9b06fb9d07fc9f07fca108fca309fca50afca60cfca80dfcaa0ffcac11fcae12fcb0\
14fcb216fcb418fbb61afbb81dfbba1ffbbc21fbbe23fac026fac228fac42afac62df9c72ff9c932f9cb35f8cd37f8cf3af7d13df7d340f6d543f6d746f5d949f5db4cf4dd4ff4df53f4e156f3e35af3\
e55df2e661f2e865f2ea69f1ec6df1ed71f1ef75f1f179f2f27df2f482f3f586f3f68af4f88ef5f992f6fa96f8fb9af9fc9dfafda1fcffa4")),Jy=$s(vt("0d088710078813078916078a19068c1b06\
8d1d068e20068f2206902406912605912805922a05932c05942e05952f059631059733059735049837049938049a3a049a3c049b3e049c3f049c41049d43039e44039e46039f48039f4903a04b03a14c\
02a14e02a25002a25102a35302a35502a45601a45801a45901a55b01a55c01a65e01a66001a66100a76300a76400a76600a76700a86900a86a00a86c00a86e00a86f00a87100a87201a87401a87501a8\
7701a87801a87a02a87b02a87d03a87e03a88004a88104a78305a78405a78606a68707a68808a68a09a58b0aa58d0ba58e0ca48f0da4910ea3920fa39410a29511a19613a19814a099159f9a169f9c17\
9e9d189d9e199da01a9ca11b9ba21d9aa31e9aa51f99a62098a72197a82296aa2395ab2494ac2694ad2793ae2892b02991b12a90b22b8fb32c8eb42e8db52f8cb6308bb7318ab83289ba3388bb3488bc\
3587bd3786be3885bf3984c03a83c13b82c23c81c33d80c43e7fc5407ec6417dc7427cc8437bc9447aca457acb4679cc4778cc4977cd4a76ce4b75cf4c74d04d73d14e72d24f71d35171d45270d5536f\
d5546ed6556dd7566cd8576bd9586ada5a6ada5b69db5c68dc5d67dd5e66de5f65de6164df6263e06363e16462e26561e26660e3685fe4695ee56a5de56b5de66c5ce76e5be76f5ae87059e97158e972\
57ea7457eb7556eb7655ec7754ed7953ed7a52ee7b51ef7c51ef7e50f07f4ff0804ef1814df1834cf2844bf3854bf3874af48849f48948f58b47f58c46f68d45f68f44f79044f79143f79342f89441f8\
9540f9973ff9983ef99a3efa9b3dfa9c3cfa9e3bfb9f3afba139fba238fca338fca537fca636fca835fca934fdab33fdac33fdae32fdaf31fdb130fdb22ffdb42ffdb52efeb72dfeb82cfeba2cfebb2b\
febd2afebe2afec029fdc229fdc328fdc527fdc627fdc827fdca26fdcb26fccd25fcce25fcd025fcd225fbd324fbd524fbd724fad824fada24f9dc24f9dd25f8df25f8e125f7e225f7e425f6e626f6e8\
26f5e926f5eb27f4ed27f3ee27f3f027f2f227f1f426f1f525f0f724f0f921"));var Ar=20;function Sr(t,e,n=!1){let a=p("span",{class:`mmv-swatch${n?" mmv-hollow":""}`,"aria-hidden":"true"});return a.style.setProperty("--c",e),p("span",{class:"\
mmv-key"},a,Q(t))}var Or=(t,e,n)=>({key:t,title:t,colour:a=>n(a)<0?"gray":kr[n(a)%10],legend:()=>p("div",{class:"mmv-keys"},...e.slice(0,Ar).map((a,s)=>Sr(a,kr[s%
10])),...e.length>10?[p("span",{class:"mmv-faint"},`${e.length>Ar?`and ${e.length-Ar} more; `:""}colours repeat after ten`)]:[])});function _h(t,e){let n=t.labelled&&
t.task==="classification",a=t.overview?.groups??[],s=[];n&&s.push({key:"correct",title:"correct or misclassified",colour:r=>e.wrong(r)?"var(--wrong)":"var(--rig\
ht)",legend:()=>p("div",{class:"mmv-keys"},Sr("correct","var(--right)"),Sr("misclassified","var(--wrong)",!0))},Or("true class",t.outputs,r=>e.truth[r])),t.task===
"classification"&&e.whole>=0&&s.push(Or("predicted class",t.outputs,r=>e.classOf(r,e.whole))),a.length>1&&s.push(Or("group",a,r=>e.group[r]));for(let{key:r,title:o,
of:i}of e.quantities){let l=null,c=()=>l??=Tt([Array.from({length:e.count},(f,d)=>i(d))]);s.push({key:r,title:o,colour:f=>Number.isFinite(i(f))?fl((i(f)-c()[0])/
(c()[1]-c()[0]||1)):"gray",legend:()=>p("div",{class:"mmv-keys"},p("span",{},J(c()[0])),p("span",{class:"mmv-ramp","aria-hidden":"true"}),p("span",{},J(c()[1])),
Q(o))})}return s}function Ms(t,e,n){let a=_h(t,e),s=rn({}),{select:r,node:o}=Rt("Colour",a.map(c=>c.title),c=>n({colours:{...s,samples:a[c].key}}));return{node:o,
colouring:()=>a[Number(r.value)],draw:c=>{let f=r.value;return s=rn(c),r.value=String(Math.max(0,a.findIndex(d=>d.key===s.samples))),r.value!==f}}}var Ze=11102230246251565e-32,ae=134217729,kh=(3+8*Ze)*Ze;function Nr(t,e,n,a,s){let r,o,i,l,c=e[0],f=a[0],d=0,u=0;f>c==f>-c?(r=c,c=e[++d]):(r=f,f=a[++u]);let h=0;
if(d<t&&u<n)for(f>c==f>-c?(o=c+r,i=r-(o-c),c=e[++d]):(o=f+r,i=r-(o-f),f=a[++u]),r=o,i!==0&&(s[h++]=i);d<t&&u<n;)f>c==f>-c?(o=r+c,l=o-r,i=r-(o-l)+(c-l),c=e[++d]):
(o=r+f,l=o-r,i=r-(o-l)+(f-l),f=a[++u]),r=o,i!==0&&(s[h++]=i);for(;d<t;)o=r+c,l=o-r,i=r-(o-l)+(c-l),c=e[++d],r=o,i!==0&&(s[h++]=i);for(;u<n;)o=r+f,l=o-r,i=r-(o-l)+
(f-l),f=a[++u],r=o,i!==0&&(s[h++]=i);return(r!==0||h===0)&&(s[h++]=r),h}function Ah(t,e){let n=e[0];for(let a=1;a<t;a++)n+=e[a];return n}function Z(t){return new Float64Array(
t)}var Oh=(3+16*Ze)*Ze,Sh=(2+12*Ze)*Ze,Nh=(9+64*Ze)*Ze*Ze,aa=Z(4),dl=Z(8),ul=Z(12),hl=Z(16),ie=Z(4);function Eh(t,e,n,a,s,r,o){let i,l,c,f,d,u,h,m,g,w,y,b,v,A,$,
x,O,S,M=t-s,C=n-s,N=e-r,_=a-r;A=M*_,u=ae*M,h=u-(u-M),m=M-h,u=ae*_,g=u-(u-_),w=_-g,$=m*w-(A-h*g-m*g-h*w),x=N*C,u=ae*N,h=u-(u-N),m=N-h,u=ae*C,g=u-(u-C),w=C-g,O=m*
w-(x-h*g-m*g-h*w),y=$-O,d=$-y,aa[0]=$-(y+d)+(d-O),b=A+y,d=b-A,v=A-(b-d)+(y-d),y=v-x,d=v-y,aa[1]=v-(y+d)+(d-x),S=b+y,d=S-b,aa[2]=b-(S-d)+(y-d),aa[3]=S;let F=Ah(4,
aa),R=Sh*o;if(F>=R||-F>=R||(d=t-M,i=t-(M+d)+(d-s),d=n-C,c=n-(C+d)+(d-s),d=e-N,l=e-(N+d)+(d-r),d=a-_,f=a-(_+d)+(d-r),i===0&&l===0&&c===0&&f===0)||(R=Nh*o+kh*Math.
abs(F),F+=M*f+_*i-(N*c+C*l),F>=R||-F>=R))return F;A=i*_,u=ae*i,h=u-(u-i),m=i-h,u=ae*_,g=u-(u-_),w=_-g,$=m*w-(A-h*g-m*g-h*w),x=l*C,u=ae*l,h=u-(u-l),m=l-h,u=ae*C,
g=u-(u-C),w=C-g,O=m*w-(x-h*g-m*g-h*w),y=$-O,d=$-y,ie[0]=$-(y+d)+(d-O),b=A+y,d=b-A,v=A-(b-d)+(y-d),y=v-x,d=v-y,ie[1]=v-(y+d)+(d-x),S=b+y,d=S-b,ie[2]=b-(S-d)+(y-d),
ie[3]=S;let I=Nr(4,aa,4,ie,dl);A=M*f,u=ae*M,h=u-(u-M),m=M-h,u=ae*f,g=u-(u-f),w=f-g,$=m*w-(A-h*g-m*g-h*w),x=N*c,u=ae*N,h=u-(u-N),m=N-h,u=ae*c,g=u-(u-c),w=c-g,O=m*
w-(x-h*g-m*g-h*w),y=$-O,d=$-y,ie[0]=$-(y+d)+(d-O),b=A+y,d=b-A,v=A-(b-d)+(y-d),y=v-x,d=v-y,ie[1]=v-(y+d)+(d-x),S=b+y,d=S-b,ie[2]=b-(S-d)+(y-d),ie[3]=S;let j=Nr(I,
dl,4,ie,ul);A=i*f,u=ae*i,h=u-(u-i),m=i-h,u=ae*f,g=u-(u-f),w=f-g,$=m*w-(A-h*g-m*g-h*w),x=l*c,u=ae*l,h=u-(u-l),m=l-h,u=ae*c,g=u-(u-c),w=c-g,O=m*w-(x-h*g-m*g-h*w),
y=$-O,d=$-y,ie[0]=$-(y+d)+(d-O),b=A+y,d=b-A,v=A-(b-d)+(y-d),y=v-x,d=v-y,ie[1]=v-(y+d)+(d-x),S=b+y,d=S-b,ie[2]=b-(S-d)+(y-d),ie[3]=S;let B=Nr(j,ul,4,ie,hl);return hl[B-
1]}function _s(t,e,n,a,s,r){let o=(e-r)*(n-s),i=(t-s)*(a-r),l=o-i,c=Math.abs(o+i);return Math.abs(l)>=Oh*c?l:-Eh(t,e,n,a,s,r,c)}Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(
4);Z(4);Z(4);Z(8);Z(8);Z(8);Z(4);Z(8);Z(8);Z(16);Z(12);Z(192);Z(192);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(8);Z(8);Z(8);Z(8);Z(8);Z(8);Z(8);Z(8);Z(8);Z(4);Z(
4);Z(4);Z(8);Z(16);Z(16);Z(16);Z(32);Z(32);Z(48);Z(64);Z(1152);Z(1152);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(24);Z(24);Z(24);Z(24);Z(24);Z(24);Z(24);
Z(24);Z(24);Z(24);Z(1152);Z(1152);Z(1152);Z(1152);Z(1152);Z(2304);Z(2304);Z(3456);Z(5760);Z(8);Z(8);Z(8);Z(16);Z(24);Z(48);Z(48);Z(96);Z(192);Z(384);Z(384);Z(384);
Z(768);Z(96);Z(96);Z(96);Z(1152);var pl=Math.pow(2,-52),ks=new Uint32Array(512),As=class t{static from(e,n=Fh,a=jh){let s=e.length,r=new Float64Array(s*2);for(let o=0;o<
s;o++){let i=e[o];r[2*o]=n(i),r[2*o+1]=a(i)}return new t(r)}constructor(e){let n=e.length>>1;if(n>0&&typeof e[0]!="number")throw new Error("Expected coords to c\
ontain numbers.");this.coords=e;let a=Math.max(2*n-5,0);this._triangles=new Uint32Array(a*3),this._halfedges=new Int32Array(a*3),this._hashSize=Math.ceil(Math.sqrt(
n)),this._hullPrev=new Uint32Array(n),this._hullNext=new Uint32Array(n),this._hullTri=new Uint32Array(n),this._hullHash=new Int32Array(this._hashSize),this._ids=
new Uint32Array(n),this._dists=new Float64Array(n),this.trianglesLen=0,this._cx=0,this._cy=0,this._hullStart=0,this.hull=this._triangles,this.triangles=this._triangles,
this.halfedges=this._halfedges,this.update()}update(){let{coords:e,_hullPrev:n,_hullNext:a,_hullTri:s,_hullHash:r}=this,o=e.length>>1,i=1/0,l=1/0,c=-1/0,f=-1/0;
for(let M=0;M<o;M++){let C=e[2*M],N=e[2*M+1];C<i&&(i=C),N<l&&(l=N),C>c&&(c=C),N>f&&(f=N),this._ids[M]=M}let d=(i+c)/2,u=(l+f)/2,h=0,m=0,g=0;for(let M=0,C=1/0;M<
o;M++){let N=Er(d,u,e[2*M],e[2*M+1]);N<C&&(h=M,C=N)}let w=e[2*h],y=e[2*h+1];for(let M=0,C=1/0;M<o;M++){if(M===h)continue;let N=Er(w,y,e[2*M],e[2*M+1]);N<C&&N>0&&
(m=M,C=N)}let b=e[2*m],v=e[2*m+1],A=1/0;for(let M=0;M<o;M++){if(M===h||M===m)continue;let C=Ch(w,y,b,v,e[2*M],e[2*M+1]);C<A&&(g=M,A=C)}let $=e[2*g],x=e[2*g+1];if(A===
1/0){for(let N=0;N<o;N++)this._dists[N]=e[2*N]-e[0]||e[2*N+1]-e[1];ra(this._ids,this._dists,0,o-1);let M=new Uint32Array(o),C=0;for(let N=0,_=-1/0;N<o;N++){let F=this.
_ids[N],R=this._dists[F];R>_&&(M[C++]=F,_=R)}this.hull=M.subarray(0,C),this.triangles=new Uint32Array(0),this.halfedges=new Int32Array(0);return}if(_s(w,y,b,v,$,
x)<0){let M=m,C=b,N=v;m=g,b=$,v=x,g=M,$=C,x=N}let O=Ih(w,y,b,v,$,x);this._cx=O.x,this._cy=O.y;for(let M=0;M<o;M++)this._dists[M]=Er(e[2*M],e[2*M+1],O.x,O.y);ra(
this._ids,this._dists,0,o-1),this._hullStart=h;let S=3;a[h]=n[g]=m,a[m]=n[h]=g,a[g]=n[m]=h,s[h]=0,s[m]=1,s[g]=2,r.fill(-1),r[this._hashKey(w,y)]=h,r[this._hashKey(
b,v)]=m,r[this._hashKey($,x)]=g,this.trianglesLen=0,this._addTriangle(h,m,g,-1,-1,-1);for(let M=0,C=0,N=0;M<this._ids.length;M++){let _=this._ids[M],F=e[2*_],R=e[2*
_+1];if(M>0&&Math.abs(F-C)<=pl&&Math.abs(R-N)<=pl||(C=F,N=R,_===h||_===m||_===g))continue;let I=0;for(let z=0,E=this._hashKey(F,R);z<this._hashSize&&(I=r[(E+z)%
this._hashSize],!(I!==-1&&I!==a[I]));z++);I=n[I];let j=I,B;for(;B=a[j],_s(F,R,e[2*j],e[2*j+1],e[2*B],e[2*B+1])>=0;)if(j=B,j===I){j=-1;break}if(j===-1)continue;let q=this.
_addTriangle(j,_,a[j],-1,-1,s[j]);s[_]=this._legalize(q+2),s[j]=q,S++;let L=a[j];for(;B=a[L],_s(F,R,e[2*L],e[2*L+1],e[2*B],e[2*B+1])<0;)q=this._addTriangle(L,_,
B,s[_],-1,s[L]),s[_]=this._legalize(q+2),a[L]=L,S--,L=B;if(j===I)for(;B=n[j],_s(F,R,e[2*B],e[2*B+1],e[2*j],e[2*j+1])<0;)q=this._addTriangle(B,_,j,-1,s[j],s[B]),
this._legalize(q+2),s[B]=q,a[j]=j,S--,j=B;this._hullStart=n[_]=j,a[j]=n[L]=_,a[_]=L,r[this._hashKey(F,R)]=_,r[this._hashKey(e[2*j],e[2*j+1])]=j}this.hull=new Uint32Array(
S);for(let M=0,C=this._hullStart;M<S;M++)this.hull[M]=C,C=a[C];this.triangles=this._triangles.subarray(0,this.trianglesLen),this.halfedges=this._halfedges.subarray(
0,this.trianglesLen)}_hashKey(e,n){return Math.floor(zh(e-this._cx,n-this._cy)*this._hashSize)%this._hashSize}_legalize(e){let{_triangles:n,_halfedges:a,coords:s}=this,
r=0,o=0;for(;;){let i=a[e],l=e-e%3;if(o=l+(e+2)%3,i===-1){if(r===0)break;e=ks[--r];continue}let c=i-i%3,f=l+(e+1)%3,d=c+(i+2)%3,u=n[o],h=n[e],m=n[f],g=n[d];if(Th(
s[2*u],s[2*u+1],s[2*h],s[2*h+1],s[2*m],s[2*m+1],s[2*g],s[2*g+1])){n[e]=g,n[i]=u;let y=a[d];if(y===-1){let v=this._hullStart;do{if(this._hullTri[v]===d){this._hullTri[v]=
e;break}v=this._hullPrev[v]}while(v!==this._hullStart)}this._link(e,y),this._link(i,a[o]),this._link(o,d);let b=c+(i+1)%3;r<ks.length&&(ks[r++]=b)}else{if(r===0)
break;e=ks[--r]}}return o}_link(e,n){this._halfedges[e]=n,n!==-1&&(this._halfedges[n]=e)}_addTriangle(e,n,a,s,r,o){let i=this.trianglesLen;return this._triangles[i]=
e,this._triangles[i+1]=n,this._triangles[i+2]=a,this._link(i,s),this._link(i+1,r),this._link(i+2,o),this.trianglesLen+=3,i}};function zh(t,e){let n=t/(Math.abs(
t)+Math.abs(e));return(e>0?3-n:1+n)/4}function Er(t,e,n,a){let s=t-n,r=e-a;return s*s+r*r}function Th(t,e,n,a,s,r,o,i){let l=t-o,c=e-i,f=n-o,d=a-i,u=s-o,h=r-i,m=l*
l+c*c,g=f*f+d*d,w=u*u+h*h;return l*(d*w-g*h)-c*(f*w-g*u)+m*(f*h-d*u)<0}function Ch(t,e,n,a,s,r){let o=n-t,i=a-e,l=s-t,c=r-e,f=o*o+i*i,d=l*l+c*c,u=.5/(o*c-i*l),h=(c*
f-i*d)*u,m=(o*d-l*f)*u;return h*h+m*m}function Ih(t,e,n,a,s,r){let o=n-t,i=a-e,l=s-t,c=r-e,f=o*o+i*i,d=l*l+c*c,u=.5/(o*c-i*l),h=t+(c*f-i*d)*u,m=e+(o*d-l*f)*u;return{
x:h,y:m}}function ra(t,e,n,a){if(a-n<=20)for(let s=n+1;s<=a;s++){let r=t[s],o=e[r],i=s-1;for(;i>=n&&e[t[i]]>o;)t[i+1]=t[i--];t[i+1]=r}else{let s=n+a>>1,r=n+1,o=a;
Na(t,s,r),e[t[n]]>e[t[a]]&&Na(t,n,a),e[t[r]]>e[t[a]]&&Na(t,r,a),e[t[n]]>e[t[r]]&&Na(t,n,r);let i=t[r],l=e[i];for(;;){do r++;while(e[t[r]]<l);do o--;while(e[t[o]]>
l);if(o<r)break;Na(t,r,o)}t[n+1]=t[o],t[o]=i,a-r+1>=o-n?(ra(t,e,r,a),ra(t,e,n,o-1)):(ra(t,e,n,o-1),ra(t,e,r,a))}}function Na(t,e,n){let a=t[e];t[e]=t[n],t[n]=a}
function Fh(t){return t[0]}function jh(t){return t[1]}var ml=1e-6,Xe=class{constructor(){this._x0=this._y0=this._x1=this._y1=null,this._=""}moveTo(e,n){this._+=
`M${this._x0=this._x1=+e},${this._y0=this._y1=+n}`}closePath(){this._x1!==null&&(this._x1=this._x0,this._y1=this._y0,this._+="Z")}lineTo(e,n){this._+=`L${this._x1=
+e},${this._y1=+n}`}arc(e,n,a){e=+e,n=+n,a=+a;let s=e+a,r=n;if(a<0)throw new Error("negative radius");this._x1===null?this._+=`M${s},${r}`:(Math.abs(this._x1-s)>
ml||Math.abs(this._y1-r)>ml)&&(this._+="L"+s+","+r),a&&(this._+=`A${a},${a},0,1,1,${e-a},${n}A${a},${a},0,1,1,${this._x1=s},${this._y1=r}`)}rect(e,n,a,s){this._+=
`M${this._x0=this._x1=+e},${this._y0=this._y1=+n}h${+a}v${+s}h${-a}Z`}value(){return this._||null}},Ea=class{constructor(){this._=[]}moveTo(e,n){this._.push([e,
n])}closePath(){this._.push(this._[0].slice())}lineTo(e,n){this._.push([e,n])}value(){return this._.length?this._:null}},zr=class{constructor(e,[n,a,s,r]=[0,0,960,
500]){if(!((s=+s)>=(n=+n))||!((r=+r)>=(a=+a)))throw new Error("invalid bounds");this.delaunay=e,this._circumcenters=new Float64Array(e.points.length*2),this.vectors=
new Float64Array(e.points.length*2),this.xmax=s,this.xmin=n,this.ymax=r,this.ymin=a,this._init()}update(){return this.delaunay.update(),this._init(),this}_init(){
let{delaunay:{points:e,hull:n,triangles:a},vectors:s}=this,r,o,i=this.circumcenters=this._circumcenters.subarray(0,a.length/3*2);for(let g=0,w=0,y=a.length,b,v;g<
y;g+=3,w+=2){let A=a[g]*2,$=a[g+1]*2,x=a[g+2]*2,O=e[A],S=e[A+1],M=e[$],C=e[$+1],N=e[x],_=e[x+1],F=M-O,R=C-S,I=N-O,j=_-S,B=(F*j-R*I)*2;if(Math.abs(B)<1e-9){if(r===
void 0){r=o=0;for(let L of n)r+=e[L*2],o+=e[L*2+1];r/=n.length,o/=n.length}let q=1e9*Math.sign((r-O)*j-(o-S)*I);b=(O+N)/2-q*j,v=(S+_)/2+q*I}else{let q=1/B,L=F*F+
R*R,z=I*I+j*j;b=O+(j*L-R*z)*q,v=S+(F*z-I*L)*q}i[w]=b,i[w+1]=v}let l=n[n.length-1],c,f=l*4,d,u=e[2*l],h,m=e[2*l+1];s.fill(0);for(let g=0;g<n.length;++g)l=n[g],c=
f,d=u,h=m,f=l*4,u=e[2*l],m=e[2*l+1],s[c+2]=s[f]=h-m,s[c+3]=s[f+1]=u-d}render(e){let n=e==null?e=new Xe:void 0,{delaunay:{halfedges:a,inedges:s,hull:r},circumcenters:o,
vectors:i}=this;if(r.length<=1)return null;for(let f=0,d=a.length;f<d;++f){let u=a[f];if(u<f)continue;let h=Math.floor(f/3)*2,m=Math.floor(u/3)*2,g=o[h],w=o[h+1],
y=o[m],b=o[m+1];this._renderSegment(g,w,y,b,e)}let l,c=r[r.length-1];for(let f=0;f<r.length;++f){l=c,c=r[f];let d=Math.floor(s[c]/3)*2,u=o[d],h=o[d+1],m=l*4,g=this.
_project(u,h,i[m+2],i[m+3]);g&&this._renderSegment(u,h,g[0],g[1],e)}return n&&n.value()}renderBounds(e){let n=e==null?e=new Xe:void 0;return e.rect(this.xmin,this.
ymin,this.xmax-this.xmin,this.ymax-this.ymin),n&&n.value()}renderCell(e,n){let a=n==null?n=new Xe:void 0,s=this._clip(e);if(s===null||!s.length)return;n.moveTo(
s[0],s[1]);let r=s.length;for(;s[0]===s[r-2]&&s[1]===s[r-1]&&r>1;)r-=2;for(let o=2;o<r;o+=2)(s[o]!==s[o-2]||s[o+1]!==s[o-1])&&n.lineTo(s[o],s[o+1]);return n.closePath(),
a&&a.value()}*cellPolygons(){let{delaunay:{points:e}}=this;for(let n=0,a=e.length/2;n<a;++n){let s=this.cellPolygon(n);s&&(s.index=n,yield s)}}cellPolygon(e){let n=new Ea;
return this.renderCell(e,n),n.value()}_renderSegment(e,n,a,s,r){let o,i=this._regioncode(e,n),l=this._regioncode(a,s);i===0&&l===0?(r.moveTo(e,n),r.lineTo(a,s)):
(o=this._clipSegment(e,n,a,s,i,l))&&(r.moveTo(o[0],o[1]),r.lineTo(o[2],o[3]))}contains(e,n,a){return n=+n,n!==n||(a=+a,a!==a)?!1:this.delaunay._step(e,n,a)===e}*neighbors(e){
let n=this._clip(e);if(n)for(let a of this.delaunay.neighbors(e)){let s=this._clip(a);if(s){t:for(let r=0,o=n.length;r<o;r+=2)for(let i=0,l=s.length;i<l;i+=2)if(n[r]===
s[i]&&n[r+1]===s[i+1]&&n[(r+2)%o]===s[(i+l-2)%l]&&n[(r+3)%o]===s[(i+l-1)%l]){yield a;break t}}}}_cell(e){let{circumcenters:n,delaunay:{inedges:a,halfedges:s,triangles:r}}=this,
o=a[e];if(o===-1)return null;let i=[],l=o;do{let c=Math.floor(l/3);if(i.push(n[c*2],n[c*2+1]),l=l%3===2?l-2:l+1,r[l]!==e)break;l=s[l]}while(l!==o&&l!==-1);return i}_clip(e){
if(e===0&&this.delaunay.hull.length===1)return[this.xmax,this.ymin,this.xmax,this.ymax,this.xmin,this.ymax,this.xmin,this.ymin];let n=this._cell(e);if(n===null)
return null;let{vectors:a}=this,s=e*4;return this._simplify(a[s]||a[s+1]?this._clipInfinite(e,n,a[s],a[s+1],a[s+2],a[s+3]):this._clipFinite(e,n))}_clipFinite(e,n){
let a=n.length,s=null,r,o,i=n[a-2],l=n[a-1],c,f=this._regioncode(i,l),d,u=0;for(let h=0;h<a;h+=2)if(r=i,o=l,i=n[h],l=n[h+1],c=f,f=this._regioncode(i,l),c===0&&f===
0)d=u,u=0,s?s.push(i,l):s=[i,l];else{let m,g,w,y,b;if(c===0){if((m=this._clipSegment(r,o,i,l,c,f))===null)continue;[g,w,y,b]=m}else{if((m=this._clipSegment(i,l,
r,o,f,c))===null)continue;[y,b,g,w]=m,d=u,u=this._edgecode(g,w),d&&u&&this._edge(e,d,u,s,s.length),s?s.push(g,w):s=[g,w]}d=u,u=this._edgecode(y,b),d&&u&&this._edge(
e,d,u,s,s.length),s?s.push(y,b):s=[y,b]}if(s)d=u,u=this._edgecode(s[0],s[1]),d&&u&&this._edge(e,d,u,s,s.length);else if(this.contains(e,(this.xmin+this.xmax)/2,
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
e[n+1]===e[a+1]&&e[a+1]===e[s+1])&&(e.splice(a,2),n-=2)}e.length||(e=null)}return e}},Lh=2*Math.PI,sa=Math.pow;function Rh(t){return t[0]}function Bh(t){return t[1]}
function Ph(t){let{triangles:e,coords:n}=t;for(let a=0;a<e.length;a+=3){let s=2*e[a],r=2*e[a+1],o=2*e[a+2];if((n[o]-n[s])*(n[r+1]-n[s+1])-(n[r]-n[s])*(n[o+1]-n[s+
1])>1e-10)return!1}return!0}function qh(t,e,n){return[t+Math.sin(t+e)*n,e+Math.cos(t-e)*n]}var Os=class t{static from(e,n=Rh,a=Bh,s){return new t("length"in e?Dh(
e,n,a,s):Float64Array.from(Wh(e,n,a,s)))}constructor(e){this._delaunator=new As(e),this.inedges=new Int32Array(e.length/2),this._hullIndex=new Int32Array(e.length/
2),this.points=this._delaunator.coords,this._init()}update(){return this._delaunator.update(),this._init(),this}_init(){let e=this._delaunator,n=this.points;if(e.
hull&&e.hull.length>2&&Ph(e)){this.collinear=Int32Array.from({length:n.length/2},(u,h)=>h).sort((u,h)=>n[2*u]-n[2*h]||n[2*u+1]-n[2*h+1]);let l=this.collinear[0],
c=this.collinear[this.collinear.length-1],f=[n[2*l],n[2*l+1],n[2*c],n[2*c+1]],d=1e-8*Math.hypot(f[3]-f[1],f[2]-f[0]);for(let u=0,h=n.length/2;u<h;++u){let m=qh(
n[2*u],n[2*u+1],d);n[2*u]=m[0],n[2*u+1]=m[1]}this._delaunator=new As(n)}else delete this.collinear;let a=this.halfedges=this._delaunator.halfedges,s=this.hull=this.
_delaunator.hull,r=this.triangles=this._delaunator.triangles,o=this.inedges.fill(-1),i=this._hullIndex.fill(-1);for(let l=0,c=a.length;l<c;++l){let f=r[l%3===2?
l-2:l+1];(a[l]===-1||o[f]===-1)&&(o[f]=l)}for(let l=0,c=s.length;l<c;++l)i[s[l]]=l;s.length<=2&&s.length>0&&(this.triangles=new Int32Array(3).fill(-1),this.halfedges=
new Int32Array(3).fill(-1),this.triangles[0]=s[0],o[s[0]]=1,s.length===2&&(o[s[1]]=0,this.triangles[1]=s[1],this.triangles[2]=s[1]))}voronoi(e){return new zr(this,
e)}*neighbors(e){let{inedges:n,hull:a,_hullIndex:s,halfedges:r,triangles:o,collinear:i}=this;if(i){let d=i.indexOf(e);d>0&&(yield i[d-1]),d<i.length-1&&(yield i[d+
1]);return}let l=n[e];if(l===-1)return;let c=l,f=-1;do{if(yield f=o[c],c=c%3===2?c-2:c+1,o[c]!==e)return;if(c=r[c],c===-1){let d=a[(s[e]+1)%a.length];d!==f&&(yield d);
return}}while(c!==l)}find(e,n,a=0){if(e=+e,e!==e||(n=+n,n!==n))return-1;let s=a,r;for(;(r=this._step(a,e,n))>=0&&r!==a&&r!==s;)a=r;return r}_step(e,n,a){let{inedges:s,
hull:r,_hullIndex:o,halfedges:i,triangles:l,points:c}=this;if(c.length<2)return-1;if(s[e]===-1)return(e+1)%(c.length>>1);let f=e,d=sa(n-c[e*2],2)+sa(a-c[e*2+1],
2),u=s[e],h=u;do{let m=l[h],g=sa(n-c[m*2],2)+sa(a-c[m*2+1],2);if(g<d&&(d=g,f=m),h=h%3===2?h-2:h+1,l[h]!==e)break;if(h=i[h],h===-1){if(h=r[(o[e]+1)%r.length],h!==
m&&sa(n-c[h*2],2)+sa(a-c[h*2+1],2)<d)return h;break}}while(h!==u);return f}render(e){let n=e==null?e=new Xe:void 0,{points:a,halfedges:s,triangles:r}=this;for(let o=0,
i=s.length;o<i;++o){let l=s[o];if(l<o)continue;let c=r[o]*2,f=r[l]*2;e.moveTo(a[c],a[c+1]),e.lineTo(a[f],a[f+1])}return this.renderHull(e),n&&n.value()}renderPoints(e,n){
n===void 0&&(!e||typeof e.moveTo!="function")&&(n=e,e=null),n=n==null?2:+n;let a=e==null?e=new Xe:void 0,{points:s}=this;for(let r=0,o=s.length&-2;r<o;r+=2){let i=s[r],
l=s[r+1];e.moveTo(i+n,l),e.arc(i,l,n,0,Lh)}return a&&a.value()}renderHull(e){let n=e==null?e=new Xe:void 0,{hull:a,points:s}=this,r=a[0]*2,o=a.length;e.moveTo(s[r],
s[r+1]);for(let i=1;i<o;++i){let l=2*a[i];e.lineTo(s[l],s[l+1])}return e.closePath(),n&&n.value()}hullPolygon(){let e=new Ea;return this.renderHull(e),e.value()}renderTriangle(e,n){
let a=n==null?n=new Xe:void 0,{points:s,triangles:r}=this,o=r[e*=3]*2,i=r[e+1]*2,l=r[e+2]*2;return n.moveTo(s[o],s[o+1]),n.lineTo(s[i],s[i+1]),n.lineTo(s[l],s[l+
1]),n.closePath(),a&&a.value()}*trianglePolygons(){let{triangles:e}=this;for(let n=0,a=e.length/3;n<a;++n)yield this.trianglePolygon(n)}trianglePolygon(e){let n=new Ea;
return this.renderTriangle(e,n),n.value()}};function Dh(t,e,n,a){let s=t.length,r=new Float64Array(s*2);for(let o=0;o<s;++o){let i=t[o];r[o*2]=e.call(a,i,o,t),r[o*
2+1]=n.call(a,i,o,t)}return r}function*Wh(t,e,n,a){let s=0;for(let r of t)yield e.call(a,r,s,t),yield n.call(a,r,s,t),++s}var Hh=.14;function Uh(t){return e=>{if(!e.startsWith("var("))return e;let n=t.style.color;t.style.color=e;let a=getComputedStyle(t).color;return t.style.color=
n,a}}function Ss(t,{samples:e,colouring:n,xs:a,ys:s,radius:r,width:o,height:i}){let l=t.getContext("2d"),c=Math.min(2,devicePixelRatio||1);t.width=Math.max(1,Math.
round(o*c)),t.height=Math.max(1,Math.round(i*c)),l.scale(c,c);let f=Uh(t.parentElement),d=new Map,u=h=>d.get(h)??d.set(h,f(h)).get(h)??h;l.lineWidth=1.5;for(let h of[
0,1])for(let m=0;m<e.count;m++){if(e.chosen.inside[m]!==h||!Number.isFinite(a[m]+s[m]))continue;l.globalAlpha=h?.85:Hh,l.beginPath(),l.arc(a[m],s[m],r,0,7);let g=u(
n.colour(m));e.wrong(m)?(l.strokeStyle=g,l.stroke()):(l.fillStyle=g,l.fill())}}function oa(t,e,n){let a=Array.from(e.keys()).filter(o=>t.chosen.inside[o]&&Number.
isFinite(e[o]+n[o])).sort((o,i)=>e[o]-e[i]||n[o]-n[i]||o-i),s=a.length?new Os(Float64Array.from(a.flatMap(o=>[e[o],n[o]]))):null;return{order:a,find:(o,i,l=24)=>{
let c=s?s.find(o,i):-1;return c>=0&&Math.hypot(e[a[c]]-o,n[a[c]]-i)<=l?c:-1}}}function za(t=!1){let e=p("div",{class:t?"mmv-field-y":"mmv-field-x","aria-hidden":"true"});function n(a,s){let r=Math.max(2,Math.floor(s/(t?44:64))),o=a.tickFormat(
r);e.replaceChildren(...a.ticks(r).map(i=>{let l=p("span",{},o(i));return l.style[t?"top":"left"]=`${a(i)}px`,l}))}return{node:e,draw:n}}function gl(t,e,n){let a=!1;for(let s=0,r=t.length-1;s<t.length;r=s++){let[[o,i],[l,c]]=[t[s],t[r]];i>n!=c>n&&e<(l-o)*(n-i)/(c-i)+o&&(a=!a)}return a}var ia=10,Gh=3,Kh=5,la=.05;function Yh(t,e,n,a){let s=Ee(e),{quantities:r,chosen:o}=s,i=e.modalities.length,l=r.map(Y=>Y.title),c=Rt("Across",l,()=>T()),f=Rt("U\
p",l,()=>T()),d=Ms(e,s,a),u=l.findIndex(Y=>Y.startsWith("φ "));c.select.value=String(e.task==="regression"&&e.labelled?0:u),f.select.value=String(e.task==="reg\
ression"&&e.labelled?2:i>1?u+1:0);let h=p("canvas",{role:"img"}),m=it("path",{class:"mmv-lasso"}),g=it("svg",{"aria-hidden":"true"},m),w=p("span",{class:"mmv-ri\
ng","aria-hidden":"true"}),y=[it("line",{class:"mmv-zero"}),it("line",{class:"mmv-zero"})];g.prepend(...y);let b=p("div",{class:"mmv-plot mmv-samples-plot"},h,g,
w),v=ct("rectangle by keyboard",()=>et(null),{class:"mmv-rectangle","aria-label":"Rectangle of the scatter plot. Arrow keys move it, with Shift they resize it; \
Enter selects the samples inside, Escape selects all."}),A=za(),$=za(!0),x=p("div",{class:"mmv-field-title"}),O=p("div",{class:"mmv-subtitle"}),S=p("div"),M=p("\
p",{class:"mmv-pointed mmv-small",role:"status"}),C=ct("show all samples",()=>o.set([])),N=rt("");t.append(ft("Samples: scatter plot"),p("div",{class:"mmv-inlin\
e"},c.node,f.node,d.node,v,C),S,p("div",{class:"mmv-field"},O,$.node,b,A.node,x),M,rt(`Drag around dots to select their samples, here and in the other overview \
views; press a dot to open its sample and to pin its values${e.labelled&&e.task==="classification"?"; hollow: misclassified":""}. By keyboard: arrow keys go fro\
m dot to dot across the plot, Enter pins, O opens; "rectangle by keyboard" selects.`),N);let _=new Float32Array(s.count),F=new Float32Array(s.count),R=-1,I=oa(s,
_,F),j=-1,B=null,q=[],L=Y=>r[Number(Y.select.value)],z=Y=>Tt(e.compared.filter(V=>V.has("listed_phi")).map(V=>{let X=Ee(V),at=X.quantities.find(({title:ot})=>ot===
Y.title);return at?Array.from({length:X.count},(ot,pt)=>at.of(pt)):[]})),E=Y=>Y.unit?`${Y.title}, ${Y.unit}`:Y.title,k={x:Pe(),y:Pe()};function T(){let Y=b.clientWidth,
V=b.clientHeight,[X,at]=[L(c),L(f)];if(!(!Y||!V)){k={x:Pe(z(X),[ia,Y-ia]),y:Pe(z(at),[V-ia,ia])};for(let ot=0;ot<s.count;ot++)[_[ot],F[ot]]=[k.x(X.of(ot)),k.y(at.
of(ot))];A.draw(k.x,Y),$.draw(k.y,V),x.textContent=`${E(X)} →`,O.textContent=`↑ ${E(at)}`,[[k.x,"x",Y],[k.y,"y",V]].forEach(([ot,pt,yt],ht)=>{let _t=ot(0),qt=pt===
"x"?"y":"x";y[ht].style.display=_t>ia&&_t<Number(yt)-ia?"":"none";for(let Kt of[1,2])y[ht].setAttribute(`${pt}${Kt}`,String(_t)),y[ht].setAttribute(`${qt}${Kt}`,
Kt===1?"0":String(pt==="x"?V:Y))}),D()}}function D(){let Y=b.clientWidth,V=b.clientHeight,X=d.colouring(),at=o.number();if(S.replaceChildren(X.legend()),C.disabled=
!o.filters().length,!Y||!V)return;I=oa(s,_,F),Ss(h,{samples:s,colouring:X,xs:_,ys:F,radius:Gh,width:Y,height:V});let ot=_.reduce((pt,yt,ht)=>pt+(Number.isFinite(
yt+F[ht])?0:1),0);N.textContent=ot?`${ot} of ${s.count} have no value for one of the axes and no dot.`:"",h.setAttribute("aria-label",`Scatter of ${s.count} sam\
ples, ${at} chosen: ${L(c).title} across, ${L(f).title} up`),W()}function W(){let Y=-1;for(let V=0;V<s.count&&Y<0;V++)R>=0&&s.open(V)===R&&(Y=V);w.hidden=Y<0||!Number.
isFinite(_[Y]+F[Y]),w.hidden||([w.style.left,w.style.top]=[`${_[Y]}px`,`${F[Y]}px`])}function U(Y,V){let X=Uint8Array.from({length:s.count},(ot,pt)=>o.inside[pt]&&
Y(pt)?1:0),at=X.reduce((ot,pt)=>ot+pt,0);at&&o.add({text:`${V}: ${at} samples`,test:ot=>X[ot]===1}),M.textContent=at?`${at} samples selected`:"no sample inside:\
 the selection is unchanged"}function P(Y){Y>=0&&s.open(Y)>=0?a({sample:s.open(Y)}):Y>=0&&(M.textContent=s.closed(Y))}let H=Y=>{let{left:V,top:X}=b.getBoundingClientRect();
return[Y.clientX-V,Y.clientY-X]},G=()=>m.setAttribute("d",q.length?`M${q.map(([Y,V])=>`${Y.toFixed(1)} ${V.toFixed(1)}`).join("L")}Z`:"");b.addEventListener("po\
interdown",Y=>{Y.button===0&&(b.setPointerCapture(Y.pointerId),q=[H(Y)],B=null)}),b.addEventListener("pointermove",Y=>{q.length&&(q.push(H(Y)),G())}),b.addEventListener(
"pointerup",Y=>{let V=q,[X,at]=H(Y);if(!V.length)return;if(q=[],G(),!V.every(([pt,yt])=>Math.hypot(pt-V[0][0],yt-V[0][1])<Kh))return U(pt=>gl(V,_[pt],F[pt]),"la\
sso");let ot=I.find(X,at);ot>=0&&(Y.pointerType!=="touch"||j===I.order[ot])&&P(I.order[ot])}),b.addEventListener("pointercancel",()=>{q=[],G()}),At(b,{label:"Sc\
atter plot of the samples",grid:()=>[Math.max(1,I.order.length),1],start:()=>[Math.max(0,I.order.findIndex(Y=>s.open(Y)===R&&R>=0)),0],cellAt:(Y,V)=>{let X=q.length>
1?-1:I.find(Y*b.clientWidth,V*b.clientHeight);return X<0?[-1,-1]:[X,0]},placeOf:Y=>[_[I.order[Y]]/(b.clientWidth||1),F[I.order[Y]]/(b.clientHeight||1)],read(Y){
let V=I.order[Y]??-1,[X,at]=[L(c),L(f)],ot=d.colouring();if(V<0)return null;setTimeout(()=>j=V);let pt=r.find(yt=>yt.title===ot.title&&yt!==X&&yt!==at);return{title:s.
id[V],at:{},rows:[...s.rows(V),...[X,at,...pt?[pt]:[]].map(yt=>[yt.title,J(yt.of(V)),yt.unit]),...s.open(V)<0?[["sample","not recorded"]]:[]]}}}),b.addEventListener(
"keydown",Y=>{Y.key.toLowerCase()!=="o"||Y.ctrlKey||Y.metaKey||Y.altKey||(Y.preventDefault(),Y.stopPropagation(),P(j))});let K={ArrowLeft:[-la,0],ArrowRight:[la,
0],ArrowUp:[0,-la],ArrowDown:[0,la]};function et(Y,V=!1){let[X,at,ot,pt]=B??[.4,.4,.2,.2],yt=(Ht,_e=0)=>Math.min(1,Math.max(_e,Ht)),[ht,_t]=Y??[0,0];B=V?[X,at,yt(
ot+ht,la),yt(pt+_t,la)]:[yt(X+ht),yt(at+_t),ot,pt];let[qt,Kt,St,Me]=B,pe=b.clientWidth,xt=b.clientHeight;q=[[qt*pe,Kt*xt],[(qt+St)*pe,Kt*xt],[(qt+St)*pe,(Kt+Me)*
xt],[qt*pe,(Kt+Me)*xt]],G(),q=[];let Ct=0;for(let Ht=0;Ht<s.count;Ht++)o.inside[Ht]&&st(Ht)&&Ct++;M.textContent=`rectangle: ${L(c).title} ${J(k.x.invert(qt*pe))}\
 to ${J(k.x.invert((qt+St)*pe))}, ${L(f).title} ${J(k.y.invert((Kt+Me)*xt))} to ${J(k.y.invert(Kt*xt))}: ${Ct} samples`}function st(Y){let[V,X,at,ot]=B??[0,0,0,
0],pt=_[Y]/b.clientWidth,yt=F[Y]/b.clientHeight;return pt>=V&&pt<=V+at&&yt>=X&&yt<=X+ot}return v.addEventListener("keydown",Y=>{let V=K[Y.key];if(V)et(V,Y.shiftKey);else if(Y.
key==="Enter"&&B)U(st,"rectangle");else if(Y.key==="Escape")B=null,G(),o.set([]),M.textContent="all samples";else return;Y.preventDefault(),Y.stopPropagation()}),
o.listen(D),matchMedia("(prefers-color-scheme: dark)").addEventListener("change",D),new ResizeObserver(T).observe(b),t.addEventListener("mmv-print",T),T(),Y=>{R=
Y.sample,d.draw(Y)?D():W()}}gt({name:"sample scatter",place:"wide",order:30,section:"overview",needs:["listed_phi","overview_value"],mount:Yh});function Vh(t,e,n,a){return t.append(ft("Overview"),p("p",{class:"mmv-sentence"},Q(e.overview.sentence))),e.has("class_score")&&Jh(t,e,a),()=>{}}function Jh(t,e,n){
let a=Ee(e),{subset:s,row:r,metric:o,interval:i,left_out:l,total:c}=e.overview,f=s.length,d=r.length,u=o==="accuracy",[h,m,g]=[0,1,2].map(S=>e.part("class_score",
S)),w=e.part("class_count"),y=e.part("overview_row_of"),b=S=>s[S].toString(2).replaceAll("0","").length,v=s.map((S,M)=>M).sort((S,M)=>b(M)-b(S)||S-M),A=Math.max(
...Array.from(h).filter(Number.isFinite),1e-9);function $(S,M){let C=S*f+M,N=h[C],_=Number.isFinite(m[C]+g[C]),F=u?2:e.digits,R=_?`${nt(m[C],F)} to ${nt(g[C],F)}`:
"no interval",I=p("button",{type:"button",class:"mmv-score",title:`${o} of ${r[S]} with ${a.subsetName(M)}: ${nt(N,3)} (${R}), ${w[S]} samples`},p("span",{},nt(
N,F)),p("span",{class:"mmv-score-ends"},R));return I.style.setProperty("--weight",String(Number.isFinite(N)?u?N:1-N/A:0)),I.disabled=!w[S],I.addEventListener("c\
lick",()=>a.chosen.set([...S<d-1?[{text:u?`true = ${r[S]}`:r[S],test:j=>y[j]===S}]:[],u?{text:`misclassified with ${a.subsetName(M)}`,test:j=>a.classOf(j,M)>=0&&
a.classOf(j,M)!==a.truth[j]}:{text:`absolute error above ${nt(N,F)} with ${a.subsetName(M)}`,test:j=>a.errorOf(j,M)>N}],"scores")),I}let x=v.map(S=>s[S]===0?["n\
one"]:[...e.modalities.flatMap((M,C)=>s[S]>>C&1?[zt(C),ne(`${M.name} `)]:[]),...e.trained&&!e.trained[s[S]]?["*"]:[]]),O=e.modalities.map((S,M)=>p("span",{class:"\
mmv-key"},zt(M),Q(S.name)));t.append(p("div",{class:"mmv-subtitle"},u?"Accuracy by true class and subset of modalities, the others masked":"Mean absolute error \
by target and subset of modalities, the others masked"),p("div",{class:"mmv-keys"},...O),vs({label:`${o} of each ${u?"class":"range of targets"} for every subse\
t of modalities`,corner:[ne(u?"true class":"target")],columns:x,kind:"mmv-scores",rows:r.map((S,M)=>({head:[Q(S),p("span",{class:"mmv-faint"},` n = ${w[M]}`)],cells:v.
map(C=>$(M,C))}))}),xs(a,n,"scores"),...e.overview.control?[p("p",{class:"mmv-small"},Q(e.overview.control))]:[],rt(`Below each value: its interval (${i}). The \
intervals are not corrected for the number of cells, nor for choosing the lowest. `,...l?[`${l} of ${c} samples have a prediction that is not finite and are lef\
t out. `]:[],u?"Press a cell to list its misclassified samples; arrow keys move between cells.":"Press a cell to list its samples with an error above the mean; \
arrow keys move between cells.",...e.trained?.some(S=>!S)?[" * not met in training."]:[]),...Ge(e))}gt({name:"overview",place:"main",order:1,section:"overview",
needs:["overview_value"],mount:Vh});var ca=74,bl=2.2,Tr=8;function Xh(t,e){let n=new Float32Array(t.length).fill(NaN),a=2*bl,s=new Uint32Array(Math.ceil(e/a)+1),r=l=>Math.max(0,Math.min(s.length-1,
Math.floor(l/a)));t.forEach(l=>Number.isFinite(l)&&s[r(l)]++);let o=Math.min(a,(ca-2*Tr)/Math.max(1,...s)),i=new Uint32Array(s.length);return t.forEach((l,c)=>{
if(!Number.isFinite(l))return;let f=i[r(l)]++;n[c]=ca/2+(f%2?1:-1)*Math.ceil(f/2)*o}),n}function Zh(t,e,n,a){let s=Ee(e),r=e.modalities.length,o=Ms(e,s,a),i=e.part(
"listed_phi"),l=p("div"),c=p("p",{class:"mmv-pointed mmv-small",role:"status"}),[f,d]=Tt(e.compared.filter(b=>b.has("listed_phi")).map(b=>b.part("listed_phi")),
!0),u=za(),h=p("div",{class:"mmv-field-title"},`φ, ${e.target_name} →`),m=-1,g=e.modalities.map((b,v)=>{let A=p("canvas",{role:"img"}),$=p("span",{class:"mmv\
-zero-line","aria-hidden":"true"}),x=p("div",{class:"mmv-plot mmv-swarm"},A,$),O=p("td",{class:"mmv-value"}),S=new Float32Array(0),M=S,C=-1,N=oa(s,S,M);function _(R){
c.textContent=R>=0&&s.open(R)<0?s.closed(R):"",R>=0&&s.open(R)>=0&&a({sample:s.open(R)})}x.addEventListener("click",R=>{let I=N.find(R.offsetX,R.offsetY);I>=0&&
(R.pointerType!=="touch"||C===N.order[I])&&_(N.order[I])}),At(x,{label:`Shapley values of ${b.name}`,grid:()=>[Math.max(1,N.order.length),1],start:()=>[Math.max(
0,N.order.findIndex(R=>s.open(R)===m&&m>=0)),0],cellAt:(R,I)=>{let j=N.find(R*x.clientWidth,I*ca);return j<0?[-1,-1]:[j,0]},placeOf:R=>[S[N.order[R]]/(x.clientWidth||
1),M[N.order[R]]/ca],read(R){let I=N.order[R]??-1;return I<0?null:(setTimeout(()=>C=I),{title:s.id[I],modality:v,at:{modality:v},rows:[["φ",mt(i[I*r+v],e.digits)],
...s.rows(I),...s.open(I)<0?[["sample","not recorded"]]:[]]})}}),x.addEventListener("keydown",R=>{R.key.toLowerCase()!=="o"||R.ctrlKey||R.metaKey||R.altKey||(R.
preventDefault(),R.stopPropagation(),_(C))});function F(){let R=x.clientWidth;if(!R)return;let I=Pe([f,d],[Tr,R-Tr]);S=Float32Array.from({length:s.count},(q,L)=>I(
i[L*r+v])),M=Xh(S,R),N=oa(s,S,M),$.style.left=`${I(0)}px`,Ss(A,{samples:s,colouring:o.colouring(),xs:S,ys:M,radius:bl,width:R,height:ca}),v===0&&u.draw(I,R);let j=Array.
from({length:s.count},(q,L)=>L).filter(q=>s.chosen.inside[q]&&Number.isFinite(S[q])).map(q=>i[q*r+v]).sort((q,L)=>q-L),B=j.length?(j[j.length-1>>1]+j[j.length>>
1])/2:NaN;O.replaceChildren(ne("median "),mt(B,e.digits)),A.setAttribute("aria-label",`Shapley values of ${b.name} of ${j.length} samples: ${j.length?`from ${J(
j[0])} to ${J(j[j.length-1])}, median ${J(B)}`:"none"}`)}return{lay:F,box:x,node:p("tr",{},p("th",{scope:"row"},...$t(e,v)),p("td",{},x),O)}}),w=p("tr",{},p("td"),
p("td",{},u.node,h),p("td",{class:"mmv-value mmv-faint"},"median"));t.append(ft("Distribution of Shapley values"),p("div",{class:"mmv-inline"},o.node),l,p("tabl\
e",{class:"mmv-swarms","aria-label":"Shapley values of the samples by modality"},p("tbody",{},...g.map(b=>b.node),w)),c,rt(`One dot for each of ${s.count}${s.count<
e.listed.total?` of ${e.listed.total} (stratified)`:""} samples; across: Shapley value φ of ${e.target_name}, at the epoch that training selected${e.labelled&&
e.task==="classification"?"; hollow: misclassified":""}; faint: outside the chosen samples. Press a dot to open its sample and to pin its values; arrow keys go \
from dot to dot, Enter pins, O opens.`));function y(){l.replaceChildren(o.colouring().legend()),g.forEach(b=>b.lay())}return s.chosen.listen(y),matchMedia("(pre\
fers-color-scheme: dark)").addEventListener("change",y),new ResizeObserver(y).observe(g[0].box),t.addEventListener("mmv-print",y),y(),b=>{m=b.sample,o.draw(b)&&
y()}}gt({name:"shapley distribution",place:"columns",order:6,section:"overview",needs:["listed_phi","overview_value"],height:t=>150+(ca+6)*t,mount:Zh});function Qh(t,e){let n=e.outputs.map(r=>{let o=p("span",{class:"mmv-mark"}),i=p("span"),{track:l,set:c,was:f}=ce(null);return{mark:yn(o),value:yn(i),set:c,was:f,
node:fe(kt(p("div",{class:"mmv-split"},Q(r),o)),l,i)}}),a=p("table",{"aria-label":"Probability of each class"},p("tbody",{},...n.map(r=>r.node))),s=n.length>10?
{class:"mmv-scroll",tabindex:0,role:"region","aria-label":"All classes"}:{};return t.append(ft("Prediction"),...Bn(e),p("div",s,a)),({sample:r,epoch:o,time:i})=>{
let l=e.part("prediction",o,r,i),c=qn(l),f=e.edited()?e.recorded.part("prediction",o,r,i):null;n.forEach((d,u)=>{d.set(0,l[u],l[u]),d.was(0,f?f[u]:NaN,f?f[u]:NaN),
d.value(nt(l[u],e.digits),f?`, as recorded ${nt(f[u],e.digits)}`:""),d.mark(e.targets[r]!==u?"":e.labelled?"true":"explained",u===c?" predicted":""),dt(d.node,"\
className",u===c?"mmv-best":"")})}}function tp(t,e){let n=["predicted","target"].map(r=>{let o=p("span"),{track:i,set:l,was:c}=Ye(null);return{cell:yn(o),set:l,
was:c,node:fe(kt(r),i,o)}});n[0].node.className="mmv-best",n[1].node.className="mmv-target",t.append(ft("Prediction"),...Bn(e),p("table",{"aria-label":"Predicte\
d and target value"},p("tbody",{},...n.map(r=>r.node))));let a=It(),s=0;return r=>{let{sample:o,epoch:i,time:l}=r,c=e.targets[o]??NaN,f=e.part("prediction",i,o,
l)[0],d=e.edited()?e.recorded.part("prediction",i,o,l)[0]:NaN;a(r,"sample")&&(s=Jt([c],...ge(e,"prediction",o))),[f,c].forEach((u,h)=>{n[h].set(u,s),n[h].cell(nt(
u,e.digits),h===0&&Number.isFinite(d)?`, as recorded ${nt(d,e.digits)}`:"")}),n[0].was(d,s)}}var ep=(t,e)=>(e.task==="classification"?Qh:tp)(t,e);gt({name:"pred\
iction",place:"side",order:10,section:"sample",needs:["prediction"],early:!0,first:!0,mount:ep});var yl=16,Ns=3;function np(t,e){let n=e.modalities.length,a=2**n-1,s=e.retraining,r=Object.fromEntries(["masked","retrained","gap"].map(y=>[y,[0,1,2].map(b=>e.part(
y,b))])),o=y=>y.toString(2).replaceAll("0","").length,i=Array.from({length:a+1},(y,b)=>b).filter(y=>a<yl||o(y)<=1||o(y)>=n-1||y===s.best).sort((y,b)=>o(y)-o(b)||
y-b),[l,c]=Tt([...r.masked,...r.retrained],!0),f=y=>(y-l)/(c-l||1),d=(y,b,v)=>p("td",{class:"mmv-interval"},ne("interval "),Number.isFinite(y[1][b])?`${v(y[1][b])}\
 to ${v(y[2][b])}`:"–");function u(y,b,v){let A=r[b],{track:$,set:x}=ce(null);b==="retrained"&&($.firstElementChild.style.opacity="0.5"),x(f(0),f(A[0][y]));let O=p(
"div",{class:"mmv-whisker"});Number.isFinite(A[1][y])&&(O.style.left=`${100*f(A[1][y])}%`,O.style.width=`${100*(f(A[2][y])-f(A[1][y]))}%`,$.append(O));let S=fe(
kt(...v),$,nt(A[0][y],Ns));return S.append(d(A,y,M=>nt(M,Ns))),S}let h=y=>y===0?[p("span",{},"none")]:e.modalities.flatMap((b,v)=>y>>v&1?[zt(v),ne(`${b.name} `)]:
[]),m=s.harm==="harm",g=i.flatMap(y=>[u(y,"masked",[...h(y)," masked"]),u(y,"retrained",[...y===0?["constant"]:[...h(y)," trained"],...m&&y===s.best?[" ▲ harm"]:
[]])]),w=e.modalities.map((y,b)=>p("tr",{},kt(...$t(e,b)),p("td",{class:"mmv-value"},mt(r.gap[0][b],Ns)),d(r.gap,b,v=>mt(v,Ns))));return t.append(ft("Value by r\
etraining"),p("table",{class:"mmv-overall","aria-label":"Value of each subset: full model with the others masked, and model trained on the subset"},p("tbody",{},
...g)),rt("masked: the full model with the other modalities masked; trained: a model trained on the subset; constant: best constant prediction. Bars: ",Q(s.units),
"; lines: ",Q(s.interval),". Trainings of a study, not the recorded run; each: ",Q(s.budget),". Harm: ",Q(s.harm_text),"."),ft("Gap of each modality: trained al\
one − masked"),p("table",{class:"mmv-overall","aria-label":"Gap of each modality: trained alone minus masked"},p("tbody",{},...w)),...s.explanations.map((y,b)=>p(
"details",{class:"mmv-small"},p("summary",{},...$t(e,b),": ",Q(s.verdicts[b])),rt(Q(y))))),()=>{}}gt({name:"value by retraining",place:"columns",order:21,section:"\
overview",needs:["retrained","masked","gap"],height:t=>190+24*t+44*(2**t<=yl?2**t:2*t+2),mount:np});var ap=[120,126,138];function sp(t){let{recorded:e}=t,[n,,a,s,r,o]=t.shape("routing");for(let i=0;i<e.recorded_samples;i++)for(let l=0;l<s;l++){let c=e.part("st\
ate_valid",i,l),f=t.experts.map(({owner:d})=>d<0||d===l?255:0);for(let d=0;d<n;d++)for(let u=0;u<a;u++){let h=e.part("routing",d,i,u,l);for(let m=0;m<r;m++)for(let g=0;c[m]&&
g<o;g++)if(h[m*o+g]!==f[g])return!1}}return!0}function rp(t,e,n,a){let s=e.sizes.time,[,,r,o,,i]=e.shape("routing"),l=e.experts.map(({owner:$})=>$<0||!e.colours[$%
8]?ap:Wa(e.colours[$%8].slice(1))),c=({owner:$})=>$<0?p("span",{class:"mmv-glyph","aria-hidden":"true"},"○"):zt($),f=$=>[c($),Q($.name)],d=e.experts.every($=>Pn(
$.name)<=13),u=e.modalities.map($=>p("canvas",{role:"img","aria-label":`Expert weights of ${$.name} over the sequence, ${i} experts; the table holds their mean \
use`})),h=u.map(()=>p("div",{class:"mmv-stroke"})),m=null,g=ve(),w=e.modalities.map(($,x)=>{let O=p("div",{class:"mmv-plot mmv-map mmv-experts"},u[x],h[x]);return O.
style.height=`${16*i}px`,Wt(O,O,S=>a({time:Math.min(s-1,Math.max(0,Math.ceil(ut(s,m).share(S)*s-1e-9)-1))})),be(O,O,s,()=>m,a),At(O,{label:`Expert weights of ${e.
modalities[x].name}: experts over steps`,grid:()=>[s,i],start:()=>[m?.time??0,0],cellAt:(S,M)=>[Ft(ut(s,m).share(S),s),Ft(M,i)],placeOf:(S,M)=>[ut(s,m).across((S+
.5)/s),(M+.5)/i],locate:({time:S})=>{let M=ut(s,m);return S===void 0||S<M.from||S>M.to?null:{x:[M.across(S/s),M.across((S+1)/s)]}},read(S,M){if(!m)return null;let{
sample:C,epoch:N}=m,_=Math.min(m.layer,r-1),F=e.part("state_valid",C,x)[S],R=e.part("routing",N,C,_,x)[S*i+M]/255,I=e.edited()&&e.replaced("routing")&&e.recorded.
part("state_valid",C,x)[S]?e.recorded.part("routing",N,C,_,x)[S*i+M]/255:NaN;return{title:e.experts[M].name,modality:x,at:{modality:x,time:S},rows:[["gate weigh\
t",F?nt(R,3):"no data"],["at",Mt(e,C,S)],...Number.isFinite(I)?[["recorded",nt(I,3)],["difference",`${R>I?"+":""}${nt(R-I,3)}`]]:[]]}}}),p("div",{class:"mmv-lan\
e"},p("div",{class:"mmv-gutter"},p("div",{class:"mmv-name"},...$t(e,x)),p("div",{class:"mmv-rows","aria-hidden":"true"},...e.experts.map(S=>p("span",{},...d?f(S):
[c(S)])))),O)}),y=e.experts.map(({owner:$})=>e.modalities.map(()=>{let x=p("span"),{track:O,set:S}=ce($<0?null:$);return{value:x,set:S,node:p("td",{},O,x)}})),b=ft(
"Experts"),v=p("caption",{class:"mmv-small"});t.append(b,p("div",{"data-plots":""},...w),p("div",{class:"mmv-lane"},p("span"),g.node),p("table",{class:"mmv-list\
 mmv-usage","aria-label":"Mean weight of each expert"},v,p("thead",{},p("tr",{},p("td"),...e.modalities.map(($,x)=>p("th",{scope:"col"},...$t(e,x))))),p("tbody",
{},...e.experts.map(($,x)=>p("tr",{},kt(...f($)),...y[x].map(O=>O.node))))),...sp(e)?[rt("The experts are fixed, not routed: in all recorded samples and epochs \
every step uses each shared expert and each expert of its own modality with weight 1. The map shows which steps have data, nothing that was learned.")]:[],rt("D\
arkness: gate weight. Colour and glyph of an expert: its modality (○: shared expert). Hatched: no data."));let A=It();return $=>{let{sample:x,epoch:O,time:S}=$,
M=Math.min($.layer,r-1),[C,N]=de(e,$),_=e.modalities.map((j,B)=>e.part("routing",O,x,M,B)),F=e.modalities.map((j,B)=>e.part("state_valid",x,B)),R=ut(s,$),I=R.across(
(S+1)/s);m=$,h.forEach(j=>{j.hidden=I<0||I>1+1e-9,j.style.left=`${100*I}%`}),A($,"sample","zoom")&&(u.forEach(j=>Ne(j,s,$)),g.draw(re(e,$).map(j=>({...j,at:R.across(
j.at)})),ye(e,$))),A($,"sample","epoch","layer","brush")&&(b.textContent=`Experts in layer ${e.layers[M]}`,v.textContent=$.brush?"Mean weight over the time rang\
e":"Mean weight over the sequence",u.forEach((j,B)=>{Le(j,s,i,(q,L)=>F[B][q]?[...l[L],_[B][q*i+L]]:null);for(let q=0;q<i;q++){let L=0,z=0;for(let E=C;E<=N;E++)F[B][E]&&
([L,z]=[L+_[B][E*i+q]/255,z+1]);y[q][B].set(0,z?L/z:0),y[q][B].value.textContent=nt(z?L/z:NaN,2)}}))}}gt({name:"routing",section:"explanation",place:"wide",order:10,
needs:["routing"],mount:rp});var Cr=12,wl=["all samples","recorded, with hidden states","correct","incorrect"];function vl(t){let e=t.map(n=>n.trim()===""?NaN:Number(n));return e.every((n,a)=>!Number.
isNaN(n)||t[a]==="nan")?n=>e[n]:n=>t[n]}function op(t){let{id:e,target:n,predicted:a}=t.listed,s=t.part("listed_phi"),r=t.part("listed_prediction"),o=t.modalities.
length,i=t.task==="classification"?[{title:t.labelled?"p(target)":"p(predicted)",text:l=>nt(r[l],2),key:l=>r[l]}]:[];return[{title:"sample",text:l=>e[l],key:l=>e[l]},
{title:"target",text:l=>n[l],key:vl(n)},{title:t.task==="classification"?"predicted":"predicted value",text:l=>a[l],key:vl(a)},...i,...t.modalities.map((l,c)=>({
title:`φ ${l.name}`,text:f=>mt(s[f*o+c],t.digits),key:f=>s[f*o+c]}))]}function ip(t,e,n,a){let s=Ee(e),{id:r,target:o,predicted:i,total:l}=e.listed,c=r.length,
{correct:f,recorded:d,chosen:u}=s,h=op(e),m=[],g={column:-1,down:!1},w=0,y=0,b=!1,v=p("input",{type:"search","aria-label":"Samples whose id, target or predictio\
n contains",placeholder:"id, target or prediction"}),A=Rt("Show",e.task==="classification"?wl:wl.slice(0,2),()=>I());v.addEventListener("input",()=>I());let $=h.
map((q,L)=>{let z=p("span",{"aria-hidden":"true"}),E=ct("",()=>{g={column:L,down:g.column===L&&!g.down},I()},{class:"mmv-sort"});return E.append(Q(q.title),z),{
mark:z,node:p("th",{scope:"col"},E)}});t.style.setProperty("--columns",String(h.length));let x=p("tbody"),O=p("span",{role:"status"}),S=p("p",{class:"mmv-small",
role:"status"}),M=p("div",{class:"mmv-chips",role:"group","aria-label":"Filters of the chosen samples",hidden:""}),C=ct("previous",()=>R(-1),{"aria-label":"Prev\
ious page of samples"}),N=ct("next",()=>R(1),{"aria-label":"Next page of samples"}),_=c<l?`${c} of ${l} samples are listed: a subset with the same share of ever\
y true and predicted class, and every recorded one; tables above count all ${l}. `:"",F=Array.from({length:c},(q,L)=>L).some(q=>s.open(q)<0);t.append(ft("Sample\
s"),M,p("div",{class:"mmv-inline"},v,A.node,O,C,N),p("div",{class:"mmv-scroll-x",tabindex:0,role:"region","aria-label":"Table of samples"},p("table",{class:"mmv\
-list mmv-samples","aria-label":"Samples"},p("thead",{},p("tr",{},...$.map(q=>q.node))),x)),S,rt(`${_}${e.recorded_text?`With hidden states: ${e.recorded_text}.\
 `:""}Predictions and Shapley values are those of the epoch that training selected. Press the name of a sample to show it in all views.`,...F?[` Names that are \
not underlined were not recorded, and the page holds no model that computes them. ${Mr}`]:[]));function R(q){w=Math.max(0,Math.min(Math.ceil(m.length/Cr)-1,w+q)),
j()}function I(){let q=v.value.trim().toLowerCase(),L=Number(A.select.value);m=[];for(let k=0;k<c;k++)!u.inside[k]||(L===1?d[k]<0:L>1&&f[k]!==3-L)||(!q||`${r[k]}\
 ${o[k]} ${i[k]}`.toLowerCase().includes(q))&&m.push(k);let{column:z,down:E}=g;if(z<0)m=[...m.filter(k=>d[k]>=0),...m.filter(k=>d[k]<0)];else{let k=h[z].key,T=E?
-1:1;m.sort((D,W)=>{let[U,P]=[k(D),k(W)];return T*(U<P?-1:U>P?1:0)||D-W})}$.forEach(({mark:k,node:T},D)=>{k.textContent=D===z?E?" ▼":" ▲":"",D===z?T.setAttribute(
"aria-sort",E?"descending":"ascending"):T.removeAttribute("aria-sort")}),w=0,j()}function j(){S.textContent="";let q=b?Math.max(1,m.length):Cr,L=b?0:w*Cr;O.textContent=
m.length?`${L+1} to ${Math.min(m.length,L+q)} of ${m.length}`:"none",C.disabled=w===0,N.disabled=L+q>=m.length,x.replaceChildren(...m.slice(L,L+q).map(z=>{let E=s.
open(z),k=h.map((T,D)=>{if(D>0)return p("td",{},Q(T.text(z)));let W=ct("",()=>E<0?void(S.textContent=s.closed(z)):a({sample:E}),{class:E<0?"mmv-closed":"mmv-ope\
n",...E<0?{title:"not recorded"}:{}});return W.append(Q(r[z])),p("th",{scope:"row"},W)});return p("tr",{"data-listed":z,...E===y?{class:"mmv-best","aria-current":"\
true"}:{}},...k)}))}function B(){let q=u.filters();M.hidden=!q.length,M.replaceChildren(...q.map(L=>{let z=ct("",()=>u.remove(L),{class:"mmv-chip","aria-label":`\
Remove the filter ${L.text}`});return z.append(Q(L.text),p("span",{"aria-hidden":"true"}," ✕")),z}),...q.length>1?[ct("clear all filters",()=>u.set([]))]:[]),
I()}return["mmv-print","mmv-printed"].forEach((q,L)=>t.addEventListener(q,()=>{b=L===0,j()})),u.listen(B),I(),({sample:q})=>{q!==y&&(y=q,j())}}gt({name:"samples",
place:"wide",order:40,section:"overview",needs:["listed_phi","listed_prediction","listed_correct","listed_recorded"],mount:ip});var Cn=(t,e,n)=>Number.isFinite(t[n])?Math.min(e.sizes.time-1,Math.max(0,Math.ceil(t[n]*e.sizes.time-1e-4)-1)):-1;function Ir(t,e,n){let a=-1;for(let s=0;s<t.length;s++){
let r=Cn(t,e,s),o=a<0?-1:Cn(t,e,a);r<0||(a<0||(r<=n?o>n||t[s]>=t[a]:o>n&&t[s]<t[a]))&&(a=s)}return a}function pn({steps:t},e,n){let a=e*n+1,s=Math.min(t,(e+1)*n);
return a===s?String(a):`${a} to ${s}`}var xl=(t,e)=>t.compared.flatMap(n=>n.scans.flatMap((a,s)=>a.site===e.site?[{one:n,k:s,about:a}]:[]));function mn(t,e,n,a){
let[,,s,r]=t.shape(`scan_norm_${e}`),{scale:o}=t.scans[e],i=t.part(`scan_norm_${e}`,n,a),l=t.part(`scan_mean_${e}`,n,a),c=f=>!Number.isNaN(l[f]);return{rows:s,columns:r,
mean:l,valid:c,level:(f,d)=>c(d)?i[f*r+d]:-1,value:(f,d)=>c(d)?i[f*r+d]/255*o:NaN,clipped:(f,d)=>c(d)&&i[f*r+d]===255,half_life:t.part(`scan_half_life_${e}`,n,a),
sorted:t.part(`scan_quantile_${e}`,n,a),until:t.part(`scan_until_${e}`,n,a),channels:t.part(`scan_index_${e}`,a)}}function Ta(t,e,n,a){let s=t.scans[e].influence;
if(!s)return null;let[,,r,o]=t.shape(`scan_influence_${e}`),i=t.part(`scan_influence_${e}`,n,a),l=(d,u,h)=>i[(d*o+u)*r+h],c=(d,u,h)=>s.scale*(l(d,u,h)/255)**2,f=d=>Array.
from({length:o},(u,h)=>{let m=0,g=0,w=-1;for(let y=0;y<=d;y++){let b=c(d,h,y);m+=b,b>g&&([g,w]=[b,y])}return{sum:m,at:w}});return{blocks:r,sources:o,width:s.width,
level:l,value:c,sums:f}}var fa=(t,e)=>`${t} ${e}${t===1?"":"s"}`;function lp(t){let{modality:e,streams:n,steps:a,channels:s,states:r,replay_error:o}=t,i=`${fa(n.length,"stream")} × ${fa(
a,"step")} × ${fa(s,"channel")}${r?` × ${fa(r,"state")}`:""}`,l=o===null?"no replay error: mmkernels computed this scan, or the error was not recorded":`the c\
aptured tensors reproduce the output of this function to ${J(o,2)} of its largest value`;return["Function ",Q(t.function),e?", modality ":", no single modality",
Q(e),`; ${i}; ${l}.`,...t.alignment?[" Steps: ",Q(t.alignment),"."]:[]]}function $l(t){let e=p("canvas",{role:"img"}),n=p("div",{class:"mmv-at"}),a=p("div",{class:"\
mmv-stroke"}),s=p("div",{class:"mmv-subtitle"}),r=p("div",{class:"mmv-plot mmv-map mmv-scan-map"},e,p("div",{class:"mmv-marks","aria-hidden":"true"},...t==="bot\
h"?[n,a]:[n])),o=p("span"),i=p("span");return{canvas:e,across:n,down:a,title:s,box:r,first:o,last:i,node:p("div",{class:"mmv-charted"},s,p("div",{class:"mmv-sca\
le","aria-hidden":"true"},o,i),r)}}function cp(t,e,n,a){let s=e.scans,r=e.sizes.time,o=0,i=0,l=0,c=-1,f=null,d=()=>f&&z(f),u=Rt("Site",s.map(E=>`${E.site}${E.modality&&
` · ${E.modality}`}`),E=>{[o,i,l,c]=[E,0,0,-1],d()}),h=Rt("SSM stream",[],E=>{[i,l]=[E,0],d()}),m=p("input",{type:"range",min:0,step:1,"aria-label":"Row of the\
 captured scan"}),g=p("input",{type:"range",min:0,step:1,"aria-label":"Step of the captured scan"});m.addEventListener("input",()=>{l=Number(m.value),d()}),g.addEventListener(
"input",()=>F(Number(g.value)));let w=p("p",{class:"mmv-small"}),y=$l("both"),b=$l("target"),v=rt(),A=Gt({label:"Half-lives of all channels in ascending order; \
the table has that of the selected channel",log:"log",series:[{f:0,name:"half-life"}]}),$=Gt({label:"Hidden-state magnitude over the steps: mean over all channe\
ls, and the selected channel; the table has the numbers",series:[{f:0,name:"mean over all channels"},{f:1,name:"selected channel"}],onPick:E=>F(Math.round(E*(_()-
1)))}),x=p("p",{class:"mmv-small mmv-pointed"}),O=p("tbody"),S=p("table",{class:"mmv-list","aria-label":"Values of the captured scan at the cursor"},O),M=rt(),C=[
...e.has("influence")?[]:["operator map"],...e.has("path")?[]:["state trajectories"]],N=C.length?[rt(`No ${C.join(", no ")} over all modalities: these need capt\
ured scans of one shape in every modality, and a recorded influence map.`)]:[];t.append(ft("Captured scans of the module"),p("div",{class:"mmv-controls mmv-scan\
-controls"},u.node,h.node,p("label",{class:"mmv-control mmv-grow"},p("span",{},"Row"),m),p("label",{class:"mmv-control mmv-grow"},p("span",{},"Step"),g)),w,p("d\
iv",{class:"mmv-pair mmv-scan-charts"},p("div",{},y.node,$.node,Aa(["mean over all channels","selected channel"],$.turn)),p("div",{},b.node,v,A.node)),x,S,M,...N,
...e.missing_scans?[rt(Q(e.missing_scans))]:[],rt("Rows: the channels whose ‖h‖₂ varies most, longest half-life first. Influence: magnitude of the effect of a s\
ource step on the output of the scan, with its gates held fixed; it is of this scan alone, not of the whole module. Hatched: no data. Press on a map, or use the\
 sliders, to move the cursor."));let _=()=>e.shape(`scan_norm_${o}`)[3];function F(E){c=Math.min(_()-1,Math.max(0,E));let k=f?Cn(mn(e,o,f.sample,i).until,e,c):-1;
f&&k>=0&&k!==f.time?a({time:k}):d()}let R=(E,k)=>[Math.min(_()-1,Math.max(0,Math.floor(E*_()))),Math.max(0,Math.min(e.shape(`scan_norm_${o}`)[2]-1,Math.floor(k*
e.shape(`scan_norm_${o}`)[2])))];Wt(y.box,y.box,(E,k)=>{let[T,D]=R(E,k);l=D,F(T)}),Wt(b.box,b.box,(E,k)=>{let T=f&&Ta(e,o,f.sample,i);T&&F(Math.floor((Math.min(
s[o].steps,(Math.min(T.blocks-1,Math.max(0,Math.floor(k*T.blocks)))+1)*T.width)-1)/s[o].pooled))});function I(E,k){if(!f)return"";let T=mn(e,o,f.sample,i),{pooled:D}=s[o];
return`Channel ${T.channels[E]}, step ${pn(s[o],k,D)}: ‖h‖₂ ${D>1?"mean ":""}${q(T,E,k)}, half-life ${J(T.half_life[E])} steps.`}let j=()=>f?I(l,c):"",B=E=>{
let k=f?Cn(mn(e,o,f.sample,i).until,e,E):-1;return k<0?{}:{time:k}};At(y.box,{label:"Hidden-state magnitude of the captured scan, channels over steps",grid:()=>[
_(),e.shape(`scan_norm_${o}`)[2]],start:()=>[Math.max(0,c),l],locate:({time:E})=>{let k=f&&E!==void 0?Ir(mn(e,o,f.sample,i).until,e,E):-1;return k<0?null:{x:[k/
_(),(k+1)/_()]}},read(E,k){if(!f)return null;let T=mn(e,o,f.sample,i),{pooled:D}=s[o],W=e.edited()&&e.replaced(`scan_norm_${o}`)?mn(e.recorded,o,f.sample,i).value(
k,E):NaN,U=T.value(k,E);return{title:`${s[o].site}: channel ${T.channels[k]}`,at:B(E),rows:[[`‖h‖₂${D>1?", mean":""}`,q(T,k,E)],["step",pn(s[o],E,D)],["ha\
lf-life",J(T.half_life[k]),"steps"],...Number.isFinite(W)?[["recorded",J(W)],["difference",`${U>W?"+":""}${J(U-W)}`]]:[]]}}}),At(b.box,{label:"Influence map of \
the captured scan, target steps down, source steps across",grid:()=>{let E=f&&Ta(e,o,f.sample,i);return E?[E.sources*E.blocks,E.blocks]:[0,0]},read(E,k){let T=f&&
Ta(e,o,f.sample,i);if(!T)return null;let D=Math.floor(E/T.blocks),W=E%T.blocks;return{title:s[o].site,at:B(Math.floor((Math.min(s[o].steps,(k+1)*T.width)-1)/s[o].
pooled)),rows:[["influence",W>k?"0 (later source)":J(T.value(k,D,W))],...s[o].streams.length>1?[["source",s[o].streams[D]],["target",s[o].streams[i]]]:[],["sour\
ce step",pn(s[o],W,T.width)],["target step",pn(s[o],k,T.width)]]}}});let q=(E,k,T)=>`${E.clipped(k,T)?"≥ ":""}${J(E.value(k,T))}`,L=(E,k)=>p("tr",{},kt(E),p("\
td",{},k));function z(E){f=E;let{sample:k,time:T}=E,D=s[o],{pooled:W}=D,U=mn(e,o,k,i),{rows:P,columns:H,mean:G,until:K}=U,et=Ir(K,e,T);(c<0||c>=H)&&(c=H-1),et>=
0&&Cn(K,e,c)!==T&&(c=et),l=Math.min(l,P-1),u.select.value=String(o),h.node.hidden=D.streams.length<2,(h.select.options.length!==D.streams.length||[...h.select.options].
some((xt,Ct)=>xt.text!==D.streams[Ct]))&&h.select.replaceChildren(...D.streams.map((xt,Ct)=>p("option",{value:Ct},xt))),h.select.value=String(i),[[m,P,l],[g,H,c]].
forEach(([xt,Ct,Ht])=>{xt.max=String(Number(Ct)-1),xt.value=String(Ht)});let st=pn(D,c,W),Y=Cn(K,e,c),V=Y<0?"":`${e.duration_s[k]===null?"time ":""}${Mt(e,k,Y)}`;
m.setAttribute("aria-valuetext",`row ${l+1} of ${P}, channel ${U.channels[l]}`),g.setAttribute("aria-valuetext",`step ${st} of ${D.steps}${V&&`, ${V}`}`),w.replaceChildren(
...lp(D)),w.title=D.description;let X=xl(e,D),at=Math.max(...X.map(xt=>xt.about.scale)),ot=D.scale/at;Yt(y.canvas,H,P,(xt,Ct)=>{let Ht=U.level(Ct,xt);return Ht<
0?-1:Math.round(Ht*ot)}),y.canvas.setAttribute("aria-label",`Hidden-state magnitude of ${P} channels over ${H} columns; the table has the value at the cursor`),
y.title.textContent=`‖h‖₂: ${P<D.channels?`${P} of ${D.channels} channels`:fa(P,"channel")} (down) over ${fa(D.steps,"step")} (across${W>1?`, means of ${W}`:
""}); colours from 0 to ≥ ${J(at)}`,y.first.textContent="row 1",y.last.textContent=String(P),y.down.style.left=`${100*(c+1)/H}%`,y.across.style.top=`${100*l/P}\
%`,y.across.style.height=`${100/P}%`;let pt=X.flatMap(({one:xt,k:Ct})=>xt.scans[Ct].streams.map((Ht,_e)=>xt.part(`scan_mean_${Ct}`,k,_e))),yt=[0,Math.max(at,Tt(
pt,!0)[1])];$.draw({values:(xt,Ct)=>xt?U.value(l,Ct):G[Ct],count:H,now:c,range:yt,x:_a("step",H,"other",xt=>pn(D,xt,W)),y:{name:"‖h‖₂",text:J}}),$.say({title:"\
‖h‖₂ over the steps"});let{sorted:ht}=U,_t=Tt(X.flatMap(({one:xt,k:Ct})=>xt.scans[Ct].streams.map((Ht,_e)=>xt.part(`scan_quantile_${Ct}`,k,_e)))),qt=U.half_life[l],
Kt=Array.from(ht).reduce((xt,Ct,Ht)=>Math.abs(Math.log(Ct/qt))<Math.abs(Math.log(ht[xt]/qt))?Ht:xt,0);A.node.hidden=!ht.some(xt=>Number.isFinite(xt)&&xt>0),A.node.
hidden||(A.draw({values:(xt,Ct)=>ht[Ct],count:ht.length,now:Number.isFinite(qt)?Kt:-1,range:_t,rule:!1,x:_a("rank, shortest first",ht.length,"other"),y:{name:"h\
alf-life",unit:"steps",text:J}}),A.say({title:`half-lives of all ${D.channels} channels in ascending order, steps`}));let St=Ta(e,o,k,i);b.node.hidden=!St;let Me=St&&
e.edited()&&e.replaced(`scan_norm_${o}`)&&!e.replaced(`scan_influence_${o}`);v.hidden=!!St&&!Me,v.textContent=Me?"As recorded: the influence map does not show t\
he edit.":St?"":`No influence map: ${D.no_influence}.`;let pe=[];if(St&&D.influence){let xt=Math.max(...X.map(Ce=>Ce.about.influence?.scale??0)),Ct=Math.sqrt(D.
influence.scale/xt),Ht=Math.min(St.blocks-1,Math.floor(c*W/St.width));Yt(b.canvas,St.sources*St.blocks,St.blocks,(Ce,ke)=>{let nn=Ce%St.blocks;return nn>ke?-1:Math.
round(Ct*St.level(ke,Math.floor(Ce/St.blocks),nn))}),b.canvas.setAttribute("aria-label",`Influence map of ${St.blocks} target blocks by ${St.sources} times ${St.
blocks} source blocks; the table has the sums at the cursor`),b.title.textContent=`influence: target steps (down), source steps (across${St.sources>1?`: ${D.streams.
join(", ")}`:""}), blocks of ${St.width}; colours from 0 to ${J(xt)}, by square root`,b.first.textContent="step 1",b.last.textContent=String(D.steps),b.across.style.
top=`${100*Ht/St.blocks}%`,b.across.style.height=`${100/St.blocks}%`;let _e=St.sums(Ht),ha=_e.reduce((Ce,ke)=>Ce+ke.sum,0);pe=_e.map(({sum:Ce,at:ke},nn)=>L(St.sources>
1?`influence of ${D.streams[nn]}`:"influence",ha&&ke>=0?`${St.sources>1?`${nt(100*Ce/ha,0)} %, `:""}largest from step ${pn(D,ke,St.width)}`:"–"))}O.replaceChildren(
L("step",`${st} of ${D.steps}${V&&` (${V})`}`),L("channel",`${U.channels[l]} (row ${l+1} of ${P})`),L("half-life, steps",J(qt)),L("‖h‖₂ of the channel",q(
U,l,c)),L(`mean ‖h‖₂ of ${D.channels} channels`,J(G[c])),...pe),x.textContent=j(),M.textContent=et>=0?"":"The steps of this scan do not map to the time ax\
is, so that its cursor is its own.",M.hidden=et>=0}return z}gt({name:"captured scans",section:"explanation",place:"wide",order:5,needs:["scan_norm_0"],mount:cp});function fp(t,e){let{names:n,shown:a}=e.seeds,s=e.sizes.time,r=e.modalities.length,o=e.has("attribution_agreement"),i=e.modalities.map((h,m)=>{let g=n.map((b,v)=>e.
part("seed_phi",v)[m]),w=g.reduce((b,v)=>b+v,0)/g.length,y=g.filter(b=>w!==0&&Math.sign(b)===Math.sign(w)).length;return[...g.map(b=>p("td",{},mt(b,3))),p("td",
{},mt(w,3)),p("td",{},w?`${y} of ${g.length}`:"–")]});if(t.append(ft("Agreement over seeds"),p("div",{class:"mmv-scroll-x"},p("table",{class:"mmv-list","aria-\
label":"Mean Shapley value of each modality for every seed"},p("thead",{},p("tr",{},p("td"),...[...n,"mean","same sign"].map(h=>p("th",{scope:"col"},Q(h))))),p(
"tbody",{},...e.modalities.map((h,m)=>p("tr",{},kt(...$t(e,m)),...i[m]))))),rt("Mean Shapley value of ",Q(e.target_name),` over all samples, for each of ${n.length}\
 seeds; the other views show `,Q(a),". Differences between seeds are due to the training, not to the samples.")),!o)return t.append(rt("The maps of the seeds ar\
e not compared: an end-to-end attribution was not recorded for all of them.")),()=>{};let l=e.modalities.map(h=>p("canvas",{role:"img","aria-label":`Share of se\
eds with the sign of the mean, ${h.name}, over ${s} steps`})),c=l.map(()=>p("div",{class:"mmv-at"})),f=p("p",{class:"mmv-small"}),d=l.map(()=>p("td",{class:"mmv\
-seed-count"}));t.append(p("div",{class:"mmv-subtitle"},"end-to-end attribution: share of seeds with the sign of the mean, colours from 0 to 1"),p("table",{class:"\
mmv-list","aria-label":"Sign agreement of the end-to-end attribution over seeds"},p("tbody",{},...e.modalities.map((h,m)=>p("tr",{},kt(...$t(e,m)),p("td",{class:"\
mmv-seed-map"},p("div",{class:"mmv-plot mmv-map"},l[m],c[m])),d[m])))),f);let u=It();return h=>{let{sample:m,time:g}=h,w=e.part("attribution_agreement",m),y=e.part(
"map_agreement",m)[0];u(h,"sample")&&l.forEach((b,v)=>Yt(b,s,1,A=>Number.isFinite(w[v*s+A])?Math.round(255*w[v*s+A]):-1));for(let b=0;b<r;b++){let v=w[b*s+g];c[b].
style.left=`${100*(g+.5)/s}%`,d[b].textContent=Number.isFinite(v)?`${Math.round(v*n.length)} of ${n.length}`:"–"}f.textContent=`At ${Mt(e,m,g)}: number of see\
ds with the sign of the mean. Mean rank correlation of the maps of two seeds: ${Number.isFinite(y)?nt(y,2):"not defined"}.`}}gt({name:"agreement over seeds",place:"\
columns",order:22,section:"training",needs:["seed_phi"],height:t=>190+52*t,mount:fp});function dp(t,e,n,a){let s=e.sizes.epoch,r=e.sizes.time,o=e.modalities.length,i=e.modalities.map((y,b)=>b),l=i.map(y=>{let b=p("span"),{track:v,set:A,was:$}=Ye(
y);return{value:yn(b),set:A,was:$,node:fe(kt(...$t(e,y)),v,b)}}),c=p("span"),f=p("span"),d=(y,b)=>p("tr",{class:"mmv-total"},kt(y),p("td"),p("td",{class:"mmv-va\
lue"},b)),u=Gt({label:"Shapley value of each modality over the sequence; the table has the numbers at the cursor",series:i.map(y=>({m:y})),onPick:y=>a({time:Math.
round(y*(r-1))})}),h=Gt({label:"Shapley value of each modality over training; the table has the numbers at the epoch",series:i.map(y=>({m:y})),onPick:y=>a({epoch:Math.
round(y*(s-1))})});t.append(ft("Shapley value φ, ",Q(e.target_name)),...Bn(e),p("table",{"aria-label":"Exact Shapley value of each modality"},p("tbody",{},d("b\
aseline v(∅)",c),...l.map(y=>y.node),d("full model v(all)",f))),...e.imputation?[rt("Shapley values; ",Q(e.imputation),".")]:[],...Ge(e),p("div",{class:"mmv-p\
air"},u.node,h.node));let m=It(),g=0,w=Tt([]);return y=>{let{sample:b,epoch:v,time:A,brush:$}=y;m(y,"sample")&&(w=Tt(ge(e,"phi",b),!0),g=Jt(w));let x=e.part("ph\
i",v,b,A),O=e.part("phi",v,b),{recorded:S}=e,M=e.edited()?S.part("phi",v,b):null;l.forEach((_,F)=>{_.set(x[F],g),_.was(M?M[A*o+F]:NaN,g),_.value(mt(x[F],e.digits),
M?`, as recorded ${mt(M[A*o+F],e.digits)}`:"")});let C=e.task==="classification"?e.targets[b]:0;wt(c,nt(e.part("baseline",v,b)[A],e.digits)),wt(f,nt(e.part("pre\
diction",v,b,A)[C],e.digits));let N={name:"φ",text:_=>mt(_,e.digits)};u.draw({values:(_,F)=>O[F*o+_],count:r,now:A,range:w,brush:$,before:M&&((_,F)=>M[F*o+_]),
x:cn(e,y),y:N}),u.say({title:`over the sequence, ${sn(e,v).split(" of ")[0]}`}),h.draw({values:(_,F)=>S.part("phi",F,b,A)[_],count:s,now:v,range:w,x:qe(e.epochs),
y:N}),h.say({title:`over training, ${M?"as recorded, ":""}at ${Mt(e,b,A)}`})}}gt({name:"shapley",place:"side",order:20,section:"sample",needs:["phi"],mount:dp});var up=({curves:t,part:e},n)=>[...t.keys()].filter(a=>t[a].chart===n).map(a=>e("history").filter((s,r)=>r%t.length===a));function hp(t,{history_epochs:e,epochs:n}){
let a=e.filter((f,d)=>Number.isFinite(t[d])),s=a.slice(1).map((f,d)=>f-a[d]),r=f=>s.filter(d=>d===f).length,o=s.reduce((f,d)=>r(d)>r(f)?d:f,1),i=r(o)>1?o:1,l=n.
length<e.length&&a.every(f=>n.includes(f)),c=f=>l?n.includes(f):(f-a[0])%i===0;return t.map((f,d)=>Number.isFinite(f)||c(e[d])?f:void 0)}function pp(t,e,n,a){let{
curves:s,history_epochs:r}=e,o=s.length,i=e.part("history"),l=r[0],c=r[r.length-1]-l||1,f=u=>e.epochs.reduce((h,m,g)=>Math.abs(m-l-u*c)<Math.abs(e.epochs[h]-l-u*
c)?g:h,0),d=[...new Set(s.map(u=>u.chart))].map(u=>{let h=s.map((M,C)=>({...M,k:C})).filter(M=>M.chart===u),m=h.every(M=>M.modality<0),g=Gt({label:`${u} over tr\
aining: ${h.map(M=>M.name).join(", ")}`,onPick:M=>a({epoch:f(M)}),log:"linear",series:h.map((M,C)=>m?{f:C,name:M.name}:{m:M.modality,name:M.name})}),w=M=>(r[M]-
l)/c,y=h.map(({k:M})=>hp(r.map((C,N)=>i[N*o+M]),e)),b=Tt(e.compared.filter(M=>M.has("history")).flatMap(M=>up(M,u)),!m),v=/loss/.test(u)&&e.task==="classificati\
on"?"nats":"";g.say({title:v?`${u}: cross-entropy in nats, and auxiliary losses`:u});let A=m&&h.length===1,$=h.map(()=>p("span")),x=p("div",{class:"mmv-small mm\
v-curve-values"},...h.map((M,C)=>p("span",{class:"mmv-key"},...A?[]:[dn(N=>g.turn(C,N),M.name,m?ea(C):zt(M.modality),p("span",{},Q(M.name)," "))],$[C])));return{
node:p("div",{},g.node,x),draw:M=>{let C=r.indexOf(M);g.draw({values:(N,_)=>y[N][_],count:r.length,now:C,range:b,place:w,x:{...qe(r,w),text:N=>String(r[N])},y:{
name:u,unit:v,text:N=>J(N)}}),$.forEach((N,_)=>N.textContent=C<0||y[_][C]===void 0?"":J(y[_][C]))}}});return t.append(ft("Training"),p("div",{class:"mmv-pair"},
...d.map(u=>u.node))),({epoch:u})=>d.forEach(h=>h.draw(e.epochs[u]))}gt({name:"training",section:"training",place:"wide",order:30,needs:["history"],mount:pp});var De=400,We=250,Ml=18,_l=[44,24],mp=[22,22];function gp(t,[e,n],[a,s],[r,o]){for(let i of[.5,.35,.65,.25,.75]){let l=[(1-i)**2*e+2*i*(1-i)*a+i*i*r,(1-i)**2*n+
2*i*(1-i)*s+i*i*o];if(t.every(([c,f,d])=>[c,f].some((u,h)=>Math.abs(u-l[h])>(d[h]+_l[h])/2)))return l}return null}function bp(t,e){let n=e.sizes.time,a=e.modalities.
length,s=e.modalities.map(($,x)=>it("path",{class:"mmv-share mmv-past","data-m":x%8})),r=e.modalities.map(($,x)=>it("path",{class:"mmv-share","data-m":x%8,"stro\
ke-dasharray":Ke[x%8]})),o=e.modalities.flatMap(($,x)=>e.modalities.map((O,S)=>x===S?null:it("path",{class:"mmv-arrow","data-m":S%8}))),i=e.modalities.map(($,x)=>zt(
x)),l=o.map($=>$&&p("span",{class:"mmv-weight"})),c=it("svg",{viewBox:`0 0 ${De} ${We}`,role:"img"},...s,...r,...o.flatMap($=>$??[])),f=p("div",{class:"mmv-plot\
 mmv-plane"},c,p("div",{class:"mmv-marks","aria-hidden":"true"},...l.flatMap($=>$??[]),...i)),d=p("span"),u=p("div",{class:"mmv-scale mmv-ticks-y","aria-hidden":"\
true"}),h=ve(),m=p("span"),g=e.modalities.map(()=>!1);t.append(ft("State trajectories"),p("div",{class:"mmv-charted"},p("div",{class:"mmv-subtitle","aria-hidden":"\
true"},m),u,f,h.node),p("div",{class:"mmv-inline"},...e.modalities.map(($,x)=>dn(O=>{g[x]=!O,[s[x],r[x]].forEach(S=>S.classList.toggle("mmv-off",!O)),i[x].style.
visibility=O?"":"hidden"},$.name,...$t(e,x)))),rt(d));let w=null,y=[];At(f,{label:"State trajectories in the plane of the first two principal components",grid:()=>[
n,a],start:()=>[w?.time??0,0],cellAt($,x){let O=y.reduce((S,M)=>S<0||Math.hypot(v[M]-$*De,A[M]-x*We)<Math.hypot(v[S]-$*De,A[S]-x*We)?M:S,-1);return O<0?[0,-1]:[
O%n,Math.floor(O/n)]},locate:()=>null,read($,x){if(!w||g[x]||!Number.isFinite(v[x*n+$]))return null;let{sample:O,layer:S}=w,M=e.part("path",O,S),C=e.edited()&&e.
replaced("path")?e.recorded.part("path",O,S):null,N=2*(x*n+$),_=[["PC 1",J(M[N])],["PC 2",J(M[N+1])],["at",Mt(e,O,$)]];return C&&_.push(...[0,1].map(F=>[`PC ${F+
1}, difference`,`${M[N+F]>C[N+F]?"+":""}${J(M[N+F]-C[N+F])}`])),{title:"state",modality:x,at:{modality:x,time:$},rows:_,place:[v[x*n+$]/De,A[x*n+$]/We]}}});let b=It(),
v=[],A=[];return $=>{let{sample:x,layer:O,time:S}=$,[M,C]=de(e,$);w=$;let N=e.part("path",x,O),_=e.part("path_share",x,O),F=e.part("path_coupling",x,O),R=(B,q,L)=>{
let z=B*n+q;return zn(L-q+1,E=>v[z+E],E=>A[z+E])};if(b($,"sample","layer")){let B=[1/0,1/0],q=[-1/0,-1/0];N.forEach((z,E)=>Number.isFinite(z)&&([B[E%2],q[E%2]]=
[Math.min(B[E%2],z),Math.max(q[E%2],z)]));let L=Math.min((De-2*Ml)/(q[0]-B[0]||1),(We-2*Ml)/(q[1]-B[1]||1));v=Array.from({length:a*n},(z,E)=>De/2+(N[2*E]-(B[0]+
q[0])/2)*L),A=Array.from({length:a*n},(z,E)=>We/2-(N[2*E+1]-(B[1]+q[1])/2)*L),y=Array.from({length:a*n},(z,E)=>E).filter(z=>Number.isFinite(v[z]+A[z])),[[De,6],
[We,4]].forEach(([z,E],k)=>{let T=(B[k]+q[k])/2,D=y.length?Nn([T-z/2/L,T+z/2/L],E):[],W=ln(D),U=D.map((H,G)=>({at:k?.5-(H-T)*L/We:.5+(H-T)*L/De,text:W[G]})),P=y.
length?`${k?"up: ":""}PC ${k+1} (${nt(100*_[k],0)} % of the variance)`:"";k?(Ut(u,U,"top"),m.textContent=P):h.draw(U,P)}),s.forEach((z,E)=>z.setAttribute("d",R(
E,0,n-1))),d.textContent=Number.isFinite(_[0])?`First two principal components of the states of all SSM streams: ${nt(100*_[0],0)} % and ${nt(100*_[1],0)} % of \
the variance, always at epoch ${e.best_epoch??"–"}. Arrows: coupling weight W from the previous step of the source, with numbers where there is room.`:"The st\
ates of this layer are not finite and have no principal components."}r.forEach((B,q)=>B.setAttribute("d",R(q,M,Math.max(M,Math.min(C,S)))));let I=[],j=e.modalities.
map((B,q)=>[v[q*n+S],A[q*n+S],mp]).filter(([B])=>Number.isFinite(B));i.forEach((B,q)=>{let L=q*n+S;B.hidden=!Number.isFinite(v[L]),B.style.left=`${100*v[L]/De}%`,
B.style.top=`${100*A[L]/We}%`;for(let z=0;z<a;z++){let E=o[q*a+z],k=l[q*a+z],T=F[q*a+z],D=z*n+Math.max(0,S-1);if(!E||!k)continue;let W=Number.isFinite(v[L]+v[D])&&
Math.abs(T)>.005&&S>0,U=v[L]-v[D],P=A[L]-A[D],H=(v[L]+v[D])/2-P*.18,G=(A[L]+A[D])/2+U*.18;E.setAttribute("d",W?`M${v[D].toFixed(1)} ${A[D].toFixed(1)}Q${H.toFixed(
1)} ${G.toFixed(1)} ${v[L].toFixed(1)} ${A[L].toFixed(1)}`:""),E.style.strokeWidth=`${Math.min(8,.6+9*Math.abs(T))}px`;let K=W?gp(j,[v[D],A[D]],[H,G],[v[L],A[L]]):
null;k.hidden=!K,K&&(j.push([...K,_l]),k.textContent=nt(T,2),k.style.left=`${100*K[0]/De}%`,k.style.top=`${100*K[1]/We}%`),W&&I.push(`W[${e.modalities[q].name},\
 ${e.modalities[z].name}] = ${nt(T,2)}`)}}),c.setAttribute("aria-label",`States of ${a} SSM streams in one plane, at ${Mt(e,x,S)}; ${I.join(", ")}`)}}gt({name:"\
trajectory",section:"explanation",place:"columns",order:10,needs:["path","path_coupling"],height:()=>400,mount:bp});var Fr=400,Ca=90,Al=80,Ol=t=>t.compared.filter(e=>e.has("plan")),yp=(t,e)=>Math.max(...Ol(t).flatMap(n=>n.transport_scale[e]));function kl(t,e,n){let a=t.part("\
plan",e,n),s=t.sizes.time,[,,,r]=t.shape("plan");return Array.from({length:s},(o,i)=>{let l=a.subarray(i*r,(i+1)*r),c=Math.max(...l);return c&&l.some(f=>f<c)?l.
indexOf(c)-i:NaN})}function wp(t,e,n){let a=t.sizes.time,[,,,s]=t.shape("plan"),{source:r,anchor:o}=t.pairs[e],i=`${r} to ${o}`,l=null,c=()=>s===a?l:null,f=S=>S>=
ut(a,l).from&&S<=ut(a,l).to,d=["Plan","Cost"].map(S=>{let M=p("canvas",{role:"img","aria-label":`${S} from ${i}: ${a} by ${s} steps`}),C=p("div",{class:"mmv-at"}),
N=p("div",{class:"mmv-plot mmv-map mmv-square"},M,C),_=p("span"),F=p("div",{class:"mmv-scale mmv-ticks-y","aria-hidden":"true"}),R=ve();Wt(N,N,(j,B)=>n({time:Ft(
ut(a,l).share(B),a)})),be(N,N,a,()=>l,n);let I=S==="Plan"?"plan":"cost";return At(N,{label:`${S} from ${i}: steps of ${r} down, steps of ${o} across`,grid:()=>[
s,a],start:()=>[0,l?.time??0],cellAt:(j,B)=>[Ft(ut(s,c()).share(j),s),Ft(ut(a,l).share(B),a)],placeOf:(j,B)=>[ut(s,c()).across((j+.5)/s),ut(a,l).across((B+.5)/a)],
locate:({time:j})=>j===void 0||j>=a||!f(j)?null:{y:[ut(a,l).across(j/a),ut(a,l).across((j+1)/a)]},read(j,B){if(!l)return null;let q=t.part(I,l.sample,e)[B*s+j],
L=q/255*t.transport_scale[I][e],z=t.edited()&&t.replaced(I)?t.recorded.part(I,l.sample,e)[B*s+j]/255*t.transport_scale[I][e]:NaN;return{title:i,at:{time:B},rows:[
[S.toLowerCase(),`${t.replaced(I)&&q===255?"≥ ":""}${J(L)}`],[`${r}, at`,Mt(t,l.sample,B)],[`${o}, at`,s===a?Mt(t,l.sample,j):`step ${j+1} of ${s}`],...Number.
isFinite(z)?[["recorded",J(z)],["difference",`${L>z?"+":""}${J(L-z)}`]]:[]]}}}),{canvas:M,line:C,most:_,left:F,below:R,node:p("div",{class:"mmv-charted"},p("div",
{class:"mmv-subtitle"},`${S.toLowerCase()}, colours from 0 to `,_),F,N,R.node)}}),u=it("g"),h=it("path",{class:"mmv-here"}),m=it("svg",{viewBox:`0 0 ${Fr} ${Ca}`,
preserveAspectRatio:"none",role:"img","aria-label":`Ribbons from the steps of ${r} (top) to the steps of ${o} (bottom)`},u,h),g=Gt({label:`Lag of the largest ma\
ss of ${i} over the sequence, in steps`,series:[{f:0}],onPick:S=>n({time:Math.round(S*(a-1))})}),w=Gt({label:`Transport distance of ${i} over training`,series:[
{f:0}],log:"linear",onPick:S=>n({epoch:Math.round(S*(t.sizes.epoch-1))})}),y=p("p",{class:"mmv-small"}),b=p("div",{class:"mmv-transport"},p("div",{class:"mmv-na\
me"},Q(r)," → ",Q(o)),p("div",{class:"mmv-pair"},...d.map(S=>S.node),p("div",{},p("div",{class:"mmv-subtitle"},"ribbons: ",Q(r)," above, ",Q(o)," below"),p("d\
iv",{class:"mmv-plot mmv-river"},m),g.node,w.node)),y),v=It(),A=[],$=Tt([]),x=Tt([]);function O(S){let{sample:M,epoch:C,time:N}=S,[_,F]=de(t,S),R=t.part("plan",
M,e),I=ut(a,S);if(l=S,v(S,"sample","zoom")){let T=ut(s,c()),D=re(t,S,4);d.forEach(({canvas:W,most:U,left:P,below:H},G)=>{let K=G?"cost":"plan",et=t.part(K,M,e),
st=yp(t,K),Y=t.transport_scale[K][e]/st;Yt(W,T.to+1-T.from,I.to+1-I.from,(V,X)=>Math.round(Y*et[(X+I.from)*s+V+T.from])),Ut(P,D.map(({at:V,text:X})=>({at:I.across(
V),text:X})),"top"),H.draw(s===a?D.map(({at:V,text:X})=>({at:I.across(V),text:X})):[{at:0,text:"1"},{at:1,text:String(s)}],`${o}${s===a?`, ${ye(t,S)}`:", step"}`),
U.textContent=`${t.replaced(K)?"≥ ":""}${J(st)}`}),A=kl(t,M,e),$=Tt(Ol(t).flatMap(W=>W.pairs.map((U,P)=>kl(W,M,P))),!0),x=Tt(ge(t,"distance",M),!0)}if(v(S,"sa\
mple","brush")){let T=[];for(let U=_;U<=F;U++)for(let P=0;P<s;P++)R[U*s+P]&&T.push([R[U*s+P],U,P]);T.sort((U,P)=>P[0]-U[0]);let D=T.length?T[0][0]:1,W=(U,P)=>(U+
.5)/P*Fr;u.replaceChildren(...T.slice(0,Al).map(([U,P,H])=>{let G=it("path",{class:"mmv-ribbon",d:`M${W(P,a).toFixed(1)} 0C${W(P,a).toFixed(1)} ${Ca/2} ${W(H,s).
toFixed(1)} ${Ca/2} ${W(H,s).toFixed(1)} ${Ca}`});return G.style.strokeWidth=`${(.5+4*(U/D)).toFixed(1)}px`,G}))}h.setAttribute("d",`M${(N+.5)/a*Fr} 0V${Ca}`),d.
forEach(({line:T})=>{T.hidden=!f(N),T.style.top=`${100*I.across(N/a)}%`,T.style.height=`${100/a/I.length}%`}),g.draw({values:(T,D)=>A[D],count:a,now:N,range:$,brush:S.
brush,x:cn(t,S),y:{name:"lag",unit:"steps",text:T=>mt(T,0)}}),g.say({title:"lag of the largest mass, steps"});let j=t.epochs.map((T,D)=>t.recorded.part("distanc\
e",D,M)[e]),B=t.part("distance",C,M)[e];w.draw({values:(T,D)=>j[D],count:j.length,now:C,range:x,x:qe(t.epochs),y:{name:"distance",text:T=>nt(T,3)}}),w.say({title:`\
distance over training${t.edited()?", as recorded":""}`});let q=t.edited()!==null&&!t.replaced("estimated_lag"),L=!t.has("estimated_lag")||t.lacks("estimated_la\
g",M)&&!t.replaced("estimated_lag"),z=L?NaN:t.part("estimated_lag",M)[e],E=Number.isFinite(A[N])?`lag of the largest mass ${mt(A[N],0)} steps`:"no anchor step r\
eceives more mass than the others",k=L?"the page does not compute the estimated lag of the sequence":q?`estimated lag of the sequence as recorded ${Number.isFinite(
z)?`${mt(z,0)} steps`:"none"}, the page does not compute it for an edit`:Number.isFinite(z)?`estimated lag of the sequence ${mt(z,0)} steps`:"no estimated lag: \
none stands out from permuted controls";y.textContent=`${r} to ${o}, ${Mt(t,M,N)}: ${E}; ${k}; distance ${nt(B,3)} at ${sn(t,C)}.`}return{node:b,draw:O}}function vp(t,e,n,a){
let s=e.pairs.map((r,o)=>wp(e,o,a));return t.append(ft("Transport"),...s.map(r=>r.node),rt(`Plan and cost are those of the epoch that training selected; one col\
our scale for all plans, one for all costs. Down: steps of the modality, across: steps of its anchor. Ribbons: the ${Al} largest entries in the time range. Lag:\
 step of the anchor minus step of the modality; positive: it matches a later step of the anchor. The estimated lag is the one at which the costs are lowest besi\
de the means of their rows and columns.`)),r=>s.forEach(o=>o.draw(r))}gt({name:"transport",section:"explanation",place:"wide",order:20,needs:["plan","cost","dis\
tance"],mount:vp});var Ot=t=>t.reduce((e,n)=>e*n,1);function Nt(t){let e=new Array(t.length);for(let n=t.length-1,a=1;n>=0;n--)e[n]=a,a*=t[n];return e}function he(t,e){let n=Nt(t),
a=e.length-t.length;return e.map((s,r)=>r<a||t[r-a]===1?0:n[r-a])}var da=(t,e)=>t<0?t+e:t;function He(t,e,n,a){let s=t.length-1,r=s<0?1:t[s],o=r?Ot(t)/r:0,i=e.length,
l=new Int32Array(Math.max(1,t.length)),c=new Int32Array(i);return()=>{l.fill(0);for(let f=0;f<i;f++)c[f]=n[f];for(let f=0;f<o;f++){a(f*r,c);for(let d=s-1;d>=0;d--){
for(let u=0;u<i;u++)c[u]+=e[u][d];if(++l[d]<t[d])break;for(let u=0;u<i;u++)c[u]-=e[u][d]*t[d];l[d]=0}}}}function Sl(t,e,n,a,s=t.shape){let r=s.length-1,o=r<0?1:
s[r],i=r<0?0:n[r];return He(s,[n],[a],(l,c)=>{let f=t.data,d=e.data,u=c[0];if(i===1)for(let h=0;h<o;h++)f[l+h]=d[u+h];else for(let h=0;h<o;h++)f[l+h]=d[u+h*i]})}
function Nl(t,e,n,a,s=e.shape){let r=s.length-1,o=r<0?1:s[r],i=r<0?1:n[r];return He(s,[n],[a],(l,c)=>{let f=t.data,d=e.data,u=c[0];for(let h=0;h<o;h++)f[u+h*i]=
d[l+h]})}var Vt=class extends Error{},gn=t=>typeof t=="object"&&t!==null&&!Array.isArray(t);function tt(t,e){throw new Vt(`model in the page: node ${t.index} (${t.op}) ${e}\
; save the page again`)}function lt(t,e){let n=t.args[e];return gn(n)?n:tt(t,`has no array ${e}`)}var te=(t,e)=>t.args[e]==null?null:lt(t,e);function In(t,e){let n=t.
args[e];return Array.isArray(n)||tt(t,`has no list ${e}`),n.map(a=>gn(a)?a:tt(t,`has a list ${e} with something that is no array`))}function bt(t,e,n){let a=t.args[e];
return a==null&&n!==void 0?n:typeof a=="number"||typeof a=="boolean"?Number(a):tt(t,`has no number ${e}`)}function ze(t,e,n){let a=t.args[e];return a==null&&n!==
void 0?n:(Array.isArray(a)?a:[a]).map(r=>typeof r=="number"?r:tt(t,`has a list ${e} with something that is no number`))}function Qe(t,e){let n=t.args[e];return typeof n!=
"number"&&typeof n!="boolean"?lt(t,e):{shape:[],size:1,type:"d",data:Float64Array.of(Number(n)),source:null,shift:0,constant:!0,kept:!0,first:0,last:0,offset:-1}}
function Qt(t,e,n,a){let s=bt(t,e,a),r=s<0?s+n:s;return Number.isInteger(r)&&r>=0&&r<Math.max(1,n)?r:tt(t,`has axis ${s} of ${n}`)}function tn(t,e){let n=t.out.
shape;for(let{shape:a}of e){let s=n.length-a.length;(s<0||a.some((r,o)=>r!==1&&r!==n[o+s]))&&tt(t,`cannot combine the shape ${a.join(" x ")} into ${n.join(" x ")}`)}}
function Bt(t,e,n,a){(e.shape.length!==n.length||e.shape.some((s,r)=>s!==n[r]))&&tt(t,`has ${a} of shape ${e.shape.join(" x ")}, expected ${n.join(" x ")}`)}function Pt(t,e,n){
(e.size!==n.size||e.size!==Ot(e.shape))&&tt(t,`has ${e.size} values in and ${n.size} out`)}var xp=8,$p={f:4,b:1,i:8,d:8};function Mp(t,e){let n=[],a=e.map(()=>[]);if(t.forEach((s,r)=>{if(s===1)return;let o=n.length-1;o>=0&&e.every((i,l)=>a[l][o]===i[r]*
s)?(n[o]*=s,e.forEach((i,l)=>{a[l][o]=i[r]})):(n.push(s),e.forEach((i,l)=>a[l].push(i[r])))}),n.length===0){n.push(1);for(let s of a)s.push(0)}return{sizes:n,strides:a}}
function Es(t,e,n){if(!t.simd)return null;let{sizes:a,strides:s}=Mp(e,n),r=[a.length,...a,...s.flat()];if(a.length>xp)return null;let o=t.scratch([r.length],"f",
!0);return{table:o,once:()=>new Int32Array(o.data.buffer,o.data.byteOffset,r.length).set(r)}}function jr(t,e){if(e.type==="f")return{tensor:e,once:()=>{}};if(e.
type!=="d"||e.size!==1||e.shape.length>0)return null;let n=t.scratch([1],"f",!0),a=e.data[0];return{tensor:n,once:()=>{n.data[0]=a}}}var Lr=t=>({once:()=>{for(let e of t)
e.once?.()},run:()=>{for(let e of t)e.run?.()}});function El(t,e,n,a,s,r,o,i){let l=e.type===n.type&&e.size>0&&n.size>0?Es(t,a,[s,r]):null,c=$p[e.type];return l&&
{once:l.once,run:()=>t.kernels.copy(n.data.byteOffset+o*c,e.data.byteOffset+i*c,l.table.data.byteOffset,c)}}var bn=(t,e,n,a,s,r=e.shape)=>El(t,e,n,r,a,Nt(r),s,0)??
{run:Sl(e,n,a,s,r)},zs=(t,e,n,a,s,r=n.shape)=>El(t,e,n,r,Nt(r),a,0,s)??{run:Nl(e,n,a,s,r)};var Tl=new Int32Array(1),_p=new Float32Array(Tl.buffer);function Br(t){if(!(t>=-126))return Number.isNaN(t)?NaN:0;let e=Math.round(t),n=t-e;return Tl[0]=e+127<<
23,_p[0]*(1+n*(.6931471805599453+n*(.2402265069591007+n*(.05550410866482158+n*(.009618129107628477+n*(.0013333558146428443+n*.0001540353039338161))))))}function kp(t,e,n){
let a=[...new Set([0,...t.map(s=>s.step)])].filter(s=>s<n).sort((s,r)=>s-r);return a.map((s,r)=>{let o=t.filter(c=>c.step<=s),i=new Uint8Array(e);for(let c of o)
c.kind!=="cut"&&(i[c.modality]=c.kind==="zero"?1:2);let l=new Map(t.filter(c=>c.kind==="hold").map(c=>[c.modality,c.step]));return{from:s,to:a[r+1]??n,cuts:o.filter(
c=>c.kind==="cut"),kinds:i,held:l}})}function Ap({x:t,dt:e,A:n,B:a,C:s,D:r,W:o,mask:i,y:l,h:c,g:f},d,{M:u,R:h,T:m,E:g,N:w,perRow:y},b){let v=g*w,A=kp(b,u,m),$=new Float64Array(
u*u);for(let x=0;x<h;x++){c.fill(0);for(let{from:O,to:S,cuts:M,kinds:C,held:N}of A){$.set(y?o.subarray(x*u*u,(x+1)*u*u):o);for(let _ of M)$[_.modality*u+(_.source??
0)]=0;for(let _=O;_<S;_++){for(let F=0;F<u;F++){if(!i[(F*h+x)*m+_])continue;let R=F*v;for(let I=0;I<v;I++)f[R+I]=$[F*u]*c[I];for(let I=1;I<u;I++){let j=$[F*u+I];
if(j!==0)for(let B=0,q=I*v;B<v;B++)f[R+B]+=j*c[q+B]}}for(let F=0;F<u;F++){let R=(F*h+x)*m+_,I=i[R],j=R*g,B=R*w,q=d!==null&&x===h-1,L=C[F]===2&&_>(N.get(F)??0),z=C[F]===
1;if(!I&&!q&&!z){l.fill(0,j,j+g);continue}for(let E=0;E<g;E++){let k=e[j+E],T=t[j+E],D=k*T,W=F*v+E*w,U=0,P=0;for(let H=0;H<w;H++){let G=W+H,K=c[G];I&&!L&&(K=Br(
k*n[G])*f[G]+D*a[B+H]),z&&(K=0),c[G]=K,I&&(U+=K*s[B+H]),P+=K*K}l[j+E]=I?U+r[F*g+E]*T:0,q&&d&&(d[(F*m+_)*g+E]=Math.sqrt(P))}}}}}}var zl=4,Rr=64,Op={zero:0,hold:1,
cut:2};function Pr(t,e,n,a,s){let r=e.shape[2]===1&&s>1,{probe:o}=t,i=o?1:Math.LOG2E,l=r||!o?t.scratch([n,a,s],"f",e.constant):e;return{rates:l,arrange:()=>{if(l!==
e)for(let f=0;f<l.size;f++)l.data[f]=e.data[r?Math.floor(f/s):f]*i}}}function Sp(t,e){let[n,a,s,r,o]=["x","dt","A","B","C"].map(R=>lt(t,R)),i=te(t,"D"),l=te(t,"\
W"),c=te(t,"mask"),f=t.parts[0];(n.shape.length!==4||s.shape.length!==3||r.shape.length!==4||f===null)&&tt(t,"has arrays of other ranks"),t.args.h0!=null&&tt(t,
"has an initial state, which is not available");let[d,u,h,m]=n.shape,g=r.shape[3],w=s.shape[2]===1&&g>1,{probe:y}=e;Bt(t,a,n.shape,"dt"),Bt(t,s,[d,m,w?1:g],"A");
for(let R of[r,o])Bt(t,R,[d,u,h,g],"B or C");i&&Bt(t,i,[d,m],"D"),c&&Bt(t,c,[d,u,h],"mask"),l&&l.size!==d*d&&l.size!==u*d*d&&tt(t,`has W of shape ${l.shape.join(
" x ")}`),Pt(t,n,f);let b=e.watched(t.index)?e.scratch([d,h,m],"f",!0):null,v=bt(t,"weight",1/d);b&&e.watch(t.index,b);let{rates:A,arrange:$}=Pr(e,s,d,m,g),x=l??
e.scratch([d,d],"f",!0),O=x.size>d*d,S=()=>{s.constant&&$(),l||x.data.fill(v)},M=()=>({edits:b?e.live.interventions:[],wanted:b&&e.live.states?b:null});if(y){let R=e.
scratch([y.scan_scratch(d,g)],"f"),I=e.scratch([Rr*zl],"f"),j=B=>B?.data.byteOffset??0;return{once:S,run:()=>{let{edits:B,wanted:q}=M();s.constant||$(),B.length>
Rr&&tt(t,`has ${B.length} interventions, more than ${Rr}`),B.length&&new Int32Array(I.data.buffer,j(I),B.length*zl).set(B.flatMap(({modality:L,kind:z,source:E=0,
step:k})=>[L,Op[z],E,k])),e.kernels.scan(j(n),j(a),j(A),j(r),j(o),j(i),j(x),O?d*d:0,j(c),0,j(f),0,j(q),u-1,j(R),B.length?j(I):0,B.length,d,u,h,m,g)}}}let C=e.scratch(
[d,g,m],"f"),N=e.scratch([d,g,m],"f"),_=c??e.scratch([d,u,h],"b"),F=i??e.scratch([d,m],"f");return{once:S,run:()=>{let{edits:R,wanted:I}=M();s.constant||$(),c||
_.data.fill(1),i||F.data.fill(0),Ap({x:n.data,dt:a.data,A:A.data,B:r.data,C:o.data,D:F.data,W:x.data,mask:_.data,y:f.data,h:C.data,g:N.data},I?I.data:null,{M:d,
R:u,T:h,E:m,N:g,perRow:O},R)}}}function Np(t,e){let n=lt(t,"x"),a=lt(t,"weight"),s=te(t,"bias"),r=!!t.args.activated,{out:o}=t;n.shape.length!==4&&tt(t,"has an \
input of another rank");let[i,l,c,f]=n.shape,d=a.shape[2],u=l*c*f;Pt(t,n,o),Bt(t,a,[i,f,d],"weight"),s&&Bt(t,s,[i,f],"bias");let h=e.scratch([i,d,f],"f",!0),m=e.
scratch([i,f],"f",!0),g=a.constant&&(s?.constant??!0),{simd:w}=e,y=()=>{for(let $=0;$<i;$++)for(let x=0;x<f;x++)for(let O=0;O<d;O++)h.data[($*d+O)*f+x]=a.data[($*
f+x)*d+O];s?m.data.set(s.data):m.data.fill(0)},A=w?()=>{for(let $=0;$<i;$++)e.kernels.conv(n.data.byteOffset+$*u*4,h.data.byteOffset+$*d*f*4,m.data.byteOffset+$*
f*4,o.data.byteOffset+$*u*4,l,c,f,d,r?1:0)}:()=>{let $=o.data,x=n.data,O=h.data;for(let S=0;S<i;S++)for(let M=0;M<l;M++)for(let C=0;C<c;C++){let N=((S*l+M)*c+C)*
f;for(let _=0;_<f;_++){let F=m.data[S*f+_];for(let R=0;R<d&&R<=C;R++)F+=x[N-R*f+_]*O[(S*d+d-1-R)*f+_];$[N+_]=r?F/(1+Math.exp(-F)):F}}};return g?{once:y,run:A}:{
run:()=>{y(),A()}}}function Ep(t,e){let n=lt(t,"x"),a=lt(t,"z"),{out:s}=t,r=s.size;return Pt(t,n,s),Pt(t,a,s),e.simd?{run:()=>e.kernels.silu_gate(n.data.byteOffset,
a.data.byteOffset,s.data.byteOffset,r)}:{run:()=>{for(let o=0;o<r;o++)s.data[o]=n.data[o]*a.data[o]/(1+Math.exp(-a.data[o]))}}}var Cl={"mmkernels.coupled_scan":Sp,
"mmkernels.causal_conv":Np,"mmkernels.silu_gate":Ep};function zp(t,e){let[n,a,s,r,o]=["dy","dt","A","B","C"].map(N=>lt(t,N)),i=te(t,"D"),l=te(t,"W"),c=te(t,"mask"),f=t.parts[0];(n.shape.length!==4||s.shape.length!==
3||r.shape.length!==4||f===null||t.parts.slice(1).some(Boolean))&&tt(t,"has arrays of other ranks, or gradients with respect to weights"),(t.args.h0!=null||t.args.
dh_last!=null)&&tt(t,"has an initial state or a gradient of the last one, which is not available");let[d,u,h,m]=n.shape,g=r.shape[3],{probe:w}=e,y=bt(t,"weight",
1/d);Bt(t,a,n.shape,"dt"),Bt(t,s,[d,m,s.shape[2]===1?1:g],"A");for(let N of[r,o])Bt(t,N,[d,u,h,g],"B or C");i&&Bt(t,i,[d,m],"D"),c&&Bt(t,c,[d,u,h],"mask"),l&&l.
size!==d*d&&l.size!==u*d*d&&tt(t,`has W of shape ${l.shape.join(" x ")}`),Pt(t,n,f);let{rates:b,arrange:v}=Pr(e,s,d,m,g),A=l??e.scratch([d,d],"f",!0),$=A.size>d*
d?d*d:0,x=()=>{s.constant&&v(),l||A.data.fill(y)},O=N=>N?.data.byteOffset??0;if(w){let N=e.scratch([w.scan_backward_scratch(d,g)],"f");return{once:x,run:()=>{s.
constant||v(),e.kernels.scan_backward(O(n),O(a),O(b),O(r),O(o),O(i),O(A),$,O(c),O(f),O(N),d,u,h,m,g)}}}let S=new Float64Array(d*g),M=new Float64Array(d*g),C=(N,_)=>{
S.fill(0);for(let F=h-1;F>=0;F--){for(let R=0;R<d;R++){let I=(R*u+N)*h+F,j=I*m+_;if(f.data[j]=0,c&&!c.data[I])continue;let B=n.data[j],q=a.data[j],L=0;for(let z=0;z<
g;z++){let E=S[R*g+z]+B*o.data[I*g+z];L+=E*r.data[I*g+z],M[R*g+z]=Br(q*b.data[(R*m+_)*g+z])*E}f.data[j]=q*L+(i?i.data[R*m+_]*B:0)}for(let R=0;R<d;R++)for(let I=0;I<
g;I++){let j=c&&!c.data[(R*u+N)*h+F]?S[R*g+I]:0;for(let B=0;B<d;B++)(!c||c.data[(B*u+N)*h+F])&&(j+=A.data[N*$+B*d+R]*M[B*g+I]);S[R*g+I]=j}}};return{once:x,run:()=>{
s.constant||v();for(let N=0;N<u;N++)for(let _=0;_<m;_++)C(N,_)}}}function Tp(t,e){let n=lt(t,"dy"),a=lt(t,"weight"),s=t.parts[0];(n.shape.length!==4||s===null||
t.parts.slice(1).some(Boolean)||t.args.activated)&&tt(t,"has an input of another rank, an activation, or gradients with respect to weights");let[r,o,i,l]=n.shape,
c=a.shape[2],f=o*i*l;Pt(t,n,s),Bt(t,a,[r,l,c],"weight");let d=e.scratch([r,c,l],"f",a.constant),u=()=>{for(let w=0;w<r;w++)for(let y=0;y<l;y++)for(let b=0;b<c;b++)
d.data[(w*c+b)*l+y]=a.data[(w*l+y)*c+b]},h=()=>{for(let w=0;w<r;w++)for(let y=0;y<o;y++)for(let b=0;b<i;b++)for(let v=0;v<l;v++){let A=((w*o+y)*i+b)*l+v,$=0;for(let x=0;x<
c&&b+x<i;x++)$+=n.data[A+x*l]*d.data[(w*c+c-1-x)*l+v];s.data[A]=$}},m=()=>{for(let w=0;w<r;w++)e.kernels.conv_backward(n.data.byteOffset+w*f*4,d.data.byteOffset+
w*c*l*4,s.data.byteOffset+w*f*4,o,i,l,c)},g=e.simd?m:h;return a.constant?{once:u,run:g}:{run:()=>{u(),g()}}}function Il(t,e){let n=lt(t,"grad_output"),{out:a}=t,
s=a.shape.length,r=Qt(t,"dim",s),o=a.shape[r],i=Nt(a.shape),l=t.op==="select_backward",c=l?a.shape.map((g,w)=>w===r?1:g):n.shape,f=l?1:bt(t,"step",1),d=bt(t,l?"\
index":"start",0),u=Math.min(o,Math.max(0,d<0?d+o:d)),h=c[r];(n.size!==c.reduce((g,w)=>g*w,1)||c.length!==s||c.some((g,w)=>w!==r&&g!==a.shape[w])||h>0&&u+(h-1)*
f>=o)&&tt(t,`puts ${n.shape.join(" x ")} into ${a.shape.join(" x ")}`);let m=zs(e,a,n,i.map((g,w)=>w===r?g*f:g),u*i[r],c);return{once:m.once,run:()=>{a.data.fill(
0),m.run?.()}}}function Cp(t){return t.out.constant=!0,{run:()=>t.out.data.fill(bt(t,"s"))}}var Fl={"mmkernels.coupled_scan_backward":zp,"mmkernels.causal_conv_\
backward":Tp,select_backward:Il,slice_backward:Il,scalar_tensor:Cp};function jl(t){let e=Math.abs(t),n=1/(1+.5*e),a=-1.26551223+n*(1.00002368+n*(.37409196+n*(.09678418+n*(-.18628806+n*(.27886807+n*(-1.13520398+n*(1.48851587+n*(-.82215223+
n*.17087277)))))))),s=n*Math.exp(-e*e+a);return t>=0?1-s:s-1}var Pl={exp:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=Math.exp(e[a])},log:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=
Math.log(e[a])},sqrt:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=Math.sqrt(e[a])},rsqrt:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=1/Math.sqrt(e[a])},abs:(t,e,n)=>{for(let a=0;a<
n;a++)t[a]=Math.abs(e[a])},neg:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=-e[a]},sin:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=Math.sin(e[a])},cos:(t,e,n)=>{for(let a=0;a<n;a++)
t[a]=Math.cos(e[a])},tanh:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=Math.tanh(e[a])},sigmoid:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=1/(1+Math.exp(-e[a]))},silu:(t,e,n)=>{for(let a=0;a<
n;a++)t[a]=e[a]/(1+Math.exp(-e[a]))},relu:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=e[a]>0?e[a]:0},erf:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=jl(e[a])},gelu:(t,e,n)=>{for(let a=0;a<
n;a++)t[a]=.5*e[a]*(1+jl(e[a]*Math.SQRT1_2))},softplus:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=Math.max(e[a],0)+Math.log1p(Math.exp(-Math.abs(e[a])))},reciprocal:(t,e,n)=>{
for(let a=0;a<n;a++)t[a]=1/e[a]},bitwise_not:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=e[a]?0:1},logical_not:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=e[a]?0:1},isnan:(t,e,n)=>{
for(let a=0;a<n;a++)t[a]=Number.isNaN(e[a])?1:0}},ql={add:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]+r[o]},sub:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<
l;c++,a+=s,o+=i)t[e+c]=n[a]-r[o]},rsub:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=r[o]-n[a]},mul:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,
o+=i)t[e+c]=n[a]*r[o]},div:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]/r[o]},floor_divide:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=
i)t[e+c]=Math.floor(n[a]/r[o])},pow:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]**r[o]},minimum:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=
s,o+=i)t[e+c]=Math.min(n[a],r[o])},maximum:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=Math.max(n[a],r[o])},gt:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<
l;c++,a+=s,o+=i)t[e+c]=n[a]>r[o]?1:0},ge:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]>=r[o]?1:0},lt:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,
a+=s,o+=i)t[e+c]=n[a]<r[o]?1:0},le:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]<=r[o]?1:0},eq:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,
o+=i)t[e+c]=n[a]===r[o]?1:0},ne:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]!==r[o]?1:0},__and__:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=
s,o+=i)t[e+c]=n[a]&&r[o]?1:0},__or__:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]||r[o]?1:0}},Ip=["exp","log","tanh","sigmoid","silu","relu",
"softplus","gelu","erf"],Fp=["add","sub","mul","div","minimum","maximum"],jp=t=>(e,n)=>{let a=lt(e,"self"),{out:s}=e,r=s.size,o=Pl[t];Pt(e,a,s),t==="gelu"&&(e.args.
approximate??"none")!=="none"&&tt(e,"uses an approximation of GELU that is not available"),t==="softplus"&&(bt(e,"beta",1)!==1||bt(e,"threshold",20)!==20)&&tt(e,
"has options other than beta=1, threshold=20");let i=Ip.find(l=>l===t);return n.simd&&i&&a.type==="f"&&s.type==="f"?{run:()=>n.kernels[i](a.data.byteOffset,s.data.
byteOffset,r)}:{run:()=>o(s.data,a.data,r)}},Ia=t=>(e,n)=>{let a=Qe(e,"self"),s=Qe(e,e.args.exponent==null?"other":"exponent"),{out:r}=e,o=r.size,i=ql[t];tn(e,[
a,s]),bt(e,"alpha",1)!==1&&tt(e,"has a factor alpha, which is not available"),e.args.rounding_mode!=null&&tt(e,"rounds a quotient, which is not available");let l=r.
shape.at(-1)??1,c=r.type==="f"&&a.type==="f";if(n.simd&&c&&t==="add"&&s.type==="f"&&a.size===o&&s.size===o)return{run:()=>n.kernels.add(a.data.byteOffset,s.data.
byteOffset,r.data.byteOffset,o)};let f=s.type==="b"&&a.size===o&&s.shape.length===r.shape.length&&s.shape.at(-1)===1&&s.size*l===o;if(n.simd&&c&&t==="mul"&&f)return{
run:()=>n.kernels.scale_rows(a.data.byteOffset,s.data.byteOffset,r.data.byteOffset,o/l,l)};let d=Fp.indexOf(t==="rsub"?"sub":t),u=d<0||r.type!=="f"?null:Lp(n,d,
...t==="rsub"?[s,a]:[a,s],r);if(u)return u;if(a.size===o&&s.size===o)return{run:()=>i(r.data,0,a.data,0,1,s.data,0,1,o)};let[h,m]=[a,s].map(y=>he(y.shape,r.shape)),
g=h.at(-1)??0,w=m.at(-1)??0;return{run:He(r.shape,[h,m],[0,0],(y,b)=>i(r.data,y,a.data,b[0],g,s.data,b[1],w,l))}};function Lp(t,e,n,a,s){let[r,o]=[n,a].map(l=>t.
simd?jr(t,l):null),i=r&&o?Es(t,s.shape,[n,a].map(l=>he(l.shape,s.shape))):null;return!r||!o||!i?null:{once:()=>{for(let l of[r,o,i])l.once()},run:()=>t.kernels.
combine(e,r.tensor.data.byteOffset,o.tensor.data.byteOffset,s.data.byteOffset,i.table.data.byteOffset)}}function Dl(t,e,n,a,s){if(t.simd&&e.type==="b"&&s.type===
"f"){let[r,o]=[n,a].map(l=>jr(t,l)),i=r&&o?Es(t,s.shape,[e,n,a].map(l=>he(l.shape,s.shape))):null;if(r&&o&&i)return{once:()=>{for(let l of[r,o,i])l.once()},run:()=>t.
kernels.where(e.data.byteOffset,r.tensor.data.byteOffset,o.tensor.data.byteOffset,s.data.byteOffset,i.table.data.byteOffset)}}return{run:Rp(e,n,a,s)}}function Rp(t,e,n,a){
let[s,r,o]=[t,e,n].map(d=>he(d.shape,a.shape)),i=a.shape.at(-1)??1,l=s.at(-1)??0,c=r.at(-1)??0,f=o.at(-1)??0;return He(a.shape,[s,r,o],[0,0,0],(d,u)=>{let h=a.data,
m=t.data,g=e.data,w=n.data,y=u[0],b=u[1],v=u[2];if(l===0){let A=m[y]?g:w,$=m[y]?c:f;for(let x=0,O=m[y]?b:v;x<i;x++,O+=$)h[d+x]=A[O]}else for(let A=0;A<i;A++,y+=
l,b+=c,v+=f)h[d+A]=m[y]?g[b]:w[v]})}function Bp(t,e){let[n,a,s]=["condition","self","other"].map(r=>Qe(t,r));return tn(t,[n,a,s]),Dl(e,n,a,s,t.out)}function Pp(t,e){
let n=lt(t,"self"),a=lt(t,"mask"),s=Qe(t,"value");return tn(t,[n,a,s]),Dl(e,a,s,n,t.out)}function Ll(t){let e=lt(t,"self"),{out:n}=t,a=bt(t,"min",-1/0),s=bt(t,"\
max",1/0);return Pt(t,e,n),{run:()=>{let r=n.data,o=e.data;for(let i=0;i<r.length;i++)r[i]=o[i]<a?a:o[i]>s?s:o[i]}}}function Rl(t){let e=lt(t,"self"),{out:n}=t;
if(Pt(t,e,n),e.type===n.type)return{alias:e};let a=n.type==="i"&&e.type!=="b",s=n.type==="b";return{run:()=>{let r=n.data,o=e.data;if(s)for(let i=0;i<r.length;i++)
r[i]=o[i]!==0?1:0;else if(a)for(let i=0;i<r.length;i++)r[i]=Math.trunc(o[i]);else r.set(o)}}}function qp(t){let[e,n,a]=["self","end","weight"].map(f=>Qe(t,f)),{
out:s}=t;tn(t,[e,n,a]);let r=[e,n,a].map(f=>he(f.shape,s.shape)),[o,i,l]=r.map(f=>f.at(-1)??0),c=s.shape.at(-1)??1;return{run:He(s.shape,r,[0,0,0],(f,d)=>{for(let u=0;u<
c;u++){let h=e.data[d[0]+u*o],m=n.data[d[1]+u*i],g=a.data[d[2]+u*l];s.data[f+u]=g<.5?h+g*(m-h):m-(m-h)*(1-g)}})}}function Dp(t,e){let[n,a,s]=["self","tensor1","\
tensor2"].map(h=>Qe(t,h)),{out:r}=t,{shape:o}=r;tn(t,[n,a,s]),bt(t,"value",1)!==1&&tt(t,"has a factor, which is not available");let i=o.at(-1)??1,l=o[0];if(e.simd&&
o.length===4&&a.size===r.size&&n.size===l*i&&s.size===n.size&&n.shape.length===4){let h=o[1]*o[2];return{run:()=>{for(let m=0;m<l;m++)e.kernels.addcmul(n.data.byteOffset+
m*i*4,a.data.byteOffset+m*h*i*4,s.data.byteOffset+m*i*4,r.data.byteOffset+m*h*i*4,h,i)}}}let c=[n,a,s].map(h=>he(h.shape,o)),[f,d,u]=c.map(h=>h.at(-1)??0);return{
run:He(o,c,[0,0,0],(h,m)=>{let g=r.data,w=n.data,y=a.data,b=s.data;for(let v=0,A=m[0],$=m[1],x=m[2];v<i;v++,A+=f,$+=d,x+=u)g[h+v]=w[A]+y[$]*b[x]})}}function Bl(t,e){
let n=lt(t,"self"),{out:a}=t;return tn(t,[n]),n.size===a.size?{alias:n}:bn(e,a,n,he(n.shape,a.shape),0)}var Wl={...Object.fromEntries(Object.keys(Pl).map(t=>[t,
jp(t)])),...Object.fromEntries(Object.keys(ql).map(t=>[t,Ia(t)])),bitwise_and:Ia("__and__"),bitwise_or:Ia("__or__"),logical_and:Ia("__and__"),logical_or:Ia("__o\
r__"),where:Bp,masked_fill:Pp,clamp:Ll,clamp_min:Ll,_to_copy:Rl,to:Rl,lerp:qp,addcmul:Dp,expand:Bl,expand_as:Bl};function Gl(t,e,n,a,s,r){let o=e.shape.length,i=Nt(e.shape),{shape:l}=n,c=e.shape[a],f=i[a];(l.length!==o||l.some((u,h)=>h!==a&&u>e.shape[h]))&&tt(t,`has an ind\
ex of shape ${l.join(" x ")} for ${e.shape.join(" x ")}`);let d=new Int32Array(o);return()=>{d.fill(0);let u=0,h=0;for(let m=0;m<n.size;m++){let g=n.data[m];g>=
0&&g<c||tt(t,`has the index ${g} of ${c}`),r(m,u+g*f,h);for(let w=o-1;w>=0&&(w!==a&&(u+=i[w]),h+=s[w],!(++d[w]<l[w]));w--)w!==a&&(u-=i[w]*l[w]),h-=s[w]*l[w],d[w]=
0}}}function Wp(t,e){let n=lt(t,"self"),a=lt(t,"index"),s=Qt(t,"dim",n.shape.length),{out:r}=t;if(Pt(t,a,r),e.simd&&n.type==="f"&&r.type==="f"&&a.type==="i"&&a.
shape.length===n.shape.length&&a.shape.every((o,i)=>i===s||o===n.shape[i])){let o=Ot(n.shape.slice(0,s)),i=Ot(n.shape.slice(s+1)),l=n.shape[s],c=a.shape[s];return{
run:()=>{e.kernels.gather(n.data.byteOffset,a.data.byteOffset,r.data.byteOffset,o,l,c,i)&&tt(t,`has an index outside of 0 to ${l-1}`)}}}return{run:Gl(t,n,a,s,Nt(
a.shape),(o,i)=>{r.data[o]=n.data[i]})}}function Hl(t){let e=lt(t,"self"),n=lt(t,"index"),a=Qt(t,"dim",e.shape.length),{out:s}=t,r=t.op==="scatter_add",o=t.args.
src==null?Qe(t,"value"):lt(t,"src"),i=o.shape.length===0;Pt(t,e,s),!i&&n.shape.some((f,d)=>f>o.shape[d])&&tt(t,"has fewer values than indices");let l=i?n.shape.
map(()=>0):Nt(o.shape),c=Gl(t,e,n,a,l,(f,d,u)=>{s.data[d]=r?s.data[d]+o.data[u]:o.data[u]});return{run:()=>{s.data.set(e.data),c()}}}function Ul(t){let e=t.op===
"embedding",n=lt(t,e?"weight":"self"),a=lt(t,e?"indices":"index"),s=e?0:Qt(t,"dim",n.shape.length),r=Ot(n.shape.slice(s+1)),o=n.shape[s],i=Ot(n.shape.slice(0,s)),
{out:l}=t;return l.size!==i*a.size*r&&tt(t,"has an output of another size"),{run:()=>{for(let c=0,f=0;c<i;c++)for(let d=0;d<a.size;d++){let u=a.data[d];u>=0&&u<
o||tt(t,`has the index ${u} of ${o}`);let h=(c*o+u)*r;for(let m=0;m<r;m++)l.data[f++]=n.data[h+m]}}}}function Hp(t){let e=lt(t,"self"),{out:n}=t,a=t.args.indices;
Array.isArray(a)||tt(t,"has no list indices");let s=a.filter(w=>gn(w)),r=a.findIndex(w=>gn(w)),o=r+s.length;(r<0||a.slice(r).some((w,y)=>y<s.length&&!gn(w))||s.
some(w=>w.type==="b"))&&tt(t,"has indices that are not available: give positions for neighbouring axes");let i=Math.max(...s.map(w=>w.shape.length)),l=Array.from(
{length:i},(w,y)=>Math.max(...s.map(b=>b.shape[y-i+b.shape.length]??1))),c=s.map(w=>he(w.shape,l)),f=Nt(e.shape),d=Ot(l),u=Nt(l),h=Ot(e.shape.slice(0,r)),m=Ot(e.
shape.slice(o)),g=Ot(e.shape.slice(r));return h*d*m!==n.size&&tt(t,"has an output of another size"),{run:()=>{for(let w=0,y=0;w<h;w++)for(let b=0;b<d;b++){let v=w*
g;for(let A=0;A<s.length;A++){let $=0;for(let M=0;M<i;M++)$+=Math.floor(b/u[M])%l[M]*c[A][M];let x=s[A].data[$],O=e.shape[r+A],S=x<0?x+O:x;S>=0&&S<O||tt(t,`has \
the index ${x} of ${O}`),v+=S*f[r+A]}for(let A=0;A<m;A++)n.data[y++]=e.data[v+A]}}}}function Up(t){let e=lt(t,"sorted_sequence"),n=lt(t,"self"),{out:a}=t,s=e.shape.
at(-1)??1,r=n.shape.at(-1)??1,o=e.shape.length===1,i=!!t.args.right||t.args.side==="right";return Pt(t,n,a),!o&&e.size/s!==n.size/r&&tt(t,"has other rows of sor\
ted values than of values"),t.args.sorter!=null&&tt(t,"has a sorter, which is not available"),{run:()=>{for(let l=0;l<n.size;l++){let c=o?0:Math.floor(l/r)*s,f=n.
data[l],d=0,u=s;for(;d<u;){let h=d+u>>1,m=e.data[c+h];(i?m<=f:m<f)?d=h+1:u=h}a.data[l]=d}}}}function qr(t){let e=lt(t,"self"),n=e.shape.length,a=Qt(t,"dim",n,-1),
s=e.shape[a]??1,r=Nt(e.shape)[a]??1,o=t.op==="topk",i=o?bt(t,"k"):s,l=o?bt(t,"largest",1)!==0:bt(t,"descending",0)!==0,c=t.op==="argsort"?null:t.parts[0],f=t.op===
"argsort"?t.out:t.parts[1],d=l?-1:1,u=e.size/Math.max(1,s*r);return(!(i<=s)||(c??f)?.size!==u*i*r)&&tt(t,`keeps ${i} of ${s}`),{run:()=>{for(let h=0;h<u;h++)for(let m=0;m<
r;m++){let g=h*s*r+m,w=Array.from({length:s},(y,b)=>b).sort((y,b)=>d*(e.data[g+y*r]-e.data[g+b*r])||y-b);for(let y=0,b=h*i*r+m;y<i;y++,b+=r)c&&(c.data[b]=e.data[g+
w[y]*r]),f&&(f.data[b]=w[y])}}}}var Kl={gather:Wp,scatter:Hl,scatter_add:Hl,index_select:Ul,embedding:Ul,index:Hp,searchsorted:Up,argsort:qr,sort:qr,topk:qr};function Gp(t){let e=lt(t,"self");return Pt(t,e,t.out),{alias:e}}function Dr(t,e){let n=lt(t,"self"),a=n.shape.length,s=n.shape.map((o,i)=>i);if(t.op==="permute")
ze(t,"dims").forEach((o,i)=>s[i]=da(o,a));else if(t.op==="t")s.reverse();else{let o=Qt(t,"dim0",a),i=Qt(t,"dim1",a);[s[o],s[i]]=[s[i],s[o]]}if((new Set(s).size!==
a||s.some(o=>!(o>=0&&o<a)))&&tt(t,`has the axes ${s.join(", ")}`),Pt(t,n,t.out),s.filter(o=>n.shape[o]>1).every((o,i,l)=>i===0||l[i-1]<o))return{alias:n};let r=Nt(
n.shape);return bn(e,t.out,n,s.map(o=>r[o]),0)}function Xl(t,e,n,a,s,r,o){let i=Nt(e.shape);return Ot(e.shape.slice(0,a))===1&&r[a]===i[a]?{alias:e,shift:s*i[a]}:
bn(t,n,e,r,s*i[a],o)}function Kp(t,e){let n=lt(t,"self"),a=Qt(t,"dim",n.shape.length),s=bt(t,"index"),r=s<0?s+n.shape[a]:s;(!(r>=0&&r<n.shape[a])||t.out.size*n.
shape[a]!==n.size)&&tt(t,`takes element ${s} of ${n.shape[a]}`);let o=n.shape.map((i,l)=>l===a?1:i);return Xl(e,n,t.out,a,r,Nt(n.shape),o)}function Yp(t,e){let n=lt(
t,"self"),a=Qt(t,"dim",n.shape.length,0),s=n.shape[a],r=bt(t,"step",1),o=bt(t,"start",0);o=Math.min(s,Math.max(0,o<0?o+s:o));let i=t.out.shape[a];return t.out.size===
0?{run:()=>{}}:((r<1||o+(i-1)*r>=s||t.out.size*s!==n.size*i)&&tt(t,`takes ${i} elements from ${o} of ${s}`),Xl(e,n,t.out,a,o,Nt(n.shape).map((l,c)=>c===a?l*r:l),
t.out.shape))}function Ts(t,e){let n=lt(t,"self"),a=n.shape.length,s=Qt(t,"dim",a,0),r=Nt(n.shape),o=t.op==="unbind",i=0,l=t.parts.map(c=>{if(c===null)return{};
let f=o?1:c.shape[s],d=n.shape.map((u,h)=>h===s?f:u);return(i+f>n.shape[s]||Ot(d)!==c.size)&&tt(t,`is cut into more than the ${n.shape[s]} there are`),i+=f,bn(e,
c,n,r,(i-f)*r[s],d)});return Lr(l)}function Yl(t,e){let n=In(t,"tensors").filter(l=>l.size>0),{out:a}=t,s=Qt(t,"dim",a.shape.length,0),r=Nt(a.shape),o=0,i=n.map(
l=>{let c=t.op==="stack"?[...l.shape.slice(0,s),1,...l.shape.slice(s)]:l.shape;(c.length!==a.shape.length||c.some((d,u)=>u!==s&&d!==a.shape[u]))&&tt(t,`cannot j\
oin ${c.join(" x ")} to ${a.shape.join(" x ")}`);let f=zs(e,a,l,r,o*r[s],c);return o+=c[s],f});return o!==a.shape[s]&&tt(t,`joins ${o} of ${a.shape[s]}`),Lr(i)}
function Vl(t){let e=lt(t,"self"),{out:n}=t,a=ze(t,"pad"),s=e.shape.length,r=bt(t,"value",0);t.args.mode!=null&&t.args.mode!=="constant"&&tt(t,`pads with ${String(
t.args.mode)}, which is not available`);let o=e.shape.map((w,y)=>a[2*(s-1-y)]??0),i=e.shape.map((w,y)=>a[2*(s-1-y)+1]??0);e.shape.some((w,y)=>w+o[y]+i[y]!==n.shape[y])&&
tt(t,`pads ${e.shape.join(" x ")} to ${n.shape.join(" x ")}`);let l=e.shape.map((w,y)=>w+Math.min(0,o[y])+Math.min(0,i[y])),c=Nt(e.shape),f=Nt(n.shape),d=o.reduce(
(w,y,b)=>w+Math.max(0,-y)*c[b],0),u=o.reduce((w,y,b)=>w+Math.max(0,y)*f[b],0),h=Ot(l.slice(0,-1)),m=l.at(-1)??1,g=new Int32Array(s);return{run:()=>{n.data.fill(
r),g.fill(0);for(let w=0;w<h;w++){let y=d,b=u;for(let v=0;v<s-1;v++)y+=g[v]*c[v],b+=g[v]*f[v];for(let v=0;v<m;v++)n.data[b+v]=e.data[y+v];for(let v=s-2;v>=0&&!(++g[v]<
l[v]);v--)g[v]=0}}}}function Vp(t,e){let n=lt(t,"self"),{out:a}=t,s=ze(t,"repeats"),r=s.length-n.shape.length,o=s.flatMap((l,c)=>[l,n.shape[c-r]??1]),i=s.flatMap(
(l,c)=>[1,n.shape[c-r]??1]);return Ot(o)!==a.size&&tt(t,"repeats to another size"),bn(e,a,n,he(i,o),0,o)}function Jp(t,e){let n=lt(t,"self"),a=Nt(n.shape),s=0;Pt(
t,n,t.out);for(let r of ze(t,"dims")){let o=da(r,n.shape.length);o in a||tt(t,`has axis ${r} of ${n.shape.length}`),s+=(n.shape[o]-1)*a[o],a[o]=-a[o]}return bn(
e,t.out,n,a,s)}function Jl(t){let e=lt(t,"self"),{out:n}=t,a=bt(t,"diagonal",0),s=n.shape.at(-1)??1,r=n.shape.at(-2)??1,o=t.op==="tril";return Pt(t,e,n),{run:()=>{
for(let i=0;i<n.size;i++){let l=i%s-Math.floor(i/s)%r-a;n.data[i]=(o?l<=0:l>=0)?e.data[i]:0}}}}var Fa=t=>e=>(e.out.constant=!0,{run:()=>t(e,e.out.data)}),Wr=Fa(
(t,e)=>e.fill(0)),Hr=Fa((t,e)=>e.fill(1)),Ur=Fa((t,e)=>e.fill(bt(t,"fill_value"))),Zl={...Object.fromEntries(["view","_unsafe_view","reshape","flatten","unflatt\
en","unsqueeze","squeeze","clone","detach","alias","contiguous","lift_fresh_copy"].map(t=>[t,Gp])),dropout:t=>({alias:lt(t,"input")}),permute:Dr,transpose:Dr,t:Dr,
select:Kp,slice:Yp,split:Ts,split_with_sizes:Ts,chunk:Ts,unbind:Ts,cat:Yl,stack:Yl,pad:Vl,constant_pad_nd:Vl,repeat:Vp,flip:Jp,tril:Jl,triu:Jl,zeros:Wr,zeros_like:Wr,
new_zeros:Wr,ones:Hr,ones_like:Hr,new_ones:Hr,full:Ur,full_like:Ur,new_full:Ur,arange:Fa((t,e)=>{for(let n=0;n<e.length;n++)e[n]=bt(t,"start",0)+n*bt(t,"step",1)}),
eye:Fa((t,e)=>{e.fill(0);for(let n=0;n<e.length;n+=t.out.shape[1]+1)e[n]=1})};function Xp(t,e,n,a,s,r,o,i,l,c,f){let d=f&-4;for(let u=0;u<d;u+=4){let h=n?n[o+u]:0,m=n?n[o+u+1]:0,g=n?n[o+u+2]:0,w=n?n[o+u+3]:0,y=0;for(;y+1<l;y+=2){let b=h,v=m,
A=g,$=w,x=h,O=m,S=g,M=w;for(let _=0,F=s+y*c,R=F+c,I=r+u;_<c;_++,F++,R++,I+=f){let j=t[F],B=t[R],q=e[I],L=e[I+1],z=e[I+2],E=e[I+3];b+=j*q,v+=j*L,A+=j*z,$+=j*E,x+=
B*q,O+=B*L,S+=B*z,M+=B*E}let C=i+y*f+u,N=C+f;a[C]=b,a[C+1]=v,a[C+2]=A,a[C+3]=$,a[N]=x,a[N+1]=O,a[N+2]=S,a[N+3]=M}if(y<l){let b=h,v=m,A=g,$=w;for(let O=0,S=s+y*c,
M=r+u;O<c;O++,S++,M+=f){let C=t[S];b+=C*e[M],v+=C*e[M+1],A+=C*e[M+2],$+=C*e[M+3]}let x=i+y*f+u;a[x]=b,a[x+1]=v,a[x+2]=A,a[x+3]=$}}for(let u=d;u<f;u++)for(let h=0;h<
l;h++){let m=n?n[o+u]:0;for(let g=0;g<c;g++)m+=t[s+h*c+g]*e[r+g*f+u];a[i+h*f+u]=m}}function La(t,e,n,a,s,{groups:r,R:o,K:i,N:l,turned:c,shared:f}){let{out:d}=t,
{probe:u}=e,h=f.w?1:r,m=s!==null&&s.size>l;if((d.size!==r*o*l||n.size!==(f.x?1:r)*o*i||a.size!==h*i*l)&&tt(t,`cannot multiply ${n.shape.join(" x ")} by ${a.shape.
join(" x ")}`),s&&s.size!==l&&s.size!==r*l&&tt(t,`adds ${s.shape.join(" x ")} to ${d.shape.join(" x ")}`),u&&[n,a,d,s].every(b=>b===null||b.type==="f")){let b=u.
packed_size(i,l),v=e.scratch([h*b],"f",a.constant),A=()=>{for(let x=0;x<h;x++)e.kernels.pack(a.data.byteOffset+x*i*l*4,v.data.byteOffset+x*b*4,i,l,c?1:l,c?i:1)},
$=()=>{for(let x=0;x<r;x++)e.kernels.linear(n.data.byteOffset+(f.x?0:x*o*i*4),v.data.byteOffset+(f.w?0:x*b*4),s?s.data.byteOffset+(m?x*l*4:0):0,d.data.byteOffset+
x*o*l*4,o,i,l)};return a.constant?{once:A,run:$}:{run:()=>{A(),$()}}}let g=c?e.scratch([h*i*l],"f",a.constant):a,w=()=>{let b=a.data,v=g.data;if(c)for(let A=0;A<
h;A++)for(let $=0;$<i;$++)for(let x=0;x<l;x++)v[(A*i+$)*l+x]=b[A*i*l+x*i+$]},y=()=>{for(let b=0;b<r;b++)Xp(n.data,g.data,s?s.data:null,d.data,f.x?0:b*o*i,f.w?0:
b*i*l,m?b*l:0,b*o*l,o,i,l)};return a.constant?{once:w,run:y}:{run:()=>{w(),y()}}}function Zp(t,e){let n=lt(t,"input"),a=lt(t,"weight"),s=n.shape.at(-1)??1,r=a.shape[0];
return(a.shape.length!==2||a.shape[1]!==s)&&tt(t,`cannot multiply ${n.shape.join(" x ")} by ${a.shape.join(" x ")}`),La(t,e,n,a,te(t,"bias"),{groups:1,R:n.size/
Math.max(1,s),K:s,N:r,turned:!0,shared:{x:!1,w:!1}})}function ja(t,e){let n=t.op==="baddbmm"||t.op==="addmm";n&&(bt(t,"beta",1)!==1||bt(t,"alpha",1)!==1)&&tt(t,
"has factors, which are not available");let a=lt(t,t.op==="baddbmm"?"batch1":t.op==="addmm"?"mat1":"self"),s=lt(t,t.op==="baddbmm"?"batch2":t.op==="matmul"?"oth\
er":"mat2"),r=n?lt(t,"self"):null,o=a.shape.at(-1)??1,i=s.shape.at(-1)??1;(a.shape.length<2||s.shape.length<2||s.shape.at(-2)!==o)&&tt(t,`cannot multiply ${a.shape.
join(" x ")} by ${s.shape.join(" x ")}`);let l=Ot(a.shape.slice(0,-2)),c=Ot(s.shape.slice(0,-2)),f=a.shape.at(-2)??1;return r&&(r.shape.at(-1)!==i||r.shape.length>
1&&r.shape.at(-2)!==1)&&tt(t,`adds ${r.shape.join(" x ")} to ${t.out.shape.join(" x ")}, expected one row per product`),c===1?La(t,e,a,s,r,{groups:1,R:l*f,K:o,N:i,
turned:!1,shared:{x:!1,w:!1}}):(l!==c&&l!==1&&tt(t,`has ${l} matrices on the left and ${c} on the right`),La(t,e,a,s,r,{groups:c,R:f,K:o,N:i,turned:!1,shared:{x:l===
1,w:!1}}))}function Qp(t){let{equation:e}=t.args,n=In(t,"tensors"),{out:a}=t;(typeof e!="string"||!/^[a-zA-Z]*(,[a-zA-Z]*)*->[a-zA-Z]*$/.test(e.replaceAll(" ","")))&&
tt(t,"has an equation that is not available");let[s,r]=e.replaceAll(" ","").split("->"),o=s.split(","),i={};o.length!==n.length&&tt(t,`has ${n.length} arrays fo\
r ${e}`),o.forEach((b,v)=>{b.length!==n[v].shape.length&&tt(t,`has ${n[v].shape.length} axes for ${b}`),[...b].forEach((A,$)=>{let x=n[v].shape[$];(i[A]??x)!==x&&
tt(t,`has two sizes for ${A}`),i[A]=x})});let l=[...r],c=Object.keys(i).filter(b=>!l.includes(b)),f=[...l,...c],d=f.map(b=>i[b]);(d.some(b=>b===void 0)||Ot(l.map(
b=>i[b]))!==a.size)&&tt(t,"has an output of another size");let u=o.map((b,v)=>{let A=Nt(n[v].shape);return f.map($=>[...b].reduce((x,O,S)=>O===$?x+A[S]:x,0))}),
h=Ot(c.map(b=>i[b])),m=d.length,g=new Int32Array(m),w=new Int32Array(n.length),y=a.size*h;return{run:()=>{g.fill(0),w.fill(0);for(let b=0,v=-1,A=0;b<y;b++){b%h===
0&&(v>=0&&(a.data[v]=A),v++,A=0);let $=1;for(let x=0;x<n.length;x++)$*=n[x].data[w[x]];A+=$,b===y-1&&(a.data[v]=A);for(let x=m-1;x>=0;x--){for(let O=0;O<n.length;O++)
w[O]+=u[O][x];if(++g[x]<d[x])break;for(let O=0;O<n.length;O++)w[O]-=u[O][x]*d[x];g[x]=0}}}}}function tm(t,e){let[n,a,s]=["query","key","value"].map($=>lt(t,$)),
r=te(t,"attn_mask"),o=!!t.args.is_causal,{out:i}=t,l=n.shape.at(-1)??1,c=n.shape.at(-2)??1,f=a.shape.at(-2)??1,d=s.shape.at(-1)??1,u=n.shape.slice(0,-2),h=Ot(u);
(t.args.enable_gqa||a.shape.at(-1)!==l||s.shape.at(-2)!==f||a.size!==h*f*l||s.size!==h*f*d||i.size!==h*c*d)&&tt(t,`has queries ${n.shape.join(" x ")}, keys ${a.
shape.join(" x ")}, values ${s.shape.join(" x ")}`);let m=[...u,c,f],g=bt(t,"scale",1/Math.sqrt(l)),w=new Float64Array(f),y=Nt(u);r&&tn({...t,out:{...i,shape:m}},
[r]);let b=r?he(r.shape,m):m.map(()=>0),v=b.at(-2)??0,A=b.at(-1)??0;if(e.probe&&[n,a,s,i].every($=>$.type==="f")&&(r===null||r.type==="b"||r.type==="f")){let $=e.
scratch([e.probe.attention_scratch(c,f,l,d)],"f"),x=Array.from({length:h},(O,S)=>u.reduce((M,C,N)=>M+Math.floor(S/y[N])%C*b[N],0));return{run:()=>{for(let O=0;O<
h;O++){let S=r?.type==="b"?r.data.byteOffset+x[O]:0,M=r?.type==="f"?r.data.byteOffset+x[O]*4:0;e.kernels.attention(n.data.byteOffset+O*c*l*4,a.data.byteOffset+O*
f*l*4,s.data.byteOffset+O*f*d*4,S,M,v,A,i.data.byteOffset+O*c*d*4,$.data.byteOffset,c,f,l,d,g,o?1:0)}}}}return{run:()=>{let $=n.data,x=a.data,O=s.data,S=i.data,
M=r?.data;for(let C=0;C<h;C++){let N=0;for(let _=0;_<u.length;_++)N+=Math.floor(C/y[_])%u[_]*b[_];for(let _=0;_<c;_++){let F=-1/0,R=0,I=(C*c+_)*l,j=(C*c+_)*d;for(let B=0;B<
f;B++){let q=M?M[N+_*v+B*A]:1;if(o&&B>_||r?.type==="b"&&!q){w[B]=-1/0;continue}let L=0;for(let z=0,E=(C*f+B)*l;z<l;z++)L+=$[I+z]*x[E+z];w[B]=L*g+(r&&r.type!=="b"?
q:0),w[B]>F&&(F=w[B])}for(let B=0;B<f;B++)R+=w[B]=w[B]===-1/0?0:Math.exp(w[B]-F);for(let B=0;B<d;B++)S[j+B]=0;for(let B=0;B<f;B++){if(w[B]===0)continue;let q=w[B]/
R;for(let L=0,z=(C*f+B)*d;L<d;L++)S[j+L]+=q*O[z+L]}}}}}}var Ql={linear:Zp,bmm:ja,baddbmm:ja,matmul:ja,mm:ja,addmm:ja,einsum:Qp,scaled_dot_product_attention:tm};var Ra=t=>1/(1+Math.exp(-t)),ec={gru:{gates:3,cell(t,e,n,a,s,r,o,i){let l=Ra(t[e]+n[a]),c=Ra(t[e+i]+n[a+i]),f=Math.tanh(t[e+2*i]+l*n[a+2*i]);s[o]=(1-c)*f+c*s[o]}},
lstm:{gates:4,cell(t,e,n,a,s,r,o,i){let l=Ra(t[e]+n[a]),c=Ra(t[e+i]+n[a+i]),f=Math.tanh(t[e+2*i]+n[a+2*i]),d=Ra(t[e+3*i]+n[a+3*i]);r[o]=c*r[o]+l*f,s[o]=d*Math.tanh(
r[o])}},rnn_tanh:{gates:1,cell:(t,e,n,a,s,r,o)=>{s[o]=Math.tanh(t[e]+n[a])}},rnn_relu:{gates:1,cell:(t,e,n,a,s,r,o)=>{s[o]=Math.max(0,t[e]+n[a])}}};function tc(t,e,n,a,s){
for(let r=0;r<n;r++)for(let o=0;o<a;o++)e.data.set(t.data.subarray((r*a+o)*s,(r*a+o+1)*s),(o*n+r)*s)}function em(t,e){let{gates:n,cell:a}=ec[t.op],s=lt(t,"input"),
r=t.op==="lstm",[o,i,l]=t.parts,c=r?In(t,"hx"):[lt(t,"hx")],f=In(t,"params"),d=bt(t,"num_layers"),u=bt(t,"bidirectional")?2:1,h=!!bt(t,"batch_first"),m=bt(t,"ha\
s_biases")?4:2,g=s.type;bt(t,"train")&&bt(t,"dropout")&&tt(t,"has dropout of a training"),(s.shape.length!==3||!o||!i||r&&(!l||c.length!==2))&&tt(t,"has no sequ\
ences, states and outputs of a recurrent layer"),(!(Number.isInteger(d)&&d>=1)||f.length!==d*u*m)&&tt(t,`has ${f.length} arrays of weights, expected ${d*u*m}; a\
 projection is not available`);let[w,y]=h?s.shape:[s.shape[1],s.shape[0]],b=c[0].shape.at(-1)??0,v=o;Bt(t,v,[...h?[w,y]:[y,w],u*b],"an output");for(let[C,N]of[...c.
map(_=>[_,"an initial state"]),[i,"a last state"],...r?[[l,"a last cell"]]:[]])Bt(t,C,[d*u,w,b],N);let A=[],$=[],x=(C,N,_,F,R)=>{Bt(t,N,[n*b,R],"weights"),_&&Bt(
t,_,[n*b],"a bias");let I=e.scratch([F,n*b],g),j=La({...t,out:I},e,C,N,_,{groups:1,R:F,K:R,N:n*b,turned:!0,shared:{x:!1,w:!1}});return A.push(j),Object.assign(I,
{run:()=>j.run?.()})},O=s,S=s.shape[2];if(h){O=e.scratch([y,w,S],g);let C=O,N=S;$.push(()=>tc(s,C,w,y,N))}for(let C=0;C<d;C++){let N=e.scratch([y,w,u*b],g);for(let _=0;_<
u;_++){let F=(C*u+_)*m,[R,I,j=null,B=null]=f.slice(F,F+m),q=(C*u+_)*w*b,L=e.scratch([w,b],g),z=r?e.scratch([w,b],g):L,E=x(O,R,j,y*w,S),k=x(L,I,B,w,b);$.push(()=>{
E.run(),L.data.set(c[0].data.subarray(q,q+w*b)),r&&z.data.set(c[1].data.subarray(q,q+w*b));for(let T=0;T<y;T++){let D=_?y-1-T:T;k.run();for(let W=0;W<w;W++){for(let U=0;U<
b;U++)a(E.data,(D*w+W)*n*b+U,k.data,W*n*b+U,L.data,z.data,W*b+U,b);N.data.set(L.data.subarray(W*b,(W+1)*b),(D*w+W)*u*b+_*b)}}i?.data.set(L.data,q),r&&l?.data.set(
z.data,q)})}[O,S]=[N,u*b]}let M=O;return $.push(()=>h?tc(M,v,y,w,u*b):v.data.set(M.data)),{once:()=>A.forEach(C=>C.once?.()),run:()=>$.forEach(C=>C())}}var nc=Object.
fromEntries(Object.keys(ec).map(t=>[t,em]));var rc={sum:{start:0,fold:(t,e)=>t+e},mean:{start:0,fold:(t,e)=>t+e},prod:{start:1,fold:(t,e)=>t*e},any:{start:0,fold:(t,e)=>t||e?1:0},all:{start:1,fold:(t,e)=>t&&
e?1:0},amax:{start:-1/0,fold:Math.max},amin:{start:1/0,fold:Math.min}},nm=["sum","mean","amax","amin","prod"],oc=t=>(e,n)=>{let a=lt(e,"self"),{out:s}=e,r=a.shape.
length,{start:o,fold:i}=rc[t],l=ze(e,"dim",a.shape.map(($,x)=>x)),c=new Set((l.length?l:a.shape.map(($,x)=>x)).map($=>da($,r))),f=a.shape.map(($,x)=>c.has(x)?1:
$),d=a.size/Math.max(1,Ot(f));Ot(f)!==s.size&&tt(e,`reduces ${a.shape.join(" x ")} to ${s.shape.join(" x ")}`);let u=Nt(f).map(($,x)=>c.has(x)?0:$),h=new Float64Array(
s.size),m=a.shape.at(-1)??1,g=u.at(-1)??0,w=Math.min(...c),y=Math.max(...c),b=c.size>0&&y-w+1===c.size,v=nm.indexOf(t);if(n.simd&&b&&v>=0&&a.type==="f"&&s.type===
"f"&&a.size>0){let $=Ot(a.shape.slice(0,w)),x=Ot(a.shape.slice(y+1));return{run:()=>n.kernels.reduce(v,a.data.byteOffset,s.data.byteOffset,$,d,x)}}let A=He(a.shape,
[u],[0],($,x)=>{let O=a.data,S=x[0];if(g===0){let M=h[S];for(let C=0;C<m;C++)M=i(M,O[$+C]);h[S]=M}else for(let M=0;M<m;M++)h[S+M]=i(h[S+M],O[$+M])});return{run:()=>{
h.fill(o),A();for(let $=0;$<s.size;$++)s.data[$]=t==="mean"?h[$]/d:h[$]}}},Cs=(t,e)=>(n,a)=>{let s=lt(n,"self"),r=s.shape.length,o=n.args.dim==null,i=t==="max"?
1:-1;if(!e&&o)return oc(t==="max"?"amax":"amin")(n,a);let l=o?0:Qt(n,"dim",r),c=o?s.size:s.shape[l],f=o?1:Nt(s.shape)[l],d=s.size/Math.max(1,c*f),u=e?null:n.parts[0],
h=e?n.out:n.parts[1];return(h??u)?.size!==d*f&&tt(n,"has an output of another size"),{run:()=>{for(let m=0;m<d;m++)for(let g=0;g<f;g++){let w=0,y=m*c*f+g;for(let b=1;b<
c;b++)i*s.data[y+b*f]>i*s.data[y+w*f]&&(w=b);u&&(u.data[m*f+g]=s.data[y+w*f]),h&&(h.data[m*f+g]=w)}}}};function ac(t,e){let n=lt(t,"self"),a=Qt(t,"dim",n.shape.
length),s=Nt(n.shape)[a]??1,r=n.shape[a]??1,o=t.op==="cummax",i=o?t.parts[0]:t.out,l=o?t.parts[1]:null,c=n.size/Math.max(1,r*s);return i&&i.size!==n.size&&tt(t,
"has an output of another size"),e.simd&&i&&!l&&n.type==="f"&&i.type==="f"?{run:()=>e.kernels.running(o?2:0,n.data.byteOffset,i.data.byteOffset,c,r,s)}:{run:()=>{
for(let f=0;f<c;f++)for(let d=0;d<s;d++){let u=o?-1/0:0,h=0;for(let m=0,g=f*r*s+d;m<r;m++,g+=s)o?n.data[g]>=u&&(u=n.data[g],h=m):u+=n.data[g],i&&(i.data[g]=u),l&&
(l.data[g]=h)}}}}function Gr(t,e){let n=lt(t,"self"),{out:a}=t,s=Qt(t,"dim",n.shape.length),r=n.shape[s]??1,o=Nt(n.shape)[s]??1,i=t.op.endsWith("log_softmax");Pt(
t,n,a);let l=n.size/Math.max(1,r*o);return e.simd&&!i&&o===1&&n.type==="f"&&a.type==="f"?{run:()=>e.kernels.softmax(n.data.byteOffset,a.data.byteOffset,l,r)}:{run:()=>{
let c=a.data,f=n.data;for(let d=0;d<l;d++)for(let u=0;u<o;u++){let h=d*r*o+u,m=h+r*o,g=-1/0,w=0;for(let b=h;b<m;b+=o)f[b]>g&&(g=f[b]);for(let b=h;b<m;b+=o)w+=Math.
exp(f[b]-g);let y=Math.log(w);for(let b=h;b<m;b+=o)c[b]=i?f[b]-g-y:Math.exp(f[b]-g)/w}}}}function sc(t,e){let n=lt(t,"input"),{out:a}=t,s=t.op==="layer_norm",r=ze(
t,"normalized_shape"),o=Ot(r),i=te(t,"weight"),l=s?te(t,"bias"):null,c=bt(t,"eps",s?1e-5:11920928955078125e-23);Pt(t,n,a),(!(o>0)||r.some((d,u)=>d!==n.shape.at(
u-r.length)))&&tt(t,`normalises ${r.join(" x ")} of ${n.shape.join(" x ")}`);for(let d of[i,l])d&&Bt(t,d,r,"a weight");let f=n.size/o;return e.simd&&n.type==="f"?
{run:()=>e.kernels.layer_norm(n.data.byteOffset,i?.data.byteOffset??0,l?.data.byteOffset??0,a.data.byteOffset,f,o,c,s?1:0)}:{run:()=>{let d=a.data,u=n.data;for(let h=0;h<
f*o;h+=o){let m=0,g=0;if(s){for(let y=0;y<o;y++)m+=u[h+y];m/=o}for(let y=0;y<o;y++)g+=(u[h+y]-m)**2;let w=1/Math.sqrt(g/o+c);for(let y=0;y<o;y++)d[h+y]=(u[h+y]-
m)*w*(i?i.data[y]:1)+(l?l.data[y]:0)}}}}function am(t,e){let n=lt(t,"self"),{out:a}=t,s=n.shape.length,r=bt(t,"ord",2),o=r===1/0;r!==2&&!o&&tt(t,`is a norm of o\
rder ${r}, which is not available`);let i=new Set(ze(t,"dim",n.shape.map((m,g)=>g)).map(m=>da(m,s))),l=n.shape.map((m,g)=>i.has(g)?1:m);Ot(l)!==a.size&&tt(t,"ha\
s an output of another size");let c=Nt(l).map((m,g)=>i.has(g)?0:m),f=new Float64Array(a.size),d=n.shape.at(-1)??1,u=c.at(-1)??0;if(e.simd&&!o&&i.size===1&&i.has(
s-1)&&n.type==="f"&&a.type==="f")return{run:()=>e.kernels.norm(n.data.byteOffset,a.data.byteOffset,a.size,d)};let h=He(n.shape,[c],[0],(m,g)=>{for(let w=0,y=g[0];w<
d;w++,y+=u)f[y]=o?Math.max(f[y],Math.abs(n.data[m+w])):f[y]+n.data[m+w]**2});return{run:()=>{f.fill(0),h();for(let m=0;m<a.size;m++)a.data[m]=o?f[m]:Math.sqrt(f[m])}}}
var ic={...Object.fromEntries(Object.keys(rc).map(t=>[t,oc(t)])),max:Cs("max",!1),min:Cs("min",!1),argmax:Cs("max",!0),argmin:Cs("min",!0),cumsum:ac,cummax:ac,softmax:Gr,
_softmax:Gr,log_softmax:Gr,layer_norm:sc,rms_norm:sc,linalg_vector_norm:am};function Kr(t,e,n,a){(e.shape.length!==a+2||n.shape.length!==a+2)&&tt(t,`has the shape ${e.shape.join(" x ")}, expected batch, channel and ${a===1?"a time axis":
"two axes"}`);let s=r=>a===1?[1,r.shape[2]]:[r.shape[2],r.shape[3]];return{outer:e.shape.slice(0,2),in:s(e),out:s(n),axes:a}}function Fn(t,e,{axes:n},a,s){let r=ze(
t,e),o=r.length||!s?r:s,i=o.length===1&&n===2?[o[0],o[0]]:o;return(i.length<n||!i.every(l=>Number.isInteger(l)&&l>=0))&&tt(t,`has ${e} ${JSON.stringify(r)}`),n===
1?[a,i[i.length-1]]:[i[0],i[1]]}function lc(t){let e=lt(t,"input"),n=lt(t,"weight"),a=te(t,"bias"),{out:s}=t,r=t.op==="conv1d"?1:2,o=Kr(t,e,s,r),i=Fn(t,"stride",
o,1),l=Fn(t,"dilation",o,1),c=bt(t,"groups"),[f,d]=o.outer,u=s.shape[1],[h,m]=r===1?[1,n.shape[2]]:n.shape.slice(2),g=d/c;Bt(t,n,r===1?[u,g,m]:[u,g,h,m],"weight\
s"),a&&Bt(t,a,[u],"a bias");let{padding:w}=t.args,[y,b]=w==="same"?[l[0]*(h-1)>>1,l[1]*(m-1)>>1]:w==="valid"?[0,0]:Fn(t,"padding",o,0);(s.shape[0]!==f||!Number.
isInteger(g)||u%c)&&tt(t,`has ${c} groups of ${d} channels and ${u} outputs`);let[v,A]=o.in,[$,x]=o.out,O=u/c;return{run:()=>{let S=e.data,M=s.data,C=n.data;for(let N=0;N<
f;N++)for(let _=0;_<u;_++){let F=Math.floor(_/O)*g,R=(N*u+_)*$*x;M.fill(a?a.data[_]:0,R,R+$*x);for(let I=0;I<g;I++)for(let j=0;j<h;j++)for(let B=0;B<m;B++){let q=C[((_*
g+I)*h+j)*m+B],L=(N*d+F+I)*v*A;for(let z=0;z<$;z++){let E=z*i[0]-y+j*l[0];if(!(E<0||E>=v))for(let k=0,T=B*l[1]-b;k<x;k++,T+=i[1])T>=0&&T<A&&(M[R+z*x+k]+=q*S[L+E*
A+T])}}}}}}function fc(t,e,n,{outer:a,in:[s,r],out:[o,i]},l,[c,f],d){(n.shape[0]!==a[0]||n.shape[1]!==a[1])&&tt(t,`has ${a.join(" x ")} sequences in and ${n.shape.
slice(0,2).join(" x ")} out`);let u=Array.from({length:o},(m,g)=>l(g,0)),h=Array.from({length:i},(m,g)=>l(g,1));return{run:()=>{for(let m=0,g=0;m<a[0]*a[1];m++)
for(let[w,y,b]of u)for(let[v,A,$]of h){let x=d?-1/0:0;for(let O=w;O<y;O+=c)if(O>=0&&O<s)for(let S=v;S<A;S+=f){if(S<0||S>=r)continue;let M=e.data[(m*s+O)*r+S];d?
(M>x||Number.isNaN(M))&&(x=M):x+=M}n.data[g++]=d?x:x/(b*$)}}}}function Is(t){let e=lt(t,"self"),n=t.op.startsWith("max"),a=t.out,s=t.op.endsWith("1d")?1:2,r=Kr(
t,e,a,s),o=Fn(t,"kernel_size",r,1),i=Fn(t,"stride",r,1,s===1?[o[1]]:o),l=Fn(t,"padding",r,0),c=n?Fn(t,"dilation",r,1):[1,1],f=n||!!bt(t,"count_include_pad",1);return t.
args.divisor_override!=null&&tt(t,"has a divisor of its own, which is not available"),fc(t,e,a,r,(d,u)=>{let h=d*i[u]-l[u],m=h+(o[u]-1)*c[u]+1,g=r.in[u];return[
h,m,f?Math.min(m,g+l[u])-h:Math.min(m,g)-Math.max(h,0)]},c,n)}function cc(t){let e=lt(t,"self"),n=Kr(t,e,t.out,t.op.endsWith("1d")?1:2);return fc(t,e,t.out,n,(a,s)=>{
let r=Math.floor(a*n.in[s]/n.out[s]),o=Math.ceil((a+1)*n.in[s]/n.out[s]);return[r,o,o-r]},[1,1],!1)}var dc={conv1d:lc,conv2d:lc,max_pool1d:Is,max_pool2d:Is,avg_pool1d:Is,
avg_pool2d:Is,adaptive_avg_pool1d:cc,adaptive_avg_pool2d:cc};var Ba=new Map(Object.entries({...Fl,...Wl,...Kl,...Zl,...Cl,...Ql,...nc,...ic,...dc}));var uc=1,Te={nodes:2e4,size:1<<26,total:1<<28,rows:4096,axes:8},hc={f4:4,f3:3,f2:2,f8:8,i8:8,u1:1},pc=["f","d","i","b"],se=t=>{throw new Vt(`model in the page: ${t}\
; save the page again`)};function mc(t,e,n){let a=typeof e=="object"&&e!==null?e.rows*n:e;return Number.isInteger(a)&&a>=0&&a<=Te.size?a:se(`${t} has the size ${JSON.
stringify(e)}`)}function Yr(t,{shape:e,type:n},a,s){(!Array.isArray(e)||e.length>Te.axes)&&se(`${t} has no shape of at most ${Te.axes} axes`),pc.includes(n??"")||
se(`${t} has the type ${JSON.stringify(n)}, expected one of ${pc.join(", ")}`);let r=(e??[]).map(i=>mc(t,i,a)),o=Ot(r);return o>Te.size&&se(`${t} has ${o} value\
s, more than ${Te.size}`),{shape:r,size:o,type:n,data:new Uint8Array(0),source:null,shift:0,constant:!1,kept:!1,first:s,last:s,offset:-1}}function gc(t,e,n){(typeof t!=
"object"||t===null||!Array.isArray(t.nodes))&&se("the graph has no list of nodes"),t.version!==uc&&se(`the graph has version ${JSON.stringify(t.version)}, this \
page runs version ${uc}`),t.nodes.length>Te.nodes&&se(`the graph has ${t.nodes.length} nodes, more than ${Te.nodes}`),Number.isInteger(n)&&n>=1&&n<=Te.rows||se(
`${n} rows, expected 1 to ${Te.rows}`);let a=[],s=0;return t.nodes.forEach((r,o)=>{let i=`node ${o} (${String(r?.op).slice(0,40)})`;!(r?.op==="constant"||r?.op===
"input")&&r?.op!=="getitem"&&!Ba.has(r?.op)&&se(`${i} is an unknown operator`);let c=h=>Array.isArray(h)?h.map(c):typeof h!="object"||h===null?h:"rows"in h?mc(i,
h,n):"number"in h?Number(h.number.replace("inf","Infinity").replace("nan","NaN")):sm(i,a,h.ref),f=(r.parts??[]).map(h=>h&&Yr(i,h,n,o)),d=Object.fromEntries(Object.
entries(r.args??{}).filter(([h])=>r.op!=="getitem"||h!=="self").map(([h,m])=>[h,c(m)])),u=r.op==="getitem"?rm(i,a,r.args):r.shape?Yr(i,r,n,o):{...Yr(i,{shape:[0],
type:"f"},n,o)};for(let h of[u,...f])s+=h?.size??0;if(s>Te.total&&se(`the arrays have more than ${Te.total} values`),r.op==="constant"){let h=hc[r.store??""],m=r.
at??-1;h||se(`${i} is stored as ${JSON.stringify(r.store)}, expected one of ${Object.keys(hc).join(", ")}`),Number.isInteger(m)&&m>=0&&m+h*u.size<=e.length||se(
`${i} ends at byte ${m+h*u.size} of ${e.length} bytes of weights`)}a.push({op:r.op,index:o,args:d,out:u,parts:f})}),a}function sm(t,e,n){let a=typeof n=="number"?
e[n]:void 0;return a?a.parts.length?se(`${t} refers to all outputs of node ${JSON.stringify(n)}`):a.out:se(`${t} refers to node ${JSON.stringify(n)}, expected a\
n earlier one`)}function rm(t,e,n){let a=n?.self,s=n?.index,r=typeof a=="object"&&a!==null&&"ref"in a?a.ref:-1;return(r<e.length&&typeof s=="number"?e[r]?.parts[s]:
null)??se(`${t} refers to output ${JSON.stringify(s)} of node ${JSON.stringify(r)}, which is not there`)}function en(t,e,n){let a=typeof e=="object"&&e!==null&&
"ref"in e?e.ref:-1;return t[a]?.out??se(`the output ${n} is not there`)}var bc=t=>t.size*(t.type==="f"?4:t.type==="b"?1:8)+32+16-1&-16;function Fs(t){let e=t;for(;e.source;)e=e.source;return e}function yc(t,e){let n=e+16-1&-16,a=[],
s=[];for(let r of t.filter(o=>o.kept))r.offset=n,n+=bc(r);for(let r of t.filter(o=>!o.kept).sort((o,i)=>o.first-i.first)){let o=s.filter(c=>c.last<r.first);o.length&&
(s=s.filter(c=>c.last>=r.first),a=om([...a,...o]));let i=bc(r),l=a.filter(c=>c.bytes>=i).sort((c,f)=>c.bytes-f.bytes)[0];l?(r.offset=l.at,l.at+=i,l.bytes-=i,a=a.
filter(c=>c.bytes>0)):(r.offset=n,n+=i),s.push({at:r.offset,bytes:i,last:r.last})}return n}function om(t){let e=[];for(let{at:n,bytes:a}of t.sort((s,r)=>s.at-r.
at)){let s=e.at(-1);s&&s.at+s.bytes===n?s.bytes+=a:e.push({at:n,bytes:a})}return e}function Vr(t,e){for(let n of t){let a=0,s=n;for(;s.source;)a+=s.shift,s=s.source;
let r=n.type==="f"?Float32Array:n.type==="b"?Uint8Array:Float64Array;n.data=new r(e,s.offset+a*r.BYTES_PER_ELEMENT,n.size)}}function Jr(t){let e=new Float32Array(t.length);for(let n=0;n<e.length;n++){let a=t[n],s=a&32768?-1:1,r=a>>10&31,o=a&1023;e[n]=r===0?s*o*2**-24:r===31?o?NaN:s*(1/0):
s*(1+o/1024)*2**(r-15)}return e}function wc(t,e,n,a){let s={f4:4,f3:3,f2:2,f8:8,i8:8,u1:1}[e??"f4"],r=t.slice(n,n+a*s);if(e==="f3"){let o=new Uint8Array(a*4);for(let i=0;i<
a;i++)for(let l=0;l<3;l++)o[4*i+1+l]=r[3*i+l];return new Float32Array(o.buffer)}return e==="f2"?Jr(new Uint16Array(r.buffer)):e==="f8"?new Float64Array(r.buffer):
e==="i8"?Array.from(new BigInt64Array(r.buffer),Number):e==="u1"?r:new Float32Array(r.buffer)}var vc=1<<29,xc=["share","bias"];function Mc(t,e){if(Array.isArray(t))for(let n of t)Mc(n,e);else gn(t)&&e(t)}var $c=t=>Array.isArray(t)?t:[];function im(t,e){let n=new Set(
e),a=[...e],s=r=>{Array.isArray(r)?r.forEach(s):typeof r=="object"&&r!==null&&"ref"in r&&!n.has(r.ref)&&(n.add(r.ref),a.push(r.ref))};for(let r=a.pop();r!==void 0;r=
a.pop())Object.values(t.nodes[r].args??{}).forEach(s);return n}async function js(t,e,n,a){let s=gc(t,e,n),r=new Set(t.scans.map(O=>O.node)),o=[],i=new Map,l={interventions:[],
states:!1},c=[],f=[],d=0,u=en(s,t.outputs.predictions,"predictions"),h=en(s,t.outputs.valid,"valid"),m=Object.fromEntries(xc.flatMap(O=>t.outputs[O]?[[O,en(s,t.
outputs[O],O)]]:[])),g=im(t,[t.outputs.predictions,t.outputs.valid,...xc.flatMap(O=>t.outputs[O]??[])].map(O=>O.ref)),w={simd:a!==null,probe:a?.probe??null,kernels:{},
live:l,scratch(O,S,M=!1){let C={shape:O,size:Ot(O),type:S,data:new Uint8Array(0),source:null,shift:0,constant:!1,kept:M,first:d,last:d,offset:-1};return o.push(
C),C},watch:(O,S)=>{i.set(O,S)},watched:O=>r.has(O)};for(let O of s){d=O.index;let S=O.op==="getitem"?[]:O.parts.length?O.parts.filter(_=>_!==null):[O.out];o.push(
...S);let M=O.op!=="input";for(let _ of Object.values(O.args))Mc(_,F=>{Fs(F).last=Math.max(Fs(F).last,d),M&&=F.constant});if(O.op==="getitem")continue;for(let _ of S)
_.constant=M;if(O.op==="input"||O.op==="constant"){O.out.kept=!0,O.op==="constant"&&c.push({op:O.op,needed:!0,run:()=>O.out.data.set(wc(e,t.nodes[O.index].store,
t.nodes[O.index].at??0,O.out.size))});continue}let C=Ba.get(O.op);if(!C)throw new Vt(`model in the page: operator ${O.op} is unknown`);let N=C(O,w);if(N.alias){
O.out.source=N.alias,O.out.shift=N.shift??0,O.out.constant=N.alias.constant;continue}if(M||=O.out.constant,M)for(let _ of S)_.kept=_.constant=!0;N.once&&c.push(
{op:O.op,needed:!0,run:N.once}),N.run&&(M?c:f).push({op:O.op,needed:g.has(O.index),run:N.run})}let y=t.scans.map(O=>{let S=i.get(O.node);if(!S)throw new Vt(`mod\
el in the page: node ${O.node} is no scan; save the page again`);return{norms:S,positions:O.positions?en(s,O.positions,"positions"):null}}),b=$c(t.outputs.routing).
map(O=>en(s,O,"routing")),v=$c(t.outputs.transport).map(O=>({plan:en(s,O?.plan,"plan"),cost:en(s,O?.cost,"cost"),distance:en(s,O?.distance,"distance")}));for(let O of[
u,h,...Object.values(m),...y.flatMap(S=>S.positions??[]),...b,...v.flatMap(Object.values)])Fs(O).kept=!0;let A=o.filter(O=>O.source===null),$=yc(A,a?a.probe.__heap_base.
value:0);if($>vc)throw new Vt(`model in the page: ${n} rows need ${Math.ceil($/2**20)} MiB of memory, more than ${vc/2**20}; use the kernel`);a?(Object.assign(w.
kernels,await a.withMemory($)),Vr(o,w.kernels.memory.buffer)):Vr(o,new ArrayBuffer($));for(let O of c)O.run();let x={values:[],valid:[],share:[],members:[],until:[],
weights:[]};for(let{node:O,kind:S,modality:M=0}of t.inputs)x[S][M]=s[O].out;return{inputs:x,predictions:u,valid:h,others:m,states:y,routing:b,transport:v,live:l,
bytes:$,run:()=>{for(let O of f)(O.needed||l.states)&&O.run()},timed:()=>{let O={};for(let{op:S,run:M}of f){let C=performance.now();M(),O[S]=(O[S]??0)+performance.
now()-C}return O}}}var lm=2;function _c(t,e,n){let a=new Map;return async s=>{if(!t)throw new Vt("the model in the page has no attribution");if(![t.nodes,t.inputs,t.scans].every(Array.
isArray)||typeof t.outputs!="object"||t.outputs===null)throw new Vt("model in the page: the attribution has no lists of nodes, inputs and scans, or no outputs; \
save the page again");let r=performance.now(),o=s.weights.length/cm(t),i=a.get(o);if(!i){i=await js(t,e,o,n);let u=a.keys().next();a.size>=lm&&!u.done&&a.delete(
u.value),a.set(o,i)}let{inputs:l,predictions:c,others:{share:f,bias:d}}=i;if(!f||!d)throw new Vt("model in the page: the attribution has no shares; save the pag\
e again");return Ls(l.values,s.values,"values"),Ls(l.valid,s.valid,"valid"),Ls(l.share,s.share,"share"),Ls(l.weights,[s.weights],"weights"),i.live.states=!0,i.run(),
{share:Float32Array.from(f.data),output:Float32Array.from(c.data),bias:Float32Array.from(d.data),milliseconds:performance.now()-r}}}function cm(t){let e=t.inputs.
find(s=>s.kind==="weights")?.node??-1,a=(t.nodes[e]?.shape??[]).slice(1).reduce((s,r)=>s*(typeof r=="number"?r:NaN),1);if(e<0||!(a>0))throw new Vt("model in the\
 page: the attribution has no weights of outputs; save the page again");return a}function Ls(t,e,n){t.forEach((a,s)=>{let r=e?.[s];if(r?.length!==a.size)throw new Vt(
`request: ${n} ${s} has ${r?.length??0} values, expected ${a.shape.join(" x ")} = ${a.size}`);a.data.set(r)})}var fm=65536,dm=1<<20,um=4,hm=2**31-1;async function Rs({graph:t,weights:e,wasm:n}){let a=null,s="the page has no WebAssembly kernels";if(n)try{a=await pm(n),s=
""}catch(o){s=`WebAssembly: ${o instanceof Error?o.message:String(o)}`}let r=new Map;return{kind:a?"wasm":"js",reason:s,programs:r,attribute:_c(t.gradient,e,a),
async predict(o){let i=performance.now(),l=o.members.length/t.modalities,c=r.get(l);if(!c){c=await js(t,e,l,a);let m=r.keys().next();r.size>=um&&!m.done&&r.delete(
m.value),r.set(l,c)}mm(c.inputs,o),c.live.interventions=gm(o.interventions??[],t.modalities),c.live.states=o.wants.states,c.run();let f=o.wants.states,{states:d,
routing:u,transport:h}=c;return{predictions:Float32Array.from(c.predictions.data),steps:c.predictions.shape[1],states:f&&d.length?d.map(m=>bm(m)):null,routing:f&&
u.length?u.map(({data:m})=>Float32Array.from(m)):null,transport:f&&h.length?h.map(({plan:m,cost:g,distance:w})=>({plan:Float32Array.from(m.data),cost:Float32Array.
from(g.data),distance:Float32Array.from(w.data)})):null,valid:Uint8Array.from(c.valid.data),milliseconds:performance.now()-i}}}}async function pm(t){let e=await WebAssembly.
compile(t),n=async a=>{let s=new WebAssembly.Memory({initial:Math.ceil(a/fm)+1}),{exports:r}=await WebAssembly.instantiate(e,{env:{memory:s}});return{...r,memory:s}};
return{probe:await n(dm),withMemory:n}}function mm(t,e){let n=[["values",e.values],["valid",e.valid],["share",e.share],["members",[e.members]]];for(let{size:a,data:s}of t.
until){let r=e.until??Array.from({length:a},()=>hm);if(r.length!==a||!r.every(o=>Number.isInteger(o)&&o>=0))throw new Vt(`request: until is ${JSON.stringify(r).
slice(0,80)}, expected ${a} numbers of steps`);s.set(r)}for(let[a,s]of n)t[a].forEach((r,o)=>{let i=s?.[o];if(i?.length!==r.size)throw new Vt(`request: ${a} ${o}\
 has ${i?.length??0} values, expected ${r.shape.join(" x ")} = ${r.size}`);r.data.set(i)})}function gm(t,e){for(let{modality:n,kind:a,source:s=0,step:r}of t)if(!([
n,s].every(i=>Number.isInteger(i)&&i>=0&&i<e)&&Number.isInteger(r)&&r>=0)||!["zero","hold","cut"].includes(a))throw new Vt(`request: the intervention ${JSON.stringify(
{modality:n,kind:a,source:s,step:r})} names a modality, kind or step that does not exist`);return t}function bm({norms:t,positions:e}){if(!e)return Float32Array.
from(t.data);let n=t.shape[2],a=new Float32Array(e.size*n);for(let s=0;s<e.size;s++){let r=e.data[s];r>=0&&a.set(t.data.subarray(r*n,(r+1)*n),s*n)}return a}var kc=1e4,Xr=class extends Error{};async function Zr(t){let e="this page has no script for a worker";if(t.script&&typeof Worker=="function")try{return await ym(
t)}catch(a){e=`worker: ${a instanceof Error?a.message:String(a)}`}let n=await Rs(t);return Ac(a=>n.predict(a),{attribute:a=>n.attribute(a),kind:n.kind,thread:"p\
age",reason:[e,n.reason].filter(Boolean).join("; "),stop:()=>{}})}async function ym({script:t,...e}){let n=URL.createObjectURL(new Blob([t],{type:"text/javascri\
pt"})),a=new Worker(n),s=new Map,r=0,o=c=>{for(let{reject:f}of s.values())f(c);s.clear()},i=c=>new Promise((f,d)=>{s.set(++r,{resolve:f,reject:d}),a.postMessage(
{id:r,...c})});a.onmessage=({data:c})=>{let f=s.get(c.id);s.delete(c.id),c.error!==void 0?f?.reject(new Error(c.error)):f?.resolve(c.started??c.prediction??c.attribution)},
a.onerror=c=>o(new Error(c.message||"it could not be started"));let l=setTimeout(()=>o(new Error(`no reply within ${kc/1e3} s`)),kc);try{let{kind:c,reason:f}=await i(
{parts:e});return Ac(u=>i({request:u}),{attribute:u=>i({attribution:u}),kind:c,thread:"worker",reason:f,stop:()=>{a.terminate(),o(new Error("the engine was stop\
ped"))}})}catch(c){throw a.terminate(),c}finally{clearTimeout(l),URL.revokeObjectURL(n)}}function Ac(t,e){let n=null,a=!1,s=async()=>{for(a=!0;n;){let{request:r,
resolve:o,reject:i}=n;n=null,await t(r).then(o,i)}a=!1};return{...e,predict:r=>new Promise((o,i)=>{n?.reject(new Xr("a later request replaced this one")),n={request:r,
resolve:o,reject:i},a||s()})}}var Oc={float32:4,float16:2,uint16:2,uint14:2,uint12:2,uint8:1,adaptive:4};function Qr(t,e,n){let{modalities:a,ids:s}=t.split;if(!(Number.isInteger(n)&&n>=0&&n<
s.length))throw new RangeError(`sample ${n}, but the page carries ${s.length} samples`);let r=(c,f)=>{if(!(c>=0&&c+f<=e.length))throw new RangeError(`the frames\
 end at byte ${c+f} of ${e.length}; save the page again`);return e.slice(c,c+f).buffer},o=a.map(({kind:c,frames:f,features:d,at:u,low:h,step:m,shift:g})=>{let w=f*
d,y=r(u+n*w*Oc[c],w*Oc[c]);if(c==="float32")return new Float32Array(y);if(c==="float16")return Jr(new Uint16Array(y));let b=c==="adaptive"?new Uint32Array(y):c===
"uint8"?new Uint8Array(y):new Uint16Array(y),v=2**(g?.[n]??0);return Float32Array.from(b,(A,$)=>(h?.[$%d]??0)+A*v*(m?.[$%d]??0))}),i=a.map(({frames:c,valid_at:f})=>{
let d=n*c,u=new Uint8Array(r(f+(d>>3),(d+c+7>>3)-(d>>3)));return Uint8Array.from({length:c},(h,m)=>u[(d&7)+m>>3]>>7-((d&7)+m&7)&1)}),l=a.flatMap(({share_frames:c=0,
share_at:f})=>f===void 0?[]:[new Float64Array(r(f+n*c*16,c*16))]);return{values:o,valid:i,share:l}}var to=(t,e)=>e.subarray(0,t.weights);var jn=globalThis;if(typeof jn.importScripts=="function"&&jn.document===void 0){let t=null;jn.onmessage=async({data:e})=>{try{if("parts"in e){t=Rs(e.parts);let{
kind:n,reason:a}=await t;jn.postMessage({id:e.id,started:{kind:n,reason:a}})}else if(t&&"attribution"in e){let n=await(await t).attribute(e.attribution);jn.postMessage(
{id:e.id,attribution:n},[n.share,n.output,n.bias].map(a=>a.buffer))}else if(t&&"request"in e){let n=await(await t).predict(e.request);jn.postMessage({id:e.id,prediction:n},
[n.predictions,n.valid,...n.states??[]].map(a=>a.buffer))}}catch(n){jn.postMessage({id:e.id,error:n instanceof Error?n.message:String(n)})}}}function Sc(t,e){let{epoch:n,layer:a,channel:s,time:r}=e,o={...e};n!==void 0&&(o.epoch=t.epoch[n]),a!==void 0&&(o.layer=t.layer[a]),s!==void 0&&(o.channel=t.channel[s]),
r!==void 0&&(o.time=t.time[r]);for(let i of["brush","zoom"]){let l=e[i];l&&(o[i]=[t.time[l[0]],t.time[l[1]]])}return o}var $e=(t,e)=>({...Sc(t.from_a,e),layer_of_a:e.
layer,of_a:e}),Nc=(t,e)=>Sc(t.to_a,e);function Ec(t,e,n){if(t===null||!Object.hasOwn(t.leads,e))return null;let a=t.leads[e],[s,r]=a===2?n:[t.epoch,n[0]];return n.length<a||s!==t.epoch||r!==t.sample?
null:t.part(e,...a===2?[0,0]:[0],...n.slice(a))}function eo(t){let e=t.sample_axis??{},n=t.recorded_samples??t.sizes.sample,a=null,s=new Map;function r(l,c){let f=t.
shape(l).slice(c.length).reduce((h,m)=>h*m,1),d=`${l} ${f}`,u=s.get(d);return u||s.set(d,u=t.arrays[l].dtype==="uint8"?new Uint8Array(f):new Float32Array(f).fill(
NaN)),u}return{...t,recorded_samples:n,part:(l,...c)=>{let f=e[l];return f===void 0||!(c[f]>=n)?t.part(l,...c):Ec(a,l,c)??r(l,c)},lacks:(l,c)=>c>=n&&e[l]!==void 0&&
!(a?.sample===c&&Object.hasOwn(a.leads,l)),open:l=>{a=l},computed:()=>a}}function no(t){let e=null,n=!1,a=[...t.duration_s],s=[...t.start_s],r=()=>n?null:e,o=f=>e!==
null&&!n&&Object.hasOwn(e.leads,f),i=(f,...d)=>Ec(r(),f,d)??t.part(f,...d),l=(f,d,u)=>{a[f]=d,s[f]=u};function c(f,d){e&&l(e.sample,t.duration_s[e.sample],t.start_s[e.
sample]),[e,n]=[f,d],e&&!n&&l(e.sample,e.duration_s,e.start_s)}return{...t,duration_s:a,start_s:s,recorded:t,edited:r,replaced:o,part:i,show:c,compared:[]}}var zc=[
"path","influence","attribution","plan","channel_index","scan_norm_0"];var ao=["delay","amplitude","noise","seed","swap","text","window","state","cut","step"];function le({sample:t,epoch:e,masked:n,edits:a}){let s=Object.keys(a).sort().
map(r=>[r,ao.filter(o=>Object.hasOwn(a[r],o)).map(o=>[o,a[r][o]])]);return n.length||s.length?JSON.stringify([t,e,[...n].sort(),s]):""}function ua({phrases:t,samples:e,
modalities:n},a){let s=({delay:r=0,amplitude:o,noise:i,swap:l,text:c,window:f,state:d,cut:u,step:h=0})=>{let m=Math.abs(r),g=[];return l!==void 0&&g.push(Xt(t.swap,
{sample:e[l]})),c!==void 0&&g.push(t.text),m&&g.push(Xt(r>0?t.later:t.earlier,{steps:Xt(m===1?t.one_step:t.several_steps,{steps:m})})),o!==void 0&&g.push(Xt(t.amplitude,
{factor:nt(o,2)})),i!==void 0&&g.push(Xt(t.noise,{noise:i.toFixed(2)})),f!==void 0&&g.push(Xt(f[0]===f[1]?t.one_frame:t.frames,{first:f[0]+1,last:f[1]+1})),d!==
void 0&&g.push(Xt(t[d],{step:h+1})),u!==void 0&&g.push(Xt(t.cut,{source:n[u].name,step:h+1})),g.join(", ")};return n.filter(r=>Object.hasOwn(a,r.name)).map(r=>`${r.
name} ${s(a[r.name])}`).join("; ")}function Tc(t,e){let n=0,a=null,s=()=>e();async function r(){let l=t.get("what_if_result");if(!l?.seq||l.seq<=n)return;n=l.seq;
let c=await Wn(l.meta,l.body);l.seq<n||(a={...c,epoch:l.request.epoch,sample:l.request.sample,edits:l.request.edits,key:le(l.request),request:l.request},e())}let o=()=>r().
catch(l=>e(`The result could not be read: ${l}`));return t.on("change:what_if_result",o),t.on("change:what_if_error",s),{take:o,stop:()=>{t.off("change:what_if_\
result",o),t.off("change:what_if_error",s)},current:()=>a}}var so=(t,e)=>Number.isInteger(t)&&Number(t)>=0&&Number(t)<=e,wm=(t,e)=>e===4?new Uint32Array(t):e===2?new Uint16Array(t):new Uint8Array(t);async function Cc(t,e,n){
let a="the model in this page",s=new Error(`${a} is damaged: its weights and frames do not fit their description`);if(!Array.isArray(e?.groups)||!so(n,2*(e.bytes+
2**20)))throw s;let r=await Dn(t,e.bytes,a),o=new Uint8Array(n),i=0;for(let{width:l,lags:c,folded:f,places:d}of e.groups){let h=[1,2,3,4,8].includes(l)&&Array.isArray(
d)&&Array.isArray(c)&&c.length<=4&&c.every(w=>so(w,r.length)&&w>0)&&d.every(w=>Array.isArray(w)&&w.every(y=>so(y,n))&&w[0]+w[1]*l<=n)&&(l!==3&&l!==8||!c.length&&
!f)?d.reduce((w,y)=>w+y[1],0):1/0;if(i+h*l>r.length)throw s;let m;if(l===3||l===8){m=new Uint8Array(h*l);for(let w=0,y=i;w<l;w++)for(let b=0;b<h;b++)m[b*l+w]=r[y++]}else
m=new Uint8Array(Va(r,i,wm(h,l),c,f).buffer);i+=h*l;let g=0;for(let[w,y]of d)o.set(m.subarray(g,g+y*l),w),g+=y*l}if(i!==r.length)throw s;return o}function Ic(t,e,n,a){for(let s=0;s<t.length;s++){let r=t[s]/e;n[a+s]=r>=1?255:r>0?Math.round(255*r):0}}function Fc(t,{routing:e,transport:n},a){let s={};if(e&&t.
has("routing")){let r=[1,1,...t.shape("routing").slice(2)],o=new Uint8Array(r.reduce((l,c)=>l*c,1)),i=o.length/r[2];e.length===r[2]&&e.every(l=>l.length===i)&&(e.
forEach((l,c)=>Ic(l,1,o,c*i)),s.routing={shape:r,values:o})}if(n&&t.has("plan")&&n.length===t.pairs.length){s.distance={shape:[1,1,n.length],values:Float32Array.
from(n,i=>i.distance[0])};let r=[1,...t.shape("plan").slice(1)],o=r[2]*r[3];if(t.epochs[a]===t.best_epoch&&n.every(({plan:i})=>i.length===o))for(let i of["plan",
"cost"]){let l=new Uint8Array(n.length*o);n.forEach((c,f)=>Ic(c[i],t.transport_scale[i][f],l,f*o)),s[i]={shape:r,values:l}}}return s}function vm(t,e,n){let a=0;for(let s=1;s<n;s++)t[e+s]>t[e+a]&&(a=s);return a}async function xm(t,e,n,a,s){let r=t.sizes.time,o=t.modalities.length,i=t.outputs.length,
l=a.length/i,c=t.task==="classification",f=t.attribution.block,d=f.length,u=vm(a,(l-1)*i,i),h=l===r&&t.has("attribution_prefix"),m=Float32Array.from(a,(M,C)=>c?
(C%i===u?1:0)-M:1),g=h?Array.from({length:l},(M,C)=>C):[l-1],w=new Float32Array(g.length*o*r),y=null;for(let M=0;M<g.length;M+=1){let C=g.slice(M,M+1),N=(g.length===
1,1),_=new Float32Array(N*l*i);if(C.forEach((F,R)=>{for(let I=0;I<i;I++)Number.isFinite(m[F*i+I])&&(_[(R*l+F)*i+I]=m[F*i+I])}),y=await e.attribute({values:n.values,
valid:n.valid,...n.share?{share:n.share}:{},weights:_}),!s())return null;w.set(y.share.subarray(0,C.length*o*r),M*o*r)}let{output:b,bias:v}=y,A=(M,C)=>{let N=0;
for(let _=0;_<i;_++)N+=m[C*i+_]*M[C*i+_];return N},$=w.slice((g.length-1)*o*r),x=A(b,l-1),O=A(v,l-1),S={attribution:{shape:[1,o,r],values:$},attribution_total:{
shape:[1],values:Float32Array.of(x)},attribution_bias:{shape:[1],values:Float32Array.of(O)},attribution_error:{shape:[1],values:Float32Array.of(Math.abs(x-O-$.reduce(
(M,C)=>M+C,0)))}};if(h){let M=new Float32Array(r*o*d),C=new Uint8Array(r*o*d),N=new Float32Array(r);for(let _=0;_<r;_++){for(let R=0;R<o;R++)for(let I=0;I<d;I++)
for(let j=f[I];j<(f[I+1]??r);j++)M[(_*o+R)*d+I]+=w[(_*o+R)*r+j];let F=M.subarray(_*o*d,(_+1)*o*d);N[_]=F.reduce((R,I)=>Math.max(R,Math.abs(I)),0)||1,F.forEach((R,I)=>C[_*
o*d+I]=Math.round(Math.sqrt(Math.abs(R)/N[_])*Math.sign(R)*127+128))}Object.assign(S,{attribution_prefix:{shape:[1,r,o,d],values:C},attribution_prefix_limit:{shape:[
1,r],values:N},attribution_prefix_bias:{shape:[1,r],values:Float32Array.from({length:r},(_,F)=>A(v,F))},attribution_prefix_total:{shape:[1,r],values:Float32Array.
from({length:r},(_,F)=>A(b,F))}})}return{arrays:S,explained:c?t.outputs[u]:""}}function jc(t,e){let n=0,a=0,s=()=>{n++,clearTimeout(a)};function r(o,i,l,c){s();
let f=n;a=setTimeout(()=>{xm(e,t,o,i,()=>f===n).then(d=>d&&f===n&&l(d),d=>f===n&&c(d instanceof Error?d.message:String(d)))},150)}return{follow:r,cancel:s}}function Bs(t){let e=t>>>0;return e=Math.imul(e^e>>>16,2146121005),e=Math.imul(e^e>>>15,2221713035),(e^e>>>16)>>>0}function Lc(t,e,n){let a=Bs(t+2654435769>>>0),
s=Bs((a^e+1)>>>0),r=new Float64Array(n),o=i=>Bs((Bs(i+s>>>0)^a)>>>0);for(let i=0;i<n;i++){let l=(o(2*i)+1)/4294967296,c=o(2*i+1)/2**32;r[i]=Math.sqrt(-2*Math.log(
l))*Math.cos(2*Math.PI*c)}return r}var $m=(t,e)=>new Error(`${e} of ${t}, which has no recorded frame in this sample; swap it for another sample's first`);function Mm(t,e,n){let a=t.length/e.length,
s=t.slice(),r=Array.from(e.keys()).filter(o=>e[o]);return r.forEach((o,i)=>{let l=r[Math.min(r.length-1,Math.max(0,i-n))];s.set(t.subarray(l*a,(l+1)*a),o*a)}),s}
function Rc(t,e,n){let a=t.length/e.length,s=t.slice();for(let r=0,o=0;r<e.length;r++)for(let i=0;i<a;i++,o++)e[r]&&(s[o]=n(t[o],o,i));return s}function Bc(t,e,n,a,s,r){
let o={...t,values:[...t.values],valid:[...t.valid]};return e.forEach((i,l)=>{let c=Object.hasOwn(n,i)?n[i]:{},f=t.values[l],d=t.valid[l];if(c.swap!==void 0){let b=r(
c.swap);[f,d]=[b.values[l],b.valid[l]]}let{delay:u=0,amplitude:h=1,noise:m=0,seed:g=0,window:w}=c,y=u?"delay":h!==1?"amplitude":m?"noise":"";if(y&&!d.some(Boolean))
throw $m(i,y);if(u&&(f=Mm(f,d,u)),h!==1){let b=Math.fround(h);f=Rc(f,d,v=>v*b)}if(m){let b=Lc(g,l,f.length),v=Array.from(s[l],A=>m*A);f=Rc(f,d,(A,$,x)=>A+b[$]*v[x])}
(w||a.includes(i))&&(d=d.map((b,v)=>a.includes(i)||w&&v>=w[0]&&v<=w[1]?0:b)),o.values[l]=f,o.valid[l]=d}),o}var ro=(t,e)=>t.flatMap((n,a)=>{let{state:s,cut:r,step:o=0}=Object.
hasOwn(e,n)?e[n]:{};return[...s?[{modality:a,kind:s,step:o}]:[],...r!==void 0?[{modality:a,kind:"cut",source:r,step:o}]:[]]});var Pc=12,_m=2e4,Pa=8,km=40,Am=24;function Om(t,e){let n=2**e,a=t.length/n,s=new Float32Array(a*e),r=new Float64Array(e);for(let i=0,l=1/e;i<e;i++)r[i]=l,l*=(i+
1)/(e-1-i);let o=Uint8Array.from({length:n},(i,l)=>l.toString(2).replaceAll("0","").length);for(let i=0;i<a;i++)for(let l=0;l<e;l++){let c=0;for(let f=0;f<n;f++)
f>>l&1||(c+=r[o[f]]*(t[i*n+f+2**l]-t[i*n+f]));s[i*e+l]=c}return s}function Sm(t,e,n){let a=[],s=[];for(let[r,o]of e.entries()){if(t.modalities[r].static||!o.some(
Boolean))continue;let i=n[r];if(i===null)return null;s.push(i),a.push((t.align==="resample"?o.reduce((l,c)=>l+(c?1:0),0):t.align==="pad"?t.sizes.time:o.length)/
i)}return!s.length||Math.max(...a)-Math.min(...a)>1/Math.min(...s)*(1+1e-9)?null:Math.max(...a)}var qc=(t,e)=>Array.from({length:e},(n,a)=>t>>a&1);function Nm(t,e,n){
let a={},s={};for(let[r,{shape:o}]of Object.entries(e))a[r]=t.sample_axis[r]===1?2:1,s[r]={shape:o,dtype:e[r].values instanceof Uint8Array?"uint8":"float32",at:0,
lags:[]};return{...n,leads:a,arrays:s,has:r=>Object.hasOwn(e,r),shape:r=>e[r].shape,part(r,...o){let{shape:i,values:l}=e[r],c=i.slice(o.length).reduce((d,u)=>d*
u,1),f=o.reduce((d,u,h)=>d*i[h]+u,0)*c;return l.subarray(f,f+c)}}}function Em(t,e){let{layer:n,channel:a,time:s}=t.sizes,r=t.modalities.length,o=new Uint8Array(
n*r*a*s),i=1/(t.state_power??1);for(let l=0;l<n;l++){let c=e[l].length/(r*s),f=t.part("channel_index",l);for(let d=0;d<r;d++)for(let u=0;u<a;u++){let h=Math.max(
0,f[d*a+u]),m=((l*r+d)*a+u)*s;for(let g=0;g<s;g++){let w=e[l][(d*s+g)*c+h]/t.scale[l];o[m+g]=Number.isFinite(w)?Math.round(255*Math.min(1,Math.max(0,w))**i):255}}}
return o}function Dc({engine:t,frame:e,source:n,changed:a,now:s=()=>performance.now()}){let r=e.modalities.length,o=e.modalities.map(k=>k.name),i=e.sizes.time,l=e.
outputs.length,c=2**r-1,f=r<=Pc&&e.has("game"),d=[2**(r-1)-1,c].filter(k=>k>0&&k<=Pa),u=new Map,h=new Map,m=new WeakSet,g=null,w=null,y=null,b=null,v=!1,A=!1,$=0,
x="",O=n.attributes&&e.has("attribution")?jc(t,e):null;function S(k,T,D){k.delete(T),k.set(T,D);for(let W of[...k.keys()].slice(0,Math.max(0,k.size-Am)))W!==w?.
sample&&k.delete(W)}let M=k=>le(k)||`sample ${k.sample}`;function C(){if(w===null||A)return null;let{sample:k}=w,T=le(w),D=u.get(k),W={sample:k,epoch:n.epoch,masked:[],
edits:{}};return k>=e.recorded_samples&&(!D||D.draft||D.partial&&!T)&&y?.key!==M(W)?{sample:k,key:M(W),request:W,edited:!1,requested:$}:!T||w.epoch!==n.epoch||y?.
key===T||g?.key===T&&!g.draft&&!g.partial?null:{sample:k,key:T,request:w,edited:!0,requested:$}}let N=k=>A||w===null||(k.edited?le(w)!==k.key:w.sample!==k.sample||
le(w)!==""&&u.get(k.sample)?.draft===!1);function _(k,T){let W={prediction:{shape:[...[1,1,i],l],values:I(T.predictions)},...Fc(e,T,n.epoch)};return T.valid&&(W.
state_valid={shape:[1,r,i],values:T.valid}),T.states&&e.has("state")&&(W.state={shape:[1,1,e.sizes.layer,r,e.sizes.channel,i],values:Em(e,T.states)}),k.values.forEach(
(U,P)=>{let H=k.valid[P],G=U.length/H.length;W[`signal_${P}`]={shape:[1,H.length,G],values:U.map((K,et)=>H[Math.floor(et/G)]?K:0)},W[`signal_valid_${P}`]={shape:[
1,H.length],values:H}}),W}function F({edits:k}){return e.has("attribution")?n.attributes?f?ro(o,k).length?"The page computes no attribution with an intervention\
 on hidden states or edges.":"":`The page computes no attribution for more than ${Pc} modalities.`:n.no_attribution||"The model in the page has no graph of the \
attribution; export it again.":""}function R(k,T,D,W,U,P,H){let{sample:G,request:K}=k,et=H?`The attribution could not be computed: ${H}`:F(K);e.labelled===!1&&G>=
e.recorded_samples&&(e.targets[G]=Tm(D.prediction.values.subarray((i-1)*l)));let st=W?{...D,...j(G,W)}:D,Y={epoch:n.epoch,sample:G,edits:K.edits,key:k.key,request:K,
explained:P,unexplained:et,start_s:e.recorded.start_s[G],duration_s:n.timed?e.recorded.duration_s[G]:Sm(e,T.valid,n.rates)},V={...Nm(e,st,Y),draft:W===null&&f,partial:U};
k.edited?g=V:S(u,G,V)}function I(k){if(k.length===i*l)return k;let T=new Float32Array(i*l).fill(NaN);return T.set(k,(i-1)*l),T}function j(k,T){let D=e.task==="c\
lassification"?e.targets[k]:0,W=c+1,U=new Float32Array(i*W);for(let[H,G]of T)for(let K=0;K<i;K++)U[K*W+H]=G[K*l+D];let P=Float32Array.from({length:i},(H,G)=>U[G*
W]);return{game:{shape:[1,1,i,W],values:U},phi:{shape:[1,1,i,r],values:Om(U,r)},baseline:{shape:[1,1,i],values:P}}}async function B(k){let T=n.sampleAt(k.sample);
if(T===null)throw new Error(`the page does not hold the input of sample ${e.samples[k.sample]}`);let{edits:D,masked:W}=k.request,U=k.edited?Bc(T,o,D,W,n.std,ht=>{
let _t=n.sampleAt(ht);if(_t===null)throw new Error(`the page does not hold the input of sample ${e.samples[ht]}`);return _t}):T,P=ro(o,D),H={values:U.values,valid:U.
valid,...T.share?{share:T.share}:{},interventions:P},G=await t.predict({...H,members:Uint8Array.from(qc(c,r)),wants:{states:!0}});if(!G||N(k))return;let K=G.steps===
1&&i>1,et=new Map([[c,I(G.predictions)]]),st=o.reduce((ht,_t,qt)=>ht|(Object.hasOwn(D,_t)||W.includes(_t)?1<<qt:0),0),Y=P.length?[]:Array.from({length:c},(ht,_t)=>_t).
filter(ht=>!(ht&st)),V=h.get(k.sample)??new Map;for(let ht of Y)V.has(ht)&&et.set(ht,V.get(ht));let X=f?Array.from({length:c},(ht,_t)=>_t).filter(ht=>!et.has(ht)):
[],at=X.map(ht=>[ht,i]),ot=t.thread==="worker"&&!k.edited&&X.length?q(H,at.slice(0,Pa),K):null,pt=_(U,G);if(b={key:k.key,first:s()-k.requested,all:null,prefixes:null,
left:""},R(k,U,pt,null,K),a(),!f&&!K||(ot||await zm(),N(k)))return;if(f){let ht=await L(k,H,at,K,ot);if(!ht)return;X.forEach((_t,qt)=>et.set(_t,I(ht[qt])));for(let _t of k.
edited?Y:et.keys())V.set(_t,et.get(_t));S(h,k.sample,V),R(k,U,pt,et,K),b&&(b.all=s()-k.requested),a()}let yt=K?await z(k,U,pt,et,H):pt;yt&&f&&P.length===0&&O?.follow(
{...U,...T.share?{share:T.share}:{}},G.predictions,ht=>{N(k)||(R(k,U,{...yt,...ht.arrays},et,!1,ht.explained),a())},ht=>{N(k)||(R(k,U,yt,et,!1,void 0,ht),a())})}
function q(k,T,D){let W=d.find(P=>P>=T.length)??Pa,U=Array.from({length:W},(P,H)=>T[Math.min(H,T.length-1)]);return t.predict({...k,...D?{until:U.map(([,P])=>P)}:
{},members:Uint8Array.from(U.flatMap(([P])=>qc(P,r))),wants:{states:!1}})}async function L(k,T,D,W,U=null){let P=[];for(let H=0;H<D.length;H+=Pa){let G=D.slice(
H,H+Pa),K=await(H?q(T,G,W):U??q(T,G,W));if(!K||N(k))return null;let et=l*K.steps;G.forEach((st,Y)=>P.push(K.predictions.slice(Y*et,(Y+1)*et)))}return P}async function z(k,T,D,W,U){
let P=s(),H=async V=>{let X=V.flatMap(ot=>Array.from({length:i-1},(pt,yt)=>[ot,yt+1])),at=await L(k,U,X,!0);if(X.forEach(([ot,pt],yt)=>at&&W.get(ot)?.set(at[yt],
(pt-1)*l)),at)for(let ot of V)m.add(W.get(ot));return at!==null};if(!await H([c]))return null;let G=W.get(0);if(G)for(let V=0;V+1<i;V++)G.copyWithin(V*l,(i-1)*l);
let K=[...W.keys()].filter(V=>V>0&&V<c&&!m.has(W.get(V))),et=(s()-P)*K.length,st=et>_m?`Shapley values before the last step are not computed: the ${K.length} fu\
rther subsets at every step would take about ${Math.round(et/1e3)} s`:"",Y={...D,prediction:{...D.prediction,values:W.get(c).slice()}};return R(k,T,Y,f?W:null,K.
length>0&&!st),b&&([b.prefixes,b.left]=[s()-k.requested,st]),a(),st||!K.length?Y:await H(K)?(R(k,T,Y,W,!1),b&&(b.prefixes=s()-k.requested),a(),Y):null}async function E(){
if(!v){v=!0;try{for(let k=C();k;k=C())try{await B(k)}catch(T){y={key:k.key,sample:k.sample,text:T instanceof Error?T.message:String(T)},a()}}finally{v=!1}}}return{
follow({sample:k,epoch:T,masked:D,edits:W}){let U=M({sample:k,epoch:T,masked:D,edits:W});U!==x&&O?.cancel(),U!==x&&([x,$,y]=[U,s(),null]),w={sample:k,epoch:T,masked:D,
edits:W},E()},base:k=>u.get(k)??null,current:()=>g,timesOf:k=>b?.key===k?b:null,problemOf:k=>y&&y.key===k?y.text:"",failed:k=>y&&y.key===`sample ${k}`?y.text:"",
refusal({sample:k,epoch:T,edits:D},W){if(T!==n.epoch)return`the model in the page has the weights of epoch ${e.epochs[n.epoch]}`;if(n.sampleAt(k)===null)return`\
the page does not hold the input of sample ${e.samples[k]}`;for(let[U,P]of o.entries())for(let H of Object.keys(Object.hasOwn(D,P)?D[P]:{}))if(!W[U].includes(H))
return`the page does not compute the edit "${H}" of ${P}`;return""},stop(){A=!0,O?.cancel(),t.stop()}}}var zm=()=>new Promise(t=>{let e=setTimeout(t,km);requestAnimationFrame(
()=>{let{port1:n,port2:a}=new MessageChannel;n.onmessage=()=>{clearTimeout(e),n.close(),t()},a.postMessage(0)})});function Tm(t){let e=0;for(let n=1;n<t.length;n++)
t[n]>t[e]&&(e=n);return e}var Cm=16,Im=.001;function Fm(t,e){let{split:n,graph:a}=e.model,s=t.modalities.length;if(!(n.modalities.length===s&&e.rows.length===t.sizes.sample&&e.offers.length===
s&&e.std.length===s&&e.rates.length===s&&n.modalities.every((o,i)=>o.features===t.modalities[i].features.length&&o.frames===t.shape(`signal_${i}`)[1])&&a.steps===
t.sizes.time&&Number.isInteger(e.epoch)&&e.epoch>=0&&e.epoch<t.sizes.epoch))throw new Error("the model in this page does not belong to its data: its modalities,\
 frames, steps or epoch differ")}function jm(t,e,n){let a=new Map,s=e.model.split.modalities.some(o=>o.share_at!==void 0);function r(o){let i=e.rows[o]>=0?Qr(e.
model,n,e.rows[o]):null,l=s?i?.share:void 0;return o<t.recorded_samples&&(i||!s)?{values:t.modalities.map((c,f)=>Float32Array.from(t.recorded.part(`signal_${f}`,
o))),valid:t.modalities.map((c,f)=>Uint8Array.from(t.recorded.part(`signal_valid_${f}`,o))),...l?{share:l}:{}}:i&&{values:i.values,valid:i.valid,...l?{share:l}:
{}}}return o=>{let i=a.get(o)??r(o);if(i){a.delete(o),a.set(o,i);for(let l of[...a.keys()].slice(0,Math.max(0,a.size-Cm)))a.delete(l)}return i}}async function Lm(t,e,n){
let a=n.sampleAt(0),s=t.modalities.length;if(!a||!t.recorded_samples)return null;let{predictions:r,steps:o}=await e.predict({...a,members:new Uint8Array(s).fill(
1),interventions:[],wants:{states:!1}}),i=t.outputs.length,l=t.sizes.time,c=t.recorded.part("prediction",n.epoch,0),f=o===l?0:(l-1)*i;if(r.length!==(o===l?l:1)*
i)throw new Error(`the model in this page predicts ${r.length} values, expected ${(o===l?l:1)*i}`);let d=0;for(let u=0;u<r.length;u++)Number.isFinite(c[f+u])&&(d=
Math.max(d,Math.abs(r[u]-c[f+u])||(Number.isFinite(r[u])?0:1/0)));return d}async function Wc(t,e,n){let{wasm:a}=t;if(!a.byteLength)return oo(t,null,e,n);try{return await oo(
t,ba(a),e,n)}catch(s){return oo(t,null,e,n).catch(()=>{throw s})}}async function oo({meta:t,blob:e,script:n},a,s,r){let o=JSON.parse(t);Fm(s,o);let i=await Cc(ba(
e),o.stored,o.model.bytes),l=await Zr({graph:o.model.graph,weights:to(o.model,i),wasm:a,script:n});try{let c={epoch:o.epoch,sampleAt:jm(s,o,i),std:o.std,rates:o.
rates,timed:o.model.split.clock!==null,attributes:!!o.model.graph.gradient,no_attribution:String(o.model.about.no_attribution??"").slice(0,400)},f=await Lm(s,l,
c),d=Im+2*(Number(o.model.about.error)||0);if(f!==null&&f>d*Math.max(1,Rm(s)))throw new Error(`the model in this page does not reproduce the recorded prediction\
 of ${s.samples[0]}: it differs by ${f.toPrecision(2)}; export the model from the training that was recorded`);return{meta:o,engine:l,predictions:Dc({engine:l,frame:s,
source:c,changed:r}),difference:f}}catch(c){throw l.stop(),c}}function Rm(t){if(t.task==="classification")return 1;let e=0;for(let n of t.recorded.part("predict\
ion"))Math.abs(n)>e&&Number.isFinite(n)&&(e=Math.abs(n));return e}var Bm=300;function Pm(t){let e=new Uint8Array(Float32Array.from(t).buffer),n="";for(let a=0;a<e.length;a+=8192)n+=String.fromCharCode(...e.subarray(a,a+8192));
return btoa(n)}var Hc=t=>t&&{duration_s:t.duration_s,...Object.fromEntries(["prediction","phi","game"].filter(t.has).map(e=>[e,Pm(t.part(e))]))};function Uc(t,e,n){
let a=Tc(t,n),s=t.get("page_model"),r=s?.meta?"starting":"none",o=null,i="",l=!1,c=0,f=null,d=()=>!t.get("opened")&&!t.get("edit_options")?.never;function u(v){
d()&&(t.set("page_engine",v),t.save_changes())}async function h(){if(r==="starting"){try{let v=await Wc(s,e,m);if(l)return v.predictions.stop();[o,r]=[v,"ready"]}catch(v){
[r,i]=["failed",v instanceof Error?v.message:String(v)]}u(r==="ready"?"ready":`failed: ${i}`),f&&y(f),n()}}function m(){n(),clearTimeout(c),d()&&(c=setTimeout(g,
Bm))}function g(){if(!o||!f||l)return;let v=o.predictions.base(f.sample),A=o.predictions.current(),$=le(f),x=A&&!A.draft&&A.key===$?A:null;if(v?.draft||!v&&!x)return;
let O={sample:f.sample,epoch:f.epoch,masked:f.masked,edits:f.edits};t.set("page_prediction",{request:O,plain:Hc(v),edited:Hc(x)}),t.save_changes()}function w(v){
return o?o.predictions.refusal(v,o.meta.offers):r==="failed"?i:"the model in the page is starting"}function y(v){f=v,o&&(!le(v)||!w(v)||v.sample>=e.recorded_samples)&&
o.predictions.follow(v)}function b(v){let A=le(v),x=[o?.predictions.current()??null,a.current()].filter(O=>O!==null&&O.sample===v.sample&&O.epoch===v.epoch);return A?
x.find(O=>O?.key===A)??x[0]??null:null}return{take:a.take,start:h,follow:y,editedFor:b,refusal:w,stage:()=>r,reason:()=>i,meta:()=>o?.meta??null,engine:()=>o?.engine??
null,difference:()=>o?.difference??null,base:v=>o?.predictions.base(v)??null,waits:({sample:v})=>v>=e.recorded_samples&&(r==="starting"||o!==null&&!o.predictions.
base(v)&&!o.predictions.failed(v)),missing:v=>v<e.recorded_samples?"":o?o.predictions.failed(v):r==="starting"?"":i||"the page holds no model",timesOf:v=>o?.predictions.
timesOf(v)??null,problemOf:v=>o?.predictions.problemOf(v)??"",stop(){l=!0,clearTimeout(c),a.stop(),o?.predictions.stop()}}}function Gc(t,e){let n=0,a=0,s=!1,r=null,o=null,i=(c,f)=>c!==null&&f!==null&&c.key===f.key&&c.request===f.request;function l(c){let f=e.editedFor(c),d=e.base(c.
sample);f||(s=!1);let u=s?null:f;if(u!==r||d!==o){let m=(u===r||i(u,r)&&r?.draft)&&(d===o||i(d,o)&&o?.draft);[r,o,n,a]=[u,d,n+1,a+(m?0:1)]}t.open(d),t.show(f,s);
let h={...c,version:n,early:a,draft:!!(u?u.draft:d?.draft)};return{edited:f,shows:u,comparing:s,state:h}}return{next:l,compare:c=>{s=c}}}var lo=["mask","delay","amplitude","noise","swap","text","window","state"],co={mask:"available",delay:"delay, steps",amplitude:"amplitude, factor",noise:"noise,\
 sd · seed",swap:"swapped with",text:"text",window:"masked frames",state:"hidden state, edges · from step"};function io(t,e,n){let a=p("input",{type:"range","\
aria-label":t,...e}),s=p("span",{class:"mmv-set"});a.addEventListener("input",()=>n(Number(a.value)));let r=(o,i)=>{o>Number(a.max)&&(a.max=String(o)),o<Number(
a.min)&&(a.min=String(o)),dt(a,"value",String(o)),dt(a,"ariaValueText",i),wt(s,i)};return{range:a,node:p("div",{class:"mmv-slide"},a,s),set:r}}function Kc(t,e,n,a,s,r,o,i){
let l=t.modalities[e],c={},f=[],d=(g,w)=>{n.includes(g)&&w()},u=g=>l.step_s===null?"":` (${mt(g*l.step_s,2)} s)`;return d("mask",()=>{let g=p("input",{type:"che\
ckbox","aria-label":`${l.name} is available`});g.addEventListener("change",()=>r(!g.checked)),c.mask=g,f.push((w,y)=>g.checked=!y)}),d("delay",()=>{let g=Math.max(
1,Math.floor(a/2)),{range:w,node:y,set:b}=io(`Delay of ${l.name} in steps`,{min:-g,max:g,step:1},v=>s({delay:v||null}));c.delay=y,f.push(({delay:v=0},A)=>{b(v,v?
`${mt(v,0)}${u(v)}`:"none"),dt(w,"disabled",A)})}),d("amplitude",()=>{let{range:g,node:w,set:y}=io(`Amplitude of ${l.name}, as a factor`,{min:0,max:2,step:.05},
b=>s({amplitude:b===1?null:b}));c.amplitude=w,f.push(({amplitude:b=1},v)=>{y(b,b===1?"as recorded":`× ${nt(b,2)}`),dt(g,"disabled",v)})}),d("noise",()=>{let{range:g,
node:w,set:y}=io(`Noise on ${l.name}, as a share of its standard deviation`,{min:0,max:2,step:.05},v=>s(v?{noise:v,seed:Number(b.value)||0}:{noise:null,seed:null})),
b=p("input",{type:"number",min:0,max:4294967295,step:1,value:0,"aria-label":`Seed of the noise on ${l.name}`,title:"seed of the noise"});b.addEventListener("inp\
ut",()=>b.checkValidity()&&b.value!==""&&s({seed:Number(b.value)})),w.append(b),c.noise=w,f.push(({noise:v=0,seed:A=0},$)=>{y(v,v?`${nt(v,2)} sd`:"none"),dt(g,"\
disabled",$),dt(b,"disabled",$||!v),v&&Number(b.value)!==A&&(b.value=String(A))})}),d("swap",()=>{let{select:g}=Rt(`Swap ${l.name} for that of another sample`,[
"its own",...t.samples],w=>s({swap:w?w-1:null,text:null}));c.swap=g,f.push(({swap:w},y)=>{dt(g,"value",String(w===void 0?0:w+1)),dt(g,"disabled",y)})}),d("text",
()=>{let g=p("input",{type:"text",class:"mmv-words",maxlength:1e4,placeholder:"as recorded","aria-label":`Another text for ${l.name}`});g.addEventListener("inpu\
t",()=>s({text:g.value||null,swap:null})),g.addEventListener("focus",()=>{g.value||(g.value=(l.tokens?.[i()]??[]).filter(Boolean).join(" "))}),g.addEventListener(
"blur",()=>{w||(g.value="")});let w="";c.text=g,f.push(({text:y=""},b)=>{w=y,g.value!==y&&(y||!g.matches(":focus"))&&(g.value=y),dt(g,"disabled",b)})}),d("windo\
w",()=>{let g=p("input",{type:"checkbox","aria-label":`Mask frames of ${l.name}`}),w=["First","Last"].map(b=>p("input",{type:"number",min:1,max:a,step:1,value:b===
"First"?1:a,"aria-label":`${b} masked frame of ${l.name}`})),y=()=>{let[b,v]=w.map(A=>Number(A.value)-1);g.checked?w.every(A=>A.checkValidity()&&A.value!=="")&&
b<=v&&s({window:[b,v]}):s({window:null})};[g,...w].forEach(b=>b.addEventListener("input",y)),c.window=p("div",{class:"mmv-slide"},g,w[0],"to",w[1]),f.push(({window:b},v)=>{
g.checked=b!==void 0,dt(g,"disabled",v),w.forEach((A,$)=>{dt(A,"disabled",v||!b),b&&Number(A.value)!==b[$]+1&&(A.value=String(b[$]+1))})})}),d("state",()=>{let g=n.
includes("cut")?t.modalities.map((A,$)=>$).filter(A=>A!==e):[],w=[{state:null,cut:null,step:null},{state:"zero",cut:null},{state:"hold",cut:null},...g.map(A=>({
state:null,cut:A}))],y=["as computed","state set to 0","state held",...g.map(A=>`no edge from ${t.modalities[A].name}`)],{select:b}=Rt(`Intervention on the SSM \
stream of ${l.name}, in every ${t.scans.length?"captured scan of this modality":"layer"}`,y,A=>s(A?{...w[A],step:v.disabled?o():Number(v.value)-1}:w[0])),v=p("i\
nput",{type:"number",min:1,max:t.sizes.time,step:1,value:1,"aria-label":`First step of the intervention on ${l.name}`,title:"first step of the intervention; at \
first the selected step"});v.addEventListener("input",()=>v.checkValidity()&&v.value!==""&&s({step:Number(v.value)-1})),c.state=p("div",{class:"mmv-slide"},b,v),
f.push(({state:A,cut:$,step:x=0},O)=>{let S=w.findIndex(M=>(M.state??void 0)===A&&(M.cut??void 0)===$);dt(b,"value",String(Math.max(0,S))),dt(b,"disabled",O),dt(
v,"disabled",O||S<=0),Number(v.value)!==x+1&&(v.value=String(x+1))})}),{row:g=>p("tr",{},p("th",{scope:"row"},...$t(t,e)),...g.map(w=>p("td",{class:`mmv-by-${w}`,
"data-kind":co[w],...c[w]?{}:{"data-none":""}},c[w]??p("span",{class:"mmv-faint"},"–")))),draw:(g,w)=>f.forEach(y=>y(g,w))}}var Yc=({edits:t,masked:e})=>JSON.stringify([Object.entries(t).map(([n,a])=>[n,Object.keys(a)]),e]);function Vc(t,e=()=>performance.now()){let n=[],a=[],s=null,
r=-1/0;function o({edits:l,masked:c}){let f={edits:l,masked:c};s!==null&&JSON.stringify(s)===JSON.stringify(f)||(s!==null&&(n.length>0&&!a.length&&e()-r<700&&Yc(
s)===Yc(f)||(n=[...n,s].slice(-100)),a=[]),[s,r]=[f,e()])}function i(l,c){let f=l.at(-1);return!f||s===null?!1:(c.push(s),l.pop(),[s,r]=[f,-1/0],t(f),!0)}return{
follow:o,undo:()=>i(n,a),redo:()=>i(a,n),steps:()=>({undo:n.length,redo:a.length})}}var Ps=50,qm=t=>`"${(typeof t=="string"&&/^[=+\-@\t\r]/.test(t)?`'${t}`:String(t)).replaceAll('"','""')}"`,Jc=(t,{edits:e,masked:n})=>[ua(t,e),...n.map(a=>`${a}\
 masked`)].filter(Boolean).join("; ");function Dm(t,e){let n=t.target_name,a=["sample","epoch","time","edits",`${n}, recorded`,`${n}, edited`,"difference",...t.
modalities.map(r=>`Shapley value of ${r.name}`)],s=e.map(r=>[t.samples[r.sample],t.epochs[r.epoch],Mt(t,r.sample,r.time),Jc(t,r),r.recorded??"",r.value,r.recorded===
null?"":r.value-r.recorded,...r.phi]);return[a,...s].map(r=>r.map(qm).join(",")).join(`\r
`)+`\r
`}function Wm(t,e,n){let{epoch:a,sample:s,request:r}=e,o=t.task==="classification"?t.targets[s]:0,i=t.recorded.part("prediction",a,s,n)[o];return{sample:s,epoch:a,
time:n,edits:r.edits,masked:r.masked,value:e.part("prediction",0,0,n)[o],recorded:Number.isFinite(i)?i:null,phi:Array.from(e.part("phi",0,0,n))}}function Hm(t,e){
let n=a=>typeof a=="object"&&a!==null&&Number.isInteger(a.sample)&&a.sample>=0&&a.sample<t.sizes.sample&&Number.isInteger(a.epoch)&&a.epoch>=0&&a.epoch<t.sizes.
epoch&&Number.isInteger(a.time)&&a.time>=0&&a.time<t.sizes.time&&typeof a.edits=="object"&&a.edits!==null&&Array.isArray(a.masked)&&typeof a.value=="number"&&Array.
isArray(a.phi)&&a.phi.length===t.modalities.length;return Array.isArray(e)?e.filter(n).slice(0,Ps):[]}function Xc(t,e,n){let a=p("tbody"),s=p("span",{role:"stat\
us"}),r=()=>Hm(t,e.get("counterfactuals")),o=h=>{e.set("counterfactuals",h),e.save_changes()},i=ct("CSV",()=>{let h=p("a",{href:URL.createObjectURL(new Blob([Dm(
t,r())],{type:"text/csv"})),download:"counterfactuals.csv"});h.click(),setTimeout(()=>URL.revokeObjectURL(h.href),1e3)},{"aria-label":"Download the counterfactu\
als as CSV"}),l=[t.task==="classification"?"p(true class)":"predicted value","difference"],c=p("table",{class:"mmv-list","aria-label":"Counterfactuals"},p("thea\
d",{},p("tr",{},...["sample","edits","epoch","time",...l].map(h=>p("th",{scope:"col"},h)),...t.modalities.map((h,m)=>p("th",{scope:"col"},"φ ",...$t(t,m))),p("\
td"))),a),f=p("div",{class:"mmv-counterfactuals"},p("div",{class:"mmv-inline"},s,i),p("div",{class:"mmv-scroll-x",tabindex:0,role:"region","aria-label":"Table o\
f counterfactuals"},c),rt(`Values at the time of saving: φ is the Shapley value, the difference is that to the ${t.recorded_samples<t.sizes.sample?"unedited":"\
recorded"} sample. Press the edits to restore them. At most ${Ps} rows: a further one replaces the oldest.`));function d(){let h=r();f.hidden=h.length===0,s.textContent=
`${h.length} saved`,a.replaceChildren(...h.map((m,g)=>{let w=Jc(t,m)||"no edit",y=ct("",()=>n({sample:m.sample,epoch:m.epoch,time:m.time,edits:m.edits,masked:m.
masked}),{class:"mmv-open"});return y.append(Q(w)),p("tr",{},p("th",{scope:"row"},Q(t.samples[m.sample])),p("td",{},y),p("td",{},String(t.epochs[m.epoch])),p("t\
d",{},Mt(t,m.sample,m.time)),p("td",{},nt(m.value,t.digits)),p("td",{},m.recorded===null?"–":mt(m.value-m.recorded,t.digits)),...m.phi.map(b=>p("td",{},mt(b,t.
digits))),p("td",{},ct("remove",()=>o(r().filter((b,v)=>v!==g)),{"aria-label":`Remove counterfactual ${g+1}`})))}))}return e.on("change:counterfactuals",d),d(),
{node:f,save:(h,m)=>o([...r(),Wm(t,h,m)].slice(-Ps)),full:()=>r().length>=Ps,stop:()=>e.off("change:counterfactuals",d)}}var Um={mask:"a mask",delay:"a delay",amplitude:"an amplitude",noise:"noise",swap:"a swap",text:"text",window:"masked frames",state:"a change of its own hidden \
state"},Gm=["delay","swap","window"],Km=80,Ym="Explorer(trace, model=mmviz.recording.export_model(run, part)) or Explorer(trace, what_if=mmviz.recording.what_if\
(run, part))";function Vm(t,e,n){let a=new Map;for(let s of e){let r=n[s]||t.missing_scans||"the fusion has no SSM stream per modality, or its edits are not off\
ered";a.set(r,[...a.get(r)??[],t.modalities[s].name])}return[...a].map(([s,r])=>`Hidden states of ${r.join(", ")} cannot be changed here: ${s}${s.endsWith(".")?
"":"."}`).join(" ")}function Jm(t,e,n,a){let s=o=>t.modalities.filter((i,l)=>!e[l].includes(o)&&(o!=="text"||i.display.kind==="text")).map(i=>i.name),r=!a&&t.modalities.
some((o,i)=>t.has(`signal_at_${i}`));return lo.map(o=>({kind:o,names:s(o)})).filter(({names:o})=>o.length).map(({kind:o,names:i})=>o==="state"?Vm(t,t.modalities.
flatMap((l,c)=>e[c].includes("state")?[]:[c]),n):o==="text"?`The text of ${i.join(", ")} cannot be edited: ${a?"what_if was given no encoder for it":"this needs\
 the kernel and an encoder, what_if(run, part, text={...})"}.`:`${a?"what_if":"The model in the page"} does not offer ${Um[o]} for ${i.join(", ")}${r&&Gm.includes(
o)?": with timestamps it changes the time that a frame covers, which needs the kernel":""}.`).join(" ")}function Zc(t){let e=t.get("selection");return!(t.get("o\
pened")||t.get("edit_options")?.never)||!!t.get("page_model")?.meta||!!t.get("what_if_result")?.seq||Object.keys(e?.edits??{}).length>0}function Qc(t,e,n,{compare:a,
predictions:s}){let r=e.get("edit_options"),o=!!r?.offers,i=o&&r.kernel!==!1,l=p("summary",{},"What-if edits"),c=p("details",{class:"mmv-panel mmv-what-if",...o||
e.get("what_if_result")?.seq?{open:""}:{}},l),f=p("p",{class:"mmv-small mmv-what-if-status",role:"status"}),d=p("p",{class:"mmv-error",role:"alert"}),u=p("p",{class:"\
mmv-small mmv-what-if-effect"}),h=ct("reset",()=>n({edits:{},masked:[]}),{"aria-label":"Reset all edits"}),m=ct("show as recorded",()=>a(m.getAttribute("aria-pr\
essed")!=="true"),{"aria-pressed":"false"}),g=Vc(n),w=Xc(t,e,n),y=ct("undo",g.undo,{"aria-label":"Undo the last edit"}),b=ct("redo",g.redo,{"aria-label":"Redo t\
he edit"}),v=ct("save as counterfactual",()=>M&&w.save(M,$.time)),A=ct("cancel",()=>n(C()),{"aria-label":"Cancel this edit"}),$=e.get("selection"),x=0,O=0,S=!1,
M=null,C=()=>M?{edits:M.edits,masked:M.request.masked,sample:M.sample,epoch:M.epoch}:{edits:{},masked:[]},N=o?t.modalities.map((k,T)=>Kc(t,T,r.offers[T],r.frames[T],
D=>{let W={...Object.hasOwn($.edits,k.name)?$.edits[k.name]:{},...D},U=Object.fromEntries(ao.filter(H=>W[H]!==void 0&&W[H]!==null).map(H=>[H,W[H]])),P=Object.entries(
$.edits).filter(([H])=>H!==k.name);n({edits:Object.fromEntries(Object.keys(U).length?[...P,[k.name,U]]:P)})},D=>n({masked:t.modalities.map(W=>W.name).filter(W=>W===
k.name?D:$.masked.includes(W))}),()=>$.time,()=>$.sample)):[];if(o){let k=lo.filter(T=>r.offers.some(D=>D.includes(T)));c.append(p("div",{class:"mmv-scroll-x",tabindex:0,
role:"region","aria-label":"Edits of each modality"},p("table",{class:"mmv-edits","aria-label":"Edits"},p("thead",{},p("tr",{},p("td"),...k.map(T=>p("th",{scope:"\
col",class:`mmv-by-${T}`},co[T])))),p("tbody",{},...N.map(T=>T.row(k))))))}let _=o?Jm(t,r.offers,r.reasons??[],i):e.get("opened")?"Further edits need a running \
kernel, and a saved page has none; a modality can still be masked, under Modality ablation.":`Edits need the model: ${Ym}.`;c.append(p("div",{class:"mmv-inline"},
y,b,h,m,A,v,f),u,d,w.node,..._?[rt(_)]:[]);let F=[t.task==="classification"?["p(true class)"]:["predicted value"],...t.modalities.map((k,T)=>$t(t,T))].map(k=>({
numbers:new Text(""),words:k})),R=F.map(({numbers:k,words:T})=>p("span",{class:"mmv-change"},...T,k));function I({sample:k,epoch:T,time:D}){let W=t.task==="clas\
sification"?t.targets[k]:0,U=G=>G.part("prediction",T,k,D)[W],[P,H]=[t.recorded,t].map(G=>G.part("phi",T,k,D));F.forEach(({numbers:G},K)=>{let[et,st,Y]=K?[P[K-1],
H[K-1],mt]:[U(t.recorded),U(t),nt],V=` ${Y(et,t.digits)} → ${Y(st,t.digits)}`;G.data!==V&&(G.data=V)}),u.firstChild||u.append(...R)}function j(k){let T=s.timesOf(
k),D=e.get("what_if_result"),W=D?.milliseconds;return T&&M?.draft!==void 0?`in the page in ${nt(T.first,0)} ms${T.all===null?"":`, all subsets in ${nt(T.all,0)}\
 ms`}${T.prefixes===null?M.partial?"; every prefix is being computed":"":`, every prefix in ${nt(T.prefixes/1e3,1)} s`}${T.left&&`. ${T.left}`}`:`by the kernel${typeof W==
"number"?` in ${nt(W,0)} ms`:""}`}function B(){let k=s.stage(),T=s.difference();if(k==="failed")return` The model in the page cannot be used${i?"; the kernel pr\
edicts":""}: ${s.reason()}`;if(k!=="ready")return"";let D=s.engine(),W=s.meta(),U=Number(W?.model.about.error)||0,P=[...W?.notes??[],String(W?.model.about.no_attribution??
"")].filter(Boolean).map(H=>` ${H.replace(/\.$/,"")}.`).join("");return` The model is in the page (epoch ${t.epochs[t.model_epoch??0]}, ${D?.kind==="wasm"?"WebA\
ssembly":"JavaScript"})${U?`; stored weights and frames change a prediction by at most ${U.toPrecision(2)}`:""}${T===null?"":`; it reproduces the recording of ${t.
samples[0]} within ${T.toPrecision(1)}`}.${P}`}function q(k){let T=e.get("what_if_error"),D=T?.seq&&le(T.request)===k,W=s.problemOf(k),U=k&&!i&&o&&!W?s.refusal(
$):"",P=s.stage()==="starting",H=M?"shown is the last valid prediction":"shown is the recorded sample",{undo:G,redo:K}=g.steps(),et=[[h,!k],[y,!G],[b,!K],[v,!(M&&
M.key===k&&!M.draft&&M.has("phi"))],[m,!M]];for(let[V,X]of et)dt(V,"disabled",X);let st=W||(k&&D?T.text:"")||(P?"":U);if(wt(d,st?`This edit could not be compute\
d; ${H}${M?`: ${ua(t,M.edits)||"some modalities masked"}`:""}. The reason: ${st}`:""),!(k&&!st&&M?.key!==k&&s.stage()==="ready"&&!s.refusal($)))clearTimeout(O),
O=0,S=!1;else if(!S){O||=setTimeout(()=>{S=!0,q(le($))},Km);return}wt(f,t.edited()===null&&M?"Shown is the sample as recorded.":k?st?"":M&&M.key===k?`Shown is t\
he edited sample, computed ${j(k)}; outlines and pale lines are as recorded.`:P?`The model in the page is starting; ${H}.`:o?`Computing; ${H}.`:`This edit was n\
ot computed before the page was saved; ${H}.`:o?`Nothing is edited.${B()}`:""),dt(A,"hidden",!o||!k||M?.key===k),clearTimeout(x),i&&k&&!st&&!P&&!(M&&M.key===k)&&
(x=setTimeout(()=>f.textContent=`No result for 5 seconds: the kernel is busy, or not running; ${H}.`,5e3))}function L(k,T,D){[$,M]=[k,T],g.follow(k);let W=o||T?
le(k):Object.keys(k.edits).length?le(k):"";N.forEach((U,P)=>{let{name:H}=t.modalities[P];U.draw(Object.hasOwn(k.edits,H)?k.edits[H]:{},k.masked.includes(H))}),Dt(
m,"aria-pressed",String(D)),q(W),!M?.draft&&(t.edited()?I(k):u.replaceChildren())}function z(k){let T=k.key.toLowerCase(),D=k.target;return!(k.ctrlKey||k.metaKey)||
k.altKey||!["z","y"].includes(T)||D.closest("input[type=text], input[type=search], input[type=number], textarea")?!1:(k.preventDefault(),k.stopPropagation(),T===
"y"||k.shiftKey?g.redo():g.undo(),!0)}return{node:c,draw:L,key:z,stop:()=>{clearTimeout(x),clearTimeout(O),w.stop()}}}var Xm=340,tf=28,Zm=22,ef=3;function fo(t,e){let n=[],a=1/0;for(let r=0;r<e**t.length;r++){let o=t.map((l,c)=>Math.floor(r/e**c)%e),i=Array(e).fill(0);o.forEach(
(l,c)=>i[l]+=t[c]+Zm),Math.max(...i)<a&&([n,a]=[o,Math.max(...i)])}let s=[...new Set(n)];return n.map(r=>s.indexOf(r))}function nf(t){let e=p("div",{class:"mmv-\
more"}),n={};t.forEach(({node:r,tall:o})=>r.style.containIntrinsicSize=`auto ${o}px`);let a=0,s=r=>{if(r===a)return;a=r;let o=n[r]??=fo(t.map(i=>i.tall),r);e.replaceChildren(
...Array.from({length:r},(i,l)=>p("div",{class:"mmv-column"},...t.filter((c,f)=>o[f]===l).map(c=>c.node))))};return s(Math.min(ef,t.length)),new ResizeObserver(
([{contentRect:r}])=>{let o=Math.floor((r.width+tf)/(Xm+tf));r.width&&s(Math.max(1,Math.min(ef,t.length,o)))}).observe(e),e}function uo(t){history.replaceState(null,"",`#${encodeURIComponent(JSON.stringify(t))}`)}var af=!1;function ho(t){if(!af&&!document.getElementById("mmviz-study"))
return"";let e=new URL(location.href);return e.searchParams.delete("token"),e.hash=encodeURIComponent(JSON.stringify(t)),e.href}function po(){try{let t=JSON.parse(
decodeURIComponent(location.hash.slice(1)));return typeof t=="object"&&t!==null?t:{}}catch{return{}}}function sf(t){let e=po();af=!0;let n=0,a=()=>{clearTimeout(
n),n=setTimeout(()=>uo(t.get("selection")),300)};return t.on("change:selection",a),{restore:()=>{Object.keys(e).length&&(t.set("selection",{...t.get("selection"),
...e}),t.save_changes())},stop:()=>{clearTimeout(n),t.off("change:selection",a)}}}var Qm={lanes:["prediction","state"],"end-to-end attribution":["attribution","attribution_total","attribution_bias"],"half-life":["half_life","state"],transport:[
"plan","cost","distance","estimated_lag"],"mean shapley":["phi_mean","phi_low","phi_high"]};function t0(t,e){if(t.recorded.arrays[e]?.dtype!=="uint8")return null;
let n=/^scan_norm_(\d+)$/.exec(e);return e==="state"?(a,s)=>(a/255)**(t.state_power??1)*t.scale[s.layer]:e==="influence"?(a,s)=>(a/255)**2*t.influence.scale[s.layer]:
e==="plan"||e==="cost"?(a,s)=>a/255*t.transport_scale[e][s.pair]:e==="routing"||e==="overview_value"?a=>a/255:n?a=>a/255*t.scans[Number(n[1])].scale:null}function e0(t,e,n){
return(/^(target_|source_)?modality$/.test(e)||e==="stream")&&n<t.modalities.length?t.modalities[n].name:e==="epoch"?t.epochs[n]:e==="recorded_sample"?t.samples[n]:
e==="layer"?t.layers[n]??n:e==="output"||e==="true_class"||e==="predicted_class"?t.outputs[n]??n:e==="pair"?t.pairs[n]?`${t.pairs[n].source} → ${t.pairs[n].anchor}`:
n:e==="curve"?t.curves[n]?.name??n:e==="history_epoch"?t.history_epochs[n]??n:e==="subset"||e==="coalition"?t.modalities.filter((s,r)=>n>>r&1).map(s=>s.name).join(
" + ")||"none":n}var n0=(t,e)=>[...new Set([...Qm[e.name]??[],...e.needs])].filter(t.has);function rf(t,e,n){if(e.table)return e.table(t,n);let a=n0(t,e),s=f=>t.
recorded.arrays[f].dims??t.shape(f).map((d,u)=>`index ${u+1}`),r=[...new Set(a.flatMap(s))],o={recorded_sample:n.sample,epoch:n.epoch,layer:n.layer},i=[],l=t.edited(),
c=l!==null&&l.sample===n.sample&&l.epoch===n.epoch;for(let f of a){let d=c?[t.replaced(f)?"edited":"recorded"]:[],u=s(f),h=t.recorded.shape(f),m=t0(t,f),g=0;for(;g<
u.length&&Object.hasOwn(o,u[g]);)g++;let w=u.slice(0,g).map((v,A)=>v==="recorded_sample"?o[v]:Math.min(o[v],h[A]-1)),y=t.part(f,...w),b=h.slice(g);for(let v=0;v<
y.length;v++){let A={};w.forEach((x,O)=>A[u[O]]=x);let $=v;for(let x=b.length-1;x>=0;x--)A[u[g+x]]=$%b[x],$=Math.floor($/b[x]);u.some(x=>Object.hasOwn(o,x)&&A[x]!==
void 0&&!u.slice(0,g).includes(x)&&A[x]!==Math.min(o[x],h[u.indexOf(x)]-1))||i.push([f,...d,...r.map(x=>A[x]===void 0?"":e0(t,x,A[x])),m?m(y[v],A):y[v]])}}return{
columns:["array",...c?["state of the sample"]:[],...r.map(f=>f.replace("recorded_","").replace("_"," ")),"value"],rows:i}}function a0(t){if(typeof t=="number")return Number.
isNaN(t)?"":String(t);let e=/^[=+\-@\t\r]/.test(t)?`'${t}`:t;return/[",\n\r]/.test(e)?`"${e.replaceAll('"','""')}"`:e}var of=({columns:t,rows:e})=>[t,...e].map(
n=>n.map(a0).join(",")).join(`\r
`)+`\r
`;var lf=new Map,Ln=null;function Rn(t){let e=lf.get(t);if(e!==void 0)return e;let n=null;if(t&&t!=="none"&&!t.startsWith("url")){if(!Ln){let i=document.createElement(
"canvas");[i.width,i.height]=[1,1],Ln=i.getContext("2d",{willReadFrequently:!0})}Ln.clearRect(0,0,1,1),Ln.fillStyle="#000",Ln.fillStyle=t,Ln.fillRect(0,0,1,1);let[
a,s,r,o]=Ln.getImageData(0,0,1,1).data;n=o?{colour:`rgb(${a}, ${s}, ${r})`,alpha:Math.round(1e3*o/255)/1e3}:null}return lf.set(t,n),n}var mo=t=>t.split(/,(?![^(]*\))/).
map(e=>e.trim());function s0(t){let e=[],n=0,a=0;for(let s=0;s<=t.length;s++)t[s]==="("&&n++,t[s]===")"&&n--,(s===t.length||t[s]===","&&!n)&&(e.push(t.slice(a,s).
trim()),a=s+1);return e}var go=t=>t?{fill:t.colour,...t.alpha<1?{"fill-opacity":t.alpha}:{}}:{fill:"none"};function cf(t,e,n){let a=mo(t.backgroundSize),s=mo(t.
backgroundPosition);return s0(t.backgroundImage).flatMap((r,o)=>{let i=/^(repeating-linear|linear|radial)-gradient\((.*)\)$/s.exec(r);if(!i)return[];let l=`pain\
t-${n.childNodes.length}`,c=it("rect",{...e,fill:`url(#${l})`}),f=mo(i[2]),d=/^(-?[\d.]+)deg$/.exec(f[0]),u=d?Number(d[1]):180,m=(d||f[0].startsWith("to ")||i[1]===
"radial"&&!Rn(f[0].replace(/ .*/,""))?f.slice(1):f).map(x=>{let O=[...x.replace(/^[a-z-]+\([^)]*\)/,"").matchAll(/(-?[\d.]+)(px|%)/g)].map(S=>Number(S[1]));return{
paint:Rn(/^[a-z-]+\([^)]*\)|^\S+/.exec(x)?.[0]??""),places:O}});if(i[1]==="repeating-linear"){let x=Math.max(...m.flatMap(({places:M})=>M));if(!(x>0))return[];let O=0,
S=m.flatMap(({paint:M,places:C})=>{let N=C.length>1?C[0]:O,_=C.at(-1)??O;return O=_,M&&_>N?[it("rect",{x:N,width:_-N,height:x,...go(M)})]:[]});return n.append(it(
"pattern",{id:l,width:x,height:x,patternUnits:"userSpaceOnUse",patternTransform:`translate(${e.x} ${e.y}) rotate(${u-90})`},...S)),[c]}let[g,w="auto"]=(a[o%a.length]??
"auto").split(" ");if(i[1]==="radial"){let x=parseFloat(g),O=m[0]?.places[0],S=m[0]?.paint;return!(x>0)||!O||!S?[]:(n.append(it("pattern",{id:l,x:e.x,y:e.y,width:x,
height:x,patternUnits:"userSpaceOnUse"},it("circle",{cx:x/2,cy:x/2,r:O,...go(S)}))),[c])}let y=m.map(({paint:x})=>x?.colour),b=m[0]?.paint;if(b&&y.every(x=>x===
b.colour)){let x=(C,N)=>C.endsWith("%")?parseFloat(C)*N/100:C==="auto"?N:parseFloat(C),O=[x(g,e.width),x(w,e.height)],[S,M]=(s[o%s.length]??"0% 0%").split(" ").
map((C,N)=>x(C,(N?e.height:e.width)-O[N]));return[it("rect",{x:e.x+S,y:e.y+M,width:O[0],height:O[1],...go(b)})]}let v=(u-90)*Math.PI/180,[A,$]=[Math.cos(v)/2,Math.
sin(v)/2];return n.append(it("linearGradient",{id:l,x1:.5-A,y1:.5-$,x2:.5+A,y2:.5+$},...m.map(({paint:x,places:O},S)=>it("stop",{offset:O.length?O[0]/100:S/(m.length-
1),"stop-color":x?.colour??"#ffffff","stop-opacity":x?.alpha??0})))),[c]})}var r0=["fill","stroke"],o0=["fill-opacity","stroke-width","stroke-opacity","stroke-dasharray","stroke-linecap","stroke-linejoin","opacity","text-anchor","domin\
ant-baseline","font-family","font-size","font-weight","vector-effect","paint-order"],uf=".mmv-panel-tools, .mmv-export, .mmv-trust, .mmv-lacks, .mmv-control, .m\
mv-hidden-text, .mmv-log, .mmv-grow, input, select, audio, video, dialog, [hidden]",ff={"color-scheme":"light","--paper":"#ffffff","--ink":"#1f2430"};function i0(t,e){
let{style:n}=t.closest(".mmv")??t,a=Object.keys(ff).map(s=>[s,n.getPropertyValue(s),n.getPropertyPriority(s)]);for(let[s,r]of Object.entries(ff))n.setProperty(s,
r,"important");try{return e()}finally{for(let s of a)n.setProperty(...s)}}function hf(t){let{width:e,top:n}=t.getBoundingClientRect(),a=[...t.children].filter(s=>!s.
matches(uf)&&s.getClientRects().length).map(s=>s.getBoundingClientRect().bottom-n);return{width:Math.ceil(e),height:Math.ceil(Math.max(24,...a)+8)}}var Et=t=>Math.
round(100*t)/100;function pf(t,e,n,a){let{width:s,height:r}=e,o=e.left-a.left,i=e.top-a.top,l={x:Et(o),y:Et(i),width:Et(s),height:Et(r)};if(s<=0||r<=0)return;let c=Math.
min(parseFloat(n.borderTopLeftRadius)*(n.borderTopLeftRadius.endsWith("%")?s/100:1)||0,s/2,r/2),f=c?{rx:Et(c)}:{},d=Rn(n.backgroundColor);d&&t.append(it("rect",
{...l,...f,fill:d.colour,...d.alpha<1?{"fill-opacity":d.alpha}:{}})),n.backgroundImage!=="none"&&t.append(...cf(n,{x:o,y:i,width:s,height:r},a.defs).map(g=>(c&&
g.tagName==="rect"&&g.setAttribute("rx",String(Et(c))),g)));let u=["Top","Right","Bottom","Left"].map(g=>{let w=parseFloat(n[`border${g}Width`]),y=n[`border${g}\
Style`],b=Rn(n[`border${g}Color`]);return y==="none"||y==="hidden"||!(w>0)||!b?null:{wide:w,paint:b,dash:y==="dashed"?`${3*w} ${2*w}`:y==="dotted"?`${w} ${w}`:""}}),
h=({wide:g,paint:w,dash:y})=>({fill:"none",stroke:w.colour,"stroke-width":g,...w.alpha<1?{"stroke-opacity":w.alpha}:{},...y?{"stroke-dasharray":y}:{}}),m=u[0];if(m&&
u.every(g=>g&&g.wide===m.wide&&g.paint.colour===m.paint.colour)){let g=m.wide/2;t.append(it("rect",{x:Et(o+g),y:Et(i+g),width:Et(Math.max(0,s-2*g)),height:Et(Math.
max(0,r-2*g)),...f,...h(m)}));return}u.forEach((g,w)=>{if(!g)return;let y=g.wide/2,b=[`M${Et(o)} ${Et(i+y)}h${Et(s)}`,`M${Et(o+s-y)} ${Et(i)}v${Et(r)}`,`M${Et(o)}\
 ${Et(i+r-y)}h${Et(s)}`,`M${Et(o+y)} ${Et(i)}v${Et(r)}`][w];t.append(it("path",{d:b,...h(g)}))})}function df(t,e,n,a){let s=getComputedStyle(e,n);if(s.content!==
'""'||s.position!=="absolute"||s.display==="none")return;let r=e.getBoundingClientRect(),[o,i,l,c]=[s.left,s.top,s.width,s.height].map(parseFloat);if([o,i,l,c].
every(Number.isFinite)){let f=getComputedStyle(e);pf(t,{left:r.left+parseFloat(f.borderLeftWidth)+o,top:r.top+parseFloat(f.borderTopWidth)+i,width:l,height:c},s,
a)}}function l0(t,e,n,a){let s=Rn(n.color);if(!e.data.trim()||!s)return;let r=[],o=document.createRange(),i=n.writingMode.startsWith("vertical");for(let m of e.
data.matchAll(/\S+/g)){o.setStart(e,m.index),o.setEnd(e,m.index+m[0].length);let g=[...o.getClientRects()].filter(({width:b})=>b>0),w=r.at(-1),y=g[0];if(y)if(g.
length>1&&!i)for(let b=0;b<m[0].length;b++){o.setStart(e,m.index+b),o.setEnd(e,m.index+b+1);let v=o.getClientRects()[0],A=r.at(-1);v&&(A&&b&&Math.abs(A.top-v.top)<
2?Object.assign(A,{text:A.text+m[0][b],right:v.right}):A&&Math.abs(A.top-v.top)<2?Object.assign(A,{text:`${A.text} ${m[0][b]}`,right:v.right}):r.push({text:m[0][b],
left:v.left,right:v.right,top:v.top,bottom:v.bottom}))}else w&&Math.abs(i?w.left-y.left:w.top-y.top)<2?Object.assign(w,{text:`${w.text} ${m[0]}`,left:Math.min(w.
left,y.left),right:Math.max(w.right,y.right),top:Math.min(w.top,y.top),bottom:Math.max(w.bottom,y.bottom)}):r.push({text:m[0],left:y.left,right:y.right,top:y.top,
bottom:y.bottom})}let{context:l}=a;l.font=`${n.fontStyle} ${n.fontWeight} ${n.fontSize} ${n.fontFamily}`;let c=l.measureText("Mg"),f=c.fontBoundingBoxAscent,d=c.
fontBoundingBoxDescent,u=n.textAlign==="right"||n.textAlign==="end"?"end":n.textAlign==="center"?"middle":"start",h={fill:s.colour,...s.alpha<1?{"fill-opacity":s.
alpha}:{},"font-family":n.fontFamily,"font-size":parseFloat(n.fontSize),...n.fontWeight==="400"?{}:{"font-weight":n.fontWeight},...n.fontStyle==="normal"?{}:{"f\
ont-style":n.fontStyle},...n.textDecorationLine==="line-through"?{"text-decoration":"line-through"}:{}};for(let{text:m,left:g,right:w,top:y,bottom:b}of r){if(i){
let $=(g+w)/2-a.left+(f-d)/2,x=(y+b)/2-a.top;t.append(it("text",{transform:`translate(${Et($)} ${Et(x)}) rotate(-90)`,"text-anchor":"middle",...h},m));continue}
let v=(u==="end"?w:u==="middle"?(g+w)/2:g)-a.left,A=(y+b-f-d)/2+f-a.top;t.append(it("text",{x:Et(v),y:Et(A),...u==="start"?{}:{"text-anchor":u},...h},m))}}function mf(t){
let e=getComputedStyle(t);if(t.matches("[hidden], title, desc")||e.display==="none"||e.visibility==="hidden")return null;let n=document.createElementNS(t.namespaceURI,
t.localName);for(let{name:a,value:s}of t.attributes)/^(class|id|style|role|tabindex|aria-.*|data-.*)$/.test(a)||n.setAttribute(a,s);for(let a of r0){let s=e.getPropertyValue(
a),r=Rn(s);n.setAttribute(a,r?r.colour:"none"),r&&r.alpha<1&&n.setAttribute(`${a}-opacity`,String(Et(r.alpha*Number(e.getPropertyValue(`${a}-opacity`)||1))))}for(let a of o0){
let s=e.getPropertyValue(a),r=a.startsWith("font")||a==="text-anchor"||a==="dominant-baseline";s&&s!=="none"&&s!=="normal"&&s!=="auto"&&!n.hasAttribute(a)&&!(r&&
t.tagName!=="text")&&n.setAttribute(a,s)}for(let a of t.childNodes){let s=a instanceof Element?mf(a):a.cloneNode(!1);s&&n.append(s)}return n}function gf(t,e,n){
let a=getComputedStyle(e);if(e.matches(uf)||a.display==="none"||a.visibility==="hidden"||!(e.getClientRects().length||a.display==="contents")||"checkVisibility"in
e&&!e.checkVisibility())return;let s=e.getBoundingClientRect(),r={x:Et(s.left-n.left),y:Et(s.top-n.top),width:Et(s.width),height:Et(s.height)},o=t;if(Number(a.opacity)<
1&&t.append(o=it("g",{opacity:a.opacity})),e instanceof HTMLCanvasElement||e instanceof HTMLImageElement){let l=e instanceof HTMLCanvasElement?e.toDataURL():e.src;
l.startsWith("data:image/")&&s.width&&o.append(it("image",{...r,href:l,preserveAspectRatio:"none","image-rendering":"pixelated"}));return}if(pf(o,s,a,n),e instanceof
SVGSVGElement){let l=mf(e);if(l&&s.width){for(let[c,f]of Object.entries(r))l.setAttribute(c,String(f));for(let c of["opacity","transform"])l.removeAttribute(c);
l.setAttribute("overflow",a.overflow==="visible"?"visible":"hidden"),o.append(l)}return}if(a.overflowX!=="visible"&&(e.scrollWidth>e.clientWidth+1||e.scrollHeight>
e.clientHeight+1)&&e.clientWidth){let l=`clip-${n.defs.childNodes.length}`,c=it("g",{"clip-path":`url(#${l})`});n.defs.append(it("clipPath",{id:l},it("rect",r))),
o.append(c),o=c}df(o,e,"::before",n);let i=[...e.childNodes].map(l=>({child:l,level:l instanceof Element&&Number(getComputedStyle(l).zIndex)||0})).sort((l,c)=>l.
level-c.level);for(let{child:l}of i)l instanceof Element?gf(o,l,n):l instanceof Text&&l0(o,l,a,n);df(o,e,"::after",n)}function bo(t){let{width:e,height:n}=hf(t),
{left:a,top:s}=t.getBoundingClientRect(),r=it("defs"),o=document.createElement("canvas").getContext("2d"),i=it("svg",{width:e,height:n,viewBox:`0 0 ${e} ${n}`},
r,it("rect",{width:"100%",height:"100%",fill:"#ffffff"})),l=it("g");return i0(t,()=>{for(let c of t.children)gf(l,c,{left:a,top:s,defs:r,context:o})}),i.append(
l),new XMLSerializer().serializeToString(i)}async function bf(t,e=2){let{width:n,height:a}=hf(t),s=new Image;s.setAttribute("src",`data:image/svg+xml;charset=ut\
f-8,${encodeURIComponent(bo(t))}`),await s.decode();let r=document.createElement("canvas");[r.width,r.height]=[n*e,a*e];let o=r.getContext("2d");return o.scale(
e,e),o.drawImage(s,0,0),new Promise((i,l)=>r.toBlob(c=>c?i(c):l(new Error("the browser made no PNG")),"image/png"))}var wo="run B minus run A";function yo(t,e){let n=URL.createObjectURL(e);p("a",{href:n,download:t}).click(),setTimeout(()=>URL.revokeObjectURL(n),1e4)}function c0(t,e,n){
let a=t.compared.length>1&&t===t.compared[1],s=(t.python?.[e]??"").replaceAll("(trace",a?"(other":"(trace");if(!s)return{line:"",reason:"No figure of mmviz.plot\
s draws the quantity of this view."};if(s.includes("{sample}")&&n.sample>=t.recorded_samples)return{line:"",reason:"This sample is not in the Trace; record it t\
o draw its figure."};let r=t.pairs?.[0],o={sample:String(n.sample),epoch:String(t.epochs[n.epoch]),layer:String(n.layer),source:JSON.stringify(r?.source??""),anchor:JSON.
stringify(r?.anchor??"")};return{line:s.replace(/\{(\w+)\}/g,(i,l)=>o[l]),reason:t.edited()?"The figure shows the recorded sample, without the edit.":""}}function qs(t,e,n,a){
let s=p("span",{role:"status",class:"mmv-small"}),r=p("input",{readonly:"","aria-label":"Copied text",class:"mmv-export-text",hidden:""}),o=e.compared.length>1&&
n.name!==wo?`${"AB"[e.compared.indexOf(e)]}-`:"",i=`mmviz-${o}${n.name.replace(/[^a-z0-9]+/gi,"-")}`,l=d=>async()=>{let u=a();try{s.textContent=u?await d(u):"No\
thing is selected."}catch(h){s.textContent=`Not exported: ${h}`}},c=async(d,u)=>{r.hidden=!1,r.value=d,r.select();try{return await navigator.clipboard.writeText(
d),u}catch{return"Copy the marked text: this page has no access to the clipboard."}},f=[ct("PNG",l(async()=>(yo(`${i}.png`,await bf(t)),"PNG saved."))),ct("SVG",
l(()=>(yo(`${i}.svg`,new Blob([bo(t)],{type:"image/svg+xml"})),"SVG saved."))),ct("CSV",l(d=>{let u=rf(e,n,d);yo(`${i}.csv`,new Blob(["\uFEFF",of(u)],{type:"tex\
t/csv"}));let h=u.columns.includes("state of the sample")?" Values of the edited sample are marked edited.":"";return`CSV saved: ${u.rows.length} values of the \
selected sample, epoch and layer.${h}`})),ct("Copy Python",l(d=>{let{line:u,reason:h}=c0(e,n.name,d);return u?c(u,`Copied.${h&&` ${h}`}`):h})),...ho({})?[ct("Co\
py link",l(d=>{let u=d.of_a??d,h=[...Object.keys(e.sizes),...Xa];return c(ho(Object.fromEntries(Object.entries(u).filter(([m])=>h.includes(m)))),"Link to this s\
election copied.")}))]:[]];return p("details",{class:"mmv-export"},p("summary",{"aria-label":`Export ${n.name}`},"Export"),p("div",{class:"mmv-export-entries"},
...f,s,r))}var Da=[["overview","Overview"],["sample","Sample"],["explanation","Explanation"],["training","Training"]],qa="all",f0=new Map([["ArrowRight",1],["ArrowDown",1],
["ArrowLeft",-1],["ArrowUp",-1]]),yf=t=>t.section??"sample";function d0(t,e){return t&&(t===qa||e.includes(t))?t:e.includes("sample")?"sample":e[0]??qa}function wf(t,e,n,a){
let s=Da.filter(([c])=>e.includes(c)),r=s.length>1?[...s,[qa,"All sections"]]:[];for(let[c]of s)n[c].forEach((f,d)=>{f.id=`${t}-${c}-${d}`,r.length&&(f.setAttribute(
"role","tabpanel"),f.setAttribute("aria-labelledby",`${t}-tab-${c}`))});let o=r.map(([c,f])=>{let d=s.filter(([h])=>c===qa||h===c).flatMap(([h])=>n[h].map(m=>m.
id)),u=p("button",{type:"button",role:"tab",id:`${t}-tab-${c}`,class:"mmv-tab","aria-controls":d.join(" "),"data-section":c},f);return u.addEventListener("click",
()=>a({section:c})),u}),i=p("div",{class:"mmv-tabs",role:"tablist","aria-label":"Sections",...o.length?{}:{hidden:""}},...o);i.addEventListener("keydown",c=>{let f=o.
indexOf(c.target),d=o.length-1,u=f0.get(c.key),h=c.key==="Home"?0:c.key==="End"?d:u===void 0?-1:(f+u+o.length)%o.length;f<0||h<0||(c.preventDefault(),o[h].focus(),
o[h].click())});function l(c){let f=d0(c,e);o.forEach(d=>{let u=d.dataset.section===f;Dt(d,"aria-selected",String(u)),dt(d,"tabIndex",u?0:-1)});for(let d of e)n[d].
forEach(u=>u.toggleAttribute("data-closed",f!==qa&&f!==d));return f}return{node:i,draw:l}}function vf(t,e){let{trust:n}=t,a=n?.views[e],s=a&&n.rows[a];if(!s)return[];let r=(o,i)=>i?[p("dt",{},o),p("dd",{},i)]:[];return[...s.measured?[p("p",{class:"mm\
v-small mmv-measured"},s.measured)]:[],p("details",{class:"mmv-trust"},p("summary",{},"How far can you trust this picture?"),p("dl",{},...r("Question",s.question),
...r("Shows",s.can),...r("Does not show",s.cannot),...r("Measured values",`${n.page}#${a}`)))]}function xf(t,e,n){try{return n()}catch(a){console.error(a),e.replaceChildren(p("p",{class:"mmv-error",role:"alert"},`The view "${t.name}" could not be drawn: ${a}`));
return}}var u0=150;function h0(t,e,n,a){let s=e("main"),r=e("side"),o=e("wide"),i=[...s.length?[]:r,...e("columns")];if(!(s.length+i.length+o.length))return null;
let l=s.length?[p("div",{class:"mmv-body"},...s.map(f=>n(f,"div","mmv-lanes")),p("div",{class:"mmv-side"},...r.map(f=>n(f,"section","mmv-panel"))))]:[],c=i.map(
f=>({node:n(f,"section","mmv-panel"),tall:f.height?.(a)??300}));return p("div",{class:"mmv-section"},p("div",{class:"mmv-section-title",role:"heading"},t),...l,
...c.length?[nf(c)]:[],...o.map(f=>n(f,"section","mmv-panel mmv-wide")))}var $f="No values for this sample: it was not recorded, and the model in the page does \
not compute this view.";function vo(t,e,n,a){let s=[],r=a&&`Run ${a}${t.name&&`: ${t.name}`}`,o=(f,d,u)=>{let h=p(d,{class:u,"data-view":f.name}),m=xf(f,h,()=>f.
mount(h,t,e,n)),g=f.needs.filter(x=>zc.includes(x)),w=rt("As recorded: this view does not show the edit."),y=f.needs.filter(x=>t.sample_axis?.[x]!==void 0),b=rt(
$f),v=x=>y.some(O=>t.lacks(O,x));b.classList.add("mmv-lacks"),y.length&&h.append(b),g.length&&h.append(w);let A=e;m&&h.append(p("div",{class:"mmv-panel-tools"},
...vf(t,f.name),qs(h,t,f,()=>A)));let $=0;return s.push({root:h,first:f.first,update:x=>{if(!m)return;if(x.draft&&!f.early)return void($||=setTimeout(()=>h.ariaBusy=
"true",u0));clearTimeout($),$=0,A=x,h.ariaBusy=null;let O=f.needs.includes("attribution")?t.recorded.computed()?.unexplained:"";wt(b,`${$f}${O?` ${O}`:""}`),h.toggleAttribute(
"data-lacks",v(x.sample)),v(x.sample)||xf(f,h,()=>m(f.early?{...x,version:x.early??x.version}:x)),dt(w,"hidden",!t.edited()||g.every(t.replaced))}}),h},i={},l=Da.
flatMap(([f,d])=>{let u=h0(d,h=>Eo(h,t).filter(m=>yf(m)===f),o,t.modalities.length);return u&&(i[f]=u),u?[f]:[]});return{node:p("section",{class:"mmv-run",...r?
{"aria-label":r}:{}},...r?[ft(Q(r))]:[],...Object.values(i)),updates:s,held:l,panels:i}}function Mf(t){let e=new Set,n=new Map,a=new Map,s=new IntersectionObserver(y=>y.forEach(({target:b,isIntersecting:v})=>{v?e.delete(b):e.add(b)}),{rootMargin:"5\
0px"});t.forEach(({root:y})=>s.observe(y));let r=0,o=0,i=new Map,l=()=>{o=0;for(let y of i.values())y();i.clear()},c=()=>{clearTimeout(r),r=0;for(let y of n.values())
y();n.clear()};function f(y){let b=t[0]?.root.getRootNode()?.activeElement??null;i.clear();for(let{root:v,update:A,first:$}of t){let x=a.delete(v);n.delete(v),v.
closest("[data-closed]")?a.set(v,()=>A(y)):e.has(v)&&!x&&!v.contains(b)?n.set(v,()=>A(y)):y.draft&&!$?i.set(v,()=>A(y)):A(y)}i.size&&(o||=requestAnimationFrame(
()=>setTimeout(l))),clearTimeout(r),n.size&&(r=setTimeout(c,120))}let d=y=>t.forEach(({root:b})=>b.dispatchEvent(new Event(y))),u=()=>{t.forEach(({root:y})=>y.closest(
".mmv")?.toggleAttribute("data-printing",!0)),d("mmv-print"),c();for(let y of a.values())y();a.clear()},h=()=>{t.forEach(({root:y})=>y.closest(".mmv")?.removeAttribute(
"data-printing")),d("mmv-printed")},m=matchMedia("print"),g=()=>m.matches?u():h();return addEventListener("beforeprint",u),addEventListener("afterprint",h),m.addEventListener(
"change",g),{draw:f,stop:()=>{removeEventListener("beforeprint",u),removeEventListener("afterprint",h),m.removeEventListener("change",g),s.disconnect(),cancelAnimationFrame(
o),i.clear(),clearTimeout(r)}}}function xo(t,e){let n=t.task==="classification",a=It(),s=p("bdi",{class:"mmv-strip-name"}),r=p("span",{class:"mmv-strip-value"}),o=p("span",{class:"mmv-strip-m\
ark"}),i=p("bdi"),l=ce(null),c=(m,...g)=>p("div",{class:"mmv-strip-item"},p("span",{class:"mmv-faint"},m),...g),f=t.has("phi")?t.modalities.map((m,g)=>{let{track:w,
set:y,was:b}=Ye(g),v=p("span",{class:"mmv-strip-value"});return{set:y,was:b,text:v,node:p("div",{class:"mmv-strip-item"},p("span",{class:"mmv-strip-modality"},zt(
g),Q(m.name)),w,v)}}):[],d=p("div",{class:"mmv-strip-run",role:"group","aria-label":e?`Prediction of run ${e}`:"Prediction and contributions at the cursor"},...e?
[p("strong",{},e)]:[],c("predicted",s,...n?[l.track]:[],r),c(t.labelled?"target":"explained",i,o),...f.length?[p("span",{class:"mmv-faint mmv-strip-term"},"Shap\
ley value φ"),...f.map(m=>m.node)]:[]),u=0;function h(m){let{sample:g,epoch:w,time:y}=m,b=t.part("prediction",w,g,y),v=qn(b),A=t.edited()?t.recorded:null;if(n){
wt(s,v<0?"–":t.outputs[v]),wt(r,v<0?"":nt(b[v],t.digits)),l.set(0,v<0?0:b[v]),l.was(0,A&&v>=0?A.part("prediction",w,g,y)[v]:NaN);let O=v===t.targets[g];wt(i,t.
outputs[t.targets[g]]??"–"),wt(o,!t.labelled||v<0?"":O?"✓ correct":"✗ incorrect"),o.toggleAttribute("data-wrong",t.labelled&&v>=0&&!O)}else wt(s,""),wt(r,
nt(b[0],t.digits)),wt(i,nt(t.targets[g]??NaN,t.digits)),wt(o,`error ${mt(b[0]-(t.targets[g]??NaN),t.digits)}`);if(!f.length||m.draft)return;a(m,"sample")&&(u=Jt(
...ge(t,"phi",g)));let $=t.part("phi",w,g,y),x=A?.part("phi",w,g,y);f.forEach((O,S)=>{O.set($[S],u),O.was(x?x[S]:NaN,u),wt(O.text,mt($[S],t.digits))})}return{node:d,
draw:h}}function p0(t){let e=[...new Set(Object.values(t.trust?.views??{}))].flatMap(o=>t.trust.rows[o]??[]),n=(o,i)=>p("section",{},ft(o),p("dl",{},...i.flatMap(([l,c])=>[
p("dt",{},l),p("dd",{},c)]))),a=p("div",{class:"mmv-title",role:"heading","aria-level":2},"Help"),s=p("dialog",{class:"mmv-help","aria-label":"Help"}),r=ct("clo\
se",()=>s.close(),{"aria-label":"Close help"});return s.append(p("div",{class:"mmv-head"},a,r),p("div",{class:"mmv-help-body",tabindex:0,role:"region","aria-lab\
el":"Help text"},n("Keyboard",HELP.shortcuts),...e.length?[n("What the views show",e.map(o=>[o.question,o.can]))]:[],n("Definitions",Object.entries(HELP.definitions)))),
s.querySelectorAll(".mmv-heading").forEach(o=>o.setAttribute("aria-level","3")),s.addEventListener("click",o=>{o.target===s&&s.close()}),s.addEventListener("key\
down",o=>o.key==="Escape"&&o.stopPropagation()),s}function m0(t,e){let n=p("p",{}),a=p("span",{class:"mmv-faint"}),s=[],r=0,o=()=>{s[r]?.[0].removeAttribute("da\
ta-toured"),f.hidden=!0,e()},i=u=>{if(s[r]?.[0].removeAttribute("data-toured"),u>=s.length)return o();r=Math.max(0,u);let[h,m]=s[r];h.setAttribute("data-toured",
""),h.scrollIntoView({block:"nearest"}),[n.textContent,a.textContent]=[m,`${r+1} of ${s.length}`],l.disabled=r===0,c.textContent=r===s.length-1?"done":"next"},l=ct(
"back",()=>i(r-1)),c=ct("next",()=>i(r+1)),f=p("div",{class:"mmv-tour",role:"group","aria-label":"Tour",hidden:""},p("div",{"aria-live":"polite"},n),p("div",{class:"\
mmv-inline"},a,l,c,ct("close",o,{"aria-label":"Close the tour"})));return f.addEventListener("keydown",u=>{u.key==="Escape"&&(u.stopPropagation(),o())}),{card:f,
start:()=>{s=HELP.tour.flatMap(([u,h])=>{let m=[...t.querySelectorAll(u)].find(g=>g.checkVisibility());return m?[[m,h]]:[]}),f.hidden=!1,i(0),c.focus({preventScroll:!0})}}}
function _f(t){let e,n,a=p0(t),s=ct("?",()=>a.showModal(),{"aria-label":"Help","aria-haspopup":"dialog",title:"Help (?)"}),r=ct("tour",()=>n.start(),{"aria-labe\
l":"Tour of this page"}),o=ct("full screen",()=>c(),{"aria-pressed":"false"}),i=u=>{e.toggleAttribute("data-full",u),o.setAttribute("aria-pressed",String(u))},l=()=>i(
document.fullscreenElement===e||e.getRootNode().fullscreenElement===e);async function c(){if(document.fullscreenElement)return document.exitFullscreen();if(e.hasAttribute(
"data-full"))return i(!1);try{await e.requestFullscreen()}catch{i(!0)}}let f=u=>{let h=u.composedPath()[0];u.key==="?"&&!h.matches("input:not([type=range], [typ\
e=checkbox]), textarea, select")&&!a.open?(u.preventDefault(),a.showModal()):u.key==="Escape"&&!document.fullscreenElement&&e.hasAttribute("data-full")&&!a.open&&
i(!1)};function d(u){e=u,n=m0(e,()=>r.focus()),e.append(a,n.card),e.addEventListener("keydown",f),document.addEventListener("fullscreenchange",l)}return{node:p(
"div",{class:"mmv-tools"},r,s,o),mount:d,stop:()=>document.removeEventListener("fullscreenchange",l)}}var g0=Object.keys(HELP.definitions).sort((t,e)=>e.length-t.length);function kf(t){let e=p("p",{}),n=p("div",{class:"mmv-definition",popover:"auto",role:"note"},
e);t.append(n);let a=(s,r)=>{e.textContent=HELP.definitions[r],n.showPopover();let{left:o,bottom:i}=s.getBoundingClientRect();n.style.left=`${Math.max(8,Math.min(
o,innerWidth-n.offsetWidth-8))}px`,n.style.top=`${Math.min(i+4,innerHeight-n.offsetHeight-8)}px`};for(let s of t.querySelectorAll(".mmv-heading, .mmv-strip-term")){
let r=document.createTreeWalker(s,NodeFilter.SHOW_TEXT);for(let o=r.nextNode();o;o=r.nextNode()){let i=o.data,l=g0.find(d=>i.toLowerCase().includes(d.toLowerCase()));
if(!l||o.parentElement?.closest("bdi, button"))continue;let c=i.toLowerCase().indexOf(l.toLowerCase()),f=p("button",{type:"button",class:"mmv-term","aria-haspop\
up":"true"},i.slice(c,c+l.length));f.addEventListener("click",()=>a(f,l)),o.replaceWith(i.slice(0,c),f,i.slice(c+l.length));break}}}var b0=t=>`${t>0?"+":""}${J(t)}`;function Af(t,e){let n=p("canvas",{role:"img","aria-label":t}),a=p("div",{class:`mmv-plot mmv-map ${e}`},n),s=null;return At(a,
{label:t,grid:()=>[s?.columns??0,s?.rows??0],read(o,i){let l=s?s.values[i*s.columns+o]:NaN;if(!s||!Number.isFinite(l))return null;let c=s.describe(o,i);return{...c,
rows:[["B − A",b0(l)],...c.rows]}}}),{box:a,draw:(o,i)=>{s=o,Le(n,o.columns,o.rows,(l,c)=>{let f=o.values[c*o.columns+l];return Number.isFinite(f)?vn(i?f/i:0):
null})}}}function Of(){let t=p("canvas",{"aria-hidden":"true"}),e=p("div",{class:"mmv-key-ticks"});Le(t,201,1,a=>vn((a-100)/100));let n=a=>Ut(e,[-1,-.5,0,.5,1].
map(s=>({at:(s+1)/2,text:`${s>0?"+":""}${J(s*a,2)}`})),"left");return{node:p("div",{class:"mmv-key-bar"},t,e),draw:n}}function Sf(t,e){let n=t.modalities.length,
a=t.sizes.time,s=(w,y)=>t.has(w)&&e.has(w)&&JSON.stringify(t.shape(w).slice(y))===JSON.stringify(e.shape(w).slice(y)),r=s("influence",2)&&JSON.stringify(t.influence.
block)===JSON.stringify(e.influence.block),o=s("state",3)&&t.has("channel_index")&&e.has("channel_index");if(!r&&!o)return null;let i=Af("Operator map, B minus \
A: blocks of target over source","mmv-square"),l=Of(),c=p("div",{class:"mmv-subtitle"}),f=t.modalities.map(w=>Af(`${w.name}: hidden states, B minus A, channels \
over steps`,"mmv-state")),d=Of(),u=p("div",{class:"mmv-subtitle"}),h=w=>p("div",{class:w,"aria-hidden":"true"},...t.modalities.map((y,b)=>p("span",{},...je(t,b,
(340/n-15)/6.5))));i.box.append(p("div",{class:"mmv-marks","aria-hidden":"true"},...Array.from({length:2*(n-1)},(w,y)=>{let b=p("div",{class:y%2?"mmv-cut-y":"mm\
v-cut-x"});return b.style.setProperty("--at",String((1+(y>>1))/n)),b})));let m=p("div",{class:"mmv-pair mmv-difference-maps"},...r?[p("div",{},c,p("div",{class:"\
mmv-blocks"},h("mmv-ups"),i.box,p("span"),h("mmv-alongs")),l.node)]:[],...o?[p("div",{},u,...f.flatMap((w,y)=>[p("div",{class:"mmv-small"},zt(y),Q(t.modalities[y].
name)),w.box]),d.node,rt("Channels of the same number, hatched where only one run shows them. Channels correspond only in trainings from the same initial weight\
s."))]:[]);function g(w){let y=$e(e,w),{sample:b}=w;if(r){let[,S,,M]=t.shape("influence"),C=Math.min(w.layer,S-1),N=Math.min(y.layer,e.shape("influence")[1]-1),
[_,F]=[t.part("influence",b,C),e.part("influence",b,N)],[R,I]=[t.influence.scale[C],e.influence.scale[N]],j=n*M,B=Float32Array.from(_,(z,E)=>E%M>Math.floor(E/(M*
n))%M?NaN:I*(F[E]/255)**2-R*(z/255)**2),q=Jt(B)||1,L=z=>(t.influence.block[z+1]??a)-1;i.draw({values:B,columns:j,rows:j,describe:(z,E)=>({title:`operator map: ${t.
modalities[Math.floor(z/M)].name} → ${t.modalities[Math.floor(E/M)].name}`,at:{modality:Math.floor(E/M),time:L(E%M)},rows:[["|K| in A",J(R*(_[E*j+z]/255)**2)],
["|K| in B",J(I*(F[E*j+z]/255)**2)],["source, at",Mt(t,b,L(z%M))],["target, at",Mt(t,b,L(E%M))]]})},q),c.textContent=`operator map |K|, layer ${t.layers[C]}: B \
− A (down: target, across: source); linear colours`,l.draw(q)}if(!o)return;let v=t.sizes.channel,[A,$]=[t,e].map((S,M)=>C=>S.scale[M?y.layer:w.layer]*(C/255)**
(S.state_power??1)),x=t.modalities.map((S,M)=>{let C=Mn(t,w.layer,M),N=t.part("channel_index",w.layer).subarray(M*v,(M+1)*v),_=Array.from(e.part("channel_index",
y.layer).subarray(M*v,(M+1)*v)),F=t.part("state",w.epoch,b,w.layer,M),R=e.part("state",y.epoch,b,y.layer,M),I=[t,e].map(B=>B.part("state_valid",b,M)),j=new Float32Array(
C*a).fill(NaN);for(let B=0;B<C;B++){let q=_.indexOf(N[B]);for(let L=0;q>=0&&L<a;L++)I[0][L]&&I[1][L]&&(j[B*a+L]=$(R[q*a+L])-A(F[B*a+L]))}return{values:j,columns:a,
rows:C,own:N,x:F,y:R,theirs:_}}),O=Jt(...x.map(S=>S.values))||1;x.forEach((S,M)=>f[M].draw({...S,describe:(C,N)=>({title:`channel ${S.own[N]}`,modality:M,at:{modality:M,
channel:N,time:C},rows:[["‖h‖₂ in A",J(A(S.x[N*a+C]))],["‖h‖₂ in B",J($(S.y[S.theirs.indexOf(S.own[N])*a+C]))],["at",Mt(t,b,C)]]})},O)),u.textContent=
`hidden states ‖h‖₂, layer ${t.layers[w.layer]}, epoch ${t.epochs[w.epoch]}: B − A (channels down, steps across); linear colours`,d.draw(O)}return{node:m,
draw:g}}function y0(t,e,n){let{sample:a,epoch:s,layer:r}=n,o=t.task==="classification"?t.targets[a]:0,i=["quantity","modality","source","step","A","B","B − A"],l=[],c=(f,d,u)=>{
l.push([...f,d,u,u-d])};for(let f=0;f<t.sizes.time;f++){let d=$e(e,{...n,time:f,brush:null,zoom:null});c([t.task==="classification"?"p(true class)":"predicted v\
alue","","",f+1],t.part("prediction",s,a,f)[o],e.part("prediction",d.epoch,a,d.time)[o]),t.modalities.forEach((u,h)=>c(["Shapley value",u.name,"",f+1],t.part("p\
hi",s,a,f)[h],e.part("phi",d.epoch,a,d.time)[h]))}if(t.has("coupling")&&e.has("coupling")){let f=$e(e,n),[d,u]=[t.part("coupling",s,r),e.part("coupling",f.epoch,
f.layer)],h=t.modalities.length;t.modalities.forEach((m,g)=>t.modalities.forEach((w,y)=>c(["coupling weight W",m.name,w.name,""],d[g*h+y],u[g*h+y])))}return{columns:i,
rows:l}}function Nf(t,e,n,a){let s=e.modalities.length,r=e.sizes.time,o=e.sizes.epoch,i=e.modalities.map(($,x)=>({m:x})),l=(...$)=>{let x=[p("td"),p("td"),p("td")];
return{cells:x,node:p("tr",{},kt(...$),...x)}},c=l(e.task==="classification"?"p(true class)":"predicted value"),f=e.modalities.map(($,x)=>l(...$t(e,x))),d=Gt({label:"\
Shapley value in B minus A over the sequence",series:i,onPick:$=>a({time:Math.round($*(r-1))})}),u=Gt({label:"Shapley value in B minus A over training",series:i,
onPick:$=>a({epoch:Math.round($*(o-1))})}),h=e.has("coupling")&&n.has("coupling"),m=e.modalities.map(()=>e.modalities.map(()=>p("td"))),g=p("caption",{class:"mm\
v-small"}),w=p("table",{class:"mmv-list","aria-label":"Coupling weights in B minus A"},g,p("thead",{},p("tr",{},p("td",{class:"mmv-faint"},"target ↓ source →"),
...e.modalities.map(($,x)=>p("th",{scope:"col"},zt(x),Q($.name))))),p("tbody",{},...m.map(($,x)=>p("tr",{},kt(...$t(e,x)),...$))));t.append(ft("Run B minus run \
A"),p("div",{class:"mmv-pair"},p("div",{},p("table",{class:"mmv-list","aria-label":"Both runs at the cursor"},p("thead",{},p("tr",{},p("td"),...["A","B","B − A"].
map($=>p("th",{scope:"col"},$)))),p("tbody",{},c.node,...f.map($=>$.node)))),d.node,u.node,...h?[w]:[]),rt(...e.name?["A: ",Q(e.name),"; B: ",Q(n.name),". "]:[],
"Charts: Shapley value φ in B minus A, ",Q(e.target_name),"; where the runs differ in steps or epochs, B is shown at the same fraction of the sequence and at i\
ts last epoch not after A's."));let y=Sf(e,n),b=It();y&&t.append(y.node);let v=null;t.append(p("div",{class:"mmv-panel-tools"},qs(t,e,{name:wo,place:"wide",needs:[],
mount:()=>()=>{},table:($,x)=>y0(e,n,x)},()=>v)));let A=({cells:[$,x,O]},S,M,C)=>{$.textContent=C(S,e.digits),x.textContent=C(M,e.digits),O.textContent=mt(M-S,e.
digits)};return $=>{v=$;let{sample:x,epoch:O,layer:S,time:M,brush:C}=$,N=$e(n,$),_=e.task==="classification"?e.targets[x]:0;A(c,e.part("prediction",O,x,M)[_],n.
part("prediction",N.epoch,x,N.time)[_],nt);let F=[e.part("phi",O,x,M),n.part("phi",N.epoch,x,N.time)];f.forEach((E,k)=>A(E,F[0][k],F[1][k],mt));let R=(E,k)=>{let T=$e(
n,{...$,epoch:E,time:k,brush:null}),[D,W]=[e.part("phi",E,x,k),n.part("phi",T.epoch,x,T.time)];return e.modalities.map((U,P)=>W[P]-D[P])},I=Array.from({length:r},
(E,k)=>R(O,k)),j=Array.from({length:o},(E,k)=>R(k,M)),B=Tt([...I,...j],!0),q={name:"φ, B − A",text:E=>mt(E,e.digits)};if(d.draw({values:(E,k)=>I[k][E],count:r,
now:M,range:B,brush:C,x:cn(e,$),y:q}),d.say({title:"φ, B − A, over the sequence"}),u.draw({values:(E,k)=>j[k][E],count:o,now:O,range:B,x:qe(e.epochs),y:q}),u.
say({title:`φ, B − A, over training, at ${Mt(e,x,M)}`}),y&&b($,"sample","epoch","layer")&&y.draw($),!h)return;let[L,z]=[e.part("coupling",O,S),n.part("coupli\
ng",N.epoch,N.layer)];g.textContent=`Coupling weights W, B − A, layer ${e.layers[S]}${N.layer===S?"":` (of B: ${n.layers[N.layer]})`}`,m.flat().forEach((E,k)=>E.
textContent=mt(z[k]-L[k],2))}}var v0=0;function x0(t,e,n,a){let s=t.samples.map((m,g)=>t.task==="classification"&&t.labelled?`${m} · ${t.outputs[t.targets[g]]}`:m),r=Rt("Sample",s,m=>e({sample:m}));
r.select.classList.add("mmv-sample"),r.select.style.width=`calc(${s.reduce((m,g)=>Math.max(m,Pn(g)),0)}ch + 3.5em)`;let o=Rt("Layer",t.layers.map(String),m=>e({
layer:m})),i=["state","influence","routing"].some(t.has),l=p("input",{type:"range",min:0,max:t.sizes.epoch-1,step:1,class:"mmv-epoch","aria-label":"Epoch"}),c=p(
"span",{class:"mmv-epoch-label"});l.addEventListener("input",()=>e({epoch:Number(l.value)}));let f=p("label",{class:"mmv-control mmv-grow"},p("span",{},"Epoch"),
l,c),d=Rt("Run",n.map(m=>m==="both"?"A and B":`${m}${a[m]&&`: ${a[m]}`}`),m=>e({run:n[m]})),u=p("div",{class:"mmv-controls"},r.node,...i?[o.node]:[],...n.length>
1?[d.node]:[],f);function h(m){dt(r.select,"value",String(m.sample)),dt(o.select,"value",String(m.layer)),dt(d.select,"value",String(n.indexOf(m.run))),dt(l,"va\
lue",String(m.epoch)),wt(c,`${t.epochs[m.epoch]} of ${t.epochs[t.sizes.epoch-1]}`),dt(l,"ariaValueText",sn(t,m.epoch))}return{node:u,draw:h}}var Ef=t=>!(t.ctrlKey||
t.metaKey||t.altKey||t.key==="Tab"||t.shiftKey&&t.key==="Enter");function $0(t){Ef(t)&&t.stopPropagation()}function M0(t){let e=n=>{let a=n.composedPath()[0];a instanceof
Element&&t.contains(a)&&a.toggleAttribute("data-lm-suppress-shortcuts",Ef(n))};return addEventListener("keydown",e,!0),()=>removeEventListener("keydown",e,!0)}var _0=new Map(
[["ArrowRight",1],["ArrowUp",1],["ArrowLeft",-1],["ArrowDown",-1]]);function k0(t,e,n,a){let s=_0.get(t.key),r=t.target,o=/\bmmv-(time|epoch|channel)\b/.exec(r.
className)?.[1];!s||!o||!t.shiftKey||(t.preventDefault(),a({[o]:Math.min(n[o]-1,Math.max(0,e[o]+10*s))}))}function A0(t){return t.notes.length?[p("details",{class:"\
mmv-notes"},p("summary",{},"About these data"),p("ul",{},...t.notes.map(e=>p("li",{},Q(e)))))]:[]}async function Ds({model:t,el:e}){let n=t.get("data"),a=n.meta_b?
["A","B","both"]:["A"],s=no(eo(await Wn(n.meta,n.body))),r=n.meta_b?no(eo(await Wn(n.meta_b,n.body_b))):null,o=r?[s,r]:[s];o.forEach(U=>U.compared=o);let i=`mmv\
-title-${++v0}`,l=t.get("level")??2,c=t.get("address")?sf(t):null,f=t.get("selection"),d=U=>{$="";let P={...f,...U};P.sample>=s.recorded_samples&&s.model_epoch!==
void 0&&P.epoch!==s.model_epoch&&(U.epoch!==void 0&&($=`${s.samples[P.sample]} was not recorded: it is computed with the weights of ${sn(s,s.model_epoch)} alone\
.`),P.epoch=s.model_epoch),t.set("selection",P),t.save_changes()},u=Uc(t,s,(U="")=>{$=U,E()}),h=Gc(s,u),m=U=>{h.compare(U),E()},g=r||!Zc(t)?null:Qc(s,t,d,{compare:m,
predictions:u}),w=p("p",{class:"mmv-readout",role:"status","aria-live":"polite"}),y=p("p",{class:"mmv-refused",role:"alert"}),b=x0(s,d,a,{A:s.name,B:r?.name??""}),
v=p("div",{class:"mmv-title",id:i,role:"heading","aria-level":l},Q(s.title)),A=t.get("opened")?ya(t.get("selection"),s,a):"";A&&t.set("selection",t.get("opened"));
let $=A&&`The selection in the address of this page does not exist: ${A}`,x=ya(t.get("selection"),s,a)?null:t.get("selection"),O=vo(s,x,d,r?"A":""),S=[...O.updates],
M=[O.node],C=[xo(s,r?"A":"")],N=[O];if(r){let U=vo(r,x&&$e(r,x),G=>d(Nc(r,G)),"B");N.push(U),C.push(xo(r,"B"));let P=p("section",{class:"mmv-panel mmv-apart"}),
H=Nf(P,s,r,d);S.push(...U.updates.map(G=>({...G,update:K=>G.update($e(r,K))})),{root:P,update:H}),M.push(U.node,P)}let _=Da.flatMap(([U])=>N.some(P=>P.panels[U])?
[U]:[]),F=Object.fromEntries(_.map(U=>[U,N.flatMap(P=>P.panels[U]??[])])),R=wf(i,_,F,d),I=O.panels.sample?.querySelector(".mmv-body");g&&I?I.append(g.node):g&&(O.
node.lastElementChild??O.node).after(g.node);let j=_f(s),B=r?s.about.filter((U,P)=>U===r.about[P]).join(" · "):s.subtitle,q=p("section",{class:"mmv","aria-labe\
lledby":i,...r?{"data-two":""}:{}},p("header",{},p("div",{class:"mmv-head"},v,p("div",{class:"mmv-faint"},Q(B)),j.node),b.node),p("div",{class:"mmv-strip"},...C.
map(U=>U.node),w,y,R.node),...r?[M[2],p("div",{class:"mmv-runs"},M[0],M[1])]:M,...A0(s));q.querySelectorAll(".mmv-section-title").forEach(U=>U.setAttribute("ari\
a-level",String(l+1))),q.querySelectorAll(".mmv-heading").forEach(U=>U.setAttribute("aria-level",String(l+(U.closest(".mmv-section")?2:1)))),kf(q),j.mount(q),s.
colours.forEach((U,P)=>q.style.setProperty(`--m${P}`,U));let L=null,z="";function E(){if(!L)return;let U=t.get("selection"),P=ya(U,s,a);if(wt(y,P||t.get("messag\
e")||$),P||(f={...U},b.draw(f),u.follow(f),u.waits(f)))return;let{edited:H,shows:G,comparing:K,state:et}=h.next(f),st=u.missing(f.sample);st&&(y.textContent||=`${s.
samples[f.sample]} was not recorded and cannot be computed: ${st}`),g&&g.draw(f,H,K);let Y=JSON.stringify({...et,edits:null});if(Y===z||(z=Y,Dt(q,"data-section",
R.draw(f.section)),C.forEach((X,at)=>{dt(X.node,"hidden",r!==null&&f.run!=="both"&&f.run!=="AB"[at]),X.node.hidden||X.draw({...at&&r?$e(r,f):f,version:et.version,
draft:et.draft})}),L.draw(et),M.forEach((X,at)=>dt(X,"hidden",r!==null&&f.run!=="both"&&f.run!=="AB "[at])),et.draft))return;let V=[Ua(s,f,G?ua(s,G.edits):""),...r?
[Ua(r,$e(r,f))]:[]];k.redraw(),wt(w,f.run==="both"?Xt(s.phrases.both,{a:V[0],b:V[1]}):V["AB".indexOf(f.run)])}q.addEventListener("keydown",U=>{g?.key(U)||($0(U),
k0(U,f,s.sizes,d))});let k=bs(q,o),T=M0(q),D=["change:selection","change:message"];D.forEach(U=>t.on(U,E)),await u.take(),e.append(q);let W=L=Mf(S);return E(),c?.
restore(),setTimeout(u.start),()=>{c?.stop(),k.stop(),j.stop(),T(),u.stop(),g?.stop(),D.forEach(U=>t.off(U,E)),W.stop()}}var O0=5,S0=t=>new Float32Array(t.buffer.slice(t.byteOffset,t.byteOffset+t.byteLength));function N0(t,e){let n=e.every(({modality:d})=>d<0),a=n&&e.length===1,s=Gt(
{label:`${t} by epoch: ${e.map(d=>d.name).join(", ")}`,log:"linear",series:e.map(({modality:d,name:u},h)=>n?{f:h,name:u}:{m:d,name:u})}),r=e.map(()=>p("span")),
o=p("div",{class:"mmv-small mmv-curve-values"},...e.map((d,u)=>p("span",{class:"mmv-key"},...a?[]:[dn(h=>s.turn(u,h),d.name,n?ea(u):zt(d.modality),p("span",{},Q(
d.name)," "))],r[u]))),i=p("div",{"data-chart":t},s.node,o),l=s.node.querySelector(".mmv-plot"),c=[];function f(d,u,h,m){let g=d[0]??0,w=Math.max(d[d.length-1]??
0,g+O0),y=w-g,b=e.map(({k:x})=>d.map((O,S)=>Number.isNaN(u[S*h+x])?void 0:u[S*h+x])),v=Tt(b.map(x=>x.filter(O=>O!==void 0)),!n),A=d.length-1,$=x=>(d[x]-g)/y;s.say(
{title:t}),s.draw({values:(x,O)=>b[x][O],count:d.length,now:A,range:v,place:$,x:qe(d,$),y:{name:t,text:x=>J(x)}}),r.forEach((x,O)=>x.textContent=A<0||b[O][A]===
void 0?"":J(b[O][A])),c.forEach(x=>x.remove()),c=[...new Set(m.map(({place:x})=>x))].filter(x=>x>=g&&x<=w).map(x=>{let O=p("span",{class:"mmv-change-mark",title:m.
filter(S=>S.place===x).map(E0).join(`
`)});return O.style.left=`${100*(x-g)/y}%`,O}),l.append(...c)}return{node:i,draw:f}}var E0=({epoch:t,step:e,what:n,from:a,to:s})=>`epoch ${t}, step ${e}: ${zf(n)}\
 ${a} → ${s}`;function zf(t){let[e,...n]=t.split("/");return[e.replaceAll("_"," "),...n.length?[n.join("/")]:[]].join(", ")}function z0(t){if(!t.length)return p(
"p",{class:"mmv-faint mmv-small"},"No intervention so far.");let e=t.map(({epoch:a,step:s,what:r,from:o,to:i})=>p("tr",{},p("td",{},String(a)),p("td",{},String(
s)),p("th",{scope:"row"},Q(zf(r))),p("td",{},Q(o)),p("td",{},Q(i)))),n=["epoch","step","what","from","to"].map(a=>p("th",{scope:"col"},a));return p("table",{class:"\
mmv-list mmv-changes"},p("thead",{},p("tr",{},...n)),p("tbody",{},...e))}var T0=0;function Tf({model:t,el:e}){let n=`mmv-cockpit-${++T0}`,a=p("p",{class:"mmv-re\
adout",role:"status","aria-live":"polite"}),s=p("p",{class:"mmv-error",role:"alert"}),r=p("div",{class:"mmv-pair mmv-cockpit-charts"}),o=p("div",{class:"mmv-scr\
oll-x"}),i=p("p",{class:"mmv-faint mmv-small"},"The curves begin after epoch 0, the untrained model."),l=p("div",{class:"mmv-title",id:n,role:"heading","aria-le\
vel":2}),c=ft("Interventions");c.setAttribute("aria-level","3");let f=p("section",{class:"mmv mmv-cockpit","aria-labelledby":n},s,l,a,i,r,c,o);t.get("colours").
forEach((b,v)=>f.style.setProperty(`--m${v}`,b));let d=new Map;function u(){let{epochs:b,curves:v,body:A}=t.get("history"),$=S0(A);i.hidden=b.length>0;let x=[...new Set(
v.map(O=>O.chart))];for(let O of x){let S=v.map((_,F)=>({..._,k:F})).filter(_=>_.chart===O),M=JSON.stringify([O,S]),C=d.get(M)??N0(O,S);d.set(M,C),C.draw(b,$,v.
length,t.get("changes"));let N=x.indexOf(O);r.children[N]!==C.node&&r.insertBefore(C.node,r.children[N]??null)}for(;r.children.length>x.length;)r.lastElementChild?.
remove();y.redraw()}function h(){l.textContent=t.get("title"),a.textContent!==t.get("status")&&(a.textContent=t.get("status")),s.textContent!==t.get("error")&&(s.
textContent=t.get("error"))}function m(){o.replaceChildren(z0(t.get("changes"))),u()}let g=[["change:history",u],["change:changes",m],["change:status",h],["chan\
ge:error",h]];g.forEach(([b,v])=>t.on(b,v)),e.append(f);let w=t.get("names").map(b=>({name:b})),y=bs(f,[{modalities:w}]);return h(),m(),()=>{y.stop(),g.forEach(
([b,v])=>t.off(b,v))}}var $o=13,C0=91,Mo=new Uint8Array(128).fill(255);for(let t=33,e=0;t<127;t++)"<&/".includes(String.fromCharCode(t))||(Mo[t]=e++);function I0(t,e,n){if(!(Number.isInteger(
e)&&e>=0)||t.length!==2*Math.ceil(8*e/$o))throw new Error(`${n} is damaged: ${t.length} characters are given for ${e} bytes`);let a=new Uint8Array(e),s=0,r=0,o=0;
for(let i=0,l=0;i<t.length;i+=2){let c=Mo[t.charCodeAt(i)]??255,f=Mo[t.charCodeAt(i+1)]??255,d=c+C0*f;for(o|=(c===255?1:0)|d>>$o,s|=d<<r,r+=$o;r>=8;r-=8,s>>>=8)
a[l++]=s}if(o)throw new Error(`${n} is damaged: it has a character that does not belong to it`);return a}function Cf(t){let e=o=>`the part "${o}" of this page`,
n=o=>Object.hasOwn(t,o);function a(o){let i=document.getElementById(`mmviz-part-${o}`);if(!n(o)||!i)throw new Error(`${e(o)} is missing`);return I0(i.textContent,
t[o].bytes,e(o))}let s=async o=>n(o)&&t[o].packing==="gzip"?Dn(a(o),t[o].size,e(o)):a(o);return{has:n,stored:a,bytes:s,text:async o=>new TextDecoder().decode(await s(
o))}}function F0(t){let e={},n=0;return{get:a=>t[a],set(a,s){t[a]=s,(e[`change:${a}`]??[]).forEach(r=>r())},save_changes(){clearTimeout(n),n=setTimeout(()=>uo(t.selection),
300)},on:(a,s)=>{(e[a]??=[]).push(s)},off:(a,s)=>{e[a]=(e[a]??[]).filter(r=>r!==s)}}}async function j0(t){try{let[e,n,a]=await Promise.all([t.text("model-meta"),
t.bytes("model-wasm"),t.text("bundle")]);return{meta:e,wasm:n,script:a,get blob(){return t.stored("model-blob")}}}catch(e){return{meta:"{}",wasm:new Uint8Array,
script:"",get blob(){throw e}}}}async function If(){let t=document.getElementById("mmviz-view");try{let{parts:e,data:n,...a}=JSON.parse(document.getElementById(
"mmviz-study").textContent),s=Cf(e);a.data=Object.fromEntries(await Promise.all(n.map(async r=>[r,await(r.startsWith("meta")?s.text(r):s.bytes(r))]))),s.has("mo\
del-meta")&&(a.page_model=await j0(s)),a.what_if_result&&(a.what_if_result.body=await s.bytes("what_if_result")),a.opened=a.selection,a.selection={...a.selection,
...po()},t.textContent="",t.toggleAttribute("data-two",!!a.data.meta_b),await Ds({model:F0(a),el:t})}catch(e){throw t.textContent=`This page could not be drawn:\
 ${e}. If this browser is older than 2024, use a newer one.`,e}}return Pf(L0);})();
