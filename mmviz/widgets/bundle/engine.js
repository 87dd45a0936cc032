"use strict";var mmvizEngine=(()=>{var Et=Object.defineProperty;var He=Object.getOwnPropertyDescriptor;var Ke=Object.getOwnPropertyNames;var ta=Object.prototype.hasOwnProperty;var ea=(t,s)=>{for(var a in s)Et(t,a,{get:s[a],enumerable:!0})},aa=(t,s,a,e)=>{if(s&&typeof s=="object"||typeof s=="function")for(let r of Ke(s))!ta.call(t,r)&&
r!==a&&Et(t,r,{get:()=>s[r],enumerable:!(e=He(s,r))||e.enumerable});return t};var sa=t=>aa(Et({},"__esModule",{value:!0}),t);var ss={};ea(ss,{operators:()=>as,sampleOf:()=>Qe,startEngine:()=>Ye,startPredictor:()=>xt,weightsOf:()=>Ve});var L=t=>t.reduce((s,a)=>s*a,1);function R(t){let s=new Array(t.length);for(let a=t.length-1,e=1;a>=0;a--)s[a]=e,e*=t[a];return s}function Z(t,s){let a=R(t),e=s.
length-t.length;return s.map((r,n)=>n<e||t[n-e]===1?0:a[n-e])}var ht=(t,s)=>t<0?t+s:t;function et(t,s,a,e){let r=t.length-1,n=r<0?1:t[r],o=n?L(t)/n:0,i=s.length,
l=new Int32Array(Math.max(1,t.length)),f=new Int32Array(i);return()=>{l.fill(0);for(let p=0;p<i;p++)f[p]=a[p];for(let p=0;p<o;p++){e(p*n,f);for(let c=r-1;c>=0;c--){
for(let h=0;h<i;h++)f[h]+=s[h][c];if(++l[c]<t[c])break;for(let h=0;h<i;h++)f[h]-=s[h][c]*t[c];l[c]=0}}}}function Zt(t,s,a,e,r=t.shape){let n=r.length-1,o=n<0?1:
r[n],i=n<0?0:a[n];return et(r,[a],[e],(l,f)=>{let p=t.data,c=s.data,h=f[0];if(i===1)for(let u=0;u<o;u++)p[l+u]=c[h+u];else for(let u=0;u<o;u++)p[l+u]=c[h+u*i]})}
function Qt(t,s,a,e,r=s.shape){let n=r.length-1,o=n<0?1:r[n],i=n<0?1:a[n];return et(r,[a],[e],(l,f)=>{let p=t.data,c=s.data,h=f[0];for(let u=0;u<o;u++)p[h+u*i]=
c[l+u]})}var J=class extends Error{},ot=t=>typeof t=="object"&&t!==null&&!Array.isArray(t);function v(t,s){throw new J(`model in the page: node ${t.index} (${t.op}) ${s}\
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
type!=="d"||s.size!==1||s.shape.length>0)return null;let a=t.scratch([1],"f",!0),e=s.data[0];return{tensor:a,once:()=>{a.data[0]=e}}}var Bt=t=>({once:()=>{for(let s of t)
s.once?.()},run:()=>{for(let s of t)s.run?.()}});function Vt(t,s,a,e,r,n,o,i){let l=s.type===a.type&&s.size>0&&a.size>0?vt(t,e,[r,n]):null,f=na[s.type];return l&&
{once:l.once,run:()=>t.kernels.copy(a.data.byteOffset+o*f,s.data.byteOffset+i*f,l.table.data.byteOffset,f)}}var it=(t,s,a,e,r,n=s.shape)=>Vt(t,s,a,n,e,R(n),r,0)??
{run:Zt(s,a,e,r,n)},$t=(t,s,a,e,r,n=a.shape)=>Vt(t,s,a,n,R(n),e,0,r)??{run:Qt(s,a,e,r,n)};var Kt=new Int32Array(1),ia=new Float32Array(Kt.buffer);function Nt(t){if(!(t>=-126))return Number.isNaN(t)?NaN:0;let s=Math.round(t),a=t-s;return Kt[0]=s+127<<
23,ia[0]*(1+a*(.6931471805599453+a*(.2402265069591007+a*(.05550410866482158+a*(.009618129107628477+a*(.0013333558146428443+a*.0001540353039338161))))))}function fa(t,s,a){
let e=[...new Set([0,...t.map(r=>r.step)])].filter(r=>r<a).sort((r,n)=>r-n);return e.map((r,n)=>{let o=t.filter(f=>f.step<=r),i=new Uint8Array(s);for(let f of o)
f.kind!=="cut"&&(i[f.modality]=f.kind==="zero"?1:2);let l=new Map(t.filter(f=>f.kind==="hold").map(f=>[f.modality,f.step]));return{from:r,to:e[n+1]??a,cuts:o.filter(
f=>f.kind==="cut"),kinds:i,held:l}})}function la({x:t,dt:s,A:a,B:e,C:r,D:n,W:o,mask:i,y:l,h:f,g:p},c,{M:h,R:u,T:m,E:g,N:d,perRow:b},y){let z=g*d,$=fa(y,h,m),k=new Float64Array(
h*h);for(let x=0;x<u;x++){f.fill(0);for(let{from:w,to:O,cuts:A,kinds:S,held:E}of $){k.set(b?o.subarray(x*h*h,(x+1)*h*h):o);for(let _ of A)k[_.modality*h+(_.source??
0)]=0;for(let _=w;_<O;_++){for(let I=0;I<h;I++){if(!i[(I*u+x)*m+_])continue;let B=I*z;for(let F=0;F<z;F++)p[B+F]=k[I*h]*f[F];for(let F=1;F<h;F++){let N=k[I*h+F];
if(N!==0)for(let j=0,U=F*z;j<z;j++)p[B+j]+=N*f[U+j]}}for(let I=0;I<h;I++){let B=(I*u+x)*m+_,F=i[B],N=B*g,j=B*d,U=c!==null&&x===u-1,P=S[I]===2&&_>(E.get(I)??0),W=S[I]===
1;if(!F&&!U&&!W){l.fill(0,N,N+g);continue}for(let C=0;C<g;C++){let V=s[N+C],Q=t[N+C],kt=V*Q,tt=I*z+C*d,nt=0,Xt=0;for(let mt=0;mt<d;mt++){let zt=tt+mt,pt=f[zt];F&&
!P&&(pt=Nt(V*a[zt])*p[zt]+kt*e[j+mt]),W&&(pt=0),f[zt]=pt,F&&(nt+=pt*r[j+mt]),Xt+=pt*pt}l[N+C]=F?nt+n[I*g+C]*Q:0,U&&c&&(c[(I*m+_)*g+C]=Math.sqrt(Xt))}}}}}}var Ht=4,
Ft=64,ca={zero:0,hold:1,cut:2};function Tt(t,s,a,e,r){let n=s.shape[2]===1&&r>1,{probe:o}=t,i=o?1:Math.LOG2E,l=n||!o?t.scratch([a,e,r],"f",s.constant):s;return{
rates:l,arrange:()=>{if(l!==s)for(let p=0;p<l.size;p++)l.data[p]=s.data[n?Math.floor(p/r):p]*i}}}function pa(t,s){let[a,e,r,n,o]=["x","dt","A","B","C"].map(B=>M(
t,B)),i=Y(t,"D"),l=Y(t,"W"),f=Y(t,"mask"),p=t.parts[0];(a.shape.length!==4||r.shape.length!==3||n.shape.length!==4||p===null)&&v(t,"has arrays of other ranks"),
t.args.h0!=null&&v(t,"has an initial state, which is not available");let[c,h,u,m]=a.shape,g=n.shape[3],d=r.shape[2]===1&&g>1,{probe:b}=s;G(t,e,a.shape,"dt"),G(t,
r,[c,m,d?1:g],"A");for(let B of[n,o])G(t,B,[c,h,u,g],"B or C");i&&G(t,i,[c,m],"D"),f&&G(t,f,[c,h,u],"mask"),l&&l.size!==c*c&&l.size!==h*c*c&&v(t,`has W of shape\
 ${l.shape.join(" x ")}`),D(t,a,p);let y=s.watched(t.index)?s.scratch([c,u,m],"f",!0):null,z=T(t,"weight",1/c);y&&s.watch(t.index,y);let{rates:$,arrange:k}=Tt(s,
r,c,m,g),x=l??s.scratch([c,c],"f",!0),w=x.size>c*c,O=()=>{r.constant&&k(),l||x.data.fill(z)},A=()=>({edits:y?s.live.interventions:[],wanted:y&&s.live.states?y:null});
if(b){let B=s.scratch([b.scan_scratch(c,g)],"f"),F=s.scratch([Ft*Ht],"f"),N=j=>j?.data.byteOffset??0;return{once:O,run:()=>{let{edits:j,wanted:U}=A();r.constant||
k(),j.length>Ft&&v(t,`has ${j.length} interventions, more than ${Ft}`),j.length&&new Int32Array(F.data.buffer,N(F),j.length*Ht).set(j.flatMap(({modality:P,kind:W,
source:C=0,step:V})=>[P,ca[W],C,V])),s.kernels.scan(N(a),N(e),N($),N(n),N(o),N(i),N(x),w?c*c:0,N(f),0,N(p),0,N(U),h-1,N(B),j.length?N(F):0,j.length,c,h,u,m,g)}}}
let S=s.scratch([c,g,m],"f"),E=s.scratch([c,g,m],"f"),_=f??s.scratch([c,h,u],"b"),I=i??s.scratch([c,m],"f");return{once:O,run:()=>{let{edits:B,wanted:F}=A();r.constant||
k(),f||_.data.fill(1),i||I.data.fill(0),la({x:a.data,dt:e.data,A:$.data,B:n.data,C:o.data,D:I.data,W:x.data,mask:_.data,y:p.data,h:S.data,g:E.data},F?F.data:null,
{M:c,R:h,T:u,E:m,N:g,perRow:w},B)}}}function ha(t,s){let a=M(t,"x"),e=M(t,"weight"),r=Y(t,"bias"),n=!!t.args.activated,{out:o}=t;a.shape.length!==4&&v(t,"has an\
 input of another rank");let[i,l,f,p]=a.shape,c=e.shape[2],h=l*f*p;D(t,a,o),G(t,e,[i,p,c],"weight"),r&&G(t,r,[i,p],"bias");let u=s.scratch([i,c,p],"f",!0),m=s.scratch(
[i,p],"f",!0),g=e.constant&&(r?.constant??!0),{simd:d}=s,b=()=>{for(let k=0;k<i;k++)for(let x=0;x<p;x++)for(let w=0;w<c;w++)u.data[(k*c+w)*p+x]=e.data[(k*p+x)*c+
w];r?m.data.set(r.data):m.data.fill(0)},$=d?()=>{for(let k=0;k<i;k++)s.kernels.conv(a.data.byteOffset+k*h*4,u.data.byteOffset+k*c*p*4,m.data.byteOffset+k*p*4,o.
data.byteOffset+k*h*4,l,f,p,c,n?1:0)}:()=>{let k=o.data,x=a.data,w=u.data;for(let O=0;O<i;O++)for(let A=0;A<l;A++)for(let S=0;S<f;S++){let E=((O*l+A)*f+S)*p;for(let _=0;_<
p;_++){let I=m.data[O*p+_];for(let B=0;B<c&&B<=S;B++)I+=x[E-B*p+_]*w[(O*c+c-1-B)*p+_];k[E+_]=n?I/(1+Math.exp(-I)):I}}};return g?{once:b,run:$}:{run:()=>{b(),$()}}}
function ua(t,s){let a=M(t,"x"),e=M(t,"z"),{out:r}=t,n=r.size;return D(t,a,r),D(t,e,r),s.simd?{run:()=>s.kernels.silu_gate(a.data.byteOffset,e.data.byteOffset,r.
data.byteOffset,n)}:{run:()=>{for(let o=0;o<n;o++)r.data[o]=a.data[o]*e.data[o]/(1+Math.exp(-e.data[o]))}}}var te={"mmkernels.coupled_scan":pa,"mmkernels.causal\
_conv":ha,"mmkernels.silu_gate":ua};function ma(t,s){let[a,e,r,n,o]=["dy","dt","A","B","C"].map(E=>M(t,E)),i=Y(t,"D"),l=Y(t,"W"),f=Y(t,"mask"),p=t.parts[0];(a.shape.length!==4||r.shape.length!==3||
n.shape.length!==4||p===null||t.parts.slice(1).some(Boolean))&&v(t,"has arrays of other ranks, or gradients with respect to weights"),(t.args.h0!=null||t.args.dh_last!=
null)&&v(t,"has an initial state or a gradient of the last one, which is not available");let[c,h,u,m]=a.shape,g=n.shape[3],{probe:d}=s,b=T(t,"weight",1/c);G(t,e,
a.shape,"dt"),G(t,r,[c,m,r.shape[2]===1?1:g],"A");for(let E of[n,o])G(t,E,[c,h,u,g],"B or C");i&&G(t,i,[c,m],"D"),f&&G(t,f,[c,h,u],"mask"),l&&l.size!==c*c&&l.size!==
h*c*c&&v(t,`has W of shape ${l.shape.join(" x ")}`),D(t,a,p);let{rates:y,arrange:z}=Tt(s,r,c,m,g),$=l??s.scratch([c,c],"f",!0),k=$.size>c*c?c*c:0,x=()=>{r.constant&&
z(),l||$.data.fill(b)},w=E=>E?.data.byteOffset??0;if(d){let E=s.scratch([d.scan_backward_scratch(c,g)],"f");return{once:x,run:()=>{r.constant||z(),s.kernels.scan_backward(
w(a),w(e),w(y),w(n),w(o),w(i),w($),k,w(f),w(p),w(E),c,h,u,m,g)}}}let O=new Float64Array(c*g),A=new Float64Array(c*g),S=(E,_)=>{O.fill(0);for(let I=u-1;I>=0;I--){
for(let B=0;B<c;B++){let F=(B*h+E)*u+I,N=F*m+_;if(p.data[N]=0,f&&!f.data[F])continue;let j=a.data[N],U=e.data[N],P=0;for(let W=0;W<g;W++){let C=O[B*g+W]+j*o.data[F*
g+W];P+=C*n.data[F*g+W],A[B*g+W]=Nt(U*y.data[(B*m+_)*g+W])*C}p.data[N]=U*P+(i?i.data[B*m+_]*j:0)}for(let B=0;B<c;B++)for(let F=0;F<g;F++){let N=f&&!f.data[(B*h+
E)*u+I]?O[B*g+F]:0;for(let j=0;j<c;j++)(!f||f.data[(j*h+E)*u+I])&&(N+=$.data[E*k+j*c+B]*A[j*g+F]);O[B*g+F]=N}}};return{once:x,run:()=>{r.constant||z();for(let E=0;E<
h;E++)for(let _=0;_<m;_++)S(E,_)}}}function da(t,s){let a=M(t,"dy"),e=M(t,"weight"),r=t.parts[0];(a.shape.length!==4||r===null||t.parts.slice(1).some(Boolean)||
t.args.activated)&&v(t,"has an input of another rank, an activation, or gradients with respect to weights");let[n,o,i,l]=a.shape,f=e.shape[2],p=o*i*l;D(t,a,r),G(
t,e,[n,l,f],"weight");let c=s.scratch([n,f,l],"f",e.constant),h=()=>{for(let d=0;d<n;d++)for(let b=0;b<l;b++)for(let y=0;y<f;y++)c.data[(d*f+y)*l+b]=e.data[(d*l+
b)*f+y]},u=()=>{for(let d=0;d<n;d++)for(let b=0;b<o;b++)for(let y=0;y<i;y++)for(let z=0;z<l;z++){let $=((d*o+b)*i+y)*l+z,k=0;for(let x=0;x<f&&y+x<i;x++)k+=a.data[$+
x*l]*c.data[(d*f+f-1-x)*l+z];r.data[$]=k}},m=()=>{for(let d=0;d<n;d++)s.kernels.conv_backward(a.data.byteOffset+d*p*4,c.data.byteOffset+d*f*l*4,r.data.byteOffset+
d*p*4,o,i,l,f)},g=s.simd?m:u;return e.constant?{once:h,run:g}:{run:()=>{h(),g()}}}function ee(t,s){let a=M(t,"grad_output"),{out:e}=t,r=e.shape.length,n=q(t,"di\
m",r),o=e.shape[n],i=R(e.shape),l=t.op==="select_backward",f=l?e.shape.map((g,d)=>d===n?1:g):a.shape,p=l?1:T(t,"step",1),c=T(t,l?"index":"start",0),h=Math.min(o,
Math.max(0,c<0?c+o:c)),u=f[n];(a.size!==f.reduce((g,d)=>g*d,1)||f.length!==r||f.some((g,d)=>d!==n&&g!==e.shape[d])||u>0&&h+(u-1)*p>=o)&&v(t,`puts ${a.shape.join(
" x ")} into ${e.shape.join(" x ")}`);let m=$t(s,e,a,i.map((g,d)=>d===n?g*p:g),h*i[n],f);return{once:m.once,run:()=>{e.data.fill(0),m.run?.()}}}function ya(t){return t.
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
byteOffset,n.data.byteOffset,o)};let p=r.type==="b"&&e.size===o&&r.shape.length===n.shape.length&&r.shape.at(-1)===1&&r.size*l===o;if(a.simd&&f&&t==="mul"&&p)return{
run:()=>a.kernels.scale_rows(e.data.byteOffset,r.data.byteOffset,n.data.byteOffset,o/l,l)};let c=wa.indexOf(t==="rsub"?"sub":t),h=c<0||n.type!=="f"?null:xa(a,c,
...t==="rsub"?[r,e]:[e,r],n);if(h)return h;if(e.size===o&&r.size===o)return{run:()=>i(n.data,0,e.data,0,1,r.data,0,1,o)};let[u,m]=[e,r].map(b=>Z(b.shape,n.shape)),
g=u.at(-1)??0,d=m.at(-1)??0;return{run:et(n.shape,[u,m],[0,0],(b,y)=>i(n.data,b,e.data,y[0],g,r.data,y[1],d,l))}};function xa(t,s,a,e,r){let[n,o]=[a,e].map(l=>t.
simd?It(t,l):null),i=n&&o?vt(t,r.shape,[a,e].map(l=>Z(l.shape,r.shape))):null;return!n||!o||!i?null:{once:()=>{for(let l of[n,o,i])l.once()},run:()=>t.kernels.combine(
s,n.tensor.data.byteOffset,o.tensor.data.byteOffset,r.data.byteOffset,i.table.data.byteOffset)}}function le(t,s,a,e,r){if(t.simd&&s.type==="b"&&r.type==="f"){let[
n,o]=[a,e].map(l=>It(t,l)),i=n&&o?vt(t,r.shape,[s,a,e].map(l=>Z(l.shape,r.shape))):null;if(n&&o&&i)return{once:()=>{for(let l of[n,o,i])l.once()},run:()=>t.kernels.
where(s.data.byteOffset,n.tensor.data.byteOffset,o.tensor.data.byteOffset,r.data.byteOffset,i.table.data.byteOffset)}}return{run:ka(s,a,e,r)}}function ka(t,s,a,e){
let[r,n,o]=[t,s,a].map(c=>Z(c.shape,e.shape)),i=e.shape.at(-1)??1,l=r.at(-1)??0,f=n.at(-1)??0,p=o.at(-1)??0;return et(e.shape,[r,n,o],[0,0,0],(c,h)=>{let u=e.data,
m=t.data,g=s.data,d=a.data,b=h[0],y=h[1],z=h[2];if(l===0){let $=m[b]?g:d,k=m[b]?f:p;for(let x=0,w=m[b]?y:z;x<i;x++,w+=k)u[c+x]=$[w]}else for(let $=0;$<i;$++,b+=
l,y+=f,z+=p)u[c+$]=m[b]?g[y]:d[z]})}function za(t,s){let[a,e,r]=["condition","self","other"].map(n=>at(t,n));return st(t,[a,e,r]),le(s,a,e,r,t.out)}function va(t,s){
let a=M(t,"self"),e=M(t,"mask"),r=at(t,"value");return st(t,[a,e,r]),le(s,e,r,a,t.out)}function re(t){let s=M(t,"self"),{out:a}=t,e=T(t,"min",-1/0),r=T(t,"max",
1/0);return D(t,s,a),{run:()=>{let n=a.data,o=s.data;for(let i=0;i<n.length;i++)n[i]=o[i]<e?e:o[i]>r?r:o[i]}}}function ne(t){let s=M(t,"self"),{out:a}=t;if(D(t,
s,a),s.type===a.type)return{alias:s};let e=a.type==="i"&&s.type!=="b",r=a.type==="b";return{run:()=>{let n=a.data,o=s.data;if(r)for(let i=0;i<n.length;i++)n[i]=
o[i]!==0?1:0;else if(e)for(let i=0;i<n.length;i++)n[i]=Math.trunc(o[i]);else n.set(o)}}}function $a(t){let[s,a,e]=["self","end","weight"].map(p=>at(t,p)),{out:r}=t;
st(t,[s,a,e]);let n=[s,a,e].map(p=>Z(p.shape,r.shape)),[o,i,l]=n.map(p=>p.at(-1)??0),f=r.shape.at(-1)??1;return{run:et(r.shape,n,[0,0,0],(p,c)=>{for(let h=0;h<f;h++){
let u=s.data[c[0]+h*o],m=a.data[c[1]+h*i],g=e.data[c[2]+h*l];r.data[p+h]=g<.5?u+g*(m-u):m-(m-u)*(1-g)}})}}function _a(t,s){let[a,e,r]=["self","tensor1","tensor2"].
map(u=>at(t,u)),{out:n}=t,{shape:o}=n;st(t,[a,e,r]),T(t,"value",1)!==1&&v(t,"has a factor, which is not available");let i=o.at(-1)??1,l=o[0];if(s.simd&&o.length===
4&&e.size===n.size&&a.size===l*i&&r.size===a.size&&a.shape.length===4){let u=o[1]*o[2];return{run:()=>{for(let m=0;m<l;m++)s.kernels.addcmul(a.data.byteOffset+m*
i*4,e.data.byteOffset+m*u*i*4,r.data.byteOffset+m*i*4,n.data.byteOffset+m*u*i*4,u,i)}}}let f=[a,e,r].map(u=>Z(u.shape,o)),[p,c,h]=f.map(u=>u.at(-1)??0);return{run:et(
o,f,[0,0,0],(u,m)=>{let g=n.data,d=a.data,b=e.data,y=r.data;for(let z=0,$=m[0],k=m[1],x=m[2];z<i;z++,$+=p,k+=c,x+=h)g[u+z]=d[$]+b[k]*y[x]})}}function oe(t,s){let a=M(
t,"self"),{out:e}=t;return st(t,[a]),a.size===e.size?{alias:a}:it(s,e,a,Z(a.shape,e.shape),0)}var ce={...Object.fromEntries(Object.keys(ie).map(t=>[t,ba(t)])),...Object.
fromEntries(Object.keys(fe).map(t=>[t,dt(t)])),bitwise_and:dt("__and__"),bitwise_or:dt("__or__"),logical_and:dt("__and__"),logical_or:dt("__or__"),where:za,masked_fill:va,
clamp:re,clamp_min:re,_to_copy:ne,to:ne,lerp:$a,addcmul:_a,expand:oe,expand_as:oe};function ue(t,s,a,e,r,n){let o=s.shape.length,i=R(s.shape),{shape:l}=a,f=s.shape[e],p=i[e];(l.length!==o||l.some((h,u)=>u!==e&&h>s.shape[u]))&&v(t,`has an index\
 of shape ${l.join(" x ")} for ${s.shape.join(" x ")}`);let c=new Int32Array(o);return()=>{c.fill(0);let h=0,u=0;for(let m=0;m<a.size;m++){let g=a.data[m];g>=0&&
g<f||v(t,`has the index ${g} of ${f}`),n(m,h+g*p,u);for(let d=o-1;d>=0&&(d!==e&&(h+=i[d]),u+=r[d],!(++c[d]<l[d]));d--)d!==e&&(h-=i[d]*l[d]),u-=r[d]*l[d],c[d]=0}}}
function Oa(t,s){let a=M(t,"self"),e=M(t,"index"),r=q(t,"dim",a.shape.length),{out:n}=t;if(D(t,e,n),s.simd&&a.type==="f"&&n.type==="f"&&e.type==="i"&&e.shape.length===
a.shape.length&&e.shape.every((o,i)=>i===r||o===a.shape[i])){let o=L(a.shape.slice(0,r)),i=L(a.shape.slice(r+1)),l=a.shape[r],f=e.shape[r];return{run:()=>{s.kernels.
gather(a.data.byteOffset,e.data.byteOffset,n.data.byteOffset,o,l,f,i)&&v(t,`has an index outside of 0 to ${l-1}`)}}}return{run:ue(t,a,e,r,R(e.shape),(o,i)=>{n.data[o]=
a.data[i]})}}function pe(t){let s=M(t,"self"),a=M(t,"index"),e=q(t,"dim",s.shape.length),{out:r}=t,n=t.op==="scatter_add",o=t.args.src==null?at(t,"value"):M(t,"\
src"),i=o.shape.length===0;D(t,s,r),!i&&a.shape.some((p,c)=>p>o.shape[c])&&v(t,"has fewer values than indices");let l=i?a.shape.map(()=>0):R(o.shape),f=ue(t,s,a,
e,l,(p,c,h)=>{r.data[c]=n?r.data[c]+o.data[h]:o.data[h]});return{run:()=>{r.data.set(s.data),f()}}}function he(t){let s=t.op==="embedding",a=M(t,s?"weight":"sel\
f"),e=M(t,s?"indices":"index"),r=s?0:q(t,"dim",a.shape.length),n=L(a.shape.slice(r+1)),o=a.shape[r],i=L(a.shape.slice(0,r)),{out:l}=t;return l.size!==i*e.size*n&&
v(t,"has an output of another size"),{run:()=>{for(let f=0,p=0;f<i;f++)for(let c=0;c<e.size;c++){let h=e.data[c];h>=0&&h<o||v(t,`has the index ${h} of ${o}`);let u=(f*
o+h)*n;for(let m=0;m<n;m++)l.data[p++]=a.data[u+m]}}}}function Aa(t){let s=M(t,"self"),{out:a}=t,e=t.args.indices;Array.isArray(e)||v(t,"has no list indices");let r=e.
filter(d=>ot(d)),n=e.findIndex(d=>ot(d)),o=n+r.length;(n<0||e.slice(n).some((d,b)=>b<r.length&&!ot(d))||r.some(d=>d.type==="b"))&&v(t,"has indices that are not \
available: give positions for neighbouring axes");let i=Math.max(...r.map(d=>d.shape.length)),l=Array.from({length:i},(d,b)=>Math.max(...r.map(y=>y.shape[b-i+y.
shape.length]??1))),f=r.map(d=>Z(d.shape,l)),p=R(s.shape),c=L(l),h=R(l),u=L(s.shape.slice(0,n)),m=L(s.shape.slice(o)),g=L(s.shape.slice(n));return u*c*m!==a.size&&
v(t,"has an output of another size"),{run:()=>{for(let d=0,b=0;d<u;d++)for(let y=0;y<c;y++){let z=d*g;for(let $=0;$<r.length;$++){let k=0;for(let A=0;A<i;A++)k+=
Math.floor(y/h[A])%l[A]*f[$][A];let x=r[$].data[k],w=s.shape[n+$],O=x<0?x+w:x;O>=0&&O<w||v(t,`has the index ${x} of ${w}`),z+=O*p[n+$]}for(let $=0;$<m;$++)a.data[b++]=
s.data[z+$]}}}}function Ma(t){let s=M(t,"sorted_sequence"),a=M(t,"self"),{out:e}=t,r=s.shape.at(-1)??1,n=a.shape.at(-1)??1,o=s.shape.length===1,i=!!t.args.right||
t.args.side==="right";return D(t,a,e),!o&&s.size/r!==a.size/n&&v(t,"has other rows of sorted values than of values"),t.args.sorter!=null&&v(t,"has a sorter, whi\
ch is not available"),{run:()=>{for(let l=0;l<a.size;l++){let f=o?0:Math.floor(l/n)*r,p=a.data[l],c=0,h=r;for(;c<h;){let u=c+h>>1,m=s.data[f+u];(i?m<=p:m<p)?c=u+
1:h=u}e.data[l]=c}}}}function Lt(t){let s=M(t,"self"),a=s.shape.length,e=q(t,"dim",a,-1),r=s.shape[e]??1,n=R(s.shape)[e]??1,o=t.op==="topk",i=o?T(t,"k"):r,l=o?T(
t,"largest",1)!==0:T(t,"descending",0)!==0,f=t.op==="argsort"?null:t.parts[0],p=t.op==="argsort"?t.out:t.parts[1],c=l?-1:1,h=s.size/Math.max(1,r*n);return(!(i<=
r)||(f??p)?.size!==h*i*n)&&v(t,`keeps ${i} of ${r}`),{run:()=>{for(let u=0;u<h;u++)for(let m=0;m<n;m++){let g=u*r*n+m,d=Array.from({length:r},(b,y)=>y).sort((b,y)=>c*
(s.data[g+b*n]-s.data[g+y*n])||b-y);for(let b=0,y=u*i*n+m;b<i;b++,y+=n)f&&(f.data[y]=s.data[g+d[b]*n]),p&&(p.data[y]=d[b])}}}}var me={gather:Oa,scatter:pe,scatter_add:pe,
index_select:he,embedding:he,index:Aa,searchsorted:Ma,argsort:Lt,sort:Lt,topk:Lt};function ja(t){let s=M(t,"self");return D(t,s,t.out),{alias:s}}function Rt(t,s){let a=M(t,"self"),e=a.shape.length,r=a.shape.map((o,i)=>i);if(t.op==="permute")H(
t,"dims").forEach((o,i)=>r[i]=ht(o,e));else if(t.op==="t")r.reverse();else{let o=q(t,"dim0",e),i=q(t,"dim1",e);[r[o],r[i]]=[r[i],r[o]]}if((new Set(r).size!==e||
r.some(o=>!(o>=0&&o<e)))&&v(t,`has the axes ${r.join(", ")}`),D(t,a,t.out),r.filter(o=>a.shape[o]>1).every((o,i,l)=>i===0||l[i-1]<o))return{alias:a};let n=R(a.shape);
return it(s,t.out,a,r.map(o=>n[o]),0)}function we(t,s,a,e,r,n,o){let i=R(s.shape);return L(s.shape.slice(0,e))===1&&n[e]===i[e]?{alias:s,shift:r*i[e]}:it(t,a,s,
n,r*i[e],o)}function Sa(t,s){let a=M(t,"self"),e=q(t,"dim",a.shape.length),r=T(t,"index"),n=r<0?r+a.shape[e]:r;(!(n>=0&&n<a.shape[e])||t.out.size*a.shape[e]!==a.
size)&&v(t,`takes element ${r} of ${a.shape[e]}`);let o=a.shape.map((i,l)=>l===e?1:i);return we(s,a,t.out,e,n,R(a.shape),o)}function Ea(t,s){let a=M(t,"self"),e=q(
t,"dim",a.shape.length,0),r=a.shape[e],n=T(t,"step",1),o=T(t,"start",0);o=Math.min(r,Math.max(0,o<0?o+r:o));let i=t.out.shape[e];return t.out.size===0?{run:()=>{}}:
((n<1||o+(i-1)*n>=r||t.out.size*r!==a.size*i)&&v(t,`takes ${i} elements from ${o} of ${r}`),we(s,a,t.out,e,o,R(a.shape).map((l,f)=>f===e?l*n:l),t.out.shape))}function _t(t,s){
let a=M(t,"self"),e=a.shape.length,r=q(t,"dim",e,0),n=R(a.shape),o=t.op==="unbind",i=0,l=t.parts.map(f=>{if(f===null)return{};let p=o?1:f.shape[r],c=a.shape.map(
(h,u)=>u===r?p:h);return(i+p>a.shape[r]||L(c)!==f.size)&&v(t,`is cut into more than the ${a.shape[r]} there are`),i+=p,it(s,f,a,n,(i-p)*n[r],c)});return Bt(l)}function de(t,s){
let a=ft(t,"tensors").filter(l=>l.size>0),{out:e}=t,r=q(t,"dim",e.shape.length,0),n=R(e.shape),o=0,i=a.map(l=>{let f=t.op==="stack"?[...l.shape.slice(0,r),1,...l.
shape.slice(r)]:l.shape;(f.length!==e.shape.length||f.some((c,h)=>h!==r&&c!==e.shape[h]))&&v(t,`cannot join ${f.join(" x ")} to ${e.shape.join(" x ")}`);let p=$t(
s,e,l,n,o*n[r],f);return o+=f[r],p});return o!==e.shape[r]&&v(t,`joins ${o} of ${e.shape[r]}`),Bt(i)}function ye(t){let s=M(t,"self"),{out:a}=t,e=H(t,"pad"),r=s.
shape.length,n=T(t,"value",0);t.args.mode!=null&&t.args.mode!=="constant"&&v(t,`pads with ${String(t.args.mode)}, which is not available`);let o=s.shape.map((d,b)=>e[2*
(r-1-b)]??0),i=s.shape.map((d,b)=>e[2*(r-1-b)+1]??0);s.shape.some((d,b)=>d+o[b]+i[b]!==a.shape[b])&&v(t,`pads ${s.shape.join(" x ")} to ${a.shape.join(" x ")}`);
let l=s.shape.map((d,b)=>d+Math.min(0,o[b])+Math.min(0,i[b])),f=R(s.shape),p=R(a.shape),c=o.reduce((d,b,y)=>d+Math.max(0,-b)*f[y],0),h=o.reduce((d,b,y)=>d+Math.
max(0,b)*p[y],0),u=L(l.slice(0,-1)),m=l.at(-1)??1,g=new Int32Array(r);return{run:()=>{a.data.fill(n),g.fill(0);for(let d=0;d<u;d++){let b=c,y=h;for(let z=0;z<r-
1;z++)b+=g[z]*f[z],y+=g[z]*p[z];for(let z=0;z<m;z++)a.data[y+z]=s.data[b+z];for(let z=r-2;z>=0&&!(++g[z]<l[z]);z--)g[z]=0}}}}function Ia(t,s){let a=M(t,"self"),
{out:e}=t,r=H(t,"repeats"),n=r.length-a.shape.length,o=r.flatMap((l,f)=>[l,a.shape[f-n]??1]),i=r.flatMap((l,f)=>[1,a.shape[f-n]??1]);return L(o)!==e.size&&v(t,"\
repeats to another size"),it(s,e,a,Z(i,o),0,o)}function Ba(t,s){let a=M(t,"self"),e=R(a.shape),r=0;D(t,a,t.out);for(let n of H(t,"dims")){let o=ht(n,a.shape.length);
o in e||v(t,`has axis ${n} of ${a.shape.length}`),r+=(a.shape[o]-1)*e[o],e[o]=-e[o]}return it(s,t.out,a,e,r)}function ge(t){let s=M(t,"self"),{out:a}=t,e=T(t,"d\
iagonal",0),r=a.shape.at(-1)??1,n=a.shape.at(-2)??1,o=t.op==="tril";return D(t,s,a),{run:()=>{for(let i=0;i<a.size;i++){let l=i%r-Math.floor(i/r)%n-e;a.data[i]=
(o?l<=0:l>=0)?s.data[i]:0}}}}var yt=t=>s=>(s.out.constant=!0,{run:()=>t(s,s.out.data)}),Wt=yt((t,s)=>s.fill(0)),Ut=yt((t,s)=>s.fill(1)),Pt=yt((t,s)=>s.fill(T(t,
"fill_value"))),be={...Object.fromEntries(["view","_unsafe_view","reshape","flatten","unflatten","unsqueeze","squeeze","clone","detach","alias","contiguous","li\
ft_fresh_copy"].map(t=>[t,ja])),dropout:t=>({alias:M(t,"input")}),permute:Rt,transpose:Rt,t:Rt,select:Sa,slice:Ea,split:_t,split_with_sizes:_t,chunk:_t,unbind:_t,
cat:de,stack:de,pad:ye,constant_pad_nd:ye,repeat:Ia,flip:Ba,tril:ge,triu:ge,zeros:Wt,zeros_like:Wt,new_zeros:Wt,ones:Ut,ones_like:Ut,new_ones:Ut,full:Pt,full_like:Pt,
new_full:Pt,arange:yt((t,s)=>{for(let a=0;a<s.length;a++)s[a]=T(t,"start",0)+a*T(t,"step",1)}),eye:yt((t,s)=>{s.fill(0);for(let a=0;a<s.length;a+=t.out.shape[1]+
1)s[a]=1})};function Fa(t,s,a,e,r,n,o,i,l,f,p){let c=p&-4;for(let h=0;h<c;h+=4){let u=a?a[o+h]:0,m=a?a[o+h+1]:0,g=a?a[o+h+2]:0,d=a?a[o+h+3]:0,b=0;for(;b+1<l;b+=2){let y=u,z=m,
$=g,k=d,x=u,w=m,O=g,A=d;for(let _=0,I=r+b*f,B=I+f,F=n+h;_<f;_++,I++,B++,F+=p){let N=t[I],j=t[B],U=s[F],P=s[F+1],W=s[F+2],C=s[F+3];y+=N*U,z+=N*P,$+=N*W,k+=N*C,x+=
j*U,w+=j*P,O+=j*W,A+=j*C}let S=i+b*p+h,E=S+p;e[S]=y,e[S+1]=z,e[S+2]=$,e[S+3]=k,e[E]=x,e[E+1]=w,e[E+2]=O,e[E+3]=A}if(b<l){let y=u,z=m,$=g,k=d;for(let w=0,O=r+b*f,
A=n+h;w<f;w++,O++,A+=p){let S=t[O];y+=S*s[A],z+=S*s[A+1],$+=S*s[A+2],k+=S*s[A+3]}let x=i+b*p+h;e[x]=y,e[x+1]=z,e[x+2]=$,e[x+3]=k}}for(let h=c;h<p;h++)for(let u=0;u<
l;u++){let m=a?a[o+h]:0;for(let g=0;g<f;g++)m+=t[r+u*f+g]*s[n+g*p+h];e[i+u*p+h]=m}}function wt(t,s,a,e,r,{groups:n,R:o,K:i,N:l,turned:f,shared:p}){let{out:c}=t,
{probe:h}=s,u=p.w?1:n,m=r!==null&&r.size>l;if((c.size!==n*o*l||a.size!==(p.x?1:n)*o*i||e.size!==u*i*l)&&v(t,`cannot multiply ${a.shape.join(" x ")} by ${e.shape.
join(" x ")}`),r&&r.size!==l&&r.size!==n*l&&v(t,`adds ${r.shape.join(" x ")} to ${c.shape.join(" x ")}`),h&&[a,e,c,r].every(y=>y===null||y.type==="f")){let y=h.
packed_size(i,l),z=s.scratch([u*y],"f",e.constant),$=()=>{for(let x=0;x<u;x++)s.kernels.pack(e.data.byteOffset+x*i*l*4,z.data.byteOffset+x*y*4,i,l,f?1:l,f?i:1)},
k=()=>{for(let x=0;x<n;x++)s.kernels.linear(a.data.byteOffset+(p.x?0:x*o*i*4),z.data.byteOffset+(p.w?0:x*y*4),r?r.data.byteOffset+(m?x*l*4:0):0,c.data.byteOffset+
x*o*l*4,o,i,l)};return e.constant?{once:$,run:k}:{run:()=>{$(),k()}}}let g=f?s.scratch([u*i*l],"f",e.constant):e,d=()=>{let y=e.data,z=g.data;if(f)for(let $=0;$<
u;$++)for(let k=0;k<i;k++)for(let x=0;x<l;x++)z[($*i+k)*l+x]=y[$*i*l+x*i+k]},b=()=>{for(let y=0;y<n;y++)Fa(a.data,g.data,r?r.data:null,c.data,p.x?0:y*o*i,p.w?0:
y*i*l,m?y*l:0,y*o*l,o,i,l)};return e.constant?{once:d,run:b}:{run:()=>{d(),b()}}}function Na(t,s){let a=M(t,"input"),e=M(t,"weight"),r=a.shape.at(-1)??1,n=e.shape[0];
return(e.shape.length!==2||e.shape[1]!==r)&&v(t,`cannot multiply ${a.shape.join(" x ")} by ${e.shape.join(" x ")}`),wt(t,s,a,e,Y(t,"bias"),{groups:1,R:a.size/Math.
max(1,r),K:r,N:n,turned:!0,shared:{x:!1,w:!1}})}function gt(t,s){let a=t.op==="baddbmm"||t.op==="addmm";a&&(T(t,"beta",1)!==1||T(t,"alpha",1)!==1)&&v(t,"has fac\
tors, which are not available");let e=M(t,t.op==="baddbmm"?"batch1":t.op==="addmm"?"mat1":"self"),r=M(t,t.op==="baddbmm"?"batch2":t.op==="matmul"?"other":"mat2"),
n=a?M(t,"self"):null,o=e.shape.at(-1)??1,i=r.shape.at(-1)??1;(e.shape.length<2||r.shape.length<2||r.shape.at(-2)!==o)&&v(t,`cannot multiply ${e.shape.join(" x ")}\
 by ${r.shape.join(" x ")}`);let l=L(e.shape.slice(0,-2)),f=L(r.shape.slice(0,-2)),p=e.shape.at(-2)??1;return n&&(n.shape.at(-1)!==i||n.shape.length>1&&n.shape.
at(-2)!==1)&&v(t,`adds ${n.shape.join(" x ")} to ${t.out.shape.join(" x ")}, expected one row per product`),f===1?wt(t,s,e,r,n,{groups:1,R:l*p,K:o,N:i,turned:!1,
shared:{x:!1,w:!1}}):(l!==f&&l!==1&&v(t,`has ${l} matrices on the left and ${f} on the right`),wt(t,s,e,r,n,{groups:f,R:p,K:o,N:i,turned:!1,shared:{x:l===1,w:!1}}))}
function Ta(t){let{equation:s}=t.args,a=ft(t,"tensors"),{out:e}=t;(typeof s!="string"||!/^[a-zA-Z]*(,[a-zA-Z]*)*->[a-zA-Z]*$/.test(s.replaceAll(" ","")))&&v(t,"\
has an equation that is not available");let[r,n]=s.replaceAll(" ","").split("->"),o=r.split(","),i={};o.length!==a.length&&v(t,`has ${a.length} arrays for ${s}`),
o.forEach((y,z)=>{y.length!==a[z].shape.length&&v(t,`has ${a[z].shape.length} axes for ${y}`),[...y].forEach(($,k)=>{let x=a[z].shape[k];(i[$]??x)!==x&&v(t,`has\
 two sizes for ${$}`),i[$]=x})});let l=[...n],f=Object.keys(i).filter(y=>!l.includes(y)),p=[...l,...f],c=p.map(y=>i[y]);(c.some(y=>y===void 0)||L(l.map(y=>i[y]))!==
e.size)&&v(t,"has an output of another size");let h=o.map((y,z)=>{let $=R(a[z].shape);return p.map(k=>[...y].reduce((x,w,O)=>w===k?x+$[O]:x,0))}),u=L(f.map(y=>i[y])),
m=c.length,g=new Int32Array(m),d=new Int32Array(a.length),b=e.size*u;return{run:()=>{g.fill(0),d.fill(0);for(let y=0,z=-1,$=0;y<b;y++){y%u===0&&(z>=0&&(e.data[z]=
$),z++,$=0);let k=1;for(let x=0;x<a.length;x++)k*=a[x].data[d[x]];$+=k,y===b-1&&(e.data[z]=$);for(let x=m-1;x>=0;x--){for(let w=0;w<a.length;w++)d[w]+=h[w][x];if(++g[x]<
c[x])break;for(let w=0;w<a.length;w++)d[w]-=h[w][x]*c[x];g[x]=0}}}}}function La(t,s){let[a,e,r]=["query","key","value"].map(k=>M(t,k)),n=Y(t,"attn_mask"),o=!!t.
args.is_causal,{out:i}=t,l=a.shape.at(-1)??1,f=a.shape.at(-2)??1,p=e.shape.at(-2)??1,c=r.shape.at(-1)??1,h=a.shape.slice(0,-2),u=L(h);(t.args.enable_gqa||e.shape.
at(-1)!==l||r.shape.at(-2)!==p||e.size!==u*p*l||r.size!==u*p*c||i.size!==u*f*c)&&v(t,`has queries ${a.shape.join(" x ")}, keys ${e.shape.join(" x ")}, values ${r.
shape.join(" x ")}`);let m=[...h,f,p],g=T(t,"scale",1/Math.sqrt(l)),d=new Float64Array(p),b=R(h);n&&st({...t,out:{...i,shape:m}},[n]);let y=n?Z(n.shape,m):m.map(
()=>0),z=y.at(-2)??0,$=y.at(-1)??0;if(s.probe&&[a,e,r,i].every(k=>k.type==="f")&&(n===null||n.type==="b"||n.type==="f")){let k=s.scratch([s.probe.attention_scratch(
f,p,l,c)],"f"),x=Array.from({length:u},(w,O)=>h.reduce((A,S,E)=>A+Math.floor(O/b[E])%S*y[E],0));return{run:()=>{for(let w=0;w<u;w++){let O=n?.type==="b"?n.data.
byteOffset+x[w]:0,A=n?.type==="f"?n.data.byteOffset+x[w]*4:0;s.kernels.attention(a.data.byteOffset+w*f*l*4,e.data.byteOffset+w*p*l*4,r.data.byteOffset+w*p*c*4,O,
A,z,$,i.data.byteOffset+w*f*c*4,k.data.byteOffset,f,p,l,c,g,o?1:0)}}}}return{run:()=>{let k=a.data,x=e.data,w=r.data,O=i.data,A=n?.data;for(let S=0;S<u;S++){let E=0;
for(let _=0;_<h.length;_++)E+=Math.floor(S/b[_])%h[_]*y[_];for(let _=0;_<f;_++){let I=-1/0,B=0,F=(S*f+_)*l,N=(S*f+_)*c;for(let j=0;j<p;j++){let U=A?A[E+_*z+j*$]:
1;if(o&&j>_||n?.type==="b"&&!U){d[j]=-1/0;continue}let P=0;for(let W=0,C=(S*p+j)*l;W<l;W++)P+=k[F+W]*x[C+W];d[j]=P*g+(n&&n.type!=="b"?U:0),d[j]>I&&(I=d[j])}for(let j=0;j<
p;j++)B+=d[j]=d[j]===-1/0?0:Math.exp(d[j]-I);for(let j=0;j<c;j++)O[N+j]=0;for(let j=0;j<p;j++){if(d[j]===0)continue;let U=d[j]/B;for(let P=0,W=(S*p+j)*c;P<c;P++)
O[N+P]+=U*w[W+P]}}}}}}var xe={linear:Na,bmm:gt,baddbmm:gt,matmul:gt,mm:gt,addmm:gt,einsum:Ta,scaled_dot_product_attention:La};var bt=t=>1/(1+Math.exp(-t)),ze={gru:{gates:3,cell(t,s,a,e,r,n,o,i){let l=bt(t[s]+a[e]),f=bt(t[s+i]+a[e+i]),p=Math.tanh(t[s+2*i]+l*a[e+2*i]);r[o]=(1-f)*p+f*r[o]}},
lstm:{gates:4,cell(t,s,a,e,r,n,o,i){let l=bt(t[s]+a[e]),f=bt(t[s+i]+a[e+i]),p=Math.tanh(t[s+2*i]+a[e+2*i]),c=bt(t[s+3*i]+a[e+3*i]);n[o]=f*n[o]+l*p,r[o]=c*Math.tanh(
n[o])}},rnn_tanh:{gates:1,cell:(t,s,a,e,r,n,o)=>{r[o]=Math.tanh(t[s]+a[e])}},rnn_relu:{gates:1,cell:(t,s,a,e,r,n,o)=>{r[o]=Math.max(0,t[s]+a[e])}}};function ke(t,s,a,e,r){
for(let n=0;n<a;n++)for(let o=0;o<e;o++)s.data.set(t.data.subarray((n*e+o)*r,(n*e+o+1)*r),(o*a+n)*r)}function Ra(t,s){let{gates:a,cell:e}=ze[t.op],r=M(t,"input"),
n=t.op==="lstm",[o,i,l]=t.parts,f=n?ft(t,"hx"):[M(t,"hx")],p=ft(t,"params"),c=T(t,"num_layers"),h=T(t,"bidirectional")?2:1,u=!!T(t,"batch_first"),m=T(t,"has_bia\
ses")?4:2,g=r.type;T(t,"train")&&T(t,"dropout")&&v(t,"has dropout of a training"),(r.shape.length!==3||!o||!i||n&&(!l||f.length!==2))&&v(t,"has no sequences, st\
ates and outputs of a recurrent layer"),(!(Number.isInteger(c)&&c>=1)||p.length!==c*h*m)&&v(t,`has ${p.length} arrays of weights, expected ${c*h*m}; a projectio\
n is not available`);let[d,b]=u?r.shape:[r.shape[1],r.shape[0]],y=f[0].shape.at(-1)??0,z=o;G(t,z,[...u?[d,b]:[b,d],h*y],"an output");for(let[S,E]of[...f.map(_=>[
_,"an initial state"]),[i,"a last state"],...n?[[l,"a last cell"]]:[]])G(t,S,[c*h,d,y],E);let $=[],k=[],x=(S,E,_,I,B)=>{G(t,E,[a*y,B],"weights"),_&&G(t,_,[a*y],
"a bias");let F=s.scratch([I,a*y],g),N=wt({...t,out:F},s,S,E,_,{groups:1,R:I,K:B,N:a*y,turned:!0,shared:{x:!1,w:!1}});return $.push(N),Object.assign(F,{run:()=>N.
run?.()})},w=r,O=r.shape[2];if(u){w=s.scratch([b,d,O],g);let S=w,E=O;k.push(()=>ke(r,S,d,b,E))}for(let S=0;S<c;S++){let E=s.scratch([b,d,h*y],g);for(let _=0;_<h;_++){
let I=(S*h+_)*m,[B,F,N=null,j=null]=p.slice(I,I+m),U=(S*h+_)*d*y,P=s.scratch([d,y],g),W=n?s.scratch([d,y],g):P,C=x(w,B,N,b*d,O),V=x(P,F,j,d,y);k.push(()=>{C.run(),
P.data.set(f[0].data.subarray(U,U+d*y)),n&&W.data.set(f[1].data.subarray(U,U+d*y));for(let Q=0;Q<b;Q++){let kt=_?b-1-Q:Q;V.run();for(let tt=0;tt<d;tt++){for(let nt=0;nt<
y;nt++)e(C.data,(kt*d+tt)*a*y+nt,V.data,tt*a*y+nt,P.data,W.data,tt*y+nt,y);E.data.set(P.data.subarray(tt*y,(tt+1)*y),(kt*d+tt)*h*y+_*y)}}i?.data.set(P.data,U),n&&
l?.data.set(W.data,U)})}[w,O]=[E,h*y]}let A=w;return k.push(()=>u?ke(A,z,b,d,h*y):z.data.set(A.data)),{once:()=>$.forEach(S=>S.once?.()),run:()=>k.forEach(S=>S())}}
var ve=Object.fromEntries(Object.keys(ze).map(t=>[t,Ra]));var Oe={sum:{start:0,fold:(t,s)=>t+s},mean:{start:0,fold:(t,s)=>t+s},prod:{start:1,fold:(t,s)=>t*s},any:{start:0,fold:(t,s)=>t||s?1:0},all:{start:1,fold:(t,s)=>t&&
s?1:0},amax:{start:-1/0,fold:Math.max},amin:{start:1/0,fold:Math.min}},Wa=["sum","mean","amax","amin","prod"],Ae=t=>(s,a)=>{let e=M(s,"self"),{out:r}=s,n=e.shape.
length,{start:o,fold:i}=Oe[t],l=H(s,"dim",e.shape.map((k,x)=>x)),f=new Set((l.length?l:e.shape.map((k,x)=>x)).map(k=>ht(k,n))),p=e.shape.map((k,x)=>f.has(x)?1:k),
c=e.size/Math.max(1,L(p));L(p)!==r.size&&v(s,`reduces ${e.shape.join(" x ")} to ${r.shape.join(" x ")}`);let h=R(p).map((k,x)=>f.has(x)?0:k),u=new Float64Array(
r.size),m=e.shape.at(-1)??1,g=h.at(-1)??0,d=Math.min(...f),b=Math.max(...f),y=f.size>0&&b-d+1===f.size,z=Wa.indexOf(t);if(a.simd&&y&&z>=0&&e.type==="f"&&r.type===
"f"&&e.size>0){let k=L(e.shape.slice(0,d)),x=L(e.shape.slice(b+1));return{run:()=>a.kernels.reduce(z,e.data.byteOffset,r.data.byteOffset,k,c,x)}}let $=et(e.shape,
[h],[0],(k,x)=>{let w=e.data,O=x[0];if(g===0){let A=u[O];for(let S=0;S<m;S++)A=i(A,w[k+S]);u[O]=A}else for(let A=0;A<m;A++)u[O+A]=i(u[O+A],w[k+A])});return{run:()=>{
u.fill(o),$();for(let k=0;k<r.size;k++)r.data[k]=t==="mean"?u[k]/c:u[k]}}},Ot=(t,s)=>(a,e)=>{let r=M(a,"self"),n=r.shape.length,o=a.args.dim==null,i=t==="max"?1:
-1;if(!s&&o)return Ae(t==="max"?"amax":"amin")(a,e);let l=o?0:q(a,"dim",n),f=o?r.size:r.shape[l],p=o?1:R(r.shape)[l],c=r.size/Math.max(1,f*p),h=s?null:a.parts[0],
u=s?a.out:a.parts[1];return(u??h)?.size!==c*p&&v(a,"has an output of another size"),{run:()=>{for(let m=0;m<c;m++)for(let g=0;g<p;g++){let d=0,b=m*f*p+g;for(let y=1;y<
f;y++)i*r.data[b+y*p]>i*r.data[b+d*p]&&(d=y);h&&(h.data[m*p+g]=r.data[b+d*p]),u&&(u.data[m*p+g]=d)}}}};function $e(t,s){let a=M(t,"self"),e=q(t,"dim",a.shape.length),
r=R(a.shape)[e]??1,n=a.shape[e]??1,o=t.op==="cummax",i=o?t.parts[0]:t.out,l=o?t.parts[1]:null,f=a.size/Math.max(1,n*r);return i&&i.size!==a.size&&v(t,"has an ou\
tput of another size"),s.simd&&i&&!l&&a.type==="f"&&i.type==="f"?{run:()=>s.kernels.running(o?2:0,a.data.byteOffset,i.data.byteOffset,f,n,r)}:{run:()=>{for(let p=0;p<
f;p++)for(let c=0;c<r;c++){let h=o?-1/0:0,u=0;for(let m=0,g=p*n*r+c;m<n;m++,g+=r)o?a.data[g]>=h&&(h=a.data[g],u=m):h+=a.data[g],i&&(i.data[g]=h),l&&(l.data[g]=u)}}}}
function Ct(t,s){let a=M(t,"self"),{out:e}=t,r=q(t,"dim",a.shape.length),n=a.shape[r]??1,o=R(a.shape)[r]??1,i=t.op.endsWith("log_softmax");D(t,a,e);let l=a.size/
Math.max(1,n*o);return s.simd&&!i&&o===1&&a.type==="f"&&e.type==="f"?{run:()=>s.kernels.softmax(a.data.byteOffset,e.data.byteOffset,l,n)}:{run:()=>{let f=e.data,
p=a.data;for(let c=0;c<l;c++)for(let h=0;h<o;h++){let u=c*n*o+h,m=u+n*o,g=-1/0,d=0;for(let y=u;y<m;y+=o)p[y]>g&&(g=p[y]);for(let y=u;y<m;y+=o)d+=Math.exp(p[y]-g);
let b=Math.log(d);for(let y=u;y<m;y+=o)f[y]=i?p[y]-g-b:Math.exp(p[y]-g)/d}}}}function _e(t,s){let a=M(t,"input"),{out:e}=t,r=t.op==="layer_norm",n=H(t,"normaliz\
ed_shape"),o=L(n),i=Y(t,"weight"),l=r?Y(t,"bias"):null,f=T(t,"eps",r?1e-5:11920928955078125e-23);D(t,a,e),(!(o>0)||n.some((c,h)=>c!==a.shape.at(h-n.length)))&&v(
t,`normalises ${n.join(" x ")} of ${a.shape.join(" x ")}`);for(let c of[i,l])c&&G(t,c,n,"a weight");let p=a.size/o;return s.simd&&a.type==="f"?{run:()=>s.kernels.
layer_norm(a.data.byteOffset,i?.data.byteOffset??0,l?.data.byteOffset??0,e.data.byteOffset,p,o,f,r?1:0)}:{run:()=>{let c=e.data,h=a.data;for(let u=0;u<p*o;u+=o){
let m=0,g=0;if(r){for(let b=0;b<o;b++)m+=h[u+b];m/=o}for(let b=0;b<o;b++)g+=(h[u+b]-m)**2;let d=1/Math.sqrt(g/o+f);for(let b=0;b<o;b++)c[u+b]=(h[u+b]-m)*d*(i?i.
data[b]:1)+(l?l.data[b]:0)}}}}function Ua(t,s){let a=M(t,"self"),{out:e}=t,r=a.shape.length,n=T(t,"ord",2),o=n===1/0;n!==2&&!o&&v(t,`is a norm of order ${n}, wh\
ich is not available`);let i=new Set(H(t,"dim",a.shape.map((m,g)=>g)).map(m=>ht(m,r))),l=a.shape.map((m,g)=>i.has(g)?1:m);L(l)!==e.size&&v(t,"has an output of a\
nother size");let f=R(l).map((m,g)=>i.has(g)?0:m),p=new Float64Array(e.size),c=a.shape.at(-1)??1,h=f.at(-1)??0;if(s.simd&&!o&&i.size===1&&i.has(r-1)&&a.type==="\
f"&&e.type==="f")return{run:()=>s.kernels.norm(a.data.byteOffset,e.data.byteOffset,e.size,c)};let u=et(a.shape,[f],[0],(m,g)=>{for(let d=0,b=g[0];d<c;d++,b+=h)p[b]=
o?Math.max(p[b],Math.abs(a.data[m+d])):p[b]+a.data[m+d]**2});return{run:()=>{p.fill(0),u();for(let m=0;m<e.size;m++)e.data[m]=o?p[m]:Math.sqrt(p[m])}}}var Me={...Object.
fromEntries(Object.keys(Oe).map(t=>[t,Ae(t)])),max:Ot("max",!1),min:Ot("min",!1),argmax:Ot("max",!0),argmin:Ot("min",!0),cumsum:$e,cummax:$e,softmax:Ct,_softmax:Ct,
log_softmax:Ct,layer_norm:_e,rms_norm:_e,linalg_vector_norm:Ua};function Gt(t,s,a,e){(s.shape.length!==e+2||a.shape.length!==e+2)&&v(t,`has the shape ${s.shape.join(" x ")}, expected batch, channel and ${e===1?"a time axis":
"two axes"}`);let r=n=>e===1?[1,n.shape[2]]:[n.shape[2],n.shape[3]];return{outer:s.shape.slice(0,2),in:r(s),out:r(a),axes:e}}function lt(t,s,{axes:a},e,r){let n=H(
t,s),o=n.length||!r?n:r,i=o.length===1&&a===2?[o[0],o[0]]:o;return(i.length<a||!i.every(l=>Number.isInteger(l)&&l>=0))&&v(t,`has ${s} ${JSON.stringify(n)}`),a===
1?[e,i[i.length-1]]:[i[0],i[1]]}function je(t){let s=M(t,"input"),a=M(t,"weight"),e=Y(t,"bias"),{out:r}=t,n=t.op==="conv1d"?1:2,o=Gt(t,s,r,n),i=lt(t,"stride",o,
1),l=lt(t,"dilation",o,1),f=T(t,"groups"),[p,c]=o.outer,h=r.shape[1],[u,m]=n===1?[1,a.shape[2]]:a.shape.slice(2),g=c/f;G(t,a,n===1?[h,g,m]:[h,g,u,m],"weights"),
e&&G(t,e,[h],"a bias");let{padding:d}=t.args,[b,y]=d==="same"?[l[0]*(u-1)>>1,l[1]*(m-1)>>1]:d==="valid"?[0,0]:lt(t,"padding",o,0);(r.shape[0]!==p||!Number.isInteger(
g)||h%f)&&v(t,`has ${f} groups of ${c} channels and ${h} outputs`);let[z,$]=o.in,[k,x]=o.out,w=h/f;return{run:()=>{let O=s.data,A=r.data,S=a.data;for(let E=0;E<
p;E++)for(let _=0;_<h;_++){let I=Math.floor(_/w)*g,B=(E*h+_)*k*x;A.fill(e?e.data[_]:0,B,B+k*x);for(let F=0;F<g;F++)for(let N=0;N<u;N++)for(let j=0;j<m;j++){let U=S[((_*
g+F)*u+N)*m+j],P=(E*c+I+F)*z*$;for(let W=0;W<k;W++){let C=W*i[0]-b+N*l[0];if(!(C<0||C>=z))for(let V=0,Q=j*l[1]-y;V<x;V++,Q+=i[1])Q>=0&&Q<$&&(A[B+W*x+V]+=U*O[P+C*
$+Q])}}}}}}function Ee(t,s,a,{outer:e,in:[r,n],out:[o,i]},l,[f,p],c){(a.shape[0]!==e[0]||a.shape[1]!==e[1])&&v(t,`has ${e.join(" x ")} sequences in and ${a.shape.
slice(0,2).join(" x ")} out`);let h=Array.from({length:o},(m,g)=>l(g,0)),u=Array.from({length:i},(m,g)=>l(g,1));return{run:()=>{for(let m=0,g=0;m<e[0]*e[1];m++)
for(let[d,b,y]of h)for(let[z,$,k]of u){let x=c?-1/0:0;for(let w=d;w<b;w+=f)if(w>=0&&w<r)for(let O=z;O<$;O+=p){if(O<0||O>=n)continue;let A=s.data[(m*r+w)*n+O];c?
(A>x||Number.isNaN(A))&&(x=A):x+=A}a.data[g++]=c?x:x/(y*k)}}}}function At(t){let s=M(t,"self"),a=t.op.startsWith("max"),e=t.out,r=t.op.endsWith("1d")?1:2,n=Gt(t,
s,e,r),o=lt(t,"kernel_size",n,1),i=lt(t,"stride",n,1,r===1?[o[1]]:o),l=lt(t,"padding",n,0),f=a?lt(t,"dilation",n,1):[1,1],p=a||!!T(t,"count_include_pad",1);return t.
args.divisor_override!=null&&v(t,"has a divisor of its own, which is not available"),Ee(t,s,e,n,(c,h)=>{let u=c*i[h]-l[h],m=u+(o[h]-1)*f[h]+1,g=n.in[h];return[u,
m,p?Math.min(m,g+l[h])-u:Math.min(m,g)-Math.max(u,0)]},f,a)}function Se(t){let s=M(t,"self"),a=Gt(t,s,t.out,t.op.endsWith("1d")?1:2);return Ee(t,s,t.out,a,(e,r)=>{
let n=Math.floor(e*a.in[r]/a.out[r]),o=Math.ceil((e+1)*a.in[r]/a.out[r]);return[n,o,o-n]},[1,1],!1)}var Ie={conv1d:je,conv2d:je,max_pool1d:At,max_pool2d:At,avg_pool1d:At,
avg_pool2d:At,adaptive_avg_pool1d:Se,adaptive_avg_pool2d:Se};var ut=new Map(Object.entries({...ae,...ce,...me,...be,...te,...xe,...ve,...Me,...Ie}));var Be=1,K={nodes:2e4,size:1<<26,total:1<<28,rows:4096,axes:8},Fe={f4:4,f3:3,f2:2,f8:8,i8:8,u1:1},Ne=["f","d","i","b"],X=t=>{throw new J(`model in the page: ${t}\
; save the page again`)};function Te(t,s,a){let e=typeof s=="object"&&s!==null?s.rows*a:s;return Number.isInteger(e)&&e>=0&&e<=K.size?e:X(`${t} has the size ${JSON.
stringify(s)}`)}function Dt(t,{shape:s,type:a},e,r){(!Array.isArray(s)||s.length>K.axes)&&X(`${t} has no shape of at most ${K.axes} axes`),Ne.includes(a??"")||X(
`${t} has the type ${JSON.stringify(a)}, expected one of ${Ne.join(", ")}`);let n=(s??[]).map(i=>Te(t,i,e)),o=L(n);return o>K.size&&X(`${t} has ${o} values, mor\
e than ${K.size}`),{shape:n,size:o,type:a,data:new Uint8Array(0),source:null,shift:0,constant:!1,kept:!1,first:r,last:r,offset:-1}}function Le(t,s,a){(typeof t!=
"object"||t===null||!Array.isArray(t.nodes))&&X("the graph has no list of nodes"),t.version!==Be&&X(`the graph has version ${JSON.stringify(t.version)}, this pa\
ge runs version ${Be}`),t.nodes.length>K.nodes&&X(`the graph has ${t.nodes.length} nodes, more than ${K.nodes}`),Number.isInteger(a)&&a>=1&&a<=K.rows||X(`${a} r\
ows, expected 1 to ${K.rows}`);let e=[],r=0;return t.nodes.forEach((n,o)=>{let i=`node ${o} (${String(n?.op).slice(0,40)})`;!(n?.op==="constant"||n?.op==="input")&&
n?.op!=="getitem"&&!ut.has(n?.op)&&X(`${i} is an unknown operator`);let f=u=>Array.isArray(u)?u.map(f):typeof u!="object"||u===null?u:"rows"in u?Te(i,u,a):"numb\
er"in u?Number(u.number.replace("inf","Infinity").replace("nan","NaN")):Pa(i,e,u.ref),p=(n.parts??[]).map(u=>u&&Dt(i,u,a,o)),c=Object.fromEntries(Object.entries(
n.args??{}).filter(([u])=>n.op!=="getitem"||u!=="self").map(([u,m])=>[u,f(m)])),h=n.op==="getitem"?Ca(i,e,n.args):n.shape?Dt(i,n,a,o):{...Dt(i,{shape:[0],type:"\
f"},a,o)};for(let u of[h,...p])r+=u?.size??0;if(r>K.total&&X(`the arrays have more than ${K.total} values`),n.op==="constant"){let u=Fe[n.store??""],m=n.at??-1;
u||X(`${i} is stored as ${JSON.stringify(n.store)}, expected one of ${Object.keys(Fe).join(", ")}`),Number.isInteger(m)&&m>=0&&m+u*h.size<=s.length||X(`${i} end\
s at byte ${m+u*h.size} of ${s.length} bytes of weights`)}e.push({op:n.op,index:o,args:c,out:h,parts:p})}),e}function Pa(t,s,a){let e=typeof a=="number"?s[a]:void 0;
return e?e.parts.length?X(`${t} refers to all outputs of node ${JSON.stringify(a)}`):e.out:X(`${t} refers to node ${JSON.stringify(a)}, expected an earlier one`)}
function Ca(t,s,a){let e=a?.self,r=a?.index,n=typeof e=="object"&&e!==null&&"ref"in e?e.ref:-1;return(n<s.length&&typeof r=="number"?s[n]?.parts[r]:null)??X(`${t}\
 refers to output ${JSON.stringify(r)} of node ${JSON.stringify(n)}, which is not there`)}function rt(t,s,a){let e=typeof s=="object"&&s!==null&&"ref"in s?s.ref:
-1;return t[e]?.out??X(`the output ${a} is not there`)}var Re=t=>t.size*(t.type==="f"?4:t.type==="b"?1:8)+32+16-1&-16;function Mt(t){let s=t;for(;s.source;)s=s.source;return s}function We(t,s){let a=s+16-1&-16,e=[],
r=[];for(let n of t.filter(o=>o.kept))n.offset=a,a+=Re(n);for(let n of t.filter(o=>!o.kept).sort((o,i)=>o.first-i.first)){let o=r.filter(f=>f.last<n.first);o.length&&
(r=r.filter(f=>f.last>=n.first),e=Ga([...e,...o]));let i=Re(n),l=e.filter(f=>f.bytes>=i).sort((f,p)=>f.bytes-p.bytes)[0];l?(n.offset=l.at,l.at+=i,l.bytes-=i,e=e.
filter(f=>f.bytes>0)):(n.offset=a,a+=i),r.push({at:n.offset,bytes:i,last:n.last})}return a}function Ga(t){let s=[];for(let{at:a,bytes:e}of t.sort((r,n)=>r.at-n.
at)){let r=s.at(-1);r&&r.at+r.bytes===a?r.bytes+=e:s.push({at:a,bytes:e})}return s}function Jt(t,s){for(let a of t){let e=0,r=a;for(;r.source;)e+=r.shift,r=r.source;
let n=a.type==="f"?Float32Array:a.type==="b"?Uint8Array:Float64Array;a.data=new n(s,r.offset+e*n.BYTES_PER_ELEMENT,a.size)}}function qt(t){let s=new Float32Array(t.length);for(let a=0;a<s.length;a++){let e=t[a],r=e&32768?-1:1,n=e>>10&31,o=e&1023;s[a]=n===0?r*o*2**-24:n===31?o?NaN:r*(1/0):
r*(1+o/1024)*2**(n-15)}return s}function Ue(t,s,a,e){let r={f4:4,f3:3,f2:2,f8:8,i8:8,u1:1}[s??"f4"],n=t.slice(a,a+e*r);if(s==="f3"){let o=new Uint8Array(e*4);for(let i=0;i<
e;i++)for(let l=0;l<3;l++)o[4*i+1+l]=n[3*i+l];return new Float32Array(o.buffer)}return s==="f2"?qt(new Uint16Array(n.buffer)):s==="f8"?new Float64Array(n.buffer):
s==="i8"?Array.from(new BigInt64Array(n.buffer),Number):s==="u1"?n:new Float32Array(n.buffer)}var Pe=1<<29,Ce=["share","bias"];function De(t,s){if(Array.isArray(t))for(let a of t)De(a,s);else ot(t)&&s(t)}var Ge=t=>Array.isArray(t)?t:[];function Da(t,s){let a=new Set(
s),e=[...s],r=n=>{Array.isArray(n)?n.forEach(r):typeof n=="object"&&n!==null&&"ref"in n&&!a.has(n.ref)&&(a.add(n.ref),e.push(n.ref))};for(let n=e.pop();n!==void 0;n=
e.pop())Object.values(t.nodes[n].args??{}).forEach(r);return a}async function jt(t,s,a,e){let r=Le(t,s,a),n=new Set(t.scans.map(w=>w.node)),o=[],i=new Map,l={interventions:[],
states:!1},f=[],p=[],c=0,h=rt(r,t.outputs.predictions,"predictions"),u=rt(r,t.outputs.valid,"valid"),m=Object.fromEntries(Ce.flatMap(w=>t.outputs[w]?[[w,rt(r,t.
outputs[w],w)]]:[])),g=Da(t,[t.outputs.predictions,t.outputs.valid,...Ce.flatMap(w=>t.outputs[w]??[])].map(w=>w.ref)),d={simd:e!==null,probe:e?.probe??null,kernels:{},
live:l,scratch(w,O,A=!1){let S={shape:w,size:L(w),type:O,data:new Uint8Array(0),source:null,shift:0,constant:!1,kept:A,first:c,last:c,offset:-1};return o.push(S),
S},watch:(w,O)=>{i.set(w,O)},watched:w=>n.has(w)};for(let w of r){c=w.index;let O=w.op==="getitem"?[]:w.parts.length?w.parts.filter(_=>_!==null):[w.out];o.push(
...O);let A=w.op!=="input";for(let _ of Object.values(w.args))De(_,I=>{Mt(I).last=Math.max(Mt(I).last,c),A&&=I.constant});if(w.op==="getitem")continue;for(let _ of O)
_.constant=A;if(w.op==="input"||w.op==="constant"){w.out.kept=!0,w.op==="constant"&&f.push({op:w.op,needed:!0,run:()=>w.out.data.set(Ue(s,t.nodes[w.index].store,
t.nodes[w.index].at??0,w.out.size))});continue}let S=ut.get(w.op);if(!S)throw new J(`model in the page: operator ${w.op} is unknown`);let E=S(w,d);if(E.alias){w.
out.source=E.alias,w.out.shift=E.shift??0,w.out.constant=E.alias.constant;continue}if(A||=w.out.constant,A)for(let _ of O)_.kept=_.constant=!0;E.once&&f.push({op:w.
op,needed:!0,run:E.once}),E.run&&(A?f:p).push({op:w.op,needed:g.has(w.index),run:E.run})}let b=t.scans.map(w=>{let O=i.get(w.node);if(!O)throw new J(`model in t\
he page: node ${w.node} is no scan; save the page again`);return{norms:O,positions:w.positions?rt(r,w.positions,"positions"):null}}),y=Ge(t.outputs.routing).map(
w=>rt(r,w,"routing")),z=Ge(t.outputs.transport).map(w=>({plan:rt(r,w?.plan,"plan"),cost:rt(r,w?.cost,"cost"),distance:rt(r,w?.distance,"distance")}));for(let w of[
h,u,...Object.values(m),...b.flatMap(O=>O.positions??[]),...y,...z.flatMap(Object.values)])Mt(w).kept=!0;let $=o.filter(w=>w.source===null),k=We($,e?e.probe.__heap_base.
value:0);if(k>Pe)throw new J(`model in the page: ${a} rows need ${Math.ceil(k/2**20)} MiB of memory, more than ${Pe/2**20}; use the kernel`);e?(Object.assign(d.
kernels,await e.withMemory(k)),Jt(o,d.kernels.memory.buffer)):Jt(o,new ArrayBuffer(k));for(let w of f)w.run();let x={values:[],valid:[],share:[],members:[],until:[],
weights:[]};for(let{node:w,kind:O,modality:A=0}of t.inputs)x[O][A]=r[w].out;return{inputs:x,predictions:h,valid:u,others:m,states:b,routing:y,transport:z,live:l,
bytes:k,run:()=>{for(let w of p)(w.needed||l.states)&&w.run()},timed:()=>{let w={};for(let{op:O,run:A}of p){let S=performance.now();A(),w[O]=(w[O]??0)+performance.
now()-S}return w}}}var Ja=2;function Je(t,s,a){let e=new Map;return async r=>{if(!t)throw new J("the model in the page has no attribution");if(![t.nodes,t.inputs,t.scans].every(Array.
isArray)||typeof t.outputs!="object"||t.outputs===null)throw new J("model in the page: the attribution has no lists of nodes, inputs and scans, or no outputs; s\
ave the page again");let n=performance.now(),o=r.weights.length/qa(t),i=e.get(o);if(!i){i=await jt(t,s,o,a);let h=e.keys().next();e.size>=Ja&&!h.done&&e.delete(
h.value),e.set(o,i)}let{inputs:l,predictions:f,others:{share:p,bias:c}}=i;if(!p||!c)throw new J("model in the page: the attribution has no shares; save the page\
 again");return St(l.values,r.values,"values"),St(l.valid,r.valid,"valid"),St(l.share,r.share,"share"),St(l.weights,[r.weights],"weights"),i.live.states=!0,i.run(),
{share:Float32Array.from(p.data),output:Float32Array.from(f.data),bias:Float32Array.from(c.data),milliseconds:performance.now()-n}}}function qa(t){let s=t.inputs.
find(r=>r.kind==="weights")?.node??-1,e=(t.nodes[s]?.shape??[]).slice(1).reduce((r,n)=>r*(typeof n=="number"?n:NaN),1);if(s<0||!(e>0))throw new J("model in the \
page: the attribution has no weights of outputs; save the page again");return e}function St(t,s,a){t.forEach((e,r)=>{let n=s?.[r];if(n?.length!==e.size)throw new J(
`request: ${a} ${r} has ${n?.length??0} values, expected ${e.shape.join(" x ")} = ${e.size}`);e.data.set(n)})}var Ya=65536,Xa=1<<20,Za=4,Qa=2**31-1;async function xt({graph:t,weights:s,wasm:a}){let e=null,r="the page has no WebAssembly kernels";if(a)try{e=await Va(a),r=
""}catch(o){r=`WebAssembly: ${o instanceof Error?o.message:String(o)}`}let n=new Map;return{kind:e?"wasm":"js",reason:r,programs:n,attribute:Je(t.gradient,s,e),
async predict(o){let i=performance.now(),l=o.members.length/t.modalities,f=n.get(l);if(!f){f=await jt(t,s,l,e);let m=n.keys().next();n.size>=Za&&!m.done&&n.delete(
m.value),n.set(l,f)}Ha(f.inputs,o),f.live.interventions=Ka(o.interventions??[],t.modalities),f.live.states=o.wants.states,f.run();let p=o.wants.states,{states:c,
routing:h,transport:u}=f;return{predictions:Float32Array.from(f.predictions.data),steps:f.predictions.shape[1],states:p&&c.length?c.map(m=>ts(m)):null,routing:p&&
h.length?h.map(({data:m})=>Float32Array.from(m)):null,transport:p&&u.length?u.map(({plan:m,cost:g,distance:d})=>({plan:Float32Array.from(m.data),cost:Float32Array.
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
pt"})),e=new Worker(a),r=new Map,n=0,o=f=>{for(let{reject:p}of r.values())p(f);r.clear()},i=f=>new Promise((p,c)=>{r.set(++n,{resolve:p,reject:c}),e.postMessage(
{id:n,...f})});e.onmessage=({data:f})=>{let p=r.get(f.id);r.delete(f.id),f.error!==void 0?p?.reject(new Error(f.error)):p?.resolve(f.started??f.prediction??f.attribution)},
e.onerror=f=>o(new Error(f.message||"it could not be started"));let l=setTimeout(()=>o(new Error(`no reply within ${qe/1e3} s`)),qe);try{let{kind:f,reason:p}=await i(
{parts:s});return Xe(h=>i({request:h}),{attribute:h=>i({attribution:h}),kind:f,thread:"worker",reason:p,stop:()=>{e.terminate(),o(new Error("the engine was stop\
ped"))}})}catch(f){throw e.terminate(),f}finally{clearTimeout(l),URL.revokeObjectURL(a)}}function Xe(t,s){let a=null,e=!1,r=async()=>{for(e=!0;a;){let{request:n,
resolve:o,reject:i}=a;a=null,await t(n).then(o,i)}e=!1};return{...s,predict:n=>new Promise((o,i)=>{a?.reject(new Yt("a later request replaced this one")),a={request:n,
resolve:o,reject:i},e||r()})}}var Ze={float32:4,float16:2,uint16:2,uint14:2,uint12:2,uint8:1,adaptive:4};function Qe(t,s,a){let{modalities:e,ids:r}=t.split;if(!(Number.isInteger(a)&&a>=0&&a<
r.length))throw new RangeError(`sample ${a}, but the page carries ${r.length} samples`);let n=(f,p)=>{if(!(f>=0&&f+p<=s.length))throw new RangeError(`the frames\
 end at byte ${f+p} of ${s.length}; save the page again`);return s.slice(f,f+p).buffer},o=e.map(({kind:f,frames:p,features:c,at:h,low:u,step:m,shift:g})=>{let d=p*
c,b=n(h+a*d*Ze[f],d*Ze[f]);if(f==="float32")return new Float32Array(b);if(f==="float16")return qt(new Uint16Array(b));let y=f==="adaptive"?new Uint32Array(b):f===
"uint8"?new Uint8Array(b):new Uint16Array(b),z=2**(g?.[a]??0);return Float32Array.from(y,($,k)=>(u?.[k%c]??0)+$*z*(m?.[k%c]??0))}),i=e.map(({frames:f,valid_at:p})=>{
let c=a*f,h=new Uint8Array(n(p+(c>>3),(c+f+7>>3)-(c>>3)));return Uint8Array.from({length:f},(u,m)=>h[(c&7)+m>>3]>>7-((c&7)+m&7)&1)}),l=e.flatMap(({share_frames:f=0,
share_at:p})=>p===void 0?[]:[new Float64Array(n(p+a*f*16,f*16))]);return{values:o,valid:i,share:l}}var Ve=(t,s)=>s.subarray(0,t.weights);var as=()=>[...ut.keys()].sort(),ct=globalThis;if(typeof ct.importScripts=="function"&&ct.document===void 0){let t=null;ct.onmessage=async({data:s})=>{try{if("p\
arts"in s){t=xt(s.parts);let{kind:a,reason:e}=await t;ct.postMessage({id:s.id,started:{kind:a,reason:e}})}else if(t&&"attribution"in s){let a=await(await t).attribute(
s.attribution);ct.postMessage({id:s.id,attribution:a},[a.share,a.output,a.bias].map(e=>e.buffer))}else if(t&&"request"in s){let a=await(await t).predict(s.request);
ct.postMessage({id:s.id,prediction:a},[a.predictions,a.valid,...a.states??[]].map(e=>e.buffer))}}catch(a){ct.postMessage({id:s.id,error:a instanceof Error?a.message:
String(a)})}}}return sa(ss);})();
