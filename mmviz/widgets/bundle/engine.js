"use strict";var mmvizEngine=(()=>{var Et=Object.defineProperty;var He=Object.getOwnPropertyDescriptor;var Ke=Object.getOwnPropertyNames;var ta=Object.prototype.hasOwnProperty;var ea=(t,s)=>{for(var a in s)Et(t,a,{get:s[a],enumerable:!0})},aa=(t,s,a,e)=>{if(s&&typeof s=="object"||typeof s=="function")for(let r of Ke(s))!ta.call(t,r)&&
r!==a&&Et(t,r,{get:()=>s[r],enumerable:!(e=He(s,r))||e.enumerable});return t};var sa=t=>aa(Et({},"__esModule",{value:!0}),t);var ss={};ea(ss,{operators:()=>as,sampleOf:()=>Qe,startEngine:()=>Ye,startPredictor:()=>xt,weightsOf:()=>Ve});var L=t=>t.reduce((s,a)=>s*a,1);function R(t){let s=new Array(t.length);for(let a=t.length-1,e=1;a>=0;a--)s[a]=e,e*=t[a];return s}function Z(t,s){let a=R(t),e=s.
length-t.length;return s.map((r,n)=>n<e||t[n-e]===1?0:a[n-e])}var ht=(t,s)=>t<0?t+s:t;function et(t,s,a,e){let r=t.length-1,n=r<0?1:t[r],o=n?L(t)/n:0,i=s.length,
l=new Int32Array(Math.max(1,t.length)),f=new Int32Array(i);return()=>{l.fill(0);for(let c=0;c<i;c++)f[c]=a[c];for(let c=0;c<o;c++){e(c*n,f);for(let p=r-1;p>=0;p--){
for(let h=0;h<i;h++)f[h]+=s[h][p];if(++l[p]<t[p])break;for(let h=0;h<i;h++)f[h]-=s[h][p]*t[p];l[p]=0}}}}function Zt(t,s,a,e,r=t.shape){let n=r.length-1,o=n<0?1:
r[n],i=n<0?0:a[n];return et(r,[a],[e],(l,f)=>{let c=t.data,p=s.data,h=f[0];if(i===1)for(let u=0;u<o;u++)c[l+u]=p[h+u];else for(let u=0;u<o;u++)c[l+u]=p[h+u*i]})}
function Qt(t,s,a,e,r=s.shape){let n=r.length-1,o=n<0?1:r[n],i=n<0?1:a[n];return et(r,[a],[e],(l,f)=>{let c=t.data,p=s.data,h=f[0];for(let u=0;u<o;u++)c[h+u*i]=
p[l+u]})}var J=class extends Error{},ot=t=>typeof t=="object"&&t!==null&&!Array.isArray(t);function v(t,s){throw new J(`model in the page: node ${t.index} (${t.op}) ${s}\
; save the page again`)}function M(t,s){let a=t.args[s];return ot(a)?a:v(t,`has no array ${s}`)}var Y=(t,s)=>t.args[s]==null?null:M(t,s);function ft(t,s){let a=t.
args[s];return Array.isArray(a)||v(t,`has no list ${s}`),a.map(e=>ot(e)?e:v(t,`has a list ${s} with something that is no array`))}function T(t,s,a){let e=t.args[s];
return e==null&&a!==void 0?a:typeof e=="number"||typeof e=="boolean"?Number(e):v(t,`has no number ${s}`)}function H(t,s,a){let e=t.args[s];return e==null&&a!==void 0?
a:(Array.isArray(e)?e:[e]).map(n=>typeof n=="number"?n:v(t,`has a list ${s} with something that is no number`))}function at(t,s){let a=t.args[s];return typeof a!=
"number"&&typeof a!="boolean"?M(t,s):{shape:[],size:1,type:"d",data:Float64Array.of(Number(a)),source:null,shift:0,constant:!0,kept:!0,first:0,last:0,offset:-1}}
function q(t,s,a,e){let r=T(t,s,e),n=r<0?r+a:r;return Number.isInteger(n)&&n>=0&&n<Math.max(1,a)?n:v(t,`has axis ${r} of ${a}`)}function st(t,s){let a=t.out.shape;
for(let{shape:e}of s){let r=a.length-e.length;(r<0||e.some((n,o)=>n!==1&&n!==a[o+r]))&&v(t,`cannot combine the shape ${e.join(" x ")} into ${a.join(" x ")}`)}}function G(t,s,a,e){
(s.shape.length!==a.length||s.shape.some((r,n)=>r!==a[n]))&&v(t,`has ${e} of shape ${s.shape.join(" x ")}, expected ${a.join(" x ")}`)}function D(t,s,a){(s.size!==
a.size||s.size!==L(s.shape))&&v(t,`has ${s.size} values in and ${a.size} out`)}var ra=8,na={f:4,b:1,i:8,d:8};function oa(t,s){let a=[],e=s.map(()=>[]);if(t.forEach((r,n)=>{if(r===1)return;let o=a.length-1;o>=0&&s.every((i,l)=>e[l][o]===i[n]*
r)?(a[o]*=r,s.forEach((i,l)=>{e[l][o]=i[n]})):(a.push(r),s.forEach((i,l)=>e[l].push(i[n])))}),a.length===0){a.push(1);for(let r of e)r.push(0)}return{sizes:a,strides:e}}
function vt(t,s,a){if(!t.simd)return null;let{sizes:e,strides:r}=oa(s,a),n=[e.length,...e,...r.flat()];if(e.length>ra)return null;let o=t.scratch([n.length],"f",
!0);return{table:o,once:()=>new Int32Array(o.data.buffer,o.data.byteOffset,n.length).set(n)}}function It(t,s){if(s.type==="f")return{tensor:s,once:()=>{}};if(s.
type!=="d"||s.size!==1||s.shape.length>0)return null;let a=t.scratch([1],"f",!0),e=s.data[0];return{tensor:a,once:()=>{a.data[0]=e}}}var Ft=t=>({once:()=>{for(let s of t)
s.once?.()},run:()=>{for(let s of t)s.run?.()}});function Vt(t,s,a,e,r,n,o,i){let l=s.type===a.type&&s.size>0&&a.size>0?vt(t,e,[r,n]):null,f=na[s.type];return l&&
{once:l.once,run:()=>t.kernels.copy(a.data.byteOffset+o*f,s.data.byteOffset+i*f,l.table.data.byteOffset,f)}}var it=(t,s,a,e,r,n=s.shape)=>Vt(t,s,a,n,e,R(n),r,0)??
{run:Zt(s,a,e,r,n)},$t=(t,s,a,e,r,n=a.shape)=>Vt(t,s,a,n,R(n),e,0,r)??{run:Qt(s,a,e,r,n)};var Kt=new Int32Array(1),ia=new Float32Array(Kt.buffer);function Bt(t){if(!(t>=-126))return Number.isNaN(t)?NaN:0;let s=Math.round(t),a=t-s;return Kt[0]=s+127<<
23,ia[0]*(1+a*(.6931471805599453+a*(.2402265069591007+a*(.05550410866482158+a*(.009618129107628477+a*(.0013333558146428443+a*.0001540353039338161))))))}function fa(t,s,a){
let e=[...new Set([0,...t.map(r=>r.step)])].filter(r=>r<a).sort((r,n)=>r-n);return e.map((r,n)=>{let o=t.filter(f=>f.step<=r),i=new Uint8Array(s);for(let f of o)
f.kind!=="cut"&&(i[f.modality]=f.kind==="zero"?1:2);let l=new Map(t.filter(f=>f.kind==="hold").map(f=>[f.modality,f.step]));return{from:r,to:e[n+1]??a,cuts:o.filter(
f=>f.kind==="cut"),kinds:i,held:l}})}function la({x:t,dt:s,A:a,B:e,C:r,D:n,W:o,mask:i,y:l,h:f,g:c},p,{M:h,R:u,T:m,E:g,N:d,perRow:b},y){let z=g*d,$=fa(y,h,m),k=new Float64Array(
h*h);for(let x=0;x<u;x++){f.fill(0);for(let{from:w,to:O,cuts:A,kinds:S,held:E}of $){k.set(b?o.subarray(x*h*h,(x+1)*h*h):o);for(let _ of A)k[_.modality*h+(_.source??
0)]=0;for(let _=w;_<O;_++){for(let I=0;I<h;I++){if(!i[(I*u+x)*m+_])continue;let F=I*z;for(let N=0;N<z;N++)c[F+N]=k[I*h]*f[N];for(let N=1;N<h;N++){let B=k[I*h+N];
if(B!==0)for(let j=0,U=N*z;j<z;j++)c[F+j]+=B*f[U+j]}}for(let I=0;I<h;I++){let F=(I*u+x)*m+_,N=i[F],B=F*g,j=F*d,U=p!==null&&x===u-1,P=S[I]===2&&_>(E.get(I)??0),W=S[I]===
1;if(!N&&!U&&!W){l.fill(0,B,B+g);continue}for(let C=0;C<g;C++){let V=s[B+C],Q=t[B+C],kt=V*Q,tt=I*z+C*d,nt=0,Xt=0;for(let mt=0;mt<d;mt++){let zt=tt+mt,pt=f[zt];N&&
!P&&(pt=Bt(V*a[zt])*c[zt]+kt*e[j+mt]),W&&(pt=0),f[zt]=pt,N&&(nt+=pt*r[j+mt]),Xt+=pt*pt}l[B+C]=N?nt+n[I*g+C]*Q:0,U&&p&&(p[(I*m+_)*g+C]=Math.sqrt(Xt))}}}}}}var Ht=4,
Nt=64,ca={zero:0,hold:1,cut:2};function Tt(t,s,a,e,r){let n=s.shape[2]===1&&r>1,{probe:o}=t,i=o?1:Math.LOG2E,l=n||!o?t.scratch([a,e,r],"f",s.constant):s;return{
rates:l,arrange:()=>{if(l!==s)for(let c=0;c<l.size;c++)l.data[c]=s.data[n?Math.floor(c/r):c]*i}}}function pa(t,s){let[a,e,r,n,o]=["x","dt","A","B","C"].map(F=>M(
t,F)),i=Y(t,"D"),l=Y(t,"W"),f=Y(t,"mask"),c=t.parts[0];(a.shape.length!==4||r.shape.length!==3||n.shape.length!==4||c===null)&&v(t,"has arrays of other ranks"),
t.args.h0!=null&&v(t,"has an initial state, which is not available");let[p,h,u,m]=a.shape,g=n.shape[3],d=r.shape[2]===1&&g>1,{probe:b}=s;G(t,e,a.shape,"dt"),G(t,
r,[p,m,d?1:g],"A");for(let F of[n,o])G(t,F,[p,h,u,g],"B or C");i&&G(t,i,[p,m],"D"),f&&G(t,f,[p,h,u],"mask"),l&&l.size!==p*p&&l.size!==h*p*p&&v(t,`has W of shape\
 ${l.shape.join(" x ")}`),D(t,a,c);let y=s.watched(t.index)?s.scratch([p,u,m],"f",!0):null,z=T(t,"weight",1/p);y&&s.watch(t.index,y);let{rates:$,arrange:k}=Tt(s,
r,p,m,g),x=l??s.scratch([p,p],"f",!0),w=x.size>p*p,O=()=>{r.constant&&k(),l||x.data.fill(z)},A=()=>({edits:y?s.live.interventions:[],wanted:y&&s.live.states?y:null});
if(b){let F=s.scratch([b.scan_scratch(p,g)],"f"),N=s.scratch([Nt*Ht],"f"),B=j=>j?.data.byteOffset??0;return{once:O,run:()=>{let{edits:j,wanted:U}=A();r.constant||
k(),j.length>Nt&&v(t,`has ${j.length} interventions, more than ${Nt}`),j.length&&new Int32Array(N.data.buffer,B(N),j.length*Ht).set(j.flatMap(({modality:P,kind:W,
source:C=0,step:V})=>[P,ca[W],C,V])),s.kernels.scan(B(a),B(e),B($),B(n),B(o),B(i),B(x),w?p*p:0,B(f),0,B(c),0,B(U),h-1,B(F),j.length?B(N):0,j.length,p,h,u,m,g)}}}
let S=s.scratch([p,g,m],"f"),E=s.scratch([p,g,m],"f"),_=f??s.scratch([p,h,u],"b"),I=i??s.scratch([p,m],"f");return{once:O,run:()=>{let{edits:F,wanted:N}=A();r.constant||
k(),f||_.data.fill(1),i||I.data.fill(0),la({x:a.data,dt:e.data,A:$.data,B:n.data,C:o.data,D:I.data,W:x.data,mask:_.data,y:c.data,h:S.data,g:E.data},N?N.data:null,
{M:p,R:h,T:u,E:m,N:g,perRow:w},F)}}}function ha(t,s){let a=M(t,"x"),e=M(t,"weight"),r=Y(t,"bias"),n=!!t.args.activated,{out:o}=t;a.shape.length!==4&&v(t,"has an\
 input of another rank");let[i,l,f,c]=a.shape,p=e.shape[2],h=l*f*c;D(t,a,o),G(t,e,[i,c,p],"weight"),r&&G(t,r,[i,c],"bias");let u=s.scratch([i,p,c],"f",!0),m=s.scratch(
[i,c],"f",!0),g=e.constant&&(r?.constant??!0),{simd:d}=s,b=()=>{for(let k=0;k<i;k++)for(let x=0;x<c;x++)for(let w=0;w<p;w++)u.data[(k*p+w)*c+x]=e.data[(k*c+x)*p+
w];r?m.data.set(r.data):m.data.fill(0)},$=d?()=>{for(let k=0;k<i;k++)s.kernels.conv(a.data.byteOffset+k*h*4,u.data.byteOffset+k*p*c*4,m.data.byteOffset+k*c*4,o.
data.byteOffset+k*h*4,l,f,c,p,n?1:0)}:()=>{let k=o.data,x=a.data,w=u.data;for(let O=0;O<i;O++)for(let A=0;A<l;A++)for(let S=0;S<f;S++){let E=((O*l+A)*f+S)*c;for(let _=0;_<
c;_++){let I=m.data[O*c+_];for(let F=0;F<p&&F<=S;F++)I+=x[E-F*c+_]*w[(O*p+p-1-F)*c+_];k[E+_]=n?I/(1+Math.exp(-I)):I}}};return g?{once:b,run:$}:{run:()=>{b(),$()}}}
function ua(t,s){let a=M(t,"x"),e=M(t,"z"),{out:r}=t,n=r.size;return D(t,a,r),D(t,e,r),s.simd?{run:()=>s.kernels.silu_gate(a.data.byteOffset,e.data.byteOffset,r.
data.byteOffset,n)}:{run:()=>{for(let o=0;o<n;o++)r.data[o]=a.data[o]*e.data[o]/(1+Math.exp(-e.data[o]))}}}var te={"mmkernels.coupled_scan":pa,"mmkernels.causal\
_conv":ha,"mmkernels.silu_gate":ua};function ma(t,s){let[a,e,r,n,o]=["dy","dt","A","B","C"].map(E=>M(t,E)),i=Y(t,"D"),l=Y(t,"W"),f=Y(t,"mask"),c=t.parts[0];(a.shape.length!==4||r.shape.length!==3||
n.shape.length!==4||c===null||t.parts.slice(1).some(Boolean))&&v(t,"has arrays of other ranks, or gradients with respect to weights"),(t.args.h0!=null||t.args.dh_last!=
null)&&v(t,"has an initial state or a gradient of the last one, which is not available");let[p,h,u,m]=a.shape,g=n.shape[3],{probe:d}=s,b=T(t,"weight",1/p);G(t,e,
a.shape,"dt"),G(t,r,[p,m,r.shape[2]===1?1:g],"A");for(let E of[n,o])G(t,E,[p,h,u,g],"B or C");i&&G(t,i,[p,m],"D"),f&&G(t,f,[p,h,u],"mask"),l&&l.size!==p*p&&l.size!==
h*p*p&&v(t,`has W of shape ${l.shape.join(" x ")}`),D(t,a,c);let{rates:y,arrange:z}=Tt(s,r,p,m,g),$=l??s.scratch([p,p],"f",!0),k=$.size>p*p?p*p:0,x=()=>{r.constant&&
z(),l||$.data.fill(b)},w=E=>E?.data.byteOffset??0;if(d){let E=s.scratch([d.scan_backward_scratch(p,g)],"f");return{once:x,run:()=>{r.constant||z(),s.kernels.scan_backward(
w(a),w(e),w(y),w(n),w(o),w(i),w($),k,w(f),w(c),w(E),p,h,u,m,g)}}}let O=new Float64Array(p*g),A=new Float64Array(p*g),S=(E,_)=>{O.fill(0);for(let I=u-1;I>=0;I--){
for(let F=0;F<p;F++){let N=(F*h+E)*u+I,B=N*m+_;if(c.data[B]=0,f&&!f.data[N])continue;let j=a.data[B],U=e.data[B],P=0;for(let W=0;W<g;W++){let C=O[F*g+W]+j*o.data[N*
g+W];P+=C*n.data[N*g+W],A[F*g+W]=Bt(U*y.data[(F*m+_)*g+W])*C}c.data[B]=U*P+(i?i.data[F*m+_]*j:0)}for(let F=0;F<p;F++)for(let N=0;N<g;N++){let B=f&&!f.data[(F*h+
E)*u+I]?O[F*g+N]:0;for(let j=0;j<p;j++)(!f||f.data[(j*h+E)*u+I])&&(B+=$.data[E*k+j*p+F]*A[j*g+N]);O[F*g+N]=B}}};return{once:x,run:()=>{r.constant||z();for(let E=0;E<
h;E++)for(let _=0;_<m;_++)S(E,_)}}}function da(t,s){let a=M(t,"dy"),e=M(t,"weight"),r=t.parts[0];(a.shape.length!==4||r===null||t.parts.slice(1).some(Boolean)||
t.args.activated)&&v(t,"has an input of another rank, an activation, or gradients with respect to weights");let[n,o,i,l]=a.shape,f=e.shape[2],c=o*i*l;D(t,a,r),G(
t,e,[n,l,f],"weight");let p=s.scratch([n,f,l],"f",e.constant),h=()=>{for(let d=0;d<n;d++)for(let b=0;b<l;b++)for(let y=0;y<f;y++)p.data[(d*f+y)*l+b]=e.data[(d*l+
b)*f+y]},u=()=>{for(let d=0;d<n;d++)for(let b=0;b<o;b++)for(let y=0;y<i;y++)for(let z=0;z<l;z++){let $=((d*o+b)*i+y)*l+z,k=0;for(let x=0;x<f&&y+x<i;x++)k+=a.data[$+
x*l]*p.data[(d*f+f-1-x)*l+z];r.data[$]=k}},m=()=>{for(let d=0;d<n;d++)s.kernels.conv_backward(a.data.byteOffset+d*c*4,p.data.byteOffset+d*f*l*4,r.data.byteOffset+
d*c*4,o,i,l,f)},g=s.simd?m:u;return e.constant?{once:h,run:g}:{run:()=>{h(),g()}}}function ee(t,s){let a=M(t,"grad_output"),{out:e}=t,r=e.shape.length,n=q(t,"di\
m",r),o=e.shape[n],i=R(e.shape),l=t.op==="select_backward",f=l?e.shape.map((g,d)=>d===n?1:g):a.shape,c=l?1:T(t,"step",1),p=T(t,l?"index":"start",0),h=Math.min(o,
Math.max(0,p<0?p+o:p)),u=f[n];(a.size!==f.reduce((g,d)=>g*d,1)||f.length!==r||f.some((g,d)=>d!==n&&g!==e.shape[d])||u>0&&h+(u-1)*c>=o)&&v(t,`puts ${a.shape.join(
" x ")} into ${e.shape.join(" x ")}`);let m=$t(s,e,a,i.map((g,d)=>d===n?g*c:g),h*i[n],f);return{once:m.once,run:()=>{e.data.fill(0),m.run?.()}}}function ya(t){return t.
out.constant=!0,{run:()=>t.out.data.fill(T(t,"s"))}}var ae={"mmkernels.coupled_scan_backward":ma,"mmkernels.causal_conv_backward":da,select_backward:ee,slice_backward:ee,
scalar_tensor:ya};function se(t){let s=Math.abs(t),a=1/(1+.5*s),e=-1.26551223+a*(1.00002368+a*(.37409196+a*(.09678418+a*(-.18628806+a*(.27886807+a*(-1.13520398+a*(1.48851587+a*(-.82215223+
a*.17087277)))))))),r=a*Math.exp(-s*s+e);return t>=0?1-r:r-1}var ie={exp:(t,s,a)=>{for(let e=0;e<a;e++)t[e]=Math.exp(s[e])},log:(t,s,a)=>{for(let e=0;e<a;e++)t[e]=
Math.log(s[e])},sqrt:(t,s,a)=>{for(let e=0;e<a;e++)t[e]=Math.sqrt(s[e])},rsqrt:(t,s,a)=>{for(let e=0;e<a;e++)t[e]=1/Math.sqrt(s[e])},abs:(t,s,a)=>{for(let e=0;e<
a;e++)t[e]=Math.abs(s[e])},neg:(t,s,a)=>{for(let e=0;e<a;e++)t[e]=-s[e]},sin:(t,s,a)=>{for(let e=0;e<a;e++)t[e]=Math.sin(s[e])},cos:(t,s,a)=>{for(let e=0;e<a;e++)
t[e]=Math.cos(s[e])},tanh:(t,s,a)=>{for(let e=0;e<a;e++)t[e]=Math.tanh(s[e])},sigmoid:(t,s,a)=>{for(let e=0;e<a;e++)t[e]=1/(1+Math.exp(-s[e]))},silu:(t,s,a)=>{for(let e=0;e<
a;e++)t[e]=s[e]/(1+Math.exp(-s[e]))},relu:(t,s,a)=>{for(let e=0;e<a;e++)t[e]=s[e]>0?s[e]:0},erf:(t,s,a)=>{for(let e=0;e<a;e++)t[e]=se(s[e])},gelu:(t,s,a)=>{for(let e=0;e<
a;e++)t[e]=.5*s[e]*(1+se(s[e]*Math.SQRT1_2))},softplus:(t,s,a)=>{for(let e=0;e<a;e++)t[e]=Math.max(s[e],0)+Math.log1p(Math.exp(-Math.abs(s[e])))},reciprocal:(t,s,a)=>{
for(let e=0;e<a;e++)t[e]=1/s[e]},bitwise_not:(t,s,a)=>{for(let e=0;e<a;e++)t[e]=s[e]?0:1},logical_not:(t,s,a)=>{for(let e=0;e<a;e++)t[e]=s[e]?0:1},isnan:(t,s,a)=>{
for(let e=0;e<a;e++)t[e]=Number.isNaN(s[e])?1:0}},fe={add:(t,s,a,e,r,n,o,i,l)=>{for(let f=0;f<l;f++,e+=r,o+=i)t[s+f]=a[e]+n[o]},sub:(t,s,a,e,r,n,o,i,l)=>{for(let f=0;f<
l;f++,e+=r,o+=i)t[s+f]=a[e]-n[o]},rsub:(t,s,a,e,r,n,o,i,l)=>{for(let f=0;f<l;f++,e+=r,o+=i)t[s+f]=n[o]-a[e]},mul:(t,s,a,e,r,n,o,i,l)=>{for(let f=0;f<l;f++,e+=r,
o+=i)t[s+f]=a[e]*n[o]},div:(t,s,a,e,r,n,o,i,l)=>{for(let f=0;f<l;f++,e+=r,o+=i)t[s+f]=a[e]/n[o]},floor_divide:(t,s,a,e,r,n,o,i,l)=>{for(let f=0;f<l;f++,e+=r,o+=
i)t[s+f]=Math.floor(a[e]/n[o])},pow:(t,s,a,e,r,n,o,i,l)=>{for(let f=0;f<l;f++,e+=r,o+=i)t[s+f]=a[e]**n[o]},minimum:(t,s,a,e,r,n,o,i,l)=>{for(let f=0;f<l;f++,e+=
r,o+=i)t[s+f]=Math.min(a[e],n[o])},maximum:(t,s,a,e,r,n,o,i,l)=>{for(let f=0;f<l;f++,e+=r,o+=i)t[s+f]=Math.max(a[e],n[o])},gt:(t,s,a,e,r,n,o,i,l)=>{for(let f=0;f<
l;f++,e+=r,o+=i)t[s+f]=a[e]>n[o]?1:0},ge:(t,s,a,e,r,n,o,i,l)=>{for(let f=0;f<l;f++,e+=r,o+=i)t[s+f]=a[e]>=n[o]?1:0},lt:(t,s,a,e,r,n,o,i,l)=>{for(let f=0;f<l;f++,
e+=r,o+=i)t[s+f]=a[e]<n[o]?1:0},le:(t,s,a,e,r,n,o,i,l)=>{for(let f=0;f<l;f++,e+=r,o+=i)t[s+f]=a[e]<=n[o]?1:0},eq:(t,s,a,e,r,n,o,i,l)=>{for(let f=0;f<l;f++,e+=r,
o+=i)t[s+f]=a[e]===n[o]?1:0},ne:(t,s,a,e,r,n,o,i,l)=>{for(let f=0;f<l;f++,e+=r,o+=i)t[s+f]=a[e]!==n[o]?1:0},__and__:(t,s,a,e,r,n,o,i,l)=>{for(let f=0;f<l;f++,e+=
r,o+=i)t[s+f]=a[e]&&n[o]?1:0},__or__:(t,s,a,e,r,n,o,i,l)=>{for(let f=0;f<l;f++,e+=r,o+=i)t[s+f]=a[e]||n[o]?1:0}},ga=["exp","log","tanh","sigmoid","silu","relu",
"softplus","gelu","erf"],wa=["add","sub","mul","div","minimum","maximum"],ba=t=>(s,a)=>{let e=M(s,"self"),{out:r}=s,n=r.size,o=ie[t];D(s,e,r),t==="gelu"&&(s.args.
approximate??"none")!=="none"&&v(s,"uses an approximation of GELU that is not available"),t==="softplus"&&(T(s,"beta",1)!==1||T(s,"threshold",20)!==20)&&v(s,"ha\
s options other than beta=1, threshold=20");let i=ga.find(l=>l===t);return a.simd&&i&&e.type==="f"&&r.type==="f"?{run:()=>a.kernels[i](e.data.byteOffset,r.data.
byteOffset,n)}:{run:()=>o(r.data,e.data,n)}},dt=t=>(s,a)=>{let e=at(s,"self"),r=at(s,s.args.exponent==null?"other":"exponent"),{out:n}=s,o=n.size,i=fe[t];st(s,[
e,r]),T(s,"alpha",1)!==1&&v(s,"has a factor alpha, which is not available"),s.args.rounding_mode!=null&&v(s,"rounds a quotient, which is not available");let l=n.
shape.at(-1)??1,f=n.type==="f"&&e.type==="f";if(a.simd&&f&&t==="add"&&r.type==="f"&&e.size===o&&r.size===o)return{run:()=>a.kernels.add(e.data.byteOffset,r.data.
byteOffset,n.data.byteOffset,o)};let c=r.type==="b"&&e.size===o&&r.shape.length===n.shape.length&&r.shape.at(-1)===1&&r.size*l===o;if(a.simd&&f&&t==="mul"&&c)return{
run:()=>a.kernels.scale_rows(e.data.byteOffset,r.data.byteOffset,n.data.byteOffset,o/l,l)};let p=wa.indexOf(t==="rsub"?"sub":t),h=p<0||n.type!=="f"?null:xa(a,p,
...t==="rsub"?[r,e]:[e,r],n);if(h)return h;if(e.size===o&&r.size===o)return{run:()=>i(n.data,0,e.data,0,1,r.data,0,1,o)};let[u,m]=[e,r].map(b=>Z(b.shape,n.shape)),
g=u.at(-1)??0,d=m.at(-1)??0;return{run:et(n.shape,[u,m],[0,0],(b,y)=>i(n.data,b,e.data,y[0],g,r.data,y[1],d,l))}};function xa(t,s,a,e,r){let[n,o]=[a,e].map(l=>t.
simd?It(t,l):null),i=n&&o?vt(t,r.shape,[a,e].map(l=>Z(l.shape,r.shape))):null;return!n||!o||!i?null:{once:()=>{for(let l of[n,o,i])l.once()},run:()=>t.kernels.combine(
s,n.tensor.data.byteOffset,o.tensor.data.byteOffset,r.data.byteOffset,i.table.data.byteOffset)}}function le(t,s,a,e,r){if(t.simd&&s.type==="b"&&r.type==="f"){let[
n,o]=[a,e].map(l=>It(t,l)),i=n&&o?vt(t,r.shape,[s,a,e].map(l=>Z(l.shape,r.shape))):null;if(n&&o&&i)return{once:()=>{for(let l of[n,o,i])l.once()},run:()=>t.kernels.
where(s.data.byteOffset,n.tensor.data.byteOffset,o.tensor.data.byteOffset,r.data.byteOffset,i.table.data.byteOffset)}}return{run:ka(s,a,e,r)}}function ka(t,s,a,e){
let[r,n,o]=[t,s,a].map(p=>Z(p.shape,e.shape)),i=e.shape.at(-1)??1,l=r.at(-1)??0,f=n.at(-1)??0,c=o.at(-1)??0;return et(e.shape,[r,n,o],[0,0,0],(p,h)=>{let u=e.data,
m=t.data,g=s.data,d=a.data,b=h[0],y=h[1],z=h[2];if(l===0){let $=m[b]?g:d,k=m[b]?f:c;for(let x=0,w=m[b]?y:z;x<i;x++,w+=k)u[p+x]=$[w]}else for(let $=0;$<i;$++,b+=
l,y+=f,z+=c)u[p+$]=m[b]?g[y]:d[z]})}function za(t,s){let[a,e,r]=["condition","self","other"].map(n=>at(t,n));return st(t,[a,e,r]),le(s,a,e,r,t.out)}function va(t,s){
let a=M(t,"self"),e=M(t,"mask"),r=at(t,"value");return st(t,[a,e,r]),le(s,e,r,a,t.out)}function re(t){let s=M(t,"self"),{out:a}=t,e=T(t,"min",-1/0),r=T(t,"max",
1/0);return D(t,s,a),{run:()=>{let n=a.data,o=s.data;for(let i=0;i<n.length;i++)n[i]=o[i]<e?e:o[i]>r?r:o[i]}}}function ne(t){let s=M(t,"self"),{out:a}=t;if(D(t,
s,a),s.type===a.type)return{alias:s};let e=a.type==="i"&&s.type!=="b",r=a.type==="b";return{run:()=>{let n=a.data,o=s.data;if(r)for(let i=0;i<n.length;i++)n[i]=
o[i]!==0?1:0;else if(e)for(let i=0;i<n.length;i++)n[i]=Math.trunc(o[i]);else n.set(o)}}}function $a(t){let[s,a,e]=["self","end","weight"].map(c=>at(t,c)),{out:r}=t;
st(t,[s,a,e]);let n=[s,a,e].map(c=>Z(c.shape,r.shape)),[o,i,l]=n.map(c=>c.at(-1)??0),f=r.shape.at(-1)??1;return{run:et(r.shape,n,[0,0,0],(c,p)=>{for(let h=0;h<f;h++){
let u=s.data[p[0]+h*o],m=a.data[p[1]+h*i],g=e.data[p[2]+h*l];r.data[c+h]=g<.5?u+g*(m-u):m-(m-u)*(1-g)}})}}function _a(t,s){let[a,e,r]=["self","tensor1","tensor2"].
map(u=>at(t,u)),{out:n}=t,{shape:o}=n;st(t,[a,e,r]),T(t,"value",1)!==1&&v(t,"has a factor, which is not available");let i=o.at(-1)??1,l=o[0];if(s.simd&&o.length===
4&&e.size===n.size&&a.size===l*i&&r.size===a.size&&a.shape.length===4){let u=o[1]*o[2];return{run:()=>{for(let m=0;m<l;m++)s.kernels.addcmul(a.data.byteOffset+m*
i*4,e.data.byteOffset+m*u*i*4,r.data.byteOffset+m*i*4,n.data.byteOffset+m*u*i*4,u,i)}}}let f=[a,e,r].map(u=>Z(u.shape,o)),[c,p,h]=f.map(u=>u.at(-1)??0);return{run:et(
o,f,[0,0,0],(u,m)=>{let g=n.data,d=a.data,b=e.data,y=r.data;for(let z=0,$=m[0],k=m[1],x=m[2];z<i;z++,$+=c,k+=p,x+=h)g[u+z]=d[$]+b[k]*y[x]})}}function oe(t,s){let a=M(
t,"self"),{out:e}=t;return st(t,[a]),a.size===e.size?{alias:a}:it(s,e,a,Z(a.shape,e.shape),0)}var ce={...Object.fromEntries(Object.keys(ie).map(t=>[t,ba(t)])),...Object.
fromEntries(Object.keys(fe).map(t=>[t,dt(t)])),bitwise_and:dt("__and__"),bitwise_or:dt("__or__"),logical_and:dt("__and__"),logical_or:dt("__or__"),where:za,masked_fill:va,
clamp:re,clamp_min:re,_to_copy:ne,to:ne,lerp:$a,addcmul:_a,expand:oe,expand_as:oe};function ue(t,s,a,e,r,n){let o=s.shape.length,i=R(s.shape),{shape:l}=a,f=s.shape[e],c=i[e];(l.length!==o||l.some((h,u)=>u!==e&&h>s.shape[u]))&&v(t,`has an index\
 of shape ${l.join(" x ")} for ${s.shape.join(" x ")}`);let p=new Int32Array(o);return()=>{p.fill(0);let h=0,u=0;for(let m=0;m<a.size;m++){let g=a.data[m];g>=0&&
g<f||v(t,`has the index ${g} of ${f}`),n(m,h+g*c,u);for(let d=o-1;d>=0&&(d!==e&&(h+=i[d]),u+=r[d],!(++p[d]<l[d]));d--)d!==e&&(h-=i[d]*l[d]),u-=r[d]*l[d],p[d]=0}}}
function Oa(t,s){let a=M(t,"self"),e=M(t,"index"),r=q(t,"dim",a.shape.length),{out:n}=t;if(D(t,e,n),s.simd&&a.type==="f"&&n.type==="f"&&e.type==="i"&&e.shape.length===
a.shape.length&&e.shape.every((o,i)=>i===r||o===a.shape[i])){let o=L(a.shape.slice(0,r)),i=L(a.shape.slice(r+1)),l=a.shape[r],f=e.shape[r];return{run:()=>{s.kernels.
gather(a.data.byteOffset,e.data.byteOffset,n.data.byteOffset,o,l,f,i)&&v(t,`has an index outside of 0 to ${l-1}`)}}}return{run:ue(t,a,e,r,R(e.shape),(o,i)=>{n.data[o]=
a.data[i]})}}function pe(t){let s=M(t,"self"),a=M(t,"index"),e=q(t,"dim",s.shape.length),{out:r}=t,n=t.op==="scatter_add",o=t.args.src==null?at(t,"value"):M(t,"\
src"),i=o.shape.length===0;D(t,s,r),!i&&a.shape.some((c,p)=>c>o.shape[p])&&v(t,"has fewer values than indices");let l=i?a.shape.map(()=>0):R(o.shape),f=ue(t,s,a,
e,l,(c,p,h)=>{r.data[p]=n?r.data[p]+o.data[h]:o.data[h]});return{run:()=>{r.data.set(s.data),f()}}}function he(t){let s=t.op==="embedding",a=M(t,s?"weight":"sel\
f"),e=M(t,s?"indices":"index"),r=s?0:q(t,"dim",a.shape.length),n=L(a.shape.slice(r+1)),o=a.shape[r],i=L(a.shape.slice(0,r)),{out:l}=t;return l.size!==i*e.size*n&&
v(t,"has an output of another size"),{run:()=>{for(let f=0,c=0;f<i;f++)for(let p=0;p<e.size;p++){let h=e.data[p];h>=0&&h<o||v(t,`has the index ${h} of ${o}`);let u=(f*
o+h)*n;for(let m=0;m<n;m++)l.data[c++]=a.data[u+m]}}}}function Aa(t){let s=M(t,"self"),{out:a}=t,e=t.args.indices;Array.isArray(e)||v(t,"has no list indices");let r=e.
filter(d=>ot(d)),n=e.findIndex(d=>ot(d)),o=n+r.length;(n<0||e.slice(n).some((d,b)=>b<r.length&&!ot(d))||r.some(d=>d.type==="b"))&&v(t,"has indices that are not \
available: give positions for neighbouring axes");let i=Math.max(...r.map(d=>d.shape.length)),l=Array.from({length:i},(d,b)=>Math.max(...r.map(y=>y.shape[b-i+y.
shape.length]??1))),f=r.map(d=>Z(d.shape,l)),c=R(s.shape),p=L(l),h=R(l),u=L(s.shape.slice(0,n)),m=L(s.shape.slice(o)),g=L(s.shape.slice(n));return u*p*m!==a.size&&
v(t,"has an output of another size"),{run:()=>{for(let d=0,b=0;d<u;d++)for(let y=0;y<p;y++){let z=d*g;for(let $=0;$<r.length;$++){let k=0;for(let A=0;A<i;A++)k+=
Math.floor(y/h[A])%l[A]*f[$][A];let x=r[$].data[k],w=s.shape[n+$],O=x<0?x+w:x;O>=0&&O<w||v(t,`has the index ${x} of ${w}`),z+=O*c[n+$]}for(let $=0;$<m;$++)a.data[b++]=
s.data[z+$]}}}}function Ma(t){let s=M(t,"sorted_sequence"),a=M(t,"self"),{out:e}=t,r=s.shape.at(-1)??1,n=a.shape.at(-1)??1,o=s.shape.length===1,i=!!t.args.right||
t.args.side==="right";return D(t,a,e),!o&&s.size/r!==a.size/n&&v(t,"has other rows of sorted values than of values"),t.args.sorter!=null&&v(t,"has a sorter, whi\
ch is not available"),{run:()=>{for(let l=0;l<a.size;l++){let f=o?0:Math.floor(l/n)*r,c=a.data[l],p=0,h=r;for(;p<h;){let u=p+h>>1,m=s.data[f+u];(i?m<=c:m<c)?p=u+
1:h=u}e.data[l]=p}}}}function Lt(t){let s=M(t,"self"),a=s.shape.length,e=q(t,"dim",a,-1),r=s.shape[e]??1,n=R(s.shape)[e]??1,o=t.op==="topk",i=o?T(t,"k"):r,l=o?T(
t,"largest",1)!==0:T(t,"descending",0)!==0,f=t.op==="argsort"?null:t.parts[0],c=t.op==="argsort"?t.out:t.parts[1],p=l?-1:1,h=s.size/Math.max(1,r*n);return(!(i<=
r)||(f??c)?.size!==h*i*n)&&v(t,`keeps ${i} of ${r}`),{run:()=>{for(let u=0;u<h;u++)for(let m=0;m<n;m++){let g=u*r*n+m,d=Array.from({length:r},(b,y)=>y).sort((b,y)=>p*
(s.data[g+b*n]-s.data[g+y*n])||b-y);for(let b=0,y=u*i*n+m;b<i;b++,y+=n)f&&(f.data[y]=s.data[g+d[b]*n]),c&&(c.data[y]=d[b])}}}}var me={gather:Oa,scatter:pe,scatter_add:pe,
index_select:he,embedding:he,index:Aa,searchsorted:Ma,argsort:Lt,sort:Lt,topk:Lt};function ja(t){let s=M(t,"self");return D(t,s,t.out),{alias:s}}function Rt(t,s){let a=M(t,"self"),e=a.shape.length,r=a.shape.map((o,i)=>i);if(t.op==="permute")H(
t,"dims").forEach((o,i)=>r[i]=ht(o,e));else if(t.op==="t")r.reverse();else{let o=q(t,"dim0",e),i=q(t,"dim1",e);[r[o],r[i]]=[r[i],r[o]]}if((new Set(r).size!==e||
r.some(o=>!(o>=0&&o<e)))&&v(t,`has the axes ${r.join(", ")}`),D(t,a,t.out),r.filter(o=>a.shape[o]>1).every((o,i,l)=>i===0||l[i-1]<o))return{alias:a};let n=R(a.shape);
return it(s,t.out,a,r.map(o=>n[o]),0)}function we(t,s,a,e,r,n,o){let i=R(s.shape);return L(s.shape.slice(0,e))===1&&n[e]===i[e]?{alias:s,shift:r*i[e]}:it(t,a,s,
n,r*i[e],o)}function Sa(t,s){let a=M(t,"self"),e=q(t,"dim",a.shape.length),r=T(t,"index"),n=r<0?r+a.shape[e]:r;(!(n>=0&&n<a.shape[e])||t.out.size*a.shape[e]!==a.
size)&&v(t,`takes element ${r} of ${a.shape[e]}`);let o=a.shape.map((i,l)=>l===e?1:i);return we(s,a,t.out,e,n,R(a.shape),o)}function Ea(t,s){let a=M(t,"self"),e=q(
t,"dim",a.shape.length,0),r=a.shape[e],n=T(t,"step",1),o=T(t,"start",0);o=Math.min(r,Math.max(0,o<0?o+r:o));let i=t.out.shape[e];return t.out.size===0?{run:()=>{}}:
((n<1||o+(i-1)*n>=r||t.out.size*r!==a.size*i)&&v(t,`takes ${i} elements from ${o} of ${r}`),we(s,a,t.out,e,o,R(a.shape).map((l,f)=>f===e?l*n:l),t.out.shape))}function _t(t,s){
let a=M(t,"self"),e=a.shape.length,r=q(t,"dim",e,0),n=R(a.shape),o=t.op==="unbind",i=0,l=t.parts.map(f=>{if(f===null)return{};let c=o?1:f.shape[r],p=a.shape.map(
(h,u)=>u===r?c:h);return(i+c>a.shape[r]||L(p)!==f.size)&&v(t,`is cut into more than the ${a.shape[r]} there are`),i+=c,it(s,f,a,n,(i-c)*n[r],p)});return Ft(l)}function de(t,s){
let a=ft(t,"tensors").filter(l=>l.size>0),{out:e}=t,r=q(t,"dim",e.shape.length,0),n=R(e.shape),o=0,i=a.map(l=>{let f=t.op==="stack"?[...l.shape.slice(0,r),1,...l.
shape.slice(r)]:l.shape;(f.length!==e.shape.length||f.some((p,h)=>h!==r&&p!==e.shape[h]))&&v(t,`cannot join ${f.join(" x ")} to ${e.shape.join(" x ")}`);let c=$t(
s,e,l,n,o*n[r],f);return o+=f[r],c});return o!==e.shape[r]&&v(t,`joins ${o} of ${e.shape[r]}`),Ft(i)}function ye(t){let s=M(t,"self"),{out:a}=t,e=H(t,"pad"),r=s.
shape.length,n=T(t,"value",0);t.args.mode!=null&&t.args.mode!=="constant"&&v(t,`pads with ${String(t.args.mode)}, which is not available`);let o=s.shape.map((d,b)=>e[2*
(r-1-b)]??0),i=s.shape.map((d,b)=>e[2*(r-1-b)+1]??0);s.shape.some((d,b)=>d+o[b]+i[b]!==a.shape[b])&&v(t,`pads ${s.shape.join(" x ")} to ${a.shape.join(" x ")}`);
let l=s.shape.map((d,b)=>d+Math.min(0,o[b])+Math.min(0,i[b])),f=R(s.shape),c=R(a.shape),p=o.reduce((d,b,y)=>d+Math.max(0,-b)*f[y],0),h=o.reduce((d,b,y)=>d+Math.
max(0,b)*c[y],0),u=L(l.slice(0,-1)),m=l.at(-1)??1,g=new Int32Array(r);return{run:()=>{a.data.fill(n),g.fill(0);for(let d=0;d<u;d++){let b=p,y=h;for(let z=0;z<r-
1;z++)b+=g[z]*f[z],y+=g[z]*c[z];for(let z=0;z<m;z++)a.data[y+z]=s.data[b+z];for(let z=r-2;z>=0&&!(++g[z]<l[z]);z--)g[z]=0}}}}function Ia(t,s){let a=M(t,"self"),
{out:e}=t,r=H(t,"repeats"),n=r.length-a.shape.length,o=r.flatMap((l,f)=>[l,a.shape[f-n]??1]),i=r.flatMap((l,f)=>[1,a.shape[f-n]??1]);return L(o)!==e.size&&v(t,"\
repeats to another size"),it(s,e,a,Z(i,o),0,o)}function Fa(t,s){let a=M(t,"self"),e=R(a.shape),r=0;D(t,a,t.out);for(let n of H(t,"dims")){let o=ht(n,a.shape.length);
o in e||v(t,`has axis ${n} of ${a.shape.length}`),r+=(a.shape[o]-1)*e[o],e[o]=-e[o]}return it(s,t.out,a,e,r)}function ge(t){let s=M(t,"self"),{out:a}=t,e=T(t,"d\
iagonal",0),r=a.shape.at(-1)??1,n=a.shape.at(-2)??1,o=t.op==="tril";return D(t,s,a),{run:()=>{for(let i=0;i<a.size;i++){let l=i%r-Math.floor(i/r)%n-e;a.data[i]=
(o?l<=0:l>=0)?s.data[i]:0}}}}var yt=t=>s=>(s.out.constant=!0,{run:()=>t(s,s.out.data)}),Wt=yt((t,s)=>s.fill(0)),Ut=yt((t,s)=>s.fill(1)),Pt=yt((t,s)=>s.fill(T(t,
"fill_value"))),be={...Object.fromEntries(["view","_unsafe_view","reshape","flatten","unflatten","unsqueeze","squeeze","clone","detach","alias","contiguous","li\
ft_fresh_copy"].map(t=>[t,ja])),dropout:t=>({alias:M(t,"input")}),permute:Rt,transpose:Rt,t:Rt,select:Sa,slice:Ea,split:_t,split_with_sizes:_t,chunk:_t,unbind:_t,
cat:de,stack:de,pad:ye,constant_pad_nd:ye,repeat:Ia,flip:Fa,tril:ge,triu:ge,zeros:Wt,zeros_like:Wt,new_zeros:Wt,ones:Ut,ones_like:Ut,new_ones:Ut,full:Pt,full_like:Pt,
new_full:Pt,arange:yt((t,s)=>{for(let a=0;a<s.length;a++)s[a]=T(t,"start",0)+a*T(t,"step",1)}),eye:yt((t,s)=>{s.fill(0);for(let a=0;a<s.length;a+=t.out.shape[1]+
1)s[a]=1})};function Na(t,s,a,e,r,n,o,i,l,f,c){let p=c&-4;for(let h=0;h<p;h+=4){let u=a?a[o+h]:0,m=a?a[o+h+1]:0,g=a?a[o+h+2]:0,d=a?a[o+h+3]:0,b=0;for(;b+1<l;b+=2){let y=u,z=m,
$=g,k=d,x=u,w=m,O=g,A=d;for(let _=0,I=r+b*f,F=I+f,N=n+h;_<f;_++,I++,F++,N+=c){let B=t[I],j=t[F],U=s[N],P=s[N+1],W=s[N+2],C=s[N+3];y+=B*U,z+=B*P,$+=B*W,k+=B*C,x+=
j*U,w+=j*P,O+=j*W,A+=j*C}let S=i+b*c+h,E=S+c;e[S]=y,e[S+1]=z,e[S+2]=$,e[S+3]=k,e[E]=x,e[E+1]=w,e[E+2]=O,e[E+3]=A}if(b<l){let y=u,z=m,$=g,k=d;for(let w=0,O=r+b*f,
A=n+h;w<f;w++,O++,A+=c){let S=t[O];y+=S*s[A],z+=S*s[A+1],$+=S*s[A+2],k+=S*s[A+3]}let x=i+b*c+h;e[x]=y,e[x+1]=z,e[x+2]=$,e[x+3]=k}}for(let h=p;h<c;h++)for(let u=0;u<
l;u++){let m=a?a[o+h]:0;for(let g=0;g<f;g++)m+=t[r+u*f+g]*s[n+g*c+h];e[i+u*c+h]=m}}function wt(t,s,a,e,r,{groups:n,R:o,K:i,N:l,turned:f,shared:c}){let{out:p}=t,
{probe:h}=s,u=c.w?1:n,m=r!==null&&r.size>l;if((p.size!==n*o*l||a.size!==(c.x?1:n)*o*i||e.size!==u*i*l)&&v(t,`cannot multiply ${a.shape.join(" x ")} by ${e.shape.
join(" x ")}`),r&&r.size!==l&&r.size!==n*l&&v(t,`adds ${r.shape.join(" x ")} to ${p.shape.join(" x ")}`),h&&[a,e,p,r].every(y=>y===null||y.type==="f")){let y=h.
packed_size(i,l),z=s.scratch([u*y],"f",e.constant),$=()=>{for(let x=0;x<u;x++)s.kernels.pack(e.data.byteOffset+x*i*l*4,z.data.byteOffset+x*y*4,i,l,f?1:l,f?i:1)},
k=()=>{for(let x=0;x<n;x++)s.kernels.linear(a.data.byteOffset+(c.x?0:x*o*i*4),z.data.byteOffset+(c.w?0:x*y*4),r?r.data.byteOffset+(m?x*l*4:0):0,p.data.byteOffset+
x*o*l*4,o,i,l)};return e.constant?{once:$,run:k}:{run:()=>{$(),k()}}}let g=f?s.scratch([u*i*l],"f",e.constant):e,d=()=>{let y=e.data,z=g.data;if(f)for(let $=0;$<
u;$++)for(let k=0;k<i;k++)for(let x=0;x<l;x++)z[($*i+k)*l+x]=y[$*i*l+x*i+k]},b=()=>{for(let y=0;y<n;y++)Na(a.data,g.data,r?r.data:null,p.data,c.x?0:y*o*i,c.w?0:
y*i*l,m?y*l:0,y*o*l,o,i,l)};return e.constant?{once:d,run:b}:{run:()=>{d(),b()}}}function Ba(t,s){let a=M(t,"input"),e=M(t,"weight"),r=a.shape.at(-1)??1,n=e.shape[0];
return(e.shape.length!==2||e.shape[1]!==r)&&v(t,`cannot multiply ${a.shape.join(" x ")} by ${e.shape.join(" x ")}`),wt(t,s,a,e,Y(t,"bias"),{groups:1,R:a.size/Math.
max(1,r),K:r,N:n,turned:!0,shared:{x:!1,w:!1}})}function gt(t,s){let a=t.op==="baddbmm"||t.op==="addmm";a&&(T(t,"beta",1)!==1||T(t,"alpha",1)!==1)&&v(t,"has fac\
tors, which are not available");let e=M(t,t.op==="baddbmm"?"batch1":t.op==="addmm"?"mat1":"self"),r=M(t,t.op==="baddbmm"?"batch2":t.op==="matmul"?"other":"mat2"),
n=a?M(t,"self"):null,o=e.shape.at(-1)??1,i=r.shape.at(-1)??1;(e.shape.length<2||r.shape.length<2||r.shape.at(-2)!==o)&&v(t,`cannot multiply ${e.shape.join(" x ")}\
 by ${r.shape.join(" x ")}`);let l=L(e.shape.slice(0,-2)),f=L(r.shape.slice(0,-2)),c=e.shape.at(-2)??1;return n&&(n.shape.at(-1)!==i||n.shape.length>1&&n.shape.
at(-2)!==1)&&v(t,`adds ${n.shape.join(" x ")} to ${t.out.shape.join(" x ")}, expected one row per product`),f===1?wt(t,s,e,r,n,{groups:1,R:l*c,K:o,N:i,turned:!1,
shared:{x:!1,w:!1}}):(l!==f&&l!==1&&v(t,`has ${l} matrices on the left and ${f} on the right`),wt(t,s,e,r,n,{groups:f,R:c,K:o,N:i,turned:!1,shared:{x:l===1,w:!1}}))}
function Ta(t){let{equation:s}=t.args,a=ft(t,"tensors"),{out:e}=t;(typeof s!="string"||!/^[a-zA-Z]*(,[a-zA-Z]*)*->[a-zA-Z]*$/.test(s.replaceAll(" ","")))&&v(t,"\
has an equation that is not available");let[r,n]=s.replaceAll(" ","").split("->"),o=r.split(","),i={};o.length!==a.length&&v(t,`has ${a.length} arrays for ${s}`),
o.forEach((y,z)=>{y.length!==a[z].shape.length&&v(t,`has ${a[z].shape.length} axes for ${y}`),[...y].forEach(($,k)=>{let x=a[z].shape[k];(i[$]??x)!==x&&v(t,`has\
 two sizes for ${$}`),i[$]=x})});let l=[...n],f=Object.keys(i).filter(y=>!l.includes(y)),c=[...l,...f],p=c.map(y=>i[y]);(p.some(y=>y===void 0)||L(l.map(y=>i[y]))!==
e.size)&&v(t,"has an output of another size");let h=o.map((y,z)=>{let $=R(a[z].shape);return c.map(k=>[...y].reduce((x,w,O)=>w===k?x+$[O]:x,0))}),u=L(f.map(y=>i[y])),
m=p.length,g=new Int32Array(m),d=new Int32Array(a.length),b=e.size*u;return{run:()=>{g.fill(0),d.fill(0);for(let y=0,z=-1,$=0;y<b;y++){y%u===0&&(z>=0&&(e.data[z]=
$),z++,$=0);let k=1;for(let x=0;x<a.length;x++)k*=a[x].data[d[x]];$+=k,y===b-1&&(e.data[z]=$);for(let x=m-1;x>=0;x--){for(let w=0;w<a.length;w++)d[w]+=h[w][x];if(++g[x]<
p[x])break;for(let w=0;w<a.length;w++)d[w]-=h[w][x]*p[x];g[x]=0}}}}}function La(t,s){let[a,e,r]=["query","key","value"].map(k=>M(t,k)),n=Y(t,"attn_mask"),o=!!t.
args.is_causal,{out:i}=t,l=a.shape.at(-1)??1,f=a.shape.at(-2)??1,c=e.shape.at(-2)??1,p=r.shape.at(-1)??1,h=a.shape.slice(0,-2),u=L(h);(t.args.enable_gqa||e.shape.
at(-1)!==l||r.shape.at(-2)!==c||e.size!==u*c*l||r.size!==u*c*p||i.size!==u*f*p)&&v(t,`has queries ${a.shape.join(" x ")}, keys ${e.shape.join(" x ")}, values ${r.
shape.join(" x ")}`);let m=[...h,f,c],g=T(t,"scale",1/Math.sqrt(l)),d=new Float64Array(c),b=R(h);n&&st({...t,out:{...i,shape:m}},[n]);let y=n?Z(n.shape,m):m.map(
()=>0),z=y.at(-2)??0,$=y.at(-1)??0;if(s.probe&&[a,e,r,i].every(k=>k.type==="f")&&(n===null||n.type==="b"||n.type==="f")){let k=s.scratch([s.probe.attention_scratch(
f,c,l,p)],"f"),x=Array.from({length:u},(w,O)=>h.reduce((A,S,E)=>A+Math.floor(O/b[E])%S*y[E],0));return{run:()=>{for(let w=0;w<u;w++){let O=n?.type==="b"?n.data.
byteOffset+x[w]:0,A=n?.type==="f"?n.data.byteOffset+x[w]*4:0;s.kernels.attention(a.data.byteOffset+w*f*l*4,e.data.byteOffset+w*c*l*4,r.data.byteOffset+w*c*p*4,O,
A,z,$,i.data.byteOffset+w*f*p*4,k.data.byteOffset,f,c,l,p,g,o?1:0)}}}}return{run:()=>{let k=a.data,x=e.data,w=r.data,O=i.data,A=n?.data;for(let S=0;S<u;S++){let E=0;
for(let _=0;_<h.length;_++)E+=Math.floor(S/b[_])%h[_]*y[_];for(let _=0;_<f;_++){let I=-1/0,F=0,N=(S*f+_)*l,B=(S*f+_)*p;for(let j=0;j<c;j++){let U=A?A[E+_*z+j*$]:
1;if(o&&j>_||n?.type==="b"&&!U){d[j]=-1/0;continue}let P=0;for(let W=0,C=(S*c+j)*l;W<l;W++)P+=k[N+W]*x[C+W];d[j]=P*g+(n&&n.type!=="b"?U:0),d[j]>I&&(I=d[j])}for(let j=0;j<
c;j++)F+=d[j]=d[j]===-1/0?0:Math.exp(d[j]-I);for(let j=0;j<p;j++)O[B+j]=0;for(let j=0;j<c;j++){if(d[j]===0)continue;let U=d[j]/F;for(let P=0,W=(S*c+j)*p;P<p;P++)
O[B+P]+=U*w[W+P]}}}}}}var xe={linear:Ba,bmm:gt,baddbmm:gt,matmul:gt,mm:gt,addmm:gt,einsum:Ta,scaled_dot_product_attention:La};var bt=t=>1/(1+Math.exp(-t)),ze={gru:{gates:3,cell(t,s,a,e,r,n,o,i){let l=bt(t[s]+a[e]),f=bt(t[s+i]+a[e+i]),c=Math.tanh(t[s+2*i]+l*a[e+2*i]);r[o]=(1-f)*c+f*r[o]}},
lstm:{gates:4,cell(t,s,a,e,r,n,o,i){let l=bt(t[s]+a[e]),f=bt(t[s+i]+a[e+i]),c=Math.tanh(t[s+2*i]+a[e+2*i]),p=bt(t[s+3*i]+a[e+3*i]);n[o]=f*n[o]+l*c,r[o]=p*Math.tanh(
n[o])}},rnn_tanh:{gates:1,cell:(t,s,a,e,r,n,o)=>{r[o]=Math.tanh(t[s]+a[e])}},rnn_relu:{gates:1,cell:(t,s,a,e,r,n,o)=>{r[o]=Math.max(0,t[s]+a[e])}}};function ke(t,s,a,e,r){
for(let n=0;n<a;n++)for(let o=0;o<e;o++)s.data.set(t.data.subarray((n*e+o)*r,(n*e+o+1)*r),(o*a+n)*r)}function Ra(t,s){let{gates:a,cell:e}=ze[t.op],r=M(t,"input"),
n=t.op==="lstm",[o,i,l]=t.parts,f=n?ft(t,"hx"):[M(t,"hx")],c=ft(t,"params"),p=T(t,"num_layers"),h=T(t,"bidirectional")?2:1,u=!!T(t,"batch_first"),m=T(t,"has_bia\
ses")?4:2,g=r.type;T(t,"train")&&T(t,"dropout")&&v(t,"has dropout of a training"),(r.shape.length!==3||!o||!i||n&&(!l||f.length!==2))&&v(t,"has no sequences, st\
ates and outputs of a recurrent layer"),(!(Number.isInteger(p)&&p>=1)||c.length!==p*h*m)&&v(t,`has ${c.length} arrays of weights, expected ${p*h*m}; a projectio\
n is not available`);let[d,b]=u?r.shape:[r.shape[1],r.shape[0]],y=f[0].shape.at(-1)??0,z=o;G(t,z,[...u?[d,b]:[b,d],h*y],"an output");for(let[S,E]of[...f.map(_=>[
_,"an initial state"]),[i,"a last state"],...n?[[l,"a last cell"]]:[]])G(t,S,[p*h,d,y],E);let $=[],k=[],x=(S,E,_,I,F)=>{G(t,E,[a*y,F],"weights"),_&&G(t,_,[a*y],
"a bias");let N=s.scratch([I,a*y],g),B=wt({...t,out:N},s,S,E,_,{groups:1,R:I,K:F,N:a*y,turned:!0,shared:{x:!1,w:!1}});return $.push(B),Object.assign(N,{run:()=>B.
run?.()})},w=r,O=r.shape[2];if(u){w=s.scratch([b,d,O],g);let S=w,E=O;k.push(()=>ke(r,S,d,b,E))}for(let S=0;S<p;S++){let E=s.scratch([b,d,h*y],g);for(let _=0;_<h;_++){
let I=(S*h+_)*m,[F,N,B=null,j=null]=c.slice(I,I+m),U=(S*h+_)*d*y,P=s.scratch([d,y],g),W=n?s.scratch([d,y],g):P,C=x(w,F,B,b*d,O),V=x(P,N,j,d,y);k.push(()=>{C.run(),
P.data.set(f[0].data.subarray(U,U+d*y)),n&&W.data.set(f[1].data.subarray(U,U+d*y));for(let Q=0;Q<b;Q++){let kt=_?b-1-Q:Q;V.run();for(let tt=0;tt<d;tt++){for(let nt=0;nt<
y;nt++)e(C.data,(kt*d+tt)*a*y+nt,V.data,tt*a*y+nt,P.data,W.data,tt*y+nt,y);E.data.set(P.data.subarray(tt*y,(tt+1)*y),(kt*d+tt)*h*y+_*y)}}i?.data.set(P.data,U),n&&
l?.data.set(W.data,U)})}[w,O]=[E,h*y]}let A=w;return k.push(()=>u?ke(A,z,b,d,h*y):z.data.set(A.data)),{once:()=>$.forEach(S=>S.once?.()),run:()=>k.forEach(S=>S())}}
var ve=Object.fromEntries(Object.keys(ze).map(t=>[t,Ra]));var Oe={sum:{start:0,fold:(t,s)=>t+s},mean:{start:0,fold:(t,s)=>t+s},prod:{start:1,fold:(t,s)=>t*s},any:{start:0,fold:(t,s)=>t||s?1:0},all:{start:1,fold:(t,s)=>t&&
s?1:0},amax:{start:-1/0,fold:Math.max},amin:{start:1/0,fold:Math.min}},Wa=["sum","mean","amax","amin","prod"],Ae=t=>(s,a)=>{let e=M(s,"self"),{out:r}=s,n=e.shape.
length,{start:o,fold:i}=Oe[t],l=H(s,"dim",e.shape.map((k,x)=>x)),f=new Set((l.length?l:e.shape.map((k,x)=>x)).map(k=>ht(k,n))),c=e.shape.map((k,x)=>f.has(x)?1:k),
p=e.size/Math.max(1,L(c));L(c)!==r.size&&v(s,`reduces ${e.shape.join(" x ")} to ${r.shape.join(" x ")}`);let h=R(c).map((k,x)=>f.has(x)?0:k),u=new Float64Array(
r.size),m=e.shape.at(-1)??1,g=h.at(-1)??0,d=Math.min(...f),b=Math.max(...f),y=f.size>0&&b-d+1===f.size,z=Wa.indexOf(t);if(a.simd&&y&&z>=0&&e.type==="f"&&r.type===
"f"&&e.size>0){let k=L(e.shape.slice(0,d)),x=L(e.shape.slice(b+1));return{run:()=>a.kernels.reduce(z,e.data.byteOffset,r.data.byteOffset,k,p,x)}}let $=et(e.shape,
[h],[0],(k,x)=>{let w=e.data,O=x[0];if(g===0){let A=u[O];for(let S=0;S<m;S++)A=i(A,w[k+S]);u[O]=A}else for(let A=0;A<m;A++)u[O+A]=i(u[O+A],w[k+A])});return{run:()=>{
u.fill(o),$();for(let k=0;k<r.size;k++)r.data[k]=t==="mean"?u[k]/p:u[k]}}},Ot=(t,s)=>(a,e)=>{let r=M(a,"self"),n=r.shape.length,o=a.args.dim==null,i=t==="max"?1:
-1;if(!s&&o)return Ae(t==="max"?"amax":"amin")(a,e);let l=o?0:q(a,"dim",n),f=o?r.size:r.shape[l],c=o?1:R(r.shape)[l],p=r.size/Math.max(1,f*c),h=s?null:a.parts[0],
u=s?a.out:a.parts[1];return(u??h)?.size!==p*c&&v(a,"has an output of another size"),{run:()=>{for(let m=0;m<p;m++)for(let g=0;g<c;g++){let d=0,b=m*f*c+g;for(let y=1;y<
f;y++)i*r.data[b+y*c]>i*r.data[b+d*c]&&(d=y);h&&(h.data[m*c+g]=r.data[b+d*c]),u&&(u.data[m*c+g]=d)}}}};function $e(t,s){let a=M(t,"self"),e=q(t,"dim",a.shape.length),
r=R(a.shape)[e]??1,n=a.shape[e]??1,o=t.op==="cummax",i=o?t.parts[0]:t.out,l=o?t.parts[1]:null,f=a.size/Math.max(1,n*r);return i&&i.size!==a.size&&v(t,"has an ou\
tput of another size"),s.simd&&i&&!l&&a.type==="f"&&i.type==="f"?{run:()=>s.kernels.running(o?2:0,a.data.byteOffset,i.data.byteOffset,f,n,r)}:{run:()=>{for(let c=0;c<
f;c++)for(let p=0;p<r;p++){let h=o?-1/0:0,u=0;for(let m=0,g=c*n*r+p;m<n;m++,g+=r)o?a.data[g]>=h&&(h=a.data[g],u=m):h+=a.data[g],i&&(i.data[g]=h),l&&(l.data[g]=u)}}}}
function Ct(t,s){let a=M(t,"self"),{out:e}=t,r=q(t,"dim",a.shape.length),n=a.shape[r]??1,o=R(a.shape)[r]??1,i=t.op.endsWith("log_softmax");D(t,a,e);let l=a.size/
Math.max(1,n*o);return s.simd&&!i&&o===1&&a.type==="f"&&e.type==="f"?{run:()=>s.kernels.softmax(a.data.byteOffset,e.data.byteOffset,l,n)}:{run:()=>{let f=e.data,
c=a.data;for(let p=0;p<l;p++)for(let h=0;h<o;h++){let u=p*n*o+h,m=u+n*o,g=-1/0,d=0;for(let y=u;y<m;y+=o)c[y]>g&&(g=c[y]);for(let y=u;y<m;y+=o)d+=Math.exp(c[y]-g);
let b=Math.log(d);for(let y=u;y<m;y+=o)f[y]=i?c[y]-g-b:Math.exp(c[y]-g)/d}}}}function _e(t,s){let a=M(t,"input"),{out:e}=t,r=t.op==="layer_norm",n=H(t,"normaliz\
ed_shape"),o=L(n),i=Y(t,"weight"),l=r?Y(t,"bias"):null,f=T(t,"eps",r?1e-5:11920928955078125e-23);D(t,a,e),(!(o>0)||n.some((p,h)=>p!==a.shape.at(h-n.length)))&&v(
t,`normalises ${n.join(" x ")} of ${a.shape.join(" x ")}`);for(let p of[i,l])p&&G(t,p,n,"a weight");let c=a.size/o;return s.simd&&a.type==="f"?{run:()=>s.kernels.
layer_norm(a.data.byteOffset,i?.data.byteOffset??0,l?.data.byteOffset??0,e.data.byteOffset,c,o,f,r?1:0)}:{run:()=>{let p=e.data,h=a.data;for(let u=0;u<c*o;u+=o){
let m=0,g=0;if(r){for(let b=0;b<o;b++)m+=h[u+b];m/=o}for(let b=0;b<o;b++)g+=(h[u+b]-m)**2;let d=1/Math.sqrt(g/o+f);for(let b=0;b<o;b++)p[u+b]=(h[u+b]-m)*d*(i?i.
data[b]:1)+(l?l.data[b]:0)}}}}function Ua(t,s){let a=M(t,"self"),{out:e}=t,r=a.shape.length,n=T(t,"ord",2),o=n===1/0;n!==2&&!o&&v(t,`is a norm of order ${n}, wh\
ich is not available`);let i=new Set(H(t,"dim",a.shape.map((m,g)=>g)).map(m=>ht(m,r))),l=a.shape.map((m,g)=>i.has(g)?1:m);L(l)!==e.size&&v(t,"has an output of a\
nother size");let f=R(l).map((m,g)=>i.has(g)?0:m),c=new Float64Array(e.size),p=a.shape.at(-1)??1,h=f.at(-1)??0;if(s.simd&&!o&&i.size===1&&i.has(r-1)&&a.type==="\
f"&&e.type==="f")return{run:()=>s.kernels.norm(a.data.byteOffset,e.data.byteOffset,e.size,p)};let u=et(a.shape,[f],[0],(m,g)=>{for(let d=0,b=g[0];d<p;d++,b+=h)c[b]=
o?Math.max(c[b],Math.abs(a.data[m+d])):c[b]+a.data[m+d]**2});return{run:()=>{c.fill(0),u();for(let m=0;m<e.size;m++)e.data[m]=o?c[m]:Math.sqrt(c[m])}}}var Me={...Object.
fromEntries(Object.keys(Oe).map(t=>[t,Ae(t)])),max:Ot("max",!1),min:Ot("min",!1),argmax:Ot("max",!0),argmin:Ot("min",!0),cumsum:$e,cummax:$e,softmax:Ct,_softmax:Ct,
log_softmax:Ct,layer_norm:_e,rms_norm:_e,linalg_vector_norm:Ua};function Gt(t,s,a,e){(s.shape.length!==e+2||a.shape.length!==e+2)&&v(t,`has the shape ${s.shape.join(" x ")}, expected batch, channel and ${e===1?"a time axis":
"two axes"}`);let r=n=>e===1?[1,n.shape[2]]:[n.shape[2],n.shape[3]];return{outer:s.shape.slice(0,2),in:r(s),out:r(a),axes:e}}function lt(t,s,{axes:a},e,r){let n=H(
t,s),o=n.length||!r?n:r,i=o.length===1&&a===2?[o[0],o[0]]:o;return(i.length<a||!i.every(l=>Number.isInteger(l)&&l>=0))&&v(t,`has ${s} ${JSON.stringify(n)}`),a===
1?[e,i[i.length-1]]:[i[0],i[1]]}function je(t){let s=M(t,"input"),a=M(t,"weight"),e=Y(t,"bias"),{out:r}=t,n=t.op==="conv1d"?1:2,o=Gt(t,s,r,n),i=lt(t,"stride",o,
1),l=lt(t,"dilation",o,1),f=T(t,"groups"),[c,p]=o.outer,h=r.shape[1],[u,m]=n===1?[1,a.shape[2]]:a.shape.slice(2),g=p/f;G(t,a,n===1?[h,g,m]:[h,g,u,m],"weights"),
e&&G(t,e,[h],"a bias");let{padding:d}=t.args,[b,y]=d==="same"?[l[0]*(u-1)>>1,l[1]*(m-1)>>1]:d==="valid"?[0,0]:lt(t,"padding",o,0);(r.shape[0]!==c||!Number.isInteger(
g)||h%f)&&v(t,`has ${f} groups of ${p} channels and ${h} outputs`);let[z,$]=o.in,[k,x]=o.out,w=h/f;return{run:()=>{let O=s.data,A=r.data,S=a.data;for(let E=0;E<
c;E++)for(let _=0;_<h;_++){let I=Math.floor(_/w)*g,F=(E*h+_)*k*x;A.fill(e?e.data[_]:0,F,F+k*x);for(let N=0;N<g;N++)for(let B=0;B<u;B++)for(let j=0;j<m;j++){let U=S[((_*
g+N)*u+B)*m+j],P=(E*p+I+N)*z*$;for(let W=0;W<k;W++){let C=W*i[0]-b+B*l[0];if(!(C<0||C>=z))for(let V=0,Q=j*l[1]-y;V<x;V++,Q+=i[1])Q>=0&&Q<$&&(A[F+W*x+V]+=U*O[P+C*
$+Q])}}}}}}function Ee(t,s,a,{outer:e,in:[r,n],out:[o,i]},l,[f,c],p){(a.shape[0]!==e[0]||a.shape[1]!==e[1])&&v(t,`has ${e.join(" x ")} sequences in and ${a.shape.
slice(0,2).join(" x ")} out`);let h=Array.from({length:o},(m,g)=>l(g,0)),u=Array.from({length:i},(m,g)=>l(g,1));return{run:()=>{for(let m=0,g=0;m<e[0]*e[1];m++)
for(let[d,b,y]of h)for(let[z,$,k]of u){let x=p?-1/0:0;for(let w=d;w<b;w+=f)if(w>=0&&w<r)for(let O=z;O<$;O+=c){if(O<0||O>=n)continue;let A=s.data[(m*r+w)*n+O];p?
(A>x||Number.isNaN(A))&&(x=A):x+=A}a.data[g++]=p?x:x/(y*k)}}}}function At(t){let s=M(t,"self"),a=t.op.startsWith("max"),e=t.out,r=t.op.endsWith("1d")?1:2,n=Gt(t,
s,e,r),o=lt(t,"kernel_size",n,1),i=lt(t,"stride",n,1,r===1?[o[1]]:o),l=lt(t,"padding",n,0),f=a?lt(t,"dilation",n,1):[1,1],c=a||!!T(t,"count_include_pad",1);return t.
args.divisor_override!=null&&v(t,"has a divisor of its own, which is not available"),Ee(t,s,e,n,(p,h)=>{let u=p*i[h]-l[h],m=u+(o[h]-1)*f[h]+1,g=n.in[h];return[u,
m,c?Math.min(m,g+l[h])-u:Math.min(m,g)-Math.max(u,0)]},f,a)}function Se(t){let s=M(t,"self"),a=Gt(t,s,t.out,t.op.endsWith("1d")?1:2);return Ee(t,s,t.out,a,(e,r)=>{
let n=Math.floor(e*a.in[r]/a.out[r]),o=Math.ceil((e+1)*a.in[r]/a.out[r]);return[n,o,o-n]},[1,1],!1)}var Ie={conv1d:je,conv2d:je,max_pool1d:At,max_pool2d:At,avg_pool1d:At,
avg_pool2d:At,adaptive_avg_pool1d:Se,adaptive_avg_pool2d:Se};var ut=new Map(Object.entries({...ae,...ce,...me,...be,...te,...xe,...ve,...Me,...Ie}));var Fe=1,K={nodes:2e4,size:1<<26,total:1<<28,rows:4096,axes:8},Ne={f4:4,f3:3,f2:2,u2:2,f8:8,i8:8,u1:1},Be=["f","d","i","b"],X=t=>{throw new J(`model in the page\
: ${t}; save the page again`)};function Te(t,s,a){let e=typeof s=="object"&&s!==null?s.rows*a:s;return Number.isInteger(e)&&e>=0&&e<=K.size?e:X(`${t} has the si\
ze ${JSON.stringify(s)}`)}function Dt(t,{shape:s,type:a},e,r){(!Array.isArray(s)||s.length>K.axes)&&X(`${t} has no shape of at most ${K.axes} axes`),Be.includes(
a??"")||X(`${t} has the type ${JSON.stringify(a)}, expected one of ${Be.join(", ")}`);let n=(s??[]).map(i=>Te(t,i,e)),o=L(n);return o>K.size&&X(`${t} has ${o} v\
alues, more than ${K.size}`),{shape:n,size:o,type:a,data:new Uint8Array(0),source:null,shift:0,constant:!1,kept:!1,first:r,last:r,offset:-1}}function Le(t,s,a){
(typeof t!="object"||t===null||!Array.isArray(t.nodes))&&X("the graph has no list of nodes"),t.version!==Fe&&X(`the graph has version ${JSON.stringify(t.version)}\
, this page runs version ${Fe}`),t.nodes.length>K.nodes&&X(`the graph has ${t.nodes.length} nodes, more than ${K.nodes}`),Number.isInteger(a)&&a>=1&&a<=K.rows||
X(`${a} rows, expected 1 to ${K.rows}`);let e=[],r=0;return t.nodes.forEach((n,o)=>{let i=`node ${o} (${String(n?.op).slice(0,40)})`;!(n?.op==="constant"||n?.op===
"input")&&n?.op!=="getitem"&&!ut.has(n?.op)&&X(`${i} is an unknown operator`);let f=u=>Array.isArray(u)?u.map(f):typeof u!="object"||u===null?u:"rows"in u?Te(i,
u,a):"number"in u?Number(u.number.replace("inf","Infinity").replace("nan","NaN")):Pa(i,e,u.ref),c=(n.parts??[]).map(u=>u&&Dt(i,u,a,o)),p=Object.fromEntries(Object.
entries(n.args??{}).filter(([u])=>n.op!=="getitem"||u!=="self").map(([u,m])=>[u,f(m)])),h=n.op==="getitem"?Ca(i,e,n.args):n.shape?Dt(i,n,a,o):{...Dt(i,{shape:[0],
type:"f"},a,o)};for(let u of[h,...c])r+=u?.size??0;if(r>K.total&&X(`the arrays have more than ${K.total} values`),n.op==="constant"){let u=Ne[n.store??""],m=n.at??
-1;u||X(`${i} is stored as ${JSON.stringify(n.store)}, expected one of ${Object.keys(Ne).join(", ")}`),n.store==="u2"&&!(Number.isFinite(n.step)&&Number(n.step)>
0&&Number.isInteger(n.zero))&&X(`${i} has levels without a step and a zero`),Number.isInteger(m)&&m>=0&&m+u*h.size<=s.length||X(`${i} ends at byte ${m+u*h.size}\
 of ${s.length} bytes of weights`)}e.push({op:n.op,index:o,args:p,out:h,parts:c})}),e}function Pa(t,s,a){let e=typeof a=="number"?s[a]:void 0;return e?e.parts.length?
X(`${t} refers to all outputs of node ${JSON.stringify(a)}`):e.out:X(`${t} refers to node ${JSON.stringify(a)}, expected an earlier one`)}function Ca(t,s,a){let e=a?.
self,r=a?.index,n=typeof e=="object"&&e!==null&&"ref"in e?e.ref:-1;return(n<s.length&&typeof r=="number"?s[n]?.parts[r]:null)??X(`${t} refers to output ${JSON.stringify(
r)} of node ${JSON.stringify(n)}, which is not there`)}function rt(t,s,a){let e=typeof s=="object"&&s!==null&&"ref"in s?s.ref:-1;return t[e]?.out??X(`the output\
 ${a} is not there`)}var Re=t=>t.size*(t.type==="f"?4:t.type==="b"?1:8)+32+16-1&-16;function Mt(t){let s=t;for(;s.source;)s=s.source;return s}function We(t,s){let a=s+16-1&-16,e=[],
r=[];for(let n of t.filter(o=>o.kept))n.offset=a,a+=Re(n);for(let n of t.filter(o=>!o.kept).sort((o,i)=>o.first-i.first)){let o=r.filter(f=>f.last<n.first);o.length&&
(r=r.filter(f=>f.last>=n.first),e=Ga([...e,...o]));let i=Re(n),l=e.filter(f=>f.bytes>=i).sort((f,c)=>f.bytes-c.bytes)[0];l?(n.offset=l.at,l.at+=i,l.bytes-=i,e=e.
filter(f=>f.bytes>0)):(n.offset=a,a+=i),r.push({at:n.offset,bytes:i,last:n.last})}return a}function Ga(t){let s=[];for(let{at:a,bytes:e}of t.sort((r,n)=>r.at-n.
at)){let r=s.at(-1);r&&r.at+r.bytes===a?r.bytes+=e:s.push({at:a,bytes:e})}return s}function Jt(t,s){for(let a of t){let e=0,r=a;for(;r.source;)e+=r.shift,r=r.source;
let n=a.type==="f"?Float32Array:a.type==="b"?Uint8Array:Float64Array;a.data=new n(s,r.offset+e*n.BYTES_PER_ELEMENT,a.size)}}function qt(t){let s=new Float32Array(t.length);for(let a=0;a<s.length;a++){let e=t[a],r=e&32768?-1:1,n=e>>10&31,o=e&1023;s[a]=n===0?r*o*2**-24:n===31?o?NaN:r*(1/0):
r*(1+o/1024)*2**(n-15)}return s}function Ue(t,{store:s,at:a=0,step:e=1,zero:r=0},n){let o={f4:4,f3:3,f2:2,u2:2,f8:8,i8:8,u1:1}[s??"f4"],i=t.slice(a,a+n*o);if(s===
"f3"){let l=new Uint8Array(n*4);for(let f=0;f<n;f++)for(let c=0;c<3;c++)l[4*f+1+c]=i[3*f+c];return new Float32Array(l.buffer)}return s==="f2"?qt(new Uint16Array(
i.buffer)):s==="u2"?Float32Array.from(new Uint16Array(i.buffer),l=>(l-r)*e):s==="f8"?new Float64Array(i.buffer):s==="i8"?Array.from(new BigInt64Array(i.buffer),
Number):s==="u1"?i:new Float32Array(i.buffer)}var Pe=1<<29,Ce=["share","bias"];function De(t,s){if(Array.isArray(t))for(let a of t)De(a,s);else ot(t)&&s(t)}var Ge=t=>Array.isArray(t)?t:[];function Da(t,s){let a=new Set(
s),e=[...s],r=n=>{Array.isArray(n)?n.forEach(r):typeof n=="object"&&n!==null&&"ref"in n&&!a.has(n.ref)&&(a.add(n.ref),e.push(n.ref))};for(let n=e.pop();n!==void 0;n=
e.pop())Object.values(t.nodes[n].args??{}).forEach(r);return a}async function jt(t,s,a,e){let r=Le(t,s,a),n=new Set(t.scans.map(w=>w.node)),o=[],i=new Map,l={interventions:[],
states:!1},f=[],c=[],p=0,h=rt(r,t.outputs.predictions,"predictions"),u=rt(r,t.outputs.valid,"valid"),m=Object.fromEntries(Ce.flatMap(w=>t.outputs[w]?[[w,rt(r,t.
outputs[w],w)]]:[])),g=Da(t,[t.outputs.predictions,t.outputs.valid,...Ce.flatMap(w=>t.outputs[w]??[])].map(w=>w.ref)),d={simd:e!==null,probe:e?.probe??null,kernels:{},
live:l,scratch(w,O,A=!1){let S={shape:w,size:L(w),type:O,data:new Uint8Array(0),source:null,shift:0,constant:!1,kept:A,first:p,last:p,offset:-1};return o.push(S),
S},watch:(w,O)=>{i.set(w,O)},watched:w=>n.has(w)};for(let w of r){p=w.index;let O=w.op==="getitem"?[]:w.parts.length?w.parts.filter(_=>_!==null):[w.out];o.push(
...O);let A=w.op!=="input";for(let _ of Object.values(w.args))De(_,I=>{Mt(I).last=Math.max(Mt(I).last,p),A&&=I.constant});if(w.op==="getitem")continue;for(let _ of O)
_.constant=A;if(w.op==="input"||w.op==="constant"){w.out.kept=!0,w.op==="constant"&&f.push({op:w.op,needed:!0,run:()=>w.out.data.set(Ue(s,t.nodes[w.index],w.out.
size))});continue}let S=ut.get(w.op);if(!S)throw new J(`model in the page: operator ${w.op} is unknown`);let E=S(w,d);if(E.alias){w.out.source=E.alias,w.out.shift=
E.shift??0,w.out.constant=E.alias.constant;continue}if(A||=w.out.constant,A)for(let _ of O)_.kept=_.constant=!0;E.once&&f.push({op:w.op,needed:!0,run:E.once}),E.
run&&(A?f:c).push({op:w.op,needed:g.has(w.index),run:E.run})}let b=t.scans.map(w=>{let O=i.get(w.node);if(!O)throw new J(`model in the page: node ${w.node} is n\
o scan; save the page again`);return{norms:O,positions:w.positions?rt(r,w.positions,"positions"):null}}),y=Ge(t.outputs.routing).map(w=>rt(r,w,"routing")),z=Ge(
t.outputs.transport).map(w=>({plan:rt(r,w?.plan,"plan"),cost:rt(r,w?.cost,"cost"),distance:rt(r,w?.distance,"distance")}));for(let w of[h,u,...Object.values(m),
...b.flatMap(O=>O.positions??[]),...y,...z.flatMap(Object.values)])Mt(w).kept=!0;let $=o.filter(w=>w.source===null),k=We($,e?e.probe.__heap_base.value:0);if(k>Pe)
throw new J(`model in the page: ${a} rows need ${Math.ceil(k/2**20)} MiB of memory, more than ${Pe/2**20}; use the kernel`);e?(Object.assign(d.kernels,await e.withMemory(
k)),Jt(o,d.kernels.memory.buffer)):Jt(o,new ArrayBuffer(k));for(let w of f)w.run();let x={values:[],valid:[],share:[],members:[],until:[],weights:[]};for(let{node:w,
kind:O,modality:A=0}of t.inputs)x[O][A]=r[w].out;return{inputs:x,predictions:h,valid:u,others:m,states:b,routing:y,transport:z,live:l,bytes:k,run:()=>{for(let w of c)
(w.needed||l.states)&&w.run()},timed:()=>{let w={};for(let{op:O,run:A}of c){let S=performance.now();A(),w[O]=(w[O]??0)+performance.now()-S}return w}}}var Ja=2;function Je(t,s,a){let e=new Map;return async r=>{if(!t)throw new J("the model in the page has no attribution");if(![t.nodes,t.inputs,t.scans].every(Array.
isArray)||typeof t.outputs!="object"||t.outputs===null)throw new J("model in the page: the attribution has no lists of nodes, inputs and scans, or no outputs; s\
ave the page again");let n=performance.now(),o=r.weights.length/qa(t),i=e.get(o);if(!i){i=await jt(t,s,o,a);let h=e.keys().next();e.size>=Ja&&!h.done&&e.delete(
h.value),e.set(o,i)}let{inputs:l,predictions:f,others:{share:c,bias:p}}=i;if(!c||!p)throw new J("model in the page: the attribution has no shares; save the page\
 again");return St(l.values,r.values,"values"),St(l.valid,r.valid,"valid"),St(l.share,r.share,"share"),St(l.weights,[r.weights],"weights"),i.live.states=!0,i.run(),
{share:Float32Array.from(c.data),output:Float32Array.from(f.data),bias:Float32Array.from(p.data),milliseconds:performance.now()-n}}}function qa(t){let s=t.inputs.
find(r=>r.kind==="weights")?.node??-1,e=(t.nodes[s]?.shape??[]).slice(1).reduce((r,n)=>r*(typeof n=="number"?n:NaN),1);if(s<0||!(e>0))throw new J("model in the \
page: the attribution has no weights of outputs; save the page again");return e}function St(t,s,a){t.forEach((e,r)=>{let n=s?.[r];if(n?.length!==e.size)throw new J(
`request: ${a} ${r} has ${n?.length??0} values, expected ${e.shape.join(" x ")} = ${e.size}`);e.data.set(n)})}var Ya=65536,Xa=1<<20,Za=4,Qa=2**31-1;async function xt({graph:t,weights:s,wasm:a}){let e=null,r="the page has no WebAssembly kernels";if(a)try{e=await Va(a),r=
""}catch(o){r=`WebAssembly: ${o instanceof Error?o.message:String(o)}`}let n=new Map;return{kind:e?"wasm":"js",reason:r,programs:n,attribute:Je(t.gradient,s,e),
async predict(o){let i=performance.now(),l=o.members.length/t.modalities,f=n.get(l);if(!f){f=await jt(t,s,l,e);let m=n.keys().next();n.size>=Za&&!m.done&&n.delete(
m.value),n.set(l,f)}Ha(f.inputs,o),f.live.interventions=Ka(o.interventions??[],t.modalities),f.live.states=o.wants.states,f.run();let c=o.wants.states,{states:p,
routing:h,transport:u}=f;return{predictions:Float32Array.from(f.predictions.data),steps:f.predictions.shape[1],states:c&&p.length?p.map(m=>ts(m)):null,routing:c&&
h.length?h.map(({data:m})=>Float32Array.from(m)):null,transport:c&&u.length?u.map(({plan:m,cost:g,distance:d})=>({plan:Float32Array.from(m.data),cost:Float32Array.
from(g.data),distance:Float32Array.from(d.data)})):null,valid:Uint8Array.from(f.valid.data),milliseconds:performance.now()-i}}}}async function Va(t){let s=await WebAssembly.
compile(t),a=async e=>{let r=new WebAssembly.Memory({initial:Math.ceil(e/Ya)+1}),{exports:n}=await WebAssembly.instantiate(s,{env:{memory:r}});return{...n,memory:r}};
return{probe:await a(Xa),withMemory:a}}function Ha(t,s){let a=[["values",s.values],["valid",s.valid],["share",s.share],["members",[s.members]]];for(let{size:e,data:r}of t.
until){let n=s.until??Array.from({length:e},()=>Qa);if(n.length!==e||!n.every(o=>Number.isInteger(o)&&o>=0))throw new J(`request: until is ${JSON.stringify(n).slice(
0,80)}, expected ${e} numbers of steps`);r.set(n)}for(let[e,r]of a)t[e].forEach((n,o)=>{let i=r?.[o];if(i?.length!==n.size)throw new J(`request: ${e} ${o} has ${i?.
length??0} values, expected ${n.shape.join(" x ")} = ${n.size}`);n.data.set(i)})}function Ka(t,s){for(let{modality:a,kind:e,source:r=0,step:n}of t)if(!([a,r].every(
i=>Number.isInteger(i)&&i>=0&&i<s)&&Number.isInteger(n)&&n>=0)||!["zero","hold","cut"].includes(e))throw new J(`request: the intervention ${JSON.stringify({modality:a,
kind:e,source:r,step:n})} names a modality, kind or step that does not exist`);return t}function ts({norms:t,positions:s}){if(!s)return Float32Array.from(t.data);
let a=t.shape[2],e=new Float32Array(s.size*a);for(let r=0;r<s.size;r++){let n=s.data[r];n>=0&&e.set(t.data.subarray(n*a,(n+1)*a),r*a)}return e}var qe=1e4,Yt=class extends Error{};async function Ye(t){let s="this page has no script for a worker";if(t.script&&typeof Worker=="function")try{return await es(
t)}catch(e){s=`worker: ${e instanceof Error?e.message:String(e)}`}let a=await xt(t);return Xe(e=>a.predict(e),{attribute:e=>a.attribute(e),kind:a.kind,thread:"p\
age",reason:[s,a.reason].filter(Boolean).join("; "),stop:()=>{}})}async function es({script:t,...s}){let a=URL.createObjectURL(new Blob([t],{type:"text/javascri\
pt"})),e=new Worker(a),r=new Map,n=0,o=f=>{for(let{reject:c}of r.values())c(f);r.clear()},i=f=>new Promise((c,p)=>{r.set(++n,{resolve:c,reject:p}),e.postMessage(
{id:n,...f})});e.onmessage=({data:f})=>{let c=r.get(f.id);r.delete(f.id),f.error!==void 0?c?.reject(new Error(f.error)):c?.resolve(f.started??f.prediction??f.attribution)},
e.onerror=f=>o(new Error(f.message||"it could not be started"));let l=setTimeout(()=>o(new Error(`no reply within ${qe/1e3} s`)),qe);try{let{kind:f,reason:c}=await i(
{parts:s});return Xe(h=>i({request:h}),{attribute:h=>i({attribution:h}),kind:f,thread:"worker",reason:c,stop:()=>{e.terminate(),o(new Error("the engine was stop\
ped"))}})}catch(f){throw e.terminate(),f}finally{clearTimeout(l),URL.revokeObjectURL(a)}}function Xe(t,s){let a=null,e=!1,r=async()=>{for(e=!0;a;){let{request:n,
resolve:o,reject:i}=a;a=null,await t(n).then(o,i)}e=!1};return{...s,predict:n=>new Promise((o,i)=>{a?.reject(new Yt("a later request replaced this one")),a={request:n,
resolve:o,reject:i},e||r()})}}var Ze={float32:4,float16:2,uint16:2,uint14:2,uint12:2,uint8:1,adaptive:4};function Qe(t,s,a){let{modalities:e,ids:r}=t.split;if(!(Number.isInteger(a)&&a>=0&&a<
r.length))throw new RangeError(`sample ${a}, but the page carries ${r.length} samples`);let n=(f,c)=>{if(!(f>=0&&f+c<=s.length))throw new RangeError(`the frames\
 end at byte ${f+c} of ${s.length}; save the page again`);return s.slice(f,f+c).buffer},o=e.map(({kind:f,frames:c,features:p,at:h,low:u,step:m,shift:g})=>{let d=c*
p,b=n(h+a*d*Ze[f],d*Ze[f]);if(f==="float32")return new Float32Array(b);if(f==="float16")return qt(new Uint16Array(b));let y=f==="adaptive"?new Uint32Array(b):f===
"uint8"?new Uint8Array(b):new Uint16Array(b),z=2**(g?.[a]??0);return Float32Array.from(y,($,k)=>(u?.[k%p]??0)+$*z*(m?.[k%p]??0))}),i=e.map(({frames:f,valid_at:c})=>{
let p=a*f,h=new Uint8Array(n(c+(p>>3),(p+f+7>>3)-(p>>3)));return Uint8Array.from({length:f},(u,m)=>h[(p&7)+m>>3]>>7-((p&7)+m&7)&1)}),l=e.flatMap(({share_frames:f=0,
share_at:c})=>c===void 0?[]:[new Float64Array(n(c+a*f*16,f*16))]);return{values:o,valid:i,share:l}}var Ve=(t,s)=>s.subarray(0,t.weights);var as=()=>[...ut.keys()].sort(),ct=globalThis;if(typeof ct.importScripts=="function"&&ct.document===void 0){let t=null;ct.onmessage=async({data:s})=>{try{if("p\
arts"in s){t=xt(s.parts);let{kind:a,reason:e}=await t;ct.postMessage({id:s.id,started:{kind:a,reason:e}})}else if(t&&"attribution"in s){let a=await(await t).attribute(
s.attribution);ct.postMessage({id:s.id,attribution:a},[a.share,a.output,a.bias].map(e=>e.buffer))}else if(t&&"request"in s){let a=await(await t).predict(s.request);
ct.postMessage({id:s.id,prediction:a},[a.predictions,a.valid,...a.states??[]].map(e=>e.buffer))}}catch(a){ct.postMessage({id:s.id,error:a instanceof Error?a.message:
String(a)})}}}return sa(ss);})();
