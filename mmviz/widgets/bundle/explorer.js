"use strict";var mmviz=(()=>{var Hs=Object.defineProperty;var Lf=Object.getOwnPropertyDescriptor;var Rf=Object.getOwnPropertyNames;var Bf=Object.prototype.hasOwnProperty;var Pf=(t,e)=>{for(var n in e)Hs(t,n,{get:e[n],enumerable:!0})},qf=(t,e,n,a)=>{if(e&&typeof e=="object"||typeof e=="function")for(let s of Rf(e))!Bf.call(t,s)&&
s!==n&&Hs(t,s,{get:()=>e[s],enumerable:!(a=Lf(e,s))||a.enumerable});return t};var Df=t=>qf(Hs({},"__esModule",{value:!0}),t);var R0={};Pf(R0,{BESIDE_INDICES:()=>Xa,DASHES:()=>Ke,allOf:()=>ge,argmax:()=>qn,bar:()=>ce,barValues:()=>Gs,brief:()=>Mt,button:()=>ct,changes:()=>It,chart:()=>Gt,
choice:()=>Rt,coalitionWithout:()=>Ha,columnHead:()=>je,columnsOfEqualHeight:()=>fo,dash:()=>ea,ends:()=>Us,epochName:()=>sn,faint:()=>rt,fault:()=>ya,fill:()=>Xt,
fixed:()=>st,glyph:()=>zt,h:()=>p,heading:()=>ft,heightOf:()=>oe,joint:()=>Xs,largest:()=>Jt,lastColour:()=>$n,layerOf:()=>xn,legend:()=>Aa,letters:()=>Pn,mark:()=>Dt,
modality:()=>$t,moment:()=>pa,name:()=>Q,onDrag:()=>Wt,openFrame:()=>Wn,openStandalone:()=>jf,paint:()=>Yt,pathOf:()=>zn,plot:()=>Fe,prefixNote:()=>Bn,put:()=>dt,
rangeOf:()=>Tt,readable:()=>At,readout:()=>Ua,register:()=>gt,registerFailure:()=>No,render:()=>Ds,renderCockpit:()=>If,rgb:()=>Wa,row:()=>fe,rowCount:()=>Mn,rowHead:()=>kt,
s:()=>it,seriesButton:()=>dn,short:()=>X,signed:()=>mt,signedBar:()=>Ye,span:()=>de,stretch:()=>an,tint:()=>Le,unseen:()=>ne,untrainedNote:()=>Ge,viewNames:()=>zo,
write:()=>wt,writer:()=>yn});var Wf="http://www.w3.org/2000/svg";function _o(t,e,n){for(let[a,s]of Object.entries(e))t.setAttribute(a,String(s));return t.append(...n),t}var p=(t,e={},...n)=>_o(
document.createElement(t),e,n),it=(t,e={},...n)=>_o(document.createElementNS(Wf,t),e,n),ne=t=>p("span",{class:"mmv-hidden-text"},t);function wt(t,e){let n=t.firstChild;
!e||!(n instanceof Text)||n.nextSibling?t.textContent=e:n.data!==e&&(n.data=e)}function yn(t){let e=new Text(""),n=ne("");return t.append(e),(a,s="")=>{if(e.data!==
a&&(e.data=a),!s)return n.remove();wt(n,s),n.parentNode||t.append(n)}}function dt(t,e,n){t[e]!==n&&(t[e]=n)}function Dt(t,e,n){t.getAttribute(e)!==n&&t.setAttribute(
e,n)}var Q=t=>p("bdi",{},t),ft=(...t)=>p("div",{class:"mmv-heading",role:"heading"},...t),Bn=t=>t.prefix?.label?[p("p",{class:"mmv-faint mmv-small mmv-prefix",title:t.
prefix.meaning},t.prefix.label)]:[],rt=(...t)=>p("p",{class:"mmv-faint mmv-small"},...t),Ge=(t,e="")=>t.untrained?[rt(e,Q(t.untrained))]:[];function ct(t,e,n={}){
let a=p("button",{type:"button",...n},t);return a.addEventListener("click",e),a}function Rt(t,e,n){let a=p("select",{"aria-label":t},...e.map((s,r)=>p("option",
{value:r},s)));return a.addEventListener("change",()=>n(Number(a.value))),{select:a,node:p("label",{class:"mmv-control"},p("span",{},t),a)}}var Fe=(t,...e)=>it(
"svg",{viewBox:"0 0 1000 100",preserveAspectRatio:"none",role:"img","aria-label":t},...e),Hf=LOOKS.glyphs,Ke=LOOKS.dashes,zt=t=>p("span",{class:"mmv-glyph","dat\
a-m":t%8,"aria-hidden":"true"},Hf[t%8]),Pn=t=>[...t].reduce((e,n)=>e+(Number(n.codePointAt(0))>11903?2:1),0),je=(t,e,n)=>t.modalities.every(a=>Pn(a.name)<=n)?$t(
t,e):[zt(e),ne(t.modalities[e].name)],$t=(t,e)=>[zt(e),Q(t.modalities[e].name)];function Wt(t,e,n,a){let s=c=>{let{left:f,width:d,top:u,height:h}=e.getBoundingClientRect();
return[(c.clientX-f)/d,(c.clientY-u)/h]},r=null;t.addEventListener("pointerdown",c=>{let[f,d]=s(c);c.button!==0||f<0||c.target.closest("button, input, select, a")||
(r=c.pointerId,t.setPointerCapture(r),c.preventDefault(),a?.focus({preventScroll:!0}),n(f,d,c,!0))});let o=null,i=0,l=()=>{if(cancelAnimationFrame(i),i=0,!o)return;
let c=o,[f,d]=s(c);o=null,n(f,d,c,!1)};t.addEventListener("pointermove",c=>{c.pointerId===r&&(o=c,i||=requestAnimationFrame(l))});for(let c of["pointerup","poin\
tercancel"])t.addEventListener(c,()=>{l(),r=null})}var Uf="00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838".split(" "),Wa=t=>[0,2,4].map(e=>parseInt(t.slice(e,e+2),16)),ko=Uf.map(Wa),Gf=Uint8ClampedArray.
from({length:768},(t,e)=>{let n=(e/3|0)/255*9,a=Math.min(8,n|0);return ko[a][e%3]*(1-n+a)+ko[a+1][e%3]*(n-a)}),Kf=new Uint32Array(new Uint8ClampedArray(1024).map(
(t,e)=>e%4===3?255:Gf[3*(e>>2)+e%4]).buffer),Ao=new WeakMap;function Oo(t,e,n){let a=Ao.get(t);if(a&&a.image.width===e&&a.image.height===n)return a;t.width=e,t.
height=n;let s=t.getContext("2d"),r=s.createImageData(e,n),o={context:s,image:r,pixels:new Uint32Array(r.data.buffer)};return Ao.set(t,o),o}function Yt(t,e,n,a){
let{context:s,image:r,pixels:o}=Oo(t,Math.max(1,e),Math.max(1,n));o.fill(0);for(let i=0,l=0;i<n;i++)for(let c=0;c<e;c++,l++){let f=a(c,i);f>=0&&(o[l]=Kf[f])}s.putImageData(
r,0,0)}function Le(t,e,n,a){let{context:s,image:r,pixels:o}=Oo(t,Math.max(1,e),Math.max(1,n));o.fill(0);for(let i=0,l=0;i<n;i++)for(let c=0;c<e;c++,l+=4){let f=a(
c,i);f&&r.data.set(f,l)}s.putImageData(r,0,0)}function Jt(...t){let e=0;for(let n of t)for(let a=0;a<n.length;a++)Math.abs(n[a])>e&&Number.isFinite(n[a])&&(e=Math.
abs(n[a]));return e}function st(t,e){if(!Number.isFinite(t))return"–";let n=Math.abs(t).toFixed(e);return(t<0&&Number(n)!==0?"−":"")+n}function mt(t,e){let n=st(t,e);return t>0&&
Number(n)!==0?`+${n}`:n}function X(t,e=3){if(!Number.isFinite(t))return Math.abs(t)===1/0?`${t<0?"−":""}∞`:"–";let n=Math.abs(t);return(t&&(n<.001||n>=1e6)?
t.toExponential(Math.max(1,e-2)):String(Number(t.toPrecision(e)))).replace("+","").replaceAll("-","−")}function Us(t,e){for(let n=3;n<=6;n++){let a=[t,e].map(
r=>X(r,n)),s=a.map((r,o)=>Math.abs(Number(r.replaceAll("−","-"))-[t,e][o]));if(Math.max(...s)<=.02*(e-t)||t===e)return a}return[X(t),`+${X(e-t)}`]}function qn(t){
let e=-1;for(let n=0;n<t.length;n++)Number.isFinite(t[n])&&(e<0||t[n]>t[e])&&(e=n);return e}function pa(t,e,n){let a=t.duration_s[e];return a===null?`step ${n+1}\
 of ${t.sizes.time}`:`${st(t.start_s[e]+(n+1)/t.sizes.time*a,2)} s`}var Mt=(t,e,n)=>pa(t,e,n).split(" of ")[0];function an(t,e,[n,a]){let s=t.duration_s[e],r=t.
sizes.time;if(s===null)return n===a?`step ${n+1}`:`steps ${n+1} to ${a+1}`;let o=t.start_s[e];return`${st(o+n/r*s,2)} to ${st(o+(a+1)/r*s,2)} s`}var sn=(t,e)=>`\
epoch ${t.epochs[e]} of ${t.epochs[t.epochs.length-1]}`,Ha=(t,e)=>t.modalities.reduce((n,a,s)=>n|(e.includes(a.name)?0:1<<s),0),Xt=(t,e)=>t.replace(/\{(\w+)\}/g,
(n,a)=>String(e[a]));function Ua(t,{sample:e,epoch:n,time:a,masked:s},r=""){let{phrases:o,digits:i,epochs:l,sizes:c}=t,f=t.duration_s[e],d=t.targets[e],u=t.part(
"prediction",n,e,a),h=t.part("phi",n,e,a),m=t.task==="classification",g=m?qn(u):0;return Xt(o.readout,{epoch:l[n],last_epoch:l[c.epoch-1],moment:f===null?Xt(o.step,
{step:a+1,steps:c.time}):Xt(o.time,{time:st(t.start_s[e]+(a+1)/c.time*f,2)}),prediction:Xt(g<0?o.no_prediction:o.prediction,{predicted:t.outputs[g],value:st(u[g],
i),target:m?t.outputs[d]:st(d??NaN,i)}),phi:t.modalities.map((w,y)=>`${w.name} ${mt(h[y],i)}`).join(", "),masked:s.length?Xt(o.masked,{modalities:s.join(", "),value:st(
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
var Eo=(t,e)=>ma.filter(n=>n.place===t&&n.needs.every(e.has)&&(n.shows?.(e)??!0)).sort((n,a)=>(n.order??100)-(a.order??100)),zo=()=>ma.map(t=>t.name);function Yf(t,e){let n=e.modalities.length,a=e.modalities.map(()=>e.modalities.map(()=>p("td"))),s=p("tr",{},p("td",{class:"mmv-faint"},"target ↓ source →"),
...a.map((f,d)=>p("th",{scope:"col"},...je(e,d,(235/n-27)/6.5)))),r=a.map((f,d)=>p("tr",{},kt(...$t(e,d)),...f)),o=ft("Coupling weights W"),i=rt("No coupling we\
ights in this layer: its scans are not coupled, or one SSM stream serves all modalities."),l=p("table",{class:"mmv-matrix","aria-label":"Coupling weights W: row\
s are targets, columns are sources",...n>4?{"data-many":""}:{}},p("thead",{},s),p("tbody",{},...r));t.append(o,l,i);let c=Jt(...e.compared.filter(f=>f.has("coup\
ling")).flatMap(f=>f.epochs.map((d,u)=>f.part("coupling",u))));return({epoch:f,layer:d})=>{let u=e.part("coupling",f,d);o.textContent=`Coupling weights W, layer\
 ${e.layers[d]}`,i.hidden=u.some(Number.isFinite),l.hidden=!i.hidden,a.flat().forEach((h,m)=>{h.textContent=st(u[m],2),h.style.setProperty("--weight",String(c&&
Math.abs(u[m])/c||0))})}}gt({name:"coupling",section:"explanation",place:"side",order:30,needs:["coupling"],mount:Yf});var Ka=t=>Math.sign(t-128)*((t-128)/127)**2;function To(t,e){let n=t.sizes.time,a=t.attribution.block;return{count:a.length,from:s=>a[s],to:s=>a[s]<=e?Math.min(
(a[s+1]??n)-1,e):(a[s+1]??n)-1}}var wn=(t,e)=>t.attribution.block.reduce((n,a,s)=>a<=e?s:n,0),Ks=(t,e)=>t.has("attribution_prefix")&&e<t.sizes.time-1;function Ae(t,e,n){
if(!Ks(t,n))return{values:t.part("attribution",e),count:t.sizes.time,from:r=>r,to:r=>r,signed:!0};let a=t.part("attribution_prefix_limit",e)[n];return{values:Float32Array.
from(t.part("attribution_prefix",e,n),r=>a*Ka(r)),...To(t,n),signed:!0}}function Co(t,e,n,a){let s=t.part("attribution_stream_limit")[e];return{values:Float32Array.
from(t.part("attribution_stream",e,n,wn(t,a)),o=>s*(o/255)**2),...To(t,a),signed:!1}}var Ys=({values:t})=>Jt(t)||1;function Vf(t,e,n){let{values:a,count:s,from:r,
to:o,signed:i}=e,l=Ys(e),c=t.sizes.time,f=i?50:98,d=i?48:96,u=["",""];for(let h=0;h<s;h++){let m=a[n*s+h],g=Math.min(1,Math.abs(m)/l)*d;if(!(g>.05))continue;let w=1e3*
r(h)/c,y=1e3*(o(h)+1)/c,b=m>0?f-g:f+g;u[m>0?0:1]+=`M${w.toFixed(1)} ${f}V${b.toFixed(1)}H${y.toFixed(1)}V${f}Z`}return u}function Ya(){let t=it("path",{class:"m\
mv-raises"}),e=it("path",{class:"mmv-lowers"}),n=it("path",{class:"mmv-rule"});return{nodes:[t,e,n],draw:(s,r,o)=>{let i=Vf(s,r,o);[t,e].forEach((l,c)=>{Dt(l,"d",
i[c]),l.classList.toggle("mmv-unsigned",!r.signed)}),Dt(n,"d",`M0 ${r.signed?50:98}H1000`)}}}var Jf=[178,24,43],Xf=[33,102,172],Zf=[247,247,247];function vn(t){
let e=t<0?Xf:Jf,n=Math.min(1,Math.abs(t))**.75;return[...Zf.map((a,s)=>Math.round(a+n*(e[s]-a))),255]}var ga=["symmetric log","linear","quantile"],Vs=[["layer","per layer"],["channel","per channel"],["shared","all layers"]],rn=t=>({scale:"symmetric log",range:"l\
ayer",samples:"",...t.colours});function Io(t,e){if(t===void 0)return"";if(typeof t!="object"||t===null||Array.isArray(t))return`colours is ${JSON.stringify(t)}\
, expected an object`;let n={scale:ga,range:Vs.map(([a])=>a),samples:["",...e.sample_colours??[]]};for(let[a,s]of Object.entries(t))if(!Object.hasOwn(n,a)||!n[a].
includes(s))return`colours: ${a} is ${JSON.stringify(s)}, expected ${Object.hasOwn(n,a)?`one of ${n[a].join(", ")}`:`one of ${Object.keys(n).join(", ")}`}`;return""}var ba=t=>t instanceof ArrayBuffer?new Uint8Array(t):new Uint8Array(t.buffer,t.byteOffset,t.byteLength);async function Dn(t,e,n){if(!(Number.isInteger(e)&&e>=0&&
e<=1073741824&&e<=1032*t.length))throw new Error(`${n} is damaged: it declares ${e} bytes for ${t.length} compressed ones`);let a=new Uint8Array(e),s=new Blob([
t]).stream().pipeThrough(new DecompressionStream("gzip")).getReader(),r=0;try{for(let o=await s.read();!o.done;o=await s.read()){if(r+o.value.length>e)throw new Error(
`more than ${e} bytes`);a.set(o.value,r),r+=o.value.length}if(r!==e)throw new Error(`${r} of ${e} bytes`)}catch(o){throw s.cancel().catch(()=>{}),new Error(`${n}\
 is damaged: ${o instanceof Error?o.message:String(o)}`)}return a}function Va(t,e,n,a,s=!1){let r=n.length;for(let o=0,i=e;o<n.BYTES_PER_ELEMENT;o++,i+=r)for(let l=0;l<
r;l++)n[l]|=t[i+l]<<8*o;if(s)for(let o=0;o<r;o++)n[o]=n[o]>>>1^-(n[o]&1);for(let o of[...a].reverse())for(let i=o;i<r;i++)n[i]+=n[i-o];return n}var Js=t=>t.reduce((e,n)=>e*n,1);function Qf(t,{shape:e,dtype:n,at:a,lags:s}){let r=Va(t,a,n==="float32"?new Uint32Array(Js(e)):new Uint8Array(Js(e)),s);return r instanceof
Uint32Array?new Float32Array(r.buffer):r}async function Wn(t,e){let n=JSON.parse(t),a={},s=Object.entries(n.arrays),r=s.reduce((f,[,{shape:d,dtype:u}])=>f+Js(d)*
(u==="float32"?4:1),0),o=await Dn(ba(e),r,"the recording in this page");for(let[f,d]of s)a[f]=Qf(o,d);function i(f,...d){let{shape:u}=n.arrays[f],h=u.slice(d.length).
reduce((g,w)=>g*w,1),m=d.reduce((g,w,y)=>g*u[y]+w,0)*h;return a[f].subarray(m,m+h)}return{...n,part:i,shape:f=>n.arrays[f].shape,has:f=>Object.hasOwn(a,f)}}var Xa=[
"brush","zoom","masked","edits","run","section","colours"],Fo=["overview","sample","explanation","training","all"];function ya(t,e,n){if(typeof t!="object"||t===
null)return"selection is not an object";let{sizes:a}=e,s=a.time,r=Xa;for(let d of Object.keys(t))if(!Object.hasOwn(a,d)&&!r.includes(d))return`selection has an \
unknown key: ${d}`;for(let[d,u]of Object.entries(a)){let h=t[d];if(!Number.isInteger(h)||h<0||h>=u)return`selection: ${d} is ${h}, expected a whole number from \
0 to ${u-1}`}if(t.sample>=e.recorded_samples&&t.epoch!==e.model_epoch)return`selection: sample ${t.sample} was not recorded, so its epoch is ${e.model_epoch}, t\
hat of the model in the page; got ${t.epoch}`;let{masked:o,run:i}=t;for(let[d,u]of Object.entries({brush:t.brush,zoom:t.zoom??null})){let h=Array.isArray(u)&&u.
length===2&&u.every(Number.isInteger)&&u[0]>=0&&u[0]<=u[1]&&u[1]<s;if(u!==null&&!h)return`selection: ${d} is ${JSON.stringify(u)}, expected null or [first step,\
 last step]`}let l=e.has("game")?e.modalities.map(d=>d.name):[];if(!Array.isArray(o)||!o.every(d=>l.includes(d)))return`selection: masked is ${JSON.stringify(o)}\
, expected modalities`;let c=td(t.edits,e);if(c)return`selection: ${c}`;if(t.section!==void 0&&!Fo.includes(t.section))return`selection: section is ${JSON.stringify(
t.section)}, expected one of ${Fo.join(", ")}`;let f=Io(t.colours,e);return f?`selection: ${f}`:n.includes(i)?"":`selection: run is ${JSON.stringify(i)}, expect\
ed one of ${n.join(", ")}`}var Ja=(t,e,n)=>Number.isInteger(t)&&Number(t)>=e&&Number(t)<=n,jo={delay:t=>Number.isInteger(t),amplitude:t=>Number.isFinite(t)&&Number(
t)>=0&&Number(t)<=10,noise:t=>Number.isFinite(t)&&Number(t)>=0,seed:t=>Ja(t,0,2**32-1),swap:(t,e)=>Ja(t,0,e.sizes.sample-1),text:t=>typeof t=="string",window:t=>Array.
isArray(t)&&t.length===2&&t.every(Number.isInteger)&&t[0]>=0&&t[0]<=t[1],state:t=>t==="zero"||t==="hold",cut:(t,e)=>Ja(t,0,e.modalities.length-1),step:(t,e)=>Ja(
t,0,e.sizes.time-1)};function td(t,e){let n=a=>typeof a=="object"&&a!==null&&!Array.isArray(a);if(!n(t))return`edits is ${JSON.stringify(t)}, expected an object`;
for(let[a,s]of Object.entries(t)){if(!e.modalities.some(r=>r.name===a)||!n(s))return`edits names ${JSON.stringify(a)}, expected a modality and its edits`;for(let[
r,o]of Object.entries(s))if(!Object.hasOwn(jo,r)||!jo[r](o,e))return`edits of ${a}: ${r} is ${JSON.stringify(o)}`}return""}function It(){let t={};return(e,...n)=>{
let a=JSON.stringify([e.version,...n.map(o=>e[o])]),s=n.join(),r=t[s]!==a;return t[s]=a,r}}var Xs=t=>t.reduce((e,n)=>e&&n?[Math.min(e[0],n[0]),Math.max(e[1],n[1])]:
e??n,null)??[0,0],ge=(t,e,n)=>t.compared.filter(a=>a.has(e)).flatMap(a=>(a.edited()?[a,a.recorded]:[a]).flatMap(s=>a.epochs.map((r,o)=>s.part(e,o,n)))),xn=(t,e,{
layer:n,layer_of_a:a})=>Math.min(t===e?n:a??n,t.sizes.layer-1),$n=(t,e,n)=>Math.max(...t.compared.map(a=>e(a)?.[xn(a,t,n)]??0));function Mn(t,e,n){if(!t.has("ch\
annel_index"))return t.sizes.channel;let a=t.sizes.channel;return Array.from(t.part("channel_index",e).subarray(n*a,(n+1)*a)).filter(r=>r>=0).length}var de=(t,{
brush:e})=>e??[0,t.sizes.time-1];function wa(t,e){return t==null||e==null?NaN:t<e?-1:t>e?1:t>=e?0:NaN}function ed(t,e){return t==null||e==null?NaN:e<t?-1:e>t?1:e>=t?0:NaN}function Lo(t){let e,n,
a;t.length!==2?(e=wa,n=(i,l)=>wa(t(i),l),a=(i,l)=>t(i)-l):(e=t===wa||t===ed?t:nd,n=t,a=t);function s(i,l,c=0,f=i.length){if(c<f){if(e(l,l)!==0)return f;do{let d=c+
f>>>1;n(i[d],l)<0?c=d+1:f=d}while(c<f)}return c}function r(i,l,c=0,f=i.length){if(c<f){if(e(l,l)!==0)return f;do{let d=c+f>>>1;n(i[d],l)<=0?c=d+1:f=d}while(c<f)}
return c}function o(i,l,c=0,f=i.length){let d=s(i,l,c,f-1);return d>c&&a(i[d-1],l)>-a(i[d],l)?d-1:d}return{left:s,center:o,right:r}}function nd(){return 0}function ad(t){
return t===null?NaN:+t}var Ro=Lo(wa),Bo=Ro.right,rg=Ro.left,og=Lo(ad).center;var ig=Po(qo),lg=Po(sd);function Po(t){return function(e,n,a=n){if(!((n=+n)>=0))throw new RangeError("invalid rx");if(!((a=+a)>=0))throw new RangeError("invalid\
 ry");let{data:s,width:r,height:o}=e;if(!((r=Math.floor(r))>=0))throw new RangeError("invalid width");if(!((o=Math.floor(o!==void 0?o:s.length/r))>=0))throw new RangeError(
"invalid height");if(!r||!o||!n&&!a)return e;let i=n&&t(n),l=a&&t(a),c=s.slice();return i&&l?(Hn(i,c,s,r,o),Hn(i,s,c,r,o),Hn(i,c,s,r,o),Un(l,s,c,r,o),Un(l,c,s,r,
o),Un(l,s,c,r,o)):i?(Hn(i,s,c,r,o),Hn(i,c,s,r,o),Hn(i,s,c,r,o)):l&&(Un(l,s,c,r,o),Un(l,c,s,r,o),Un(l,s,c,r,o)),e}}function Hn(t,e,n,a,s){for(let r=0,o=a*s;r<o;)
t(e,n,r,r+=a,1)}function Un(t,e,n,a,s){for(let r=0,o=a*s;r<a;++r)t(e,n,r,r+o,a)}function sd(t){let e=qo(t);return(n,a,s,r,o)=>{s<<=2,r<<=2,o<<=2,e(n,a,s+0,r+0,o),
e(n,a,s+1,r+1,o),e(n,a,s+2,r+2,o),e(n,a,s+3,r+3,o)}}function qo(t){let e=Math.floor(t);if(e===t)return rd(t);let n=t-e,a=2*t+1;return(s,r,o,i,l)=>{if(!((i-=l)>=
o))return;let c=e*r[o],f=l*e,d=f+l;for(let u=o,h=o+f;u<h;u+=l)c+=r[Math.min(i,u)];for(let u=o,h=i;u<=h;u+=l)c+=r[Math.min(i,u+f)],s[u]=(c+n*(r[Math.max(o,u-d)]+
r[Math.min(i,u+d)]))/a,c-=r[Math.max(o,u-f)]}}function rd(t){let e=2*t+1;return(n,a,s,r,o)=>{if(!((r-=o)>=s))return;let i=t*a[s],l=o*t;for(let c=s,f=s+l;c<f;c+=
o)i+=a[Math.min(r,c)];for(let c=s,f=r;c<=f;c+=o)i+=a[Math.min(r,c+l)],n[c]=i/e,i-=a[Math.max(s,c-l)]}}var od=Array.prototype,cg=od.slice;var id=Math.sqrt(50),ld=Math.sqrt(10),cd=Math.sqrt(2);function Za(t,e,n){let a=(e-t)/Math.max(0,n),s=Math.floor(Math.log10(a)),r=a/Math.pow(10,s),o=r>=id?10:r>=
ld?5:r>=cd?2:1,i,l,c;return s<0?(c=Math.pow(10,-s)/o,i=Math.round(t*c),l=Math.round(e*c),i/c<t&&++i,l/c>e&&--l,c=-c):(c=Math.pow(10,s)*o,i=Math.round(t/c),l=Math.
round(e/c),i*c<t&&++i,l*c>e&&--l),l<i&&.5<=n&&n<2?Za(t,e,n*2):[i,l,c]}function ts(t,e,n){if(e=+e,t=+t,n=+n,!(n>0))return[];if(t===e)return[t];let a=e<t,[s,r,o]=a?
Za(e,t,n):Za(t,e,n);if(!(r>=s))return[];let i=r-s+1,l=new Array(i);if(a)if(o<0)for(let c=0;c<i;++c)l[c]=(r-c)/-o;else for(let c=0;c<i;++c)l[c]=(r-c)*o;else if(o<
0)for(let c=0;c<i;++c)l[c]=(s+c)/-o;else for(let c=0;c<i;++c)l[c]=(s+c)*o;return l}function Qa(t,e,n){return e=+e,t=+t,n=+n,Za(t,e,n)[2]}function Do(t,e,n){e=+e,
t=+t,n=+n;let a=e<t,s=a?Qa(e,t,n):Qa(t,e,n);return(a?-1:1)*(s<0?1/-s:s)}var fg=fd(Math.random);function fd(t){return function(n,a=0,s=n.length){let r=s-(a=+a);for(;r;){let o=t()*r--|0,i=n[r+a];n[r+a]=n[o+a],n[o+a]=i}return n}}function Vn(t,e,n){t.prototype=e.prototype=n,n.constructor=t}function $a(t,e){var n=Object.create(t.prototype);for(var a in e)n[a]=e[a];return n}function on(){}
var On=.7,Yn=1/On,Gn="\\s*([+-]?\\d+)\\s*",va="\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)\\s*",Re="\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)%\\s*",dd=/^#([0-9a-f]{3,8})$/,
ud=new RegExp(`^rgb\\(${Gn},${Gn},${Gn}\\)$`),hd=new RegExp(`^rgb\\(${Re},${Re},${Re}\\)$`),pd=new RegExp(`^rgba\\(${Gn},${Gn},${Gn},${va}\\)$`),md=new RegExp(`\
^rgba\\(${Re},${Re},${Re},${va}\\)$`),gd=new RegExp(`^hsl\\(${va},${Re},${Re}\\)$`),bd=new RegExp(`^hsla\\(${va},${Re},${Re},${va}\\)$`),Wo={aliceblue:15792383,
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
Vn(on,Jn,{copy(t){return Object.assign(new this.constructor,this,t)},displayable(){return this.rgb().displayable()},hex:Ho,formatHex:Ho,formatHex8:yd,formatHsl:wd,
formatRgb:Uo,toString:Uo});function Ho(){return this.rgb().formatHex()}function yd(){return this.rgb().formatHex8()}function wd(){return ti(this).formatHsl()}function Uo(){
return this.rgb().formatRgb()}function Jn(t){var e,n;return t=(t+"").trim().toLowerCase(),(e=dd.exec(t))?(n=e[1].length,e=parseInt(e[1],16),n===6?Go(e):n===3?new Zt(
e>>8&15|e>>4&240,e>>4&15|e&240,(e&15)<<4|e&15,1):n===8?es(e>>24&255,e>>16&255,e>>8&255,(e&255)/255):n===4?es(e>>12&15|e>>8&240,e>>8&15|e>>4&240,e>>4&15|e&240,((e&
15)<<4|e&15)/255):null):(e=ud.exec(t))?new Zt(e[1],e[2],e[3],1):(e=hd.exec(t))?new Zt(e[1]*255/100,e[2]*255/100,e[3]*255/100,1):(e=pd.exec(t))?es(e[1],e[2],e[3],
e[4]):(e=md.exec(t))?es(e[1]*255/100,e[2]*255/100,e[3]*255/100,e[4]):(e=gd.exec(t))?Vo(e[1],e[2]/100,e[3]/100,1):(e=bd.exec(t))?Vo(e[1],e[2]/100,e[3]/100,e[4]):
Wo.hasOwnProperty(t)?Go(Wo[t]):t==="transparent"?new Zt(NaN,NaN,NaN,0):null}function Go(t){return new Zt(t>>16&255,t>>8&255,t&255,1)}function es(t,e,n,a){return a<=
0&&(t=e=n=NaN),new Zt(t,e,n,a)}function ar(t){return t instanceof on||(t=Jn(t)),t?(t=t.rgb(),new Zt(t.r,t.g,t.b,t.opacity)):new Zt}function Sn(t,e,n,a){return arguments.
length===1?ar(t):new Zt(t,e,n,a??1)}function Zt(t,e,n,a){this.r=+t,this.g=+e,this.b=+n,this.opacity=+a}Vn(Zt,Sn,$a(on,{brighter(t){return t=t==null?Yn:Math.pow(
Yn,t),new Zt(this.r*t,this.g*t,this.b*t,this.opacity)},darker(t){return t=t==null?On:Math.pow(On,t),new Zt(this.r*t,this.g*t,this.b*t,this.opacity)},rgb(){return this},
clamp(){return new Zt(kn(this.r),kn(this.g),kn(this.b),as(this.opacity))},displayable(){return-.5<=this.r&&this.r<255.5&&-.5<=this.g&&this.g<255.5&&-.5<=this.b&&
this.b<255.5&&0<=this.opacity&&this.opacity<=1},hex:Ko,formatHex:Ko,formatHex8:vd,formatRgb:Yo,toString:Yo}));function Ko(){return`#${_n(this.r)}${_n(this.g)}${_n(
this.b)}`}function vd(){return`#${_n(this.r)}${_n(this.g)}${_n(this.b)}${_n((isNaN(this.opacity)?1:this.opacity)*255)}`}function Yo(){let t=as(this.opacity);return`${t===
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
PI/180,ni=180/Math.PI,ss=18,ai=.96422,si=1,ri=.82521,oi=4/29,Kn=6/29,ii=3*Kn*Kn,xd=Kn*Kn*Kn;function li(t){if(t instanceof Be)return new Be(t.l,t.a,t.b,t.opacity);
if(t instanceof Ve)return fi(t);t instanceof Zt||(t=ar(t));var e=nr(t.r),n=nr(t.g),a=nr(t.b),s=Qs((.2225045*e+.7168786*n+.0606169*a)/si),r,o;return e===n&&n===a?
r=o=s:(r=Qs((.4360747*e+.3850649*n+.1430804*a)/ai),o=Qs((.0139322*e+.0971045*n+.7141733*a)/ri)),new Be(116*s-16,500*(r-s),200*(s-o),t.opacity)}function ci(t,e,n,a){return arguments.length===1?li(t):new Be(t,e,n,a??1)}function Be(t,e,n,a){this.l=+t,this.a=+e,this.b=+n,this.opacity=+a}Vn(Be,ci,$a(on,{brighter(t){
return new Be(this.l+ss*(t??1),this.a,this.b,this.opacity)},darker(t){return new Be(this.l-ss*(t??1),this.a,this.b,this.opacity)},rgb(){var t=(this.l+16)/116,e=isNaN(
this.a)?t:t+this.a/500,n=isNaN(this.b)?t:t-this.b/200;return e=ai*tr(e),t=si*tr(t),n=ri*tr(n),new Zt(er(3.1338561*e-1.6168667*t-.4906146*n),er(-.9787684*e+1.9161415*
t+.033454*n),er(.0719453*e-.2289914*t+1.4052427*n),this.opacity)}}));function Qs(t){return t>xd?Math.pow(t,1/3):t/ii+oi}function tr(t){return t>Kn?t*t*t:ii*(t-oi)}
function er(t){return 255*(t<=.0031308?12.92*t:1.055*Math.pow(t,1/2.4)-.055)}function nr(t){return(t/=255)<=.04045?t/12.92:Math.pow((t+.055)/1.055,2.4)}function $d(t){
if(t instanceof Ve)return new Ve(t.h,t.c,t.l,t.opacity);if(t instanceof Be||(t=li(t)),t.a===0&&t.b===0)return new Ve(NaN,0<t.l&&t.l<100?0:NaN,t.l,t.opacity);var e=Math.
atan2(t.b,t.a)*ni;return new Ve(e<0?e+360:e,Math.sqrt(t.a*t.a+t.b*t.b),t.l,t.opacity)}function os(t,e,n,a){return arguments.length===1?$d(t):new Ve(t,e,n,a??1)}function Ve(t,e,n,a){this.h=+t,this.c=+e,this.l=+n,this.opacity=+a}function fi(t){if(isNaN(
t.h))return new Be(t.l,0,0,t.opacity);var e=t.h*ei;return new Be(t.l,Math.cos(e)*t.c,Math.sin(e)*t.c,t.opacity)}Vn(Ve,os,$a(on,{brighter(t){return new Ve(this.h,
this.c,this.l+ss*(t??1),this.opacity)},darker(t){return new Ve(this.h,this.c,this.l-ss*(t??1),this.opacity)},rgb(){return fi(this).rgb()}}));var di=-.14861,sr=1.78277,
rr=-.29227,is=-.90649,xa=1.97294,Xo=xa*is,Zo=xa*sr,Qo=sr*rr-is*di;function Md(t){if(t instanceof An)return new An(t.h,t.s,t.l,t.opacity);t instanceof Zt||(t=ar(
t));var e=t.r/255,n=t.g/255,a=t.b/255,s=(Qo*a+Xo*e-Zo*n)/(Qo+Xo-Zo),r=a-s,o=(xa*(n-s)-rr*r)/is,i=Math.sqrt(o*o+r*r)/(xa*s*(1-s)),l=i?Math.atan2(o,r)*ni-120:NaN;
return new An(l<0?l+360:l,i,s,t.opacity)}function we(t,e,n,a){return arguments.length===1?Md(t):new An(t,e,n,a??1)}function An(t,e,n,a){this.h=+t,this.s=+e,this.
l=+n,this.opacity=+a}Vn(An,we,$a(on,{brighter(t){return t=t==null?Yn:Math.pow(Yn,t),new An(this.h,this.s,this.l*t,this.opacity)},darker(t){return t=t==null?On:Math.
pow(On,t),new An(this.h,this.s,this.l*t,this.opacity)},rgb(){var t=isNaN(this.h)?0:(this.h+120)*ei,e=+this.l,n=isNaN(this.s)?0:this.s*e*(1-e),a=Math.cos(t),s=Math.
sin(t);return new Zt(255*(e+n*(di*a+sr*s)),255*(e+n*(rr*a+is*s)),255*(e+n*(xa*a)),this.opacity)}}));function mi(t,e,n,a,s){var r=t*t,o=r*t;return((1-3*t+3*r-o)*e+(4-6*r+3*o)*n+(1+3*t+3*r-3*o)*a+o*s)/6}function _d(t){var e=t.length-1;return function(n){var a=n<=
0?n=0:n>=1?(n=1,e-1):Math.floor(n*e),s=t[a],r=t[a+1],o=a>0?t[a-1]:2*s-r,i=a<e-1?t[a+2]:2*r-s;return mi((n-a/e)*e,o,s,r,i)}}function kd(t){var e=t.length;return function(n){
var a=Math.floor(((n%=1)<0?++n:n)*e),s=t[(a+e-1)%e],r=t[a%e],o=t[(a+1)%e],i=t[(a+2)%e];return mi((n-a/e)*e,s,r,o,i)}}var cs=t=>()=>t;function gi(t,e){return function(n){
return t+n*e}}function Ad(t,e,n){return t=Math.pow(t,n),e=Math.pow(e,n)-t,n=1/n,function(a){return Math.pow(t+a*e,n)}}function cr(t,e){var n=e-t;return n?gi(t,n>
180||n<-180?n-360*Math.round(n/360):n):cs(isNaN(t)?e:t)}function Od(t){return(t=+t)==1?ue:function(e,n){return n-e?Ad(e,n,t):cs(isNaN(e)?n:e)}}function ue(t,e){
var n=e-t;return n?gi(t,n):cs(isNaN(t)?e:t)}var ui=(function t(e){var n=Od(e);function a(s,r){var o=n((s=Sn(s)).r,(r=Sn(r)).r),i=n(s.g,r.g),l=n(s.b,r.b),c=ue(s.
opacity,r.opacity);return function(f){return s.r=o(f),s.g=i(f),s.b=l(f),s.opacity=c(f),s+""}}return a.gamma=t,a})(1);function bi(t){return function(e){var n=e.length,
a=new Array(n),s=new Array(n),r=new Array(n),o,i;for(o=0;o<n;++o)i=Sn(e[o]),a[o]=i.r||0,s[o]=i.g||0,r[o]=i.b||0;return a=t(a),s=t(s),r=t(r),i.opacity=1,function(l){
return i.r=a(l),i.g=s(l),i.b=r(l),i+""}}}var yi=bi(_d),pg=bi(kd);function Sd(t,e){e||(e=[]);var n=t?Math.min(e.length,t.length):0,a=e.slice(),s;return function(r){
for(s=0;s<n;++s)a[s]=t[s]*(1-r)+e[s]*r;return a}}function Nd(t){return ArrayBuffer.isView(t)&&!(t instanceof DataView)}function Ed(t,e){var n=e?e.length:0,a=t?Math.min(n,t.length):0,s=new Array(a),r=new Array(n),o;for(o=0;o<a;++o)s[o]=fs(t[o],e[o]);for(;o<n;++o)r[o]=e[o];return function(i){
for(o=0;o<a;++o)r[o]=s[o](i);return r}}function zd(t,e){var n=new Date;return t=+t,e=+e,function(a){return n.setTime(t*(1-a)+e*a),n}}function Se(t,e){return t=+t,
e=+e,function(n){return t*(1-n)+e*n}}function Td(t,e){var n={},a={},s;(t===null||typeof t!="object")&&(t={}),(e===null||typeof e!="object")&&(e={});for(s in e)s in
t?n[s]=fs(t[s],e[s]):a[s]=e[s];return function(r){for(s in n)a[s]=n[s](r);return a}}var ir=/[-+]?(?:\d+\.?\d*|\.?\d+)(?:[eE][-+]?\d+)?/g,or=new RegExp(ir.source,
"g");function Cd(t){return function(){return t}}function Id(t){return function(e){return t(e)+""}}function Fd(t,e){var n=ir.lastIndex=or.lastIndex=0,a,s,r,o=-1,
i=[],l=[];for(t=t+"",e=e+"";(a=ir.exec(t))&&(s=or.exec(e));)(r=s.index)>n&&(r=e.slice(n,r),i[o]?i[o]+=r:i[++o]=r),(a=a[0])===(s=s[0])?i[o]?i[o]+=s:i[++o]=s:(i[++o]=
null,l.push({i:o,x:Se(a,s)})),n=or.lastIndex;return n<e.length&&(r=e.slice(n),i[o]?i[o]+=r:i[++o]=r),i.length<2?l[0]?Id(l[0].x):Cd(e):(e=l.length,function(c){for(var f=0,
d;f<e;++f)i[(d=l[f]).i]=d.x(c);return i.join("")})}function fs(t,e){var n=typeof e,a;return e==null||n==="boolean"?cs(e):(n==="number"?Se:n==="string"?(a=Jn(e))?
(e=a,ui):Fd:e instanceof Jn?ui:e instanceof Date?zd:Nd(e)?Sd:Array.isArray(e)?Ed:typeof e.valueOf!="function"&&typeof e.toString!="function"||isNaN(e)?Td:Se)(t,
e)}function wi(t,e){return t=+t,e=+e,function(n){return Math.round(t*(1-n)+e*n)}}var hi=180/Math.PI,lr={translateX:0,translateY:0,rotate:0,skewX:0,scaleX:1,scaleY:1};
function vi(t,e,n,a,s,r){var o,i,l;return(o=Math.sqrt(t*t+e*e))&&(t/=o,e/=o),(l=t*n+e*a)&&(n-=t*l,a-=e*l),(i=Math.sqrt(n*n+a*a))&&(n/=i,a/=i,l/=i),t*a<e*n&&(t=-t,
e=-e,l=-l,o=-o),{translateX:s,translateY:r,rotate:Math.atan2(e,t)*hi,skewX:Math.atan(l)*hi,scaleX:o,scaleY:i}}var ls;function jd(t){let e=new(typeof DOMMatrix==
"function"?DOMMatrix:WebKitCSSMatrix)(t+"");return e.isIdentity?lr:vi(e.a,e.b,e.c,e.d,e.e,e.f)}function Ld(t){return t==null||(ls||(ls=document.createElementNS(
"http://www.w3.org/2000/svg","g")),ls.setAttribute("transform",t),!(t=ls.transform.baseVal.consolidate()))?lr:(t=t.matrix,vi(t.a,t.b,t.c,t.d,t.e,t.f))}function xi(t,e,n,a){
function s(c){return c.length?c.pop()+" ":""}function r(c,f,d,u,h,m){if(c!==d||f!==u){var g=h.push("translate(",null,e,null,n);m.push({i:g-4,x:Se(c,d)},{i:g-2,x:Se(
f,u)})}else(d||u)&&h.push("translate("+d+e+u+n)}function o(c,f,d,u){c!==f?(c-f>180?f+=360:f-c>180&&(c+=360),u.push({i:d.push(s(d)+"rotate(",null,a)-2,x:Se(c,f)})):
f&&d.push(s(d)+"rotate("+f+a)}function i(c,f,d,u){c!==f?u.push({i:d.push(s(d)+"skewX(",null,a)-2,x:Se(c,f)}):f&&d.push(s(d)+"skewX("+f+a)}function l(c,f,d,u,h,m){
if(c!==d||f!==u){var g=h.push(s(h)+"scale(",null,",",null,")");m.push({i:g-4,x:Se(c,d)},{i:g-2,x:Se(f,u)})}else(d!==1||u!==1)&&h.push(s(h)+"scale("+d+","+u+")")}
return function(c,f){var d=[],u=[];return c=t(c),f=t(f),r(c.translateX,c.translateY,f.translateX,f.translateY,d,u),o(c.rotate,f.rotate,d,u),i(c.skewX,f.skewX,d,
u),l(c.scaleX,c.scaleY,f.scaleX,f.scaleY,d,u),c=f=null,function(h){for(var m=-1,g=u.length,w;++m<g;)d[(w=u[m]).i]=w.x(h);return d.join("")}}}var mg=xi(jd,"px, ",
"px)","deg)"),gg=xi(Ld,", ",")",")"),Rd=1e-12;function pi(t){return((t=Math.exp(t))+1/t)/2}function Bd(t){return((t=Math.exp(t))-1/t)/2}function Pd(t){return((t=
Math.exp(2*t))-1)/(t+1)}var bg=(function t(e,n,a){function s(r,o){var i=r[0],l=r[1],c=r[2],f=o[0],d=o[1],u=o[2],h=f-i,m=d-l,g=h*h+m*m,w,y;if(g<Rd)y=Math.log(u/c)/
e,w=function(A){return[i+A*h,l+A*m,c*Math.exp(e*A*y)]};else{var b=Math.sqrt(g),v=(u*u-c*c+a*g)/(2*c*n*b),k=(u*u-c*c-a*g)/(2*u*n*b),$=Math.log(Math.sqrt(v*v+1)-v),
x=Math.log(Math.sqrt(k*k+1)-k);y=(x-$)/e,w=function(A){var S=A*y,M=pi($),E=c/(n*b)*(M*Pd(e*S+$)-Bd($));return[i+E*h,l+E*m,c*M/pi(e*S+$)]}}return w.duration=Math.
abs(y)*1e3*e/Math.SQRT2,w}return s.rho=function(r){var o=Math.max(.001,+r),i=o*o,l=i*i;return t(o,i,l)},s})(Math.SQRT2,2,4);function $i(t){return function(e,n){
var a=t((e=rs(e)).h,(n=rs(n)).h),s=ue(e.s,n.s),r=ue(e.l,n.l),o=ue(e.opacity,n.opacity);return function(i){return e.h=a(i),e.s=s(i),e.l=r(i),e.opacity=o(i),e+""}}}
var yg=$i(cr),wg=$i(ue);function Mi(t){return function(e,n){var a=t((e=os(e)).h,(n=os(n)).h),s=ue(e.c,n.c),r=ue(e.l,n.l),o=ue(e.opacity,n.opacity);return function(i){return e.h=a(i),e.
c=s(i),e.l=r(i),e.opacity=o(i),e+""}}}var vg=Mi(cr),xg=Mi(ue);function _i(t){return(function e(n){n=+n;function a(s,r){var o=t((s=we(s)).h,(r=we(r)).h),i=ue(s.s,
r.s),l=ue(s.l,r.l),c=ue(s.opacity,r.opacity);return function(f){return s.h=o(f),s.s=i(f),s.l=l(Math.pow(f,n)),s.opacity=c(f),s+""}}return a.gamma=e,a})(1)}var $g=_i(
cr),ds=_i(ue);function qd(t){return Math.abs(t=Math.round(t))>=1e21?t.toLocaleString("en").replace(/,/g,""):t.toString(10)}function hs(t,e){if(!isFinite(t)||t===0)return null;
var n=(t=e?t.toExponential(e-1):t.toExponential()).indexOf("e"),a=t.slice(0,n);return[a.length>1?a[0]+a.slice(2):a,+t.slice(n+1)]}function Xn(t){return t=hs(Math.
abs(t)),t?t[1]:NaN}function Dd(t,e){return function(n,a){for(var s=n.length,r=[],o=0,i=t[0],l=0;s>0&&i>0&&(l+i+1>a&&(i=Math.max(1,a-l)),r.push(n.substring(s-=i,
s+i)),!((l+=i+1)>a));)i=t[o=(o+1)%t.length];return r.reverse().join(e)}}function Wd(t){return function(e){return e.replace(/[0-9]/g,function(n){return t[+n]})}}
var Hd=/^(?:(.)?([<>=^]))?([+\-( ])?([$#])?(0)?(\d+)?(,)?(\.\d+)?(~)?([a-z%])?$/i;function Zn(t){if(!(e=Hd.exec(t)))throw new Error("invalid format: "+t);var e;
return new fr({fill:e[1],align:e[2],sign:e[3],symbol:e[4],zero:e[5],width:e[6],comma:e[7],precision:e[8]&&e[8].slice(1),trim:e[9],type:e[10]})}Zn.prototype=fr.prototype;
function fr(t){this.fill=t.fill===void 0?" ":t.fill+"",this.align=t.align===void 0?">":t.align+"",this.sign=t.sign===void 0?"-":t.sign+"",this.symbol=t.symbol===
void 0?"":t.symbol+"",this.zero=!!t.zero,this.width=t.width===void 0?void 0:+t.width,this.comma=!!t.comma,this.precision=t.precision===void 0?void 0:+t.precision,
this.trim=!!t.trim,this.type=t.type===void 0?"":t.type+""}fr.prototype.toString=function(){return this.fill+this.align+this.sign+this.symbol+(this.zero?"0":"")+
(this.width===void 0?"":Math.max(1,this.width|0))+(this.comma?",":"")+(this.precision===void 0?"":"."+Math.max(0,this.precision|0))+(this.trim?"~":"")+this.type};
function Ud(t){t:for(var e=t.length,n=1,a=-1,s;n<e;++n)switch(t[n]){case".":a=s=n;break;case"0":a===0&&(a=n),s=n;break;default:if(!+t[n])break t;a>0&&(a=0);break}
return a>0?t.slice(0,a)+t.slice(s+1):t}var ps;function Gd(t,e){var n=hs(t,e);if(!n)return ps=void 0,t.toPrecision(e);var a=n[0],s=n[1],r=s-(ps=Math.max(-8,Math.
min(8,Math.floor(s/3)))*3)+1,o=a.length;return r===o?a:r>o?a+new Array(r-o+1).join("0"):r>0?a.slice(0,r)+"."+a.slice(r):"0."+new Array(1-r).join("0")+hs(t,Math.
max(0,e+r-1))[0]}function ki(t,e){var n=hs(t,e);if(!n)return t+"";var a=n[0],s=n[1];return s<0?"0."+new Array(-s).join("0")+a:a.length>s+1?a.slice(0,s+1)+"."+a.
slice(s+1):a+new Array(s-a.length+2).join("0")}var Ai={"%":(t,e)=>(t*100).toFixed(e),b:t=>Math.round(t).toString(2),c:t=>t+"",d:qd,e:(t,e)=>t.toExponential(e),f:(t,e)=>t.
toFixed(e),g:(t,e)=>t.toPrecision(e),o:t=>Math.round(t).toString(8),p:(t,e)=>ki(t*100,e),r:ki,s:Gd,X:t=>Math.round(t).toString(16).toUpperCase(),x:t=>Math.round(
t).toString(16)};function Oi(t){return t}var Si=Array.prototype.map,Ni=["y","z","a","f","p","n","µ","m","","k","M","G","T","P","E","Z","Y"];function Kd(t){var e=t.
grouping===void 0||t.thousands===void 0?Oi:Dd(Si.call(t.grouping,Number),t.thousands+""),n=t.currency===void 0?"":t.currency[0]+"",a=t.currency===void 0?"":t.currency[1]+
"",s=t.decimal===void 0?".":t.decimal+"",r=t.numerals===void 0?Oi:Wd(Si.call(t.numerals,String)),o=t.percent===void 0?"%":t.percent+"",i=t.minus===void 0?"−":
t.minus+"",l=t.nan===void 0?"NaN":t.nan+"";function c(d,u){d=Zn(d);var h=d.fill,m=d.align,g=d.sign,w=d.symbol,y=d.zero,b=d.width,v=d.comma,k=d.precision,$=d.trim,
x=d.type;x==="n"?(v=!0,x="g"):Ai[x]||(k===void 0&&(k=12),$=!0,x="g"),(y||h==="0"&&m==="=")&&(y=!0,h="0",m="=");var A=(u&&u.prefix!==void 0?u.prefix:"")+(w==="$"?
n:w==="#"&&/[boxX]/.test(x)?"0"+x.toLowerCase():""),S=(w==="$"?a:/[%p]/.test(x)?o:"")+(u&&u.suffix!==void 0?u.suffix:""),M=Ai[x],E=/[defgprs%]/.test(x);k=k===void 0?
6:/[gprs]/.test(x)?Math.max(1,Math.min(21,k)):Math.max(0,Math.min(20,k));function N(_){var I=A,B=S,C,j,P;if(x==="c")B=M(_)+B,_="";else{_=+_;var D=_<0||1/_<0;if(_=
isNaN(_)?l:M(Math.abs(_),k),$&&(_=Ud(_)),D&&+_==0&&g!=="+"&&(D=!1),I=(D?g==="("?g:i:g==="-"||g==="("?"":g)+I,B=(x==="s"&&!isNaN(_)&&ps!==void 0?Ni[8+ps/3]:"")+B+
(D&&g==="("?")":""),E){for(C=-1,j=_.length;++C<j;)if(P=_.charCodeAt(C),48>P||P>57){B=(P===46?s+_.slice(C+1):_.slice(C))+B,_=_.slice(0,C);break}}}v&&!y&&(_=e(_,1/0));
var L=I.length+_.length+B.length,W=L<b?new Array(b-L+1).join(h):"";switch(v&&y&&(_=e(W+_,W.length?b-B.length:1/0),W=""),m){case"<":_=I+_+B+W;break;case"=":_=I+W+
_+B;break;case"^":_=W.slice(0,L=W.length>>1)+I+_+B+W.slice(L);break;default:_=W+I+_+B;break}return r(_)}return N.toString=function(){return d+""},N}function f(d,u){
var h=Math.max(-8,Math.min(8,Math.floor(Xn(u)/3)))*3,m=Math.pow(10,-h),g=c((d=Zn(d),d.type="f",d),{suffix:Ni[8+h/3]});return function(w){return g(m*w)}}return{format:c,
formatPrefix:f}}var us,ms,dr;Yd({thousands:",",grouping:[3],currency:["$",""]});function Yd(t){return us=Kd(t),ms=us.format,dr=us.formatPrefix,us}function Ei(t){
return Math.max(0,-Xn(Math.abs(t)))}function zi(t,e){return Math.max(0,Math.max(-8,Math.min(8,Math.floor(Xn(e)/3)))*3-Xn(Math.abs(t)))}function Ti(t,e){return t=
Math.abs(t),e=Math.abs(e)-t,Math.max(0,Xn(e)-Xn(t))+1}function hr(t,e){switch(arguments.length){case 0:break;case 1:this.range(t);break;default:this.range(e).domain(t);break}return this}function Vd(t){return function(){return t}}function Jd(t){return+t}var Ci=[0,1];function Qn(t){return t}function ur(t,e){return(e-=t=+t)?function(n){return(n-t)/
e}:Vd(isNaN(e)?NaN:.5)}function Xd(t,e){var n;return t>e&&(n=t,t=e,e=n),function(a){return Math.max(t,Math.min(e,a))}}function Zd(t,e,n){var a=t[0],s=t[1],r=e[0],
o=e[1];return s<a?(a=ur(s,a),r=n(o,r)):(a=ur(a,s),r=n(r,o)),function(i){return r(a(i))}}function Qd(t,e,n){var a=Math.min(t.length,e.length)-1,s=new Array(a),r=new Array(
a),o=-1;for(t[a]<t[0]&&(t=t.slice().reverse(),e=e.slice().reverse());++o<a;)s[o]=ur(t[o],t[o+1]),r[o]=n(e[o],e[o+1]);return function(i){var l=Bo(t,i,1,a)-1;return r[l](
s[l](i))}}function pr(t,e){return e.domain(t.domain()).range(t.range()).interpolate(t.interpolate()).clamp(t.clamp()).unknown(t.unknown())}function mr(){var t=Ci,
e=Ci,n=fs,a,s,r,o=Qn,i,l,c;function f(){var u=Math.min(t.length,e.length);return o!==Qn&&(o=Xd(t[0],t[u-1])),i=u>2?Qd:Zd,l=c=null,d}function d(u){return u==null||
isNaN(u=+u)?r:(l||(l=i(t.map(a),e,n)))(a(o(u)))}return d.invert=function(u){return o(s((c||(c=i(e,t.map(a),Se)))(u)))},d.domain=function(u){return arguments.length?
(t=Array.from(u,Jd),f()):t.slice()},d.range=function(u){return arguments.length?(e=Array.from(u),f()):e.slice()},d.rangeRound=function(u){return e=Array.from(u),
n=wi,f()},d.clamp=function(u){return arguments.length?(o=u?!0:Qn,f()):o!==Qn},d.interpolate=function(u){return arguments.length?(n=u,f()):n},d.unknown=function(u){
return arguments.length?(r=u,d):r},function(u,h){return a=u,s=h,f()}}function tu(){return mr()(Qn,Qn)}function eu(t,e,n,a){var s=Do(t,e,n),r;switch(a=Zn(a??",f"),
a.type){case"s":{var o=Math.max(Math.abs(t),Math.abs(e));return a.precision==null&&!isNaN(r=zi(s,o))&&(a.precision=r),dr(a,o)}case"":case"e":case"g":case"p":case"\
r":{a.precision==null&&!isNaN(r=Ti(s,Math.max(Math.abs(t),Math.abs(e))))&&(a.precision=r-(a.type==="e"));break}case"f":case"%":{a.precision==null&&!isNaN(r=Ei(s))&&
(a.precision=r-(a.type==="%")*2);break}}return ms(a)}function Bi(t){var e=t.domain;return t.ticks=function(n){var a=e();return ts(a[0],a[a.length-1],n??10)},t.tickFormat=
function(n,a){var s=e();return eu(s[0],s[s.length-1],n??10,a)},t.nice=function(n){n==null&&(n=10);var a=e(),s=0,r=a.length-1,o=a[s],i=a[r],l,c,f=10;for(i<o&&(c=
o,o=i,i=c,c=s,s=r,r=c);f-- >0;){if(c=Qa(o,i,n),c===l)return a[s]=o,a[r]=i,e(a);if(c>0)o=Math.floor(o/c)*c,i=Math.ceil(i/c)*c;else if(c<0)o=Math.ceil(o*c)/c,i=Math.
floor(i*c)/c;else break;l=c}return t},t}function Pe(){var t=tu();return t.copy=function(){return pr(t,Pe())},hr.apply(t,arguments),Bi(t)}function nu(t,e){t=t.slice();var n=0,a=t.length-1,s=t[n],r=t[a],o;return r<s&&(o=n,n=a,a=o,o=s,s=r,r=o),t[n]=e.floor(s),t[a]=e.ceil(r),t}function Ii(t){return Math.
log(t)}function Fi(t){return Math.exp(t)}function au(t){return-Math.log(-t)}function su(t){return-Math.exp(-t)}function ru(t){return isFinite(t)?+("1e"+t):t<0?0:
t}function ou(t){return t===10?ru:t===Math.E?Math.exp:e=>Math.pow(t,e)}function iu(t){return t===Math.E?Math.log:t===10&&Math.log10||t===2&&Math.log2||(t=Math.log(
t),e=>Math.log(e)/t)}function ji(t){return(e,n)=>-t(-e,n)}function lu(t){let e=t(Ii,Fi),n=e.domain,a=10,s,r;function o(){return s=iu(a),r=ou(a),n()[0]<0?(s=ji(s),
r=ji(r),t(au,su)):t(Ii,Fi),e}return e.base=function(i){return arguments.length?(a=+i,o()):a},e.domain=function(i){return arguments.length?(n(i),o()):n()},e.ticks=
i=>{let l=n(),c=l[0],f=l[l.length-1],d=f<c;d&&([c,f]=[f,c]);let u=s(c),h=s(f),m,g,w=i==null?10:+i,y=[];if(!(a%1)&&h-u<w){if(u=Math.floor(u),h=Math.ceil(h),c>0){
for(;u<=h;++u)for(m=1;m<a;++m)if(g=u<0?m/r(-u):m*r(u),!(g<c)){if(g>f)break;y.push(g)}}else for(;u<=h;++u)for(m=a-1;m>=1;--m)if(g=u>0?m/r(-u):m*r(u),!(g<c)){if(g>
f)break;y.push(g)}y.length*2<w&&(y=ts(c,f,w))}else y=ts(u,h,Math.min(h-u,w)).map(r);return d?y.reverse():y},e.tickFormat=(i,l)=>{if(i==null&&(i=10),l==null&&(l=
a===10?"s":","),typeof l!="function"&&(!(a%1)&&(l=Zn(l)).precision==null&&(l.trim=!0),l=ms(l)),i===1/0)return l;let c=Math.max(1,a*i/e.ticks().length);return f=>{
let d=f/r(Math.round(s(f)));return d*a<a-.5&&(d*=a),d<=c?l(f):""}},e.nice=()=>n(nu(n(),{floor:i=>r(Math.floor(s(i))),ceil:i=>r(Math.ceil(s(i)))})),e}function gr(){
let t=lu(mr()).domain([1,10]);return t.copy=()=>pr(t,gr()).base(t.base()),hr.apply(t,arguments),t}function Li(t){return function(e){return Math.sign(e)*Math.log1p(
Math.abs(e/t))}}function Ri(t){return function(e){return Math.sign(e)*Math.expm1(Math.abs(e))*t}}function cu(t){var e=1,n=t(Li(e),Ri(e));return n.constant=function(a){
return arguments.length?t(Li(e=+a),Ri(e)):e},Bi(n)}function gs(){var t=cu(mr());return t.copy=function(){return pr(t,gs()).constant(t.constant())},hr.apply(t,arguments)}var fu=(t,e)=>e?.zoom??[0,t-1];function ut(t,e){let[n,a]=fu(t,e),s=n/t,r=(a+1-n)/t;return{from:n,to:a,start:s,length:r,across:o=>(o-s)/r,share:o=>s+o*r}}function Ne(t,e,n){
let{start:a,length:s}=ut(e,n);if(t instanceof SVGElement){let r=`${1e3*a} 0 ${1e3*s} 100`;t.getAttribute("viewBox")!==r&&t.setAttribute("viewBox",r)}else{let{style:r}=t;
r.left=n?.zoom?`${-100*a/s}%`:"",r.width=n?.zoom?`${100/s}%`:""}}function Ma(t,e,{factor:n=1,around:a=.5,move:s=0}){let[r,o]=e??[0,t-1],i=o+1-r,l=Math.min(t,Math.
max(Math.min(4,t),n>1?Math.floor(i/n):n<1?Math.ceil(i/n):i));if(l>=t)return null;let c=s?Math.sign(s)*Math.max(1,Math.round(Math.abs(s)*i)):0,f=Math.min(t-l,Math.
max(0,Math.round(r+a*(i-l))+c));return[f,f+l-1]}function be(t,e,n,a,s){let r=l=>{let{left:c,width:f}=e.getBoundingClientRect();return Math.min(1,Math.max(0,(l-c)/
(f||1)))};t.addEventListener("wheel",l=>{if(!(l.ctrlKey||l.metaKey)&&!(l.shiftKey&&a()?.zoom))return;l.preventDefault();let c=l.deltaY||l.deltaX,f=Ma(n,a()?.zoom,
l.ctrlKey||l.metaKey?{factor:c<0?1.25:.8,around:r(l.clientX)}:{move:.1*Math.sign(c)});JSON.stringify(f)!==JSON.stringify(a()?.zoom??null)&&s({zoom:f})},{passive:!1});
let o=new Map,i=0;t.addEventListener("pointerdown",l=>{l.pointerType==="touch"&&o.set(l.pointerId,l.clientX),i=0}),t.addEventListener("pointermove",l=>{if(!o.has(
l.pointerId)||(o.set(l.pointerId,l.clientX),o.size!==2))return;let[c,f]=[...o.values()],d=Math.max(20,Math.abs(c-f));i||(i=d),(d/i>1.2||d/i<.83)&&(s({zoom:Ma(n,
a()?.zoom,{factor:d/i,around:r((c+f)/2)})}),i=d)});for(let l of["pointerup","pointercancel"])t.addEventListener(l,c=>o.delete(c.pointerId))}function ln(t){let e=t.length>1?Math.abs(t[1]-t[0]):Math.abs(t[0])||1;for(let n=3;n<=9;n++){let a=t.map(s=>X(s,n));if(a.every((s,r)=>Math.abs(Number(s.replaceAll(
"−","-"))-t[r])<=.02*e))return a}return t.map(n=>X(n-t[0])).map((n,a)=>a?`+${n}`:X(t[0]))}function Nn([t,e],n,a=!1){if(!(e>t))return[t];let s=a&&t>0?gr([t,e],
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
ch ${t[n]}`,ticks:Pi(t.length,n=>String(t[n]),e)}),_a=(t,e,n="channel",a=s=>`row ${s+1}`)=>({kind:n,name:t,text:a,ticks:Pi(e,s=>String(s+1),s=>qi(s,e))});async function du(t){try{await navigator.clipboard.writeText(t)}catch{let e=p("textarea",{class:"mmv-hidden-text","aria-hidden":"true",tabindex:-1});e.value=t,document.
body.append(e),e.select(),document.execCommand("copy"),e.remove()}}function Di(t){let e=p("div",{class:"mmv-pins",role:"group","aria-label":"Pinned read-outs",hidden:""}),
n=[];function a(r){let o=r.contains(r.getRootNode().activeElement);r.remove(),n.splice(n.indexOf(r),1),o&&n[n.length-1]?.querySelector("button:last-child")?.focus(),
e.hidden=n.length===0}function s(r,o,i){let l=t(r,o),c=ct("copy",async()=>{await du(l),c.textContent="copied"},{"aria-label":`Copy ${r.title}`}),f=ct("×",()=>a(
d),{"aria-label":`Remove the read-out ${r.title}`}),d=p("div",{class:"mmv-pin","data-text":l},...i,p("div",{class:"mmv-pin-buttons"},c,f)),u=n.find(h=>h.dataset.
text===l);u&&a(u),n.push(d),e.append(d),e.hidden=!1}return{node:e,add:s,count:()=>n.length,removeLast:()=>a(n[n.length-1])}}var fn=new WeakMap,uu=4,hu=new Map([["ArrowLeft",[-1,0]],["ArrowRight",[1,0]],["ArrowUp",[0,-1]],["ArrowDown",[0,1]]]);function At(t,e){fn.set(t,e),t.classList.
add("mmv-readable"),t.tabIndex=0,t.setAttribute("role","group"),t.setAttribute("aria-label",`${e.label}; arrow keys: read values, Enter: pin`)}var Ft=(t,e)=>Math.
min(e-1,Math.max(0,Math.floor(t*e))),pu=(t,e,n,a)=>{let[s,r]=t.grid();return t.cellAt?t.cellAt(e,n,a):[Ft(e,s),Ft(n,r)]},Wi=(t,e,n)=>{let[a,s]=t.grid();return t.
placeOf?t.placeOf(e,n):[(e+.5)/a,(n+.5)/s]},ka=t=>[...t.tBodies].flatMap(e=>[...e.rows]).filter(e=>!e.hidden&&e.querySelector("th")&&e.querySelector("td"));function ta(t){
let e=t.cloneNode(!0);return e.querySelectorAll(".mmv-hidden-text, .mmv-glyph, .mmv-mark").forEach(n=>n.remove()),(e.textContent??"").trim()}var Hi=t=>{let e=t?.
querySelector(".mmv-glyph")?.getAttribute("data-m");return e==null?void 0:Number(e)};function mu(t){let e=a=>[...a.cells].filter(s=>s.tagName==="TD"&&!s.classList.
contains("mmv-cell")),n=()=>t.getAttribute("aria-label")||ta(t.caption??t);return{label:n(),grid:()=>[Math.max(1,...ka(t).map(a=>e(a).length)),ka(t).length],read(a,s){
let r=ka(t)[s],o=r&&e(r)[Math.min(a,e(r).length-1)];if(!o||!ta(o))return null;let i=[...t.tHead?.rows[0]?.cells??[]],l=i[[...r.cells].indexOf(o)],c=ta(o),f=Gs(r.
querySelector(".mmv-track")),d=(/\.(\d+)/.exec(c)?.[1]??"").length,u=[[l&&ta(l)?ta(l):"value",c]];return f&&Number.isFinite(f.then)&&u.push(["recorded",mt(f.then,
d).replace("+","")],["difference",mt(f.now-f.then,d)]),{title:`${ta(r.cells[0])} · ${n()}`,modality:Hi(r.cells[0]),rows:u,at:{modality:Hi(r.cells[0])}}},placeOf(a,s){
let r=ka(t)[s],o=t.getBoundingClientRect(),i=(e(r)[Math.min(a,e(r).length-1)]??r).getBoundingClientRect();return[(i.left+i.width/2-o.left)/(o.width||1),(i.top+i.
height/2-o.top)/(o.height||1)]},cellAt(a,s,r){let o=ka(t),i=o.findIndex(c=>{let{top:f,bottom:d}=c.getBoundingClientRect();return r.top+s*r.height>=f&&r.top+s*r.
height<=d});if(i<0)return[0,-1];let l=e(o[i]).findIndex(c=>r.left+a*r.width<=c.getBoundingClientRect().right);return[Math.max(0,l),i]}}}function gu(t){t.querySelectorAll(
"table").forEach(e=>{fn.has(e)||e.querySelector("input, select, button")||!e.querySelector(".mmv-track, .mmv-value")&&!e.classList.contains("mmv-matrix")&&!e.classList.
contains("mmv-list")||(fn.set(e,mu(e)),e.classList.add("mmv-readable"),e.closest("[tabindex='0']")||(e.tabIndex=0))})}var Ui=({area:t,box:e,at:n=[0,0]})=>[e.left-
t.left,e.top-t.top,e.left,e.top,e.width,e.height,...n].join();function bs(t,e){let n=p("div",{class:"mmv-card",hidden:"","aria-hidden":"true"}),a=p("div",{class:"\
mmv-hidden-text","aria-live":"polite"}),s=p("div",{class:"mmv-point",hidden:"","aria-hidden":"true"}),r=Di(b);t.append(s,n,r.node,a),gu(t),t.querySelectorAll("[\
data-plots]").forEach(z=>z.querySelectorAll(".mmv-readable").forEach((q,H)=>H&&q.setAttribute("tabindex","-1")));let o=null,i=null,l=0,c=0,f=!1,d=!1,u=null,h=[...t.
querySelectorAll(".mmv-readable")].filter(z=>z instanceof HTMLElement&&!(z instanceof HTMLTableElement)),m=new Map,g=z=>{let q=[...t.querySelectorAll(".mmv-run")],
H=q.findIndex(R=>z&&R.contains(z));return e[Math.max(0,H)]},w=(z,q)=>{let H=z.modality===void 0?"":g(q)?.modalities[z.modality]?.name??"";return{modality:H&&!z.
title.startsWith(H)?H:"",title:z.title}};function y(z,q){let{modality:H,title:R}=w(z,q);return[p("div",{class:"mmv-card-title"},...z.modality===void 0?[]:[zt(z.
modality)],Q(H?`${H} · ${R}`:R)),p("dl",{},...z.rows.flatMap(([U,G,Y])=>[p("dt",{},Q(U)),p("dd",{},Q(Y&&Y!=="1"?`${G} ${Y}`:G))]))]}function b(z,q){let{modality:H,
title:R}=w(z,q);return[[...H?[H]:[],R],...z.rows.map(([U,G,Y])=>[U,G,...Y&&Y!=="1"?[Y]:[]])].map(U=>U.join("	")).join(`
`)}let v=(z,q)=>b(z,q).replaceAll(`
`,"; ").replaceAll("	"," ");function k(z,q){let H=z?.modality;H===void 0?t.removeAttribute("data-linked"):t.dataset.linked!==String(H%8)&&(t.dataset.linked=String(
H%8));for(let R of h){let U=z&&fn.get(R)?.locate?.(z),G=m.get(R)??[];(U?[U.x?{left:U.x,top:[0,1]}:null,U.y?{left:[0,1],top:U.y}:null]:[null,null]).forEach((et,tt)=>{
if(!et){G[tt]&&(G[tt].hidden=!0);return}G[tt]??=p("div",{class:"mmv-link","aria-hidden":"true"}),G[tt].parentNode!==R&&R.append(G[tt]),G[tt].hidden=R===q&&tt===
1;let[K,V]=[et.left,et.top];G[tt].style.cssText=`left:${100*K[0]}%;width:${100*(K[1]-K[0])}%;top:${100*V[0]}%;height:${100*(V[1]-V[0])}%`}),m.set(R,G)}}function $(){
o&&(o=u=null,n.hidden=s.hidden=!0,k(null,null))}let x=z=>({area:t.getBoundingClientRect(),box:z.getBoundingClientRect()});function A(z,q,H=x(z.box)){let R=z.cell[1]<
0?null:z.probe.read(...z.cell);if(!R)return $();o=z;let{area:U,box:G}=H,[Y,et]=R.place??H.at??Wi(z.probe,...z.cell);u=z.box instanceof HTMLTableElement?{...H,cell:z.
cell,at:[Y,et]}:H;let tt=G.left-U.left+Y*G.width,K=G.top-U.top+et*G.height;n.replaceChildren(...y(R,z.box)),n.hidden=s.hidden=!1;let V=G.top+et*G.height>innerHeight/
2,J=tt>U.width/2;n.style.transform=`translate(${tt+(J?-12:12)}px, ${K+(V?-12:12)}px) translate(${J?"-100%":"0"}, ${V?"-100%":"0"})`,s.style.transform=`translate\
(${tt}px, ${K}px)`,k(R.at,z.box),q&&(a.textContent=v(R,z.box))}function S(){let z=o?.probe.read(...o.cell);!o||!z||(r.add(z,o.box,y(z,o.box)),a.textContent=`Pin\
ned: ${v(z,o.box)}`)}function M(z){let H=z.target.closest?.(".mmv-readable"),R=H&&fn.get(H);return R&&H instanceof HTMLElement&&t.contains(H)?{box:H,probe:R}:null}
function E(){let z=d;if(l=0,d=!1,f)return void(z&&o&&A(o,!1,u??void 0));if(!i)return $();let{x:q,y:H,type:R,found:U}=i;if(!U)return $();let{box:G,probe:Y}=U,et=i.
places??(o?.box===G?u:null)??x(G),tt=et.box;i.places=null;let K=et.cell??pu(Y,(q-tt.left)/(tt.width||1),(H-tt.top)/(tt.height||1),tt);!z&&o&&o.box===G&&o.cell[0]===
K[0]&&o.cell[1]===K[1]&&R!=="tap"||A({box:G,probe:Y,cell:K},R==="tap",et)}function N(z){i=z,l||=requestAnimationFrame(E)}let _=null,I=z=>{if(_&&Math.hypot(z.clientX-
_.x,z.clientY-_.y)>uu&&(_.moved=!0),z.pointerType==="touch")return;f=!1;let q=M(z)??(_?B(z.clientX,z.clientY):null);N({found:q,x:z.clientX,y:z.clientY,type:_?"d\
rag":"hover",places:q&&x(q.box)})};function B(z,q){let H=t.getRootNode().elementFromPoint(z,q),R=H?.closest(".mmv-readable"),U=R&&fn.get(R);return U&&R instanceof
HTMLElement?{box:R,probe:U}:null}let C=z=>{_=M(z)&&z.button===0?{x:z.clientX,y:z.clientY,moved:!1,shift:z.shiftKey}:null},j=z=>{let q=_&&!_.moved&&!_.shift,H=q?
M(z)??B(z.clientX,z.clientY):null;if(_=null,!H)return;let R=z.pointerType==="touch",G=R&&o&&o.box===H.box?`${o?.cell}`:"";f=!1,i={found:H,x:z.clientX,y:z.clientY,
type:R?"tap":"click"},cancelAnimationFrame(l),E(),o&&(!R||G===`${o.cell}`)&&S()},P=z=>z.pointerType!=="touch"&&N(null),D=z=>{if(z.key==="Escape"&&(r.count()||f)&&
!z.target.closest("dialog, .mmv-tour")){r.count()?(r.removeLast(),a.textContent="Read-out removed"):$(),f=!1,z.stopPropagation(),z.preventDefault();return}let q=z.
target,H=q.classList?.contains("mmv-readable")?fn.get(q):void 0,R=hu.get(z.key);if(!(!H||z.ctrlKey||z.metaKey||z.altKey)){if(z.key==="Enter"&&!z.shiftKey)(!f||o?.
box!==q)&&A({box:q,probe:H,cell:W(q,H)},!0),S();else if(R){let[U,G]=H.grid(),Y=z.shiftKey?10:1,[et,tt]=f&&o?.box===q?o.cell:W(q,H),K=f&&o?.box===q&&R[1]&&(tt+R[1]<
0||tt+R[1]>=G)?L(q,R[1]):null;if(K){let J=fn.get(K),[at,ot]=J.grid();q.tabIndex=-1,K.tabIndex=0,K.focus({preventScroll:!1}),f=!0,A({box:K,probe:J,cell:[U>1?Math.
round(et*(at-1)/(U-1)):0,R[1]>0?0:ot-1]},!0),z.preventDefault(),z.stopPropagation();return}let V=f&&o?.box===q?[Math.min(U-1,Math.max(0,et+Y*R[0])),Math.min(G-1,
Math.max(0,tt+Y*R[1]))]:[et,tt];A({box:q,probe:H,cell:V},!0)}else return;f=!0,z.preventDefault(),z.stopPropagation()}};function L(z,q){let H=[...z.closest("[dat\
a-plots]")?.querySelectorAll(".mmv-readable")??[]].filter(R=>R instanceof HTMLElement&&R.checkVisibility());return H[H.indexOf(z)+q]??null}let W=(z,q)=>{let[H,R]=q.
grid(),[U,G]=q.start?.()??[0,0];return[Math.min(H-1,Math.max(0,U)),Math.min(R-1,Math.max(0,G))]},T=z=>{f&&o?.box===z.target&&(f=!1,$())};t.addEventListener("poi\
ntermove",I),t.addEventListener("pointerleave",P),t.addEventListener("pointerdown",C,!0),t.addEventListener("pointerup",j,!0),t.addEventListener("keydown",D,!0),
t.addEventListener("focusout",T);let O=new MessageChannel;O.port1.onmessage=()=>{if(c=0,!o||!u)return;let z={...x(o.box),...u.at?{at:Wi(o.probe,...o.cell)}:{}};
Ui(z)!==Ui(u)&&(u=null,F())};function F(){d=!0,i?.places?l||=requestAnimationFrame(E):E()}return{redraw(){o&&(F(),c||=requestAnimationFrame(()=>O.port2.postMessage(
0)))},stop(){cancelAnimationFrame(l),cancelAnimationFrame(c),O.port1.close()}}}var bu=3,En=t=>t>0?`+${X(t,2)}`:X(t,2);function yu(t,e,n,a){let s=-1,r="",o=null,i=(R,{sample:U,time:G})=>s<0?Ae(R,U,G):Co(R,U,s,G),l=e.modalities.length,c=e.sizes.
time,f=e.attribution.block.length,{quantity:d,error:u}=e.attribution,h=e.attribution.name[0].toUpperCase()+e.attribution.name.slice(1),m=R=>e.edited()?.explained??
(R<e.recorded_samples?e.attribution.explained[R]:e.recorded.computed()?.explained)??"",g=()=>e.edited()?.unexplained?` As recorded, without the edit. ${e.edited()?.
unexplained}`:"",w=e.has("attribution_prefix"),y=e.has("attribution_stream")?e.modalities:[],b=Rt("Target",[w?"prediction up to the cursor":"prediction, whole s\
equence",...y.map(R=>`SSM stream ${R.name}`)],R=>{s=R-1,o&&H(o)}),v=e.modalities.map((R,U)=>{let G=Ya(),Y=it("path",{class:"mmv-here"}),et=it("rect",{class:"mmv\
-band",y:0,height:100}),tt=Fe(`Shares of ${R.name} over its steps; the sum is in the table`,et,...G.nodes,Y),K=p("td",{class:"mmv-value"}),V=p("div",{class:"mmv\
-plot mmv-lane-bars"},tt);Wt(V,V,at=>a({time:Ft(ut(c,o).share(at),c)})),be(V,V,c,()=>o,a),At(V,{label:`Attribution of ${R.name} over its steps`,grid:()=>[o?i(e,
o).count:0,1],cellAt(at){if(!o)return[0,-1];let{from:ot,count:pt}=i(e,o),yt=ut(c,o).share(at)*c;return[Array.from({length:pt},(ht,_t)=>_t).reduce((ht,_t)=>ot(_t)<=
yt?_t:ht,0),0]},placeOf(at){let{from:ot,to:pt}=i(e,o);return[ut(c,o).across((ot(at)+pt(at)+1)/2/c),.5]},locate:({time:at})=>{let ot=ut(c,o);return at===void 0||
at<ot.from||at>ot.to?null:{x:[ot.across(at/c),ot.across((at+1)/c)]}},read(at){if(!o)return null;let{values:ot,count:pt,from:yt,to:ht}=i(e,o),_t=ot[U*pt+at],Kt=e.
edited()&&e.replaced("attribution")?i(e.recorded,o).values[U*pt+at]:NaN,St=s<0?En:Me=>X(Me,2);return{title:s<0?e.attribution.name:`contribution to SSM stream ${e.
modalities[s].name}`,modality:U,at:{modality:U,time:ht(at)},rows:[["share",St(_t)],["at",an(e,o.sample,[yt(at),ht(at)])],...Number.isFinite(Kt)?[["recorded",St(
Kt)],["difference",En(_t-Kt)]]:[]]}}});let J=p("td",{class:"mmv-cell"},V);return{bars:G,drawing:tt,here:Y,band:et,value:K,cell:J,node:p("tr",{},kt(...$t(e,U)),J,
K)}}),k=R=>{let U=p("td",{class:"mmv-value"});return{value:U,node:p("tr",{class:"mmv-total"},kt(R),p("td"),U)}},$=ve();v[l-1].cell.append($.node);let x=k("bias"),
A=k("sum"),S=ft(h),M=p("p",{class:"mmv-small mmv-attribution-about"}),E=p("p",{class:"mmv-faint mmv-small"}),N=p("table",{class:"mmv-attribution","aria-label":"\
Share of each modality"},p("tbody",{},...v.map(R=>R.node),x.node,A.node)),_=p("canvas",{role:"img"}),I=p("div",{class:"mmv-at"}),B=e.modalities.slice(1).map(()=>p(
"div",{class:"mmv-cut-x"}));B.forEach((R,U)=>R.style.setProperty("--at",String((U+1)/l)));let C=p("div",{class:"mmv-plot mmv-map mmv-pairs"},_,p("div",{class:"m\
mv-marks","aria-hidden":"true"},...B,I)),j=p("div",{class:"mmv-subtitle"}),P=p("div",{class:"mmv-alongs","aria-hidden":"true"},...e.modalities.map((R,U)=>p("spa\
n",{},...je(e,U,(340/l-15)/6.5)))),D=p("div",{class:"mmv-pair-map"}),L=p("div",{class:"mmv-block-ticks mmv-block-down","aria-hidden":"true"}),W=p("div",{class:"\
mmv-block-ticks","aria-hidden":"true"});t.append(S,...y.length?[b.node]:[],M,N,E,D),D.append(j,p("div",{class:"mmv-map-axes"},L,C,p("span"),W,p("span"),P));let T=e.
attribution.block,O=R=>(T[R+1]??c)-1,F=()=>{let[R,U]=o?.zoom??[0,c-1],[G,Y]=[wn(e,R),wn(e,U)];return{first:G,count:Y+1-G,top:s<0?R:G,rows:s<0?U+1-R:Y+1-G}};Wt(C,
C,(R,U)=>{let{top:G,rows:Y}=F(),et=G+Ft(U,Y);a({time:s<0?et:O(et)})}),be(C,C,c,()=>o,a),At(C,{label:"Map of shares over all steps",grid:()=>[l*f,s<0?c:f],start:()=>[
0,o?s<0?o.time:wn(e,o.time):0],cellAt(R,U){let{first:G,count:Y,top:et,rows:tt}=F(),K=Ft(R,l*Y);return[Math.floor(K/Y)*f+G+K%Y,et+Ft(U,tt)]},placeOf(R,U){let{first:G,
count:Y,top:et,rows:tt}=F();return[(Math.floor(R/f)*Y+R%f-G+.5)/(l*Y),(U-et+.5)/tt]},locate({time:R}){let{top:U,rows:G}=F(),Y=R===void 0?-1:s<0?R:wn(e,R);return Y<
U||Y>=U+G?null:{y:[(Y-U)/G,(Y+1-U)/G]}},read(R,U){if(!o)return null;let{sample:G}=o,Y=Math.floor(R/f),et=R%f,tt=s<0,K=tt?U:O(U),V=T[et]>K,J=tt?e.part("attributi\
on_prefix_limit",G)[U]*Ka(e.part("attribution_prefix",G)[U*l*f+R]):e.part("attribution_stream_limit")[G]*(e.part("attribution_stream",G,s)[U*l*f+R]/255)**2;return{
title:tt?e.attribution.name:`contribution to SSM stream ${e.modalities[s].name}`,modality:Y,at:{modality:Y,time:K},rows:[["share",V?"0 (later source)":tt?En(J):
X(J,2)],["source",an(e,G,[T[et],Math.min(O(et),c-1)])],[tt?"prediction, at":"target, at",Mt(e,G,K)]]}}});let z=It();function q({sample:R}){let{first:U,count:G,top:Y,
rows:et}=F();if(s<0){let K=e.part("attribution_prefix",R);return Le(_,l*G,et,(V,J)=>{let at=Y+J,ot=U+V%G;return T[ot]>at?null:vn(Ka(K[at*l*f+Math.floor(V/G)*f+ot]))})}
let tt=e.part("attribution_stream",R,s);return Yt(_,l*G,et,(K,V)=>{let J=Y+V,at=U+K%G;return at>J?-1:tt[J*l*f+Math.floor(K/G)*f+at]})}function H(R){o=R;let{sample:U,
time:G}=R,Y=s<0,[et,tt]=de(e,R),K=s>=0&&e.lacks("attribution_stream",U);if(N.hidden=E.hidden=K,K)return D.hidden=!0,M.replaceChildren("Contributions to the SSM \
streams of this sample were not recorded; the model in the page computes those to the prediction.");let V=m(U),J=e.edited()!==null&&e.replaced("attribution"),at=i(
e,R),ot=ut(c,R),{values:pt,count:yt,from:ht,to:_t}=at,qt=Ks(e,G),Kt=Y&&!qt,St=Y&&!w?c-1:G,Me=Array.from({length:yt},(jt,ee)=>ee).filter(jt=>_t(jt)>=et&&ht(jt)<=
tt),pe=v.map((jt,ee)=>Me.reduce((me,Ue)=>me+pt[ee*yt+Ue],0)),xt=pe.reduce((jt,ee)=>jt+ee,0);z(R,"zoom","sample")&&($.draw(re(e,R,4).map(({at:jt,text:ee})=>({at:ot.
across(jt),text:ee})),ye(e,R)),v.forEach(({drawing:jt})=>Ne(jt,c,R))),v.forEach(({bars:jt,here:ee,band:me,value:Ue},Ie)=>{jt.draw(e,at,Ie),ee.setAttribute("d",`\
M${1e3*(St+1)/c} 0V100`),me.setAttribute("x",String(R.brush?1e3*et/c:0)),me.setAttribute("width",String(R.brush?1e3*(tt+1-et)/c:0)),Ue.textContent=Y?En(pe[Ie]):
xt?`${st(100*pe[Ie]/xt,0)} %`:"–"});let Ct=Y&&!R.brush;x.node.hidden=!Ct,x.value.textContent=En(qt?e.part("attribution_prefix_bias",U)[G]:e.part("attribution_\
bias",U)[0]),A.node.hidden=!Y,A.value.textContent=En(Ct?qt?e.part("attribution_prefix_total",U)[G]:e.part("attribution_total",U)[0]:xt);let Ht=Kt?"the whole seq\
uence":Y?`the steps up to ${Mt(e,U,G)}`:"";S.textContent=Y?`${h}: what moved this prediction`:`${h}: what reaches SSM stream ${e.modalities[s].name}`,M.replaceChildren(
...Y?[`Signed share in the ${d}`,...V?[" (",Q(V),")"]:[],`, predicted from ${Ht}`]:["Contribution to SSM stream ",Q(e.modalities[s].name),` at ${Mt(e,U,G)}, thr\
ough all layers`],R.brush?`; sources at ${an(e,U,R.brush)}.`:".",J&&Y?" Of the edited sample, computed in the page.":"",Y?g():e.edited()?" As recorded: contribu\
tions to streams do not follow the edit.":"");let _e=Me.flatMap(jt=>v.map((ee,me)=>({i:jt,m:me,v:pt[me*yt+jt]}))).filter(({v:jt})=>jt).sort((jt,ee)=>Math.abs(ee.
v)-Math.abs(jt.v)).slice(0,bu);if(E.replaceChildren(..._e.length?["Largest: ",..._e.flatMap(({i:jt,m:ee,v:me},Ue)=>[Ue?", ":"",Q(e.modalities[ee].name),` at ${Mt(
e,U,_t(jt))} ${Y?En(me):X(me,2)}`]),". "]:["No source in this range. "],Y?`Bars up, red: raises it; down, blue: lowers it; to ±${X(Ys(at),2)}.${V?" Shares shri\
nk as p nears 1.":""}`:"Norm over the channels.",Ct&&Kt?` Modalities + bias = sum; ${u} ${X(e.part("attribution_error",U)[0],2)}.`:""),D.hidden=Y&&!w,D.hidden)return;
let ha=`${s}`;if(z(R,"sample","zoom")||ha!==r){r=ha,q(R);let jt=F(),ee=re(e,R,4).map(({at:me,text:Ue})=>({at:ot.across(me),text:Ue}));Ut(L,ee,"top"),Ut(W,e.modalities.
flatMap((me,Ue)=>re(e,{...R,zoom:[T[jt.first],O(jt.first+jt.count-1)]},2).map(({at:Ie,text:Ws})=>({at:ut(c,{zoom:[T[jt.first],O(jt.first+jt.count-1)]}).across(Ie),
text:Ws})).filter(({at:Ie})=>Ie>.05&&Ie<.95).map(({at:Ie,text:Ws})=>({at:(Ue+Ie)/l,text:Ws}))),"left"),j.textContent=Y?"down: step of the prediction, across: so\
urce steps; colours: share / largest of its row, −1 (blue) to +1 (red)":`down: steps of the stream, across: source steps; colours from 0 to ${X(e.part("attrib\
ution_stream_limit")[U])}, by square root`,_.setAttribute("aria-label",`${S.textContent}: map of ${Y?c:f} by ${l} times ${f} steps; the table holds the sums at \
the cursor`)}let{top:Ce,rows:ke}=F(),nn=(Y?G:wn(e,G))-Ce;I.hidden=nn<0||nn>=ke,I.style.top=`${100*nn/ke}%`,I.style.height=`${100/ke}%`}return H}gt({name:"end-to\
-end attribution",section:"explanation",place:"columns",order:5,needs:["attribution"],height:t=>490+42*t,mount:yu});function zn(t,e,n,a=3){let s="",r=0,o=()=>{r===1&&(s+=`m${-a} 0h${2*a}`),r=0};for(let i=0;i<t;i++){let l=n(i);l!==void 0&&Number.isFinite(l)?s+=`${r++?"L":"M"}${e(
i).toFixed(1)} ${l.toFixed(2)}`:l!==void 0&&o()}return o(),s}var oe=(t,[e,n])=>n>e?96-(t-e)/(n-e)*92:50+0*t;function Gt({label:t,series:e,onPick:n,tall:a=!1,log:s=null}){let r=e.map(({m:L,f:W})=>it("path",L===void 0?{class:"mmv-line","data-f":W%8,"stroke-dasharray":Ke[W%
8]}:{class:"mmv-share","data-m":L%8,"stroke-dasharray":Ke[L%8]})),o=e.map(({m:L})=>it("path",{class:"mmv-recorded-line",...L===void 0?{}:{"data-m":L%8}})),i=e.map(
({m:L})=>L===void 0?p("span",{class:"mmv-glyph"},"•"):zt(L)),l=[],c=[],f=it("path",{class:"mmv-rule"}),d=it("path",{class:"mmv-here"}),u=it("path",{class:"mmv\
-grid"}),h=it("rect",{class:"mmv-band",y:0,height:100}),m=p("span"),g=ve(),w=Fe(t,h,u,f,d,...o,...r),y=p("div",{class:"mmv-marks","aria-hidden":"true"},...i),b=p(
"div",{class:`mmv-plot mmv-chart${a?" mmv-tall":""}`},w,y),v=p("div",{class:"mmv-scale mmv-ticks-y","aria-hidden":"true"}),k=s==="log",$=null,x=ct("log",()=>{k=
!k,$&&C($)},{class:"mmv-log","aria-pressed":String(k),"aria-label":`Logarithmic axis: ${t.split(":")[0]}`,hidden:""}),A=p("div",{class:"mmv-charted"},p("div",{class:"\
mmv-subtitle"},m,x),v,b,g.node),S=e.map(()=>!1),M=L=>$?.place?$.place(L):$&&$.count>1?L/($.count-1):.5,E=()=>$?.x?.shown??[0,1],N=L=>(L-E()[0])/(E()[1]-E()[0]||
1),_=L=>E()[0]+L*(E()[1]-E()[0]);n&&Wt(b,b,L=>n(Math.min(1,Math.max(0,_(L)))));let I=()=>k&&$!==null&&$.range[0]>0,B=L=>L===void 0||!$?L:I()?oe(Math.log10(L),$.
range.map(Math.log10)):oe(L,$.range);function C(L){$=L;let{values:W,count:T,now:O,range:F,brush:z=null,before:q=null,rule:H=!0,x:R}=L,[U,G]=F,Y=V=>zn(T,J=>1e3*M(
J),J=>B(V(J)),12);r.forEach((V,J)=>{let at=S[J]?"":Y(_t=>W(J,_t)),ot=q&&!S[J]?Y(_t=>q(J,_t)):"";l[J]!==at&&V.setAttribute("d",l[J]=at),(c[J]??"")!==ot&&o[J].setAttribute(
"d",c[J]=ot);let pt=O<0?NaN:W(J,O)??NaN,yt=O<0?0:N(M(O)),ht=S[J]||!Number.isFinite(pt)||yt<-.001||yt>1.001;dt(i[J],"hidden",ht),i[J].style.left=`${100*yt}%`,i[J].
style.top=`${B(pt)}%`});let et=`${1e3*E()[0]} 0 ${1e3*(E()[1]-E()[0])} 100`;Dt(w,"viewBox",et),Dt(f,"d",H&&!I()&&U<=0&&G>=0?`M0 ${B(0)}H1000`:""),Dt(d,"d",O<0?"":
`M${1e3*M(O)} 0V100`),Dt(h,"x",String(z?1e3*M(z[0]):0)),Dt(h,"width",String(z?Math.max(2,1e3*(M(z[1])-M(z[0]))):0));let tt=Nn(F,a?5:3,I()).reverse(),K=ln([...tt].
reverse()).reverse();Ut(v,tt.map((V,J)=>({at:Number(B(V))/100,text:K[J]})),"top"),Dt(u,"d",tt.map(V=>`M0 ${Number(B(V)).toFixed(2)}H1000`).join("")),g.draw((R?.
ticks??[]).map(({at:V,text:J})=>({at:N(V),text:J})),R?.name??""),dt(x,"hidden",s===null||!(U>0)),Dt(x,"aria-pressed",String(I()))}function j(L,W){let T=$?.values(
L,W);if(!$||T===void 0||!Number.isFinite(T))return null;let{y:O,x:F,before:z}=$,{m:q,name:H}=e[L],R=O?.text??(Y=>X(Y,4)),U=z?z(L,W):NaN,G=[[O?.name??m.textContent??
"value",R(T),O?.unit??""]];if(F&&G.push([F.kind==="time"?"at":F.name,F.kind==="other"||F.kind==="channel"?F.text(W).replace(/^row /,""):F.text(W).replace(/^epoch /,
"")]),Number.isFinite(U)){let Y=R(T-U);G.push(["recorded",R(U),O?.unit??""],["difference",T>U&&!Y.startsWith("+")?`+${Y}`:Y,O?.unit??""])}return{title:H??m.textContent??
"",modality:q,rows:G,place:[N(M(W)),Number(B(T))/100],at:{modality:q,...F?.kind==="time"?{time:W}:F?.kind==="channel"?{channel:W}:{}}}}At(b,{label:t,grid:()=>[$?.
count??0,e.length],read:(L,W)=>S[W]?null:j(W,L),start:()=>[Math.max(0,$?.now??0),0],cellAt(L,W){if(!$)return[0,-1];let T=_(L),O=0;for(let q=1;q<$.count;q++)Math.
abs(M(q)-T)<Math.abs(M(O)-T)&&(O=q);let F=-1,z=1/0;return e.forEach((q,H)=>{let R=$?.values(H,O),U=S[H]||R===void 0||!Number.isFinite(R)?1/0:Math.abs(Number(B(R))/
100-W);U<z&&([F,z]=[H,U])}),[O,F]},locate(L){let W=$?.x?.kind==="time"?L.time:$?.x?.kind==="channel"?L.channel:void 0;if(W===void 0||!$||W>=$.count)return null;
let T=N(M(W));return T<-.001||T>1.001?null:{x:[Math.max(0,T-.002),Math.min(1,T+.002)]}}});function P({title:L}){m.textContent!==L&&(m.textContent=L)}function D(L,W){
S[L]=!W,$&&C($)}return{node:A,draw:C,say:P,turn:D}}function dn(t,e,...n){let a=p("button",{type:"button",class:"mmv-key mmv-series","aria-pressed":"true","aria-\
label":`Line ${e}`},...n);return a.addEventListener("click",()=>{let s=a.getAttribute("aria-pressed")!=="true";a.setAttribute("aria-pressed",String(s)),t(s)}),a}
var ea=t=>it("svg",{viewBox:"0 0 18 6","aria-hidden":"true"},it("path",{d:"M0 3H18",class:"mmv-line","data-f":t%8,"stroke-dasharray":Ke[t%8]}));function Aa(t,e){
let n=t.map((a,s)=>dn(r=>e(s,r),a,ea(s),Q(a)));return p("div",{class:"mmv-legend",...t.length>4?{"data-many":""}:{}},...n)}function Tt(t,e=!1){let n=e?0:1/0,a=e?
0:-1/0;for(let s of t)for(let r=0;r<s.length;r++)Number.isFinite(s[r])&&([n,a]=[Math.min(n,s[r]),Math.max(a,s[r])]);return n<=a?[n,a]:[0,0]}function wu(t,e,n,a){let{time:s,channel:r}=e.sizes,o=e.modalities.map((m,g)=>({m:g})),i=p("input",{type:"range",min:0,max:r-1,step:1,class:"mmv-channel","aria-l\
abel":"Channel"});i.addEventListener("input",()=>a({channel:Number(i.value)}));let l=Gt({label:"State half-life of every channel: the table has the numbers",series:o,
log:"log",onPick:m=>a({channel:Math.round(m*(r-1))})}),c=Gt({label:"Hidden-state magnitude of the selected channel over the sequence",series:o,onPick:m=>a({time:Math.
round(m*(s-1))})}),f=e.modalities.map(()=>[p("td"),p("td"),p("td")]),d=["channel","half-life, steps","‖h‖₂"],u=p("table",{class:"mmv-list","aria-label":"S\
elected channel of each SSM stream"},p("thead",{},p("tr",{},p("td"),...d.map(m=>p("th",{scope:"col"},m)))),p("tbody",{},...f.map((m,g)=>p("tr",{},kt(...$t(e,g)),
...m))));t.append(ft("State half-life by channel"),p("label",{class:"mmv-control mmv-grow"},p("span",{},"Row"),i),l.node,c.node,u,rt(`Rows are those of the stat\
e maps: the channels of each SSM stream with the largest norm, longest half-life first (ln 2 / (Δ·|A|), without coupling${e.recorded_text?`; Δ: median over th\
e steps of ${e.recorded_text}`:""}).`));let h=It();return m=>{let{sample:g,epoch:w,layer:y,channel:b,time:v,brush:k}=m,$=e.part("half_life",y),x=e.part("channel\
_index",y);if(i.value=String(b),i.setAttribute("aria-valuetext",`row ${b+1} of ${r}`),h(m,"layer","layer_of_a","channel")){let N=Tt(e.compared.filter(_=>_.has("\
half_life")).map(_=>_.part("half_life",xn(_,e,m))));l.draw({values:(_,I)=>$[_*r+I],count:r,now:b,range:N,rule:!1,x:_a("row",r),y:{name:"half-life",unit:"steps",
text:X}}),l.say({title:"half-life by row, steps"})}let A=$n(e,N=>N.scale,m),S=e.modalities.map((N,_)=>e.part("state",w,g,y,_)),M=e.modalities.map((N,_)=>e.part(
"state_valid",g,_)),E=(N,_)=>M[N][_]&&b<Mn(e,y,N)?(S[N][b*s+_]/255)**(e.state_power??1)*e.scale[y]:NaN;c.draw({values:E,count:s,now:v,range:[0,A],brush:k,x:cn(e,
m),y:{name:"‖h‖₂",unit:e.state_unit,text:N=>`${N>=e.scale[y]?"≥ ":""}${X(N)}`}}),c.say({title:`‖h‖₂ of row ${b+1}`}),f.forEach(([N,_,I],B)=>{N.textContent=
x[B*r+b]<0?"–":String(x[B*r+b]),_.textContent=X($[B*r+b]),I.textContent=E(B,v)>=e.scale[y]?`≥ ${X(e.scale[y])}`:X(E(B,v))})}}gt({name:"half-life",section:"e\
xplanation",place:"columns",order:40,needs:["half_life","state"],height:t=>375+20*t,mount:wu});function xe(t,e,n){let a=t.part(`signal_valid_${e}`,n),s=t.part(`signal_${e}`,n),r=t.modalities[e].features.length,o=d=>{for(let u=0;u<r;u++)if(Number.isFinite(
s[d*r+u]))return d;return-1},i=[...a.keys()].filter(d=>a[d]);if(t.has(`signal_at_${e}`))return vu(i,t.part(`signal_at_${e}`,n),t.part(`signal_until_${e}`,n),o);
let l=t.align==="resample"||t.modalities[e].static,c=l?i.length:t.align==="pad"?t.sizes.time:a.length,f=l?d=>i[d]:d=>d<a.length&&a[d]?d:-1;return Array.from({length:c},
(d,u)=>({frame:f(u)<0?-1:o(f(u)),from:u/c,to:(u+1)/c,at:(u+.5)/c}))}function vu(t,e,n,a){let s=[],r=(i,l)=>l>i+1e-4&&s.push({frame:-1,from:i,to:l,at:i}),o=0;for(let i of t)
r(o,e[i]),s.push({frame:a(i),from:e[i],to:n[i],at:e[i]}),o=n[i];return r(o,1),s}function Gi(t,e){if(e)return t.map(s=>s.frame);let n=Math.min(2e3,Math.max(400,2*
t.length)),a=0;return Array.from({length:n},(s,r)=>{let o=(r+.5)/n;for(;a+1<t.length&&t[a].to<=o;)a++;return t.length&&t[a].from<=o&&o<t[a].to?t[a].frame:-1})}var Ki=(t,e,n)=>({values:t.part(`signal_${e}`,n),valid:t.part(`signal_valid_${e}`,n)}),Yi=(t,e)=>t.some((n,a)=>n!==e[a]&&(Number.isFinite(n)||Number.isFinite(e[a])));
function Je(t,e,n){let a=Ki(t,e,n);if(!t.edited()||!t.replaced(`signal_${e}`))return{now:a,then:null};let s=Ki(t.recorded,e,n);return{now:a,then:Yi(a.valid,s.valid)||
Yi(a.values,s.values)?s:null}}function un(t,e,n,[a,s]){let r=t.sizes.time,o=1e-6,i=xe(t,e,n).filter(l=>l.frame>=0&&l.to>a/r+o&&l.from<(s+1)/r-o);return i.length?
[i[0].frame,i[i.length-1].frame]:null}function na(t,e,n,a){let s=t.sizes.time,r=xe(t,e,n).find(o=>o.frame===a);return r?Math.min(s-1,Math.max(0,Math.ceil(r.to*s-
1e-6)-1)):-1}var Vi={rows:"each frame is one row, time runs downwards",columns:"each frame is one column, time runs to the right",whole:"one frame is one image; the frame at\
 the cursor is shown"};function Ji(t,e,{valid:n},a){let{display:s,features:r}=t.modalities[e],o=r.length,{frames:i,colours:l}=s,c=Math.max(1,n.length);if(i==="w\
hole"){let f=s.width??1;return{width:f,height:s.height??1,place:(d,u)=>({f:a,i:a*o+(u*f+d)*l})}}return i==="rows"?{width:o/l,height:c,place:(f,d)=>({f:d,i:d*o+f*
l})}:{width:c,height:o/l,place:(f,d)=>({f,i:f*o+d*l})}}function xu({values:t,valid:e},n){let a=1/0,s=-1/0;return t.forEach((r,o)=>{e[Math.floor(o/n)]&&Number.isFinite(
r)&&([a,s]=[Math.min(a,r),Math.max(s,r)])}),a<=s?[a,s]:[0,1]}function Xi(t,e,n){let{name:a,features:s,unit:r,display:o}=t.modalities[e],{frames:i,colours:l}=o,c=s.
length,f=p("canvas",{role:"img"}),d=p("canvas",{role:"img"}),u=p("div",{class:"mmv-input-mark","aria-hidden":"true"}),h=rt(),m=p("div",{class:"mmv-input-image m\
mv-map"},f,u),g=p("div",{class:"mmv-input-image mmv-map mmv-input-recorded"},d),w=[p("figcaption",{class:"mmv-faint"}),p("figcaption",{class:"mmv-faint"},"recor\
ded")],y=p("figure",{class:"mmv-input-figure",hidden:""},g,w[1]),b=p("div",{class:"mmv-input-row"},p("div",{class:"mmv-input-pair"},p("figure",{class:"mmv-input\
-figure"},m,w[0]),y),h),v=null,k=-1,$="",x=[0,1],A=_=>un(t,e,_.sample,[_.time,_.time])?.[1]??-1;function S(_,I){let{width:B,height:C,place:j}=Ji(t,e,I,Math.max(
0,k)),[P,D]=x;Le(_,B,C,(L,W)=>{let{f:T,i:O}=j(L,W),F=[0,1,2].map(z=>(I.values[O+(l===3?z:0)]-P)/(D-P||1));return I.valid[T]&&F.every(Number.isFinite)?[...F.map(
z=>Math.round(255*Math.min(1,Math.max(0,z)))),255]:null});for(let L of[_.parentElement])L&&(L.style.aspectRatio=`${B} / ${C}`);return{width:B,height:C}}let M=(_,I)=>i===
"whole"?k:Ft(i==="rows"?I:_,t.shape(`signal_${e}`)[1]);i!=="whole"&&Wt(m,m,(_,I)=>{let B=v?na(t,e,v.sample,M(_,I)):-1;B>=0&&n({time:B})}),At(m,{label:`${a}: ima\
ge`,grid:()=>[f.width,f.height],start:()=>i==="rows"?[0,Math.max(0,k)]:i==="columns"?[Math.max(0,k),0]:[0,0],read(_,I){if(!v)return null;let{now:B,then:C}=Je(t,
e,v.sample),{f:j,i:P}=Ji(t,e,B,k).place(_,I),D=na(t,e,v.sample,j);if(j<0||!B.valid[j])return null;let L=({values:T})=>Array.from({length:l},(O,F)=>X(T[P+F],4)).
join(", "),W=[["value",L(B),r],["frame",String(j+1)]];return C?.valid[j]&&W.push(["recorded",L(C),r],...l===1?[["difference",`${B.values[P]>C.values[P]?"+":""}${X(
B.values[P]-C.values[P],4)}`,r]]:[]),{title:`row ${I+1}, column ${_+1}`,modality:e,at:{modality:e,...D<0?{}:{time:D}},rows:W}},locate({time:_}){if(_===void 0||!v||
i==="whole")return null;let I=un(t,e,v.sample,[_,_]),B=t.shape(`signal_${e}`)[1];if(!I)return null;let C=[I[0]/B,(I[1]+1)/B];return i==="rows"?{y:C}:{x:C}}});function E(_){
let I=un(t,e,_.sample,[_.time,_.time]),B=t.shape(`signal_${e}`)[1];if(u.hidden=i==="whole"||!I,!I)return;let[C,j]=[`${100*I[0]/B}%`,`${100*(I[1]+1-I[0])/B}%`];u.
style.cssText=i==="rows"?`left:0;width:100%;top:${C};height:${j}`:`top:0;height:100%;left:${C};width:${j}`}function N(_,I){v=_;let B=A(_),C=i==="whole"?String(B):
"";if(k=B,E(_),!I&&C===$)return;$=C;let{now:j,then:P}=Je(t,e,_.sample);x=xu(P??j,c);let{width:D,height:L}=S(f,j);y.hidden=!P,w[0].textContent=P?"edited":"",P&&S(
d,P);let W=j.valid.some(Boolean),T=`${D} by ${L} pixels`;f.setAttribute("aria-label",`${a}: image of ${T}, upright; ${Vi[i]}${P?"; edited, the recorded image st\
ands beside it":""}`),d.setAttribute("aria-label",`${a}: the recorded image of ${T}`);let[O,F]=x.map(z=>W?X(z):"–");h.textContent=`${D} × ${L} pixels; ${Vi[i]}\
. ${l===3?`Red, green, blue: ${O} to ${F}`:`Black ${O}, white ${F}`}${r&&`, ${r}`}. Hatched: masked or not recorded.`}return{node:b,draw:N,stop(){}}}function Zi(t){let n=Math.max(64,Math.ceil((t.length-256)/159)),a=t.length<256?0:1+Math.floor((t.length-256)/n),s=new Float32Array(a*128),r=Float64Array.from({length:256},
(l,c)=>.5-.5*Math.cos(2*Math.PI*c/256)),o=Float64Array.from({length:256},(l,c)=>Math.cos(2*Math.PI*c/256)),i=1e-12;for(let l=0;l<a;l++)for(let c=0;c<128;c++){let f=0,
d=0;for(let u=0;u<256;u++){let h=t[l*n+u]*r[u];f+=h*o[c*u%256],d+=h*o[(c*u+256/4)%256]}s[l*128+c]=f*f+d*d,i=Math.max(i,s[l*128+c])}for(let l=0;l<s.length;l++)s[l]=
10*Math.log10(Math.max(s[l]/i,1e-12));return{columns:a,rows:128,decibels:s}}var Qi=60,$u=500;function tl(t,e){let n=Math.min($u,t.length),a="";for(let s=0;s<n;s++){let r=Math.floor(s*t.length/n),o=Math.floor((s+1)*t.length/n),i=1e3*(s+.5)/
n,l=1/0,c=-1/0;for(let f=r;f<o;f++)Number.isFinite(t[f])&&([l,c]=[Math.min(l,t[f]),Math.max(c,t[f])]);l<=c&&(a+=`M${i.toFixed(1)} ${oe(c,e).toFixed(1)}V${(oe(l,
e)+.5).toFixed(1)}`)}return a}function br(t){let e=0;for(let n=0;n<t.length;n++)Math.abs(t[n])>e&&Number.isFinite(t[n])&&(e=Math.abs(t[n]));return e}function el(t,e,n){
let{name:a,unit:s,rate_hz:r}=t.modalities[e],o=Number(r),i=t.sizes.time,l=it("path",{class:"mmv-share","data-m":e%8}),c=it("path",{class:"mmv-recorded-line","da\
ta-m":e%8}),f=it("path",{class:"mmv-rule"}),d=p("canvas",{role:"img","aria-label":`${a}: spectrogram, 0 to ${X(o/2)} Hz from bottom to top`}),u=rt(),h=Fe(`${a}:\
 waveform`,f,c,l),m=p("div",{class:"mmv-plot mmv-chart mmv-input-wave"},h),g=p("div",{class:"mmv-plot mmv-map mmv-input-spectrogram"},d),w=[p("div",{class:"mmv-\
scale mmv-ticks-y","aria-hidden":"true"}),p("div",{class:"mmv-scale mmv-ticks-y","aria-hidden":"true"})],y=ve(),b=[`waveform${s?`, ${s}`:""}`,"spectrogram, Hz"].
map(T=>p("div",{class:"mmv-subtitle"},T)),v=[m,g].map(T=>{let O=p("div",{class:"mmv-cursor mmv-input-cursor","aria-hidden":"true"}),F=[p("div",{class:"mmv-veil \
mmv-input-veil"}),p("div",{class:"mmv-veil mmv-input-veil"})];return T.append(...F,O),{cursor:O,veils:F}}),k=p("div",{},p("div",{class:"mmv-charted","data-plots":""},
b[0],w[0],m,b[1],w[1],g,y.node)),$=new Float32Array(0),x=new Float32Array(0),A=new Float32Array(0),S={columns:0,rows:0,decibels:new Float32Array(0)},M=[-1,1],E=null,
N=null,_=()=>N?.stop();async function I(){if(N||!A.length)return _();let T=new AudioContext,O=T.createBuffer(1,A.length,o),F=br(A)||1;O.copyToChannel(A.map(z=>z/
F),0),N=new AudioBufferSourceNode(T,{buffer:O}),N.connect(T.destination),N.addEventListener("ended",()=>{N=null,B.textContent="play",T.close()}),B.textContent="\
stop",N.start()}let B=ct("play",I,{"aria-label":`Play or stop ${a}`});k.append(p("div",{class:"mmv-inline"},B,u));let C=T=>Ft(ut(i,E).share(T),i);for(let T of[m,
g])Wt(T,T,O=>n({time:C(O)})),be(T,T,i,()=>E,n);let j=T=>{let O=ut(i,E);return T<O.from||T>O.to?null:{x:[O.across(T/i),O.across((T+1)/i)]}},P=T=>["time",st(T/o,4),
"s"];At(m,{label:`${a}: waveform`,grid:()=>[$.length,1],start:()=>[Math.floor(((E?.time??0)+.5)/i*$.length),0],cellAt:T=>[Ft(ut(i,E).share(T),$.length),0],read(T){
if(!Number.isFinite($[T]))return null;let O=[["value",X($[T],4),s],P(T)];return x.length&&Number.isFinite(x[T])&&O.push(["recorded",X(x[T],4),s],["difference",`${$[T]>
x[T]?"+":""}${X($[T]-x[T],4)}`,s]),{title:"waveform",modality:e,at:{modality:e,time:Ft((T+.5)/$.length,i)},rows:O,place:[ut(i,E).across((T+.5)/$.length),oe($[T],
M)/100]}},placeOf:T=>[ut(i,E).across((T+.5)/$.length),.5],locate:({time:T})=>T===void 0?null:j(T)}),At(g,{label:`${a}: spectrogram`,grid:()=>[S.columns,S.rows],
start:()=>[Math.floor(((E?.time??0)+.5)/i*S.columns),S.rows-1],cellAt:(T,O)=>[Ft(ut(i,E).share(T),S.columns),Ft(O,S.rows)],read(T,O){let F=S.rows-1-O,z=S.decibels[T*
S.rows+F],q=(T+.5)/S.columns;return Number.isFinite(z)?{title:"spectrogram",modality:e,at:{modality:e,time:Ft(q,i)},rows:[["power",st(z,1),"dB of the largest"],
["frequency",X(F*o/(2*S.rows),4),"Hz"],P(q*$.length)]}:null},placeOf:(T,O)=>[ut(i,E).across((T+.5)/S.columns),(O+.5)/S.rows],locate:({time:T})=>T===void 0?null:
j(T)});let D=({values:T,valid:O},F)=>Float32Array.from(F,({frame:z})=>z>=0&&O[z]?T[z]:NaN);function L(T){_();let{now:O,then:F}=Je(t,e,T.sample),z=xe(t.recorded,
e,T.sample);$=D(O,xe(t,e,T.sample)),x=F?D(F,z):new Float32Array(0),A=$.filter(Number.isFinite),B.disabled=!A.length;let q=Math.max(br($),br(x))||1;M=[-q,q],l.setAttribute(
"d",tl($,M)),c.setAttribute("d",x.length?tl(x,M):""),f.setAttribute("d",`M0 ${oe(0,M)}H1000`);let H=$.map(Y=>Number.isFinite(Y)?Y:0);S=Zi(H),Yt(d,S.columns,S.rows,
(Y,et)=>S.columns?Math.round(255*Math.max(0,1+S.decibels[Y*S.rows+S.rows-1-et]/Qi)):-1);let R=[q,0,-q],U=ln([-q,0,q]).reverse(),G=Nn([0,o/2],3);Ut(w[0],R.map((Y,et)=>({
at:oe(Y,M)/100,text:U[et]})),"top"),Ut(w[1],G.map((Y,et)=>({at:1-Y/(o/2),text:ln(G)[et]})),"top"),u.textContent=`${$.length} values at ${X(o)} Hz, ${X($.length/
o)} s${x.length?"; faint: as recorded":""}. Hann window of 256 values, −${Qi} to 0 dB of the largest. Played at full scale.`}function W(T,O){E=T,O&&L(T),Ne(h,
i,T),Ne(d,i,T);let F=ut(i,T),z=F.across((T.time+1)/i),[q,H]=T.brush??[0,i-1],R=[q/i,(H+1)/i].map(U=>Math.min(1,Math.max(0,F.across(U))));for(let{cursor:U,veils:G}of v)
U.hidden=z<0||z>1+1e-9,U.style.setProperty("--at",String(z)),G[0].style.width=`${100*R[0]}%`,G[1].style.width=`${100*(1-R[1])}%`;y.draw(re(t,T,4).map(({at:U,text:G})=>({
at:F.across(U),text:G})),ye(t,T)),h.setAttribute("aria-label",`${a}: waveform, cursor at ${Mt(t,T.sample,T.time)}`)}return{node:k,draw:W,stop:_}}function Mu(t,e,n,a,s){let r=Array.from(a).flatMap((f,d)=>f?[d]:[]),o=t.modalities[e].step_s,i=t.duration_s[n];if(!t.has(`signal_at_${e}`)||!o||!i)return new Map(
r.map((f,d)=>[f,r[Math.min(r.length-1,Math.max(0,d-s))]]));let l=t.part(`signal_at_${e}`,n),c=s*o/i;return new Map(r.map(f=>[f,r.reduce((d,u)=>Math.abs(l[u]-(l[f]-
c))<Math.abs(l[d]-(l[f]-c))?u:d,r[0])]))}function Oa(t,e,n){let{name:a,tokens:s}=t.modalities[e],r=t.edited(),o=r?.edits&&Object.hasOwn(r.edits,a)?r.edits[a]:{},
i=h=>({words:null,changed:!0,reason:h});if(!s)return{words:null,changed:!1,reason:"The data contain no words: pass tokens= to mmviz.data.from_arrays."};let l=r?.
words?.[e];if(l?.some(Boolean)&&o.text!==void 0)return{words:l,changed:!0,reason:""};if(o.text!==void 0)return i("The words of the new text are not known: its e\
ncoder does not make one step per word.");let c=o.swap??n,f=s[c]??null;if(!f)return i(`This page does not contain the words of ${t.samples[c]}.`);if(!o.delay)return{
words:f,changed:o.swap!==void 0,reason:""};let d=c<t.recorded_samples?t.recorded.part(`signal_valid_${e}`,c):f.map(h=>h?1:0),u=[];for(let[h,m]of Mu(t.recorded,e,
c,d,o.delay))u[h]=f[m]??"";return{words:Array.from(u,h=>h??""),changed:!0,reason:""}}var _u=.55;function ku(t,e,{sample:n,time:a}){if(!t.has("attribution")||t.lacks("attribution",n)||t.edited()&&!t.replaced("attribution"))return null;let{values:s,
count:r,from:o,to:i}=Ae(t,n,a),l=t.sizes.time,c=xe(t,e,n).filter(d=>d.frame>=0),f=new Map;for(let d=0;d<r;d++){let u=o(d)/l,h=(i(d)+1)/l,m=c.map(w=>Math.max(0,Math.
min(h,w.to)-Math.max(u,w.from))),g=m.reduce((w,y)=>w+y,0);g>1e-12&&m.forEach((w,y)=>w&&f.set(c[y].frame,(f.get(c[y].frame)??0)+s[e*r+d]*w/g))}return f}function nl(t,e,n){
let{name:a}=t.modalities[e],s=p("div",{class:"mmv-plot mmv-tokens"}),r=p("p",{class:"mmv-tokens-recorded"}),o=rt(),i=[],l=[],c=[],f=null,d=null;function u(v,k,$){
let x=$.left+v*$.width,A=$.top+k*$.height,S=-1,M=1/0;return i.forEach((E,N)=>{for(let _ of E.getClientRects()){let I=Math.hypot(Math.max(0,_.left-x,x-_.right),3*
Math.max(0,_.top-A,A-_.bottom));I<M&&([S,M]=[N,I])}}),M<40?[S,0]:[0,-1]}s.addEventListener("click",v=>{let[k,$]=u(...h(v)),x=f&&$>=0?na(t,e,f.sample,l[k]):-1;x>=
0&&n({time:x})});function h(v){let k=s.getBoundingClientRect();return[(v.clientX-k.left)/(k.width||1),(v.clientY-k.top)/(k.height||1),k]}At(s,{label:`${a}: word\
s`,grid:()=>[i.length,1],start:()=>[Math.max(0,l.indexOf(f?un(t,e,f.sample,[f.time,f.time])?.[1]??0:0)),0],cellAt:u,placeOf(v){let k=s.getBoundingClientRect(),$=i[v]?.
getBoundingClientRect()??k;return[($.left+$.width/2-k.left)/(k.width||1),($.top-k.top)/(k.height||1)]},read(v){if(!f||!i[v])return null;let k=na(t,e,f.sample,l[v]),
$=d?.get(l[v]),x=i[v].hasAttribute("data-masked"),A=[["word",`${l[v]+1}`],...x?[["state","masked"]]:[],...$===void 0?[]:[[t.attribution.name,`${$>0?"+":""}${X($,
2)}`]]];return{title:c[v]||"(no word)",modality:e,at:{modality:e,...k<0?{}:{time:k}},rows:A}},locate:()=>null});function m(v){let{sample:k}=v,$=Oa(t,e,k),{now:x}=Je(
t,e,k),A=t.modalities[e].tokens?.[k]??null;if(r.hidden=!0,!$.words){[i,l,c]=[[],[],[]],s.replaceChildren(rt($.reason));return}let S=$.words,M=[...x.valid.keys()].
filter(E=>x.valid[E]||S[E]);l=M,c=M.map(E=>S[E]??""),i=c.map((E,N)=>p("span",{class:"mmv-word",...x.valid[M[N]]?{}:{"data-masked":""}},Q(E||"␣"))),s.replaceChildren(
...i.length?i.flatMap(E=>[E," "]):[rt("No word: the text is empty, or not recorded for this sample.")]),$.changed&&A&&(r.hidden=!1,r.replaceChildren("Recorded: ",
Q(A.filter(Boolean).join(" "))))}function g(v){d=ku(t,e,v);let k=Math.max(0,...l.map($=>Math.abs(d?.get($)??0)));i.forEach(($,x)=>{let A=d?.get(l[x])??0,S=k?A/k:
0;if($.toggleAttribute("data-share",!1),!d||Math.abs(S)<.02)$.style.background="";else{let[M,E,N]=vn(S).map((_,I)=>I<3?Math.round(255-_u*(255-_)):_);$.style.background=
`rgb(${M},${E},${N})`,$.setAttribute("data-share",S>0?"+":"−")}}),o.textContent=d&&k?`Colour: ${t.attribution.name} of each word, red and solid line: raises, \
blue and dotted line: lowers; largest ${X(k,2)}. A step's share is divided over its words by time.`:t.has("attribution")?`No attribution of ${t.edited()?"an edi\
ted sample":"this sample"}: the words are not coloured.`:""}function w(v){let k=un(t,e,v.sample,[v.time,v.time]),$=v.brush?un(t,e,v.sample,v.brush):null;i.forEach(
(x,A)=>{x.toggleAttribute("data-now",k!==null&&l[A]>=k[0]&&l[A]<=k[1]),x.toggleAttribute("data-out",v.brush!==null&&($===null||l[A]<$[0]||l[A]>$[1]))})}let y=-1;
function b(v,k){f=v,k&&m(v),(k||v.time!==y)&&g(v),y=v.time,w(v)}return{node:p("div",{},s,r,o),draw:b,stop(){}}}var Au=(t,e)=>({node:rt(`${t.modalities[e].features.length} values per analysis frame: see the lane. The data contain no waveform.`),draw(){},stop(){}}),al={image:Xi,
text:nl,audio:(t,e,n)=>t.modalities[e].features.length===1?el(t,e,n):Au(t,e)},sl=(t,e)=>Object.hasOwn(al,t.modalities[e].display.kind)?al[t.modalities[e].display.
kind]:null;function Ou(t,e,n,a){let s=e.modalities.flatMap((o,i)=>{let l=sl(e,i);return l?[{m:i,part:l(e,i,a)}]:[]});t.append(ft("Input"),...s.map(({m:o,part:i})=>p(
"div",{class:"mmv-input","data-m":o%8},p("div",{class:"mmv-name"},...$t(e,o)),i.node)));let r=It();return o=>{let i=r(o,"sample");for(let{part:l}of s)l.draw(o,i)}}
gt({name:"input",place:"side",section:"sample",order:5,needs:["signal_0"],early:!0,shows:t=>t.modalities.some((e,n)=>sl(t,n)!==null&&(e.display.kind!=="audio"||
e.features.length===1)),mount:Ou});var hn=512,Su=2e5,yr=[.1,.03,.01,.003,.001],Nu=.4,ys={key:"state",scale:t=>t.scale,power:t=>t.state_power??1},wr={key:"influence",scale:t=>t.influence?.scale,power:()=>2},
rl=new WeakMap;function Eu(t){let e=rl.get(t.compared)??new Map;return rl.set(t.compared,e),e}function zu(t,e,n,a,s){let r=Eu(t),o=JSON.stringify([n.key,s||xn(t.
compared[0],t,e),a]),i=r.get(o);if(i)return i;let l=new Float64Array(hn);for(let f of t.compared){let d=n.scale(f);if(!d||!f.has(n.key))continue;let u=f.recorded.
shape(n.key),h=n.key==="state"?2:1,m=u.slice(h+1).reduce((v,k)=>v*k,1),g=u.slice(0,h).reduce((v,k)=>v*k,1),w=f.recorded.part(n.key),y=s?u[h]:1,b=Math.max(1,Math.
floor(g*m*y/Su))|1;for(let v=0;v<u[h];v++){if(!s&&v!==Math.min(xn(f,t,e),u[h]-1))continue;let k=Int32Array.from({length:256},($,x)=>Math.min(hn-1,Math.round((hn-
1)*Math.sqrt(d[v]*(x/255)**n.power(f)/a))));for(let $=0;$<g;$++)for(let x=$%b,A=($*u[h]+v)*m;x<m;x+=b)w[A+x]&&l[k[w[A+x]]]++}}let c=0;for(let f=0;f<hn;f++)c=l[f]+=
c;if(c)for(let f=0;f<hn;f++)l[f]/=c;return r.set(o,l),l}function Tu(t){for(let e of yr){let n=e*(Math.exp(.2*Math.log1p(1/e))-1);if(t[Math.floor((hn-1)*Math.sqrt(
n))]<=Nu)return e}return yr[yr.length-1]}var ol=new WeakMap;function Tn(t,e,n){let a=ol.get(t)??new Map,s=JSON.stringify([n.key,rn(e),e.layer,e.layer_of_a]),r=a.
get(s)??Cu(t,e,n);return ol.set(t,a),a.set(s,r),r}function Cu(t,e,n){let{scale:a,range:s}=rn(e),r=e.layer,o=s==="shared",i=n.power(t),l=n.scale(t)?.[r]??1,c=(o?
Math.max(...t.compared.flatMap($=>n.scale($)??[])):$n(t,n.scale,e))||1,f=zu(t,e,n,c,o),d=Tu(f),u=($,x)=>a==="linear"?Math.min(1,$/x):a==="quantile"?f[Math.min(hn-
1,Math.round((hn-1)*Math.sqrt(Math.min(1,$/c))))]:Math.min(1,gs([0,x],[0,1]).constant(d*x)($)),h=$=>{let x=gs([0,$],[0,1]).constant(d*$);return Uint8Array.from(
{length:256},(A,S)=>{let M=l*(S/255)**i;return Math.round(255*(a==="symmetric log"?Math.min(1,x(M)):S?u(M,$):0))})},m=h(c),g=s==="channel"&&n.key==="state"&&t.compared.
length===1&&a!=="quantile",w=new Map,y=$=>{if(!g||!$)return m;let x=w.get($)??h(l*($/255)**i);return w.set($,x),x},b=$=>{let x=0,A=c;for(let S=0;S<40;S++){let M=(x+
A)/2;u(M,c)<$?x=M:A=M}return A},v=()=>g?[{at:0,text:"0"},{at:1,text:"largest of the row"}]:[0,.25,.5,.75,1].map($=>({at:$,text:$?`${$===1?"≥ ":""}${X($===1?c:
b($),2)}`:"0"})),k=a==="symmetric log"?`symmetric log, linear to ${X(100*d,2)} %`:a;return{table:m,tableOfRow:y,perRow:g,get ticks(){return v()},top:c,name:k,value:$=>l*
($/255)**i,per:s}}function il(t,e){let n=Vs.filter(([l])=>l!=="channel"||t.compared.length===1).filter(([l])=>l!=="shared"||t.layers.length>1||t.compared.length>
1),a=rn({}),s=Rt("Colours",ga,l=>e({colours:{...a,scale:ga[l]}})),r=Rt("Range",n.map(([,l])=>l),l=>e({colours:{...a,range:n[l][0]}})),o=l=>{a=rn(l),s.select.value=
String(ga.indexOf(a.scale)),r.select.value=String(Math.max(0,n.findIndex(([c])=>c===a.range)))};return{node:p("div",{class:"mmv-inline mmv-colour-controls",role:"\
group","aria-label":"Colour scale of the maps"},s.node,...n.length>1?[r.node]:[]),draw:o}}function ws(t){let e=p("canvas",{"aria-hidden":"true"}),n=p("div",{class:"\
mmv-key-ticks"}),a=p("span");return Yt(e,256,1,o=>o),{node:p("div",{class:"mmv-colour"},p("span",{},t," (",a,")"),p("div",{class:"mmv-key-bar"},e,n)),draw:(o,i="")=>{
let l=`${o.name}${o.perRow?", per channel":""}${i&&i!=="1"?`; ${i}`:""}`;a.textContent!==l&&(a.textContent=l),Ut(n,o.ticks,"left")}}}function ll(t,e,n){let a=1/0,s=-1/0;for(let{frame:r}of e)for(let o=0;r>=0&&o<n;o++){let i=t[r*n+o];i<a&&i>-1/0&&(a=i),i>s&&i<1/0&&(s=i)}return a<=s?[a,s]:null}function Iu(t){
let e=[];return t.forEach(({frame:n,from:a,to:s},r)=>{if(n>=0)return;let o=e[e.length-1];r&&t[r-1].frame<0?o[1]=s:e.push([a,s])}),e}function Fu(t,e){return t.map(
([n,a])=>{let s=p("div",{class:"mmv-padding"});return s.style.left=`${100*e.across(n)}%`,s.style.width=`${100*(a-n)/e.length}%`,s})}function cl(t,e,n,a,s,r){let o=r?
e:e.flatMap((l,c)=>l.frame<0||e[c+1]?.frame>=0?[l]:[l,{...l,at:l.to}]),i=({frame:l})=>l<0?NaN:oe(t[l*n+a],s);return zn(o.length,l=>1e3*o[l].at,l=>i(o[l]),r?Math.
max(4,500/e.length):4)}function vr(t,e,{time:n},a){let s=t.sizes.time,r=ut(s,e);return n===void 0||n<r.from||n>r.to?a?{y:a}:null:{x:[r.across(n/s),r.across((n+1)/
s)],...a?{y:a}:{}}}var xr=(t,e,n,a)=>Number.isFinite(e)?[["recorded",n(e),a],["difference",`${t>e?"+":""}${n(t-e)}`,a]]:[],Sa=t=>X(t,4);function ju(t,e){let{name:n,
unit:a,features:s,rate_hz:r,irregular:o,static:i,display:l,tokens:c}=t.modalities[e],f=s.length,d=f>10||f>1&&l.kind!=="lines",u=!t.has(`signal_at_${e}`),h=L=>d&&
l.kind==="audio"?f-1-L:L,m=`${n}: input signal, ${f} features${a?`, in ${a}`:""}`,g=p("span"),w=p("span"),y=p("span",{class:"mmv-absent",hidden:""},"absent: not\
 recorded for this sample"),b=s.map((L,W)=>it("path",{class:"mmv-line","data-f":W%8,"stroke-dasharray":Ke[W%8]})),v=s.map(()=>it("path",{class:"mmv-recorded-lin\
e"})),k=d?p("canvas",{role:"img","aria-label":m}):null,$=it("path",{class:"mmv-rule"}),x=k??Fe(m,$,...v,...b),A=p("div",{class:"mmv-faint"}),S=p("div",{class:`m\
mv-plot mmv-signal${d?" mmv-map":""}`,"data-m":e%8},x,y),M=p("div",{class:"mmv-gutter","data-m":e%8},p("div",{class:"mmv-name"},zt(e),Q(n)),p("div",{class:"mmv-\
faint mmv-unit"},i?`static${a&&" · "}`:r===null?"":`${o?"≈ ":""}${Number(r.toPrecision(o?2:4))} Hz${o?", irregular":""}${a&&" · "}`,Q(a)),d?A:p("div",{class:"\
mmv-faint"},Aa(s,(L,W)=>b[L].classList.toggle("mmv-off",!W))),p("div",{class:`mmv-range${d?" mmv-range-names":""}`,"aria-hidden":"true"},g,w)),E=[],N=[],_=null,
I=[],B=[0,0],C=[],j="",P=L=>I.reduce((W,T,O)=>T.from<=L+1e-9?O:W,0);At(S,{label:m,grid:()=>[I.length,f],start:()=>[P(((_?.time??0)+.5)/t.sizes.time),0],cellAt(L,W){
let T=P(ut(t.sizes.time,_).share(L)),O=I[T];if(d||!O||O.frame<0||!_)return[T,Ft(W,f)];let F=s.map((z,q)=>Math.abs(oe(t.part(`signal_${e}`,_?.sample??0)[O.frame*
f+q],B)/100-W));return[T,F.reduce((z,q,H)=>q<(F[z]??1/0)||!Number.isFinite(F[z])?H:z,0)]},read(L,W){let T=h(W),O=I[L];if(!_||!O||O.frame<0)return null;let{sample:F}=_,
z=O.frame*f+T,q=t.part(`signal_${e}`,F)[z],H=t.sizes.time,R=ut(H,_),U=t.edited()&&t.recorded.part(`signal_valid_${e}`,F)[O.frame]?t.recorded.part(`signal_${e}`,
F)[z]:NaN,G=t.duration_s[F],Y=u?(O.from+O.to)/2:O.at;return{title:s[T],modality:e,at:{modality:e,time:Math.min(H-1,Math.max(0,Math.ceil(O.to*H-1e-9)-1))},rows:[
...c&&Oa(t,e,F).words?.[O.frame]?[["word",Oa(t,e,F).words?.[O.frame]??""]]:[],["value",Sa(q),a],G===null?["frame",String(O.frame+1)]:["time",`${st(t.start_s[F]+
(u?O.to:O.at)*G,3)}`,"s"],...xr(q,U,Sa,a)],place:[R.across(Y),d?(W+.5)/f:Number.isFinite(q)?oe(q,B)/100:.5]}},placeOf:L=>[ut(t.sizes.time,_).across(((I[L]?.from??
0)+(I[L]?.to??0))/2),.5],locate:L=>vr(t,_,L)});function D(L){let{sample:W}=L,T=ut(t.sizes.time,L);_=L,I=xe(t,e,W),Ne(x,t.sizes.time,L);let O=t.part(`signal_${e}`,
W),{then:F}=Je(t,e,W),z=F&&!d?xe(t.recorded,e,W):null,q=Xs([...t.compared.map(tt=>ll(tt.part(`signal_${e}`,W),tt===t?I:xe(tt,e,W),f)),...F&&z?[ll(F.values,z,f)]:
[]]);B=q,dt(y,"hidden",I.some(tt=>tt.frame>=0)),wt(y,t.part(`signal_valid_${e}`,W).some(Boolean)?"recorded without any value":t.recorded.part(`signal_valid_${e}`,
W).some(Boolean)?"masked: removed from the model's input":"absent: not recorded for this sample");let H=y.hidden?Us(...q):["",""],[R,U]=y.hidden&&d?[s[h(f-1)],s[h(
0)]]:H;if(wt(w,R),wt(g,U),k){wt(A,`${f} features${y.hidden?`; colours ${H.join(" to ")}`:""}`);let tt=q[1]>q[0]?255/(q[1]-q[0]):0,K=Gi(I,u);Yt(k,K.length,f,(V,J)=>{
let at=K[V]<0?NaN:O[K[V]*f+h(J)];return Number.isFinite(at)?Math.round((at-q[0])*tt):-1});return}let G=Iu(I),Y=JSON.stringify([G,T.from,T.to]);if(Y!==j){j=Y;for(let tt of C)
tt.remove();x.before(...C=Fu(G,T))}let et=y.hidden&&q[0]<0&&q[1]>0?`M0 ${oe(0,q).toFixed(2)}H1000`:"";$.getAttribute("d")!==et&&$.setAttribute("d",et),b.forEach(
(tt,K)=>{let V=cl(O,I,f,K,q,u);E[K]!==V&&tt.setAttribute("d",E[K]=V);let J=F&&z?cl(F.values,z,f,K,q,u):"";(N[K]??"")!==J&&v[K].setAttribute("d",N[K]=J)})}return{
gutter:M,box:S,draw:D}}function Lu(t,e){let{time:n,channel:a}=t.sizes,s=p("canvas",{role:"img"}),r=p("div",{class:"mmv-faint"}),o=p("span",{class:"mmv-absent",hidden:""},
"no scan in this layer"),i=a,l=p("div",{class:"mmv-row","aria-hidden":"true"}),c=p("span"),f=null,d=p("div",{class:"mmv-plot mmv-state mmv-map"},s,l,o),u=p("div",
{class:"mmv-gutter"},p("div",{class:"mmv-faint"},"hidden state"),r,p("div",{class:"mmv-channel-rows","aria-hidden":"true",title:"rows of the map, longest half-l\
ife first"},p("span",{},"row 1"),c));At(d,{label:`${t.modalities[e].name}: hidden state, channels over steps`,grid:()=>[n,i],start:()=>[f?.time??0,f?.channel??0],
cellAt:(w,y)=>[Ft(ut(n,f).share(w),n),Ft(y,i)],placeOf:(w,y)=>[ut(n,f).across((w+.5)/n),(y+.5)/i],locate:w=>vr(t,f,w,w.channel!==void 0&&w.channel<i&&(w.modality??
e)===e?[w.channel/i,(w.channel+1)/i]:void 0),read(w,y){if(!f||!i)return null;let{sample:b,epoch:v,layer:k}=f,$=Tn(t,f,ys),x=t.has("channel_index")?t.part("chann\
el_index",k)[e*a+y]:y,A={modality:e,channel:y,time:w},S=[["row",String(y+1)],["at",Mt(t,b,w)]];if(!t.part("state_valid",b,e)[w])return{title:`channel ${x}`,modality:e,
at:A,rows:[[t.state_name,"no data"],...S]};let M=t.part("state",v,b,k,e)[y*n+w],E=$.value(M),N=t.edited()&&t.replaced("state")&&t.recorded.part("state_valid",b,
e)[w]?$.value(t.recorded.part("state",v,b,k,e)[y*n+w]):NaN;return{title:`channel ${x}`,modality:e,at:A,rows:[[t.state_name,`${M===255?"≥ ":""}${X(E)}`,t.state_unit],
...S,...xr(E,N,X,t.state_unit)]}}});function h(w){f=w;let{sample:y,epoch:b,layer:v}=w,k=Tn(t,w,ys);Ne(s,n,w);let $=t.part("state_valid",y,e),x=t.part("state",b,
y,v,e);i=Mn(t,v,e);let A=Array.from({length:i},(S,M)=>k.perRow?k.tableOfRow(Jt(x.subarray(M*n,(M+1)*n).map((E,N)=>$[N]?E:0))):k.table);Yt(s,n,i,(S,M)=>$[S]?A[M][x[M*
n+S]]:-1),wt(c,i>1?`row ${i}`:""),Dt(s,"aria-label",`${t.modalities[e].name}: hidden state, ${i} channels over ${n} steps`),wt(r,i?`${i} channels`:""),dt(o,"hid\
den",i>0),m(w)}let m=w=>{let{channel:y}=w;f=w,dt(l,"hidden",y>=i),l.style.top=`${100*y/i}%`,l.style.height=`${100/i}%`};return{gutter:u,box:d,draw:h,choose:m,rowAt:w=>Math.
min(i-1,Math.floor(w*i))}}function Ru(t,e){let n=Ya(),a=`${t.modalities[e].name}: signed shares of its steps in the prediction at the cursor`,s=t.sizes.time,r=null,
o=p("div",{class:"mmv-plot mmv-lane-bars"},Fe(a,...n.nodes)),i=p("div",{class:"mmv-gutter"},p("div",{class:"mmv-faint",title:`${t.attribution.name}: bars up (re\
d) raise the prediction, bars down (blue) lower it`},"attribution ±"));At(o,{label:a,grid:()=>[r?Ae(t,r.sample,r.time).count:0,1],cellAt(c){if(!r)return[0,-1];
let{from:f,count:d}=Ae(t,r.sample,r.time),u=ut(s,r).share(c)*s;return[Array.from({length:d},(h,m)=>m).reduce((h,m)=>f(m)<=u?m:h,0),0]},placeOf:c=>{let{from:f,to:d}=Ae(
t,r?.sample??0,r?.time??0);return[ut(s,r).across((f(c)+d(c)+1)/2/s),.5]},start:()=>[r&&!t.has("attribution_prefix")?r.time:0,0],locate:c=>vr(t,r,c),read(c){if(!r)
return null;let{values:f,count:d,from:u,to:h}=Ae(t,r.sample,r.time),m=f[e*d+c],g=t.edited()&&t.replaced("attribution")?Ae(t.recorded,r.sample,r.time).values[e*d+
c]:NaN;return{title:t.attribution.name,modality:e,at:{modality:e,time:h(c)},rows:[["share",Bu(m),t.attribution.quantity.length<24?t.attribution.quantity:""],["a\
t",an(t,r.sample,[u(c),h(c)])],...xr(m,g,Sa)]}}});function l(c){let{sample:f,time:d}=c,u=o.firstElementChild;r=c,Ne(u,s,c);let h=t.edited()!==null&&!t.replaced(
"attribution")||t.lacks("attribution",f);for(let m of[o,i])dt(m,"hidden",h);o.hidden||n.draw(t,Ae(t,f,d),e)}return{gutter:i,box:o,draw:l}}var Bu=t=>t>0?`+${Sa(t)}`:
Sa(t);function Pu(t,e,n){let a=t.sizes.time,s=u=>{let{time:h,zoom:m}=e(),[g,w]=m??[0,a-1];n({zoom:Ma(a,m,{factor:u,around:h>=g&&h<=w&&w>g?(h-g)/(w-g):.5})})},r=u=>e().
zoom&&n({zoom:Ma(a,e().zoom,{move:u})}),o=ct("+",()=>s(1.6),{"aria-label":"Zoom in on time"}),i=ct("−",()=>s(1/1.6),{"aria-label":"Zoom out"}),l=ct("fit",()=>n(
{zoom:null}),{"aria-label":"Fit the whole sequence"});return{node:p("div",{class:"mmv-zoom",role:"group","aria-label":"Zoom on time",title:"Ctrl and wheel, or t\
wo fingers: zoom; Shift and wheel: move. Keys + − 0, < >"},p("span",{class:"mmv-faint"},"Zoom"),o,i,l),draw:({zoom:u})=>{dt(l,"disabled",!u),dt(i,"disabled",!u),
dt(o,"disabled",a<=4||!!(u&&u[1]-u[0]<4))},key:u=>{(u.key==="+"||u.key==="=")&&s(1.6),u.key==="-"&&s(1/1.6),u.key==="0"&&n({zoom:null}),(u.key==="<"||u.key===",")&&
r(-.25),(u.key===">"||u.key===".")&&r(.25)}}}function qu(t,e,n){let a=p("span",{class:"mmv-span"}),s=t.sizes.time,r=()=>n({brush:[e().time,Math.max(e().time,e().
brush?.[1]??s-1)]}),o=()=>n({brush:[Math.min(e().time,e().brush?.[0]??0),e().time]}),i=ct("clear",()=>n({brush:null}),{"aria-label":"Clear the time range"});return{
node:p("div",{class:"mmv-brush",role:"group","aria-label":"Time range"},p("span",{class:"mmv-faint"},"Time range"),a,ct("start",r,{"aria-label":"Start the time \
range at the cursor"}),ct("end",o,{"aria-label":"End the time range at the cursor"}),i),draw:d=>{wt(a,d.brush?an(t,d.sample,d.brush):"all"),dt(i,"disabled",!d.brush)},
key:d=>{d.key==="["&&r(),d.key==="]"&&o(),d.key==="Escape"&&e().brush&&n({brush:null})}}}function Du(t,e,n,a){let s=e.sizes.time,r={time:n?.time??0,brush:n?.brush??
null,zoom:n?.zoom??null},o=e.modalities.map((N,_)=>ju(e,_)),i=e.has("state")?e.modalities.map((N,_)=>Lu(e,_)):[],l=e.has("attribution")?e.modalities.map((N,_)=>Ru(
e,_)):[],c=o.map((N,_)=>p("div",{class:"mmv-lane"},...[N,...i.slice(_,_+1),...l.slice(_,_+1)].flatMap(({gutter:I,box:B})=>[I,B]))),f=p("span",{class:"mmv-tag"}),
d=p("div",{class:"mmv-cursor"},f),u=[p("div",{class:"mmv-veil"}),p("div",{class:"mmv-veil"})],h=p("div",{class:"mmv-over","aria-hidden":"true"},...u,d),m=p("div",
{class:"mmv-stage","data-plots":""},...c,h),g=p("div",{class:"mmv-axis","aria-hidden":"true"}),w=p("input",{type:"range",min:0,max:s-1,step:1,class:"mmv-time","\
aria-label":"Time cursor"}),y=p("span",{class:"mmv-faint"}),b=e.has("state")?ws(e.state_name):null,v=b&&il(e,a),k=qu(e,()=>r,a),$=Pu(e,()=>r,a),x=p("div",{class:"\
mmv-foot"},p("label",{class:"mmv-gutter"},"Time ",y),p("div",{class:"mmv-scrub"},g,w),p("span"),p("div",{class:"mmv-under"},k.node,$.node,...b&&v?[v.node,b.node]:
[]));t.append(m,x,...e.missing_scans&&!e.has("state")?[rt(Q(e.missing_scans))]:[]),t.style.setProperty("--steps",String(s)),w.addEventListener("input",()=>a({time:Number(
w.value)})),t.addEventListener("keydown",N=>{!N.ctrlKey&&!N.metaKey&&!N.altKey&&(k.key(N),$.key(N))}),be(m,h,s,()=>r,a);let A=0;Wt(m,h,(N,_,I,B)=>{let C=Math.min(
s-1,Math.max(0,Math.ceil(ut(s,r).share(N)*s-1e-9)-1));B&&(A=C);let j=I.shiftKey?{brush:[Math.min(A,C),Math.max(A,C)]}:{time:C},P=B?i.find(D=>D.box.contains(I.target)):
null;if(P){let{top:D,height:L}=P.box.getBoundingClientRect();j.channel=Math.max(0,P.rowAt((I.clientY-D)/L))}a(j)},w);let S=It(),M="",E=null;return N=>{r=E=N;let{
sample:_,time:I}=N,[B,C]=de(e,N),j=ut(s,N);if(S(N,"sample","zoom")){o.forEach(W=>W.draw(N)),wt(y,ye(e,N)==="step"?"in steps":"in seconds");let D=re(e,N).map(({at:W,
text:T})=>({at:j.across(W),text:T})),L=JSON.stringify(D);L!==M&&g.replaceChildren(...D.map(({at:W,text:T})=>{let O=p("span",{},T);return O.style.setProperty("--\
at",String(W)),O})),M=L,dt(w,"min",String(j.from)),dt(w,"max",String(j.to)),t.style.setProperty("--steps",String(j.to+1-j.from)),$.draw(N)}if(S(N,"sample","epoc\
h","layer","layer_of_a","zoom","colours")&&i.forEach(D=>D.draw(N)),S(N,"sample","time","zoom")&&l.forEach(D=>D.draw(N)),S(N,"channel")&&i.forEach(D=>D.choose(N)),
b&&S(N,"layer","layer_of_a","colours")&&(b.draw(Tn(e,N,ys),e.state_unit),v?.draw(N)),S(N,"brush","sample","zoom")){let[D,L]=[B/s,(C+1)/s].map(W=>Math.min(1,Math.
max(0,j.across(W))));u[0].style.width=`${100*D}%`,u[1].style.width=`${100*(1-L)}%`,k.draw(N)}dt(w,"value",String(I)),Dt(w,"aria-valuetext",pa(e,_,I));let P=j.across(
(I+1)/s);dt(d,"hidden",P<0||P>1+1e-9),d.style.setProperty("--at",String(P)),wt(f,pa(e,_,I))}}gt({name:"lanes",section:"sample",place:"main",order:10,needs:["pre\
diction"],early:!0,mount:Du});var $r=["phi_mean","phi_low","phi_high"];function Wu(t,e){let[n,a,s]=$r.map(l=>e.part(l)),r=Jt(...e.compared.filter(l=>l.has("phi_mean")).flatMap(l=>$r.map(c=>l.
part(c)))),o=l=>`${50+50*l/(r||1)}%`,i=e.modalities.map((l,c)=>{let{track:f,set:d}=Ye(c);if(d(n[c],r),Number.isFinite(a[c]+s[c])){let m=p("div",{class:"mmv-whis\
ker"});m.style.left=o(a[c]),m.style.width=`${50*(s[c]-a[c])/(r||1)}%`,f.append(m)}let u=Number.isFinite(a[c])?`${mt(a[c],3)} to ${mt(s[c],3)}`:"–",h=fe(kt(...$t(
e,c)),f,mt(n[c],3));return h.append(p("td",{class:"mmv-interval"},ne("95 % interval "),u)),h});return t.append(ft("Mean Shapley value over all samples"),p("tabl\
e",{class:"mmv-overall","aria-label":"Mean Shapley value of each modality with its interval"},p("tbody",{},...i)),rt("Mean Shapley value of the ",Q(e.target_name),
` at epoch ${e.best_epoch??"–"}; lines: ${e.overall.interval}.`),...Ge(e)),()=>{}}gt({name:"mean shapley",place:"columns",section:"overview",order:20,needs:$r,
height:t=>70+26*t,mount:Wu});var fl=16;function Hu(t,e){let n=ge(t,"game",e),a=ge(t,"phi",e),s=t.modalities.length;return n.map((r,o)=>{let i=[];for(let l=0;l*s<a[o].length;l++)for(let c=0,
f=r[l*2**s];c<s;c++)i.push(f+=a[o][l*s+c]);return i})}function Uu(t,e,n,a){let s=e.modalities.length,r=2**s-1,o=b=>b.toString(2).replaceAll("0","").length,i=Array.
from({length:r+1},(b,v)=>v).filter(b=>r<fl||o(b)<=1||o(b)>=s-1).sort((b,v)=>o(b)-o(v)||b-v),l=e.modalities.map((b,v)=>{let k=p("span"),{track:$,set:x}=ce(v);return{
value:k,set:x,node:fe(kt(...$t(e,v)),$,k)}}),c=(b,v)=>e.trained?.[b]??!0?[]:(v.classList.add("mmv-untrained"),[" ",p("span",{"aria-hidden":"true",title:e.untrained},
"○"),ne(" not met in training")]),f=["baseline v(∅)","full model v(all)"].map((b,v)=>{let k=p("span"),{track:$,set:x}=ce(null);return{value:k,set:x,node:fe(
kt(b,...c(v?r:0,$)),$,k)}}),d=e.modalities.map((b,v)=>{let k=p("input",{type:"checkbox"});return k.addEventListener("change",()=>a({masked:e.modalities.filter(($,x)=>!d[x].
box.checked).map($=>$.name)})),{box:k,node:p("label",{class:"mmv-control"},k,...$t(e,v))}}),u=b=>b===0?[p("span",{},"none")]:e.modalities.flatMap((v,k)=>b>>k&1?
[zt(k),ne(`${v.name} `)]:[]),h=i.map(b=>{let v=p("span"),{track:k,set:$}=ce(null);return{k:b,value:v,set:$,node:fe(kt(...u(b),...c(b,k)),k,v)}}),m=p("span");t.append(
ft("Modality ablation: value of every subset"),p("table",{"aria-label":"Waterfall from baseline to full model"},p("tbody",{},f[0].node,...l.map(b=>b.node),f[1].
node)),p("div",{class:"mmv-inline",role:"group","aria-label":"Available modalities"},p("span",{class:"mmv-faint"},"Available"),...d.map(b=>b.node)),p("table",{"\
aria-label":"Value v(S) of each subset of modalities"},p("tbody",{},...h.map(b=>b.node))),rt("Bars: the ",Q(e.target_name),". ",m,i.length>r?"":`${i.length} of ${r+
1} subsets are listed: those with at most one modality, and those without at most one.`),...Ge(e,"○ "));let g=It(),w=0,y=0;return b=>{let{sample:v,epoch:k,time:$,
masked:x}=b,A=e.part("game",k,v,$),S=e.part("phi",k,v,$);g(b,"sample")&&([w,y]=Tt([...ge(e,"game",v),...Hu(e,v)],!0));let M=_=>(_-w)/(y-w||1),E=A[0];f.forEach((_,I)=>{
let B=A[I?r:0];_.set(M(0),M(B)),wt(_.value,st(B,e.digits))}),l.forEach((_,I)=>{_.set(M(E),M(E+S[I])),wt(_.value,mt(S[I],e.digits)),E+=S[I]});let N=Ha(e,x);h.forEach(
({k:_,value:I,set:B,node:C})=>{B(M(0),M(A[_])),wt(I,st(A[_],e.digits)),_===N!==C.hasAttribute("aria-current")&&(C.className=_===N?"mmv-best":"",_===N?C.setAttribute(
"aria-current","true"):C.removeAttribute("aria-current"))}),wt(m,`The readout above gives the value without the masked modalities${e.edited()||!e.has("state")?"":
"; the state maps are those of all modalities"}. `),d.forEach(({box:_},I)=>_.checked=!x.includes(e.modalities[I].name))}}gt({name:"modality ablation",place:"col\
umns",order:50,section:"sample",needs:["game"],height:t=>75+22*(t+2+(2**t<=fl?2**t:2*t+2)),mount:Uu});function Gu(t,e,n,a){let[,s,r,o]=e.shape("influence"),i=e.sizes.time,l=e.influence.block,c=C=>l.reduce((j,P,D)=>P<=C?D:j,0),f=C=>(C+1<o?l[C+1]:i)-1,d=p("canvas",
{role:"img"}),u=Array.from({length:r},()=>p("div",{class:"mmv-at"})),h=e.modalities.flatMap((C,j)=>j?[p("div",{class:"mmv-cut-x"}),p("div",{class:"mmv-cut-y"})]:
[]);h.forEach((C,j)=>C.style.setProperty("--at",String((1+(j>>1))/r)));let m=p("div",{class:"mmv-plot mmv-map mmv-square"},d,p("div",{class:"mmv-marks","aria-hi\
dden":"true"},...h,...u)),g=C=>p("div",{class:C,"aria-hidden":"true"},...e.modalities.map((j,P)=>p("span",{},...je(e,P,(340/r-15)/6.5)))),w=e.modalities.map(()=>e.
modalities.map(()=>p("td"))),y=ft("Operator map"),b=p("caption",{class:"mmv-small"}),v=rt(),k=null,$=p("div",{class:"mmv-block-ticks mmv-block-down","aria-hidde\
n":"true"}),x=p("div",{class:"mmv-block-ticks","aria-hidden":"true"}),A=ws("|K|"),S=p("div",{class:"mmv-subtitle"});t.append(y,S,p("div",{class:"mmv-blocks mmv-\
blocks-ticked"},g("mmv-ups"),$,m,p("span"),p("span"),x,p("span"),p("span"),g("mmv-alongs")),A.node,p("div",{class:"mmv-scroll-x",tabindex:0,role:"region","aria-\
label":"Shares at the cursor"},p("table",{class:"mmv-list mmv-influence-table","aria-label":"Relative influence on each SSM stream at the cursor"},b,p("thead",{},
p("tr",{},p("td",{class:"mmv-faint"},"target ↓ source →"),...e.modalities.map((C,j)=>p("th",{scope:"col"},...je(e,j,(285/r-18)/6.5))))),p("tbody",{},...w.
map((C,j)=>p("tr",{},kt(...$t(e,j)),...C))))),v,rt("Each block: target time down, source time across; the map is causal: zero above the diagonal. Magnitude |K|,\
 exact for the inputs of this layer's operator with its gates held fixed, at the epoch that training selected. Press on the map to move the cursor."));let M=()=>{
let[C,j]=k?.zoom??[0,i-1];return[c(C),c(j)+1-c(C)]},E=C=>{let[j,P]=M(),D=Ft(C,r*P);return[Math.floor(D/P),j+D%P]};Wt(m,m,(C,j)=>a({time:f(E(j)[1])})),be(m,m,i,()=>k,
a);let N=(C,j)=>{let[P,D]=M();return(C*D+j-P+.5)/(r*D)};At(m,{label:`Operator map: ${r} by ${r} blocks, target time down, source time across`,grid:()=>[r*o,r*o],
start:()=>[0,c(k?.time??0)],cellAt(C,j){let[[P,D],[L,W]]=[E(C),E(j)];return[P*o+D,L*o+W]},placeOf:(C,j)=>[N(Math.floor(C/o),C%o),N(Math.floor(j/o),j%o)],locate({
time:C,modality:j}){let[P,D]=M(),L=C===void 0?-1:c(C);if(j===void 0||L<P||L>=P+D)return null;let W=N(j,L),T=.5/(r*D);return{y:[W-T,W+T]}},read(C,j){if(!k)return null;
let P=Math.min(k.layer,s-1),D=e.part("influence",k.sample,P),{sample:L}=k,[W,T,O,F]=[Math.floor(C/o),C%o,Math.floor(j/o),j%o],z=Tn(e,{...k,layer:P},wr),q=((O*o+
F)*r+W)*o+T,H=z.value(D[q]),R=e.edited()&&e.replaced("influence")?z.value(e.recorded.part("influence",L,P)[q]):NaN;return{title:`${e.modalities[W].name} → ${e.
modalities[O].name}`,at:{modality:O,time:f(F)},rows:[["|K|",T>F?"0 (later source)":X(H)],["source, at",Mt(e,L,f(T))],["target, at",Mt(e,L,f(F))],...Number.isFinite(
R)?[["recorded",X(R)],["difference",`${H>R?"+":""}${X(H-R)}`]]:[]]}}});function _(C){let[j,P]=M(),D={...C,zoom:[l[j],f(j+P-1)]},L=ut(i,D),W=re(e,D,3).map(({at:O,
text:F})=>({at:L.across(O),text:F})).filter(({at:O})=>O>.02&&O<.98),T=e.modalities.flatMap((O,F)=>W.map(({at:z,text:q})=>({at:(F+z)/r,text:q})));Ut($,T,"top"),Ut(
x,T,"left"),S.textContent=`down: target, across: source; ${ye(e,C)}`}function I(C){let j=Math.min(C.layer,s-1),P=e.part("influence",C.sample,j),[D,L]=M(),[W,T]=de(
e,C),[O,F]=[c(W),c(T)],z=Tn(e,{...C,layer:j},wr);Yt(d,r*L,r*L,(q,H)=>{let R=D+q%L,U=D+H%L;return R>U||R<O||R>F?-1:z.table[P[((Math.floor(H/L)*o+U)*r+Math.floor(
q/L))*o+R]]}),A.draw(z)}t.style.setProperty("--sources",String(r));let B=It();return C=>{let{sample:j,time:P}=C,D=Math.min(C.layer,s-1),L=e.part("influence",j,D),
[W,T]=de(e,C),[O,F]=[c(W),c(T)],z=$n(e,R=>R.influence?.scale,{...C,layer:D}),q=c(P),H=(R,U,G,Y)=>L[((R*o+U)*r+G)*o+Y];k=C,B(C,"sample","layer","layer_of_a","bru\
sh","zoom","colours")&&I(C),B(C,"sample","zoom")&&_(C),d.setAttribute("aria-label",`Operator map of layer ${e.layers[D]}, ${r} by ${r} blocks of ${o} moments; t\
he table holds the sums at the cursor`),y.textContent=`Operator map, layer ${e.layers[D]}, SSM stream m${D?" (mixed above layer 1)":""}`,v.textContent=D?"A sour\
ce is the SSM stream of that name: above layer 1 it contains other modalities too. This is no attribution to modalities.":"Within this layer only, not through t\
he whole model: no attribution of the prediction.",u.forEach((R,U)=>{let[G,Y]=M();R.hidden=q<G||q>=G+Y,R.style.top=`${100*(U*Y+q-G)/(r*Y)}%`,R.style.height=`${100/
(r*Y)}%`}),b.textContent=`Relative influence on each SSM stream at ${Mt(e,j,P)}, and the source time with the largest influence (colour scale ends at ${X(z)}).`,
w.forEach((R,U)=>{let G=R.map((et,tt)=>{let K=0,V=-1,J=0;for(let at=O;at<=Math.min(q,F);at++){let ot=H(U,q,tt,at)**2;K+=ot,ot>V&&([V,J]=[ot,at])}return{sum:K,when:J}}),
Y=G.reduce((et,{sum:tt})=>et+tt,0);R.forEach((et,tt)=>{let K=Y&&G[tt].sum?[`${st(100*G[tt].sum/Y,0)} %,`,Mt(e,j,f(G[tt].when))]:["–"];et.replaceChildren(...K.
flatMap((V,J)=>[J?" ":"",p("span",{class:"mmv-whole"},V)]))})})}}gt({name:"operator map",section:"explanation",place:"columns",order:60,needs:["influence"],height:t=>670+
22*t,mount:Gu});function vs({label:t,corner:e,columns:n,rows:a,kind:s=""}){let r=p("table",{class:`mmv-grid ${s}`,"aria-label":t},p("thead",{},p("tr",{},p("th",{scope:"col"},...e),
...n.map(c=>p("th",{scope:"col"},...c)))),p("tbody",{},...a.map(({head:c,cells:f})=>p("tr",{},p("th",{scope:"row"},...c),...f.map(d=>p("td",{},d)))))),o=a.map(c=>c.
cells);o.flat().forEach((c,f)=>c.tabIndex=f?-1:0);function i(c){o.flat().forEach(f=>f.tabIndex=f===c?0:-1),c.focus()}let l={ArrowUp:[-1,0],ArrowDown:[1,0],ArrowLeft:[
0,-1],ArrowRight:[0,1]};return r.addEventListener("keydown",c=>{let f=l[c.key],d=o.findIndex(m=>m.includes(c.target));if(!f||d<0)return;let u=o[d].indexOf(c.target),
h=o[d+f[0]]?.[u+f[1]];c.preventDefault(),h&&i(h)}),r.addEventListener("focusin",({target:c})=>{c instanceof HTMLButtonElement&&c.tabIndex<0&&i(c)}),p("div",{class:"\
mmv-scroll-x",tabindex:0,role:"region","aria-label":t},r)}var Mr="Record it with mm.record(run, split, recorded_samples=[positions]), or give the page the model with Explorer(trace, model=mm.recording.export_model(run,\
 split)).";function Ku(t){let e=[],n="",a=new Uint8Array(t).fill(1),s=new Set;function r(o,i=""){[e,n]=[o,i];for(let l=0;l<t;l++)a[l]=e.every(c=>c.test(l))?1:0;
s.forEach(l=>l())}return{inside:a,filters:()=>e,panel:()=>n,set:r,add:o=>r([...e,o]),remove:o=>r(e.filter(i=>i!==o),n),number:()=>a.reduce((o,i)=>o+i,0),listen:o=>{
s.add(o)}}}var dl=new WeakMap;function Ee(t){let e=dl.get(t.listed)??Yu(t);return dl.set(t.listed,e),e}function Yu(t){let{id:e,target:n,predicted:a}=t.listed,s=e.
length,r=t.modalities.length,o=Ku(s),i=t.part("listed_phi"),l=t.part("listed_prediction"),c=t.part("listed_correct"),f=t.part("listed_recorded"),d=t.task==="cla\
ssification",u=t.has("overview_value"),h=u?t.overview.subset:[],m=h.length,g=m-1,w=u?t.part("overview_value"):l,y=u&&w instanceof Uint8Array?255:1,b=u?t.part("o\
verview_predicted"):l,v=u?t.part("overview_target"):l,k=u?t.part("overview_output"):l,$=u?t.part("overview_group"):l,x=t.labelled?"p(true class)":"p(predicted c\
lass)",A=(_,I)=>w[_*m+I]/y,S=(_,I)=>b[_*m+I],M=[];u&&d?(M.push({key:"confidence",title:"confidence, p(predicted class)",unit:"",of:_=>k[_]}),t.labelled&&M.push(
{key:"p",title:x,unit:"",of:_=>l[_]},{key:"loss",title:"loss, −ln p(true class)",unit:"nats",of:_=>-Math.log(l[_])})):u?(t.labelled&&M.push({key:"target",title:"\
target",unit:"",of:_=>v[_]}),M.push({key:"value",title:"predicted value",unit:"",of:_=>k[_]}),t.labelled&&M.push({key:"residual",title:"residual, predicted − ta\
rget",unit:"",of:_=>k[_]-v[_]},{key:"error",title:"absolute error",unit:"",of:_=>Math.abs(k[_]-v[_])})):d&&M.push({key:"p",title:x,unit:"",of:_=>l[_]}),t.modalities.
forEach((_,I)=>M.push({key:`φ ${_.name}`,title:`φ ${_.name}`,unit:"",of:B=>i[B*r+I]})),t.modalities.forEach((_,I)=>{let B=h.indexOf(2**r-1&~(1<<I));B>=0&&M.push(
{key:`masked ${_.name}`,title:`${d?x:"predicted value"}, ${_.name} masked`,unit:"",of:C=>A(C,B)})});let E=_=>h[_]===0?"no modality":_===g?"all modalities":t.modalities.
filter((I,B)=>h[_]>>B&1).map(I=>I.name).join(" + "),N=t.listed.sample;return{count:s,id:e,target:n,predicted:a,correct:c,recorded:f,chosen:o,subsets:h,whole:g,subsetName:E,
valueOf:A,classOf:S,quantities:M,truth:v,group:$,open:_=>N[_],closed:_=>`${e[_]} was not recorded, and the page holds no model that computes it. ${Mr}`,rows:_=>[
...t.labelled?[["target",n[_]]]:[],["predicted",a[_]],...d?[[x,X(l[_])]]:[]],wrong:_=>c[_]===0,errorOf:(_,I)=>Math.abs(A(_,I)-v[_])}}var _r=8;function xs(t,e,n){let a=p("span",{role:"status"}),s=p("span",{class:"mmv-chosen-list"}),r=p("p",{class:"mmv-small mmv-faint",role:"status",hidden:""}),
o=p("div",{class:"mmv-chosen",hidden:""},p("div",{},a," ",s),r),i=f=>ct("",()=>{let d=t.open(f);r.hidden=d>=0,d>=0?e({sample:d}):r.textContent=t.closed(f)},{class:"\
mmv-open",...t.open(f)<0?{title:"not recorded"}:{}}),l=ct("show the list",()=>{let f=(o.closest(".mmv-run")??o.closest(".mmv"))?.querySelector(".mmv-samples");f?.
scrollIntoView({block:"center"}),f?.querySelector("tbody button")?.focus({preventScroll:!0})});function c(){let f=t.chosen.filters(),d=[...t.chosen.inside.keys()].
filter(u=>t.chosen.inside[u]);o.hidden=!f.length||t.chosen.panel()!==n,r.hidden=!0,!o.hidden&&(a.replaceChildren(Q(f.map(u=>u.text).join("; ")),`: ${d.length} s\
amples.`),s.replaceChildren(...d.slice(0,_r).map(u=>{let h=i(u);return h.append(Q(t.id[u])),h}),...d.length>_r?[`and ${d.length-_r} more`]:[],l,ct("all samples",
()=>t.chosen.set([]))))}return t.chosen.listen(c),c(),o}var Vu=["number of samples","share of the true class","share of the predicted class"],Ju=24;function Xu(t,e,n,a){let s=Ee(e),r=e.outputs,o=r.length,{subset:i,total:l}=e.
overview,c=i.map((g,w)=>w).reverse(),f=p("div"),d=rt(""),u=Rt("Modalities",c.map(g=>s.subsetName(g)),()=>m()),h=Rt("Values",Vu,()=>m());t.append(ft("Confusion m\
atrix"),p("div",{class:"mmv-inline"},u.node,h.node),f,xs(s,a,"confusion"),d);function m(){let g=c[Number(u.select.value)],w=Number(h.select.value),y=e.part("con\
fusion",g),b=N=>r.map((_,I)=>r.reduce((B,C,j)=>B+y[N?I*o+j:j*o+I],0)),[v,k]=[b(!0),b(!1)],$=r.map((N,_)=>v[_]+k[_]-2*y[_*o+_]),x=r.map((N,_)=>_).sort((N,_)=>$[_]-
$[N]||N-_).slice(0,Ju).sort((N,_)=>N-_),A=Math.max(1,...x.flatMap(N=>x.map(_=>y[N*o+_]))),S=(N,_)=>{let I=y[N*o+_],B=w===2?k[_]:v[N],C=B?I/B:NaN,j=p("button",{type:"\
button",class:`mmv-score${N===_?" mmv-diagonal":""}`,title:`true ${r[N]}, predicted ${r[_]}: ${I} samples, ${st(100*I/(v[N]||NaN),0)} % of the true class`},w?st(
C,2):String(I));return j.style.setProperty("--weight",String(w?C||0:I/A)),j.addEventListener("click",()=>s.chosen.set([{text:`true = ${r[N]}`,test:P=>s.truth[P]===
N},{text:`predicted = ${r[_]}${g===s.whole?"":` with ${s.subsetName(g)}`}`,test:P=>s.classOf(P,g)===_}],"confusion")),j};f.replaceChildren(vs({label:"Confusion \
matrix: rows are true classes, columns are predicted classes",corner:["true ↓",p("br"),"predicted →"],columns:x.map(N=>[Q(r[N])]),kind:"mmv-confusion",rows:x.
map(N=>({head:[Q(r[N]),p("span",{class:"mmv-faint"},` n = ${v[N]}`)],cells:x.map(_=>S(N,_))}))}));let M=$.reduce((N,_)=>N+_,0)/2,E=v.reduce((N,_)=>N+_,0);d.textContent=
`${M} of ${E} samples misclassified with ${s.subsetName(g)}. Outlined: correct. ${x.length<o?`The ${x.length} of ${o} classes with the most errors are shown. `:
""}${E<l?`${l-E} samples with a prediction that is not finite are left out. `:""}Press a cell to list its samples.`}return m(),()=>{}}gt({name:"confusion matrix",
place:"side",order:5,section:"overview",needs:["confusion","overview_value"],height:()=>330,mount:Xu});function vt(t){for(var e=t.length/6|0,n=new Array(e),a=0;a<e;)n[a]="#"+t.slice(a*6,++a*6);return n}var sy=vt("1f77b4ff7f0e2ca02cd627289467bd8c564be377c27f7f7fbc\
bd2217becf"),ry=vt("7fc97fbeaed4fdc086ffff99386cb0f0027fbf5b17666666"),oy=vt("1b9e77d95f027570b3e7298a66a61ee6ab02a6761d666666"),iy=vt("4269d0efb118ff725c6cc5b0\
3ca951ff8ab7a463f297bbf59c6b4e9498a0"),ly=vt("a6cee31f78b4b2df8a33a02cfb9a99e31a1cfdbf6fff7f00cab2d66a3d9affff99b15928"),cy=vt("fbb4aeb3cde3ccebc5decbe4fed9a6ff\
ffcce5d8bdfddaecf2f2f2"),fy=vt("b3e2cdfdcdaccbd5e8f4cae4e6f5c9fff2aef1e2cccccccc"),dy=vt("e41a1c377eb84daf4a984ea3ff7f00ffff33a65628f781bf999999"),uy=vt("66c2a5\
fc8d628da0cbe78ac3a6d854ffd92fe5c494b3b3b3"),hy=vt("8dd3c7ffffb3bebadafb807280b1d3fdb462b3de69fccde5d9d9d9bc80bdccebc5ffed6f"),kr=vt("4e79a7f28e2ce1575976b7b259\
a14fedc949af7aa1ff9da79c755fbab0ab"),Lt=t=>yi(t[t.length-1]),Zu=new Array(3).concat("d8b365f5f5f55ab4ac","a6611adfc27d80cdc1018571","a6611adfc27df5f5f580cdc1018\
571","8c510ad8b365f6e8c3c7eae55ab4ac01665e","8c510ad8b365f6e8c3f5f5f5c7eae55ab4ac01665e","8c510abf812ddfc27df6e8c3c7eae580cdc135978f01665e","8c510abf812ddfc27df\
6e8c3f5f5f5c7eae580cdc135978f01665e","5430058c510abf812ddfc27df6e8c3c7eae580cdc135978f01665e003c30","5430058c510abf812ddfc27df6e8c3f5f5f5c7eae580cdc135978f01665\
e003c30").map(vt),py=Lt(Zu),Qu=new Array(3).concat("af8dc3f7f7f77fbf7b","7b3294c2a5cfa6dba0008837","7b3294c2a5cff7f7f7a6dba0008837","762a83af8dc3e7d4e8d9f0d37fb\
f7b1b7837","762a83af8dc3e7d4e8f7f7f7d9f0d37fbf7b1b7837","762a839970abc2a5cfe7d4e8d9f0d3a6dba05aae611b7837","762a839970abc2a5cfe7d4e8f7f7f7d9f0d3a6dba05aae611b78\
37","40004b762a839970abc2a5cfe7d4e8d9f0d3a6dba05aae611b783700441b","40004b762a839970abc2a5cfe7d4e8f7f7f7d9f0d3a6dba05aae611b783700441b").map(vt),my=Lt(Qu),th=new Array(
3).concat("e9a3c9f7f7f7a1d76a","d01c8bf1b6dab8e1864dac26","d01c8bf1b6daf7f7f7b8e1864dac26","c51b7de9a3c9fde0efe6f5d0a1d76a4d9221","c51b7de9a3c9fde0eff7f7f7e6f5d\
0a1d76a4d9221","c51b7dde77aef1b6dafde0efe6f5d0b8e1867fbc414d9221","c51b7dde77aef1b6dafde0eff7f7f7e6f5d0b8e1867fbc414d9221","8e0152c51b7dde77aef1b6dafde0efe6f5d0\
b8e1867fbc414d9221276419","8e0152c51b7dde77aef1b6dafde0eff7f7f7e6f5d0b8e1867fbc414d9221276419").map(vt),gy=Lt(th),eh=new Array(3).concat("998ec3f7f7f7f1a340","5\
e3c99b2abd2fdb863e66101","5e3c99b2abd2f7f7f7fdb863e66101","542788998ec3d8daebfee0b6f1a340b35806","542788998ec3d8daebf7f7f7fee0b6f1a340b35806","5427888073acb2abd\
2d8daebfee0b6fdb863e08214b35806","5427888073acb2abd2d8daebf7f7f7fee0b6fdb863e08214b35806","2d004b5427888073acb2abd2d8daebfee0b6fdb863e08214b358067f3b08","2d004b\
5427888073acb2abd2d8daebf7f7f7fee0b6fdb863e08214b358067f3b08").map(vt),by=Lt(eh),nh=new Array(3).concat("ef8a62f7f7f767a9cf","ca0020f4a58292c5de0571b0","ca0020f\
4a582f7f7f792c5de0571b0","b2182bef8a62fddbc7d1e5f067a9cf2166ac","b2182bef8a62fddbc7f7f7f7d1e5f067a9cf2166ac","b2182bd6604df4a582fddbc7d1e5f092c5de4393c32166ac",
"b2182bd6604df4a582fddbc7f7f7f7d1e5f092c5de4393c32166ac","67001fb2182bd6604df4a582fddbc7d1e5f092c5de4393c32166ac053061","67001fb2182bd6604df4a582fddbc7f7f7f7d1e\
5f092c5de4393c32166ac053061").map(vt),yy=Lt(nh),ah=new Array(3).concat("ef8a62ffffff999999","ca0020f4a582bababa404040","ca0020f4a582ffffffbababa404040","b2182be\
f8a62fddbc7e0e0e09999994d4d4d","b2182bef8a62fddbc7ffffffe0e0e09999994d4d4d","b2182bd6604df4a582fddbc7e0e0e0bababa8787874d4d4d","b2182bd6604df4a582fddbc7ffffffe0\
e0e0bababa8787874d4d4d","67001fb2182bd6604df4a582fddbc7e0e0e0bababa8787874d4d4d1a1a1a","67001fb2182bd6604df4a582fddbc7ffffffe0e0e0bababa8787874d4d4d1a1a1a").map(
vt),wy=Lt(ah),sh=new Array(3).concat("fc8d59ffffbf91bfdb","d7191cfdae61abd9e92c7bb6","d7191cfdae61ffffbfabd9e92c7bb6","d73027fc8d59fee090e0f3f891bfdb4575b4","d7\
3027fc8d59fee090ffffbfe0f3f891bfdb4575b4","d73027f46d43fdae61fee090e0f3f8abd9e974add14575b4","d73027f46d43fdae61fee090ffffbfe0f3f8abd9e974add14575b4","a50026d73\
027f46d43fdae61fee090e0f3f8abd9e974add14575b4313695","a50026d73027f46d43fdae61fee090ffffbfe0f3f8abd9e974add14575b4313695").map(vt),vy=Lt(sh),rh=new Array(3).concat(
"fc8d59ffffbf91cf60","d7191cfdae61a6d96a1a9641","d7191cfdae61ffffbfa6d96a1a9641","d73027fc8d59fee08bd9ef8b91cf601a9850","d73027fc8d59fee08bffffbfd9ef8b91cf601a9\
850","d73027f46d43fdae61fee08bd9ef8ba6d96a66bd631a9850","d73027f46d43fdae61fee08bffffbfd9ef8ba6d96a66bd631a9850","a50026d73027f46d43fdae61fee08bd9ef8ba6d96a66bd\
631a9850006837","a50026d73027f46d43fdae61fee08bffffbfd9ef8ba6d96a66bd631a9850006837").map(vt),xy=Lt(rh),oh=new Array(3).concat("fc8d59ffffbf99d594","d7191cfdae6\
1abdda42b83ba","d7191cfdae61ffffbfabdda42b83ba","d53e4ffc8d59fee08be6f59899d5943288bd","d53e4ffc8d59fee08bffffbfe6f59899d5943288bd","d53e4ff46d43fdae61fee08be6f\
598abdda466c2a53288bd","d53e4ff46d43fdae61fee08bffffbfe6f598abdda466c2a53288bd","9e0142d53e4ff46d43fdae61fee08be6f598abdda466c2a53288bd5e4fa2","9e0142d53e4ff46d\
43fdae61fee08bffffbfe6f598abdda466c2a53288bd5e4fa2").map(vt),$y=Lt(oh),ih=new Array(3).concat("e5f5f999d8c92ca25f","edf8fbb2e2e266c2a4238b45","edf8fbb2e2e266c2a\
42ca25f006d2c","edf8fbccece699d8c966c2a42ca25f006d2c","edf8fbccece699d8c966c2a441ae76238b45005824","f7fcfde5f5f9ccece699d8c966c2a441ae76238b45005824","f7fcfde5f\
5f9ccece699d8c966c2a441ae76238b45006d2c00441b").map(vt),My=Lt(ih),lh=new Array(3).concat("e0ecf49ebcda8856a7","edf8fbb3cde38c96c688419d","edf8fbb3cde38c96c68856\
a7810f7c","edf8fbbfd3e69ebcda8c96c68856a7810f7c","edf8fbbfd3e69ebcda8c96c68c6bb188419d6e016b","f7fcfde0ecf4bfd3e69ebcda8c96c68c6bb188419d6e016b","f7fcfde0ecf4bf\
d3e69ebcda8c96c68c6bb188419d810f7c4d004b").map(vt),_y=Lt(lh),ch=new Array(3).concat("e0f3dba8ddb543a2ca","f0f9e8bae4bc7bccc42b8cbe","f0f9e8bae4bc7bccc443a2ca086\
8ac","f0f9e8ccebc5a8ddb57bccc443a2ca0868ac","f0f9e8ccebc5a8ddb57bccc44eb3d32b8cbe08589e","f7fcf0e0f3dbccebc5a8ddb57bccc44eb3d32b8cbe08589e","f7fcf0e0f3dbccebc5a\
8ddb57bccc44eb3d32b8cbe0868ac084081").map(vt),ky=Lt(ch),fh=new Array(3).concat("fee8c8fdbb84e34a33","fef0d9fdcc8afc8d59d7301f","fef0d9fdcc8afc8d59e34a33b30000",
"fef0d9fdd49efdbb84fc8d59e34a33b30000","fef0d9fdd49efdbb84fc8d59ef6548d7301f990000","fff7ecfee8c8fdd49efdbb84fc8d59ef6548d7301f990000","fff7ecfee8c8fdd49efdbb84\
fc8d59ef6548d7301fb300007f0000").map(vt),Ay=Lt(fh),dh=new Array(3).concat("ece2f0a6bddb1c9099","f6eff7bdc9e167a9cf02818a","f6eff7bdc9e167a9cf1c9099016c59","f6ef\
f7d0d1e6a6bddb67a9cf1c9099016c59","f6eff7d0d1e6a6bddb67a9cf3690c002818a016450","fff7fbece2f0d0d1e6a6bddb67a9cf3690c002818a016450","fff7fbece2f0d0d1e6a6bddb67a9c\
f3690c002818a016c59014636").map(vt),Oy=Lt(dh),uh=new Array(3).concat("ece7f2a6bddb2b8cbe","f1eef6bdc9e174a9cf0570b0","f1eef6bdc9e174a9cf2b8cbe045a8d","f1eef6d0d\
1e6a6bddb74a9cf2b8cbe045a8d","f1eef6d0d1e6a6bddb74a9cf3690c00570b0034e7b","fff7fbece7f2d0d1e6a6bddb74a9cf3690c00570b0034e7b","fff7fbece7f2d0d1e6a6bddb74a9cf3690\
c00570b0045a8d023858").map(vt),Sy=Lt(uh),hh=new Array(3).concat("e7e1efc994c7dd1c77","f1eef6d7b5d8df65b0ce1256","f1eef6d7b5d8df65b0dd1c77980043","f1eef6d4b9dac9\
94c7df65b0dd1c77980043","f1eef6d4b9dac994c7df65b0e7298ace125691003f","f7f4f9e7e1efd4b9dac994c7df65b0e7298ace125691003f","f7f4f9e7e1efd4b9dac994c7df65b0e7298ace1\
25698004367001f").map(vt),Ny=Lt(hh),ph=new Array(3).concat("fde0ddfa9fb5c51b8a","feebe2fbb4b9f768a1ae017e","feebe2fbb4b9f768a1c51b8a7a0177","feebe2fcc5c0fa9fb5f\
768a1c51b8a7a0177","feebe2fcc5c0fa9fb5f768a1dd3497ae017e7a0177","fff7f3fde0ddfcc5c0fa9fb5f768a1dd3497ae017e7a0177","fff7f3fde0ddfcc5c0fa9fb5f768a1dd3497ae017e7a\
017749006a").map(vt),Ey=Lt(ph),mh=new Array(3).concat("edf8b17fcdbb2c7fb8","ffffcca1dab441b6c4225ea8","ffffcca1dab441b6c42c7fb8253494","ffffccc7e9b47fcdbb41b6c4\
2c7fb8253494","ffffccc7e9b47fcdbb41b6c41d91c0225ea80c2c84","ffffd9edf8b1c7e9b47fcdbb41b6c41d91c0225ea80c2c84","ffffd9edf8b1c7e9b47fcdbb41b6c41d91c0225ea82534940\
81d58").map(vt),zy=Lt(mh),gh=new Array(3).concat("f7fcb9addd8e31a354","ffffccc2e69978c679238443","ffffccc2e69978c67931a354006837","ffffccd9f0a3addd8e78c67931a35\
4006837","ffffccd9f0a3addd8e78c67941ab5d238443005a32","ffffe5f7fcb9d9f0a3addd8e78c67941ab5d238443005a32","ffffe5f7fcb9d9f0a3addd8e78c67941ab5d238443006837004529").
map(vt),Ty=Lt(gh),bh=new Array(3).concat("fff7bcfec44fd95f0e","ffffd4fed98efe9929cc4c02","ffffd4fed98efe9929d95f0e993404","ffffd4fee391fec44ffe9929d95f0e993404",
"ffffd4fee391fec44ffe9929ec7014cc4c028c2d04","ffffe5fff7bcfee391fec44ffe9929ec7014cc4c028c2d04","ffffe5fff7bcfee391fec44ffe9929ec7014cc4c02993404662506").map(vt),
Cy=Lt(bh),yh=new Array(3).concat("ffeda0feb24cf03b20","ffffb2fecc5cfd8d3ce31a1c","ffffb2fecc5cfd8d3cf03b20bd0026","ffffb2fed976feb24cfd8d3cf03b20bd0026","ffffb2\
fed976feb24cfd8d3cfc4e2ae31a1cb10026","ffffccffeda0fed976feb24cfd8d3cfc4e2ae31a1cb10026","ffffccffeda0fed976feb24cfd8d3cfc4e2ae31a1cbd0026800026").map(vt),Iy=Lt(
yh),wh=new Array(3).concat("deebf79ecae13182bd","eff3ffbdd7e76baed62171b5","eff3ffbdd7e76baed63182bd08519c","eff3ffc6dbef9ecae16baed63182bd08519c","eff3ffc6dbef\
9ecae16baed64292c62171b5084594","f7fbffdeebf7c6dbef9ecae16baed64292c62171b5084594","f7fbffdeebf7c6dbef9ecae16baed64292c62171b508519c08306b").map(vt),Fy=Lt(wh),vh=new Array(
3).concat("e5f5e0a1d99b31a354","edf8e9bae4b374c476238b45","edf8e9bae4b374c47631a354006d2c","edf8e9c7e9c0a1d99b74c47631a354006d2c","edf8e9c7e9c0a1d99b74c47641ab5\
d238b45005a32","f7fcf5e5f5e0c7e9c0a1d99b74c47641ab5d238b45005a32","f7fcf5e5f5e0c7e9c0a1d99b74c47641ab5d238b45006d2c00441b").map(vt),jy=Lt(vh),xh=new Array(3).concat(
"f0f0f0bdbdbd636363","f7f7f7cccccc969696525252","f7f7f7cccccc969696636363252525","f7f7f7d9d9d9bdbdbd969696636363252525","f7f7f7d9d9d9bdbdbd969696737373525252252\
525","fffffff0f0f0d9d9d9bdbdbd969696737373525252252525","fffffff0f0f0d9d9d9bdbdbd969696737373525252252525000000").map(vt),Ly=Lt(xh),$h=new Array(3).concat("efed\
f5bcbddc756bb1","f2f0f7cbc9e29e9ac86a51a3","f2f0f7cbc9e29e9ac8756bb154278f","f2f0f7dadaebbcbddc9e9ac8756bb154278f","f2f0f7dadaebbcbddc9e9ac8807dba6a51a34a1486",
"fcfbfdefedf5dadaebbcbddc9e9ac8807dba6a51a34a1486","fcfbfdefedf5dadaebbcbddc9e9ac8807dba6a51a354278f3f007d").map(vt),Ry=Lt($h),Mh=new Array(3).concat("fee0d2fc9\
272de2d26","fee5d9fcae91fb6a4acb181d","fee5d9fcae91fb6a4ade2d26a50f15","fee5d9fcbba1fc9272fb6a4ade2d26a50f15","fee5d9fcbba1fc9272fb6a4aef3b2ccb181d99000d","fff5\
f0fee0d2fcbba1fc9272fb6a4aef3b2ccb181d99000d","fff5f0fee0d2fcbba1fc9272fb6a4aef3b2ccb181da50f1567000d").map(vt),By=Lt(Mh),_h=new Array(3).concat("fee6cefdae6be6\
550d","feeddefdbe85fd8d3cd94701","feeddefdbe85fd8d3ce6550da63603","feeddefdd0a2fdae6bfd8d3ce6550da63603","feeddefdd0a2fdae6bfd8d3cf16913d948018c2d04","fff5ebfee\
6cefdd0a2fdae6bfd8d3cf16913d948018c2d04","fff5ebfee6cefdd0a2fdae6bfd8d3cf16913d94801a636037f2704").map(vt),Py=Lt(_h);function ul(t){return t=Math.max(0,Math.min(
1,t)),"rgb("+Math.max(0,Math.min(255,Math.round(-4.54-t*(35.34-t*(2381.73-t*(6402.7-t*(7024.72-t*2710.57)))))))+", "+Math.max(0,Math.min(255,Math.round(32.49+t*
(170.73+t*(52.82-t*(131.46-t*(176.58-t*67.37)))))))+", "+Math.max(0,Math.min(255,Math.round(81.24+t*(442.36-t*(2482.43-t*(6167.24-t*(6614.94-t*2475.67)))))))+")"}
var qy=ds(we(300,.5,0),we(-240,.5,1)),Dy=ds(we(-100,.75,.35),we(80,1.5,.8)),Wy=ds(we(260,.75,.35),we(80,1.5,.8)),Hy=we();var Uy=Sn(),Gy=Math.PI/3,Ky=Math.PI*2/3;function $s(t){var e=t.length;return function(n){return t[Math.max(0,Math.min(e-1,Math.floor(n*e)))]}}var Yy=$s(vt("44015444025645045745055946075a46085c460a5d46\
0b5e470d60470e6147106347116447136548146748166848176948186a481a6c481b6d481c6e481d6f481f70482071482173482374482475482576482677482878482979472a7a472c7a472d7b472e7c\
472f7d46307e46327e46337f463480453581453781453882443983443a83443b84433d84433e85423f854240864241864142874144874045884046883f47883f48893e49893e4a893e4c8a3d4d8a3d4e\
8a3c4f8a3c508b3b518b3b528b3a538b3a548c39558c39568c38588c38598c375a8c375b8d365c8d365d8d355e8d355f8d34608d34618d33628d33638d32648e32658e31668e31678e31688e30698e30\
6a8e2f6b8e2f6c8e2e6d8e2e6e8e2e6f8e2d708e2d718e2c718e2c728e2c738e2b748e2b758e2a768e2a778e2a788e29798e297a8e297b8e287c8e287d8e277e8e277f8e27808e26818e26828e26828e\
25838e25848e25858e24868e24878e23888e23898e238a8d228b8d228c8d228d8d218e8d218f8d21908d21918c20928c20928c20938c1f948c1f958b1f968b1f978b1f988b1f998a1f9a8a1e9b8a1e9c\
891e9d891f9e891f9f881fa0881fa1881fa1871fa28720a38620a48621a58521a68522a78522a88423a98324aa8325ab8225ac8226ad8127ad8128ae8029af7f2ab07f2cb17e2db27d2eb37c2fb47c31\
b57b32b67a34b67935b77937b87838b9773aba763bbb753dbc743fbc7340bd7242be7144bf7046c06f48c16e4ac16d4cc26c4ec36b50c46a52c56954c56856c66758c7655ac8645cc8635ec96260ca60\
63cb5f65cb5e67cc5c69cd5b6ccd5a6ece5870cf5773d05675d05477d1537ad1517cd2507fd34e81d34d84d44b86d54989d5488bd6468ed64590d74393d74195d84098d83e9bd93c9dd93ba0da39a2da\
37a5db36a8db34aadc32addc30b0dd2fb2dd2db5de2bb8de29bade28bddf26c0df25c2df23c5e021c8e020cae11fcde11dd0e11cd2e21bd5e21ad8e219dae319dde318dfe318e2e418e5e419e7e419ea\
e51aece51befe51cf1e51df4e61ef6e620f8e621fbe723fde725")),Vy=$s(vt("00000401000501010601010802010902020b02020d03030f03031204041405041606051806051a07061c08071e0907\
200a08220b09240c09260d0a290e0b2b100b2d110c2f120d31130d34140e36150e38160f3b180f3d19103f1a10421c10441d11471e114920114b21114e22115024125325125527125829115a2a115c2c\
115f2d11612f116331116533106734106936106b38106c390f6e3b0f703d0f713f0f72400f74420f75440f764510774710784910784a10794c117a4e117b4f127b51127c52137c54137d56147d57157e\
59157e5a167e5c167f5d177f5f187f601880621980641a80651a80671b80681c816a1c816b1d816d1d816e1e81701f81721f817320817521817621817822817922827b23827c23827e24828025828125\
818326818426818627818827818928818b29818c29818e2a81902a81912b81932b80942c80962c80982d80992d809b2e7f9c2e7f9e2f7fa02f7fa1307ea3307ea5317ea6317da8327daa337dab337cad\
347cae347bb0357bb2357bb3367ab5367ab73779b83779ba3878bc3978bd3977bf3a77c03a76c23b75c43c75c53c74c73d73c83e73ca3e72cc3f71cd4071cf4070d0416fd2426fd3436ed5446dd6456c\
d8456cd9466bdb476adc4869de4968df4a68e04c67e24d66e34e65e44f64e55064e75263e85362e95462ea5661eb5760ec5860ed5a5fee5b5eef5d5ef05f5ef1605df2625df2645cf3655cf4675cf469\
5cf56b5cf66c5cf66e5cf7705cf7725cf8745cf8765cf9785df9795df97b5dfa7d5efa7f5efa815ffb835ffb8560fb8761fc8961fc8a62fc8c63fc8e64fc9065fd9266fd9467fd9668fd9869fd9a6afd\
9b6bfe9d6cfe9f6dfea16efea36ffea571fea772fea973feaa74feac76feae77feb078feb27afeb47bfeb67cfeb77efeb97ffebb81febd82febf84fec185fec287fec488fec68afec88cfeca8dfecc8f\
fecd90fecf92fed194fed395fed597fed799fed89afdda9cfddc9efddea0fde0a1fde2a3fde3a5fde5a7fde7a9fde9aafdebacfcecaefceeb0fcf0b2fcf2b4fcf4b6fcf6b8fcf7b9fcf9bbfcfbbdfcfd\
bf")),Jy=$s(vt("00000401000501010601010802010a02020c02020e03021004031204031405041706041907051b08051d09061f0a07220b07240c08260d08290e092b10092d110a30120a32140b34\
150b37160b39180c3c190c3e1b0c411c0c431e0c451f0c48210c4a230c4c240c4f260c51280b53290b552b0b572d0b592f0a5b310a5c320a5e340a5f3609613809623909633b09643d09653e0966400a\
67420a68440a68450a69470b6a490b6a4a0c6b4c0c6b4d0d6c4f0d6c510e6c520e6d540f6d550f6d57106e59106e5a116e5c126e5d126e5f136e61136e62146e64156e65156e67166e69166e6a176e6c\
186e6d186e6f196e71196e721a6e741a6e751b6e771c6d781c6d7a1d6d7c1d6d7d1e6d7f1e6c801f6c82206c84206b85216b87216b88226a8a226a8c23698d23698f2469902568922568932667952667\
9727669827669a28659b29649d29649f2a63a02a63a22b62a32c61a52c60a62d60a82e5fa92e5eab2f5ead305dae305cb0315bb1325ab3325ab43359b63458b73557b93556ba3655bc3754bd3853bf39\
52c03a51c13a50c33b4fc43c4ec63d4dc73e4cc83f4bca404acb4149cc4248ce4347cf4446d04545d24644d34743d44842d54a41d74b3fd84c3ed94d3dda4e3cdb503bdd513ade5238df5337e05536e1\
5635e25734e35933e45a31e55c30e65d2fe75e2ee8602de9612bea632aeb6429eb6628ec6726ed6925ee6a24ef6c23ef6e21f06f20f1711ff1731df2741cf3761bf37819f47918f57b17f57d15f67e14\
f68013f78212f78410f8850ff8870ef8890cf98b0bf98c0af98e09fa9008fa9207fa9407fb9606fb9706fb9906fb9b06fb9d07fc9f07fca108fca309fca50afca60cfca80dfcaa0ffcac11fcae12fcb0\
14fcb216fcb418fbb61afbb81dfbba1ffbbc21fbbe23fac026fac228fac42afac62df9c72ff9c932f9cb35f8cd37f8cf3af7d13df7d340f6d543f6d746f5d949f5db4cf4dd4ff4df53f4e156f3e35af3\
e55df2e661f2e865f2ea69f1ec6df1ed71f1ef75f1f179f2f27df2f482f3f586f3f68af4f88ef5f992f6fa96f8fb9af9fc9dfafda1fcffa4")),Xy=$s(vt("0d088710078813078916078a19068c1b06\
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
10])),...e.length>10?[p("span",{class:"mmv-faint"},`${e.length>Ar?`and ${e.length-Ar} more; `:""}colours repeat after ten`)]:[])});function kh(t,e){let n=t.labelled&&
t.task==="classification",a=t.overview?.groups??[],s=[];n&&s.push({key:"correct",title:"correct or misclassified",colour:r=>e.wrong(r)?"var(--wrong)":"var(--rig\
ht)",legend:()=>p("div",{class:"mmv-keys"},Sr("correct","var(--right)"),Sr("misclassified","var(--wrong)",!0))},Or("true class",t.outputs,r=>e.truth[r])),t.task===
"classification"&&e.whole>=0&&s.push(Or("predicted class",t.outputs,r=>e.classOf(r,e.whole))),a.length>1&&s.push(Or("group",a,r=>e.group[r]));for(let{key:r,title:o,
of:i}of e.quantities){let l=null,c=()=>l??=Tt([Array.from({length:e.count},(f,d)=>i(d))]);s.push({key:r,title:o,colour:f=>Number.isFinite(i(f))?ul((i(f)-c()[0])/
(c()[1]-c()[0]||1)):"gray",legend:()=>p("div",{class:"mmv-keys"},p("span",{},X(c()[0])),p("span",{class:"mmv-ramp","aria-hidden":"true"}),p("span",{},X(c()[1])),
Q(o))})}return s}function Ms(t,e,n){let a=kh(t,e),s=rn({}),{select:r,node:o}=Rt("Colour",a.map(c=>c.title),c=>n({colours:{...s,samples:a[c].key}}));return{node:o,
colouring:()=>a[Number(r.value)],draw:c=>{let f=r.value;return s=rn(c),r.value=String(Math.max(0,a.findIndex(d=>d.key===s.samples))),r.value!==f}}}var Ze=11102230246251565e-32,ae=134217729,Ah=(3+8*Ze)*Ze;function Nr(t,e,n,a,s){let r,o,i,l,c=e[0],f=a[0],d=0,u=0;f>c==f>-c?(r=c,c=e[++d]):(r=f,f=a[++u]);let h=0;
if(d<t&&u<n)for(f>c==f>-c?(o=c+r,i=r-(o-c),c=e[++d]):(o=f+r,i=r-(o-f),f=a[++u]),r=o,i!==0&&(s[h++]=i);d<t&&u<n;)f>c==f>-c?(o=r+c,l=o-r,i=r-(o-l)+(c-l),c=e[++d]):
(o=r+f,l=o-r,i=r-(o-l)+(f-l),f=a[++u]),r=o,i!==0&&(s[h++]=i);for(;d<t;)o=r+c,l=o-r,i=r-(o-l)+(c-l),c=e[++d],r=o,i!==0&&(s[h++]=i);for(;u<n;)o=r+f,l=o-r,i=r-(o-l)+
(f-l),f=a[++u],r=o,i!==0&&(s[h++]=i);return(r!==0||h===0)&&(s[h++]=r),h}function Oh(t,e){let n=e[0];for(let a=1;a<t;a++)n+=e[a];return n}function Z(t){return new Float64Array(
t)}var Sh=(3+16*Ze)*Ze,Nh=(2+12*Ze)*Ze,Eh=(9+64*Ze)*Ze*Ze,aa=Z(4),hl=Z(8),pl=Z(12),ml=Z(16),ie=Z(4);function zh(t,e,n,a,s,r,o){let i,l,c,f,d,u,h,m,g,w,y,b,v,k,$,
x,A,S,M=t-s,E=n-s,N=e-r,_=a-r;k=M*_,u=ae*M,h=u-(u-M),m=M-h,u=ae*_,g=u-(u-_),w=_-g,$=m*w-(k-h*g-m*g-h*w),x=N*E,u=ae*N,h=u-(u-N),m=N-h,u=ae*E,g=u-(u-E),w=E-g,A=m*
w-(x-h*g-m*g-h*w),y=$-A,d=$-y,aa[0]=$-(y+d)+(d-A),b=k+y,d=b-k,v=k-(b-d)+(y-d),y=v-x,d=v-y,aa[1]=v-(y+d)+(d-x),S=b+y,d=S-b,aa[2]=b-(S-d)+(y-d),aa[3]=S;let I=Oh(4,
aa),B=Nh*o;if(I>=B||-I>=B||(d=t-M,i=t-(M+d)+(d-s),d=n-E,c=n-(E+d)+(d-s),d=e-N,l=e-(N+d)+(d-r),d=a-_,f=a-(_+d)+(d-r),i===0&&l===0&&c===0&&f===0)||(B=Eh*o+Ah*Math.
abs(I),I+=M*f+_*i-(N*c+E*l),I>=B||-I>=B))return I;k=i*_,u=ae*i,h=u-(u-i),m=i-h,u=ae*_,g=u-(u-_),w=_-g,$=m*w-(k-h*g-m*g-h*w),x=l*E,u=ae*l,h=u-(u-l),m=l-h,u=ae*E,
g=u-(u-E),w=E-g,A=m*w-(x-h*g-m*g-h*w),y=$-A,d=$-y,ie[0]=$-(y+d)+(d-A),b=k+y,d=b-k,v=k-(b-d)+(y-d),y=v-x,d=v-y,ie[1]=v-(y+d)+(d-x),S=b+y,d=S-b,ie[2]=b-(S-d)+(y-d),
ie[3]=S;let C=Nr(4,aa,4,ie,hl);k=M*f,u=ae*M,h=u-(u-M),m=M-h,u=ae*f,g=u-(u-f),w=f-g,$=m*w-(k-h*g-m*g-h*w),x=N*c,u=ae*N,h=u-(u-N),m=N-h,u=ae*c,g=u-(u-c),w=c-g,A=m*
w-(x-h*g-m*g-h*w),y=$-A,d=$-y,ie[0]=$-(y+d)+(d-A),b=k+y,d=b-k,v=k-(b-d)+(y-d),y=v-x,d=v-y,ie[1]=v-(y+d)+(d-x),S=b+y,d=S-b,ie[2]=b-(S-d)+(y-d),ie[3]=S;let j=Nr(C,
hl,4,ie,pl);k=i*f,u=ae*i,h=u-(u-i),m=i-h,u=ae*f,g=u-(u-f),w=f-g,$=m*w-(k-h*g-m*g-h*w),x=l*c,u=ae*l,h=u-(u-l),m=l-h,u=ae*c,g=u-(u-c),w=c-g,A=m*w-(x-h*g-m*g-h*w),
y=$-A,d=$-y,ie[0]=$-(y+d)+(d-A),b=k+y,d=b-k,v=k-(b-d)+(y-d),y=v-x,d=v-y,ie[1]=v-(y+d)+(d-x),S=b+y,d=S-b,ie[2]=b-(S-d)+(y-d),ie[3]=S;let P=Nr(j,pl,4,ie,ml);return ml[P-
1]}function _s(t,e,n,a,s,r){let o=(e-r)*(n-s),i=(t-s)*(a-r),l=o-i,c=Math.abs(o+i);return Math.abs(l)>=Sh*c?l:-zh(t,e,n,a,s,r,c)}Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(
4);Z(4);Z(4);Z(8);Z(8);Z(8);Z(4);Z(8);Z(8);Z(16);Z(12);Z(192);Z(192);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(8);Z(8);Z(8);Z(8);Z(8);Z(8);Z(8);Z(8);Z(8);Z(4);Z(
4);Z(4);Z(8);Z(16);Z(16);Z(16);Z(32);Z(32);Z(48);Z(64);Z(1152);Z(1152);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(4);Z(24);Z(24);Z(24);Z(24);Z(24);Z(24);Z(24);
Z(24);Z(24);Z(24);Z(1152);Z(1152);Z(1152);Z(1152);Z(1152);Z(2304);Z(2304);Z(3456);Z(5760);Z(8);Z(8);Z(8);Z(16);Z(24);Z(48);Z(48);Z(96);Z(192);Z(384);Z(384);Z(384);
Z(768);Z(96);Z(96);Z(96);Z(1152);var gl=Math.pow(2,-52),ks=new Uint32Array(512),As=class t{static from(e,n=jh,a=Lh){let s=e.length,r=new Float64Array(s*2);for(let o=0;o<
s;o++){let i=e[o];r[2*o]=n(i),r[2*o+1]=a(i)}return new t(r)}constructor(e){let n=e.length>>1;if(n>0&&typeof e[0]!="number")throw new Error("Expected coords to c\
ontain numbers.");this.coords=e;let a=Math.max(2*n-5,0);this._triangles=new Uint32Array(a*3),this._halfedges=new Int32Array(a*3),this._hashSize=Math.ceil(Math.sqrt(
n)),this._hullPrev=new Uint32Array(n),this._hullNext=new Uint32Array(n),this._hullTri=new Uint32Array(n),this._hullHash=new Int32Array(this._hashSize),this._ids=
new Uint32Array(n),this._dists=new Float64Array(n),this.trianglesLen=0,this._cx=0,this._cy=0,this._hullStart=0,this.hull=this._triangles,this.triangles=this._triangles,
this.halfedges=this._halfedges,this.update()}update(){let{coords:e,_hullPrev:n,_hullNext:a,_hullTri:s,_hullHash:r}=this,o=e.length>>1,i=1/0,l=1/0,c=-1/0,f=-1/0;
for(let M=0;M<o;M++){let E=e[2*M],N=e[2*M+1];E<i&&(i=E),N<l&&(l=N),E>c&&(c=E),N>f&&(f=N),this._ids[M]=M}let d=(i+c)/2,u=(l+f)/2,h=0,m=0,g=0;for(let M=0,E=1/0;M<
o;M++){let N=Er(d,u,e[2*M],e[2*M+1]);N<E&&(h=M,E=N)}let w=e[2*h],y=e[2*h+1];for(let M=0,E=1/0;M<o;M++){if(M===h)continue;let N=Er(w,y,e[2*M],e[2*M+1]);N<E&&N>0&&
(m=M,E=N)}let b=e[2*m],v=e[2*m+1],k=1/0;for(let M=0;M<o;M++){if(M===h||M===m)continue;let E=Ih(w,y,b,v,e[2*M],e[2*M+1]);E<k&&(g=M,k=E)}let $=e[2*g],x=e[2*g+1];if(k===
1/0){for(let N=0;N<o;N++)this._dists[N]=e[2*N]-e[0]||e[2*N+1]-e[1];ra(this._ids,this._dists,0,o-1);let M=new Uint32Array(o),E=0;for(let N=0,_=-1/0;N<o;N++){let I=this.
_ids[N],B=this._dists[I];B>_&&(M[E++]=I,_=B)}this.hull=M.subarray(0,E),this.triangles=new Uint32Array(0),this.halfedges=new Int32Array(0);return}if(_s(w,y,b,v,$,
x)<0){let M=m,E=b,N=v;m=g,b=$,v=x,g=M,$=E,x=N}let A=Fh(w,y,b,v,$,x);this._cx=A.x,this._cy=A.y;for(let M=0;M<o;M++)this._dists[M]=Er(e[2*M],e[2*M+1],A.x,A.y);ra(
this._ids,this._dists,0,o-1),this._hullStart=h;let S=3;a[h]=n[g]=m,a[m]=n[h]=g,a[g]=n[m]=h,s[h]=0,s[m]=1,s[g]=2,r.fill(-1),r[this._hashKey(w,y)]=h,r[this._hashKey(
b,v)]=m,r[this._hashKey($,x)]=g,this.trianglesLen=0,this._addTriangle(h,m,g,-1,-1,-1);for(let M=0,E=0,N=0;M<this._ids.length;M++){let _=this._ids[M],I=e[2*_],B=e[2*
_+1];if(M>0&&Math.abs(I-E)<=gl&&Math.abs(B-N)<=gl||(E=I,N=B,_===h||_===m||_===g))continue;let C=0;for(let W=0,T=this._hashKey(I,B);W<this._hashSize&&(C=r[(T+W)%
this._hashSize],!(C!==-1&&C!==a[C]));W++);C=n[C];let j=C,P;for(;P=a[j],_s(I,B,e[2*j],e[2*j+1],e[2*P],e[2*P+1])>=0;)if(j=P,j===C){j=-1;break}if(j===-1)continue;let D=this.
_addTriangle(j,_,a[j],-1,-1,s[j]);s[_]=this._legalize(D+2),s[j]=D,S++;let L=a[j];for(;P=a[L],_s(I,B,e[2*L],e[2*L+1],e[2*P],e[2*P+1])<0;)D=this._addTriangle(L,_,
P,s[_],-1,s[L]),s[_]=this._legalize(D+2),a[L]=L,S--,L=P;if(j===C)for(;P=n[j],_s(I,B,e[2*P],e[2*P+1],e[2*j],e[2*j+1])<0;)D=this._addTriangle(P,_,j,-1,s[j],s[P]),
this._legalize(D+2),s[P]=D,a[j]=j,S--,j=P;this._hullStart=n[_]=j,a[j]=n[L]=_,a[_]=L,r[this._hashKey(I,B)]=_,r[this._hashKey(e[2*j],e[2*j+1])]=j}this.hull=new Uint32Array(
S);for(let M=0,E=this._hullStart;M<S;M++)this.hull[M]=E,E=a[E];this.triangles=this._triangles.subarray(0,this.trianglesLen),this.halfedges=this._halfedges.subarray(
0,this.trianglesLen)}_hashKey(e,n){return Math.floor(Th(e-this._cx,n-this._cy)*this._hashSize)%this._hashSize}_legalize(e){let{_triangles:n,_halfedges:a,coords:s}=this,
r=0,o=0;for(;;){let i=a[e],l=e-e%3;if(o=l+(e+2)%3,i===-1){if(r===0)break;e=ks[--r];continue}let c=i-i%3,f=l+(e+1)%3,d=c+(i+2)%3,u=n[o],h=n[e],m=n[f],g=n[d];if(Ch(
s[2*u],s[2*u+1],s[2*h],s[2*h+1],s[2*m],s[2*m+1],s[2*g],s[2*g+1])){n[e]=g,n[i]=u;let y=a[d];if(y===-1){let v=this._hullStart;do{if(this._hullTri[v]===d){this._hullTri[v]=
e;break}v=this._hullPrev[v]}while(v!==this._hullStart)}this._link(e,y),this._link(i,a[o]),this._link(o,d);let b=c+(i+1)%3;r<ks.length&&(ks[r++]=b)}else{if(r===0)
break;e=ks[--r]}}return o}_link(e,n){this._halfedges[e]=n,n!==-1&&(this._halfedges[n]=e)}_addTriangle(e,n,a,s,r,o){let i=this.trianglesLen;return this._triangles[i]=
e,this._triangles[i+1]=n,this._triangles[i+2]=a,this._link(i,s),this._link(i+1,r),this._link(i+2,o),this.trianglesLen+=3,i}};function Th(t,e){let n=t/(Math.abs(
t)+Math.abs(e));return(e>0?3-n:1+n)/4}function Er(t,e,n,a){let s=t-n,r=e-a;return s*s+r*r}function Ch(t,e,n,a,s,r,o,i){let l=t-o,c=e-i,f=n-o,d=a-i,u=s-o,h=r-i,m=l*
l+c*c,g=f*f+d*d,w=u*u+h*h;return l*(d*w-g*h)-c*(f*w-g*u)+m*(f*h-d*u)<0}function Ih(t,e,n,a,s,r){let o=n-t,i=a-e,l=s-t,c=r-e,f=o*o+i*i,d=l*l+c*c,u=.5/(o*c-i*l),h=(c*
f-i*d)*u,m=(o*d-l*f)*u;return h*h+m*m}function Fh(t,e,n,a,s,r){let o=n-t,i=a-e,l=s-t,c=r-e,f=o*o+i*i,d=l*l+c*c,u=.5/(o*c-i*l),h=t+(c*f-i*d)*u,m=e+(o*d-l*f)*u;return{
x:h,y:m}}function ra(t,e,n,a){if(a-n<=20)for(let s=n+1;s<=a;s++){let r=t[s],o=e[r],i=s-1;for(;i>=n&&e[t[i]]>o;)t[i+1]=t[i--];t[i+1]=r}else{let s=n+a>>1,r=n+1,o=a;
Na(t,s,r),e[t[n]]>e[t[a]]&&Na(t,n,a),e[t[r]]>e[t[a]]&&Na(t,r,a),e[t[n]]>e[t[r]]&&Na(t,n,r);let i=t[r],l=e[i];for(;;){do r++;while(e[t[r]]<l);do o--;while(e[t[o]]>
l);if(o<r)break;Na(t,r,o)}t[n+1]=t[o],t[o]=i,a-r+1>=o-n?(ra(t,e,r,a),ra(t,e,n,o-1)):(ra(t,e,n,o-1),ra(t,e,r,a))}}function Na(t,e,n){let a=t[e];t[e]=t[n],t[n]=a}
function jh(t){return t[0]}function Lh(t){return t[1]}var bl=1e-6,Xe=class{constructor(){this._x0=this._y0=this._x1=this._y1=null,this._=""}moveTo(e,n){this._+=
`M${this._x0=this._x1=+e},${this._y0=this._y1=+n}`}closePath(){this._x1!==null&&(this._x1=this._x0,this._y1=this._y0,this._+="Z")}lineTo(e,n){this._+=`L${this._x1=
+e},${this._y1=+n}`}arc(e,n,a){e=+e,n=+n,a=+a;let s=e+a,r=n;if(a<0)throw new Error("negative radius");this._x1===null?this._+=`M${s},${r}`:(Math.abs(this._x1-s)>
bl||Math.abs(this._y1-r)>bl)&&(this._+="L"+s+","+r),a&&(this._+=`A${a},${a},0,1,1,${e-a},${n}A${a},${a},0,1,1,${this._x1=s},${this._y1=r}`)}rect(e,n,a,s){this._+=
`M${this._x0=this._x1=+e},${this._y0=this._y1=+n}h${+a}v${+s}h${-a}Z`}value(){return this._||null}},Ea=class{constructor(){this._=[]}moveTo(e,n){this._.push([e,
n])}closePath(){this._.push(this._[0].slice())}lineTo(e,n){this._.push([e,n])}value(){return this._.length?this._:null}},zr=class{constructor(e,[n,a,s,r]=[0,0,960,
500]){if(!((s=+s)>=(n=+n))||!((r=+r)>=(a=+a)))throw new Error("invalid bounds");this.delaunay=e,this._circumcenters=new Float64Array(e.points.length*2),this.vectors=
new Float64Array(e.points.length*2),this.xmax=s,this.xmin=n,this.ymax=r,this.ymin=a,this._init()}update(){return this.delaunay.update(),this._init(),this}_init(){
let{delaunay:{points:e,hull:n,triangles:a},vectors:s}=this,r,o,i=this.circumcenters=this._circumcenters.subarray(0,a.length/3*2);for(let g=0,w=0,y=a.length,b,v;g<
y;g+=3,w+=2){let k=a[g]*2,$=a[g+1]*2,x=a[g+2]*2,A=e[k],S=e[k+1],M=e[$],E=e[$+1],N=e[x],_=e[x+1],I=M-A,B=E-S,C=N-A,j=_-S,P=(I*j-B*C)*2;if(Math.abs(P)<1e-9){if(r===
void 0){r=o=0;for(let L of n)r+=e[L*2],o+=e[L*2+1];r/=n.length,o/=n.length}let D=1e9*Math.sign((r-A)*j-(o-S)*C);b=(A+N)/2-D*j,v=(S+_)/2+D*C}else{let D=1/P,L=I*I+
B*B,W=C*C+j*j;b=A+(j*L-B*W)*D,v=S+(I*W-C*L)*D}i[w]=b,i[w+1]=v}let l=n[n.length-1],c,f=l*4,d,u=e[2*l],h,m=e[2*l+1];s.fill(0);for(let g=0;g<n.length;++g)l=n[g],c=
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
e[n+1]===e[a+1]&&e[a+1]===e[s+1])&&(e.splice(a,2),n-=2)}e.length||(e=null)}return e}},Rh=2*Math.PI,sa=Math.pow;function Bh(t){return t[0]}function Ph(t){return t[1]}
function qh(t){let{triangles:e,coords:n}=t;for(let a=0;a<e.length;a+=3){let s=2*e[a],r=2*e[a+1],o=2*e[a+2];if((n[o]-n[s])*(n[r+1]-n[s+1])-(n[r]-n[s])*(n[o+1]-n[s+
1])>1e-10)return!1}return!0}function Dh(t,e,n){return[t+Math.sin(t+e)*n,e+Math.cos(t-e)*n]}var Os=class t{static from(e,n=Bh,a=Ph,s){return new t("length"in e?Wh(
e,n,a,s):Float64Array.from(Hh(e,n,a,s)))}constructor(e){this._delaunator=new As(e),this.inedges=new Int32Array(e.length/2),this._hullIndex=new Int32Array(e.length/
2),this.points=this._delaunator.coords,this._init()}update(){return this._delaunator.update(),this._init(),this}_init(){let e=this._delaunator,n=this.points;if(e.
hull&&e.hull.length>2&&qh(e)){this.collinear=Int32Array.from({length:n.length/2},(u,h)=>h).sort((u,h)=>n[2*u]-n[2*h]||n[2*u+1]-n[2*h+1]);let l=this.collinear[0],
c=this.collinear[this.collinear.length-1],f=[n[2*l],n[2*l+1],n[2*c],n[2*c+1]],d=1e-8*Math.hypot(f[3]-f[1],f[2]-f[0]);for(let u=0,h=n.length/2;u<h;++u){let m=Dh(
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
l=s[r+1];e.moveTo(i+n,l),e.arc(i,l,n,0,Rh)}return a&&a.value()}renderHull(e){let n=e==null?e=new Xe:void 0,{hull:a,points:s}=this,r=a[0]*2,o=a.length;e.moveTo(s[r],
s[r+1]);for(let i=1;i<o;++i){let l=2*a[i];e.lineTo(s[l],s[l+1])}return e.closePath(),n&&n.value()}hullPolygon(){let e=new Ea;return this.renderHull(e),e.value()}renderTriangle(e,n){
let a=n==null?n=new Xe:void 0,{points:s,triangles:r}=this,o=r[e*=3]*2,i=r[e+1]*2,l=r[e+2]*2;return n.moveTo(s[o],s[o+1]),n.lineTo(s[i],s[i+1]),n.lineTo(s[l],s[l+
1]),n.closePath(),a&&a.value()}*trianglePolygons(){let{triangles:e}=this;for(let n=0,a=e.length/3;n<a;++n)yield this.trianglePolygon(n)}trianglePolygon(e){let n=new Ea;
return this.renderTriangle(e,n),n.value()}};function Wh(t,e,n,a){let s=t.length,r=new Float64Array(s*2);for(let o=0;o<s;++o){let i=t[o];r[o*2]=e.call(a,i,o,t),r[o*
2+1]=n.call(a,i,o,t)}return r}function*Hh(t,e,n,a){let s=0;for(let r of t)yield e.call(a,r,s,t),yield n.call(a,r,s,t),++s}var Uh=.14;function Gh(t){return e=>{if(!e.startsWith("var("))return e;let n=t.style.color;t.style.color=e;let a=getComputedStyle(t).color;return t.style.color=
n,a}}function Ss(t,{samples:e,colouring:n,xs:a,ys:s,radius:r,width:o,height:i}){let l=t.getContext("2d"),c=Math.min(2,devicePixelRatio||1);t.width=Math.max(1,Math.
round(o*c)),t.height=Math.max(1,Math.round(i*c)),l.scale(c,c);let f=Gh(t.parentElement),d=new Map,u=h=>d.get(h)??d.set(h,f(h)).get(h)??h;l.lineWidth=1.5;for(let h of[
0,1])for(let m=0;m<e.count;m++){if(e.chosen.inside[m]!==h||!Number.isFinite(a[m]+s[m]))continue;l.globalAlpha=h?.85:Uh,l.beginPath(),l.arc(a[m],s[m],r,0,7);let g=u(
n.colour(m));e.wrong(m)?(l.strokeStyle=g,l.stroke()):(l.fillStyle=g,l.fill())}}function oa(t,e,n){let a=Array.from(e.keys()).filter(o=>t.chosen.inside[o]&&Number.
isFinite(e[o]+n[o])).sort((o,i)=>e[o]-e[i]||n[o]-n[i]||o-i),s=a.length?new Os(Float64Array.from(a.flatMap(o=>[e[o],n[o]]))):null;return{order:a,find:(o,i,l=24)=>{
let c=s?s.find(o,i):-1;return c>=0&&Math.hypot(e[a[c]]-o,n[a[c]]-i)<=l?c:-1}}}function za(t=!1){let e=p("div",{class:t?"mmv-field-y":"mmv-field-x","aria-hidden":"true"});function n(a,s){let r=Math.max(2,Math.floor(s/(t?44:64))),o=a.tickFormat(
r);e.replaceChildren(...a.ticks(r).map(i=>{let l=p("span",{},o(i));return l.style[t?"top":"left"]=`${a(i)}px`,l}))}return{node:e,draw:n}}function yl(t,e,n){let a=!1;for(let s=0,r=t.length-1;s<t.length;r=s++){let[[o,i],[l,c]]=[t[s],t[r]];i>n!=c>n&&e<(l-o)*(n-i)/(c-i)+o&&(a=!a)}return a}var ia=10,Kh=3,Yh=5,la=.05;function Vh(t,e,n,a){let s=Ee(e),{quantities:r,chosen:o}=s,i=e.modalities.length,l=r.map(K=>K.title),c=Rt("Across",l,()=>F()),f=Rt("U\
p",l,()=>F()),d=Ms(e,s,a),u=l.findIndex(K=>K.startsWith("φ "));c.select.value=String(e.task==="regression"&&e.labelled?0:u),f.select.value=String(e.task==="reg\
ression"&&e.labelled?2:i>1?u+1:0);let h=p("canvas",{role:"img"}),m=it("path",{class:"mmv-lasso"}),g=it("svg",{"aria-hidden":"true"},m),w=p("span",{class:"mmv-ri\
ng","aria-hidden":"true"}),y=[it("line",{class:"mmv-zero"}),it("line",{class:"mmv-zero"})];g.prepend(...y);let b=p("div",{class:"mmv-plot mmv-samples-plot"},h,g,
w),v=ct("rectangle by keyboard",()=>et(null),{class:"mmv-rectangle","aria-label":"Rectangle of the scatter plot. Arrow keys move it, with Shift they resize it; \
Enter selects the samples inside, Escape selects all."}),k=za(),$=za(!0),x=p("div",{class:"mmv-field-title"}),A=p("div",{class:"mmv-subtitle"}),S=p("div"),M=p("\
p",{class:"mmv-pointed mmv-small",role:"status"}),E=ct("show all samples",()=>o.set([])),N=rt("");t.append(ft("Samples: scatter plot"),p("div",{class:"mmv-inlin\
e"},c.node,f.node,d.node,v,E),S,p("div",{class:"mmv-field"},A,$.node,b,k.node,x),M,rt(`Drag around dots to select their samples, here and in the other overview \
views; press a dot to open its sample and to pin its values${e.labelled&&e.task==="classification"?"; hollow: misclassified":""}. By keyboard: arrow keys go fro\
m dot to dot across the plot, Enter pins, O opens; "rectangle by keyboard" selects.`),N);let _=new Float32Array(s.count),I=new Float32Array(s.count),B=-1,C=oa(s,
_,I),j=-1,P=null,D=[],L=K=>r[Number(K.select.value)],W=K=>Tt(e.compared.filter(V=>V.has("listed_phi")).map(V=>{let J=Ee(V),at=J.quantities.find(({title:ot})=>ot===
K.title);return at?Array.from({length:J.count},(ot,pt)=>at.of(pt)):[]})),T=K=>K.unit?`${K.title}, ${K.unit}`:K.title,O={x:Pe(),y:Pe()};function F(){let K=b.clientWidth,
V=b.clientHeight,[J,at]=[L(c),L(f)];if(!(!K||!V)){O={x:Pe(W(J),[ia,K-ia]),y:Pe(W(at),[V-ia,ia])};for(let ot=0;ot<s.count;ot++)[_[ot],I[ot]]=[O.x(J.of(ot)),O.y(at.
of(ot))];k.draw(O.x,K),$.draw(O.y,V),x.textContent=`${T(J)} →`,A.textContent=`↑ ${T(at)}`,[[O.x,"x",K],[O.y,"y",V]].forEach(([ot,pt,yt],ht)=>{let _t=ot(0),qt=pt===
"x"?"y":"x";y[ht].style.display=_t>ia&&_t<Number(yt)-ia?"":"none";for(let Kt of[1,2])y[ht].setAttribute(`${pt}${Kt}`,String(_t)),y[ht].setAttribute(`${qt}${Kt}`,
Kt===1?"0":String(pt==="x"?V:K))}),z()}}function z(){let K=b.clientWidth,V=b.clientHeight,J=d.colouring(),at=o.number();if(S.replaceChildren(J.legend()),E.disabled=
!o.filters().length,!K||!V)return;C=oa(s,_,I),Ss(h,{samples:s,colouring:J,xs:_,ys:I,radius:Kh,width:K,height:V});let ot=_.reduce((pt,yt,ht)=>pt+(Number.isFinite(
yt+I[ht])?0:1),0);N.textContent=ot?`${ot} of ${s.count} have no value for one of the axes and no dot.`:"",h.setAttribute("aria-label",`Scatter of ${s.count} sam\
ples, ${at} chosen: ${L(c).title} across, ${L(f).title} up`),q()}function q(){let K=-1;for(let V=0;V<s.count&&K<0;V++)B>=0&&s.open(V)===B&&(K=V);w.hidden=K<0||!Number.
isFinite(_[K]+I[K]),w.hidden||([w.style.left,w.style.top]=[`${_[K]}px`,`${I[K]}px`])}function H(K,V){let J=Uint8Array.from({length:s.count},(ot,pt)=>o.inside[pt]&&
K(pt)?1:0),at=J.reduce((ot,pt)=>ot+pt,0);at&&o.add({text:`${V}: ${at} samples`,test:ot=>J[ot]===1}),M.textContent=at?`${at} samples selected`:"no sample inside:\
 the selection is unchanged"}function R(K){K>=0&&s.open(K)>=0?a({sample:s.open(K)}):K>=0&&(M.textContent=s.closed(K))}let U=K=>{let{left:V,top:J}=b.getBoundingClientRect();
return[K.clientX-V,K.clientY-J]},G=()=>m.setAttribute("d",D.length?`M${D.map(([K,V])=>`${K.toFixed(1)} ${V.toFixed(1)}`).join("L")}Z`:"");b.addEventListener("po\
interdown",K=>{K.button===0&&(b.setPointerCapture(K.pointerId),D=[U(K)],P=null)}),b.addEventListener("pointermove",K=>{D.length&&(D.push(U(K)),G())}),b.addEventListener(
"pointerup",K=>{let V=D,[J,at]=U(K);if(!V.length)return;if(D=[],G(),!V.every(([pt,yt])=>Math.hypot(pt-V[0][0],yt-V[0][1])<Yh))return H(pt=>yl(V,_[pt],I[pt]),"la\
sso");let ot=C.find(J,at);ot>=0&&(K.pointerType!=="touch"||j===C.order[ot])&&R(C.order[ot])}),b.addEventListener("pointercancel",()=>{D=[],G()}),At(b,{label:"Sc\
atter plot of the samples",grid:()=>[Math.max(1,C.order.length),1],start:()=>[Math.max(0,C.order.findIndex(K=>s.open(K)===B&&B>=0)),0],cellAt:(K,V)=>{let J=D.length>
1?-1:C.find(K*b.clientWidth,V*b.clientHeight);return J<0?[-1,-1]:[J,0]},placeOf:K=>[_[C.order[K]]/(b.clientWidth||1),I[C.order[K]]/(b.clientHeight||1)],read(K){
let V=C.order[K]??-1,[J,at]=[L(c),L(f)],ot=d.colouring();if(V<0)return null;setTimeout(()=>j=V);let pt=r.find(yt=>yt.title===ot.title&&yt!==J&&yt!==at);return{title:s.
id[V],at:{},rows:[...s.rows(V),...[J,at,...pt?[pt]:[]].map(yt=>[yt.title,X(yt.of(V)),yt.unit]),...s.open(V)<0?[["sample","not recorded"]]:[]]}}}),b.addEventListener(
"keydown",K=>{K.key.toLowerCase()!=="o"||K.ctrlKey||K.metaKey||K.altKey||(K.preventDefault(),K.stopPropagation(),R(j))});let Y={ArrowLeft:[-la,0],ArrowRight:[la,
0],ArrowUp:[0,-la],ArrowDown:[0,la]};function et(K,V=!1){let[J,at,ot,pt]=P??[.4,.4,.2,.2],yt=(Ht,_e=0)=>Math.min(1,Math.max(_e,Ht)),[ht,_t]=K??[0,0];P=V?[J,at,yt(
ot+ht,la),yt(pt+_t,la)]:[yt(J+ht),yt(at+_t),ot,pt];let[qt,Kt,St,Me]=P,pe=b.clientWidth,xt=b.clientHeight;D=[[qt*pe,Kt*xt],[(qt+St)*pe,Kt*xt],[(qt+St)*pe,(Kt+Me)*
xt],[qt*pe,(Kt+Me)*xt]],G(),D=[];let Ct=0;for(let Ht=0;Ht<s.count;Ht++)o.inside[Ht]&&tt(Ht)&&Ct++;M.textContent=`rectangle: ${L(c).title} ${X(O.x.invert(qt*pe))}\
 to ${X(O.x.invert((qt+St)*pe))}, ${L(f).title} ${X(O.y.invert((Kt+Me)*xt))} to ${X(O.y.invert(Kt*xt))}: ${Ct} samples`}function tt(K){let[V,J,at,ot]=P??[0,0,0,
0],pt=_[K]/b.clientWidth,yt=I[K]/b.clientHeight;return pt>=V&&pt<=V+at&&yt>=J&&yt<=J+ot}return v.addEventListener("keydown",K=>{let V=Y[K.key];if(V)et(V,K.shiftKey);else if(K.
key==="Enter"&&P)H(tt,"rectangle");else if(K.key==="Escape")P=null,G(),o.set([]),M.textContent="all samples";else return;K.preventDefault(),K.stopPropagation()}),
o.listen(z),matchMedia("(prefers-color-scheme: dark)").addEventListener("change",z),new ResizeObserver(F).observe(b),t.addEventListener("mmv-print",F),F(),K=>{B=
K.sample,d.draw(K)?z():q()}}gt({name:"sample scatter",place:"wide",order:30,section:"overview",needs:["listed_phi","overview_value"],mount:Vh});function Jh(t,e,n,a){return t.append(ft("Overview"),p("p",{class:"mmv-sentence"},Q(e.overview.sentence))),e.has("class_score")&&Xh(t,e,a),()=>{}}function Xh(t,e,n){
let a=Ee(e),{subset:s,row:r,metric:o,interval:i,left_out:l,total:c}=e.overview,f=s.length,d=r.length,u=o==="accuracy",[h,m,g]=[0,1,2].map(S=>e.part("class_score",
S)),w=e.part("class_count"),y=e.part("overview_row_of"),b=S=>s[S].toString(2).replaceAll("0","").length,v=s.map((S,M)=>M).sort((S,M)=>b(M)-b(S)||S-M),k=Math.max(
...Array.from(h).filter(Number.isFinite),1e-9);function $(S,M){let E=S*f+M,N=h[E],_=Number.isFinite(m[E]+g[E]),I=u?2:e.digits,B=_?`${st(m[E],I)} to ${st(g[E],I)}`:
"no interval",C=p("button",{type:"button",class:"mmv-score",title:`${o} of ${r[S]} with ${a.subsetName(M)}: ${st(N,3)} (${B}), ${w[S]} samples`},p("span",{},st(
N,I)),p("span",{class:"mmv-score-ends"},B));return C.style.setProperty("--weight",String(Number.isFinite(N)?u?N:1-N/k:0)),C.disabled=!w[S],C.addEventListener("c\
lick",()=>a.chosen.set([...S<d-1?[{text:u?`true = ${r[S]}`:r[S],test:j=>y[j]===S}]:[],u?{text:`misclassified with ${a.subsetName(M)}`,test:j=>a.classOf(j,M)>=0&&
a.classOf(j,M)!==a.truth[j]}:{text:`absolute error above ${st(N,I)} with ${a.subsetName(M)}`,test:j=>a.errorOf(j,M)>N}],"scores")),C}let x=v.map(S=>s[S]===0?["n\
one"]:[...e.modalities.flatMap((M,E)=>s[S]>>E&1?[zt(E),ne(`${M.name} `)]:[]),...e.trained&&!e.trained[s[S]]?["*"]:[]]),A=e.modalities.map((S,M)=>p("span",{class:"\
mmv-key"},zt(M),Q(S.name)));t.append(p("div",{class:"mmv-subtitle"},u?"Accuracy by true class and subset of modalities, the others masked":"Mean absolute error \
by target and subset of modalities, the others masked"),p("div",{class:"mmv-keys"},...A),vs({label:`${o} of each ${u?"class":"range of targets"} for every subse\
t of modalities`,corner:[ne(u?"true class":"target")],columns:x,kind:"mmv-scores",rows:r.map((S,M)=>({head:[Q(S),p("span",{class:"mmv-faint"},` n = ${w[M]}`)],cells:v.
map(E=>$(M,E))}))}),xs(a,n,"scores"),...e.overview.control?[p("p",{class:"mmv-small"},Q(e.overview.control))]:[],rt(`Below each value: its interval (${i}). The \
intervals are not corrected for the number of cells, nor for choosing the lowest. `,...l?[`${l} of ${c} samples have a prediction that is not finite and are lef\
t out. `]:[],u?"Press a cell to list its misclassified samples; arrow keys move between cells.":"Press a cell to list its samples with an error above the mean; \
arrow keys move between cells.",...e.trained?.some(S=>!S)?[" * not met in training."]:[]),...Ge(e))}gt({name:"overview",place:"main",order:1,section:"overview",
needs:["overview_value"],mount:Jh});var ca=74,wl=2.2,Tr=8;function Zh(t,e){let n=new Float32Array(t.length).fill(NaN),a=2*wl,s=new Uint32Array(Math.ceil(e/a)+1),r=l=>Math.max(0,Math.min(s.length-1,
Math.floor(l/a)));t.forEach(l=>Number.isFinite(l)&&s[r(l)]++);let o=Math.min(a,(ca-2*Tr)/Math.max(1,...s)),i=new Uint32Array(s.length);return t.forEach((l,c)=>{
if(!Number.isFinite(l))return;let f=i[r(l)]++;n[c]=ca/2+(f%2?1:-1)*Math.ceil(f/2)*o}),n}function Qh(t,e,n,a){let s=Ee(e),r=e.modalities.length,o=Ms(e,s,a),i=e.part(
"listed_phi"),l=p("div"),c=p("p",{class:"mmv-pointed mmv-small",role:"status"}),[f,d]=Tt(e.compared.filter(b=>b.has("listed_phi")).map(b=>b.part("listed_phi")),
!0),u=za(),h=p("div",{class:"mmv-field-title"},`φ, ${e.target_name} →`),m=-1,g=e.modalities.map((b,v)=>{let k=p("canvas",{role:"img"}),$=p("span",{class:"mmv\
-zero-line","aria-hidden":"true"}),x=p("div",{class:"mmv-plot mmv-swarm"},k,$),A=p("td",{class:"mmv-value"}),S=new Float32Array(0),M=S,E=-1,N=oa(s,S,M);function _(B){
c.textContent=B>=0&&s.open(B)<0?s.closed(B):"",B>=0&&s.open(B)>=0&&a({sample:s.open(B)})}x.addEventListener("click",B=>{let C=N.find(B.offsetX,B.offsetY);C>=0&&
(B.pointerType!=="touch"||E===N.order[C])&&_(N.order[C])}),At(x,{label:`Shapley values of ${b.name}`,grid:()=>[Math.max(1,N.order.length),1],start:()=>[Math.max(
0,N.order.findIndex(B=>s.open(B)===m&&m>=0)),0],cellAt:(B,C)=>{let j=N.find(B*x.clientWidth,C*ca);return j<0?[-1,-1]:[j,0]},placeOf:B=>[S[N.order[B]]/(x.clientWidth||
1),M[N.order[B]]/ca],read(B){let C=N.order[B]??-1;return C<0?null:(setTimeout(()=>E=C),{title:s.id[C],modality:v,at:{modality:v},rows:[["φ",mt(i[C*r+v],e.digits)],
...s.rows(C),...s.open(C)<0?[["sample","not recorded"]]:[]]})}}),x.addEventListener("keydown",B=>{B.key.toLowerCase()!=="o"||B.ctrlKey||B.metaKey||B.altKey||(B.
preventDefault(),B.stopPropagation(),_(E))});function I(){let B=x.clientWidth;if(!B)return;let C=Pe([f,d],[Tr,B-Tr]);S=Float32Array.from({length:s.count},(D,L)=>C(
i[L*r+v])),M=Zh(S,B),N=oa(s,S,M),$.style.left=`${C(0)}px`,Ss(k,{samples:s,colouring:o.colouring(),xs:S,ys:M,radius:wl,width:B,height:ca}),v===0&&u.draw(C,B);let j=Array.
from({length:s.count},(D,L)=>L).filter(D=>s.chosen.inside[D]&&Number.isFinite(S[D])).map(D=>i[D*r+v]).sort((D,L)=>D-L),P=j.length?(j[j.length-1>>1]+j[j.length>>
1])/2:NaN;A.replaceChildren(ne("median "),mt(P,e.digits)),k.setAttribute("aria-label",`Shapley values of ${b.name} of ${j.length} samples: ${j.length?`from ${X(
j[0])} to ${X(j[j.length-1])}, median ${X(P)}`:"none"}`)}return{lay:I,box:x,node:p("tr",{},p("th",{scope:"row"},...$t(e,v)),p("td",{},x),A)}}),w=p("tr",{},p("td"),
p("td",{},u.node,h),p("td",{class:"mmv-value mmv-faint"},"median"));t.append(ft("Distribution of Shapley values"),p("div",{class:"mmv-inline"},o.node),l,p("tabl\
e",{class:"mmv-swarms","aria-label":"Shapley values of the samples by modality"},p("tbody",{},...g.map(b=>b.node),w)),c,rt(`One dot for each of ${s.count}${s.count<
e.listed.total?` of ${e.listed.total} (stratified)`:""} samples; across: Shapley value φ of ${e.target_name}, at the epoch that training selected${e.labelled&&
e.task==="classification"?"; hollow: misclassified":""}; faint: outside the chosen samples. Press a dot to open its sample and to pin its values; arrow keys go \
from dot to dot, Enter pins, O opens.`));function y(){l.replaceChildren(o.colouring().legend()),g.forEach(b=>b.lay())}return s.chosen.listen(y),matchMedia("(pre\
fers-color-scheme: dark)").addEventListener("change",y),new ResizeObserver(y).observe(g[0].box),t.addEventListener("mmv-print",y),y(),b=>{m=b.sample,o.draw(b)&&
y()}}gt({name:"shapley distribution",place:"columns",order:6,section:"overview",needs:["listed_phi","overview_value"],height:t=>150+(ca+6)*t,mount:Qh});function tp(t,e){let n=e.outputs.map(r=>{let o=p("span",{class:"mmv-mark"}),i=p("span"),{track:l,set:c,was:f}=ce(null);return{mark:yn(o),value:yn(i),set:c,was:f,
node:fe(kt(p("div",{class:"mmv-split"},Q(r),o)),l,i)}}),a=p("table",{"aria-label":"Probability of each class"},p("tbody",{},...n.map(r=>r.node))),s=n.length>10?
{class:"mmv-scroll",tabindex:0,role:"region","aria-label":"All classes"}:{};return t.append(ft("Prediction"),...Bn(e),p("div",s,a)),({sample:r,epoch:o,time:i})=>{
let l=e.part("prediction",o,r,i),c=qn(l),f=e.edited()?e.recorded.part("prediction",o,r,i):null;n.forEach((d,u)=>{d.set(0,l[u],l[u]),d.was(0,f?f[u]:NaN,f?f[u]:NaN),
d.value(st(l[u],e.digits),f?`, as recorded ${st(f[u],e.digits)}`:""),d.mark(e.targets[r]!==u?"":e.labelled?"true":"explained",u===c?" predicted":""),dt(d.node,"\
className",u===c?"mmv-best":"")})}}function ep(t,e){let n=["predicted","target"].map(r=>{let o=p("span"),{track:i,set:l,was:c}=Ye(null);return{cell:yn(o),set:l,
was:c,node:fe(kt(r),i,o)}});n[0].node.className="mmv-best",n[1].node.className="mmv-target",t.append(ft("Prediction"),...Bn(e),p("table",{"aria-label":"Predicte\
d and target value"},p("tbody",{},...n.map(r=>r.node))));let a=It(),s=0;return r=>{let{sample:o,epoch:i,time:l}=r,c=e.targets[o]??NaN,f=e.part("prediction",i,o,
l)[0],d=e.edited()?e.recorded.part("prediction",i,o,l)[0]:NaN;a(r,"sample")&&(s=Jt([c],...ge(e,"prediction",o))),[f,c].forEach((u,h)=>{n[h].set(u,s),n[h].cell(st(
u,e.digits),h===0&&Number.isFinite(d)?`, as recorded ${st(d,e.digits)}`:"")}),n[0].was(d,s)}}var np=(t,e)=>(e.task==="classification"?tp:ep)(t,e);gt({name:"pred\
iction",place:"side",order:10,section:"sample",needs:["prediction"],early:!0,first:!0,mount:np});var vl=16,Ns=3;function ap(t,e){let n=e.modalities.length,a=2**n-1,s=e.retraining,r=Object.fromEntries(["masked","retrained","gap"].map(y=>[y,[0,1,2].map(b=>e.part(
y,b))])),o=y=>y.toString(2).replaceAll("0","").length,i=Array.from({length:a+1},(y,b)=>b).filter(y=>a<vl||o(y)<=1||o(y)>=n-1||y===s.best).sort((y,b)=>o(y)-o(b)||
y-b),[l,c]=Tt([...r.masked,...r.retrained],!0),f=y=>(y-l)/(c-l||1),d=(y,b,v)=>p("td",{class:"mmv-interval"},ne("interval "),Number.isFinite(y[1][b])?`${v(y[1][b])}\
 to ${v(y[2][b])}`:"–");function u(y,b,v){let k=r[b],{track:$,set:x}=ce(null);b==="retrained"&&($.firstElementChild.style.opacity="0.5"),x(f(0),f(k[0][y]));let A=p(
"div",{class:"mmv-whisker"});Number.isFinite(k[1][y])&&(A.style.left=`${100*f(k[1][y])}%`,A.style.width=`${100*(f(k[2][y])-f(k[1][y]))}%`,$.append(A));let S=fe(
kt(...v),$,st(k[0][y],Ns));return S.append(d(k,y,M=>st(M,Ns))),S}let h=y=>y===0?[p("span",{},"none")]:e.modalities.flatMap((b,v)=>y>>v&1?[zt(v),ne(`${b.name} `)]:
[]),m=s.harm==="harm",g=i.flatMap(y=>[u(y,"masked",[...h(y)," masked"]),u(y,"retrained",[...y===0?["constant"]:[...h(y)," trained"],...m&&y===s.best?[" ▲ harm"]:
[]])]),w=e.modalities.map((y,b)=>p("tr",{},kt(...$t(e,b)),p("td",{class:"mmv-value"},mt(r.gap[0][b],Ns)),d(r.gap,b,v=>mt(v,Ns))));return t.append(ft("Value by r\
etraining"),p("table",{class:"mmv-overall","aria-label":"Value of each subset: full model with the others masked, and model trained on the subset"},p("tbody",{},
...g)),rt("masked: the full model with the other modalities masked; trained: a model trained on the subset; constant: best constant prediction. Bars: ",Q(s.units),
"; lines: ",Q(s.interval),". Trainings of a study, not the recorded run; each: ",Q(s.budget),". Harm: ",Q(s.harm_text),"."),ft("Gap of each modality: trained al\
one − masked"),p("table",{class:"mmv-overall","aria-label":"Gap of each modality: trained alone minus masked"},p("tbody",{},...w)),...s.explanations.map((y,b)=>p(
"details",{class:"mmv-small"},p("summary",{},...$t(e,b),": ",Q(s.verdicts[b])),rt(Q(y))))),()=>{}}gt({name:"value by retraining",place:"columns",order:21,section:"\
overview",needs:["retrained","masked","gap"],height:t=>190+24*t+44*(2**t<=vl?2**t:2*t+2),mount:ap});var sp=[120,126,138];function rp(t){let{recorded:e}=t,[n,,a,s,r,o]=t.shape("routing");for(let i=0;i<e.recorded_samples;i++)for(let l=0;l<s;l++){let c=e.part("st\
ate_valid",i,l),f=t.experts.map(({owner:d})=>d<0||d===l?255:0);for(let d=0;d<n;d++)for(let u=0;u<a;u++){let h=e.part("routing",d,i,u,l);for(let m=0;m<r;m++)for(let g=0;c[m]&&
g<o;g++)if(h[m*o+g]!==f[g])return!1}}return!0}function op(t,e,n,a){let s=e.sizes.time,[,,r,o,,i]=e.shape("routing"),l=e.experts.map(({owner:$})=>$<0||!e.colours[$%
8]?sp:Wa(e.colours[$%8].slice(1))),c=({owner:$})=>$<0?p("span",{class:"mmv-glyph","aria-hidden":"true"},"○"):zt($),f=$=>[c($),Q($.name)],d=e.experts.every($=>Pn(
$.name)<=13),u=e.modalities.map($=>p("canvas",{role:"img","aria-label":`Expert weights of ${$.name} over the sequence, ${i} experts; the table holds their mean \
use`})),h=u.map(()=>p("div",{class:"mmv-stroke"})),m=null,g=ve(),w=e.modalities.map(($,x)=>{let A=p("div",{class:"mmv-plot mmv-map mmv-experts"},u[x],h[x]);return A.
style.height=`${16*i}px`,Wt(A,A,S=>a({time:Math.min(s-1,Math.max(0,Math.ceil(ut(s,m).share(S)*s-1e-9)-1))})),be(A,A,s,()=>m,a),At(A,{label:`Expert weights of ${e.
modalities[x].name}: experts over steps`,grid:()=>[s,i],start:()=>[m?.time??0,0],cellAt:(S,M)=>[Ft(ut(s,m).share(S),s),Ft(M,i)],placeOf:(S,M)=>[ut(s,m).across((S+
.5)/s),(M+.5)/i],locate:({time:S})=>{let M=ut(s,m);return S===void 0||S<M.from||S>M.to?null:{x:[M.across(S/s),M.across((S+1)/s)]}},read(S,M){if(!m)return null;let{
sample:E,epoch:N}=m,_=Math.min(m.layer,r-1),I=e.part("state_valid",E,x)[S],B=e.part("routing",N,E,_,x)[S*i+M]/255,C=e.edited()&&e.replaced("routing")&&e.recorded.
part("state_valid",E,x)[S]?e.recorded.part("routing",N,E,_,x)[S*i+M]/255:NaN;return{title:e.experts[M].name,modality:x,at:{modality:x,time:S},rows:[["gate weigh\
t",I?st(B,3):"no data"],["at",Mt(e,E,S)],...Number.isFinite(C)?[["recorded",st(C,3)],["difference",`${B>C?"+":""}${st(B-C,3)}`]]:[]]}}}),p("div",{class:"mmv-lan\
e"},p("div",{class:"mmv-gutter"},p("div",{class:"mmv-name"},...$t(e,x)),p("div",{class:"mmv-rows","aria-hidden":"true"},...e.experts.map(S=>p("span",{},...d?f(S):
[c(S)])))),A)}),y=e.experts.map(({owner:$})=>e.modalities.map(()=>{let x=p("span"),{track:A,set:S}=ce($<0?null:$);return{value:x,set:S,node:p("td",{},A,x)}})),b=ft(
"Experts"),v=p("caption",{class:"mmv-small"});t.append(b,p("div",{"data-plots":""},...w),p("div",{class:"mmv-lane"},p("span"),g.node),p("table",{class:"mmv-list\
 mmv-usage","aria-label":"Mean weight of each expert"},v,p("thead",{},p("tr",{},p("td"),...e.modalities.map(($,x)=>p("th",{scope:"col"},...$t(e,x))))),p("tbody",
{},...e.experts.map(($,x)=>p("tr",{},kt(...f($)),...y[x].map(A=>A.node))))),...rp(e)?[rt("The experts are fixed, not routed: in all recorded samples and epochs \
every step uses each shared expert and each expert of its own modality with weight 1. The map shows which steps have data, nothing that was learned.")]:[],rt("D\
arkness: gate weight. Colour and glyph of an expert: its modality (○: shared expert). Hatched: no data."));let k=It();return $=>{let{sample:x,epoch:A,time:S}=$,
M=Math.min($.layer,r-1),[E,N]=de(e,$),_=e.modalities.map((j,P)=>e.part("routing",A,x,M,P)),I=e.modalities.map((j,P)=>e.part("state_valid",x,P)),B=ut(s,$),C=B.across(
(S+1)/s);m=$,h.forEach(j=>{j.hidden=C<0||C>1+1e-9,j.style.left=`${100*C}%`}),k($,"sample","zoom")&&(u.forEach(j=>Ne(j,s,$)),g.draw(re(e,$).map(j=>({...j,at:B.across(
j.at)})),ye(e,$))),k($,"sample","epoch","layer","brush")&&(b.textContent=`Experts in layer ${e.layers[M]}`,v.textContent=$.brush?"Mean weight over the time rang\
e":"Mean weight over the sequence",u.forEach((j,P)=>{Le(j,s,i,(D,L)=>I[P][D]?[...l[L],_[P][D*i+L]]:null);for(let D=0;D<i;D++){let L=0,W=0;for(let T=E;T<=N;T++)I[P][T]&&
([L,W]=[L+_[P][T*i+D]/255,W+1]);y[D][P].set(0,W?L/W:0),y[D][P].value.textContent=st(W?L/W:NaN,2)}}))}}gt({name:"routing",section:"explanation",place:"wide",order:10,
needs:["routing"],mount:op});var Cr=12,xl=["all samples","recorded, with hidden states","correct","incorrect"];function $l(t){let e=t.map(n=>n.trim()===""?NaN:Number(n));return e.every((n,a)=>!Number.
isNaN(n)||t[a]==="nan")?n=>e[n]:n=>t[n]}function ip(t){let{id:e,target:n,predicted:a}=t.listed,s=t.part("listed_phi"),r=t.part("listed_prediction"),o=t.modalities.
length,i=t.task==="classification"?[{title:t.labelled?"p(target)":"p(predicted)",text:l=>st(r[l],2),key:l=>r[l]}]:[];return[{title:"sample",text:l=>e[l],key:l=>e[l]},
{title:"target",text:l=>n[l],key:$l(n)},{title:t.task==="classification"?"predicted":"predicted value",text:l=>a[l],key:$l(a)},...i,...t.modalities.map((l,c)=>({
title:`φ ${l.name}`,text:f=>mt(s[f*o+c],t.digits),key:f=>s[f*o+c]}))]}function lp(t,e,n,a){let s=Ee(e),{id:r,target:o,predicted:i,total:l}=e.listed,c=r.length,
{correct:f,recorded:d,chosen:u}=s,h=ip(e),m=[],g={column:-1,down:!1},w=0,y=0,b=!1,v=p("input",{type:"search","aria-label":"Samples whose id, target or predictio\
n contains",placeholder:"id, target or prediction"}),k=Rt("Show",e.task==="classification"?xl:xl.slice(0,2),()=>C());v.addEventListener("input",()=>C());let $=h.
map((D,L)=>{let W=p("span",{"aria-hidden":"true"}),T=ct("",()=>{g={column:L,down:g.column===L&&!g.down},C()},{class:"mmv-sort"});return T.append(Q(D.title),W),{
mark:W,node:p("th",{scope:"col"},T)}});t.style.setProperty("--columns",String(h.length));let x=p("tbody"),A=p("span",{role:"status"}),S=p("p",{class:"mmv-small",
role:"status"}),M=p("div",{class:"mmv-chips",role:"group","aria-label":"Filters of the chosen samples",hidden:""}),E=ct("previous",()=>B(-1),{"aria-label":"Prev\
ious page of samples"}),N=ct("next",()=>B(1),{"aria-label":"Next page of samples"}),_=c<l?`${c} of ${l} samples are listed: a subset with the same share of ever\
y true and predicted class, and every recorded one; tables above count all ${l}. `:"",I=Array.from({length:c},(D,L)=>L).some(D=>s.open(D)<0);t.append(ft("Sample\
s"),M,p("div",{class:"mmv-inline"},v,k.node,A,E,N),p("div",{class:"mmv-scroll-x",tabindex:0,role:"region","aria-label":"Table of samples"},p("table",{class:"mmv\
-list mmv-samples","aria-label":"Samples"},p("thead",{},p("tr",{},...$.map(D=>D.node))),x)),S,rt(`${_}${e.recorded_text?`With hidden states: ${e.recorded_text}.\
 `:""}Predictions and Shapley values are those of the epoch that training selected. Press the name of a sample to show it in all views.`,...I?[` Names that are \
not underlined were not recorded, and the page holds no model that computes them. ${Mr}`]:[]));function B(D){w=Math.max(0,Math.min(Math.ceil(m.length/Cr)-1,w+D)),
j()}function C(){let D=v.value.trim().toLowerCase(),L=Number(k.select.value);m=[];for(let O=0;O<c;O++)!u.inside[O]||(L===1?d[O]<0:L>1&&f[O]!==3-L)||(!D||`${r[O]}\
 ${o[O]} ${i[O]}`.toLowerCase().includes(D))&&m.push(O);let{column:W,down:T}=g;if(W<0)m=[...m.filter(O=>d[O]>=0),...m.filter(O=>d[O]<0)];else{let O=h[W].key,F=T?
-1:1;m.sort((z,q)=>{let[H,R]=[O(z),O(q)];return F*(H<R?-1:H>R?1:0)||z-q})}$.forEach(({mark:O,node:F},z)=>{O.textContent=z===W?T?" ▼":" ▲":"",z===W?F.setAttribute(
"aria-sort",T?"descending":"ascending"):F.removeAttribute("aria-sort")}),w=0,j()}function j(){S.textContent="";let D=b?Math.max(1,m.length):Cr,L=b?0:w*Cr;A.textContent=
m.length?`${L+1} to ${Math.min(m.length,L+D)} of ${m.length}`:"none",E.disabled=w===0,N.disabled=L+D>=m.length,x.replaceChildren(...m.slice(L,L+D).map(W=>{let T=s.
open(W),O=h.map((F,z)=>{if(z>0)return p("td",{},Q(F.text(W)));let q=ct("",()=>T<0?void(S.textContent=s.closed(W)):a({sample:T}),{class:T<0?"mmv-closed":"mmv-ope\
n",...T<0?{title:"not recorded"}:{}});return q.append(Q(r[W])),p("th",{scope:"row"},q)});return p("tr",{"data-listed":W,...T===y?{class:"mmv-best","aria-current":"\
true"}:{}},...O)}))}function P(){let D=u.filters();M.hidden=!D.length,M.replaceChildren(...D.map(L=>{let W=ct("",()=>u.remove(L),{class:"mmv-chip","aria-label":`\
Remove the filter ${L.text}`});return W.append(Q(L.text),p("span",{"aria-hidden":"true"}," ✕")),W}),...D.length>1?[ct("clear all filters",()=>u.set([]))]:[]),
C()}return["mmv-print","mmv-printed"].forEach((D,L)=>t.addEventListener(D,()=>{b=L===0,j()})),u.listen(P),C(),({sample:D})=>{D!==y&&(y=D,j())}}gt({name:"samples",
place:"wide",order:40,section:"overview",needs:["listed_phi","listed_prediction","listed_correct","listed_recorded"],mount:lp});var Cn=(t,e,n)=>Number.isFinite(t[n])?Math.min(e.sizes.time-1,Math.max(0,Math.ceil(t[n]*e.sizes.time-1e-4)-1)):-1;function Ir(t,e,n){let a=-1;for(let s=0;s<t.length;s++){
let r=Cn(t,e,s),o=a<0?-1:Cn(t,e,a);r<0||(a<0||(r<=n?o>n||t[s]>=t[a]:o>n&&t[s]<t[a]))&&(a=s)}return a}function pn({steps:t},e,n){let a=e*n+1,s=Math.min(t,(e+1)*n);
return a===s?String(a):`${a} to ${s}`}var Ml=(t,e)=>t.compared.flatMap(n=>n.scans.flatMap((a,s)=>a.site===e.site?[{one:n,k:s,about:a}]:[]));function mn(t,e,n,a){
let[,,s,r]=t.shape(`scan_norm_${e}`),{scale:o}=t.scans[e],i=t.part(`scan_norm_${e}`,n,a),l=t.part(`scan_mean_${e}`,n,a),c=f=>!Number.isNaN(l[f]);return{rows:s,columns:r,
mean:l,valid:c,level:(f,d)=>c(d)?i[f*r+d]:-1,value:(f,d)=>c(d)?i[f*r+d]/255*o:NaN,clipped:(f,d)=>c(d)&&i[f*r+d]===255,half_life:t.part(`scan_half_life_${e}`,n,a),
sorted:t.part(`scan_quantile_${e}`,n,a),until:t.part(`scan_until_${e}`,n,a),channels:t.part(`scan_index_${e}`,a)}}function Ta(t,e,n,a){let s=t.scans[e].influence;
if(!s)return null;let[,,r,o]=t.shape(`scan_influence_${e}`),i=t.part(`scan_influence_${e}`,n,a),l=(d,u,h)=>i[(d*o+u)*r+h],c=(d,u,h)=>s.scale*(l(d,u,h)/255)**2,f=d=>Array.
from({length:o},(u,h)=>{let m=0,g=0,w=-1;for(let y=0;y<=d;y++){let b=c(d,h,y);m+=b,b>g&&([g,w]=[b,y])}return{sum:m,at:w}});return{blocks:r,sources:o,width:s.width,
level:l,value:c,sums:f}}var fa=(t,e)=>`${t} ${e}${t===1?"":"s"}`;function cp(t){let{modality:e,streams:n,steps:a,channels:s,states:r,replay_error:o}=t,i=`${fa(n.length,"stream")} × ${fa(
a,"step")} × ${fa(s,"channel")}${r?` × ${fa(r,"state")}`:""}`,l=o===null?"no replay error: mmkernels computed this scan, or the error was not recorded":`the c\
aptured tensors reproduce the output of this function to ${X(o,2)} of its largest value`;return["Function ",Q(t.function),e?", modality ":", no single modality",
Q(e),`; ${i}; ${l}.`,...t.alignment?[" Steps: ",Q(t.alignment),"."]:[]]}function _l(t){let e=p("canvas",{role:"img"}),n=p("div",{class:"mmv-at"}),a=p("div",{class:"\
mmv-stroke"}),s=p("div",{class:"mmv-subtitle"}),r=p("div",{class:"mmv-plot mmv-map mmv-scan-map"},e,p("div",{class:"mmv-marks","aria-hidden":"true"},...t==="bot\
h"?[n,a]:[n])),o=p("span"),i=p("span");return{canvas:e,across:n,down:a,title:s,box:r,first:o,last:i,node:p("div",{class:"mmv-charted"},s,p("div",{class:"mmv-sca\
le","aria-hidden":"true"},o,i),r)}}function fp(t,e,n,a){let s=e.scans,r=e.sizes.time,o=0,i=0,l=0,c=-1,f=null,d=()=>f&&W(f),u=Rt("Site",s.map(T=>`${T.site}${T.modality&&
` · ${T.modality}`}`),T=>{[o,i,l,c]=[T,0,0,-1],d()}),h=Rt("SSM stream",[],T=>{[i,l]=[T,0],d()}),m=p("input",{type:"range",min:0,step:1,"aria-label":"Row of the\
 captured scan"}),g=p("input",{type:"range",min:0,step:1,"aria-label":"Step of the captured scan"});m.addEventListener("input",()=>{l=Number(m.value),d()}),g.addEventListener(
"input",()=>I(Number(g.value)));let w=p("p",{class:"mmv-small"}),y=_l("both"),b=_l("target"),v=rt(),k=Gt({label:"Half-lives of all channels in ascending order; \
the table has that of the selected channel",log:"log",series:[{f:0,name:"half-life"}]}),$=Gt({label:"Hidden-state magnitude over the steps: mean over all channe\
ls, and the selected channel; the table has the numbers",series:[{f:0,name:"mean over all channels"},{f:1,name:"selected channel"}],onPick:T=>I(Math.round(T*(_()-
1)))}),x=p("p",{class:"mmv-small mmv-pointed"}),A=p("tbody"),S=p("table",{class:"mmv-list","aria-label":"Values of the captured scan at the cursor"},A),M=rt(),E=[
...e.has("influence")?[]:["operator map"],...e.has("path")?[]:["state trajectories"]],N=E.length?[rt(`No ${E.join(", no ")} over all modalities: these need capt\
ured scans of one shape in every modality, and a recorded influence map.`)]:[];t.append(ft("Captured scans of the module"),p("div",{class:"mmv-controls mmv-scan\
-controls"},u.node,h.node,p("label",{class:"mmv-control mmv-grow"},p("span",{},"Row"),m),p("label",{class:"mmv-control mmv-grow"},p("span",{},"Step"),g)),w,p("d\
iv",{class:"mmv-pair mmv-scan-charts"},p("div",{},y.node,$.node,Aa(["mean over all channels","selected channel"],$.turn)),p("div",{},b.node,v,k.node)),x,S,M,...N,
...e.missing_scans?[rt(Q(e.missing_scans))]:[],rt("Rows: the channels whose ‖h‖₂ varies most, longest half-life first. Influence: magnitude of the effect of a s\
ource step on the output of the scan, with its gates held fixed; it is of this scan alone, not of the whole module. Hatched: no data. Press on a map, or use the\
 sliders, to move the cursor."));let _=()=>e.shape(`scan_norm_${o}`)[3];function I(T){c=Math.min(_()-1,Math.max(0,T));let O=f?Cn(mn(e,o,f.sample,i).until,e,c):-1;
f&&O>=0&&O!==f.time?a({time:O}):d()}let B=(T,O)=>[Math.min(_()-1,Math.max(0,Math.floor(T*_()))),Math.max(0,Math.min(e.shape(`scan_norm_${o}`)[2]-1,Math.floor(O*
e.shape(`scan_norm_${o}`)[2])))];Wt(y.box,y.box,(T,O)=>{let[F,z]=B(T,O);l=z,I(F)}),Wt(b.box,b.box,(T,O)=>{let F=f&&Ta(e,o,f.sample,i);F&&I(Math.floor((Math.min(
s[o].steps,(Math.min(F.blocks-1,Math.max(0,Math.floor(O*F.blocks)))+1)*F.width)-1)/s[o].pooled))});function C(T,O){if(!f)return"";let F=mn(e,o,f.sample,i),{pooled:z}=s[o];
return`Channel ${F.channels[T]}, step ${pn(s[o],O,z)}: ‖h‖₂ ${z>1?"mean ":""}${D(F,T,O)}, half-life ${X(F.half_life[T])} steps.`}let j=()=>f?C(l,c):"",P=T=>{
let O=f?Cn(mn(e,o,f.sample,i).until,e,T):-1;return O<0?{}:{time:O}};At(y.box,{label:"Hidden-state magnitude of the captured scan, channels over steps",grid:()=>[
_(),e.shape(`scan_norm_${o}`)[2]],start:()=>[Math.max(0,c),l],locate:({time:T})=>{let O=f&&T!==void 0?Ir(mn(e,o,f.sample,i).until,e,T):-1;return O<0?null:{x:[O/
_(),(O+1)/_()]}},read(T,O){if(!f)return null;let F=mn(e,o,f.sample,i),{pooled:z}=s[o],q=e.edited()&&e.replaced(`scan_norm_${o}`)?mn(e.recorded,o,f.sample,i).value(
O,T):NaN,H=F.value(O,T);return{title:`${s[o].site}: channel ${F.channels[O]}`,at:P(T),rows:[[`‖h‖₂${z>1?", mean":""}`,D(F,O,T)],["step",pn(s[o],T,z)],["ha\
lf-life",X(F.half_life[O]),"steps"],...Number.isFinite(q)?[["recorded",X(q)],["difference",`${H>q?"+":""}${X(H-q)}`]]:[]]}}}),At(b.box,{label:"Influence map of \
the captured scan, target steps down, source steps across",grid:()=>{let T=f&&Ta(e,o,f.sample,i);return T?[T.sources*T.blocks,T.blocks]:[0,0]},read(T,O){let F=f&&
Ta(e,o,f.sample,i);if(!F)return null;let z=Math.floor(T/F.blocks),q=T%F.blocks;return{title:s[o].site,at:P(Math.floor((Math.min(s[o].steps,(O+1)*F.width)-1)/s[o].
pooled)),rows:[["influence",q>O?"0 (later source)":X(F.value(O,z,q))],...s[o].streams.length>1?[["source",s[o].streams[z]],["target",s[o].streams[i]]]:[],["sour\
ce step",pn(s[o],q,F.width)],["target step",pn(s[o],O,F.width)]]}}});let D=(T,O,F)=>`${T.clipped(O,F)?"≥ ":""}${X(T.value(O,F))}`,L=(T,O)=>p("tr",{},kt(T),p("\
td",{},O));function W(T){f=T;let{sample:O,time:F}=T,z=s[o],{pooled:q}=z,H=mn(e,o,O,i),{rows:R,columns:U,mean:G,until:Y}=H,et=Ir(Y,e,F);(c<0||c>=U)&&(c=U-1),et>=
0&&Cn(Y,e,c)!==F&&(c=et),l=Math.min(l,R-1),u.select.value=String(o),h.node.hidden=z.streams.length<2,(h.select.options.length!==z.streams.length||[...h.select.options].
some((xt,Ct)=>xt.text!==z.streams[Ct]))&&h.select.replaceChildren(...z.streams.map((xt,Ct)=>p("option",{value:Ct},xt))),h.select.value=String(i),[[m,R,l],[g,U,c]].
forEach(([xt,Ct,Ht])=>{xt.max=String(Number(Ct)-1),xt.value=String(Ht)});let tt=pn(z,c,q),K=Cn(Y,e,c),V=K<0?"":`${e.duration_s[O]===null?"time ":""}${Mt(e,O,K)}`;
m.setAttribute("aria-valuetext",`row ${l+1} of ${R}, channel ${H.channels[l]}`),g.setAttribute("aria-valuetext",`step ${tt} of ${z.steps}${V&&`, ${V}`}`),w.replaceChildren(
...cp(z)),w.title=z.description;let J=Ml(e,z),at=Math.max(...J.map(xt=>xt.about.scale)),ot=z.scale/at;Yt(y.canvas,U,R,(xt,Ct)=>{let Ht=H.level(Ct,xt);return Ht<
0?-1:Math.round(Ht*ot)}),y.canvas.setAttribute("aria-label",`Hidden-state magnitude of ${R} channels over ${U} columns; the table has the value at the cursor`),
y.title.textContent=`‖h‖₂: ${R<z.channels?`${R} of ${z.channels} channels`:fa(R,"channel")} (down) over ${fa(z.steps,"step")} (across${q>1?`, means of ${q}`:
""}); colours from 0 to ≥ ${X(at)}`,y.first.textContent="row 1",y.last.textContent=String(R),y.down.style.left=`${100*(c+1)/U}%`,y.across.style.top=`${100*l/R}\
%`,y.across.style.height=`${100/R}%`;let pt=J.flatMap(({one:xt,k:Ct})=>xt.scans[Ct].streams.map((Ht,_e)=>xt.part(`scan_mean_${Ct}`,O,_e))),yt=[0,Math.max(at,Tt(
pt,!0)[1])];$.draw({values:(xt,Ct)=>xt?H.value(l,Ct):G[Ct],count:U,now:c,range:yt,x:_a("step",U,"other",xt=>pn(z,xt,q)),y:{name:"‖h‖₂",text:X}}),$.say({title:"\
‖h‖₂ over the steps"});let{sorted:ht}=H,_t=Tt(J.flatMap(({one:xt,k:Ct})=>xt.scans[Ct].streams.map((Ht,_e)=>xt.part(`scan_quantile_${Ct}`,O,_e)))),qt=H.half_life[l],
Kt=Array.from(ht).reduce((xt,Ct,Ht)=>Math.abs(Math.log(Ct/qt))<Math.abs(Math.log(ht[xt]/qt))?Ht:xt,0);k.node.hidden=!ht.some(xt=>Number.isFinite(xt)&&xt>0),k.node.
hidden||(k.draw({values:(xt,Ct)=>ht[Ct],count:ht.length,now:Number.isFinite(qt)?Kt:-1,range:_t,rule:!1,x:_a("rank, shortest first",ht.length,"other"),y:{name:"h\
alf-life",unit:"steps",text:X}}),k.say({title:`half-lives of all ${z.channels} channels in ascending order, steps`}));let St=Ta(e,o,O,i);b.node.hidden=!St;let Me=St&&
e.edited()&&e.replaced(`scan_norm_${o}`)&&!e.replaced(`scan_influence_${o}`);v.hidden=!!St&&!Me,v.textContent=Me?"As recorded: the influence map does not show t\
he edit.":St?"":`No influence map: ${z.no_influence}.`;let pe=[];if(St&&z.influence){let xt=Math.max(...J.map(Ce=>Ce.about.influence?.scale??0)),Ct=Math.sqrt(z.
influence.scale/xt),Ht=Math.min(St.blocks-1,Math.floor(c*q/St.width));Yt(b.canvas,St.sources*St.blocks,St.blocks,(Ce,ke)=>{let nn=Ce%St.blocks;return nn>ke?-1:Math.
round(Ct*St.level(ke,Math.floor(Ce/St.blocks),nn))}),b.canvas.setAttribute("aria-label",`Influence map of ${St.blocks} target blocks by ${St.sources} times ${St.
blocks} source blocks; the table has the sums at the cursor`),b.title.textContent=`influence: target steps (down), source steps (across${St.sources>1?`: ${z.streams.
join(", ")}`:""}), blocks of ${St.width}; colours from 0 to ${X(xt)}, by square root`,b.first.textContent="step 1",b.last.textContent=String(z.steps),b.across.style.
top=`${100*Ht/St.blocks}%`,b.across.style.height=`${100/St.blocks}%`;let _e=St.sums(Ht),ha=_e.reduce((Ce,ke)=>Ce+ke.sum,0);pe=_e.map(({sum:Ce,at:ke},nn)=>L(St.sources>
1?`influence of ${z.streams[nn]}`:"influence",ha&&ke>=0?`${St.sources>1?`${st(100*Ce/ha,0)} %, `:""}largest from step ${pn(z,ke,St.width)}`:"–"))}A.replaceChildren(
L("step",`${tt} of ${z.steps}${V&&` (${V})`}`),L("channel",`${H.channels[l]} (row ${l+1} of ${R})`),L("half-life, steps",X(qt)),L("‖h‖₂ of the channel",D(
H,l,c)),L(`mean ‖h‖₂ of ${z.channels} channels`,X(G[c])),...pe),x.textContent=j(),M.textContent=et>=0?"":"The steps of this scan do not map to the time ax\
is, so that its cursor is its own.",M.hidden=et>=0}return W}gt({name:"captured scans",section:"explanation",place:"wide",order:5,needs:["scan_norm_0"],mount:fp});function dp(t,e){let{names:n,shown:a}=e.seeds,s=e.sizes.time,r=e.modalities.length,o=e.has("attribution_agreement"),i=e.modalities.map((h,m)=>{let g=n.map((b,v)=>e.
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
"map_agreement",m)[0];u(h,"sample")&&l.forEach((b,v)=>Yt(b,s,1,k=>Number.isFinite(w[v*s+k])?Math.round(255*w[v*s+k]):-1));for(let b=0;b<r;b++){let v=w[b*s+g];c[b].
style.left=`${100*(g+.5)/s}%`,d[b].textContent=Number.isFinite(v)?`${Math.round(v*n.length)} of ${n.length}`:"–"}f.textContent=`At ${Mt(e,m,g)}: number of see\
ds with the sign of the mean. Mean rank correlation of the maps of two seeds: ${Number.isFinite(y)?st(y,2):"not defined"}.`}}gt({name:"agreement over seeds",place:"\
columns",order:22,section:"training",needs:["seed_phi"],height:t=>190+52*t,mount:dp});function up(t,e,n,a){let s=e.sizes.epoch,r=e.sizes.time,o=e.modalities.length,i=e.modalities.map((y,b)=>b),l=i.map(y=>{let b=p("span"),{track:v,set:k,was:$}=Ye(
y);return{value:yn(b),set:k,was:$,node:fe(kt(...$t(e,y)),v,b)}}),c=p("span"),f=p("span"),d=(y,b)=>p("tr",{class:"mmv-total"},kt(y),p("td"),p("td",{class:"mmv-va\
lue"},b)),u=Gt({label:"Shapley value of each modality over the sequence; the table has the numbers at the cursor",series:i.map(y=>({m:y})),onPick:y=>a({time:Math.
round(y*(r-1))})}),h=Gt({label:"Shapley value of each modality over training; the table has the numbers at the epoch",series:i.map(y=>({m:y})),onPick:y=>a({epoch:Math.
round(y*(s-1))})});t.append(ft("Shapley value φ, ",Q(e.target_name)),...Bn(e),p("table",{"aria-label":"Exact Shapley value of each modality"},p("tbody",{},d("b\
aseline v(∅)",c),...l.map(y=>y.node),d("full model v(all)",f))),...e.imputation?[rt("Shapley values; ",Q(e.imputation),".")]:[],...Ge(e),p("div",{class:"mmv-p\
air"},u.node,h.node));let m=It(),g=0,w=Tt([]);return y=>{let{sample:b,epoch:v,time:k,brush:$}=y;m(y,"sample")&&(w=Tt(ge(e,"phi",b),!0),g=Jt(w));let x=e.part("ph\
i",v,b,k),A=e.part("phi",v,b),{recorded:S}=e,M=e.edited()?S.part("phi",v,b):null;l.forEach((_,I)=>{_.set(x[I],g),_.was(M?M[k*o+I]:NaN,g),_.value(mt(x[I],e.digits),
M?`, as recorded ${mt(M[k*o+I],e.digits)}`:"")});let E=e.task==="classification"?e.targets[b]:0;wt(c,st(e.part("baseline",v,b)[k],e.digits)),wt(f,st(e.part("pre\
diction",v,b,k)[E],e.digits));let N={name:"φ",text:_=>mt(_,e.digits)};u.draw({values:(_,I)=>A[I*o+_],count:r,now:k,range:w,brush:$,before:M&&((_,I)=>M[I*o+_]),
x:cn(e,y),y:N}),u.say({title:`over the sequence, ${sn(e,v).split(" of ")[0]}`}),h.draw({values:(_,I)=>S.part("phi",I,b,k)[_],count:s,now:v,range:w,x:qe(e.epochs),
y:N}),h.say({title:`over training, ${M?"as recorded, ":""}at ${Mt(e,b,k)}`})}}gt({name:"shapley",place:"side",order:20,section:"sample",needs:["phi"],mount:up});var hp=({curves:t,part:e},n)=>[...t.keys()].filter(a=>t[a].chart===n).map(a=>e("history").filter((s,r)=>r%t.length===a));function pp(t,{history_epochs:e,epochs:n}){
let a=e.filter((f,d)=>Number.isFinite(t[d])),s=a.slice(1).map((f,d)=>f-a[d]),r=f=>s.filter(d=>d===f).length,o=s.reduce((f,d)=>r(d)>r(f)?d:f,1),i=r(o)>1?o:1,l=n.
length<e.length&&a.every(f=>n.includes(f)),c=f=>l?n.includes(f):(f-a[0])%i===0;return t.map((f,d)=>Number.isFinite(f)||c(e[d])?f:void 0)}function mp(t,e,n,a){let{
curves:s,history_epochs:r}=e,o=s.length,i=e.part("history"),l=r[0],c=r[r.length-1]-l||1,f=u=>e.epochs.reduce((h,m,g)=>Math.abs(m-l-u*c)<Math.abs(e.epochs[h]-l-u*
c)?g:h,0),d=[...new Set(s.map(u=>u.chart))].map(u=>{let h=s.map((M,E)=>({...M,k:E})).filter(M=>M.chart===u),m=h.every(M=>M.modality<0),g=Gt({label:`${u} over tr\
aining: ${h.map(M=>M.name).join(", ")}`,onPick:M=>a({epoch:f(M)}),log:"linear",series:h.map((M,E)=>m?{f:E,name:M.name}:{m:M.modality,name:M.name})}),w=M=>(r[M]-
l)/c,y=h.map(({k:M})=>pp(r.map((E,N)=>i[N*o+M]),e)),b=Tt(e.compared.filter(M=>M.has("history")).flatMap(M=>hp(M,u)),!m),v=/loss/.test(u)&&e.task==="classificati\
on"?"nats":"";g.say({title:v?`${u}: cross-entropy in nats, and auxiliary losses`:u});let k=m&&h.length===1,$=h.map(()=>p("span")),x=p("div",{class:"mmv-small mm\
v-curve-values"},...h.map((M,E)=>p("span",{class:"mmv-key"},...k?[]:[dn(N=>g.turn(E,N),M.name,m?ea(E):zt(M.modality),p("span",{},Q(M.name)," "))],$[E])));return{
node:p("div",{},g.node,x),draw:M=>{let E=r.indexOf(M);g.draw({values:(N,_)=>y[N][_],count:r.length,now:E,range:b,place:w,x:{...qe(r,w),text:N=>String(r[N])},y:{
name:u,unit:v,text:N=>X(N)}}),$.forEach((N,_)=>N.textContent=E<0||y[_][E]===void 0?"":X(y[_][E]))}}});return t.append(ft("Training"),p("div",{class:"mmv-pair"},
...d.map(u=>u.node))),({epoch:u})=>d.forEach(h=>h.draw(e.epochs[u]))}gt({name:"training",section:"training",place:"wide",order:30,needs:["history"],mount:mp});var De=400,We=250,kl=18,Al=[44,24],gp=[22,22];function bp(t,[e,n],[a,s],[r,o]){for(let i of[.5,.35,.65,.25,.75]){let l=[(1-i)**2*e+2*i*(1-i)*a+i*i*r,(1-i)**2*n+
2*i*(1-i)*s+i*i*o];if(t.every(([c,f,d])=>[c,f].some((u,h)=>Math.abs(u-l[h])>(d[h]+Al[h])/2)))return l}return null}function yp(t,e){let n=e.sizes.time,a=e.modalities.
length,s=e.modalities.map(($,x)=>it("path",{class:"mmv-share mmv-past","data-m":x%8})),r=e.modalities.map(($,x)=>it("path",{class:"mmv-share","data-m":x%8,"stro\
ke-dasharray":Ke[x%8]})),o=e.modalities.flatMap(($,x)=>e.modalities.map((A,S)=>x===S?null:it("path",{class:"mmv-arrow","data-m":S%8}))),i=e.modalities.map(($,x)=>zt(
x)),l=o.map($=>$&&p("span",{class:"mmv-weight"})),c=it("svg",{viewBox:`0 0 ${De} ${We}`,role:"img"},...s,...r,...o.flatMap($=>$??[])),f=p("div",{class:"mmv-plot\
 mmv-plane"},c,p("div",{class:"mmv-marks","aria-hidden":"true"},...l.flatMap($=>$??[]),...i)),d=p("span"),u=p("div",{class:"mmv-scale mmv-ticks-y","aria-hidden":"\
true"}),h=ve(),m=p("span"),g=e.modalities.map(()=>!1);t.append(ft("State trajectories"),p("div",{class:"mmv-charted"},p("div",{class:"mmv-subtitle","aria-hidden":"\
true"},m),u,f,h.node),p("div",{class:"mmv-inline"},...e.modalities.map(($,x)=>dn(A=>{g[x]=!A,[s[x],r[x]].forEach(S=>S.classList.toggle("mmv-off",!A)),i[x].style.
visibility=A?"":"hidden"},$.name,...$t(e,x)))),rt(d));let w=null,y=[];At(f,{label:"State trajectories in the plane of the first two principal components",grid:()=>[
n,a],start:()=>[w?.time??0,0],cellAt($,x){let A=y.reduce((S,M)=>S<0||Math.hypot(v[M]-$*De,k[M]-x*We)<Math.hypot(v[S]-$*De,k[S]-x*We)?M:S,-1);return A<0?[0,-1]:[
A%n,Math.floor(A/n)]},locate:()=>null,read($,x){if(!w||g[x]||!Number.isFinite(v[x*n+$]))return null;let{sample:A,layer:S}=w,M=e.part("path",A,S),E=e.edited()&&e.
replaced("path")?e.recorded.part("path",A,S):null,N=2*(x*n+$),_=[["PC 1",X(M[N])],["PC 2",X(M[N+1])],["at",Mt(e,A,$)]];return E&&_.push(...[0,1].map(I=>[`PC ${I+
1}, difference`,`${M[N+I]>E[N+I]?"+":""}${X(M[N+I]-E[N+I])}`])),{title:"state",modality:x,at:{modality:x,time:$},rows:_,place:[v[x*n+$]/De,k[x*n+$]/We]}}});let b=It(),
v=[],k=[];return $=>{let{sample:x,layer:A,time:S}=$,[M,E]=de(e,$);w=$;let N=e.part("path",x,A),_=e.part("path_share",x,A),I=e.part("path_coupling",x,A),B=(P,D,L)=>{
let W=P*n+D;return zn(L-D+1,T=>v[W+T],T=>k[W+T])};if(b($,"sample","layer")){let P=[1/0,1/0],D=[-1/0,-1/0];N.forEach((W,T)=>Number.isFinite(W)&&([P[T%2],D[T%2]]=
[Math.min(P[T%2],W),Math.max(D[T%2],W)]));let L=Math.min((De-2*kl)/(D[0]-P[0]||1),(We-2*kl)/(D[1]-P[1]||1));v=Array.from({length:a*n},(W,T)=>De/2+(N[2*T]-(P[0]+
D[0])/2)*L),k=Array.from({length:a*n},(W,T)=>We/2-(N[2*T+1]-(P[1]+D[1])/2)*L),y=Array.from({length:a*n},(W,T)=>T).filter(W=>Number.isFinite(v[W]+k[W])),[[De,6],
[We,4]].forEach(([W,T],O)=>{let F=(P[O]+D[O])/2,z=y.length?Nn([F-W/2/L,F+W/2/L],T):[],q=ln(z),H=z.map((U,G)=>({at:O?.5-(U-F)*L/We:.5+(U-F)*L/De,text:q[G]})),R=y.
length?`${O?"up: ":""}PC ${O+1} (${st(100*_[O],0)} % of the variance)`:"";O?(Ut(u,H,"top"),m.textContent=R):h.draw(H,R)}),s.forEach((W,T)=>W.setAttribute("d",B(
T,0,n-1))),d.textContent=Number.isFinite(_[0])?`First two principal components of the states of all SSM streams: ${st(100*_[0],0)} % and ${st(100*_[1],0)} % of \
the variance, always at epoch ${e.best_epoch??"–"}. Arrows: coupling weight W from the previous step of the source, with numbers where there is room.`:"The st\
ates of this layer are not finite and have no principal components."}r.forEach((P,D)=>P.setAttribute("d",B(D,M,Math.max(M,Math.min(E,S)))));let C=[],j=e.modalities.
map((P,D)=>[v[D*n+S],k[D*n+S],gp]).filter(([P])=>Number.isFinite(P));i.forEach((P,D)=>{let L=D*n+S;P.hidden=!Number.isFinite(v[L]),P.style.left=`${100*v[L]/De}%`,
P.style.top=`${100*k[L]/We}%`;for(let W=0;W<a;W++){let T=o[D*a+W],O=l[D*a+W],F=I[D*a+W],z=W*n+Math.max(0,S-1);if(!T||!O)continue;let q=Number.isFinite(v[L]+v[z])&&
Math.abs(F)>.005&&S>0,H=v[L]-v[z],R=k[L]-k[z],U=(v[L]+v[z])/2-R*.18,G=(k[L]+k[z])/2+H*.18;T.setAttribute("d",q?`M${v[z].toFixed(1)} ${k[z].toFixed(1)}Q${U.toFixed(
1)} ${G.toFixed(1)} ${v[L].toFixed(1)} ${k[L].toFixed(1)}`:""),T.style.strokeWidth=`${Math.min(8,.6+9*Math.abs(F))}px`;let Y=q?bp(j,[v[z],k[z]],[U,G],[v[L],k[L]]):
null;O.hidden=!Y,Y&&(j.push([...Y,Al]),O.textContent=st(F,2),O.style.left=`${100*Y[0]/De}%`,O.style.top=`${100*Y[1]/We}%`),q&&C.push(`W[${e.modalities[D].name},\
 ${e.modalities[W].name}] = ${st(F,2)}`)}}),c.setAttribute("aria-label",`States of ${a} SSM streams in one plane, at ${Mt(e,x,S)}; ${C.join(", ")}`)}}gt({name:"\
trajectory",section:"explanation",place:"columns",order:10,needs:["path","path_coupling"],height:()=>400,mount:yp});var Fr=400,Ca=90,Sl=80,Nl=t=>t.compared.filter(e=>e.has("plan")),wp=(t,e)=>Math.max(...Nl(t).flatMap(n=>n.transport_scale[e]));function Ol(t,e,n){let a=t.part("\
plan",e,n),s=t.sizes.time,[,,,r]=t.shape("plan");return Array.from({length:s},(o,i)=>{let l=a.subarray(i*r,(i+1)*r),c=Math.max(...l);return c&&l.some(f=>f<c)?l.
indexOf(c)-i:NaN})}function vp(t,e,n){let a=t.sizes.time,[,,,s]=t.shape("plan"),{source:r,anchor:o}=t.pairs[e],i=`${r} to ${o}`,l=null,c=()=>s===a?l:null,f=S=>S>=
ut(a,l).from&&S<=ut(a,l).to,d=["Plan","Cost"].map(S=>{let M=p("canvas",{role:"img","aria-label":`${S} from ${i}: ${a} by ${s} steps`}),E=p("div",{class:"mmv-at"}),
N=p("div",{class:"mmv-plot mmv-map mmv-square"},M,E),_=p("span"),I=p("div",{class:"mmv-scale mmv-ticks-y","aria-hidden":"true"}),B=ve();Wt(N,N,(j,P)=>n({time:Ft(
ut(a,l).share(P),a)})),be(N,N,a,()=>l,n);let C=S==="Plan"?"plan":"cost";return At(N,{label:`${S} from ${i}: steps of ${r} down, steps of ${o} across`,grid:()=>[
s,a],start:()=>[0,l?.time??0],cellAt:(j,P)=>[Ft(ut(s,c()).share(j),s),Ft(ut(a,l).share(P),a)],placeOf:(j,P)=>[ut(s,c()).across((j+.5)/s),ut(a,l).across((P+.5)/a)],
locate:({time:j})=>j===void 0||j>=a||!f(j)?null:{y:[ut(a,l).across(j/a),ut(a,l).across((j+1)/a)]},read(j,P){if(!l)return null;let D=t.part(C,l.sample,e)[P*s+j],
L=D/255*t.transport_scale[C][e],W=t.edited()&&t.replaced(C)?t.recorded.part(C,l.sample,e)[P*s+j]/255*t.transport_scale[C][e]:NaN;return{title:i,at:{time:P},rows:[
[S.toLowerCase(),`${t.replaced(C)&&D===255?"≥ ":""}${X(L)}`],[`${r}, at`,Mt(t,l.sample,P)],[`${o}, at`,s===a?Mt(t,l.sample,j):`step ${j+1} of ${s}`],...Number.
isFinite(W)?[["recorded",X(W)],["difference",`${L>W?"+":""}${X(L-W)}`]]:[]]}}}),{canvas:M,line:E,most:_,left:I,below:B,node:p("div",{class:"mmv-charted"},p("div",
{class:"mmv-subtitle"},`${S.toLowerCase()}, colours from 0 to `,_),I,N,B.node)}}),u=it("g"),h=it("path",{class:"mmv-here"}),m=it("svg",{viewBox:`0 0 ${Fr} ${Ca}`,
preserveAspectRatio:"none",role:"img","aria-label":`Ribbons from the steps of ${r} (top) to the steps of ${o} (bottom)`},u,h),g=Gt({label:`Lag of the largest ma\
ss of ${i} over the sequence, in steps`,series:[{f:0}],onPick:S=>n({time:Math.round(S*(a-1))})}),w=Gt({label:`Transport distance of ${i} over training`,series:[
{f:0}],log:"linear",onPick:S=>n({epoch:Math.round(S*(t.sizes.epoch-1))})}),y=p("p",{class:"mmv-small"}),b=p("div",{class:"mmv-transport"},p("div",{class:"mmv-na\
me"},Q(r)," → ",Q(o)),p("div",{class:"mmv-pair"},...d.map(S=>S.node),p("div",{},p("div",{class:"mmv-subtitle"},"ribbons: ",Q(r)," above, ",Q(o)," below"),p("d\
iv",{class:"mmv-plot mmv-river"},m),g.node,w.node)),y),v=It(),k=[],$=Tt([]),x=Tt([]);function A(S){let{sample:M,epoch:E,time:N}=S,[_,I]=de(t,S),B=t.part("plan",
M,e),C=ut(a,S);if(l=S,v(S,"sample","zoom")){let F=ut(s,c()),z=re(t,S,4);d.forEach(({canvas:q,most:H,left:R,below:U},G)=>{let Y=G?"cost":"plan",et=t.part(Y,M,e),
tt=wp(t,Y),K=t.transport_scale[Y][e]/tt;Yt(q,F.to+1-F.from,C.to+1-C.from,(V,J)=>Math.round(K*et[(J+C.from)*s+V+F.from])),Ut(R,z.map(({at:V,text:J})=>({at:C.across(
V),text:J})),"top"),U.draw(s===a?z.map(({at:V,text:J})=>({at:C.across(V),text:J})):[{at:0,text:"1"},{at:1,text:String(s)}],`${o}${s===a?`, ${ye(t,S)}`:", step"}`),
H.textContent=`${t.replaced(Y)?"≥ ":""}${X(tt)}`}),k=Ol(t,M,e),$=Tt(Nl(t).flatMap(q=>q.pairs.map((H,R)=>Ol(q,M,R))),!0),x=Tt(ge(t,"distance",M),!0)}if(v(S,"sa\
mple","brush")){let F=[];for(let H=_;H<=I;H++)for(let R=0;R<s;R++)B[H*s+R]&&F.push([B[H*s+R],H,R]);F.sort((H,R)=>R[0]-H[0]);let z=F.length?F[0][0]:1,q=(H,R)=>(H+
.5)/R*Fr;u.replaceChildren(...F.slice(0,Sl).map(([H,R,U])=>{let G=it("path",{class:"mmv-ribbon",d:`M${q(R,a).toFixed(1)} 0C${q(R,a).toFixed(1)} ${Ca/2} ${q(U,s).
toFixed(1)} ${Ca/2} ${q(U,s).toFixed(1)} ${Ca}`});return G.style.strokeWidth=`${(.5+4*(H/z)).toFixed(1)}px`,G}))}h.setAttribute("d",`M${(N+.5)/a*Fr} 0V${Ca}`),d.
forEach(({line:F})=>{F.hidden=!f(N),F.style.top=`${100*C.across(N/a)}%`,F.style.height=`${100/a/C.length}%`}),g.draw({values:(F,z)=>k[z],count:a,now:N,range:$,brush:S.
brush,x:cn(t,S),y:{name:"lag",unit:"steps",text:F=>mt(F,0)}}),g.say({title:"lag of the largest mass, steps"});let j=t.epochs.map((F,z)=>t.recorded.part("distanc\
e",z,M)[e]),P=t.part("distance",E,M)[e];w.draw({values:(F,z)=>j[z],count:j.length,now:E,range:x,x:qe(t.epochs),y:{name:"distance",text:F=>st(F,3)}}),w.say({title:`\
distance over training${t.edited()?", as recorded":""}`});let D=t.edited()!==null&&!t.replaced("estimated_lag"),L=!t.has("estimated_lag")||t.lacks("estimated_la\
g",M)&&!t.replaced("estimated_lag"),W=L?NaN:t.part("estimated_lag",M)[e],T=Number.isFinite(k[N])?`lag of the largest mass ${mt(k[N],0)} steps`:"no anchor step r\
eceives more mass than the others",O=L?"the page does not compute the estimated lag of the sequence":D?`estimated lag of the sequence as recorded ${Number.isFinite(
W)?`${mt(W,0)} steps`:"none"}, the page does not compute it for an edit`:Number.isFinite(W)?`estimated lag of the sequence ${mt(W,0)} steps`:"no estimated lag: \
none stands out from permuted controls";y.textContent=`${r} to ${o}, ${Mt(t,M,N)}: ${T}; ${O}; distance ${st(P,3)} at ${sn(t,E)}.`}return{node:b,draw:A}}function xp(t,e,n,a){
let s=e.pairs.map((r,o)=>vp(e,o,a));return t.append(ft("Transport"),...s.map(r=>r.node),rt(`Plan and cost are those of the epoch that training selected; one col\
our scale for all plans, one for all costs. Down: steps of the modality, across: steps of its anchor. Ribbons: the ${Sl} largest entries in the time range. Lag:\
 step of the anchor minus step of the modality; positive: it matches a later step of the anchor. The estimated lag is the one at which the costs are lowest besi\
de the means of their rows and columns.`)),r=>s.forEach(o=>o.draw(r))}gt({name:"transport",section:"explanation",place:"wide",order:20,needs:["plan","cost","dis\
tance"],mount:xp});var Ot=t=>t.reduce((e,n)=>e*n,1);function Nt(t){let e=new Array(t.length);for(let n=t.length-1,a=1;n>=0;n--)e[n]=a,a*=t[n];return e}function he(t,e){let n=Nt(t),
a=e.length-t.length;return e.map((s,r)=>r<a||t[r-a]===1?0:n[r-a])}var da=(t,e)=>t<0?t+e:t;function He(t,e,n,a){let s=t.length-1,r=s<0?1:t[s],o=r?Ot(t)/r:0,i=e.length,
l=new Int32Array(Math.max(1,t.length)),c=new Int32Array(i);return()=>{l.fill(0);for(let f=0;f<i;f++)c[f]=n[f];for(let f=0;f<o;f++){a(f*r,c);for(let d=s-1;d>=0;d--){
for(let u=0;u<i;u++)c[u]+=e[u][d];if(++l[d]<t[d])break;for(let u=0;u<i;u++)c[u]-=e[u][d]*t[d];l[d]=0}}}}function El(t,e,n,a,s=t.shape){let r=s.length-1,o=r<0?1:
s[r],i=r<0?0:n[r];return He(s,[n],[a],(l,c)=>{let f=t.data,d=e.data,u=c[0];if(i===1)for(let h=0;h<o;h++)f[l+h]=d[u+h];else for(let h=0;h<o;h++)f[l+h]=d[u+h*i]})}
function zl(t,e,n,a,s=e.shape){let r=s.length-1,o=r<0?1:s[r],i=r<0?1:n[r];return He(s,[n],[a],(l,c)=>{let f=t.data,d=e.data,u=c[0];for(let h=0;h<o;h++)f[u+h*i]=
d[l+h]})}var Vt=class extends Error{},gn=t=>typeof t=="object"&&t!==null&&!Array.isArray(t);function nt(t,e){throw new Vt(`model in the page: node ${t.index} (${t.op}) ${e}\
; save the page again`)}function lt(t,e){let n=t.args[e];return gn(n)?n:nt(t,`has no array ${e}`)}var te=(t,e)=>t.args[e]==null?null:lt(t,e);function In(t,e){let n=t.
args[e];return Array.isArray(n)||nt(t,`has no list ${e}`),n.map(a=>gn(a)?a:nt(t,`has a list ${e} with something that is no array`))}function bt(t,e,n){let a=t.args[e];
return a==null&&n!==void 0?n:typeof a=="number"||typeof a=="boolean"?Number(a):nt(t,`has no number ${e}`)}function ze(t,e,n){let a=t.args[e];return a==null&&n!==
void 0?n:(Array.isArray(a)?a:[a]).map(r=>typeof r=="number"?r:nt(t,`has a list ${e} with something that is no number`))}function Qe(t,e){let n=t.args[e];return typeof n!=
"number"&&typeof n!="boolean"?lt(t,e):{shape:[],size:1,type:"d",data:Float64Array.of(Number(n)),source:null,shift:0,constant:!0,kept:!0,first:0,last:0,offset:-1}}
function Qt(t,e,n,a){let s=bt(t,e,a),r=s<0?s+n:s;return Number.isInteger(r)&&r>=0&&r<Math.max(1,n)?r:nt(t,`has axis ${s} of ${n}`)}function tn(t,e){let n=t.out.
shape;for(let{shape:a}of e){let s=n.length-a.length;(s<0||a.some((r,o)=>r!==1&&r!==n[o+s]))&&nt(t,`cannot combine the shape ${a.join(" x ")} into ${n.join(" x ")}`)}}
function Bt(t,e,n,a){(e.shape.length!==n.length||e.shape.some((s,r)=>s!==n[r]))&&nt(t,`has ${a} of shape ${e.shape.join(" x ")}, expected ${n.join(" x ")}`)}function Pt(t,e,n){
(e.size!==n.size||e.size!==Ot(e.shape))&&nt(t,`has ${e.size} values in and ${n.size} out`)}var $p=8,Mp={f:4,b:1,i:8,d:8};function _p(t,e){let n=[],a=e.map(()=>[]);if(t.forEach((s,r)=>{if(s===1)return;let o=n.length-1;o>=0&&e.every((i,l)=>a[l][o]===i[r]*
s)?(n[o]*=s,e.forEach((i,l)=>{a[l][o]=i[r]})):(n.push(s),e.forEach((i,l)=>a[l].push(i[r])))}),n.length===0){n.push(1);for(let s of a)s.push(0)}return{sizes:n,strides:a}}
function Es(t,e,n){if(!t.simd)return null;let{sizes:a,strides:s}=_p(e,n),r=[a.length,...a,...s.flat()];if(a.length>$p)return null;let o=t.scratch([r.length],"f",
!0);return{table:o,once:()=>new Int32Array(o.data.buffer,o.data.byteOffset,r.length).set(r)}}function jr(t,e){if(e.type==="f")return{tensor:e,once:()=>{}};if(e.
type!=="d"||e.size!==1||e.shape.length>0)return null;let n=t.scratch([1],"f",!0),a=e.data[0];return{tensor:n,once:()=>{n.data[0]=a}}}var Lr=t=>({once:()=>{for(let e of t)
e.once?.()},run:()=>{for(let e of t)e.run?.()}});function Tl(t,e,n,a,s,r,o,i){let l=e.type===n.type&&e.size>0&&n.size>0?Es(t,a,[s,r]):null,c=Mp[e.type];return l&&
{once:l.once,run:()=>t.kernels.copy(n.data.byteOffset+o*c,e.data.byteOffset+i*c,l.table.data.byteOffset,c)}}var bn=(t,e,n,a,s,r=e.shape)=>Tl(t,e,n,r,a,Nt(r),s,0)??
{run:El(e,n,a,s,r)},zs=(t,e,n,a,s,r=n.shape)=>Tl(t,e,n,r,Nt(r),a,0,s)??{run:zl(e,n,a,s,r)};var Il=new Int32Array(1),kp=new Float32Array(Il.buffer);function Br(t){if(!(t>=-126))return Number.isNaN(t)?NaN:0;let e=Math.round(t),n=t-e;return Il[0]=e+127<<
23,kp[0]*(1+n*(.6931471805599453+n*(.2402265069591007+n*(.05550410866482158+n*(.009618129107628477+n*(.0013333558146428443+n*.0001540353039338161))))))}function Ap(t,e,n){
let a=[...new Set([0,...t.map(s=>s.step)])].filter(s=>s<n).sort((s,r)=>s-r);return a.map((s,r)=>{let o=t.filter(c=>c.step<=s),i=new Uint8Array(e);for(let c of o)
c.kind!=="cut"&&(i[c.modality]=c.kind==="zero"?1:2);let l=new Map(t.filter(c=>c.kind==="hold").map(c=>[c.modality,c.step]));return{from:s,to:a[r+1]??n,cuts:o.filter(
c=>c.kind==="cut"),kinds:i,held:l}})}function Op({x:t,dt:e,A:n,B:a,C:s,D:r,W:o,mask:i,y:l,h:c,g:f},d,{M:u,R:h,T:m,E:g,N:w,perRow:y},b){let v=g*w,k=Ap(b,u,m),$=new Float64Array(
u*u);for(let x=0;x<h;x++){c.fill(0);for(let{from:A,to:S,cuts:M,kinds:E,held:N}of k){$.set(y?o.subarray(x*u*u,(x+1)*u*u):o);for(let _ of M)$[_.modality*u+(_.source??
0)]=0;for(let _=A;_<S;_++){for(let I=0;I<u;I++){if(!i[(I*h+x)*m+_])continue;let B=I*v;for(let C=0;C<v;C++)f[B+C]=$[I*u]*c[C];for(let C=1;C<u;C++){let j=$[I*u+C];
if(j!==0)for(let P=0,D=C*v;P<v;P++)f[B+P]+=j*c[D+P]}}for(let I=0;I<u;I++){let B=(I*h+x)*m+_,C=i[B],j=B*g,P=B*w,D=d!==null&&x===h-1,L=E[I]===2&&_>(N.get(I)??0),W=E[I]===
1;if(!C&&!D&&!W){l.fill(0,j,j+g);continue}for(let T=0;T<g;T++){let O=e[j+T],F=t[j+T],z=O*F,q=I*v+T*w,H=0,R=0;for(let U=0;U<w;U++){let G=q+U,Y=c[G];C&&!L&&(Y=Br(
O*n[G])*f[G]+z*a[P+U]),W&&(Y=0),c[G]=Y,C&&(H+=Y*s[P+U]),R+=Y*Y}l[j+T]=C?H+r[I*g+T]*F:0,D&&d&&(d[(I*m+_)*g+T]=Math.sqrt(R))}}}}}}var Cl=4,Rr=64,Sp={zero:0,hold:1,
cut:2};function Pr(t,e,n,a,s){let r=e.shape[2]===1&&s>1,{probe:o}=t,i=o?1:Math.LOG2E,l=r||!o?t.scratch([n,a,s],"f",e.constant):e;return{rates:l,arrange:()=>{if(l!==
e)for(let f=0;f<l.size;f++)l.data[f]=e.data[r?Math.floor(f/s):f]*i}}}function Np(t,e){let[n,a,s,r,o]=["x","dt","A","B","C"].map(B=>lt(t,B)),i=te(t,"D"),l=te(t,"\
W"),c=te(t,"mask"),f=t.parts[0];(n.shape.length!==4||s.shape.length!==3||r.shape.length!==4||f===null)&&nt(t,"has arrays of other ranks"),t.args.h0!=null&&nt(t,
"has an initial state, which is not available");let[d,u,h,m]=n.shape,g=r.shape[3],w=s.shape[2]===1&&g>1,{probe:y}=e;Bt(t,a,n.shape,"dt"),Bt(t,s,[d,m,w?1:g],"A");
for(let B of[r,o])Bt(t,B,[d,u,h,g],"B or C");i&&Bt(t,i,[d,m],"D"),c&&Bt(t,c,[d,u,h],"mask"),l&&l.size!==d*d&&l.size!==u*d*d&&nt(t,`has W of shape ${l.shape.join(
" x ")}`),Pt(t,n,f);let b=e.watched(t.index)?e.scratch([d,h,m],"f",!0):null,v=bt(t,"weight",1/d);b&&e.watch(t.index,b);let{rates:k,arrange:$}=Pr(e,s,d,m,g),x=l??
e.scratch([d,d],"f",!0),A=x.size>d*d,S=()=>{s.constant&&$(),l||x.data.fill(v)},M=()=>({edits:b?e.live.interventions:[],wanted:b&&e.live.states?b:null});if(y){let B=e.
scratch([y.scan_scratch(d,g)],"f"),C=e.scratch([Rr*Cl],"f"),j=P=>P?.data.byteOffset??0;return{once:S,run:()=>{let{edits:P,wanted:D}=M();s.constant||$(),P.length>
Rr&&nt(t,`has ${P.length} interventions, more than ${Rr}`),P.length&&new Int32Array(C.data.buffer,j(C),P.length*Cl).set(P.flatMap(({modality:L,kind:W,source:T=0,
step:O})=>[L,Sp[W],T,O])),e.kernels.scan(j(n),j(a),j(k),j(r),j(o),j(i),j(x),A?d*d:0,j(c),0,j(f),0,j(D),u-1,j(B),P.length?j(C):0,P.length,d,u,h,m,g)}}}let E=e.scratch(
[d,g,m],"f"),N=e.scratch([d,g,m],"f"),_=c??e.scratch([d,u,h],"b"),I=i??e.scratch([d,m],"f");return{once:S,run:()=>{let{edits:B,wanted:C}=M();s.constant||$(),c||
_.data.fill(1),i||I.data.fill(0),Op({x:n.data,dt:a.data,A:k.data,B:r.data,C:o.data,D:I.data,W:x.data,mask:_.data,y:f.data,h:E.data,g:N.data},C?C.data:null,{M:d,
R:u,T:h,E:m,N:g,perRow:A},B)}}}function Ep(t,e){let n=lt(t,"x"),a=lt(t,"weight"),s=te(t,"bias"),r=!!t.args.activated,{out:o}=t;n.shape.length!==4&&nt(t,"has an \
input of another rank");let[i,l,c,f]=n.shape,d=a.shape[2],u=l*c*f;Pt(t,n,o),Bt(t,a,[i,f,d],"weight"),s&&Bt(t,s,[i,f],"bias");let h=e.scratch([i,d,f],"f",!0),m=e.
scratch([i,f],"f",!0),g=a.constant&&(s?.constant??!0),{simd:w}=e,y=()=>{for(let $=0;$<i;$++)for(let x=0;x<f;x++)for(let A=0;A<d;A++)h.data[($*d+A)*f+x]=a.data[($*
f+x)*d+A];s?m.data.set(s.data):m.data.fill(0)},k=w?()=>{for(let $=0;$<i;$++)e.kernels.conv(n.data.byteOffset+$*u*4,h.data.byteOffset+$*d*f*4,m.data.byteOffset+$*
f*4,o.data.byteOffset+$*u*4,l,c,f,d,r?1:0)}:()=>{let $=o.data,x=n.data,A=h.data;for(let S=0;S<i;S++)for(let M=0;M<l;M++)for(let E=0;E<c;E++){let N=((S*l+M)*c+E)*
f;for(let _=0;_<f;_++){let I=m.data[S*f+_];for(let B=0;B<d&&B<=E;B++)I+=x[N-B*f+_]*A[(S*d+d-1-B)*f+_];$[N+_]=r?I/(1+Math.exp(-I)):I}}};return g?{once:y,run:k}:{
run:()=>{y(),k()}}}function zp(t,e){let n=lt(t,"x"),a=lt(t,"z"),{out:s}=t,r=s.size;return Pt(t,n,s),Pt(t,a,s),e.simd?{run:()=>e.kernels.silu_gate(n.data.byteOffset,
a.data.byteOffset,s.data.byteOffset,r)}:{run:()=>{for(let o=0;o<r;o++)s.data[o]=n.data[o]*a.data[o]/(1+Math.exp(-a.data[o]))}}}var Fl={"mmkernels.coupled_scan":Np,
"mmkernels.causal_conv":Ep,"mmkernels.silu_gate":zp};function Tp(t,e){let[n,a,s,r,o]=["dy","dt","A","B","C"].map(N=>lt(t,N)),i=te(t,"D"),l=te(t,"W"),c=te(t,"mask"),f=t.parts[0];(n.shape.length!==4||s.shape.length!==
3||r.shape.length!==4||f===null||t.parts.slice(1).some(Boolean))&&nt(t,"has arrays of other ranks, or gradients with respect to weights"),(t.args.h0!=null||t.args.
dh_last!=null)&&nt(t,"has an initial state or a gradient of the last one, which is not available");let[d,u,h,m]=n.shape,g=r.shape[3],{probe:w}=e,y=bt(t,"weight",
1/d);Bt(t,a,n.shape,"dt"),Bt(t,s,[d,m,s.shape[2]===1?1:g],"A");for(let N of[r,o])Bt(t,N,[d,u,h,g],"B or C");i&&Bt(t,i,[d,m],"D"),c&&Bt(t,c,[d,u,h],"mask"),l&&l.
size!==d*d&&l.size!==u*d*d&&nt(t,`has W of shape ${l.shape.join(" x ")}`),Pt(t,n,f);let{rates:b,arrange:v}=Pr(e,s,d,m,g),k=l??e.scratch([d,d],"f",!0),$=k.size>d*
d?d*d:0,x=()=>{s.constant&&v(),l||k.data.fill(y)},A=N=>N?.data.byteOffset??0;if(w){let N=e.scratch([w.scan_backward_scratch(d,g)],"f");return{once:x,run:()=>{s.
constant||v(),e.kernels.scan_backward(A(n),A(a),A(b),A(r),A(o),A(i),A(k),$,A(c),A(f),A(N),d,u,h,m,g)}}}let S=new Float64Array(d*g),M=new Float64Array(d*g),E=(N,_)=>{
S.fill(0);for(let I=h-1;I>=0;I--){for(let B=0;B<d;B++){let C=(B*u+N)*h+I,j=C*m+_;if(f.data[j]=0,c&&!c.data[C])continue;let P=n.data[j],D=a.data[j],L=0;for(let W=0;W<
g;W++){let T=S[B*g+W]+P*o.data[C*g+W];L+=T*r.data[C*g+W],M[B*g+W]=Br(D*b.data[(B*m+_)*g+W])*T}f.data[j]=D*L+(i?i.data[B*m+_]*P:0)}for(let B=0;B<d;B++)for(let C=0;C<
g;C++){let j=c&&!c.data[(B*u+N)*h+I]?S[B*g+C]:0;for(let P=0;P<d;P++)(!c||c.data[(P*u+N)*h+I])&&(j+=k.data[N*$+P*d+B]*M[P*g+C]);S[B*g+C]=j}}};return{once:x,run:()=>{
s.constant||v();for(let N=0;N<u;N++)for(let _=0;_<m;_++)E(N,_)}}}function Cp(t,e){let n=lt(t,"dy"),a=lt(t,"weight"),s=t.parts[0];(n.shape.length!==4||s===null||
t.parts.slice(1).some(Boolean)||t.args.activated)&&nt(t,"has an input of another rank, an activation, or gradients with respect to weights");let[r,o,i,l]=n.shape,
c=a.shape[2],f=o*i*l;Pt(t,n,s),Bt(t,a,[r,l,c],"weight");let d=e.scratch([r,c,l],"f",a.constant),u=()=>{for(let w=0;w<r;w++)for(let y=0;y<l;y++)for(let b=0;b<c;b++)
d.data[(w*c+b)*l+y]=a.data[(w*l+y)*c+b]},h=()=>{for(let w=0;w<r;w++)for(let y=0;y<o;y++)for(let b=0;b<i;b++)for(let v=0;v<l;v++){let k=((w*o+y)*i+b)*l+v,$=0;for(let x=0;x<
c&&b+x<i;x++)$+=n.data[k+x*l]*d.data[(w*c+c-1-x)*l+v];s.data[k]=$}},m=()=>{for(let w=0;w<r;w++)e.kernels.conv_backward(n.data.byteOffset+w*f*4,d.data.byteOffset+
w*c*l*4,s.data.byteOffset+w*f*4,o,i,l,c)},g=e.simd?m:h;return a.constant?{once:u,run:g}:{run:()=>{u(),g()}}}function jl(t,e){let n=lt(t,"grad_output"),{out:a}=t,
s=a.shape.length,r=Qt(t,"dim",s),o=a.shape[r],i=Nt(a.shape),l=t.op==="select_backward",c=l?a.shape.map((g,w)=>w===r?1:g):n.shape,f=l?1:bt(t,"step",1),d=bt(t,l?"\
index":"start",0),u=Math.min(o,Math.max(0,d<0?d+o:d)),h=c[r];(n.size!==c.reduce((g,w)=>g*w,1)||c.length!==s||c.some((g,w)=>w!==r&&g!==a.shape[w])||h>0&&u+(h-1)*
f>=o)&&nt(t,`puts ${n.shape.join(" x ")} into ${a.shape.join(" x ")}`);let m=zs(e,a,n,i.map((g,w)=>w===r?g*f:g),u*i[r],c);return{once:m.once,run:()=>{a.data.fill(
0),m.run?.()}}}function Ip(t){return t.out.constant=!0,{run:()=>t.out.data.fill(bt(t,"s"))}}var Ll={"mmkernels.coupled_scan_backward":Tp,"mmkernels.causal_conv_\
backward":Cp,select_backward:jl,slice_backward:jl,scalar_tensor:Ip};function Rl(t){let e=Math.abs(t),n=1/(1+.5*e),a=-1.26551223+n*(1.00002368+n*(.37409196+n*(.09678418+n*(-.18628806+n*(.27886807+n*(-1.13520398+n*(1.48851587+n*(-.82215223+
n*.17087277)))))))),s=n*Math.exp(-e*e+a);return t>=0?1-s:s-1}var Dl={exp:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=Math.exp(e[a])},log:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=
Math.log(e[a])},sqrt:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=Math.sqrt(e[a])},rsqrt:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=1/Math.sqrt(e[a])},abs:(t,e,n)=>{for(let a=0;a<
n;a++)t[a]=Math.abs(e[a])},neg:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=-e[a]},sin:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=Math.sin(e[a])},cos:(t,e,n)=>{for(let a=0;a<n;a++)
t[a]=Math.cos(e[a])},tanh:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=Math.tanh(e[a])},sigmoid:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=1/(1+Math.exp(-e[a]))},silu:(t,e,n)=>{for(let a=0;a<
n;a++)t[a]=e[a]/(1+Math.exp(-e[a]))},relu:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=e[a]>0?e[a]:0},erf:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=Rl(e[a])},gelu:(t,e,n)=>{for(let a=0;a<
n;a++)t[a]=.5*e[a]*(1+Rl(e[a]*Math.SQRT1_2))},softplus:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=Math.max(e[a],0)+Math.log1p(Math.exp(-Math.abs(e[a])))},reciprocal:(t,e,n)=>{
for(let a=0;a<n;a++)t[a]=1/e[a]},bitwise_not:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=e[a]?0:1},logical_not:(t,e,n)=>{for(let a=0;a<n;a++)t[a]=e[a]?0:1},isnan:(t,e,n)=>{
for(let a=0;a<n;a++)t[a]=Number.isNaN(e[a])?1:0}},Wl={add:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]+r[o]},sub:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<
l;c++,a+=s,o+=i)t[e+c]=n[a]-r[o]},rsub:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=r[o]-n[a]},mul:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,
o+=i)t[e+c]=n[a]*r[o]},div:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]/r[o]},floor_divide:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=
i)t[e+c]=Math.floor(n[a]/r[o])},pow:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]**r[o]},minimum:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=
s,o+=i)t[e+c]=Math.min(n[a],r[o])},maximum:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=Math.max(n[a],r[o])},gt:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<
l;c++,a+=s,o+=i)t[e+c]=n[a]>r[o]?1:0},ge:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]>=r[o]?1:0},lt:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,
a+=s,o+=i)t[e+c]=n[a]<r[o]?1:0},le:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]<=r[o]?1:0},eq:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,
o+=i)t[e+c]=n[a]===r[o]?1:0},ne:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]!==r[o]?1:0},__and__:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=
s,o+=i)t[e+c]=n[a]&&r[o]?1:0},__or__:(t,e,n,a,s,r,o,i,l)=>{for(let c=0;c<l;c++,a+=s,o+=i)t[e+c]=n[a]||r[o]?1:0}},Fp=["exp","log","tanh","sigmoid","silu","relu",
"softplus","gelu","erf"],jp=["add","sub","mul","div","minimum","maximum"],Lp=t=>(e,n)=>{let a=lt(e,"self"),{out:s}=e,r=s.size,o=Dl[t];Pt(e,a,s),t==="gelu"&&(e.args.
approximate??"none")!=="none"&&nt(e,"uses an approximation of GELU that is not available"),t==="softplus"&&(bt(e,"beta",1)!==1||bt(e,"threshold",20)!==20)&&nt(e,
"has options other than beta=1, threshold=20");let i=Fp.find(l=>l===t);return n.simd&&i&&a.type==="f"&&s.type==="f"?{run:()=>n.kernels[i](a.data.byteOffset,s.data.
byteOffset,r)}:{run:()=>o(s.data,a.data,r)}},Ia=t=>(e,n)=>{let a=Qe(e,"self"),s=Qe(e,e.args.exponent==null?"other":"exponent"),{out:r}=e,o=r.size,i=Wl[t];tn(e,[
a,s]),bt(e,"alpha",1)!==1&&nt(e,"has a factor alpha, which is not available"),e.args.rounding_mode!=null&&nt(e,"rounds a quotient, which is not available");let l=r.
shape.at(-1)??1,c=r.type==="f"&&a.type==="f";if(n.simd&&c&&t==="add"&&s.type==="f"&&a.size===o&&s.size===o)return{run:()=>n.kernels.add(a.data.byteOffset,s.data.
byteOffset,r.data.byteOffset,o)};let f=s.type==="b"&&a.size===o&&s.shape.length===r.shape.length&&s.shape.at(-1)===1&&s.size*l===o;if(n.simd&&c&&t==="mul"&&f)return{
run:()=>n.kernels.scale_rows(a.data.byteOffset,s.data.byteOffset,r.data.byteOffset,o/l,l)};let d=jp.indexOf(t==="rsub"?"sub":t),u=d<0||r.type!=="f"?null:Rp(n,d,
...t==="rsub"?[s,a]:[a,s],r);if(u)return u;if(a.size===o&&s.size===o)return{run:()=>i(r.data,0,a.data,0,1,s.data,0,1,o)};let[h,m]=[a,s].map(y=>he(y.shape,r.shape)),
g=h.at(-1)??0,w=m.at(-1)??0;return{run:He(r.shape,[h,m],[0,0],(y,b)=>i(r.data,y,a.data,b[0],g,s.data,b[1],w,l))}};function Rp(t,e,n,a,s){let[r,o]=[n,a].map(l=>t.
simd?jr(t,l):null),i=r&&o?Es(t,s.shape,[n,a].map(l=>he(l.shape,s.shape))):null;return!r||!o||!i?null:{once:()=>{for(let l of[r,o,i])l.once()},run:()=>t.kernels.
combine(e,r.tensor.data.byteOffset,o.tensor.data.byteOffset,s.data.byteOffset,i.table.data.byteOffset)}}function Hl(t,e,n,a,s){if(t.simd&&e.type==="b"&&s.type===
"f"){let[r,o]=[n,a].map(l=>jr(t,l)),i=r&&o?Es(t,s.shape,[e,n,a].map(l=>he(l.shape,s.shape))):null;if(r&&o&&i)return{once:()=>{for(let l of[r,o,i])l.once()},run:()=>t.
kernels.where(e.data.byteOffset,r.tensor.data.byteOffset,o.tensor.data.byteOffset,s.data.byteOffset,i.table.data.byteOffset)}}return{run:Bp(e,n,a,s)}}function Bp(t,e,n,a){
let[s,r,o]=[t,e,n].map(d=>he(d.shape,a.shape)),i=a.shape.at(-1)??1,l=s.at(-1)??0,c=r.at(-1)??0,f=o.at(-1)??0;return He(a.shape,[s,r,o],[0,0,0],(d,u)=>{let h=a.data,
m=t.data,g=e.data,w=n.data,y=u[0],b=u[1],v=u[2];if(l===0){let k=m[y]?g:w,$=m[y]?c:f;for(let x=0,A=m[y]?b:v;x<i;x++,A+=$)h[d+x]=k[A]}else for(let k=0;k<i;k++,y+=
l,b+=c,v+=f)h[d+k]=m[y]?g[b]:w[v]})}function Pp(t,e){let[n,a,s]=["condition","self","other"].map(r=>Qe(t,r));return tn(t,[n,a,s]),Hl(e,n,a,s,t.out)}function qp(t,e){
let n=lt(t,"self"),a=lt(t,"mask"),s=Qe(t,"value");return tn(t,[n,a,s]),Hl(e,a,s,n,t.out)}function Bl(t){let e=lt(t,"self"),{out:n}=t,a=bt(t,"min",-1/0),s=bt(t,"\
max",1/0);return Pt(t,e,n),{run:()=>{let r=n.data,o=e.data;for(let i=0;i<r.length;i++)r[i]=o[i]<a?a:o[i]>s?s:o[i]}}}function Pl(t){let e=lt(t,"self"),{out:n}=t;
if(Pt(t,e,n),e.type===n.type)return{alias:e};let a=n.type==="i"&&e.type!=="b",s=n.type==="b";return{run:()=>{let r=n.data,o=e.data;if(s)for(let i=0;i<r.length;i++)
r[i]=o[i]!==0?1:0;else if(a)for(let i=0;i<r.length;i++)r[i]=Math.trunc(o[i]);else r.set(o)}}}function Dp(t){let[e,n,a]=["self","end","weight"].map(f=>Qe(t,f)),{
out:s}=t;tn(t,[e,n,a]);let r=[e,n,a].map(f=>he(f.shape,s.shape)),[o,i,l]=r.map(f=>f.at(-1)??0),c=s.shape.at(-1)??1;return{run:He(s.shape,r,[0,0,0],(f,d)=>{for(let u=0;u<
c;u++){let h=e.data[d[0]+u*o],m=n.data[d[1]+u*i],g=a.data[d[2]+u*l];s.data[f+u]=g<.5?h+g*(m-h):m-(m-h)*(1-g)}})}}function Wp(t,e){let[n,a,s]=["self","tensor1","\
tensor2"].map(h=>Qe(t,h)),{out:r}=t,{shape:o}=r;tn(t,[n,a,s]),bt(t,"value",1)!==1&&nt(t,"has a factor, which is not available");let i=o.at(-1)??1,l=o[0];if(e.simd&&
o.length===4&&a.size===r.size&&n.size===l*i&&s.size===n.size&&n.shape.length===4){let h=o[1]*o[2];return{run:()=>{for(let m=0;m<l;m++)e.kernels.addcmul(n.data.byteOffset+
m*i*4,a.data.byteOffset+m*h*i*4,s.data.byteOffset+m*i*4,r.data.byteOffset+m*h*i*4,h,i)}}}let c=[n,a,s].map(h=>he(h.shape,o)),[f,d,u]=c.map(h=>h.at(-1)??0);return{
run:He(o,c,[0,0,0],(h,m)=>{let g=r.data,w=n.data,y=a.data,b=s.data;for(let v=0,k=m[0],$=m[1],x=m[2];v<i;v++,k+=f,$+=d,x+=u)g[h+v]=w[k]+y[$]*b[x]})}}function ql(t,e){
let n=lt(t,"self"),{out:a}=t;return tn(t,[n]),n.size===a.size?{alias:n}:bn(e,a,n,he(n.shape,a.shape),0)}var Ul={...Object.fromEntries(Object.keys(Dl).map(t=>[t,
Lp(t)])),...Object.fromEntries(Object.keys(Wl).map(t=>[t,Ia(t)])),bitwise_and:Ia("__and__"),bitwise_or:Ia("__or__"),logical_and:Ia("__and__"),logical_or:Ia("__o\
r__"),where:Pp,masked_fill:qp,clamp:Bl,clamp_min:Bl,_to_copy:Pl,to:Pl,lerp:Dp,addcmul:Wp,expand:ql,expand_as:ql};function Yl(t,e,n,a,s,r){let o=e.shape.length,i=Nt(e.shape),{shape:l}=n,c=e.shape[a],f=i[a];(l.length!==o||l.some((u,h)=>h!==a&&u>e.shape[h]))&&nt(t,`has an ind\
ex of shape ${l.join(" x ")} for ${e.shape.join(" x ")}`);let d=new Int32Array(o);return()=>{d.fill(0);let u=0,h=0;for(let m=0;m<n.size;m++){let g=n.data[m];g>=
0&&g<c||nt(t,`has the index ${g} of ${c}`),r(m,u+g*f,h);for(let w=o-1;w>=0&&(w!==a&&(u+=i[w]),h+=s[w],!(++d[w]<l[w]));w--)w!==a&&(u-=i[w]*l[w]),h-=s[w]*l[w],d[w]=
0}}}function Hp(t,e){let n=lt(t,"self"),a=lt(t,"index"),s=Qt(t,"dim",n.shape.length),{out:r}=t;if(Pt(t,a,r),e.simd&&n.type==="f"&&r.type==="f"&&a.type==="i"&&a.
shape.length===n.shape.length&&a.shape.every((o,i)=>i===s||o===n.shape[i])){let o=Ot(n.shape.slice(0,s)),i=Ot(n.shape.slice(s+1)),l=n.shape[s],c=a.shape[s];return{
run:()=>{e.kernels.gather(n.data.byteOffset,a.data.byteOffset,r.data.byteOffset,o,l,c,i)&&nt(t,`has an index outside of 0 to ${l-1}`)}}}return{run:Yl(t,n,a,s,Nt(
a.shape),(o,i)=>{r.data[o]=n.data[i]})}}function Gl(t){let e=lt(t,"self"),n=lt(t,"index"),a=Qt(t,"dim",e.shape.length),{out:s}=t,r=t.op==="scatter_add",o=t.args.
src==null?Qe(t,"value"):lt(t,"src"),i=o.shape.length===0;Pt(t,e,s),!i&&n.shape.some((f,d)=>f>o.shape[d])&&nt(t,"has fewer values than indices");let l=i?n.shape.
map(()=>0):Nt(o.shape),c=Yl(t,e,n,a,l,(f,d,u)=>{s.data[d]=r?s.data[d]+o.data[u]:o.data[u]});return{run:()=>{s.data.set(e.data),c()}}}function Kl(t){let e=t.op===
"embedding",n=lt(t,e?"weight":"self"),a=lt(t,e?"indices":"index"),s=e?0:Qt(t,"dim",n.shape.length),r=Ot(n.shape.slice(s+1)),o=n.shape[s],i=Ot(n.shape.slice(0,s)),
{out:l}=t;return l.size!==i*a.size*r&&nt(t,"has an output of another size"),{run:()=>{for(let c=0,f=0;c<i;c++)for(let d=0;d<a.size;d++){let u=a.data[d];u>=0&&u<
o||nt(t,`has the index ${u} of ${o}`);let h=(c*o+u)*r;for(let m=0;m<r;m++)l.data[f++]=n.data[h+m]}}}}function Up(t){let e=lt(t,"self"),{out:n}=t,a=t.args.indices;
Array.isArray(a)||nt(t,"has no list indices");let s=a.filter(w=>gn(w)),r=a.findIndex(w=>gn(w)),o=r+s.length;(r<0||a.slice(r).some((w,y)=>y<s.length&&!gn(w))||s.
some(w=>w.type==="b"))&&nt(t,"has indices that are not available: give positions for neighbouring axes");let i=Math.max(...s.map(w=>w.shape.length)),l=Array.from(
{length:i},(w,y)=>Math.max(...s.map(b=>b.shape[y-i+b.shape.length]??1))),c=s.map(w=>he(w.shape,l)),f=Nt(e.shape),d=Ot(l),u=Nt(l),h=Ot(e.shape.slice(0,r)),m=Ot(e.
shape.slice(o)),g=Ot(e.shape.slice(r));return h*d*m!==n.size&&nt(t,"has an output of another size"),{run:()=>{for(let w=0,y=0;w<h;w++)for(let b=0;b<d;b++){let v=w*
g;for(let k=0;k<s.length;k++){let $=0;for(let M=0;M<i;M++)$+=Math.floor(b/u[M])%l[M]*c[k][M];let x=s[k].data[$],A=e.shape[r+k],S=x<0?x+A:x;S>=0&&S<A||nt(t,`has \
the index ${x} of ${A}`),v+=S*f[r+k]}for(let k=0;k<m;k++)n.data[y++]=e.data[v+k]}}}}function Gp(t){let e=lt(t,"sorted_sequence"),n=lt(t,"self"),{out:a}=t,s=e.shape.
at(-1)??1,r=n.shape.at(-1)??1,o=e.shape.length===1,i=!!t.args.right||t.args.side==="right";return Pt(t,n,a),!o&&e.size/s!==n.size/r&&nt(t,"has other rows of sor\
ted values than of values"),t.args.sorter!=null&&nt(t,"has a sorter, which is not available"),{run:()=>{for(let l=0;l<n.size;l++){let c=o?0:Math.floor(l/r)*s,f=n.
data[l],d=0,u=s;for(;d<u;){let h=d+u>>1,m=e.data[c+h];(i?m<=f:m<f)?d=h+1:u=h}a.data[l]=d}}}}function qr(t){let e=lt(t,"self"),n=e.shape.length,a=Qt(t,"dim",n,-1),
s=e.shape[a]??1,r=Nt(e.shape)[a]??1,o=t.op==="topk",i=o?bt(t,"k"):s,l=o?bt(t,"largest",1)!==0:bt(t,"descending",0)!==0,c=t.op==="argsort"?null:t.parts[0],f=t.op===
"argsort"?t.out:t.parts[1],d=l?-1:1,u=e.size/Math.max(1,s*r);return(!(i<=s)||(c??f)?.size!==u*i*r)&&nt(t,`keeps ${i} of ${s}`),{run:()=>{for(let h=0;h<u;h++)for(let m=0;m<
r;m++){let g=h*s*r+m,w=Array.from({length:s},(y,b)=>b).sort((y,b)=>d*(e.data[g+y*r]-e.data[g+b*r])||y-b);for(let y=0,b=h*i*r+m;y<i;y++,b+=r)c&&(c.data[b]=e.data[g+
w[y]*r]),f&&(f.data[b]=w[y])}}}}var Vl={gather:Hp,scatter:Gl,scatter_add:Gl,index_select:Kl,embedding:Kl,index:Up,searchsorted:Gp,argsort:qr,sort:qr,topk:qr};function Kp(t){let e=lt(t,"self");return Pt(t,e,t.out),{alias:e}}function Dr(t,e){let n=lt(t,"self"),a=n.shape.length,s=n.shape.map((o,i)=>i);if(t.op==="permute")
ze(t,"dims").forEach((o,i)=>s[i]=da(o,a));else if(t.op==="t")s.reverse();else{let o=Qt(t,"dim0",a),i=Qt(t,"dim1",a);[s[o],s[i]]=[s[i],s[o]]}if((new Set(s).size!==
a||s.some(o=>!(o>=0&&o<a)))&&nt(t,`has the axes ${s.join(", ")}`),Pt(t,n,t.out),s.filter(o=>n.shape[o]>1).every((o,i,l)=>i===0||l[i-1]<o))return{alias:n};let r=Nt(
n.shape);return bn(e,t.out,n,s.map(o=>r[o]),0)}function Ql(t,e,n,a,s,r,o){let i=Nt(e.shape);return Ot(e.shape.slice(0,a))===1&&r[a]===i[a]?{alias:e,shift:s*i[a]}:
bn(t,n,e,r,s*i[a],o)}function Yp(t,e){let n=lt(t,"self"),a=Qt(t,"dim",n.shape.length),s=bt(t,"index"),r=s<0?s+n.shape[a]:s;(!(r>=0&&r<n.shape[a])||t.out.size*n.
shape[a]!==n.size)&&nt(t,`takes element ${s} of ${n.shape[a]}`);let o=n.shape.map((i,l)=>l===a?1:i);return Ql(e,n,t.out,a,r,Nt(n.shape),o)}function Vp(t,e){let n=lt(
t,"self"),a=Qt(t,"dim",n.shape.length,0),s=n.shape[a],r=bt(t,"step",1),o=bt(t,"start",0);o=Math.min(s,Math.max(0,o<0?o+s:o));let i=t.out.shape[a];return t.out.size===
0?{run:()=>{}}:((r<1||o+(i-1)*r>=s||t.out.size*s!==n.size*i)&&nt(t,`takes ${i} elements from ${o} of ${s}`),Ql(e,n,t.out,a,o,Nt(n.shape).map((l,c)=>c===a?l*r:l),
t.out.shape))}function Ts(t,e){let n=lt(t,"self"),a=n.shape.length,s=Qt(t,"dim",a,0),r=Nt(n.shape),o=t.op==="unbind",i=0,l=t.parts.map(c=>{if(c===null)return{};
let f=o?1:c.shape[s],d=n.shape.map((u,h)=>h===s?f:u);return(i+f>n.shape[s]||Ot(d)!==c.size)&&nt(t,`is cut into more than the ${n.shape[s]} there are`),i+=f,bn(e,
c,n,r,(i-f)*r[s],d)});return Lr(l)}function Jl(t,e){let n=In(t,"tensors").filter(l=>l.size>0),{out:a}=t,s=Qt(t,"dim",a.shape.length,0),r=Nt(a.shape),o=0,i=n.map(
l=>{let c=t.op==="stack"?[...l.shape.slice(0,s),1,...l.shape.slice(s)]:l.shape;(c.length!==a.shape.length||c.some((d,u)=>u!==s&&d!==a.shape[u]))&&nt(t,`cannot j\
oin ${c.join(" x ")} to ${a.shape.join(" x ")}`);let f=zs(e,a,l,r,o*r[s],c);return o+=c[s],f});return o!==a.shape[s]&&nt(t,`joins ${o} of ${a.shape[s]}`),Lr(i)}
function Xl(t){let e=lt(t,"self"),{out:n}=t,a=ze(t,"pad"),s=e.shape.length,r=bt(t,"value",0);t.args.mode!=null&&t.args.mode!=="constant"&&nt(t,`pads with ${String(
t.args.mode)}, which is not available`);let o=e.shape.map((w,y)=>a[2*(s-1-y)]??0),i=e.shape.map((w,y)=>a[2*(s-1-y)+1]??0);e.shape.some((w,y)=>w+o[y]+i[y]!==n.shape[y])&&
nt(t,`pads ${e.shape.join(" x ")} to ${n.shape.join(" x ")}`);let l=e.shape.map((w,y)=>w+Math.min(0,o[y])+Math.min(0,i[y])),c=Nt(e.shape),f=Nt(n.shape),d=o.reduce(
(w,y,b)=>w+Math.max(0,-y)*c[b],0),u=o.reduce((w,y,b)=>w+Math.max(0,y)*f[b],0),h=Ot(l.slice(0,-1)),m=l.at(-1)??1,g=new Int32Array(s);return{run:()=>{n.data.fill(
r),g.fill(0);for(let w=0;w<h;w++){let y=d,b=u;for(let v=0;v<s-1;v++)y+=g[v]*c[v],b+=g[v]*f[v];for(let v=0;v<m;v++)n.data[b+v]=e.data[y+v];for(let v=s-2;v>=0&&!(++g[v]<
l[v]);v--)g[v]=0}}}}function Jp(t,e){let n=lt(t,"self"),{out:a}=t,s=ze(t,"repeats"),r=s.length-n.shape.length,o=s.flatMap((l,c)=>[l,n.shape[c-r]??1]),i=s.flatMap(
(l,c)=>[1,n.shape[c-r]??1]);return Ot(o)!==a.size&&nt(t,"repeats to another size"),bn(e,a,n,he(i,o),0,o)}function Xp(t,e){let n=lt(t,"self"),a=Nt(n.shape),s=0;Pt(
t,n,t.out);for(let r of ze(t,"dims")){let o=da(r,n.shape.length);o in a||nt(t,`has axis ${r} of ${n.shape.length}`),s+=(n.shape[o]-1)*a[o],a[o]=-a[o]}return bn(
e,t.out,n,a,s)}function Zl(t){let e=lt(t,"self"),{out:n}=t,a=bt(t,"diagonal",0),s=n.shape.at(-1)??1,r=n.shape.at(-2)??1,o=t.op==="tril";return Pt(t,e,n),{run:()=>{
for(let i=0;i<n.size;i++){let l=i%s-Math.floor(i/s)%r-a;n.data[i]=(o?l<=0:l>=0)?e.data[i]:0}}}}var Fa=t=>e=>(e.out.constant=!0,{run:()=>t(e,e.out.data)}),Wr=Fa(
(t,e)=>e.fill(0)),Hr=Fa((t,e)=>e.fill(1)),Ur=Fa((t,e)=>e.fill(bt(t,"fill_value"))),tc={...Object.fromEntries(["view","_unsafe_view","reshape","flatten","unflatt\
en","unsqueeze","squeeze","clone","detach","alias","contiguous","lift_fresh_copy"].map(t=>[t,Kp])),dropout:t=>({alias:lt(t,"input")}),permute:Dr,transpose:Dr,t:Dr,
select:Yp,slice:Vp,split:Ts,split_with_sizes:Ts,chunk:Ts,unbind:Ts,cat:Jl,stack:Jl,pad:Xl,constant_pad_nd:Xl,repeat:Jp,flip:Xp,tril:Zl,triu:Zl,zeros:Wr,zeros_like:Wr,
new_zeros:Wr,ones:Hr,ones_like:Hr,new_ones:Hr,full:Ur,full_like:Ur,new_full:Ur,arange:Fa((t,e)=>{for(let n=0;n<e.length;n++)e[n]=bt(t,"start",0)+n*bt(t,"step",1)}),
eye:Fa((t,e)=>{e.fill(0);for(let n=0;n<e.length;n+=t.out.shape[1]+1)e[n]=1})};function Zp(t,e,n,a,s,r,o,i,l,c,f){let d=f&-4;for(let u=0;u<d;u+=4){let h=n?n[o+u]:0,m=n?n[o+u+1]:0,g=n?n[o+u+2]:0,w=n?n[o+u+3]:0,y=0;for(;y+1<l;y+=2){let b=h,v=m,
k=g,$=w,x=h,A=m,S=g,M=w;for(let _=0,I=s+y*c,B=I+c,C=r+u;_<c;_++,I++,B++,C+=f){let j=t[I],P=t[B],D=e[C],L=e[C+1],W=e[C+2],T=e[C+3];b+=j*D,v+=j*L,k+=j*W,$+=j*T,x+=
P*D,A+=P*L,S+=P*W,M+=P*T}let E=i+y*f+u,N=E+f;a[E]=b,a[E+1]=v,a[E+2]=k,a[E+3]=$,a[N]=x,a[N+1]=A,a[N+2]=S,a[N+3]=M}if(y<l){let b=h,v=m,k=g,$=w;for(let A=0,S=s+y*c,
M=r+u;A<c;A++,S++,M+=f){let E=t[S];b+=E*e[M],v+=E*e[M+1],k+=E*e[M+2],$+=E*e[M+3]}let x=i+y*f+u;a[x]=b,a[x+1]=v,a[x+2]=k,a[x+3]=$}}for(let u=d;u<f;u++)for(let h=0;h<
l;h++){let m=n?n[o+u]:0;for(let g=0;g<c;g++)m+=t[s+h*c+g]*e[r+g*f+u];a[i+h*f+u]=m}}function La(t,e,n,a,s,{groups:r,R:o,K:i,N:l,turned:c,shared:f}){let{out:d}=t,
{probe:u}=e,h=f.w?1:r,m=s!==null&&s.size>l;if((d.size!==r*o*l||n.size!==(f.x?1:r)*o*i||a.size!==h*i*l)&&nt(t,`cannot multiply ${n.shape.join(" x ")} by ${a.shape.
join(" x ")}`),s&&s.size!==l&&s.size!==r*l&&nt(t,`adds ${s.shape.join(" x ")} to ${d.shape.join(" x ")}`),u&&[n,a,d,s].every(b=>b===null||b.type==="f")){let b=u.
packed_size(i,l),v=e.scratch([h*b],"f",a.constant),k=()=>{for(let x=0;x<h;x++)e.kernels.pack(a.data.byteOffset+x*i*l*4,v.data.byteOffset+x*b*4,i,l,c?1:l,c?i:1)},
$=()=>{for(let x=0;x<r;x++)e.kernels.linear(n.data.byteOffset+(f.x?0:x*o*i*4),v.data.byteOffset+(f.w?0:x*b*4),s?s.data.byteOffset+(m?x*l*4:0):0,d.data.byteOffset+
x*o*l*4,o,i,l)};return a.constant?{once:k,run:$}:{run:()=>{k(),$()}}}let g=c?e.scratch([h*i*l],"f",a.constant):a,w=()=>{let b=a.data,v=g.data;if(c)for(let k=0;k<
h;k++)for(let $=0;$<i;$++)for(let x=0;x<l;x++)v[(k*i+$)*l+x]=b[k*i*l+x*i+$]},y=()=>{for(let b=0;b<r;b++)Zp(n.data,g.data,s?s.data:null,d.data,f.x?0:b*o*i,f.w?0:
b*i*l,m?b*l:0,b*o*l,o,i,l)};return a.constant?{once:w,run:y}:{run:()=>{w(),y()}}}function Qp(t,e){let n=lt(t,"input"),a=lt(t,"weight"),s=n.shape.at(-1)??1,r=a.shape[0];
return(a.shape.length!==2||a.shape[1]!==s)&&nt(t,`cannot multiply ${n.shape.join(" x ")} by ${a.shape.join(" x ")}`),La(t,e,n,a,te(t,"bias"),{groups:1,R:n.size/
Math.max(1,s),K:s,N:r,turned:!0,shared:{x:!1,w:!1}})}function ja(t,e){let n=t.op==="baddbmm"||t.op==="addmm";n&&(bt(t,"beta",1)!==1||bt(t,"alpha",1)!==1)&&nt(t,
"has factors, which are not available");let a=lt(t,t.op==="baddbmm"?"batch1":t.op==="addmm"?"mat1":"self"),s=lt(t,t.op==="baddbmm"?"batch2":t.op==="matmul"?"oth\
er":"mat2"),r=n?lt(t,"self"):null,o=a.shape.at(-1)??1,i=s.shape.at(-1)??1;(a.shape.length<2||s.shape.length<2||s.shape.at(-2)!==o)&&nt(t,`cannot multiply ${a.shape.
join(" x ")} by ${s.shape.join(" x ")}`);let l=Ot(a.shape.slice(0,-2)),c=Ot(s.shape.slice(0,-2)),f=a.shape.at(-2)??1;return r&&(r.shape.at(-1)!==i||r.shape.length>
1&&r.shape.at(-2)!==1)&&nt(t,`adds ${r.shape.join(" x ")} to ${t.out.shape.join(" x ")}, expected one row per product`),c===1?La(t,e,a,s,r,{groups:1,R:l*f,K:o,N:i,
turned:!1,shared:{x:!1,w:!1}}):(l!==c&&l!==1&&nt(t,`has ${l} matrices on the left and ${c} on the right`),La(t,e,a,s,r,{groups:c,R:f,K:o,N:i,turned:!1,shared:{x:l===
1,w:!1}}))}function tm(t){let{equation:e}=t.args,n=In(t,"tensors"),{out:a}=t;(typeof e!="string"||!/^[a-zA-Z]*(,[a-zA-Z]*)*->[a-zA-Z]*$/.test(e.replaceAll(" ","")))&&
nt(t,"has an equation that is not available");let[s,r]=e.replaceAll(" ","").split("->"),o=s.split(","),i={};o.length!==n.length&&nt(t,`has ${n.length} arrays fo\
r ${e}`),o.forEach((b,v)=>{b.length!==n[v].shape.length&&nt(t,`has ${n[v].shape.length} axes for ${b}`),[...b].forEach((k,$)=>{let x=n[v].shape[$];(i[k]??x)!==x&&
nt(t,`has two sizes for ${k}`),i[k]=x})});let l=[...r],c=Object.keys(i).filter(b=>!l.includes(b)),f=[...l,...c],d=f.map(b=>i[b]);(d.some(b=>b===void 0)||Ot(l.map(
b=>i[b]))!==a.size)&&nt(t,"has an output of another size");let u=o.map((b,v)=>{let k=Nt(n[v].shape);return f.map($=>[...b].reduce((x,A,S)=>A===$?x+k[S]:x,0))}),
h=Ot(c.map(b=>i[b])),m=d.length,g=new Int32Array(m),w=new Int32Array(n.length),y=a.size*h;return{run:()=>{g.fill(0),w.fill(0);for(let b=0,v=-1,k=0;b<y;b++){b%h===
0&&(v>=0&&(a.data[v]=k),v++,k=0);let $=1;for(let x=0;x<n.length;x++)$*=n[x].data[w[x]];k+=$,b===y-1&&(a.data[v]=k);for(let x=m-1;x>=0;x--){for(let A=0;A<n.length;A++)
w[A]+=u[A][x];if(++g[x]<d[x])break;for(let A=0;A<n.length;A++)w[A]-=u[A][x]*d[x];g[x]=0}}}}}function em(t,e){let[n,a,s]=["query","key","value"].map($=>lt(t,$)),
r=te(t,"attn_mask"),o=!!t.args.is_causal,{out:i}=t,l=n.shape.at(-1)??1,c=n.shape.at(-2)??1,f=a.shape.at(-2)??1,d=s.shape.at(-1)??1,u=n.shape.slice(0,-2),h=Ot(u);
(t.args.enable_gqa||a.shape.at(-1)!==l||s.shape.at(-2)!==f||a.size!==h*f*l||s.size!==h*f*d||i.size!==h*c*d)&&nt(t,`has queries ${n.shape.join(" x ")}, keys ${a.
shape.join(" x ")}, values ${s.shape.join(" x ")}`);let m=[...u,c,f],g=bt(t,"scale",1/Math.sqrt(l)),w=new Float64Array(f),y=Nt(u);r&&tn({...t,out:{...i,shape:m}},
[r]);let b=r?he(r.shape,m):m.map(()=>0),v=b.at(-2)??0,k=b.at(-1)??0;if(e.probe&&[n,a,s,i].every($=>$.type==="f")&&(r===null||r.type==="b"||r.type==="f")){let $=e.
scratch([e.probe.attention_scratch(c,f,l,d)],"f"),x=Array.from({length:h},(A,S)=>u.reduce((M,E,N)=>M+Math.floor(S/y[N])%E*b[N],0));return{run:()=>{for(let A=0;A<
h;A++){let S=r?.type==="b"?r.data.byteOffset+x[A]:0,M=r?.type==="f"?r.data.byteOffset+x[A]*4:0;e.kernels.attention(n.data.byteOffset+A*c*l*4,a.data.byteOffset+A*
f*l*4,s.data.byteOffset+A*f*d*4,S,M,v,k,i.data.byteOffset+A*c*d*4,$.data.byteOffset,c,f,l,d,g,o?1:0)}}}}return{run:()=>{let $=n.data,x=a.data,A=s.data,S=i.data,
M=r?.data;for(let E=0;E<h;E++){let N=0;for(let _=0;_<u.length;_++)N+=Math.floor(E/y[_])%u[_]*b[_];for(let _=0;_<c;_++){let I=-1/0,B=0,C=(E*c+_)*l,j=(E*c+_)*d;for(let P=0;P<
f;P++){let D=M?M[N+_*v+P*k]:1;if(o&&P>_||r?.type==="b"&&!D){w[P]=-1/0;continue}let L=0;for(let W=0,T=(E*f+P)*l;W<l;W++)L+=$[C+W]*x[T+W];w[P]=L*g+(r&&r.type!=="b"?
D:0),w[P]>I&&(I=w[P])}for(let P=0;P<f;P++)B+=w[P]=w[P]===-1/0?0:Math.exp(w[P]-I);for(let P=0;P<d;P++)S[j+P]=0;for(let P=0;P<f;P++){if(w[P]===0)continue;let D=w[P]/
B;for(let L=0,W=(E*f+P)*d;L<d;L++)S[j+L]+=D*A[W+L]}}}}}}var ec={linear:Qp,bmm:ja,baddbmm:ja,matmul:ja,mm:ja,addmm:ja,einsum:tm,scaled_dot_product_attention:em};var Ra=t=>1/(1+Math.exp(-t)),ac={gru:{gates:3,cell(t,e,n,a,s,r,o,i){let l=Ra(t[e]+n[a]),c=Ra(t[e+i]+n[a+i]),f=Math.tanh(t[e+2*i]+l*n[a+2*i]);s[o]=(1-c)*f+c*s[o]}},
lstm:{gates:4,cell(t,e,n,a,s,r,o,i){let l=Ra(t[e]+n[a]),c=Ra(t[e+i]+n[a+i]),f=Math.tanh(t[e+2*i]+n[a+2*i]),d=Ra(t[e+3*i]+n[a+3*i]);r[o]=c*r[o]+l*f,s[o]=d*Math.tanh(
r[o])}},rnn_tanh:{gates:1,cell:(t,e,n,a,s,r,o)=>{s[o]=Math.tanh(t[e]+n[a])}},rnn_relu:{gates:1,cell:(t,e,n,a,s,r,o)=>{s[o]=Math.max(0,t[e]+n[a])}}};function nc(t,e,n,a,s){
for(let r=0;r<n;r++)for(let o=0;o<a;o++)e.data.set(t.data.subarray((r*a+o)*s,(r*a+o+1)*s),(o*n+r)*s)}function nm(t,e){let{gates:n,cell:a}=ac[t.op],s=lt(t,"input"),
r=t.op==="lstm",[o,i,l]=t.parts,c=r?In(t,"hx"):[lt(t,"hx")],f=In(t,"params"),d=bt(t,"num_layers"),u=bt(t,"bidirectional")?2:1,h=!!bt(t,"batch_first"),m=bt(t,"ha\
s_biases")?4:2,g=s.type;bt(t,"train")&&bt(t,"dropout")&&nt(t,"has dropout of a training"),(s.shape.length!==3||!o||!i||r&&(!l||c.length!==2))&&nt(t,"has no sequ\
ences, states and outputs of a recurrent layer"),(!(Number.isInteger(d)&&d>=1)||f.length!==d*u*m)&&nt(t,`has ${f.length} arrays of weights, expected ${d*u*m}; a\
 projection is not available`);let[w,y]=h?s.shape:[s.shape[1],s.shape[0]],b=c[0].shape.at(-1)??0,v=o;Bt(t,v,[...h?[w,y]:[y,w],u*b],"an output");for(let[E,N]of[...c.
map(_=>[_,"an initial state"]),[i,"a last state"],...r?[[l,"a last cell"]]:[]])Bt(t,E,[d*u,w,b],N);let k=[],$=[],x=(E,N,_,I,B)=>{Bt(t,N,[n*b,B],"weights"),_&&Bt(
t,_,[n*b],"a bias");let C=e.scratch([I,n*b],g),j=La({...t,out:C},e,E,N,_,{groups:1,R:I,K:B,N:n*b,turned:!0,shared:{x:!1,w:!1}});return k.push(j),Object.assign(C,
{run:()=>j.run?.()})},A=s,S=s.shape[2];if(h){A=e.scratch([y,w,S],g);let E=A,N=S;$.push(()=>nc(s,E,w,y,N))}for(let E=0;E<d;E++){let N=e.scratch([y,w,u*b],g);for(let _=0;_<
u;_++){let I=(E*u+_)*m,[B,C,j=null,P=null]=f.slice(I,I+m),D=(E*u+_)*w*b,L=e.scratch([w,b],g),W=r?e.scratch([w,b],g):L,T=x(A,B,j,y*w,S),O=x(L,C,P,w,b);$.push(()=>{
T.run(),L.data.set(c[0].data.subarray(D,D+w*b)),r&&W.data.set(c[1].data.subarray(D,D+w*b));for(let F=0;F<y;F++){let z=_?y-1-F:F;O.run();for(let q=0;q<w;q++){for(let H=0;H<
b;H++)a(T.data,(z*w+q)*n*b+H,O.data,q*n*b+H,L.data,W.data,q*b+H,b);N.data.set(L.data.subarray(q*b,(q+1)*b),(z*w+q)*u*b+_*b)}}i?.data.set(L.data,D),r&&l?.data.set(
W.data,D)})}[A,S]=[N,u*b]}let M=A;return $.push(()=>h?nc(M,v,y,w,u*b):v.data.set(M.data)),{once:()=>k.forEach(E=>E.once?.()),run:()=>$.forEach(E=>E())}}var sc=Object.
fromEntries(Object.keys(ac).map(t=>[t,nm]));var ic={sum:{start:0,fold:(t,e)=>t+e},mean:{start:0,fold:(t,e)=>t+e},prod:{start:1,fold:(t,e)=>t*e},any:{start:0,fold:(t,e)=>t||e?1:0},all:{start:1,fold:(t,e)=>t&&
e?1:0},amax:{start:-1/0,fold:Math.max},amin:{start:1/0,fold:Math.min}},am=["sum","mean","amax","amin","prod"],lc=t=>(e,n)=>{let a=lt(e,"self"),{out:s}=e,r=a.shape.
length,{start:o,fold:i}=ic[t],l=ze(e,"dim",a.shape.map(($,x)=>x)),c=new Set((l.length?l:a.shape.map(($,x)=>x)).map($=>da($,r))),f=a.shape.map(($,x)=>c.has(x)?1:
$),d=a.size/Math.max(1,Ot(f));Ot(f)!==s.size&&nt(e,`reduces ${a.shape.join(" x ")} to ${s.shape.join(" x ")}`);let u=Nt(f).map(($,x)=>c.has(x)?0:$),h=new Float64Array(
s.size),m=a.shape.at(-1)??1,g=u.at(-1)??0,w=Math.min(...c),y=Math.max(...c),b=c.size>0&&y-w+1===c.size,v=am.indexOf(t);if(n.simd&&b&&v>=0&&a.type==="f"&&s.type===
"f"&&a.size>0){let $=Ot(a.shape.slice(0,w)),x=Ot(a.shape.slice(y+1));return{run:()=>n.kernels.reduce(v,a.data.byteOffset,s.data.byteOffset,$,d,x)}}let k=He(a.shape,
[u],[0],($,x)=>{let A=a.data,S=x[0];if(g===0){let M=h[S];for(let E=0;E<m;E++)M=i(M,A[$+E]);h[S]=M}else for(let M=0;M<m;M++)h[S+M]=i(h[S+M],A[$+M])});return{run:()=>{
h.fill(o),k();for(let $=0;$<s.size;$++)s.data[$]=t==="mean"?h[$]/d:h[$]}}},Cs=(t,e)=>(n,a)=>{let s=lt(n,"self"),r=s.shape.length,o=n.args.dim==null,i=t==="max"?
1:-1;if(!e&&o)return lc(t==="max"?"amax":"amin")(n,a);let l=o?0:Qt(n,"dim",r),c=o?s.size:s.shape[l],f=o?1:Nt(s.shape)[l],d=s.size/Math.max(1,c*f),u=e?null:n.parts[0],
h=e?n.out:n.parts[1];return(h??u)?.size!==d*f&&nt(n,"has an output of another size"),{run:()=>{for(let m=0;m<d;m++)for(let g=0;g<f;g++){let w=0,y=m*c*f+g;for(let b=1;b<
c;b++)i*s.data[y+b*f]>i*s.data[y+w*f]&&(w=b);u&&(u.data[m*f+g]=s.data[y+w*f]),h&&(h.data[m*f+g]=w)}}}};function rc(t,e){let n=lt(t,"self"),a=Qt(t,"dim",n.shape.
length),s=Nt(n.shape)[a]??1,r=n.shape[a]??1,o=t.op==="cummax",i=o?t.parts[0]:t.out,l=o?t.parts[1]:null,c=n.size/Math.max(1,r*s);return i&&i.size!==n.size&&nt(t,
"has an output of another size"),e.simd&&i&&!l&&n.type==="f"&&i.type==="f"?{run:()=>e.kernels.running(o?2:0,n.data.byteOffset,i.data.byteOffset,c,r,s)}:{run:()=>{
for(let f=0;f<c;f++)for(let d=0;d<s;d++){let u=o?-1/0:0,h=0;for(let m=0,g=f*r*s+d;m<r;m++,g+=s)o?n.data[g]>=u&&(u=n.data[g],h=m):u+=n.data[g],i&&(i.data[g]=u),l&&
(l.data[g]=h)}}}}function Gr(t,e){let n=lt(t,"self"),{out:a}=t,s=Qt(t,"dim",n.shape.length),r=n.shape[s]??1,o=Nt(n.shape)[s]??1,i=t.op.endsWith("log_softmax");Pt(
t,n,a);let l=n.size/Math.max(1,r*o);return e.simd&&!i&&o===1&&n.type==="f"&&a.type==="f"?{run:()=>e.kernels.softmax(n.data.byteOffset,a.data.byteOffset,l,r)}:{run:()=>{
let c=a.data,f=n.data;for(let d=0;d<l;d++)for(let u=0;u<o;u++){let h=d*r*o+u,m=h+r*o,g=-1/0,w=0;for(let b=h;b<m;b+=o)f[b]>g&&(g=f[b]);for(let b=h;b<m;b+=o)w+=Math.
exp(f[b]-g);let y=Math.log(w);for(let b=h;b<m;b+=o)c[b]=i?f[b]-g-y:Math.exp(f[b]-g)/w}}}}function oc(t,e){let n=lt(t,"input"),{out:a}=t,s=t.op==="layer_norm",r=ze(
t,"normalized_shape"),o=Ot(r),i=te(t,"weight"),l=s?te(t,"bias"):null,c=bt(t,"eps",s?1e-5:11920928955078125e-23);Pt(t,n,a),(!(o>0)||r.some((d,u)=>d!==n.shape.at(
u-r.length)))&&nt(t,`normalises ${r.join(" x ")} of ${n.shape.join(" x ")}`);for(let d of[i,l])d&&Bt(t,d,r,"a weight");let f=n.size/o;return e.simd&&n.type==="f"?
{run:()=>e.kernels.layer_norm(n.data.byteOffset,i?.data.byteOffset??0,l?.data.byteOffset??0,a.data.byteOffset,f,o,c,s?1:0)}:{run:()=>{let d=a.data,u=n.data;for(let h=0;h<
f*o;h+=o){let m=0,g=0;if(s){for(let y=0;y<o;y++)m+=u[h+y];m/=o}for(let y=0;y<o;y++)g+=(u[h+y]-m)**2;let w=1/Math.sqrt(g/o+c);for(let y=0;y<o;y++)d[h+y]=(u[h+y]-
m)*w*(i?i.data[y]:1)+(l?l.data[y]:0)}}}}function sm(t,e){let n=lt(t,"self"),{out:a}=t,s=n.shape.length,r=bt(t,"ord",2),o=r===1/0;r!==2&&!o&&nt(t,`is a norm of o\
rder ${r}, which is not available`);let i=new Set(ze(t,"dim",n.shape.map((m,g)=>g)).map(m=>da(m,s))),l=n.shape.map((m,g)=>i.has(g)?1:m);Ot(l)!==a.size&&nt(t,"ha\
s an output of another size");let c=Nt(l).map((m,g)=>i.has(g)?0:m),f=new Float64Array(a.size),d=n.shape.at(-1)??1,u=c.at(-1)??0;if(e.simd&&!o&&i.size===1&&i.has(
s-1)&&n.type==="f"&&a.type==="f")return{run:()=>e.kernels.norm(n.data.byteOffset,a.data.byteOffset,a.size,d)};let h=He(n.shape,[c],[0],(m,g)=>{for(let w=0,y=g[0];w<
d;w++,y+=u)f[y]=o?Math.max(f[y],Math.abs(n.data[m+w])):f[y]+n.data[m+w]**2});return{run:()=>{f.fill(0),h();for(let m=0;m<a.size;m++)a.data[m]=o?f[m]:Math.sqrt(f[m])}}}
var cc={...Object.fromEntries(Object.keys(ic).map(t=>[t,lc(t)])),max:Cs("max",!1),min:Cs("min",!1),argmax:Cs("max",!0),argmin:Cs("min",!0),cumsum:rc,cummax:rc,softmax:Gr,
_softmax:Gr,log_softmax:Gr,layer_norm:oc,rms_norm:oc,linalg_vector_norm:sm};function Kr(t,e,n,a){(e.shape.length!==a+2||n.shape.length!==a+2)&&nt(t,`has the shape ${e.shape.join(" x ")}, expected batch, channel and ${a===1?"a time axis":
"two axes"}`);let s=r=>a===1?[1,r.shape[2]]:[r.shape[2],r.shape[3]];return{outer:e.shape.slice(0,2),in:s(e),out:s(n),axes:a}}function Fn(t,e,{axes:n},a,s){let r=ze(
t,e),o=r.length||!s?r:s,i=o.length===1&&n===2?[o[0],o[0]]:o;return(i.length<n||!i.every(l=>Number.isInteger(l)&&l>=0))&&nt(t,`has ${e} ${JSON.stringify(r)}`),n===
1?[a,i[i.length-1]]:[i[0],i[1]]}function fc(t){let e=lt(t,"input"),n=lt(t,"weight"),a=te(t,"bias"),{out:s}=t,r=t.op==="conv1d"?1:2,o=Kr(t,e,s,r),i=Fn(t,"stride",
o,1),l=Fn(t,"dilation",o,1),c=bt(t,"groups"),[f,d]=o.outer,u=s.shape[1],[h,m]=r===1?[1,n.shape[2]]:n.shape.slice(2),g=d/c;Bt(t,n,r===1?[u,g,m]:[u,g,h,m],"weight\
s"),a&&Bt(t,a,[u],"a bias");let{padding:w}=t.args,[y,b]=w==="same"?[l[0]*(h-1)>>1,l[1]*(m-1)>>1]:w==="valid"?[0,0]:Fn(t,"padding",o,0);(s.shape[0]!==f||!Number.
isInteger(g)||u%c)&&nt(t,`has ${c} groups of ${d} channels and ${u} outputs`);let[v,k]=o.in,[$,x]=o.out,A=u/c;return{run:()=>{let S=e.data,M=s.data,E=n.data;for(let N=0;N<
f;N++)for(let _=0;_<u;_++){let I=Math.floor(_/A)*g,B=(N*u+_)*$*x;M.fill(a?a.data[_]:0,B,B+$*x);for(let C=0;C<g;C++)for(let j=0;j<h;j++)for(let P=0;P<m;P++){let D=E[((_*
g+C)*h+j)*m+P],L=(N*d+I+C)*v*k;for(let W=0;W<$;W++){let T=W*i[0]-y+j*l[0];if(!(T<0||T>=v))for(let O=0,F=P*l[1]-b;O<x;O++,F+=i[1])F>=0&&F<k&&(M[B+W*x+O]+=D*S[L+T*
k+F])}}}}}}function uc(t,e,n,{outer:a,in:[s,r],out:[o,i]},l,[c,f],d){(n.shape[0]!==a[0]||n.shape[1]!==a[1])&&nt(t,`has ${a.join(" x ")} sequences in and ${n.shape.
slice(0,2).join(" x ")} out`);let u=Array.from({length:o},(m,g)=>l(g,0)),h=Array.from({length:i},(m,g)=>l(g,1));return{run:()=>{for(let m=0,g=0;m<a[0]*a[1];m++)
for(let[w,y,b]of u)for(let[v,k,$]of h){let x=d?-1/0:0;for(let A=w;A<y;A+=c)if(A>=0&&A<s)for(let S=v;S<k;S+=f){if(S<0||S>=r)continue;let M=e.data[(m*s+A)*r+S];d?
(M>x||Number.isNaN(M))&&(x=M):x+=M}n.data[g++]=d?x:x/(b*$)}}}}function Is(t){let e=lt(t,"self"),n=t.op.startsWith("max"),a=t.out,s=t.op.endsWith("1d")?1:2,r=Kr(
t,e,a,s),o=Fn(t,"kernel_size",r,1),i=Fn(t,"stride",r,1,s===1?[o[1]]:o),l=Fn(t,"padding",r,0),c=n?Fn(t,"dilation",r,1):[1,1],f=n||!!bt(t,"count_include_pad",1);return t.
args.divisor_override!=null&&nt(t,"has a divisor of its own, which is not available"),uc(t,e,a,r,(d,u)=>{let h=d*i[u]-l[u],m=h+(o[u]-1)*c[u]+1,g=r.in[u];return[
h,m,f?Math.min(m,g+l[u])-h:Math.min(m,g)-Math.max(h,0)]},c,n)}function dc(t){let e=lt(t,"self"),n=Kr(t,e,t.out,t.op.endsWith("1d")?1:2);return uc(t,e,t.out,n,(a,s)=>{
let r=Math.floor(a*n.in[s]/n.out[s]),o=Math.ceil((a+1)*n.in[s]/n.out[s]);return[r,o,o-r]},[1,1],!1)}var hc={conv1d:fc,conv2d:fc,max_pool1d:Is,max_pool2d:Is,avg_pool1d:Is,
avg_pool2d:Is,adaptive_avg_pool1d:dc,adaptive_avg_pool2d:dc};var Ba=new Map(Object.entries({...Ll,...Ul,...Vl,...tc,...Fl,...ec,...sc,...cc,...hc}));var pc=1,Te={nodes:2e4,size:1<<26,total:1<<28,rows:4096,axes:8},mc={f4:4,f3:3,f2:2,f8:8,i8:8,u1:1},gc=["f","d","i","b"],se=t=>{throw new Vt(`model in the page: ${t}\
; save the page again`)};function bc(t,e,n){let a=typeof e=="object"&&e!==null?e.rows*n:e;return Number.isInteger(a)&&a>=0&&a<=Te.size?a:se(`${t} has the size ${JSON.
stringify(e)}`)}function Yr(t,{shape:e,type:n},a,s){(!Array.isArray(e)||e.length>Te.axes)&&se(`${t} has no shape of at most ${Te.axes} axes`),gc.includes(n??"")||
se(`${t} has the type ${JSON.stringify(n)}, expected one of ${gc.join(", ")}`);let r=(e??[]).map(i=>bc(t,i,a)),o=Ot(r);return o>Te.size&&se(`${t} has ${o} value\
s, more than ${Te.size}`),{shape:r,size:o,type:n,data:new Uint8Array(0),source:null,shift:0,constant:!1,kept:!1,first:s,last:s,offset:-1}}function yc(t,e,n){(typeof t!=
"object"||t===null||!Array.isArray(t.nodes))&&se("the graph has no list of nodes"),t.version!==pc&&se(`the graph has version ${JSON.stringify(t.version)}, this \
page runs version ${pc}`),t.nodes.length>Te.nodes&&se(`the graph has ${t.nodes.length} nodes, more than ${Te.nodes}`),Number.isInteger(n)&&n>=1&&n<=Te.rows||se(
`${n} rows, expected 1 to ${Te.rows}`);let a=[],s=0;return t.nodes.forEach((r,o)=>{let i=`node ${o} (${String(r?.op).slice(0,40)})`;!(r?.op==="constant"||r?.op===
"input")&&r?.op!=="getitem"&&!Ba.has(r?.op)&&se(`${i} is an unknown operator`);let c=h=>Array.isArray(h)?h.map(c):typeof h!="object"||h===null?h:"rows"in h?bc(i,
h,n):"number"in h?Number(h.number.replace("inf","Infinity").replace("nan","NaN")):rm(i,a,h.ref),f=(r.parts??[]).map(h=>h&&Yr(i,h,n,o)),d=Object.fromEntries(Object.
entries(r.args??{}).filter(([h])=>r.op!=="getitem"||h!=="self").map(([h,m])=>[h,c(m)])),u=r.op==="getitem"?om(i,a,r.args):r.shape?Yr(i,r,n,o):{...Yr(i,{shape:[0],
type:"f"},n,o)};for(let h of[u,...f])s+=h?.size??0;if(s>Te.total&&se(`the arrays have more than ${Te.total} values`),r.op==="constant"){let h=mc[r.store??""],m=r.
at??-1;h||se(`${i} is stored as ${JSON.stringify(r.store)}, expected one of ${Object.keys(mc).join(", ")}`),Number.isInteger(m)&&m>=0&&m+h*u.size<=e.length||se(
`${i} ends at byte ${m+h*u.size} of ${e.length} bytes of weights`)}a.push({op:r.op,index:o,args:d,out:u,parts:f})}),a}function rm(t,e,n){let a=typeof n=="number"?
e[n]:void 0;return a?a.parts.length?se(`${t} refers to all outputs of node ${JSON.stringify(n)}`):a.out:se(`${t} refers to node ${JSON.stringify(n)}, expected a\
n earlier one`)}function om(t,e,n){let a=n?.self,s=n?.index,r=typeof a=="object"&&a!==null&&"ref"in a?a.ref:-1;return(r<e.length&&typeof s=="number"?e[r]?.parts[s]:
null)??se(`${t} refers to output ${JSON.stringify(s)} of node ${JSON.stringify(r)}, which is not there`)}function en(t,e,n){let a=typeof e=="object"&&e!==null&&
"ref"in e?e.ref:-1;return t[a]?.out??se(`the output ${n} is not there`)}var wc=t=>t.size*(t.type==="f"?4:t.type==="b"?1:8)+32+16-1&-16;function Fs(t){let e=t;for(;e.source;)e=e.source;return e}function vc(t,e){let n=e+16-1&-16,a=[],
s=[];for(let r of t.filter(o=>o.kept))r.offset=n,n+=wc(r);for(let r of t.filter(o=>!o.kept).sort((o,i)=>o.first-i.first)){let o=s.filter(c=>c.last<r.first);o.length&&
(s=s.filter(c=>c.last>=r.first),a=im([...a,...o]));let i=wc(r),l=a.filter(c=>c.bytes>=i).sort((c,f)=>c.bytes-f.bytes)[0];l?(r.offset=l.at,l.at+=i,l.bytes-=i,a=a.
filter(c=>c.bytes>0)):(r.offset=n,n+=i),s.push({at:r.offset,bytes:i,last:r.last})}return n}function im(t){let e=[];for(let{at:n,bytes:a}of t.sort((s,r)=>s.at-r.
at)){let s=e.at(-1);s&&s.at+s.bytes===n?s.bytes+=a:e.push({at:n,bytes:a})}return e}function Vr(t,e){for(let n of t){let a=0,s=n;for(;s.source;)a+=s.shift,s=s.source;
let r=n.type==="f"?Float32Array:n.type==="b"?Uint8Array:Float64Array;n.data=new r(e,s.offset+a*r.BYTES_PER_ELEMENT,n.size)}}function Jr(t){let e=new Float32Array(t.length);for(let n=0;n<e.length;n++){let a=t[n],s=a&32768?-1:1,r=a>>10&31,o=a&1023;e[n]=r===0?s*o*2**-24:r===31?o?NaN:s*(1/0):
s*(1+o/1024)*2**(r-15)}return e}function xc(t,e,n,a){let s={f4:4,f3:3,f2:2,f8:8,i8:8,u1:1}[e??"f4"],r=t.slice(n,n+a*s);if(e==="f3"){let o=new Uint8Array(a*4);for(let i=0;i<
a;i++)for(let l=0;l<3;l++)o[4*i+1+l]=r[3*i+l];return new Float32Array(o.buffer)}return e==="f2"?Jr(new Uint16Array(r.buffer)):e==="f8"?new Float64Array(r.buffer):
e==="i8"?Array.from(new BigInt64Array(r.buffer),Number):e==="u1"?r:new Float32Array(r.buffer)}var $c=1<<29,Mc=["share","bias"];function kc(t,e){if(Array.isArray(t))for(let n of t)kc(n,e);else gn(t)&&e(t)}var _c=t=>Array.isArray(t)?t:[];function lm(t,e){let n=new Set(
e),a=[...e],s=r=>{Array.isArray(r)?r.forEach(s):typeof r=="object"&&r!==null&&"ref"in r&&!n.has(r.ref)&&(n.add(r.ref),a.push(r.ref))};for(let r=a.pop();r!==void 0;r=
a.pop())Object.values(t.nodes[r].args??{}).forEach(s);return n}async function js(t,e,n,a){let s=yc(t,e,n),r=new Set(t.scans.map(A=>A.node)),o=[],i=new Map,l={interventions:[],
states:!1},c=[],f=[],d=0,u=en(s,t.outputs.predictions,"predictions"),h=en(s,t.outputs.valid,"valid"),m=Object.fromEntries(Mc.flatMap(A=>t.outputs[A]?[[A,en(s,t.
outputs[A],A)]]:[])),g=lm(t,[t.outputs.predictions,t.outputs.valid,...Mc.flatMap(A=>t.outputs[A]??[])].map(A=>A.ref)),w={simd:a!==null,probe:a?.probe??null,kernels:{},
live:l,scratch(A,S,M=!1){let E={shape:A,size:Ot(A),type:S,data:new Uint8Array(0),source:null,shift:0,constant:!1,kept:M,first:d,last:d,offset:-1};return o.push(
E),E},watch:(A,S)=>{i.set(A,S)},watched:A=>r.has(A)};for(let A of s){d=A.index;let S=A.op==="getitem"?[]:A.parts.length?A.parts.filter(_=>_!==null):[A.out];o.push(
...S);let M=A.op!=="input";for(let _ of Object.values(A.args))kc(_,I=>{Fs(I).last=Math.max(Fs(I).last,d),M&&=I.constant});if(A.op==="getitem")continue;for(let _ of S)
_.constant=M;if(A.op==="input"||A.op==="constant"){A.out.kept=!0,A.op==="constant"&&c.push({op:A.op,needed:!0,run:()=>A.out.data.set(xc(e,t.nodes[A.index].store,
t.nodes[A.index].at??0,A.out.size))});continue}let E=Ba.get(A.op);if(!E)throw new Vt(`model in the page: operator ${A.op} is unknown`);let N=E(A,w);if(N.alias){
A.out.source=N.alias,A.out.shift=N.shift??0,A.out.constant=N.alias.constant;continue}if(M||=A.out.constant,M)for(let _ of S)_.kept=_.constant=!0;N.once&&c.push(
{op:A.op,needed:!0,run:N.once}),N.run&&(M?c:f).push({op:A.op,needed:g.has(A.index),run:N.run})}let y=t.scans.map(A=>{let S=i.get(A.node);if(!S)throw new Vt(`mod\
el in the page: node ${A.node} is no scan; save the page again`);return{norms:S,positions:A.positions?en(s,A.positions,"positions"):null}}),b=_c(t.outputs.routing).
map(A=>en(s,A,"routing")),v=_c(t.outputs.transport).map(A=>({plan:en(s,A?.plan,"plan"),cost:en(s,A?.cost,"cost"),distance:en(s,A?.distance,"distance")}));for(let A of[
u,h,...Object.values(m),...y.flatMap(S=>S.positions??[]),...b,...v.flatMap(Object.values)])Fs(A).kept=!0;let k=o.filter(A=>A.source===null),$=vc(k,a?a.probe.__heap_base.
value:0);if($>$c)throw new Vt(`model in the page: ${n} rows need ${Math.ceil($/2**20)} MiB of memory, more than ${$c/2**20}; use the kernel`);a?(Object.assign(w.
kernels,await a.withMemory($)),Vr(o,w.kernels.memory.buffer)):Vr(o,new ArrayBuffer($));for(let A of c)A.run();let x={values:[],valid:[],share:[],members:[],until:[],
weights:[]};for(let{node:A,kind:S,modality:M=0}of t.inputs)x[S][M]=s[A].out;return{inputs:x,predictions:u,valid:h,others:m,states:y,routing:b,transport:v,live:l,
bytes:$,run:()=>{for(let A of f)(A.needed||l.states)&&A.run()},timed:()=>{let A={};for(let{op:S,run:M}of f){let E=performance.now();M(),A[S]=(A[S]??0)+performance.
now()-E}return A}}}var cm=2;function Ac(t,e,n){let a=new Map;return async s=>{if(!t)throw new Vt("the model in the page has no attribution");if(![t.nodes,t.inputs,t.scans].every(Array.
isArray)||typeof t.outputs!="object"||t.outputs===null)throw new Vt("model in the page: the attribution has no lists of nodes, inputs and scans, or no outputs; \
save the page again");let r=performance.now(),o=s.weights.length/fm(t),i=a.get(o);if(!i){i=await js(t,e,o,n);let u=a.keys().next();a.size>=cm&&!u.done&&a.delete(
u.value),a.set(o,i)}let{inputs:l,predictions:c,others:{share:f,bias:d}}=i;if(!f||!d)throw new Vt("model in the page: the attribution has no shares; save the pag\
e again");return Ls(l.values,s.values,"values"),Ls(l.valid,s.valid,"valid"),Ls(l.share,s.share,"share"),Ls(l.weights,[s.weights],"weights"),i.live.states=!0,i.run(),
{share:Float32Array.from(f.data),output:Float32Array.from(c.data),bias:Float32Array.from(d.data),milliseconds:performance.now()-r}}}function fm(t){let e=t.inputs.
find(s=>s.kind==="weights")?.node??-1,a=(t.nodes[e]?.shape??[]).slice(1).reduce((s,r)=>s*(typeof r=="number"?r:NaN),1);if(e<0||!(a>0))throw new Vt("model in the\
 page: the attribution has no weights of outputs; save the page again");return a}function Ls(t,e,n){t.forEach((a,s)=>{let r=e?.[s];if(r?.length!==a.size)throw new Vt(
`request: ${n} ${s} has ${r?.length??0} values, expected ${a.shape.join(" x ")} = ${a.size}`);a.data.set(r)})}var dm=65536,um=1<<20,hm=4,pm=2**31-1;async function Rs({graph:t,weights:e,wasm:n}){let a=null,s="the page has no WebAssembly kernels";if(n)try{a=await mm(n),s=
""}catch(o){s=`WebAssembly: ${o instanceof Error?o.message:String(o)}`}let r=new Map;return{kind:a?"wasm":"js",reason:s,programs:r,attribute:Ac(t.gradient,e,a),
async predict(o){let i=performance.now(),l=o.members.length/t.modalities,c=r.get(l);if(!c){c=await js(t,e,l,a);let m=r.keys().next();r.size>=hm&&!m.done&&r.delete(
m.value),r.set(l,c)}gm(c.inputs,o),c.live.interventions=bm(o.interventions??[],t.modalities),c.live.states=o.wants.states,c.run();let f=o.wants.states,{states:d,
routing:u,transport:h}=c;return{predictions:Float32Array.from(c.predictions.data),steps:c.predictions.shape[1],states:f&&d.length?d.map(m=>ym(m)):null,routing:f&&
u.length?u.map(({data:m})=>Float32Array.from(m)):null,transport:f&&h.length?h.map(({plan:m,cost:g,distance:w})=>({plan:Float32Array.from(m.data),cost:Float32Array.
from(g.data),distance:Float32Array.from(w.data)})):null,valid:Uint8Array.from(c.valid.data),milliseconds:performance.now()-i}}}}async function mm(t){let e=await WebAssembly.
compile(t),n=async a=>{let s=new WebAssembly.Memory({initial:Math.ceil(a/dm)+1}),{exports:r}=await WebAssembly.instantiate(e,{env:{memory:s}});return{...r,memory:s}};
return{probe:await n(um),withMemory:n}}function gm(t,e){let n=[["values",e.values],["valid",e.valid],["share",e.share],["members",[e.members]]];for(let{size:a,data:s}of t.
until){let r=e.until??Array.from({length:a},()=>pm);if(r.length!==a||!r.every(o=>Number.isInteger(o)&&o>=0))throw new Vt(`request: until is ${JSON.stringify(r).
slice(0,80)}, expected ${a} numbers of steps`);s.set(r)}for(let[a,s]of n)t[a].forEach((r,o)=>{let i=s?.[o];if(i?.length!==r.size)throw new Vt(`request: ${a} ${o}\
 has ${i?.length??0} values, expected ${r.shape.join(" x ")} = ${r.size}`);r.data.set(i)})}function bm(t,e){for(let{modality:n,kind:a,source:s=0,step:r}of t)if(!([
n,s].every(i=>Number.isInteger(i)&&i>=0&&i<e)&&Number.isInteger(r)&&r>=0)||!["zero","hold","cut"].includes(a))throw new Vt(`request: the intervention ${JSON.stringify(
{modality:n,kind:a,source:s,step:r})} names a modality, kind or step that does not exist`);return t}function ym({norms:t,positions:e}){if(!e)return Float32Array.
from(t.data);let n=t.shape[2],a=new Float32Array(e.size*n);for(let s=0;s<e.size;s++){let r=e.data[s];r>=0&&a.set(t.data.subarray(r*n,(r+1)*n),s*n)}return a}var Oc=1e4,Xr=class extends Error{};async function Zr(t){let e="this page has no script for a worker";if(t.script&&typeof Worker=="function")try{return await wm(
t)}catch(a){e=`worker: ${a instanceof Error?a.message:String(a)}`}let n=await Rs(t);return Sc(a=>n.predict(a),{attribute:a=>n.attribute(a),kind:n.kind,thread:"p\
age",reason:[e,n.reason].filter(Boolean).join("; "),stop:()=>{}})}async function wm({script:t,...e}){let n=URL.createObjectURL(new Blob([t],{type:"text/javascri\
pt"})),a=new Worker(n),s=new Map,r=0,o=c=>{for(let{reject:f}of s.values())f(c);s.clear()},i=c=>new Promise((f,d)=>{s.set(++r,{resolve:f,reject:d}),a.postMessage(
{id:r,...c})});a.onmessage=({data:c})=>{let f=s.get(c.id);s.delete(c.id),c.error!==void 0?f?.reject(new Error(c.error)):f?.resolve(c.started??c.prediction??c.attribution)},
a.onerror=c=>o(new Error(c.message||"it could not be started"));let l=setTimeout(()=>o(new Error(`no reply within ${Oc/1e3} s`)),Oc);try{let{kind:c,reason:f}=await i(
{parts:e});return Sc(u=>i({request:u}),{attribute:u=>i({attribution:u}),kind:c,thread:"worker",reason:f,stop:()=>{a.terminate(),o(new Error("the engine was stop\
ped"))}})}catch(c){throw a.terminate(),c}finally{clearTimeout(l),URL.revokeObjectURL(n)}}function Sc(t,e){let n=null,a=!1,s=async()=>{for(a=!0;n;){let{request:r,
resolve:o,reject:i}=n;n=null,await t(r).then(o,i)}a=!1};return{...e,predict:r=>new Promise((o,i)=>{n?.reject(new Xr("a later request replaced this one")),n={request:r,
resolve:o,reject:i},a||s()})}}var Nc={float32:4,float16:2,uint16:2,uint14:2,uint12:2,uint8:1,adaptive:4};function Qr(t,e,n){let{modalities:a,ids:s}=t.split;if(!(Number.isInteger(n)&&n>=0&&n<
s.length))throw new RangeError(`sample ${n}, but the page carries ${s.length} samples`);let r=(c,f)=>{if(!(c>=0&&c+f<=e.length))throw new RangeError(`the frames\
 end at byte ${c+f} of ${e.length}; save the page again`);return e.slice(c,c+f).buffer},o=a.map(({kind:c,frames:f,features:d,at:u,low:h,step:m,shift:g})=>{let w=f*
d,y=r(u+n*w*Nc[c],w*Nc[c]);if(c==="float32")return new Float32Array(y);if(c==="float16")return Jr(new Uint16Array(y));let b=c==="adaptive"?new Uint32Array(y):c===
"uint8"?new Uint8Array(y):new Uint16Array(y),v=2**(g?.[n]??0);return Float32Array.from(b,(k,$)=>(h?.[$%d]??0)+k*v*(m?.[$%d]??0))}),i=a.map(({frames:c,valid_at:f})=>{
let d=n*c,u=new Uint8Array(r(f+(d>>3),(d+c+7>>3)-(d>>3)));return Uint8Array.from({length:c},(h,m)=>u[(d&7)+m>>3]>>7-((d&7)+m&7)&1)}),l=a.flatMap(({share_frames:c=0,
share_at:f})=>f===void 0?[]:[new Float64Array(r(f+n*c*16,c*16))]);return{values:o,valid:i,share:l}}var to=(t,e)=>e.subarray(0,t.weights);var jn=globalThis;if(typeof jn.importScripts=="function"&&jn.document===void 0){let t=null;jn.onmessage=async({data:e})=>{try{if("parts"in e){t=Rs(e.parts);let{
kind:n,reason:a}=await t;jn.postMessage({id:e.id,started:{kind:n,reason:a}})}else if(t&&"attribution"in e){let n=await(await t).attribute(e.attribution);jn.postMessage(
{id:e.id,attribution:n},[n.share,n.output,n.bias].map(a=>a.buffer))}else if(t&&"request"in e){let n=await(await t).predict(e.request);jn.postMessage({id:e.id,prediction:n},
[n.predictions,n.valid,...n.states??[]].map(a=>a.buffer))}}catch(n){jn.postMessage({id:e.id,error:n instanceof Error?n.message:String(n)})}}}function Ec(t,e){let{epoch:n,layer:a,channel:s,time:r}=e,o={...e};n!==void 0&&(o.epoch=t.epoch[n]),a!==void 0&&(o.layer=t.layer[a]),s!==void 0&&(o.channel=t.channel[s]),
r!==void 0&&(o.time=t.time[r]);for(let i of["brush","zoom"]){let l=e[i];l&&(o[i]=[t.time[l[0]],t.time[l[1]]])}return o}var $e=(t,e)=>({...Ec(t.from_a,e),layer_of_a:e.
layer,of_a:e}),zc=(t,e)=>Ec(t.to_a,e);function Tc(t,e,n){if(t===null||!Object.hasOwn(t.leads,e))return null;let a=t.leads[e],[s,r]=a===2?n:[t.epoch,n[0]];return n.length<a||s!==t.epoch||r!==t.sample?
null:t.part(e,...a===2?[0,0]:[0],...n.slice(a))}function eo(t){let e=t.sample_axis??{},n=t.recorded_samples??t.sizes.sample,a=null,s=new Map;function r(l,c){let f=t.
shape(l).slice(c.length).reduce((h,m)=>h*m,1),d=`${l} ${f}`,u=s.get(d);return u||s.set(d,u=t.arrays[l].dtype==="uint8"?new Uint8Array(f):new Float32Array(f).fill(
NaN)),u}return{...t,recorded_samples:n,part:(l,...c)=>{let f=e[l];return f===void 0||!(c[f]>=n)?t.part(l,...c):Tc(a,l,c)??r(l,c)},lacks:(l,c)=>c>=n&&e[l]!==void 0&&
!(a?.sample===c&&Object.hasOwn(a.leads,l)),open:l=>{a=l},computed:()=>a}}function no(t){let e=null,n=!1,a=[...t.duration_s],s=[...t.start_s],r=()=>n?null:e,o=f=>e!==
null&&!n&&Object.hasOwn(e.leads,f),i=(f,...d)=>Tc(r(),f,d)??t.part(f,...d),l=(f,d,u)=>{a[f]=d,s[f]=u};function c(f,d){e&&l(e.sample,t.duration_s[e.sample],t.start_s[e.
sample]),[e,n]=[f,d],e&&!n&&l(e.sample,e.duration_s,e.start_s)}return{...t,duration_s:a,start_s:s,recorded:t,edited:r,replaced:o,part:i,show:c,compared:[]}}var Cc=[
"path","influence","attribution","plan","channel_index","scan_norm_0"];var ao=["delay","amplitude","noise","seed","swap","text","window","state","cut","step"];function le({sample:t,epoch:e,masked:n,edits:a}){let s=Object.keys(a).sort().
map(r=>[r,ao.filter(o=>Object.hasOwn(a[r],o)).map(o=>[o,a[r][o]])]);return n.length||s.length?JSON.stringify([t,e,[...n].sort(),s]):""}function ua({phrases:t,samples:e,
modalities:n},a){let s=({delay:r=0,amplitude:o,noise:i,swap:l,text:c,window:f,state:d,cut:u,step:h=0})=>{let m=Math.abs(r),g=[];return l!==void 0&&g.push(Xt(t.swap,
{sample:e[l]})),c!==void 0&&g.push(t.text),m&&g.push(Xt(r>0?t.later:t.earlier,{steps:Xt(m===1?t.one_step:t.several_steps,{steps:m})})),o!==void 0&&g.push(Xt(t.amplitude,
{factor:st(o,2)})),i!==void 0&&g.push(Xt(t.noise,{noise:i.toFixed(2)})),f!==void 0&&g.push(Xt(f[0]===f[1]?t.one_frame:t.frames,{first:f[0]+1,last:f[1]+1})),d!==
void 0&&g.push(Xt(t[d],{step:h+1})),u!==void 0&&g.push(Xt(t.cut,{source:n[u].name,step:h+1})),g.join(", ")};return n.filter(r=>Object.hasOwn(a,r.name)).map(r=>`${r.
name} ${s(a[r.name])}`).join("; ")}function Ic(t,e){let n=0,a=null,s=()=>e();async function r(){let l=t.get("what_if_result");if(!l?.seq||l.seq<=n)return;n=l.seq;
let c=await Wn(l.meta,l.body);l.seq<n||(a={...c,epoch:l.request.epoch,sample:l.request.sample,edits:l.request.edits,key:le(l.request),request:l.request},e())}let o=()=>r().
catch(l=>e(`The result could not be read: ${l}`));return t.on("change:what_if_result",o),t.on("change:what_if_error",s),{take:o,stop:()=>{t.off("change:what_if_\
result",o),t.off("change:what_if_error",s)},current:()=>a}}var so=(t,e)=>Number.isInteger(t)&&Number(t)>=0&&Number(t)<=e,vm=(t,e)=>e===4?new Uint32Array(t):e===2?new Uint16Array(t):new Uint8Array(t);async function Fc(t,e,n){
let a="the model in this page",s=new Error(`${a} is damaged: its weights and frames do not fit their description`);if(!Array.isArray(e?.groups)||!so(n,2*(e.bytes+
2**20)))throw s;let r=await Dn(t,e.bytes,a),o=new Uint8Array(n),i=0;for(let{width:l,lags:c,folded:f,places:d}of e.groups){let h=[1,2,3,4,8].includes(l)&&Array.isArray(
d)&&Array.isArray(c)&&c.length<=4&&c.every(w=>so(w,r.length)&&w>0)&&d.every(w=>Array.isArray(w)&&w.every(y=>so(y,n))&&w[0]+w[1]*l<=n)&&(l!==3&&l!==8||!c.length&&
!f)?d.reduce((w,y)=>w+y[1],0):1/0;if(i+h*l>r.length)throw s;let m;if(l===3||l===8){m=new Uint8Array(h*l);for(let w=0,y=i;w<l;w++)for(let b=0;b<h;b++)m[b*l+w]=r[y++]}else
m=new Uint8Array(Va(r,i,vm(h,l),c,f).buffer);i+=h*l;let g=0;for(let[w,y]of d)o.set(m.subarray(g,g+y*l),w),g+=y*l}if(i!==r.length)throw s;return o}function jc(t,e,n,a){for(let s=0;s<t.length;s++){let r=t[s]/e;n[a+s]=r>=1?255:r>0?Math.round(255*r):0}}function Lc(t,{routing:e,transport:n},a){let s={};if(e&&t.
has("routing")){let r=[1,1,...t.shape("routing").slice(2)],o=new Uint8Array(r.reduce((l,c)=>l*c,1)),i=o.length/r[2];e.length===r[2]&&e.every(l=>l.length===i)&&(e.
forEach((l,c)=>jc(l,1,o,c*i)),s.routing={shape:r,values:o})}if(n&&t.has("plan")&&n.length===t.pairs.length){s.distance={shape:[1,1,n.length],values:Float32Array.
from(n,i=>i.distance[0])};let r=[1,...t.shape("plan").slice(1)],o=r[2]*r[3];if(t.epochs[a]===t.best_epoch&&n.every(({plan:i})=>i.length===o))for(let i of["plan",
"cost"]){let l=new Uint8Array(n.length*o);n.forEach((c,f)=>jc(c[i],t.transport_scale[i][f],l,f*o)),s[i]={shape:r,values:l}}}return s}function xm(t,e,n){let a=0;for(let s=1;s<n;s++)t[e+s]>t[e+a]&&(a=s);return a}async function $m(t,e,n,a,s){let r=t.sizes.time,o=t.modalities.length,i=t.outputs.length,
l=a.length/i,c=t.task==="classification",f=t.attribution.block,d=f.length,u=xm(a,(l-1)*i,i),h=l===r&&t.has("attribution_prefix"),m=Float32Array.from(a,(M,E)=>c?
(E%i===u?1:0)-M:1),g=h?Array.from({length:l},(M,E)=>E):[l-1],w=new Float32Array(g.length*o*r),y=null;for(let M=0;M<g.length;M+=1){let E=g.slice(M,M+1),N=(g.length===
1,1),_=new Float32Array(N*l*i);if(E.forEach((I,B)=>{for(let C=0;C<i;C++)Number.isFinite(m[I*i+C])&&(_[(B*l+I)*i+C]=m[I*i+C])}),y=await e.attribute({values:n.values,
valid:n.valid,...n.share?{share:n.share}:{},weights:_}),!s())return null;w.set(y.share.subarray(0,E.length*o*r),M*o*r)}let{output:b,bias:v}=y,k=(M,E)=>{let N=0;
for(let _=0;_<i;_++)N+=m[E*i+_]*M[E*i+_];return N},$=w.slice((g.length-1)*o*r),x=k(b,l-1),A=k(v,l-1),S={attribution:{shape:[1,o,r],values:$},attribution_total:{
shape:[1],values:Float32Array.of(x)},attribution_bias:{shape:[1],values:Float32Array.of(A)},attribution_error:{shape:[1],values:Float32Array.of(Math.abs(x-A-$.reduce(
(M,E)=>M+E,0)))}};if(h){let M=new Float32Array(r*o*d),E=new Uint8Array(r*o*d),N=new Float32Array(r);for(let _=0;_<r;_++){for(let B=0;B<o;B++)for(let C=0;C<d;C++)
for(let j=f[C];j<(f[C+1]??r);j++)M[(_*o+B)*d+C]+=w[(_*o+B)*r+j];let I=M.subarray(_*o*d,(_+1)*o*d);N[_]=I.reduce((B,C)=>Math.max(B,Math.abs(C)),0)||1,I.forEach((B,C)=>E[_*
o*d+C]=Math.round(Math.sqrt(Math.abs(B)/N[_])*Math.sign(B)*127+128))}Object.assign(S,{attribution_prefix:{shape:[1,r,o,d],values:E},attribution_prefix_limit:{shape:[
1,r],values:N},attribution_prefix_bias:{shape:[1,r],values:Float32Array.from({length:r},(_,I)=>k(v,I))},attribution_prefix_total:{shape:[1,r],values:Float32Array.
from({length:r},(_,I)=>k(b,I))}})}return{arrays:S,explained:c?t.outputs[u]:""}}function Rc(t,e){let n=0,a=0,s=()=>{n++,clearTimeout(a)};function r(o,i,l,c){s();
let f=n;a=setTimeout(()=>{$m(e,t,o,i,()=>f===n).then(d=>d&&f===n&&l(d),d=>f===n&&c(d instanceof Error?d.message:String(d)))},150)}return{follow:r,cancel:s}}function Bs(t){let e=t>>>0;return e=Math.imul(e^e>>>16,2146121005),e=Math.imul(e^e>>>15,2221713035),(e^e>>>16)>>>0}function Bc(t,e,n){let a=Bs(t+2654435769>>>0),
s=Bs((a^e+1)>>>0),r=new Float64Array(n),o=i=>Bs((Bs(i+s>>>0)^a)>>>0);for(let i=0;i<n;i++){let l=(o(2*i)+1)/4294967296,c=o(2*i+1)/2**32;r[i]=Math.sqrt(-2*Math.log(
l))*Math.cos(2*Math.PI*c)}return r}var Mm=(t,e)=>new Error(`${e} of ${t}, which has no recorded frame in this sample; swap it for another sample's first`);function _m(t,e,n){let a=t.length/e.length,
s=t.slice(),r=Array.from(e.keys()).filter(o=>e[o]);return r.forEach((o,i)=>{let l=r[Math.min(r.length-1,Math.max(0,i-n))];s.set(t.subarray(l*a,(l+1)*a),o*a)}),s}
function Pc(t,e,n){let a=t.length/e.length,s=t.slice();for(let r=0,o=0;r<e.length;r++)for(let i=0;i<a;i++,o++)e[r]&&(s[o]=n(t[o],o,i));return s}function qc(t,e,n,a,s,r){
let o={...t,values:[...t.values],valid:[...t.valid]};return e.forEach((i,l)=>{let c=Object.hasOwn(n,i)?n[i]:{},f=t.values[l],d=t.valid[l];if(c.swap!==void 0){let b=r(
c.swap);[f,d]=[b.values[l],b.valid[l]]}let{delay:u=0,amplitude:h=1,noise:m=0,seed:g=0,window:w}=c,y=u?"delay":h!==1?"amplitude":m?"noise":"";if(y&&!d.some(Boolean))
throw Mm(i,y);if(u&&(f=_m(f,d,u)),h!==1){let b=Math.fround(h);f=Pc(f,d,v=>v*b)}if(m){let b=Bc(g,l,f.length),v=Array.from(s[l],k=>m*k);f=Pc(f,d,(k,$,x)=>k+b[$]*v[x])}
(w||a.includes(i))&&(d=d.map((b,v)=>a.includes(i)||w&&v>=w[0]&&v<=w[1]?0:b)),o.values[l]=f,o.valid[l]=d}),o}var ro=(t,e)=>t.flatMap((n,a)=>{let{state:s,cut:r,step:o=0}=Object.
hasOwn(e,n)?e[n]:{};return[...s?[{modality:a,kind:s,step:o}]:[],...r!==void 0?[{modality:a,kind:"cut",source:r,step:o}]:[]]});var Dc=12,km=2e4,Pa=8,Am=40,Om=24;function Sm(t,e){let n=2**e,a=t.length/n,s=new Float32Array(a*e),r=new Float64Array(e);for(let i=0,l=1/e;i<e;i++)r[i]=l,l*=(i+
1)/(e-1-i);let o=Uint8Array.from({length:n},(i,l)=>l.toString(2).replaceAll("0","").length);for(let i=0;i<a;i++)for(let l=0;l<e;l++){let c=0;for(let f=0;f<n;f++)
f>>l&1||(c+=r[o[f]]*(t[i*n+f+2**l]-t[i*n+f]));s[i*e+l]=c}return s}function Nm(t,e,n){let a=[],s=[];for(let[r,o]of e.entries()){if(t.modalities[r].static||!o.some(
Boolean))continue;let i=n[r];if(i===null)return null;s.push(i),a.push((t.align==="resample"?o.reduce((l,c)=>l+(c?1:0),0):t.align==="pad"?t.sizes.time:o.length)/
i)}return!s.length||Math.max(...a)-Math.min(...a)>1/Math.min(...s)*(1+1e-9)?null:Math.max(...a)}var Wc=(t,e)=>Array.from({length:e},(n,a)=>t>>a&1);function Em(t,e,n){
let a={},s={};for(let[r,{shape:o}]of Object.entries(e))a[r]=t.sample_axis[r]===1?2:1,s[r]={shape:o,dtype:e[r].values instanceof Uint8Array?"uint8":"float32",at:0,
lags:[]};return{...n,leads:a,arrays:s,has:r=>Object.hasOwn(e,r),shape:r=>e[r].shape,part(r,...o){let{shape:i,values:l}=e[r],c=i.slice(o.length).reduce((d,u)=>d*
u,1),f=o.reduce((d,u,h)=>d*i[h]+u,0)*c;return l.subarray(f,f+c)}}}function zm(t,e){let{layer:n,channel:a,time:s}=t.sizes,r=t.modalities.length,o=new Uint8Array(
n*r*a*s),i=1/(t.state_power??1);for(let l=0;l<n;l++){let c=e[l].length/(r*s),f=t.part("channel_index",l);for(let d=0;d<r;d++)for(let u=0;u<a;u++){let h=Math.max(
0,f[d*a+u]),m=((l*r+d)*a+u)*s;for(let g=0;g<s;g++){let w=e[l][(d*s+g)*c+h]/t.scale[l];o[m+g]=Number.isFinite(w)?Math.round(255*Math.min(1,Math.max(0,w))**i):255}}}
return o}function Hc({engine:t,frame:e,source:n,changed:a,now:s=()=>performance.now()}){let r=e.modalities.length,o=e.modalities.map(O=>O.name),i=e.sizes.time,l=e.
outputs.length,c=2**r-1,f=r<=Dc&&e.has("game"),d=[2**(r-1)-1,c].filter(O=>O>0&&O<=Pa),u=new Map,h=new Map,m=new WeakSet,g=null,w=null,y=null,b=null,v=!1,k=!1,$=0,
x="",A=n.attributes&&e.has("attribution")?Rc(t,e):null;function S(O,F,z){O.delete(F),O.set(F,z);for(let q of[...O.keys()].slice(0,Math.max(0,O.size-Om)))q!==w?.
sample&&O.delete(q)}let M=O=>le(O)||`sample ${O.sample}`;function E(){if(w===null||k)return null;let{sample:O}=w,F=le(w),z=u.get(O),q={sample:O,epoch:n.epoch,masked:[],
edits:{}};return O>=e.recorded_samples&&(!z||z.draft||z.partial&&!F)&&y?.key!==M(q)?{sample:O,key:M(q),request:q,edited:!1,requested:$}:!F||w.epoch!==n.epoch||y?.
key===F||g?.key===F&&!g.draft&&!g.partial?null:{sample:O,key:F,request:w,edited:!0,requested:$}}let N=O=>k||w===null||(O.edited?le(w)!==O.key:w.sample!==O.sample||
le(w)!==""&&u.get(O.sample)?.draft===!1);function _(O,F){let q={prediction:{shape:[...[1,1,i],l],values:C(F.predictions)},...Lc(e,F,n.epoch)};return F.valid&&(q.
state_valid={shape:[1,r,i],values:F.valid}),F.states&&e.has("state")&&(q.state={shape:[1,1,e.sizes.layer,r,e.sizes.channel,i],values:zm(e,F.states)}),O.values.forEach(
(H,R)=>{let U=O.valid[R],G=H.length/U.length;q[`signal_${R}`]={shape:[1,U.length,G],values:H.map((Y,et)=>U[Math.floor(et/G)]?Y:0)},q[`signal_valid_${R}`]={shape:[
1,U.length],values:U}}),q}function I({edits:O}){return e.has("attribution")?n.attributes?f?ro(o,O).length?"The page computes no attribution with an intervention\
 on hidden states or edges.":"":`The page computes no attribution for more than ${Dc} modalities.`:n.no_attribution||"The model in the page has no graph of the \
attribution; export it again.":""}function B(O,F,z,q,H,R,U){let{sample:G,request:Y}=O,et=U?`The attribution could not be computed: ${U}`:I(Y);e.labelled===!1&&G>=
e.recorded_samples&&(e.targets[G]=Cm(z.prediction.values.subarray((i-1)*l)));let tt=q?{...z,...j(G,q)}:z,K={epoch:n.epoch,sample:G,edits:Y.edits,key:O.key,request:Y,
explained:R,unexplained:et,start_s:e.recorded.start_s[G],duration_s:n.timed?e.recorded.duration_s[G]:Nm(e,F.valid,n.rates)},V={...Em(e,tt,K),draft:q===null&&f,partial:H};
O.edited?g=V:S(u,G,V)}function C(O){if(O.length===i*l)return O;let F=new Float32Array(i*l).fill(NaN);return F.set(O,(i-1)*l),F}function j(O,F){let z=e.task==="c\
lassification"?e.targets[O]:0,q=c+1,H=new Float32Array(i*q);for(let[U,G]of F)for(let Y=0;Y<i;Y++)H[Y*q+U]=G[Y*l+z];let R=Float32Array.from({length:i},(U,G)=>H[G*
q]);return{game:{shape:[1,1,i,q],values:H},phi:{shape:[1,1,i,r],values:Sm(H,r)},baseline:{shape:[1,1,i],values:R}}}async function P(O){let F=n.sampleAt(O.sample);
if(F===null)throw new Error(`the page does not hold the input of sample ${e.samples[O.sample]}`);let{edits:z,masked:q}=O.request,H=O.edited?qc(F,o,z,q,n.std,ht=>{
let _t=n.sampleAt(ht);if(_t===null)throw new Error(`the page does not hold the input of sample ${e.samples[ht]}`);return _t}):F,R=ro(o,z),U={values:H.values,valid:H.
valid,...F.share?{share:F.share}:{},interventions:R},G=await t.predict({...U,members:Uint8Array.from(Wc(c,r)),wants:{states:!0}});if(!G||N(O))return;let Y=G.steps===
1&&i>1,et=new Map([[c,C(G.predictions)]]),tt=o.reduce((ht,_t,qt)=>ht|(Object.hasOwn(z,_t)||q.includes(_t)?1<<qt:0),0),K=R.length?[]:Array.from({length:c},(ht,_t)=>_t).
filter(ht=>!(ht&tt)),V=h.get(O.sample)??new Map;for(let ht of K)V.has(ht)&&et.set(ht,V.get(ht));let J=f?Array.from({length:c},(ht,_t)=>_t).filter(ht=>!et.has(ht)):
[],at=J.map(ht=>[ht,i]),ot=t.thread==="worker"&&!O.edited&&J.length?D(U,at.slice(0,Pa),Y):null,pt=_(H,G);if(b={key:O.key,first:s()-O.requested,all:null,prefixes:null,
left:""},B(O,H,pt,null,Y),a(),!f&&!Y||(ot||await Tm(),N(O)))return;if(f){let ht=await L(O,U,at,Y,ot);if(!ht)return;J.forEach((_t,qt)=>et.set(_t,C(ht[qt])));for(let _t of O.
edited?K:et.keys())V.set(_t,et.get(_t));S(h,O.sample,V),B(O,H,pt,et,Y),b&&(b.all=s()-O.requested),a()}let yt=Y?await W(O,H,pt,et,U):pt;yt&&f&&R.length===0&&A?.follow(
{...H,...F.share?{share:F.share}:{}},G.predictions,ht=>{N(O)||(B(O,H,{...yt,...ht.arrays},et,!1,ht.explained),a())},ht=>{N(O)||(B(O,H,yt,et,!1,void 0,ht),a())})}
function D(O,F,z){let q=d.find(R=>R>=F.length)??Pa,H=Array.from({length:q},(R,U)=>F[Math.min(U,F.length-1)]);return t.predict({...O,...z?{until:H.map(([,R])=>R)}:
{},members:Uint8Array.from(H.flatMap(([R])=>Wc(R,r))),wants:{states:!1}})}async function L(O,F,z,q,H=null){let R=[];for(let U=0;U<z.length;U+=Pa){let G=z.slice(
U,U+Pa),Y=await(U?D(F,G,q):H??D(F,G,q));if(!Y||N(O))return null;let et=l*Y.steps;G.forEach((tt,K)=>R.push(Y.predictions.slice(K*et,(K+1)*et)))}return R}async function W(O,F,z,q,H){
let R=s(),U=async V=>{let J=V.flatMap(ot=>Array.from({length:i-1},(pt,yt)=>[ot,yt+1])),at=await L(O,H,J,!0);if(J.forEach(([ot,pt],yt)=>at&&q.get(ot)?.set(at[yt],
(pt-1)*l)),at)for(let ot of V)m.add(q.get(ot));return at!==null};if(!await U([c]))return null;let G=q.get(0);if(G)for(let V=0;V+1<i;V++)G.copyWithin(V*l,(i-1)*l);
let Y=[...q.keys()].filter(V=>V>0&&V<c&&!m.has(q.get(V))),et=(s()-R)*Y.length,tt=et>km?`Shapley values before the last step are not computed: the ${Y.length} fu\
rther subsets at every step would take about ${Math.round(et/1e3)} s`:"",K={...z,prediction:{...z.prediction,values:q.get(c).slice()}};return B(O,F,K,f?q:null,Y.
length>0&&!tt),b&&([b.prefixes,b.left]=[s()-O.requested,tt]),a(),tt||!Y.length?K:await U(Y)?(B(O,F,K,q,!1),b&&(b.prefixes=s()-O.requested),a(),K):null}async function T(){
if(!v){v=!0;try{for(let O=E();O;O=E())try{await P(O)}catch(F){y={key:O.key,sample:O.sample,text:F instanceof Error?F.message:String(F)},a()}}finally{v=!1}}}return{
follow({sample:O,epoch:F,masked:z,edits:q}){let H=M({sample:O,epoch:F,masked:z,edits:q});H!==x&&A?.cancel(),H!==x&&([x,$,y]=[H,s(),null]),w={sample:O,epoch:F,masked:z,
edits:q},T()},base:O=>u.get(O)??null,current:()=>g,timesOf:O=>b?.key===O?b:null,problemOf:O=>y&&y.key===O?y.text:"",failed:O=>y&&y.key===`sample ${O}`?y.text:"",
refusal({sample:O,epoch:F,edits:z},q){if(F!==n.epoch)return`the model in the page has the weights of epoch ${e.epochs[n.epoch]}`;if(n.sampleAt(O)===null)return`\
the page does not hold the input of sample ${e.samples[O]}`;for(let[H,R]of o.entries())for(let U of Object.keys(Object.hasOwn(z,R)?z[R]:{}))if(!q[H].includes(U))
return`the page does not compute the edit "${U}" of ${R}`;return""},stop(){k=!0,A?.cancel(),t.stop()}}}var Tm=()=>new Promise(t=>{let e=setTimeout(t,Am);requestAnimationFrame(
()=>{let{port1:n,port2:a}=new MessageChannel;n.onmessage=()=>{clearTimeout(e),n.close(),t()},a.postMessage(0)})});function Cm(t){let e=0;for(let n=1;n<t.length;n++)
t[n]>t[e]&&(e=n);return e}var Im=16,Fm=.001;function jm(t,e){let{split:n,graph:a}=e.model,s=t.modalities.length;if(!(n.modalities.length===s&&e.rows.length===t.sizes.sample&&e.offers.length===
s&&e.std.length===s&&e.rates.length===s&&n.modalities.every((o,i)=>o.features===t.modalities[i].features.length&&o.frames===t.shape(`signal_${i}`)[1])&&a.steps===
t.sizes.time&&Number.isInteger(e.epoch)&&e.epoch>=0&&e.epoch<t.sizes.epoch))throw new Error("the model in this page does not belong to its data: its modalities,\
 frames, steps or epoch differ")}function Lm(t,e,n){let a=new Map,s=e.model.split.modalities.some(o=>o.share_at!==void 0);function r(o){let i=e.rows[o]>=0?Qr(e.
model,n,e.rows[o]):null,l=s?i?.share:void 0;return o<t.recorded_samples&&(i||!s)?{values:t.modalities.map((c,f)=>Float32Array.from(t.recorded.part(`signal_${f}`,
o))),valid:t.modalities.map((c,f)=>Uint8Array.from(t.recorded.part(`signal_valid_${f}`,o))),...l?{share:l}:{}}:i&&{values:i.values,valid:i.valid,...l?{share:l}:
{}}}return o=>{let i=a.get(o)??r(o);if(i){a.delete(o),a.set(o,i);for(let l of[...a.keys()].slice(0,Math.max(0,a.size-Im)))a.delete(l)}return i}}async function Rm(t,e,n){
let a=n.sampleAt(0),s=t.modalities.length;if(!a||!t.recorded_samples)return null;let{predictions:r,steps:o}=await e.predict({...a,members:new Uint8Array(s).fill(
1),interventions:[],wants:{states:!1}}),i=t.outputs.length,l=t.sizes.time,c=t.recorded.part("prediction",n.epoch,0),f=o===l?0:(l-1)*i;if(r.length!==(o===l?l:1)*
i)throw new Error(`the model in this page predicts ${r.length} values, expected ${(o===l?l:1)*i}`);let d=0;for(let u=0;u<r.length;u++)Number.isFinite(c[f+u])&&(d=
Math.max(d,Math.abs(r[u]-c[f+u])||(Number.isFinite(r[u])?0:1/0)));return d}async function Uc(t,e,n){let{wasm:a}=t;if(!a.byteLength)return oo(t,null,e,n);try{return await oo(
t,ba(a),e,n)}catch(s){return oo(t,null,e,n).catch(()=>{throw s})}}async function oo({meta:t,blob:e,script:n},a,s,r){let o=JSON.parse(t);jm(s,o);let i=await Fc(ba(
e),o.stored,o.model.bytes),l=await Zr({graph:o.model.graph,weights:to(o.model,i),wasm:a,script:n});try{let c={epoch:o.epoch,sampleAt:Lm(s,o,i),std:o.std,rates:o.
rates,timed:o.model.split.clock!==null,attributes:!!o.model.graph.gradient,no_attribution:String(o.model.about.no_attribution??"").slice(0,400)},f=await Rm(s,l,
c),d=Fm+2*(Number(o.model.about.error)||0);if(f!==null&&f>d*Math.max(1,Bm(s)))throw new Error(`the model in this page does not reproduce the recorded prediction\
 of ${s.samples[0]}: it differs by ${f.toPrecision(2)}; export the model from the training that was recorded`);return{meta:o,engine:l,predictions:Hc({engine:l,frame:s,
source:c,changed:r}),difference:f}}catch(c){throw l.stop(),c}}function Bm(t){if(t.task==="classification")return 1;let e=0;for(let n of t.recorded.part("predict\
ion"))Math.abs(n)>e&&Number.isFinite(n)&&(e=Math.abs(n));return e}var Pm=300;function qm(t){let e=new Uint8Array(Float32Array.from(t).buffer),n="";for(let a=0;a<e.length;a+=8192)n+=String.fromCharCode(...e.subarray(a,a+8192));
return btoa(n)}var Gc=t=>t&&{duration_s:t.duration_s,...Object.fromEntries(["prediction","phi","game"].filter(t.has).map(e=>[e,qm(t.part(e))]))};function Kc(t,e,n){
let a=Ic(t,n),s=t.get("page_model"),r=s?.meta?"starting":"none",o=null,i="",l=!1,c=0,f=null,d=()=>!t.get("opened")&&!t.get("edit_options")?.never;function u(v){
d()&&(t.set("page_engine",v),t.save_changes())}async function h(){if(r==="starting"){try{let v=await Uc(s,e,m);if(l)return v.predictions.stop();[o,r]=[v,"ready"]}catch(v){
[r,i]=["failed",v instanceof Error?v.message:String(v)]}u(r==="ready"?"ready":`failed: ${i}`),f&&y(f),n()}}function m(){n(),clearTimeout(c),d()&&(c=setTimeout(g,
Pm))}function g(){if(!o||!f||l)return;let v=o.predictions.base(f.sample),k=o.predictions.current(),$=le(f),x=k&&!k.draft&&k.key===$?k:null;if(v?.draft||!v&&!x)return;
let A={sample:f.sample,epoch:f.epoch,masked:f.masked,edits:f.edits};t.set("page_prediction",{request:A,plain:Gc(v),edited:Gc(x)}),t.save_changes()}function w(v){
return o?o.predictions.refusal(v,o.meta.offers):r==="failed"?i:"the model in the page is starting"}function y(v){f=v,o&&(!le(v)||!w(v)||v.sample>=e.recorded_samples)&&
o.predictions.follow(v)}function b(v){let k=le(v),x=[o?.predictions.current()??null,a.current()].filter(A=>A!==null&&A.sample===v.sample&&A.epoch===v.epoch);return k?
x.find(A=>A?.key===k)??x[0]??null:null}return{take:a.take,start:h,follow:y,editedFor:b,refusal:w,stage:()=>r,reason:()=>i,meta:()=>o?.meta??null,engine:()=>o?.engine??
null,difference:()=>o?.difference??null,base:v=>o?.predictions.base(v)??null,waits:({sample:v})=>v>=e.recorded_samples&&(r==="starting"||o!==null&&!o.predictions.
base(v)&&!o.predictions.failed(v)),missing:v=>v<e.recorded_samples?"":o?o.predictions.failed(v):r==="starting"?"":i||"the page holds no model",timesOf:v=>o?.predictions.
timesOf(v)??null,problemOf:v=>o?.predictions.problemOf(v)??"",stop(){l=!0,clearTimeout(c),a.stop(),o?.predictions.stop()}}}function Yc(t,e){let n=0,a=0,s=!1,r=null,o=null,i=(c,f)=>c!==null&&f!==null&&c.key===f.key&&c.request===f.request;function l(c){let f=e.editedFor(c),d=e.base(c.
sample);f||(s=!1);let u=s?null:f;if(u!==r||d!==o){let m=(u===r||i(u,r)&&r?.draft)&&(d===o||i(d,o)&&o?.draft);[r,o,n,a]=[u,d,n+1,a+(m?0:1)]}t.open(d),t.show(f,s);
let h={...c,version:n,early:a,draft:!!(u?u.draft:d?.draft)};return{edited:f,shows:u,comparing:s,state:h}}return{next:l,compare:c=>{s=c}}}var lo=["mask","delay","amplitude","noise","swap","text","window","state"],co={mask:"available",delay:"delay, steps",amplitude:"amplitude, factor",noise:"noise,\
 sd · seed",swap:"swapped with",text:"text",window:"masked frames",state:"hidden state, edges · from step"};function io(t,e,n){let a=p("input",{type:"range","\
aria-label":t,...e}),s=p("span",{class:"mmv-set"});a.addEventListener("input",()=>n(Number(a.value)));let r=(o,i)=>{o>Number(a.max)&&(a.max=String(o)),o<Number(
a.min)&&(a.min=String(o)),dt(a,"value",String(o)),dt(a,"ariaValueText",i),wt(s,i)};return{range:a,node:p("div",{class:"mmv-slide"},a,s),set:r}}function Vc(t,e,n,a,s,r,o,i){
let l=t.modalities[e],c={},f=[],d=(g,w)=>{n.includes(g)&&w()},u=g=>l.step_s===null?"":` (${mt(g*l.step_s,2)} s)`;return d("mask",()=>{let g=p("input",{type:"che\
ckbox","aria-label":`${l.name} is available`});g.addEventListener("change",()=>r(!g.checked)),c.mask=g,f.push((w,y)=>g.checked=!y)}),d("delay",()=>{let g=Math.max(
1,Math.floor(a/2)),{range:w,node:y,set:b}=io(`Delay of ${l.name} in steps`,{min:-g,max:g,step:1},v=>s({delay:v||null}));c.delay=y,f.push(({delay:v=0},k)=>{b(v,v?
`${mt(v,0)}${u(v)}`:"none"),dt(w,"disabled",k)})}),d("amplitude",()=>{let{range:g,node:w,set:y}=io(`Amplitude of ${l.name}, as a factor`,{min:0,max:2,step:.05},
b=>s({amplitude:b===1?null:b}));c.amplitude=w,f.push(({amplitude:b=1},v)=>{y(b,b===1?"as recorded":`× ${st(b,2)}`),dt(g,"disabled",v)})}),d("noise",()=>{let{range:g,
node:w,set:y}=io(`Noise on ${l.name}, as a share of its standard deviation`,{min:0,max:2,step:.05},v=>s(v?{noise:v,seed:Number(b.value)||0}:{noise:null,seed:null})),
b=p("input",{type:"number",min:0,max:4294967295,step:1,value:0,"aria-label":`Seed of the noise on ${l.name}`,title:"seed of the noise"});b.addEventListener("inp\
ut",()=>b.checkValidity()&&b.value!==""&&s({seed:Number(b.value)})),w.append(b),c.noise=w,f.push(({noise:v=0,seed:k=0},$)=>{y(v,v?`${st(v,2)} sd`:"none"),dt(g,"\
disabled",$),dt(b,"disabled",$||!v),v&&Number(b.value)!==k&&(b.value=String(k))})}),d("swap",()=>{let{select:g}=Rt(`Swap ${l.name} for that of another sample`,[
"its own",...t.samples],w=>s({swap:w?w-1:null,text:null}));c.swap=g,f.push(({swap:w},y)=>{dt(g,"value",String(w===void 0?0:w+1)),dt(g,"disabled",y)})}),d("text",
()=>{let g=p("input",{type:"text",class:"mmv-words",maxlength:1e4,placeholder:"as recorded","aria-label":`Another text for ${l.name}`});g.addEventListener("inpu\
t",()=>s({text:g.value||null,swap:null})),g.addEventListener("focus",()=>{g.value||(g.value=(l.tokens?.[i()]??[]).filter(Boolean).join(" "))}),g.addEventListener(
"blur",()=>{w||(g.value="")});let w="";c.text=g,f.push(({text:y=""},b)=>{w=y,g.value!==y&&(y||!g.matches(":focus"))&&(g.value=y),dt(g,"disabled",b)})}),d("windo\
w",()=>{let g=p("input",{type:"checkbox","aria-label":`Mask frames of ${l.name}`}),w=["First","Last"].map(b=>p("input",{type:"number",min:1,max:a,step:1,value:b===
"First"?1:a,"aria-label":`${b} masked frame of ${l.name}`})),y=()=>{let[b,v]=w.map(k=>Number(k.value)-1);g.checked?w.every(k=>k.checkValidity()&&k.value!=="")&&
b<=v&&s({window:[b,v]}):s({window:null})};[g,...w].forEach(b=>b.addEventListener("input",y)),c.window=p("div",{class:"mmv-slide"},g,w[0],"to",w[1]),f.push(({window:b},v)=>{
g.checked=b!==void 0,dt(g,"disabled",v),w.forEach((k,$)=>{dt(k,"disabled",v||!b),b&&Number(k.value)!==b[$]+1&&(k.value=String(b[$]+1))})})}),d("state",()=>{let g=n.
includes("cut")?t.modalities.map((k,$)=>$).filter(k=>k!==e):[],w=[{state:null,cut:null,step:null},{state:"zero",cut:null},{state:"hold",cut:null},...g.map(k=>({
state:null,cut:k}))],y=["as computed","state set to 0","state held",...g.map(k=>`no edge from ${t.modalities[k].name}`)],{select:b}=Rt(`Intervention on the SSM \
stream of ${l.name}, in every ${t.scans.length?"captured scan of this modality":"layer"}`,y,k=>s(k?{...w[k],step:v.disabled?o():Number(v.value)-1}:w[0])),v=p("i\
nput",{type:"number",min:1,max:t.sizes.time,step:1,value:1,"aria-label":`First step of the intervention on ${l.name}`,title:"first step of the intervention; at \
first the selected step"});v.addEventListener("input",()=>v.checkValidity()&&v.value!==""&&s({step:Number(v.value)-1})),c.state=p("div",{class:"mmv-slide"},b,v),
f.push(({state:k,cut:$,step:x=0},A)=>{let S=w.findIndex(M=>(M.state??void 0)===k&&(M.cut??void 0)===$);dt(b,"value",String(Math.max(0,S))),dt(b,"disabled",A),dt(
v,"disabled",A||S<=0),Number(v.value)!==x+1&&(v.value=String(x+1))})}),{row:g=>p("tr",{},p("th",{scope:"row"},...$t(t,e)),...g.map(w=>p("td",{class:`mmv-by-${w}`,
"data-kind":co[w],...c[w]?{}:{"data-none":""}},c[w]??p("span",{class:"mmv-faint"},"–")))),draw:(g,w)=>f.forEach(y=>y(g,w))}}var Jc=({edits:t,masked:e})=>JSON.stringify([Object.entries(t).map(([n,a])=>[n,Object.keys(a)]),e]);function Xc(t,e=()=>performance.now()){let n=[],a=[],s=null,
r=-1/0;function o({edits:l,masked:c}){let f={edits:l,masked:c};s!==null&&JSON.stringify(s)===JSON.stringify(f)||(s!==null&&(n.length>0&&!a.length&&e()-r<700&&Jc(
s)===Jc(f)||(n=[...n,s].slice(-100)),a=[]),[s,r]=[f,e()])}function i(l,c){let f=l.at(-1);return!f||s===null?!1:(c.push(s),l.pop(),[s,r]=[f,-1/0],t(f),!0)}return{
follow:o,undo:()=>i(n,a),redo:()=>i(a,n),steps:()=>({undo:n.length,redo:a.length})}}var Ps=50,Dm=t=>`"${(typeof t=="string"&&/^[=+\-@\t\r]/.test(t)?`'${t}`:String(t)).replaceAll('"','""')}"`,Zc=(t,{edits:e,masked:n})=>[ua(t,e),...n.map(a=>`${a}\
 masked`)].filter(Boolean).join("; ");function Wm(t,e){let n=t.target_name,a=["sample","epoch","time","edits",`${n}, recorded`,`${n}, edited`,"difference",...t.
modalities.map(r=>`Shapley value of ${r.name}`)],s=e.map(r=>[t.samples[r.sample],t.epochs[r.epoch],Mt(t,r.sample,r.time),Zc(t,r),r.recorded??"",r.value,r.recorded===
null?"":r.value-r.recorded,...r.phi]);return[a,...s].map(r=>r.map(Dm).join(",")).join(`\r
`)+`\r
`}function Hm(t,e,n){let{epoch:a,sample:s,request:r}=e,o=t.task==="classification"?t.targets[s]:0,i=t.recorded.part("prediction",a,s,n)[o];return{sample:s,epoch:a,
time:n,edits:r.edits,masked:r.masked,value:e.part("prediction",0,0,n)[o],recorded:Number.isFinite(i)?i:null,phi:Array.from(e.part("phi",0,0,n))}}function Um(t,e){
let n=a=>typeof a=="object"&&a!==null&&Number.isInteger(a.sample)&&a.sample>=0&&a.sample<t.sizes.sample&&Number.isInteger(a.epoch)&&a.epoch>=0&&a.epoch<t.sizes.
epoch&&Number.isInteger(a.time)&&a.time>=0&&a.time<t.sizes.time&&typeof a.edits=="object"&&a.edits!==null&&Array.isArray(a.masked)&&typeof a.value=="number"&&Array.
isArray(a.phi)&&a.phi.length===t.modalities.length;return Array.isArray(e)?e.filter(n).slice(0,Ps):[]}function Qc(t,e,n){let a=p("tbody"),s=p("span",{role:"stat\
us"}),r=()=>Um(t,e.get("counterfactuals")),o=h=>{e.set("counterfactuals",h),e.save_changes()},i=ct("CSV",()=>{let h=p("a",{href:URL.createObjectURL(new Blob([Wm(
t,r())],{type:"text/csv"})),download:"counterfactuals.csv"});h.click(),setTimeout(()=>URL.revokeObjectURL(h.href),1e3)},{"aria-label":"Download the counterfactu\
als as CSV"}),l=[t.task==="classification"?"p(true class)":"predicted value","difference"],c=p("table",{class:"mmv-list","aria-label":"Counterfactuals"},p("thea\
d",{},p("tr",{},...["sample","edits","epoch","time",...l].map(h=>p("th",{scope:"col"},h)),...t.modalities.map((h,m)=>p("th",{scope:"col"},"φ ",...$t(t,m))),p("\
td"))),a),f=p("div",{class:"mmv-counterfactuals"},p("div",{class:"mmv-inline"},s,i),p("div",{class:"mmv-scroll-x",tabindex:0,role:"region","aria-label":"Table o\
f counterfactuals"},c),rt(`Values at the time of saving: φ is the Shapley value, the difference is that to the ${t.recorded_samples<t.sizes.sample?"unedited":"\
recorded"} sample. Press the edits to restore them. At most ${Ps} rows: a further one replaces the oldest.`));function d(){let h=r();f.hidden=h.length===0,s.textContent=
`${h.length} saved`,a.replaceChildren(...h.map((m,g)=>{let w=Zc(t,m)||"no edit",y=ct("",()=>n({sample:m.sample,epoch:m.epoch,time:m.time,edits:m.edits,masked:m.
masked}),{class:"mmv-open"});return y.append(Q(w)),p("tr",{},p("th",{scope:"row"},Q(t.samples[m.sample])),p("td",{},y),p("td",{},String(t.epochs[m.epoch])),p("t\
d",{},Mt(t,m.sample,m.time)),p("td",{},st(m.value,t.digits)),p("td",{},m.recorded===null?"–":mt(m.value-m.recorded,t.digits)),...m.phi.map(b=>p("td",{},mt(b,t.
digits))),p("td",{},ct("remove",()=>o(r().filter((b,v)=>v!==g)),{"aria-label":`Remove counterfactual ${g+1}`})))}))}return e.on("change:counterfactuals",d),d(),
{node:f,save:(h,m)=>o([...r(),Hm(t,h,m)].slice(-Ps)),full:()=>r().length>=Ps,stop:()=>e.off("change:counterfactuals",d)}}var Gm={mask:"a mask",delay:"a delay",amplitude:"an amplitude",noise:"noise",swap:"a swap",text:"text",window:"masked frames",state:"a change of its own hidden \
state"},Km=["delay","swap","window"],Ym=80,Vm="Explorer(trace, model=mmviz.recording.export_model(run, part)) or Explorer(trace, what_if=mmviz.recording.what_if\
(run, part))";function Jm(t,e,n){let a=new Map;for(let s of e){let r=n[s]||t.missing_scans||"the fusion has no SSM stream per modality, or its edits are not off\
ered";a.set(r,[...a.get(r)??[],t.modalities[s].name])}return[...a].map(([s,r])=>`Hidden states of ${r.join(", ")} cannot be changed here: ${s}${s.endsWith(".")?
"":"."}`).join(" ")}function Xm(t,e,n,a){let s=o=>t.modalities.filter((i,l)=>!e[l].includes(o)&&(o!=="text"||i.display.kind==="text")).map(i=>i.name),r=!a&&t.modalities.
some((o,i)=>t.has(`signal_at_${i}`));return lo.map(o=>({kind:o,names:s(o)})).filter(({names:o})=>o.length).map(({kind:o,names:i})=>o==="state"?Jm(t,t.modalities.
flatMap((l,c)=>e[c].includes("state")?[]:[c]),n):o==="text"?`The text of ${i.join(", ")} cannot be edited: ${a?"what_if was given no encoder for it":"this needs\
 the kernel and an encoder, what_if(run, part, text={...})"}.`:`${a?"what_if":"The model in the page"} does not offer ${Gm[o]} for ${i.join(", ")}${r&&Km.includes(
o)?": with timestamps it changes the time that a frame covers, which needs the kernel":""}.`).join(" ")}function tf(t){let e=t.get("selection");return!(t.get("o\
pened")||t.get("edit_options")?.never)||!!t.get("page_model")?.meta||!!t.get("what_if_result")?.seq||Object.keys(e?.edits??{}).length>0}function ef(t,e,n,{compare:a,
predictions:s}){let r=e.get("edit_options"),o=!!r?.offers,i=o&&r.kernel!==!1,l=p("summary",{},"What-if edits"),c=p("details",{class:"mmv-panel mmv-what-if",...o||
e.get("what_if_result")?.seq?{open:""}:{}},l),f=p("p",{class:"mmv-small mmv-what-if-status",role:"status"}),d=p("p",{class:"mmv-error",role:"alert"}),u=p("p",{class:"\
mmv-small mmv-what-if-effect"}),h=ct("reset",()=>n({edits:{},masked:[]}),{"aria-label":"Reset all edits"}),m=ct("show as recorded",()=>a(m.getAttribute("aria-pr\
essed")!=="true"),{"aria-pressed":"false"}),g=Xc(n),w=Qc(t,e,n),y=ct("undo",g.undo,{"aria-label":"Undo the last edit"}),b=ct("redo",g.redo,{"aria-label":"Redo t\
he edit"}),v=ct("save as counterfactual",()=>M&&w.save(M,$.time)),k=ct("cancel",()=>n(E()),{"aria-label":"Cancel this edit"}),$=e.get("selection"),x=0,A=0,S=!1,
M=null,E=()=>M?{edits:M.edits,masked:M.request.masked,sample:M.sample,epoch:M.epoch}:{edits:{},masked:[]},N=o?t.modalities.map((O,F)=>Vc(t,F,r.offers[F],r.frames[F],
z=>{let q={...Object.hasOwn($.edits,O.name)?$.edits[O.name]:{},...z},H=Object.fromEntries(ao.filter(U=>q[U]!==void 0&&q[U]!==null).map(U=>[U,q[U]])),R=Object.entries(
$.edits).filter(([U])=>U!==O.name);n({edits:Object.fromEntries(Object.keys(H).length?[...R,[O.name,H]]:R)})},z=>n({masked:t.modalities.map(q=>q.name).filter(q=>q===
O.name?z:$.masked.includes(q))}),()=>$.time,()=>$.sample)):[];if(o){let O=lo.filter(F=>r.offers.some(z=>z.includes(F)));c.append(p("div",{class:"mmv-scroll-x",tabindex:0,
role:"region","aria-label":"Edits of each modality"},p("table",{class:"mmv-edits","aria-label":"Edits"},p("thead",{},p("tr",{},p("td"),...O.map(F=>p("th",{scope:"\
col",class:`mmv-by-${F}`},co[F])))),p("tbody",{},...N.map(F=>F.row(O))))))}let _=o?Xm(t,r.offers,r.reasons??[],i):e.get("opened")?"Further edits need a running \
kernel, and a saved page has none; a modality can still be masked, under Modality ablation.":`Edits need the model: ${Vm}.`;c.append(p("div",{class:"mmv-inline"},
y,b,h,m,k,v,f),u,d,w.node,..._?[rt(_)]:[]);let I=[t.task==="classification"?["p(true class)"]:["predicted value"],...t.modalities.map((O,F)=>$t(t,F))].map(O=>({
numbers:new Text(""),words:O})),B=I.map(({numbers:O,words:F})=>p("span",{class:"mmv-change"},...F,O));function C({sample:O,epoch:F,time:z}){let q=t.task==="clas\
sification"?t.targets[O]:0,H=G=>G.part("prediction",F,O,z)[q],[R,U]=[t.recorded,t].map(G=>G.part("phi",F,O,z));I.forEach(({numbers:G},Y)=>{let[et,tt,K]=Y?[R[Y-1],
U[Y-1],mt]:[H(t.recorded),H(t),st],V=` ${K(et,t.digits)} → ${K(tt,t.digits)}`;G.data!==V&&(G.data=V)}),u.firstChild||u.append(...B)}function j(O){let F=s.timesOf(
O),z=e.get("what_if_result"),q=z?.milliseconds;return F&&M?.draft!==void 0?`in the page in ${st(F.first,0)} ms${F.all===null?"":`, all subsets in ${st(F.all,0)}\
 ms`}${F.prefixes===null?M.partial?"; every prefix is being computed":"":`, every prefix in ${st(F.prefixes/1e3,1)} s`}${F.left&&`. ${F.left}`}`:`by the kernel${typeof q==
"number"?` in ${st(q,0)} ms`:""}`}function P(){let O=s.stage(),F=s.difference();if(O==="failed")return` The model in the page cannot be used${i?"; the kernel pr\
edicts":""}: ${s.reason()}`;if(O!=="ready")return"";let z=s.engine(),q=s.meta(),H=Number(q?.model.about.error)||0,R=[...q?.notes??[],String(q?.model.about.no_attribution??
"")].filter(Boolean).map(U=>` ${U.replace(/\.$/,"")}.`).join("");return` The model is in the page (epoch ${t.epochs[t.model_epoch??0]}, ${z?.kind==="wasm"?"WebA\
ssembly":"JavaScript"})${H?`; stored weights and frames change a prediction by at most ${H.toPrecision(2)}`:""}${F===null?"":`; it reproduces the recording of ${t.
samples[0]} within ${F.toPrecision(1)}`}.${R}`}function D(O){let F=e.get("what_if_error"),z=F?.seq&&le(F.request)===O,q=s.problemOf(O),H=O&&!i&&o&&!q?s.refusal(
$):"",R=s.stage()==="starting",U=M?"shown is the last valid prediction":"shown is the recorded sample",{undo:G,redo:Y}=g.steps(),et=[[h,!O],[y,!G],[b,!Y],[v,!(M&&
M.key===O&&!M.draft&&M.has("phi"))],[m,!M]];for(let[V,J]of et)dt(V,"disabled",J);let tt=q||(O&&z?F.text:"")||(R?"":H);if(wt(d,tt?`This edit could not be compute\
d; ${U}${M?`: ${ua(t,M.edits)||"some modalities masked"}`:""}. The reason: ${tt}`:""),!(O&&!tt&&M?.key!==O&&s.stage()==="ready"&&!s.refusal($)))clearTimeout(A),
A=0,S=!1;else if(!S){A||=setTimeout(()=>{S=!0,D(le($))},Ym);return}wt(f,t.edited()===null&&M?"Shown is the sample as recorded.":O?tt?"":M&&M.key===O?`Shown is t\
he edited sample, computed ${j(O)}; outlines and pale lines are as recorded.`:R?`The model in the page is starting; ${U}.`:o?`Computing; ${U}.`:`This edit was n\
ot computed before the page was saved; ${U}.`:o?`Nothing is edited.${P()}`:""),dt(k,"hidden",!o||!O||M?.key===O),clearTimeout(x),i&&O&&!tt&&!R&&!(M&&M.key===O)&&
(x=setTimeout(()=>f.textContent=`No result for 5 seconds: the kernel is busy, or not running; ${U}.`,5e3))}function L(O,F,z){[$,M]=[O,F],g.follow(O);let q=o||F?
le(O):Object.keys(O.edits).length?le(O):"";N.forEach((H,R)=>{let{name:U}=t.modalities[R];H.draw(Object.hasOwn(O.edits,U)?O.edits[U]:{},O.masked.includes(U))}),Dt(
m,"aria-pressed",String(z)),D(q),!M?.draft&&(t.edited()?C(O):u.replaceChildren())}function W(O){let F=O.key.toLowerCase(),z=O.target;return!(O.ctrlKey||O.metaKey)||
O.altKey||!["z","y"].includes(F)||z.closest("input[type=text], input[type=search], input[type=number], textarea")?!1:(O.preventDefault(),O.stopPropagation(),F===
"y"||O.shiftKey?g.redo():g.undo(),!0)}return{node:c,draw:L,key:W,stop:()=>{clearTimeout(x),clearTimeout(A),w.stop()}}}var Zm=340,nf=28,Qm=22,af=3;function fo(t,e){let n=[],a=1/0;for(let r=0;r<e**t.length;r++){let o=t.map((l,c)=>Math.floor(r/e**c)%e),i=Array(e).fill(0);o.forEach(
(l,c)=>i[l]+=t[c]+Qm),Math.max(...i)<a&&([n,a]=[o,Math.max(...i)])}let s=[...new Set(n)];return n.map(r=>s.indexOf(r))}function sf(t){let e=p("div",{class:"mmv-\
more"}),n={};t.forEach(({node:r,tall:o})=>r.style.containIntrinsicSize=`auto ${o}px`);let a=0,s=r=>{if(r===a)return;a=r;let o=n[r]??=fo(t.map(i=>i.tall),r);e.replaceChildren(
...Array.from({length:r},(i,l)=>p("div",{class:"mmv-column"},...t.filter((c,f)=>o[f]===l).map(c=>c.node))))};return s(Math.min(af,t.length)),new ResizeObserver(
([{contentRect:r}])=>{let o=Math.floor((r.width+nf)/(Zm+nf));r.width&&s(Math.max(1,Math.min(af,t.length,o)))}).observe(e),e}function uo(t){history.replaceState(null,"",`#${encodeURIComponent(JSON.stringify(t))}`)}var rf=!1;function ho(t){if(!rf&&!document.getElementById("mmviz-study"))
return"";let e=new URL(location.href);return e.searchParams.delete("token"),e.hash=encodeURIComponent(JSON.stringify(t)),e.href}function po(){try{let t=JSON.parse(
decodeURIComponent(location.hash.slice(1)));return typeof t=="object"&&t!==null?t:{}}catch{return{}}}function of(t){let e=po();rf=!0;let n=0,a=()=>{clearTimeout(
n),n=setTimeout(()=>uo(t.get("selection")),300)};return t.on("change:selection",a),{restore:()=>{Object.keys(e).length&&(t.set("selection",{...t.get("selection"),
...e}),t.save_changes())},stop:()=>{clearTimeout(n),t.off("change:selection",a)}}}var t0={lanes:["prediction","state"],"end-to-end attribution":["attribution","attribution_total","attribution_bias"],"half-life":["half_life","state"],transport:[
"plan","cost","distance","estimated_lag"],"mean shapley":["phi_mean","phi_low","phi_high"]};function e0(t,e){if(t.recorded.arrays[e]?.dtype!=="uint8")return null;
let n=/^scan_norm_(\d+)$/.exec(e);return e==="state"?(a,s)=>(a/255)**(t.state_power??1)*t.scale[s.layer]:e==="influence"?(a,s)=>(a/255)**2*t.influence.scale[s.layer]:
e==="plan"||e==="cost"?(a,s)=>a/255*t.transport_scale[e][s.pair]:e==="routing"||e==="overview_value"?a=>a/255:n?a=>a/255*t.scans[Number(n[1])].scale:null}function n0(t,e,n){
return(/^(target_|source_)?modality$/.test(e)||e==="stream")&&n<t.modalities.length?t.modalities[n].name:e==="epoch"?t.epochs[n]:e==="recorded_sample"?t.samples[n]:
e==="layer"?t.layers[n]??n:e==="output"||e==="true_class"||e==="predicted_class"?t.outputs[n]??n:e==="pair"?t.pairs[n]?`${t.pairs[n].source} → ${t.pairs[n].anchor}`:
n:e==="curve"?t.curves[n]?.name??n:e==="history_epoch"?t.history_epochs[n]??n:e==="subset"||e==="coalition"?t.modalities.filter((s,r)=>n>>r&1).map(s=>s.name).join(
" + ")||"none":n}var a0=(t,e)=>[...new Set([...t0[e.name]??[],...e.needs])].filter(t.has);function lf(t,e,n){if(e.table)return e.table(t,n);let a=a0(t,e),s=f=>t.
recorded.arrays[f].dims??t.shape(f).map((d,u)=>`index ${u+1}`),r=[...new Set(a.flatMap(s))],o={recorded_sample:n.sample,epoch:n.epoch,layer:n.layer},i=[],l=t.edited(),
c=l!==null&&l.sample===n.sample&&l.epoch===n.epoch;for(let f of a){let d=c?[t.replaced(f)?"edited":"recorded"]:[],u=s(f),h=t.recorded.shape(f),m=e0(t,f),g=0;for(;g<
u.length&&Object.hasOwn(o,u[g]);)g++;let w=u.slice(0,g).map((v,k)=>v==="recorded_sample"?o[v]:Math.min(o[v],h[k]-1)),y=t.part(f,...w),b=h.slice(g);for(let v=0;v<
y.length;v++){let k={};w.forEach((x,A)=>k[u[A]]=x);let $=v;for(let x=b.length-1;x>=0;x--)k[u[g+x]]=$%b[x],$=Math.floor($/b[x]);u.some(x=>Object.hasOwn(o,x)&&k[x]!==
void 0&&!u.slice(0,g).includes(x)&&k[x]!==Math.min(o[x],h[u.indexOf(x)]-1))||i.push([f,...d,...r.map(x=>k[x]===void 0?"":n0(t,x,k[x])),m?m(y[v],k):y[v]])}}return{
columns:["array",...c?["state of the sample"]:[],...r.map(f=>f.replace("recorded_","").replace("_"," ")),"value"],rows:i}}function s0(t){if(typeof t=="number")return Number.
isNaN(t)?"":String(t);let e=/^[=+\-@\t\r]/.test(t)?`'${t}`:t;return/[",\n\r]/.test(e)?`"${e.replaceAll('"','""')}"`:e}var cf=({columns:t,rows:e})=>[t,...e].map(
n=>n.map(s0).join(",")).join(`\r
`)+`\r
`;var ff=new Map,Ln=null;function Rn(t){let e=ff.get(t);if(e!==void 0)return e;let n=null;if(t&&t!=="none"&&!t.startsWith("url")){if(!Ln){let i=document.createElement(
"canvas");[i.width,i.height]=[1,1],Ln=i.getContext("2d",{willReadFrequently:!0})}Ln.clearRect(0,0,1,1),Ln.fillStyle="#000",Ln.fillStyle=t,Ln.fillRect(0,0,1,1);let[
a,s,r,o]=Ln.getImageData(0,0,1,1).data;n=o?{colour:`rgb(${a}, ${s}, ${r})`,alpha:Math.round(1e3*o/255)/1e3}:null}return ff.set(t,n),n}var mo=t=>t.split(/,(?![^(]*\))/).
map(e=>e.trim());function r0(t){let e=[],n=0,a=0;for(let s=0;s<=t.length;s++)t[s]==="("&&n++,t[s]===")"&&n--,(s===t.length||t[s]===","&&!n)&&(e.push(t.slice(a,s).
trim()),a=s+1);return e}var go=t=>t?{fill:t.colour,...t.alpha<1?{"fill-opacity":t.alpha}:{}}:{fill:"none"};function df(t,e,n){let a=mo(t.backgroundSize),s=mo(t.
backgroundPosition);return r0(t.backgroundImage).flatMap((r,o)=>{let i=/^(repeating-linear|linear|radial)-gradient\((.*)\)$/s.exec(r);if(!i)return[];let l=`pain\
t-${n.childNodes.length}`,c=it("rect",{...e,fill:`url(#${l})`}),f=mo(i[2]),d=/^(-?[\d.]+)deg$/.exec(f[0]),u=d?Number(d[1]):180,m=(d||f[0].startsWith("to ")||i[1]===
"radial"&&!Rn(f[0].replace(/ .*/,""))?f.slice(1):f).map(x=>{let A=[...x.replace(/^[a-z-]+\([^)]*\)/,"").matchAll(/(-?[\d.]+)(px|%)/g)].map(S=>Number(S[1]));return{
paint:Rn(/^[a-z-]+\([^)]*\)|^\S+/.exec(x)?.[0]??""),places:A}});if(i[1]==="repeating-linear"){let x=Math.max(...m.flatMap(({places:M})=>M));if(!(x>0))return[];let A=0,
S=m.flatMap(({paint:M,places:E})=>{let N=E.length>1?E[0]:A,_=E.at(-1)??A;return A=_,M&&_>N?[it("rect",{x:N,width:_-N,height:x,...go(M)})]:[]});return n.append(it(
"pattern",{id:l,width:x,height:x,patternUnits:"userSpaceOnUse",patternTransform:`translate(${e.x} ${e.y}) rotate(${u-90})`},...S)),[c]}let[g,w="auto"]=(a[o%a.length]??
"auto").split(" ");if(i[1]==="radial"){let x=parseFloat(g),A=m[0]?.places[0],S=m[0]?.paint;return!(x>0)||!A||!S?[]:(n.append(it("pattern",{id:l,x:e.x,y:e.y,width:x,
height:x,patternUnits:"userSpaceOnUse"},it("circle",{cx:x/2,cy:x/2,r:A,...go(S)}))),[c])}let y=m.map(({paint:x})=>x?.colour),b=m[0]?.paint;if(b&&y.every(x=>x===
b.colour)){let x=(E,N)=>E.endsWith("%")?parseFloat(E)*N/100:E==="auto"?N:parseFloat(E),A=[x(g,e.width),x(w,e.height)],[S,M]=(s[o%s.length]??"0% 0%").split(" ").
map((E,N)=>x(E,(N?e.height:e.width)-A[N]));return[it("rect",{x:e.x+S,y:e.y+M,width:A[0],height:A[1],...go(b)})]}let v=(u-90)*Math.PI/180,[k,$]=[Math.cos(v)/2,Math.
sin(v)/2];return n.append(it("linearGradient",{id:l,x1:.5-k,y1:.5-$,x2:.5+k,y2:.5+$},...m.map(({paint:x,places:A},S)=>it("stop",{offset:A.length?A[0]/100:S/(m.length-
1),"stop-color":x?.colour??"#ffffff","stop-opacity":x?.alpha??0})))),[c]})}var o0=["fill","stroke"],i0=["fill-opacity","stroke-width","stroke-opacity","stroke-dasharray","stroke-linecap","stroke-linejoin","opacity","text-anchor","domin\
ant-baseline","font-family","font-size","font-weight","vector-effect","paint-order"],pf=".mmv-panel-tools, .mmv-export, .mmv-trust, .mmv-lacks, .mmv-control, .m\
mv-hidden-text, .mmv-log, .mmv-grow, input, select, audio, video, dialog, [hidden]",uf={"color-scheme":"light","--paper":"#ffffff","--ink":"#1f2430"};function l0(t,e){
let{style:n}=t.closest(".mmv")??t,a=Object.keys(uf).map(s=>[s,n.getPropertyValue(s),n.getPropertyPriority(s)]);for(let[s,r]of Object.entries(uf))n.setProperty(s,
r,"important");try{return e()}finally{for(let s of a)n.setProperty(...s)}}function mf(t){let{width:e,top:n}=t.getBoundingClientRect(),a=[...t.children].filter(s=>!s.
matches(pf)&&s.getClientRects().length).map(s=>s.getBoundingClientRect().bottom-n);return{width:Math.ceil(e),height:Math.ceil(Math.max(24,...a)+8)}}var Et=t=>Math.
round(100*t)/100;function gf(t,e,n,a){let{width:s,height:r}=e,o=e.left-a.left,i=e.top-a.top,l={x:Et(o),y:Et(i),width:Et(s),height:Et(r)};if(s<=0||r<=0)return;let c=Math.
min(parseFloat(n.borderTopLeftRadius)*(n.borderTopLeftRadius.endsWith("%")?s/100:1)||0,s/2,r/2),f=c?{rx:Et(c)}:{},d=Rn(n.backgroundColor);d&&t.append(it("rect",
{...l,...f,fill:d.colour,...d.alpha<1?{"fill-opacity":d.alpha}:{}})),n.backgroundImage!=="none"&&t.append(...df(n,{x:o,y:i,width:s,height:r},a.defs).map(g=>(c&&
g.tagName==="rect"&&g.setAttribute("rx",String(Et(c))),g)));let u=["Top","Right","Bottom","Left"].map(g=>{let w=parseFloat(n[`border${g}Width`]),y=n[`border${g}\
Style`],b=Rn(n[`border${g}Color`]);return y==="none"||y==="hidden"||!(w>0)||!b?null:{wide:w,paint:b,dash:y==="dashed"?`${3*w} ${2*w}`:y==="dotted"?`${w} ${w}`:""}}),
h=({wide:g,paint:w,dash:y})=>({fill:"none",stroke:w.colour,"stroke-width":g,...w.alpha<1?{"stroke-opacity":w.alpha}:{},...y?{"stroke-dasharray":y}:{}}),m=u[0];if(m&&
u.every(g=>g&&g.wide===m.wide&&g.paint.colour===m.paint.colour)){let g=m.wide/2;t.append(it("rect",{x:Et(o+g),y:Et(i+g),width:Et(Math.max(0,s-2*g)),height:Et(Math.
max(0,r-2*g)),...f,...h(m)}));return}u.forEach((g,w)=>{if(!g)return;let y=g.wide/2,b=[`M${Et(o)} ${Et(i+y)}h${Et(s)}`,`M${Et(o+s-y)} ${Et(i)}v${Et(r)}`,`M${Et(o)}\
 ${Et(i+r-y)}h${Et(s)}`,`M${Et(o+y)} ${Et(i)}v${Et(r)}`][w];t.append(it("path",{d:b,...h(g)}))})}function hf(t,e,n,a){let s=getComputedStyle(e,n);if(s.content!==
'""'||s.position!=="absolute"||s.display==="none")return;let r=e.getBoundingClientRect(),[o,i,l,c]=[s.left,s.top,s.width,s.height].map(parseFloat);if([o,i,l,c].
every(Number.isFinite)){let f=getComputedStyle(e);gf(t,{left:r.left+parseFloat(f.borderLeftWidth)+o,top:r.top+parseFloat(f.borderTopWidth)+i,width:l,height:c},s,
a)}}function c0(t,e,n,a){let s=Rn(n.color);if(!e.data.trim()||!s)return;let r=[],o=document.createRange(),i=n.writingMode.startsWith("vertical");for(let m of e.
data.matchAll(/\S+/g)){o.setStart(e,m.index),o.setEnd(e,m.index+m[0].length);let g=[...o.getClientRects()].filter(({width:b})=>b>0),w=r.at(-1),y=g[0];if(y)if(g.
length>1&&!i)for(let b=0;b<m[0].length;b++){o.setStart(e,m.index+b),o.setEnd(e,m.index+b+1);let v=o.getClientRects()[0],k=r.at(-1);v&&(k&&b&&Math.abs(k.top-v.top)<
2?Object.assign(k,{text:k.text+m[0][b],right:v.right}):k&&Math.abs(k.top-v.top)<2?Object.assign(k,{text:`${k.text} ${m[0][b]}`,right:v.right}):r.push({text:m[0][b],
left:v.left,right:v.right,top:v.top,bottom:v.bottom}))}else w&&Math.abs(i?w.left-y.left:w.top-y.top)<2?Object.assign(w,{text:`${w.text} ${m[0]}`,left:Math.min(w.
left,y.left),right:Math.max(w.right,y.right),top:Math.min(w.top,y.top),bottom:Math.max(w.bottom,y.bottom)}):r.push({text:m[0],left:y.left,right:y.right,top:y.top,
bottom:y.bottom})}let{context:l}=a;l.font=`${n.fontStyle} ${n.fontWeight} ${n.fontSize} ${n.fontFamily}`;let c=l.measureText("Mg"),f=c.fontBoundingBoxAscent,d=c.
fontBoundingBoxDescent,u=n.textAlign==="right"||n.textAlign==="end"?"end":n.textAlign==="center"?"middle":"start",h={fill:s.colour,...s.alpha<1?{"fill-opacity":s.
alpha}:{},"font-family":n.fontFamily,"font-size":parseFloat(n.fontSize),...n.fontWeight==="400"?{}:{"font-weight":n.fontWeight},...n.fontStyle==="normal"?{}:{"f\
ont-style":n.fontStyle},...n.textDecorationLine==="line-through"?{"text-decoration":"line-through"}:{}};for(let{text:m,left:g,right:w,top:y,bottom:b}of r){if(i){
let $=(g+w)/2-a.left+(f-d)/2,x=(y+b)/2-a.top;t.append(it("text",{transform:`translate(${Et($)} ${Et(x)}) rotate(-90)`,"text-anchor":"middle",...h},m));continue}
let v=(u==="end"?w:u==="middle"?(g+w)/2:g)-a.left,k=(y+b-f-d)/2+f-a.top;t.append(it("text",{x:Et(v),y:Et(k),...u==="start"?{}:{"text-anchor":u},...h},m))}}function bf(t){
let e=getComputedStyle(t);if(t.matches("[hidden], title, desc")||e.display==="none"||e.visibility==="hidden")return null;let n=document.createElementNS(t.namespaceURI,
t.localName);for(let{name:a,value:s}of t.attributes)/^(class|id|style|role|tabindex|aria-.*|data-.*)$/.test(a)||n.setAttribute(a,s);for(let a of o0){let s=e.getPropertyValue(
a),r=Rn(s);n.setAttribute(a,r?r.colour:"none"),r&&r.alpha<1&&n.setAttribute(`${a}-opacity`,String(Et(r.alpha*Number(e.getPropertyValue(`${a}-opacity`)||1))))}for(let a of i0){
let s=e.getPropertyValue(a),r=a.startsWith("font")||a==="text-anchor"||a==="dominant-baseline";s&&s!=="none"&&s!=="normal"&&s!=="auto"&&!n.hasAttribute(a)&&!(r&&
t.tagName!=="text")&&n.setAttribute(a,s)}for(let a of t.childNodes){let s=a instanceof Element?bf(a):a.cloneNode(!1);s&&n.append(s)}return n}function yf(t,e,n){
let a=getComputedStyle(e);if(e.matches(pf)||a.display==="none"||a.visibility==="hidden"||!(e.getClientRects().length||a.display==="contents")||"checkVisibility"in
e&&!e.checkVisibility())return;let s=e.getBoundingClientRect(),r={x:Et(s.left-n.left),y:Et(s.top-n.top),width:Et(s.width),height:Et(s.height)},o=t;if(Number(a.opacity)<
1&&t.append(o=it("g",{opacity:a.opacity})),e instanceof HTMLCanvasElement||e instanceof HTMLImageElement){let l=e instanceof HTMLCanvasElement?e.toDataURL():e.src;
l.startsWith("data:image/")&&s.width&&o.append(it("image",{...r,href:l,preserveAspectRatio:"none","image-rendering":"pixelated"}));return}if(gf(o,s,a,n),e instanceof
SVGSVGElement){let l=bf(e);if(l&&s.width){for(let[c,f]of Object.entries(r))l.setAttribute(c,String(f));for(let c of["opacity","transform"])l.removeAttribute(c);
l.setAttribute("overflow",a.overflow==="visible"?"visible":"hidden"),o.append(l)}return}if(a.overflowX!=="visible"&&(e.scrollWidth>e.clientWidth+1||e.scrollHeight>
e.clientHeight+1)&&e.clientWidth){let l=`clip-${n.defs.childNodes.length}`,c=it("g",{"clip-path":`url(#${l})`});n.defs.append(it("clipPath",{id:l},it("rect",r))),
o.append(c),o=c}hf(o,e,"::before",n);let i=[...e.childNodes].map(l=>({child:l,level:l instanceof Element&&Number(getComputedStyle(l).zIndex)||0})).sort((l,c)=>l.
level-c.level);for(let{child:l}of i)l instanceof Element?yf(o,l,n):l instanceof Text&&c0(o,l,a,n);hf(o,e,"::after",n)}function bo(t){let{width:e,height:n}=mf(t),
{left:a,top:s}=t.getBoundingClientRect(),r=it("defs"),o=document.createElement("canvas").getContext("2d"),i=it("svg",{width:e,height:n,viewBox:`0 0 ${e} ${n}`},
r,it("rect",{width:"100%",height:"100%",fill:"#ffffff"})),l=it("g");return l0(t,()=>{for(let c of t.children)yf(l,c,{left:a,top:s,defs:r,context:o})}),i.append(
l),new XMLSerializer().serializeToString(i)}async function wf(t,e=2){let{width:n,height:a}=mf(t),s=new Image;s.setAttribute("src",`data:image/svg+xml;charset=ut\
f-8,${encodeURIComponent(bo(t))}`),await s.decode();let r=document.createElement("canvas");[r.width,r.height]=[n*e,a*e];let o=r.getContext("2d");return o.scale(
e,e),o.drawImage(s,0,0),new Promise((i,l)=>r.toBlob(c=>c?i(c):l(new Error("the browser made no PNG")),"image/png"))}var wo="run B minus run A";function yo(t,e){let n=URL.createObjectURL(e);p("a",{href:n,download:t}).click(),setTimeout(()=>URL.revokeObjectURL(n),1e4)}function f0(t,e,n){
let a=t.compared.length>1&&t===t.compared[1],s=(t.python?.[e]??"").replaceAll("(trace",a?"(other":"(trace");if(!s)return{line:"",reason:"No figure of mmviz.plot\
s draws the quantity of this view."};if(s.includes("{sample}")&&n.sample>=t.recorded_samples)return{line:"",reason:"This sample is not in the Trace; record it t\
o draw its figure."};let r=t.pairs?.[0],o={sample:String(n.sample),epoch:String(t.epochs[n.epoch]),layer:String(n.layer),source:JSON.stringify(r?.source??""),anchor:JSON.
stringify(r?.anchor??"")};return{line:s.replace(/\{(\w+)\}/g,(i,l)=>o[l]),reason:t.edited()?"The figure shows the recorded sample, without the edit.":""}}function qs(t,e,n,a){
let s=p("span",{role:"status",class:"mmv-small"}),r=p("input",{readonly:"","aria-label":"Copied text",class:"mmv-export-text",hidden:""}),o=e.compared.length>1&&
n.name!==wo?`${"AB"[e.compared.indexOf(e)]}-`:"",i=`mmviz-${o}${n.name.replace(/[^a-z0-9]+/gi,"-")}`,l=d=>async()=>{let u=a();try{s.textContent=u?await d(u):"No\
thing is selected."}catch(h){s.textContent=`Not exported: ${h}`}},c=async(d,u)=>{r.hidden=!1,r.value=d,r.select();try{return await navigator.clipboard.writeText(
d),u}catch{return"Copy the marked text: this page has no access to the clipboard."}},f=[ct("PNG",l(async()=>(yo(`${i}.png`,await wf(t)),"PNG saved."))),ct("SVG",
l(()=>(yo(`${i}.svg`,new Blob([bo(t)],{type:"image/svg+xml"})),"SVG saved."))),ct("CSV",l(d=>{let u=lf(e,n,d);yo(`${i}.csv`,new Blob(["\uFEFF",cf(u)],{type:"tex\
t/csv"}));let h=u.columns.includes("state of the sample")?" Values of the edited sample are marked edited.":"";return`CSV saved: ${u.rows.length} values of the \
selected sample, epoch and layer.${h}`})),ct("Copy Python",l(d=>{let{line:u,reason:h}=f0(e,n.name,d);return u?c(u,`Copied.${h&&` ${h}`}`):h})),...ho({})?[ct("Co\
py link",l(d=>{let u=d.of_a??d,h=[...Object.keys(e.sizes),...Xa];return c(ho(Object.fromEntries(Object.entries(u).filter(([m])=>h.includes(m)))),"Link to this s\
election copied.")}))]:[]];return p("details",{class:"mmv-export"},p("summary",{"aria-label":`Export ${n.name}`},"Export"),p("div",{class:"mmv-export-entries"},
...f,s,r))}var Da=[["overview","Overview"],["sample","Sample"],["explanation","Explanation"],["training","Training"]],qa="all",d0=new Map([["ArrowRight",1],["ArrowDown",1],
["ArrowLeft",-1],["ArrowUp",-1]]),vf=t=>t.section??"sample";function u0(t,e){return t&&(t===qa||e.includes(t))?t:e.includes("sample")?"sample":e[0]??qa}function xf(t,e,n,a){
let s=Da.filter(([c])=>e.includes(c)),r=s.length>1?[...s,[qa,"All sections"]]:[];for(let[c]of s)n[c].forEach((f,d)=>{f.id=`${t}-${c}-${d}`,r.length&&(f.setAttribute(
"role","tabpanel"),f.setAttribute("aria-labelledby",`${t}-tab-${c}`))});let o=r.map(([c,f])=>{let d=s.filter(([h])=>c===qa||h===c).flatMap(([h])=>n[h].map(m=>m.
id)),u=p("button",{type:"button",role:"tab",id:`${t}-tab-${c}`,class:"mmv-tab","aria-controls":d.join(" "),"data-section":c},f);return u.addEventListener("click",
()=>a({section:c})),u}),i=p("div",{class:"mmv-tabs",role:"tablist","aria-label":"Sections",...o.length?{}:{hidden:""}},...o);i.addEventListener("keydown",c=>{let f=o.
indexOf(c.target),d=o.length-1,u=d0.get(c.key),h=c.key==="Home"?0:c.key==="End"?d:u===void 0?-1:(f+u+o.length)%o.length;f<0||h<0||(c.preventDefault(),o[h].focus(),
o[h].click())});function l(c){let f=u0(c,e);o.forEach(d=>{let u=d.dataset.section===f;Dt(d,"aria-selected",String(u)),dt(d,"tabIndex",u?0:-1)});for(let d of e)n[d].
forEach(u=>u.toggleAttribute("data-closed",f!==qa&&f!==d));return f}return{node:i,draw:l}}function $f(t,e){let{trust:n}=t,a=n?.views[e],s=a&&n.rows[a];if(!s)return[];let r=(o,i)=>i?[p("dt",{},o),p("dd",{},i)]:[];return[...s.measured?[p("p",{class:"mm\
v-small mmv-measured"},s.measured)]:[],p("details",{class:"mmv-trust"},p("summary",{},"How far can you trust this picture?"),p("dl",{},...r("Question",s.question),
...r("Shows",s.can),...r("Does not show",s.cannot),...r("Measured values",`${n.page}#${a}`)))]}function Mf(t,e,n){try{return n()}catch(a){console.error(a),e.replaceChildren(p("p",{class:"mmv-error",role:"alert"},`The view "${t.name}" could not be drawn: ${a}`));
return}}var h0=150;function p0(t,e,n,a){let s=e("main"),r=e("side"),o=e("wide"),i=[...s.length?[]:r,...e("columns")];if(!(s.length+i.length+o.length))return null;
let l=s.length?[p("div",{class:"mmv-body"},...s.map(f=>n(f,"div","mmv-lanes")),p("div",{class:"mmv-side"},...r.map(f=>n(f,"section","mmv-panel"))))]:[],c=i.map(
f=>({node:n(f,"section","mmv-panel"),tall:f.height?.(a)??300}));return p("div",{class:"mmv-section"},p("div",{class:"mmv-section-title",role:"heading"},t),...l,
...c.length?[sf(c)]:[],...o.map(f=>n(f,"section","mmv-panel mmv-wide")))}var _f="No values for this sample: it was not recorded, and the model in the page does \
not compute this view.";function vo(t,e,n,a){let s=[],r=a&&`Run ${a}${t.name&&`: ${t.name}`}`,o=(f,d,u)=>{let h=p(d,{class:u,"data-view":f.name}),m=Mf(f,h,()=>f.
mount(h,t,e,n)),g=f.needs.filter(x=>Cc.includes(x)),w=rt("As recorded: this view does not show the edit."),y=f.needs.filter(x=>t.sample_axis?.[x]!==void 0),b=rt(
_f),v=x=>y.some(A=>t.lacks(A,x));b.classList.add("mmv-lacks"),y.length&&h.append(b),g.length&&h.append(w);let k=e;m&&h.append(p("div",{class:"mmv-panel-tools"},
...$f(t,f.name),qs(h,t,f,()=>k)));let $=0;return s.push({root:h,first:f.first,update:x=>{if(!m)return;if(x.draft&&!f.early)return void($||=setTimeout(()=>h.ariaBusy=
"true",h0));clearTimeout($),$=0,k=x,h.ariaBusy=null;let A=f.needs.includes("attribution")?t.recorded.computed()?.unexplained:"";wt(b,`${_f}${A?` ${A}`:""}`),h.toggleAttribute(
"data-lacks",v(x.sample)),v(x.sample)||Mf(f,h,()=>m(f.early?{...x,version:x.early??x.version}:x)),dt(w,"hidden",!t.edited()||g.every(t.replaced))}}),h},i={},l=Da.
flatMap(([f,d])=>{let u=p0(d,h=>Eo(h,t).filter(m=>vf(m)===f),o,t.modalities.length);return u&&(i[f]=u),u?[f]:[]});return{node:p("section",{class:"mmv-run",...r?
{"aria-label":r}:{}},...r?[ft(Q(r))]:[],...Object.values(i)),updates:s,held:l,panels:i}}function kf(t){let e=new Set,n=new Map,a=new Map,s=new IntersectionObserver(y=>y.forEach(({target:b,isIntersecting:v})=>{v?e.delete(b):e.add(b)}),{rootMargin:"5\
0px"});t.forEach(({root:y})=>s.observe(y));let r=0,o=0,i=new Map,l=()=>{o=0;for(let y of i.values())y();i.clear()},c=()=>{clearTimeout(r),r=0;for(let y of n.values())
y();n.clear()};function f(y){let b=t[0]?.root.getRootNode()?.activeElement??null;i.clear();for(let{root:v,update:k,first:$}of t){let x=a.delete(v);n.delete(v),v.
closest("[data-closed]")?a.set(v,()=>k(y)):e.has(v)&&!x&&!v.contains(b)?n.set(v,()=>k(y)):y.draft&&!$?i.set(v,()=>k(y)):k(y)}i.size&&(o||=requestAnimationFrame(
()=>setTimeout(l))),clearTimeout(r),n.size&&(r=setTimeout(c,120))}let d=y=>t.forEach(({root:b})=>b.dispatchEvent(new Event(y))),u=()=>{t.forEach(({root:y})=>y.closest(
".mmv")?.toggleAttribute("data-printing",!0)),d("mmv-print"),c();for(let y of a.values())y();a.clear()},h=()=>{t.forEach(({root:y})=>y.closest(".mmv")?.removeAttribute(
"data-printing")),d("mmv-printed")},m=matchMedia("print"),g=()=>m.matches?u():h();return addEventListener("beforeprint",u),addEventListener("afterprint",h),m.addEventListener(
"change",g),{draw:f,stop:()=>{removeEventListener("beforeprint",u),removeEventListener("afterprint",h),m.removeEventListener("change",g),s.disconnect(),cancelAnimationFrame(
o),i.clear(),clearTimeout(r)}}}function xo(t,e){let n=t.task==="classification",a=It(),s=p("bdi",{class:"mmv-strip-name"}),r=p("span",{class:"mmv-strip-value"}),o=p("span",{class:"mmv-strip-m\
ark"}),i=p("bdi"),l=ce(null),c=(m,...g)=>p("div",{class:"mmv-strip-item"},p("span",{class:"mmv-faint"},m),...g),f=t.has("phi")?t.modalities.map((m,g)=>{let{track:w,
set:y,was:b}=Ye(g),v=p("span",{class:"mmv-strip-value"});return{set:y,was:b,text:v,node:p("div",{class:"mmv-strip-item"},p("span",{class:"mmv-strip-modality"},zt(
g),Q(m.name)),w,v)}}):[],d=p("div",{class:"mmv-strip-run",role:"group","aria-label":e?`Prediction of run ${e}`:"Prediction and contributions at the cursor"},...e?
[p("strong",{},e)]:[],c("predicted",s,...n?[l.track]:[],r),c(t.labelled?"target":"explained",i,o),...f.length?[p("span",{class:"mmv-faint mmv-strip-term"},"Shap\
ley value φ"),...f.map(m=>m.node)]:[]),u=0;function h(m){let{sample:g,epoch:w,time:y}=m,b=t.part("prediction",w,g,y),v=qn(b),k=t.edited()?t.recorded:null;if(n){
wt(s,v<0?"–":t.outputs[v]),wt(r,v<0?"":st(b[v],t.digits)),l.set(0,v<0?0:b[v]),l.was(0,k&&v>=0?k.part("prediction",w,g,y)[v]:NaN);let A=v===t.targets[g];wt(i,t.
outputs[t.targets[g]]??"–"),wt(o,!t.labelled||v<0?"":A?"✓ correct":"✗ incorrect"),o.toggleAttribute("data-wrong",t.labelled&&v>=0&&!A)}else wt(s,""),wt(r,
st(b[0],t.digits)),wt(i,st(t.targets[g]??NaN,t.digits)),wt(o,`error ${mt(b[0]-(t.targets[g]??NaN),t.digits)}`);if(!f.length||m.draft)return;a(m,"sample")&&(u=Jt(
...ge(t,"phi",g)));let $=t.part("phi",w,g,y),x=k?.part("phi",w,g,y);f.forEach((A,S)=>{A.set($[S],u),A.was(x?x[S]:NaN,u),wt(A.text,mt($[S],t.digits))})}return{node:d,
draw:h}}function m0(t){let e=[...new Set(Object.values(t.trust?.views??{}))].flatMap(o=>t.trust.rows[o]??[]),n=(o,i)=>p("section",{},ft(o),p("dl",{},...i.flatMap(([l,c])=>[
p("dt",{},l),p("dd",{},c)]))),a=p("div",{class:"mmv-title",role:"heading","aria-level":2},"Help"),s=p("dialog",{class:"mmv-help","aria-label":"Help"}),r=ct("clo\
se",()=>s.close(),{"aria-label":"Close help"});return s.append(p("div",{class:"mmv-head"},a,r),p("div",{class:"mmv-help-body",tabindex:0,role:"region","aria-lab\
el":"Help text"},n("Keyboard",HELP.shortcuts),...e.length?[n("What the views show",e.map(o=>[o.question,o.can]))]:[],n("Definitions",Object.entries(HELP.definitions)))),
s.querySelectorAll(".mmv-heading").forEach(o=>o.setAttribute("aria-level","3")),s.addEventListener("click",o=>{o.target===s&&s.close()}),s.addEventListener("key\
down",o=>o.key==="Escape"&&o.stopPropagation()),s}function g0(t,e){let n=p("p",{}),a=p("span",{class:"mmv-faint"}),s=[],r=0,o=()=>{s[r]?.[0].removeAttribute("da\
ta-toured"),f.hidden=!0,e()},i=u=>{if(s[r]?.[0].removeAttribute("data-toured"),u>=s.length)return o();r=Math.max(0,u);let[h,m]=s[r];h.setAttribute("data-toured",
""),h.scrollIntoView({block:"nearest"}),[n.textContent,a.textContent]=[m,`${r+1} of ${s.length}`],l.disabled=r===0,c.textContent=r===s.length-1?"done":"next"},l=ct(
"back",()=>i(r-1)),c=ct("next",()=>i(r+1)),f=p("div",{class:"mmv-tour",role:"group","aria-label":"Tour",hidden:""},p("div",{"aria-live":"polite"},n),p("div",{class:"\
mmv-inline"},a,l,c,ct("close",o,{"aria-label":"Close the tour"})));return f.addEventListener("keydown",u=>{u.key==="Escape"&&(u.stopPropagation(),o())}),{card:f,
start:()=>{s=HELP.tour.flatMap(([u,h])=>{let m=[...t.querySelectorAll(u)].find(g=>g.checkVisibility());return m?[[m,h]]:[]}),f.hidden=!1,i(0),c.focus({preventScroll:!0})}}}
function Af(t){let e,n,a=m0(t),s=ct("?",()=>a.showModal(),{"aria-label":"Help","aria-haspopup":"dialog",title:"Help (?)"}),r=ct("tour",()=>n.start(),{"aria-labe\
l":"Tour of this page"}),o=ct("full screen",()=>c(),{"aria-pressed":"false"}),i=u=>{e.toggleAttribute("data-full",u),o.setAttribute("aria-pressed",String(u))},l=()=>i(
document.fullscreenElement===e||e.getRootNode().fullscreenElement===e);async function c(){if(document.fullscreenElement)return document.exitFullscreen();if(e.hasAttribute(
"data-full"))return i(!1);try{await e.requestFullscreen()}catch{i(!0)}}let f=u=>{let h=u.composedPath()[0];u.key==="?"&&!h.matches("input:not([type=range], [typ\
e=checkbox]), textarea, select")&&!a.open?(u.preventDefault(),a.showModal()):u.key==="Escape"&&!document.fullscreenElement&&e.hasAttribute("data-full")&&!a.open&&
i(!1)};function d(u){e=u,n=g0(e,()=>r.focus()),e.append(a,n.card),e.addEventListener("keydown",f),document.addEventListener("fullscreenchange",l)}return{node:p(
"div",{class:"mmv-tools"},r,s,o),mount:d,stop:()=>document.removeEventListener("fullscreenchange",l)}}var b0=Object.keys(HELP.definitions).sort((t,e)=>e.length-t.length);function Of(t){let e=p("p",{}),n=p("div",{class:"mmv-definition",popover:"auto",role:"note"},
e);t.append(n);let a=(s,r)=>{e.textContent=HELP.definitions[r],n.showPopover();let{left:o,bottom:i}=s.getBoundingClientRect();n.style.left=`${Math.max(8,Math.min(
o,innerWidth-n.offsetWidth-8))}px`,n.style.top=`${Math.min(i+4,innerHeight-n.offsetHeight-8)}px`};for(let s of t.querySelectorAll(".mmv-heading, .mmv-strip-term")){
let r=document.createTreeWalker(s,NodeFilter.SHOW_TEXT);for(let o=r.nextNode();o;o=r.nextNode()){let i=o.data,l=b0.find(d=>i.toLowerCase().includes(d.toLowerCase()));
if(!l||o.parentElement?.closest("bdi, button"))continue;let c=i.toLowerCase().indexOf(l.toLowerCase()),f=p("button",{type:"button",class:"mmv-term","aria-haspop\
up":"true"},i.slice(c,c+l.length));f.addEventListener("click",()=>a(f,l)),o.replaceWith(i.slice(0,c),f,i.slice(c+l.length));break}}}var y0=t=>`${t>0?"+":""}${X(t)}`;function Sf(t,e){let n=p("canvas",{role:"img","aria-label":t}),a=p("div",{class:`mmv-plot mmv-map ${e}`},n),s=null;return At(a,
{label:t,grid:()=>[s?.columns??0,s?.rows??0],read(o,i){let l=s?s.values[i*s.columns+o]:NaN;if(!s||!Number.isFinite(l))return null;let c=s.describe(o,i);return{...c,
rows:[["B − A",y0(l)],...c.rows]}}}),{box:a,draw:(o,i)=>{s=o,Le(n,o.columns,o.rows,(l,c)=>{let f=o.values[c*o.columns+l];return Number.isFinite(f)?vn(i?f/i:0):
null})}}}function Nf(){let t=p("canvas",{"aria-hidden":"true"}),e=p("div",{class:"mmv-key-ticks"});Le(t,201,1,a=>vn((a-100)/100));let n=a=>Ut(e,[-1,-.5,0,.5,1].
map(s=>({at:(s+1)/2,text:`${s>0?"+":""}${X(s*a,2)}`})),"left");return{node:p("div",{class:"mmv-key-bar"},t,e),draw:n}}function Ef(t,e){let n=t.modalities.length,
a=t.sizes.time,s=(w,y)=>t.has(w)&&e.has(w)&&JSON.stringify(t.shape(w).slice(y))===JSON.stringify(e.shape(w).slice(y)),r=s("influence",2)&&JSON.stringify(t.influence.
block)===JSON.stringify(e.influence.block),o=s("state",3)&&t.has("channel_index")&&e.has("channel_index");if(!r&&!o)return null;let i=Sf("Operator map, B minus \
A: blocks of target over source","mmv-square"),l=Nf(),c=p("div",{class:"mmv-subtitle"}),f=t.modalities.map(w=>Sf(`${w.name}: hidden states, B minus A, channels \
over steps`,"mmv-state")),d=Nf(),u=p("div",{class:"mmv-subtitle"}),h=w=>p("div",{class:w,"aria-hidden":"true"},...t.modalities.map((y,b)=>p("span",{},...je(t,b,
(340/n-15)/6.5))));i.box.append(p("div",{class:"mmv-marks","aria-hidden":"true"},...Array.from({length:2*(n-1)},(w,y)=>{let b=p("div",{class:y%2?"mmv-cut-y":"mm\
v-cut-x"});return b.style.setProperty("--at",String((1+(y>>1))/n)),b})));let m=p("div",{class:"mmv-pair mmv-difference-maps"},...r?[p("div",{},c,p("div",{class:"\
mmv-blocks"},h("mmv-ups"),i.box,p("span"),h("mmv-alongs")),l.node)]:[],...o?[p("div",{},u,...f.flatMap((w,y)=>[p("div",{class:"mmv-small"},zt(y),Q(t.modalities[y].
name)),w.box]),d.node,rt("Channels of the same number, hatched where only one run shows them. Channels correspond only in trainings from the same initial weight\
s."))]:[]);function g(w){let y=$e(e,w),{sample:b}=w;if(r){let[,S,,M]=t.shape("influence"),E=Math.min(w.layer,S-1),N=Math.min(y.layer,e.shape("influence")[1]-1),
[_,I]=[t.part("influence",b,E),e.part("influence",b,N)],[B,C]=[t.influence.scale[E],e.influence.scale[N]],j=n*M,P=Float32Array.from(_,(W,T)=>T%M>Math.floor(T/(M*
n))%M?NaN:C*(I[T]/255)**2-B*(W/255)**2),D=Jt(P)||1,L=W=>(t.influence.block[W+1]??a)-1;i.draw({values:P,columns:j,rows:j,describe:(W,T)=>({title:`operator map: ${t.
modalities[Math.floor(W/M)].name} → ${t.modalities[Math.floor(T/M)].name}`,at:{modality:Math.floor(T/M),time:L(T%M)},rows:[["|K| in A",X(B*(_[T*j+W]/255)**2)],
["|K| in B",X(C*(I[T*j+W]/255)**2)],["source, at",Mt(t,b,L(W%M))],["target, at",Mt(t,b,L(T%M))]]})},D),c.textContent=`operator map |K|, layer ${t.layers[E]}: B \
− A (down: target, across: source); linear colours`,l.draw(D)}if(!o)return;let v=t.sizes.channel,[k,$]=[t,e].map((S,M)=>E=>S.scale[M?y.layer:w.layer]*(E/255)**
(S.state_power??1)),x=t.modalities.map((S,M)=>{let E=Mn(t,w.layer,M),N=t.part("channel_index",w.layer).subarray(M*v,(M+1)*v),_=Array.from(e.part("channel_index",
y.layer).subarray(M*v,(M+1)*v)),I=t.part("state",w.epoch,b,w.layer,M),B=e.part("state",y.epoch,b,y.layer,M),C=[t,e].map(P=>P.part("state_valid",b,M)),j=new Float32Array(
E*a).fill(NaN);for(let P=0;P<E;P++){let D=_.indexOf(N[P]);for(let L=0;D>=0&&L<a;L++)C[0][L]&&C[1][L]&&(j[P*a+L]=$(B[D*a+L])-k(I[P*a+L]))}return{values:j,columns:a,
rows:E,own:N,x:I,y:B,theirs:_}}),A=Jt(...x.map(S=>S.values))||1;x.forEach((S,M)=>f[M].draw({...S,describe:(E,N)=>({title:`channel ${S.own[N]}`,modality:M,at:{modality:M,
channel:N,time:E},rows:[["‖h‖₂ in A",X(k(S.x[N*a+E]))],["‖h‖₂ in B",X($(S.y[S.theirs.indexOf(S.own[N])*a+E]))],["at",Mt(t,b,E)]]})},A)),u.textContent=
`hidden states ‖h‖₂, layer ${t.layers[w.layer]}, epoch ${t.epochs[w.epoch]}: B − A (channels down, steps across); linear colours`,d.draw(A)}return{node:m,
draw:g}}function w0(t,e,n){let{sample:a,epoch:s,layer:r}=n,o=t.task==="classification"?t.targets[a]:0,i=["quantity","modality","source","step","A","B","B − A"],l=[],c=(f,d,u)=>{
l.push([...f,d,u,u-d])};for(let f=0;f<t.sizes.time;f++){let d=$e(e,{...n,time:f,brush:null,zoom:null});c([t.task==="classification"?"p(true class)":"predicted v\
alue","","",f+1],t.part("prediction",s,a,f)[o],e.part("prediction",d.epoch,a,d.time)[o]),t.modalities.forEach((u,h)=>c(["Shapley value",u.name,"",f+1],t.part("p\
hi",s,a,f)[h],e.part("phi",d.epoch,a,d.time)[h]))}if(t.has("coupling")&&e.has("coupling")){let f=$e(e,n),[d,u]=[t.part("coupling",s,r),e.part("coupling",f.epoch,
f.layer)],h=t.modalities.length;t.modalities.forEach((m,g)=>t.modalities.forEach((w,y)=>c(["coupling weight W",m.name,w.name,""],d[g*h+y],u[g*h+y])))}return{columns:i,
rows:l}}function zf(t,e,n,a){let s=e.modalities.length,r=e.sizes.time,o=e.sizes.epoch,i=e.modalities.map(($,x)=>({m:x})),l=(...$)=>{let x=[p("td"),p("td"),p("td")];
return{cells:x,node:p("tr",{},kt(...$),...x)}},c=l(e.task==="classification"?"p(true class)":"predicted value"),f=e.modalities.map(($,x)=>l(...$t(e,x))),d=Gt({label:"\
Shapley value in B minus A over the sequence",series:i,onPick:$=>a({time:Math.round($*(r-1))})}),u=Gt({label:"Shapley value in B minus A over training",series:i,
onPick:$=>a({epoch:Math.round($*(o-1))})}),h=e.has("coupling")&&n.has("coupling"),m=e.modalities.map(()=>e.modalities.map(()=>p("td"))),g=p("caption",{class:"mm\
v-small"}),w=p("table",{class:"mmv-list","aria-label":"Coupling weights in B minus A"},g,p("thead",{},p("tr",{},p("td",{class:"mmv-faint"},"target ↓ source →"),
...e.modalities.map(($,x)=>p("th",{scope:"col"},zt(x),Q($.name))))),p("tbody",{},...m.map(($,x)=>p("tr",{},kt(...$t(e,x)),...$))));t.append(ft("Run B minus run \
A"),p("div",{class:"mmv-pair"},p("div",{},p("table",{class:"mmv-list","aria-label":"Both runs at the cursor"},p("thead",{},p("tr",{},p("td"),...["A","B","B − A"].
map($=>p("th",{scope:"col"},$)))),p("tbody",{},c.node,...f.map($=>$.node)))),d.node,u.node,...h?[w]:[]),rt(...e.name?["A: ",Q(e.name),"; B: ",Q(n.name),". "]:[],
"Charts: Shapley value φ in B minus A, ",Q(e.target_name),"; where the runs differ in steps or epochs, B is shown at the same fraction of the sequence and at i\
ts last epoch not after A's."));let y=Ef(e,n),b=It();y&&t.append(y.node);let v=null;t.append(p("div",{class:"mmv-panel-tools"},qs(t,e,{name:wo,place:"wide",needs:[],
mount:()=>()=>{},table:($,x)=>w0(e,n,x)},()=>v)));let k=({cells:[$,x,A]},S,M,E)=>{$.textContent=E(S,e.digits),x.textContent=E(M,e.digits),A.textContent=mt(M-S,e.
digits)};return $=>{v=$;let{sample:x,epoch:A,layer:S,time:M,brush:E}=$,N=$e(n,$),_=e.task==="classification"?e.targets[x]:0;k(c,e.part("prediction",A,x,M)[_],n.
part("prediction",N.epoch,x,N.time)[_],st);let I=[e.part("phi",A,x,M),n.part("phi",N.epoch,x,N.time)];f.forEach((T,O)=>k(T,I[0][O],I[1][O],mt));let B=(T,O)=>{let F=$e(
n,{...$,epoch:T,time:O,brush:null}),[z,q]=[e.part("phi",T,x,O),n.part("phi",F.epoch,x,F.time)];return e.modalities.map((H,R)=>q[R]-z[R])},C=Array.from({length:r},
(T,O)=>B(A,O)),j=Array.from({length:o},(T,O)=>B(O,M)),P=Tt([...C,...j],!0),D={name:"φ, B − A",text:T=>mt(T,e.digits)};if(d.draw({values:(T,O)=>C[O][T],count:r,
now:M,range:P,brush:E,x:cn(e,$),y:D}),d.say({title:"φ, B − A, over the sequence"}),u.draw({values:(T,O)=>j[O][T],count:o,now:A,range:P,x:qe(e.epochs),y:D}),u.
say({title:`φ, B − A, over training, at ${Mt(e,x,M)}`}),y&&b($,"sample","epoch","layer")&&y.draw($),!h)return;let[L,W]=[e.part("coupling",A,S),n.part("coupli\
ng",N.epoch,N.layer)];g.textContent=`Coupling weights W, B − A, layer ${e.layers[S]}${N.layer===S?"":` (of B: ${n.layers[N.layer]})`}`,m.flat().forEach((T,O)=>T.
textContent=mt(W[O]-L[O],2))}}var x0=0;function $0(t,e,n,a){let s=t.samples.map((m,g)=>t.task==="classification"&&t.labelled?`${m} · ${t.outputs[t.targets[g]]}`:m),r=Rt("Sample",s,m=>e({sample:m}));
r.select.classList.add("mmv-sample"),r.select.style.width=`calc(${s.reduce((m,g)=>Math.max(m,Pn(g)),0)}ch + 3.5em)`;let o=Rt("Layer",t.layers.map(String),m=>e({
layer:m})),i=["state","influence","routing"].some(t.has),l=p("input",{type:"range",min:0,max:t.sizes.epoch-1,step:1,class:"mmv-epoch","aria-label":"Epoch"}),c=p(
"span",{class:"mmv-epoch-label"});l.addEventListener("input",()=>e({epoch:Number(l.value)}));let f=p("label",{class:"mmv-control mmv-grow"},p("span",{},"Epoch"),
l,c),d=Rt("Run",n.map(m=>m==="both"?"A and B":`${m}${a[m]&&`: ${a[m]}`}`),m=>e({run:n[m]})),u=p("div",{class:"mmv-controls"},r.node,...i?[o.node]:[],...n.length>
1?[d.node]:[],f);function h(m){dt(r.select,"value",String(m.sample)),dt(o.select,"value",String(m.layer)),dt(d.select,"value",String(n.indexOf(m.run))),dt(l,"va\
lue",String(m.epoch)),wt(c,`${t.epochs[m.epoch]} of ${t.epochs[t.sizes.epoch-1]}`),dt(l,"ariaValueText",sn(t,m.epoch))}return{node:u,draw:h}}var Tf=t=>!(t.ctrlKey||
t.metaKey||t.altKey||t.key==="Tab"||t.shiftKey&&t.key==="Enter");function M0(t){Tf(t)&&t.stopPropagation()}function _0(t){let e=n=>{let a=n.composedPath()[0];a instanceof
Element&&t.contains(a)&&a.toggleAttribute("data-lm-suppress-shortcuts",Tf(n))};return addEventListener("keydown",e,!0),()=>removeEventListener("keydown",e,!0)}var k0=new Map(
[["ArrowRight",1],["ArrowUp",1],["ArrowLeft",-1],["ArrowDown",-1]]);function A0(t,e,n,a){let s=k0.get(t.key),r=t.target,o=/\bmmv-(time|epoch|channel)\b/.exec(r.
className)?.[1];!s||!o||!t.shiftKey||(t.preventDefault(),a({[o]:Math.min(n[o]-1,Math.max(0,e[o]+10*s))}))}function O0(t){return t.notes.length?[p("details",{class:"\
mmv-notes"},p("summary",{},"About these data"),p("ul",{},...t.notes.map(e=>p("li",{},Q(e)))))]:[]}async function Ds({model:t,el:e}){let n=t.get("data"),a=n.meta_b?
["A","B","both"]:["A"],s=no(eo(await Wn(n.meta,n.body))),r=n.meta_b?no(eo(await Wn(n.meta_b,n.body_b))):null,o=r?[s,r]:[s];o.forEach(H=>H.compared=o);let i=`mmv\
-title-${++x0}`,l=t.get("level")??2,c=t.get("address")?of(t):null,f=t.get("selection"),d=H=>{$="";let R={...f,...H};R.sample>=s.recorded_samples&&s.model_epoch!==
void 0&&R.epoch!==s.model_epoch&&(H.epoch!==void 0&&($=`${s.samples[R.sample]} was not recorded: it is computed with the weights of ${sn(s,s.model_epoch)} alone\
.`),R.epoch=s.model_epoch),t.set("selection",R),t.save_changes()},u=Kc(t,s,(H="")=>{$=H,T()}),h=Yc(s,u),m=H=>{h.compare(H),T()},g=r||!tf(t)?null:ef(s,t,d,{compare:m,
predictions:u}),w=p("p",{class:"mmv-readout",role:"status","aria-live":"polite"}),y=p("p",{class:"mmv-refused",role:"alert"}),b=$0(s,d,a,{A:s.name,B:r?.name??""}),
v=p("div",{class:"mmv-title",id:i,role:"heading","aria-level":l},Q(s.title)),k=t.get("opened")?ya(t.get("selection"),s,a):"";k&&t.set("selection",t.get("opened"));
let $=k&&`The selection in the address of this page does not exist: ${k}`,x=ya(t.get("selection"),s,a)?null:t.get("selection"),A=vo(s,x,d,r?"A":""),S=[...A.updates],
M=[A.node],E=[xo(s,r?"A":"")],N=[A];if(r){let H=vo(r,x&&$e(r,x),G=>d(zc(r,G)),"B");N.push(H),E.push(xo(r,"B"));let R=p("section",{class:"mmv-panel mmv-apart"}),
U=zf(R,s,r,d);S.push(...H.updates.map(G=>({...G,update:Y=>G.update($e(r,Y))})),{root:R,update:U}),M.push(H.node,R)}let _=Da.flatMap(([H])=>N.some(R=>R.panels[H])?
[H]:[]),I=Object.fromEntries(_.map(H=>[H,N.flatMap(R=>R.panels[H]??[])])),B=xf(i,_,I,d),C=A.panels.sample?.querySelector(".mmv-body");g&&C?C.append(g.node):g&&(A.
node.lastElementChild??A.node).after(g.node);let j=Af(s),P=r?s.about.filter((H,R)=>H===r.about[R]).join(" · "):s.subtitle,D=p("section",{class:"mmv","aria-labe\
lledby":i,...r?{"data-two":""}:{}},p("header",{},p("div",{class:"mmv-head"},v,p("div",{class:"mmv-faint"},Q(P)),j.node),b.node),p("div",{class:"mmv-strip"},...E.
map(H=>H.node),w,y,B.node),...r?[M[2],p("div",{class:"mmv-runs"},M[0],M[1])]:M,...O0(s));D.querySelectorAll(".mmv-section-title").forEach(H=>H.setAttribute("ari\
a-level",String(l+1))),D.querySelectorAll(".mmv-heading").forEach(H=>H.setAttribute("aria-level",String(l+(H.closest(".mmv-section")?2:1)))),Of(D),j.mount(D),s.
colours.forEach((H,R)=>D.style.setProperty(`--m${R}`,H));let L=null,W="";function T(){if(!L)return;let H=t.get("selection"),R=ya(H,s,a);if(wt(y,R||t.get("messag\
e")||$),R||(f={...H},b.draw(f),u.follow(f),u.waits(f)))return;let{edited:U,shows:G,comparing:Y,state:et}=h.next(f),tt=u.missing(f.sample);tt&&(y.textContent||=`${s.
samples[f.sample]} was not recorded and cannot be computed: ${tt}`),g&&g.draw(f,U,Y);let K=JSON.stringify({...et,edits:null});if(K===W||(W=K,Dt(D,"data-section",
B.draw(f.section)),E.forEach((J,at)=>{dt(J.node,"hidden",r!==null&&f.run!=="both"&&f.run!=="AB"[at]),J.node.hidden||J.draw({...at&&r?$e(r,f):f,version:et.version,
draft:et.draft})}),L.draw(et),M.forEach((J,at)=>dt(J,"hidden",r!==null&&f.run!=="both"&&f.run!=="AB "[at])),et.draft))return;let V=[Ua(s,f,G?ua(s,G.edits):""),...r?
[Ua(r,$e(r,f))]:[]];O.redraw(),wt(w,f.run==="both"?Xt(s.phrases.both,{a:V[0],b:V[1]}):V["AB".indexOf(f.run)])}D.addEventListener("keydown",H=>{g?.key(H)||(M0(H),
A0(H,f,s.sizes,d))});let O=bs(D,o),F=_0(D),z=["change:selection","change:message"];z.forEach(H=>t.on(H,T)),await u.take(),e.append(D);let q=L=kf(S);return T(),c?.
restore(),setTimeout(u.start),()=>{c?.stop(),O.stop(),j.stop(),F(),u.stop(),g?.stop(),z.forEach(H=>t.off(H,T)),q.stop()}}var S0=5,N0=t=>new Float32Array(t.buffer.slice(t.byteOffset,t.byteOffset+t.byteLength));function E0(t,e){let n=e.every(({modality:d})=>d<0),a=n&&e.length===1,s=Gt(
{label:`${t} by epoch: ${e.map(d=>d.name).join(", ")}`,log:"linear",series:e.map(({modality:d,name:u},h)=>n?{f:h,name:u}:{m:d,name:u})}),r=e.map(()=>p("span")),
o=p("div",{class:"mmv-small mmv-curve-values"},...e.map((d,u)=>p("span",{class:"mmv-key"},...a?[]:[dn(h=>s.turn(u,h),d.name,n?ea(u):zt(d.modality),p("span",{},Q(
d.name)," "))],r[u]))),i=p("div",{"data-chart":t},s.node,o),l=s.node.querySelector(".mmv-plot"),c=[];function f(d,u,h,m){let g=d[0]??0,w=Math.max(d[d.length-1]??
0,g+S0),y=w-g,b=e.map(({k:x})=>d.map((A,S)=>Number.isNaN(u[S*h+x])?void 0:u[S*h+x])),v=Tt(b.map(x=>x.filter(A=>A!==void 0)),!n),k=d.length-1,$=x=>(d[x]-g)/y;s.say(
{title:t}),s.draw({values:(x,A)=>b[x][A],count:d.length,now:k,range:v,place:$,x:qe(d,$),y:{name:t,text:x=>X(x)}}),r.forEach((x,A)=>x.textContent=k<0||b[A][k]===
void 0?"":X(b[A][k])),c.forEach(x=>x.remove()),c=[...new Set(m.map(({place:x})=>x))].filter(x=>x>=g&&x<=w).map(x=>{let A=p("span",{class:"mmv-change-mark",title:m.
filter(S=>S.place===x).map(z0).join(`
`)});return A.style.left=`${100*(x-g)/y}%`,A}),l.append(...c)}return{node:i,draw:f}}var z0=({epoch:t,step:e,what:n,from:a,to:s})=>`epoch ${t}, step ${e}: ${Cf(n)}\
 ${a} → ${s}`;function Cf(t){let[e,...n]=t.split("/");return[e.replaceAll("_"," "),...n.length?[n.join("/")]:[]].join(", ")}function T0(t){if(!t.length)return p(
"p",{class:"mmv-faint mmv-small"},"No intervention so far.");let e=t.map(({epoch:a,step:s,what:r,from:o,to:i})=>p("tr",{},p("td",{},String(a)),p("td",{},String(
s)),p("th",{scope:"row"},Q(Cf(r))),p("td",{},Q(o)),p("td",{},Q(i)))),n=["epoch","step","what","from","to"].map(a=>p("th",{scope:"col"},a));return p("table",{class:"\
mmv-list mmv-changes"},p("thead",{},p("tr",{},...n)),p("tbody",{},...e))}var C0=0;function If({model:t,el:e}){let n=`mmv-cockpit-${++C0}`,a=p("p",{class:"mmv-re\
adout",role:"status","aria-live":"polite"}),s=p("p",{class:"mmv-error",role:"alert"}),r=p("div",{class:"mmv-pair mmv-cockpit-charts"}),o=p("div",{class:"mmv-scr\
oll-x"}),i=p("p",{class:"mmv-faint mmv-small"},"The curves begin after epoch 0, the untrained model."),l=p("div",{class:"mmv-title",id:n,role:"heading","aria-le\
vel":2}),c=ft("Interventions");c.setAttribute("aria-level","3");let f=p("section",{class:"mmv mmv-cockpit","aria-labelledby":n},s,l,a,i,r,c,o);t.get("colours").
forEach((b,v)=>f.style.setProperty(`--m${v}`,b));let d=new Map;function u(){let{epochs:b,curves:v,body:k}=t.get("history"),$=N0(k);i.hidden=b.length>0;let x=[...new Set(
v.map(A=>A.chart))];for(let A of x){let S=v.map((_,I)=>({..._,k:I})).filter(_=>_.chart===A),M=JSON.stringify([A,S]),E=d.get(M)??E0(A,S);d.set(M,E),E.draw(b,$,v.
length,t.get("changes"));let N=x.indexOf(A);r.children[N]!==E.node&&r.insertBefore(E.node,r.children[N]??null)}for(;r.children.length>x.length;)r.lastElementChild?.
remove();y.redraw()}function h(){l.textContent=t.get("title"),a.textContent!==t.get("status")&&(a.textContent=t.get("status")),s.textContent!==t.get("error")&&(s.
textContent=t.get("error"))}function m(){o.replaceChildren(T0(t.get("changes"))),u()}let g=[["change:history",u],["change:changes",m],["change:status",h],["chan\
ge:error",h]];g.forEach(([b,v])=>t.on(b,v)),e.append(f);let w=t.get("names").map(b=>({name:b})),y=bs(f,[{modalities:w}]);return h(),m(),()=>{y.stop(),g.forEach(
([b,v])=>t.off(b,v))}}var $o=13,I0=91,Mo=new Uint8Array(128).fill(255);for(let t=33,e=0;t<127;t++)"<&/".includes(String.fromCharCode(t))||(Mo[t]=e++);function F0(t,e,n){if(!(Number.isInteger(
e)&&e>=0)||t.length!==2*Math.ceil(8*e/$o))throw new Error(`${n} is damaged: ${t.length} characters are given for ${e} bytes`);let a=new Uint8Array(e),s=0,r=0,o=0;
for(let i=0,l=0;i<t.length;i+=2){let c=Mo[t.charCodeAt(i)]??255,f=Mo[t.charCodeAt(i+1)]??255,d=c+I0*f;for(o|=(c===255?1:0)|d>>$o,s|=d<<r,r+=$o;r>=8;r-=8,s>>>=8)
a[l++]=s}if(o)throw new Error(`${n} is damaged: it has a character that does not belong to it`);return a}function Ff(t){let e=o=>`the part "${o}" of this page`,
n=o=>Object.hasOwn(t,o);function a(o){let i=document.getElementById(`mmviz-part-${o}`);if(!n(o)||!i)throw new Error(`${e(o)} is missing`);return F0(i.textContent,
t[o].bytes,e(o))}let s=async o=>n(o)&&t[o].packing==="gzip"?Dn(a(o),t[o].size,e(o)):a(o);return{has:n,stored:a,bytes:s,text:async o=>new TextDecoder().decode(await s(
o))}}function j0(t){let e={},n=0;return{get:a=>t[a],set(a,s){t[a]=s,(e[`change:${a}`]??[]).forEach(r=>r())},save_changes(){clearTimeout(n),n=setTimeout(()=>uo(t.selection),
300)},on:(a,s)=>{(e[a]??=[]).push(s)},off:(a,s)=>{e[a]=(e[a]??[]).filter(r=>r!==s)}}}async function L0(t){try{let[e,n,a]=await Promise.all([t.text("model-meta"),
t.bytes("model-wasm"),t.text("bundle")]);return{meta:e,wasm:n,script:a,get blob(){return t.stored("model-blob")}}}catch(e){return{meta:"{}",wasm:new Uint8Array,
script:"",get blob(){throw e}}}}async function jf(){let t=document.getElementById("mmviz-view");try{let{parts:e,data:n,...a}=JSON.parse(document.getElementById(
"mmviz-study").textContent),s=Ff(e);a.data=Object.fromEntries(await Promise.all(n.map(async r=>[r,await(r.startsWith("meta")?s.text(r):s.bytes(r))]))),s.has("mo\
del-meta")&&(a.page_model=await L0(s)),a.what_if_result&&(a.what_if_result.body=await s.bytes("what_if_result")),a.opened=a.selection,a.selection={...a.selection,
...po()},t.textContent="",t.toggleAttribute("data-two",!!a.data.meta_b),await Ds({model:j0(a),el:t})}catch(e){throw t.textContent=`This page could not be drawn:\
 ${e}. If this browser is older than 2024, use a newer one.`,e}}return Df(R0);})();
