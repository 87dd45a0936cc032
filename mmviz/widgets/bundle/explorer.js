"use strict";var mmviz=(()=>{var __defProp=Object.defineProperty;var __getOwnPropDesc=Object.getOwnPropertyDescriptor;var __getOwnPropNames=Object.getOwnPropertyNames;var __hasOwnProp=Object.prototype.hasOwnProperty;var __export=(target,all)=>{for(var name2 in all)__defProp(target,name2,{get:all[name2],enumerable:!0})},__copyProps=(to,from,except,desc)=>{if(from&&typeof from==
"object"||typeof from=="function")for(let key of __getOwnPropNames(from))!__hasOwnProp.call(to,key)&&key!==except&&__defProp(to,key,{get:()=>from[key],enumerable:!(desc=
__getOwnPropDesc(from,key))||desc.enumerable});return to};var __toCommonJS=mod=>__copyProps(__defProp({},"__esModule",{value:!0}),mod);var index_exports={};__export(index_exports,{DASHES:()=>DASHES,allOf:()=>allOf,argmax:()=>argmax,bar:()=>bar,brief:()=>brief,button:()=>button,changes:()=>changes,
chart:()=>chart,choice:()=>choice,coalitionWithout:()=>coalitionWithout,columnHead:()=>columnHead,columnsOfEqualHeight:()=>columnsOfEqualHeight,dash:()=>dash,ends:()=>ends,
epochName:()=>epochName,faint:()=>faint,fault:()=>fault,fill:()=>fill2,fixed:()=>fixed,glyph:()=>glyph,h:()=>h,heading:()=>heading,heightOf:()=>heightOf,joint:()=>joint,
largest:()=>largest,lastColour:()=>lastColour,layerOf:()=>layerOf,legend:()=>legend,letters:()=>letters,modality:()=>modality,moment:()=>moment,name:()=>name,onDrag:()=>onDrag,
openFrame:()=>openFrame,openStandalone:()=>openStandalone,paint:()=>paint,pathOf:()=>pathOf,plot:()=>plot,prefixNote:()=>prefixNote,rangeOf:()=>rangeOf,readout:()=>readout,
register:()=>register,registerFailure:()=>registerFailure,render:()=>render,rgb:()=>rgb,row:()=>row,rowCount:()=>rowCount,rowHead:()=>rowHead,s:()=>s,short:()=>short,
signed:()=>signed,signedBar:()=>signedBar,span:()=>span,stretch:()=>stretch,ticks:()=>ticks,tint:()=>tint,unseen:()=>unseen,untrainedNote:()=>untrainedNote,viewNames:()=>viewNames});var SVG="http://www.w3.org/2000/svg";function fill(node,attributes,children){for(let[name2,value2]of Object.entries(attributes))node.setAttribute(name2,String(value2));
return node.append(...children),node}var h=(tag,attributes={},...children)=>fill(document.createElement(tag),attributes,children),s=(tag,attributes={},...children)=>fill(
document.createElementNS(SVG,tag),attributes,children),unseen=text=>h("span",{class:"mmv-hidden-text"},text),name=text=>h("bdi",{},text),heading=(...children)=>h(
"div",{class:"mmv-heading",role:"heading"},...children),prefixNote=frame=>frame.prefix?.label?[h("p",{class:"mmv-faint mmv-small mmv-prefix",title:frame.prefix.
meaning},frame.prefix.label)]:[],faint=(...children)=>h("p",{class:"mmv-faint mmv-small"},...children),untrainedNote=(frame,mark="")=>frame.untrained?[faint(mark,
name(frame.untrained))]:[];function button(text,act,attributes={}){let node=h("button",{type:"button",...attributes},text);return node.addEventListener("click",
act),node}function choice(label,options,onPick){let select=h("select",{"aria-label":label},...options.map((text,i)=>h("option",{value:i},text)));return select.addEventListener(
"change",()=>onPick(Number(select.value))),{select,node:h("label",{class:"mmv-control"},h("span",{},label),select)}}var plot=(label,...children)=>s("svg",{viewBox:"\
0 0 1000 100",preserveAspectRatio:"none",role:"img","aria-label":label},...children),GLYPHS=LOOKS.glyphs,DASHES=LOOKS.dashes,glyph=m=>h("span",{class:"mmv-glyph",
"data-m":m%8,"aria-hidden":"true"},GLYPHS[m%8]),letters=text=>[...text].reduce((sum,c)=>sum+(Number(c.codePointAt(0))>11903?2:1),0),columnHead=(frame,m,room)=>frame.
modalities.every(one=>letters(one.name)<=room)?modality(frame,m):[glyph(m),unseen(frame.modalities[m].name)],modality=(frame,m)=>[glyph(m),name(frame.modalities[m].
name)];function onDrag(area,ruler,report,control){let at=event=>{let{left,width,top,height}=ruler.getBoundingClientRect();return[(event.clientX-left)/width,(event.
clientY-top)/height]},held=null;area.addEventListener("pointerdown",event=>{let[x,y]=at(event);event.button!==0||x<0||event.target.closest("button, input, selec\
t, a")||(held=event.pointerId,area.setPointerCapture(held),event.preventDefault(),control?.focus({preventScroll:!0}),report(x,y,event,!0))}),area.addEventListener(
"pointermove",event=>{let[x,y]=at(event);event.pointerId===held&&report(x,y,event,!1)});for(let end of["pointerup","pointercancel"])area.addEventListener(end,()=>held=
null)}var CIVIDIS="00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838".split(" "),rgb=hex=>[0,2,4].map(k=>parseInt(hex.slice(k,k+2),16)),RGB=CIVIDIS.
map(rgb),PALETTE=Uint8ClampedArray.from({length:768},(_,i)=>{let f=(i/3|0)/255*9,k=Math.min(8,f|0);return RGB[k][i%3]*(1-f+k)+RGB[k+1][i%3]*(f-k)}),PIXELS=new Uint32Array(
new Uint8ClampedArray(1024).map((_,i)=>i%4===3?255:PALETTE[3*(i>>2)+i%4]).buffer),kept=new WeakMap;function sheet(canvas,columns,rows){let known=kept.get(canvas);
if(known&&known.image.width===columns&&known.image.height===rows)return known;canvas.width=columns,canvas.height=rows;let context=canvas.getContext("2d"),image=context.
createImageData(columns,rows),made={context,image,pixels:new Uint32Array(image.data.buffer)};return kept.set(canvas,made),made}function paint(canvas,columns,rows,level){
let{context,image,pixels}=sheet(canvas,Math.max(1,columns),Math.max(1,rows));pixels.fill(0);for(let y=0,p=0;y<rows;y++)for(let x=0;x<columns;x++,p++){let v=level(
x,y);v>=0&&(pixels[p]=PIXELS[v])}context.putImageData(image,0,0)}function tint(canvas,columns,rows,colour){let{context,image,pixels}=sheet(canvas,Math.max(1,columns),
Math.max(1,rows));pixels.fill(0);for(let y=0,p=0;y<rows;y++)for(let x=0;x<columns;x++,p+=4){let v=colour(x,y);v&&image.data.set(v,p)}context.putImageData(image,
0,0)}function ticks(length,start=0){let rough=length/6,power=10**Math.floor(Math.log10(rough)),step=Number([1,2,5,10].find(k=>k*power>=rough))*power,first=Math.
ceil(start/step-1e-9),last=Math.floor((start+length)/step+1e-9);return Array.from({length:last-first+1},(_,i)=>Number(((first+i)*step).toPrecision(6)))}function largest(...lists){
let most=0;for(let list of lists)for(let i=0;i<list.length;i++)Math.abs(list[i])>most&&Number.isFinite(list[i])&&(most=Math.abs(list[i]));return most}function fixed(value2,digits){if(!Number.isFinite(value2))return"–";let text=Math.abs(value2).toFixed(digits);return(value2<0&&Number(text)!==0?"−":"")+text}
function signed(value2,digits){let text=fixed(value2,digits);return value2>0&&Number(text)!==0?`+${text}`:text}function short(value2,digits=3){if(!Number.isFinite(
value2))return Math.abs(value2)===1/0?`${value2<0?"−":""}∞`:"–";let size=Math.abs(value2);return(value2&&(size<.001||size>=1e6)?value2.toExponential(Math.
max(1,digits-2)):String(Number(value2.toPrecision(digits)))).replace("+","").replaceAll("-","−")}function ends(low,high){for(let digits=3;digits<=6;digits++){
let texts=[low,high].map(v=>short(v,digits)),off=texts.map((text,i)=>Math.abs(Number(text.replaceAll("−","-"))-[low,high][i]));if(Math.max(...off)<=.02*(high-
low)||low===high)return texts}return[short(low),`+${short(high-low)}`]}function argmax(values){let best=-1;for(let i=0;i<values.length;i++)Number.isFinite(values[i])&&
(best<0||values[i]>values[best])&&(best=i);return best}function moment(frame,sample,t){let seconds=frame.duration_s[sample];return seconds===null?`step ${t+1} o\
f ${frame.sizes.time}`:`${fixed(frame.start_s[sample]+(t+1)/frame.sizes.time*seconds,2)} s`}var brief=(frame,sample,t)=>moment(frame,sample,t).split(" of ")[0];
function stretch(frame,sample,[a,b]){let seconds=frame.duration_s[sample],T=frame.sizes.time;if(seconds===null)return a===b?`step ${a+1}`:`steps ${a+1} to ${b+1}`;
let start=frame.start_s[sample];return`${fixed(start+a/T*seconds,2)} to ${fixed(start+(b+1)/T*seconds,2)} s`}var epochName=(frame,e)=>`epoch ${frame.epochs[e]} \
of ${frame.epochs[frame.epochs.length-1]}`,coalitionWithout=(frame,masked)=>frame.modalities.reduce((sum,m,i)=>sum|(masked.includes(m.name)?0:1<<i),0),fill2=(phrase,values)=>phrase.
replace(/\{(\w+)\}/g,(_,key)=>String(values[key]));function readout(frame,{sample,epoch,time,masked},edits=""){let{phrases,digits,epochs,sizes}=frame,seconds=frame.
duration_s[sample],target=frame.targets[sample],prediction=frame.part("prediction",epoch,sample,time),phi=frame.part("phi",epoch,sample,time),classes2=frame.task===
"classification",best=classes2?argmax(prediction):0;return fill2(phrases.readout,{epoch:epochs[epoch],last_epoch:epochs[sizes.epoch-1],moment:seconds===null?fill2(
phrases.step,{step:time+1,steps:sizes.time}):fill2(phrases.time,{time:fixed(frame.start_s[sample]+(time+1)/sizes.time*seconds,2)}),prediction:fill2(best<0?phrases.
no_prediction:phrases.prediction,{predicted:frame.outputs[best],value:fixed(prediction[best],digits),target:classes2?frame.outputs[target]:fixed(target??NaN,digits)}),
phi:frame.modalities.map((m,i)=>`${m.name} ${signed(phi[i],digits)}`).join(", "),masked:masked.length?fill2(phrases.masked,{modalities:masked.join(", "),value:fixed(
frame.part("game",epoch,sample,time)[coalitionWithout(frame,masked)],digits)}):"",edits:edits&&fill2(phrases.edits,{edits})})}function bar(hatch){let ink=h("div",{class:"mmv-bar",...hatch===null?{}:{"data-m":hatch%8}}),ghost=h("div",{class:"mmv-recorded",hidden:""}),track=h("div",{class:"\
mmv-track","aria-hidden":"true"},ink,ghost),lay=(node,from,to)=>{let known=Number.isFinite(from+to);node.style.left=`${known?100*Math.min(from,to):0}%`,node.style.
width=`${known?100*Math.abs(to-from):0}%`};return{track,set:(from,to)=>lay(ink,from,to),was:(from,to)=>{ghost.hidden=!Number.isFinite(to),ghost.hidden||lay(ghost,
from,to)}}}var row=(head,track,value2)=>h("tr",{},head,h("td",{class:"mmv-cell"},track),h("td",{class:"mmv-value"},value2)),rowHead=(...children)=>h("th",{scope:"\
row"},...children);function signedBar(hatch){let{track,set,was}=bar(hatch),place=(value2,most)=>.5+(most?value2/most/2:0*value2);return track.classList.add("mmv\
-zero"),{track,set:(value2,most)=>set(.5,place(value2,most)),was:(value2,most)=>was(.5,place(value2,most))}}var views=[],PLACES=["main","side","columns","wide"];function register(view){let where=`register: view ${JSON.stringify(view.name)}`;if(typeof view.name!="strin\
g"||!view.name)throw new TypeError(`${where}: name is not a text; give each view a name of its own`);if(views.some(other=>other.name===view.name))throw new TypeError(
`${where}: this name is registered already; choose another`);if(!PLACES.includes(view.place))throw new TypeError(`${where}: place is ${JSON.stringify(view.place)}\
, expected one of ${PLACES.join(", ")}`);if(!Array.isArray(view.needs))throw new TypeError(`${where}: needs is ${JSON.stringify(view.needs)}, expected an array \
with the names of the frame's arrays`);if(typeof view.mount!="function")throw new TypeError(`${where}: mount is no function; expected mount(root, frame, state, \
pick)`);views.push(view)}function registerFailure(name2,error){let mount19=()=>{throw error};views.push({name:name2,place:"wide",needs:[],mount:mount19})}var registered=(place,frame)=>views.
filter(view=>view.place===place&&view.needs.every(frame.has)).sort((a,b)=>(a.order??100)-(b.order??100)),viewNames=()=>views.map(view=>view.name);function mount(root,frame){let M=frame.modalities.length,cells=frame.modalities.map(()=>frame.modalities.map(()=>h("td"))),head=h("tr",{},h("td",{class:"mmv-fai\
nt"},"target ↓ source →"),...cells.map((_,n)=>h("th",{scope:"col"},...columnHead(frame,n,(235/M-27)/6.5)))),body=cells.map((list,m)=>h("tr",{},rowHead(...modality(
frame,m)),...list)),title=heading("Coupling weights W"),none=faint("No coupling weights in this layer: its scans are not coupled, or one SSM stream serves all m\
odalities."),table=h("table",{class:"mmv-matrix","aria-label":"Coupling weights W: rows are targets, columns are sources",...M>4?{"data-many":""}:{}},h("thead",
{},head),h("tbody",{},...body));root.append(title,table,none);let most=largest(...frame.compared.filter(one=>one.has("coupling")).flatMap(one=>one.epochs.map((_,e)=>one.
part("coupling",e))));return({epoch,layer})=>{let weights=frame.part("coupling",epoch,layer);title.textContent=`Coupling weights W, layer ${frame.layers[layer]}`,
none.hidden=weights.some(Number.isFinite),table.hidden=!none.hidden,cells.flat().forEach((cell,i)=>{cell.textContent=fixed(weights[i],2),cell.style.setProperty(
"--weight",String(most&&Math.abs(weights[i])/most||0))})}}register({name:"coupling",place:"side",order:30,needs:["coupling"],mount});var signedShare=level=>Math.sign(level-128)*((level-128)/127)**2;function blocks(frame,t){let T=frame.sizes.time,starts=frame.attribution.block;return{count:starts.
length,from:i=>starts[i],to:i=>starts[i]<=t?Math.min((starts[i+1]??T)-1,t):(starts[i+1]??T)-1}}var blockOf=(frame,t)=>frame.attribution.block.reduce((best,from,b)=>from<=
t?b:best,0),isAlong=(frame,t)=>frame.has("attribution_prefix")&&t<frame.sizes.time-1;function sourcesOfPrediction(frame,sample,t){if(!isAlong(frame,t))return{values:frame.
part("attribution",sample),count:frame.sizes.time,from:i=>i,to:i=>i,signed:!0};let limit=frame.part("attribution_prefix_limit",sample)[t];return{values:Float32Array.
from(frame.part("attribution_prefix",sample,t),level=>limit*signedShare(level)),...blocks(frame,t),signed:!0}}function sourcesOfStream(frame,sample,m,t){let limit=frame.
part("attribution_stream_limit")[sample];return{values:Float32Array.from(frame.part("attribution_stream",sample,m,blockOf(frame,t)),level=>limit*(level/255)**2),
...blocks(frame,t),signed:!1}}var limitOf=({values})=>largest(values)||1;function barsOf(frame,sources,m){let{values,count,from,to,signed:signed2}=sources,limit=limitOf(
sources),T=frame.sizes.time,zero=signed2?50:98,tall=signed2?48:96,paths=["",""];for(let i=0;i<count;i++){let v=values[m*count+i],high=Math.min(1,Math.abs(v)/limit)*
tall;if(!(high>.05))continue;let a=1e3*from(i)/T,b=1e3*(to(i)+1)/T,y=v>0?zero-high:zero+high;paths[v>0?0:1]+=`M${a.toFixed(1)} ${zero}V${y.toFixed(1)}H${b.toFixed(
1)}V${zero}Z`}return paths}function barsDrawing(){let up=s("path",{class:"mmv-raises"}),down=s("path",{class:"mmv-lowers"}),zero=s("path",{class:"mmv-rule"});return{
nodes:[up,down,zero],draw:(frame,sources,m)=>{let paths=barsOf(frame,sources,m);[up,down].forEach((path,k)=>{path.getAttribute("d")!==paths[k]&&path.setAttribute(
"d",paths[k]),path.classList.toggle("mmv-unsigned",!sources.signed)}),zero.setAttribute("d",`M0 ${sources.signed?50:98}H1000`)}}}var RAISES=[178,24,43],LOWERS=[
33,102,172],NONE=[247,247,247];function signedColour(v){let end=v<0?LOWERS:RAISES,f=Math.min(1,Math.abs(v))**.75;return[...NONE.map((c,k)=>Math.round(c+f*(end[k]-
c))),255]}function opened(bytes,{shape,dtype,at,lags}){let count=shape.reduce((a,b)=>a*b,1),wide=dtype==="float32",whole2=wide?new Uint32Array(count):bytes.slice(at,at+count);
if(wide)for(let b=0;b<4;b++)for(let i=0,from=at+b*count;i<count;i++)whole2[i]|=bytes[from+i]<<8*b;for(let lag of[...lags].reverse())for(let i=lag;i<count;i++)whole2[i]+=
whole2[i-lag];return whole2 instanceof Uint32Array?new Float32Array(whole2.buffer):whole2}async function openFrame(text,body){let meta=JSON.parse(text),arrays={},
stream=new Blob([body]).stream().pipeThrough(new DecompressionStream("gzip")),bytes=new Uint8Array(await new Response(stream).arrayBuffer());for(let[key,described]of Object.
entries(meta.arrays))arrays[key]=opened(bytes,described);function part(key,...index){let{shape:shape2}=meta.arrays[key],size=shape2.slice(index.length).reduce((a,b)=>a*
b,1),start=index.reduce((sum,i,axis)=>sum*shape2[axis]+i,0)*size;return arrays[key].subarray(start,start+size)}return{...meta,part,shape:key=>meta.arrays[key].shape,
has:key=>Object.hasOwn(arrays,key)}}function fault(selection,frame,runs){if(typeof selection!="object"||selection===null)return"selection is not an object";let{
sizes}=frame,T=sizes.time,known=["brush","masked","edits","run"];for(let key of Object.keys(selection))if(!Object.hasOwn(sizes,key)&&!known.includes(key))return`\
selection has an unknown key: ${key}`;for(let[key,size]of Object.entries(sizes)){let value2=selection[key];if(!Number.isInteger(value2)||value2<0||value2>=size)
return`selection: ${key} is ${value2}, expected a whole number from 0 to ${size-1}`}let{brush,masked,run}=selection,span2=Array.isArray(brush)&&brush.length===2&&
brush.every(Number.isInteger)&&brush[0]>=0&&brush[0]<=brush[1]&&brush[1]<T;if(brush!==null&&!span2)return`selection: brush is ${JSON.stringify(brush)}, expected\
 null or [first step, last step]`;let names=frame.has("game")?frame.modalities.map(m=>m.name):[];if(!Array.isArray(masked)||!masked.every(m=>names.includes(m)))
return`selection: masked is ${JSON.stringify(masked)}, expected modalities`;let wrong=faultOfEdits(selection.edits,frame);return wrong?`selection: ${wrong}`:runs.
includes(run)?"":`selection: run is ${JSON.stringify(run)}, expected one of ${runs.join(", ")}`}var whole=(value2,low,high)=>Number.isInteger(value2)&&Number(value2)>=
low&&Number(value2)<=high,EDITS={delay:v=>Number.isInteger(v),noise:v=>Number.isFinite(v)&&Number(v)>=0,seed:v=>whole(v,0,2**32-1),swap:(v,frame)=>whole(v,0,frame.
sizes.sample-1),text:v=>typeof v=="string",state:v=>v==="zero"||v==="hold",cut:(v,frame)=>whole(v,0,frame.modalities.length-1),step:(v,frame)=>whole(v,0,frame.sizes.
time-1)};function faultOfEdits(edits,frame){let plain=value2=>typeof value2=="object"&&value2!==null&&!Array.isArray(value2);if(!plain(edits))return`edits is ${JSON.
stringify(edits)}, expected an object`;for(let[key,one]of Object.entries(edits)){if(!frame.modalities.some(m=>m.name===key)||!plain(one))return`edits names ${JSON.
stringify(key)}, expected a modality and its edits`;for(let[kind,value2]of Object.entries(one))if(!Object.hasOwn(EDITS,kind)||!EDITS[kind](value2,frame))return`\
edits of ${key}: ${kind} is ${JSON.stringify(value2)}`}return""}function changes(){let before={};return(state,...keys)=>{let now=JSON.stringify([state.version,...keys.
map(key=>state[key])]),name2=keys.join(),differs=before[name2]!==now;return before[name2]=now,differs}}var joint=ranges=>ranges.reduce((all,one)=>all&&one?[Math.
min(all[0],one[0]),Math.max(all[1],one[1])]:all??one,null)??[0,0],allOf=(frame,key,sample)=>frame.compared.filter(one=>one.has(key)).flatMap(one=>(one.edited()?
[one,one.recorded]:[one]).flatMap(kind=>one.epochs.map((_,e)=>kind.part(key,e,sample)))),layerOf=(one,frame,{layer,layer_of_a})=>Math.min(one===frame?layer:layer_of_a??
layer,one.sizes.layer-1),lastColour=(frame,scales,state)=>Math.max(...frame.compared.map(one=>scales(one)?.[layerOf(one,frame,state)]??0));function rowCount(frame,layer,m){
if(!frame.has("channel_index"))return frame.sizes.channel;let C=frame.sizes.channel;return Array.from(frame.part("channel_index",layer).subarray(m*C,(m+1)*C)).filter(
number=>number>=0).length}var span=(frame,{brush})=>brush??[0,frame.sizes.time-1];var MOST=3,plusShort=v=>v>0?`+${short(v,2)}`:short(v,2);function mount2(root,frame,_state,pick){let M=frame.modalities.length,T=frame.sizes.time,B=frame.attribution.
block.length,{quantity,explained,error}=frame.attribution,method=frame.attribution.name[0].toUpperCase()+frame.attribution.name.slice(1),along=frame.has("attrib\
ution_prefix"),streams=frame.has("attribution_stream")?frame.modalities:[],what=choice("Target",[along?"prediction up to the cursor":"prediction, whole sequence",
...streams.map(one=>`SSM stream ${one.name}`)],i=>{target=i-1,last&&draw(last)}),lanes=frame.modalities.map((one,m)=>{let bars=barsDrawing(),here=s("path",{class:"\
mmv-here"}),band=s("rect",{class:"mmv-band",y:0,height:100}),drawing=plot(`Shares of ${one.name} over its steps; the sum is in the table`,band,...bars.nodes,here),
value2=h("td",{class:"mmv-value"}),box2=h("div",{class:"mmv-plot mmv-lane-bars"},drawing);return onDrag(box2,box2,x=>pick({time:Math.min(T-1,Math.max(0,Math.floor(
x*T)))})),{bars,here,band,value:value2,node:h("tr",{},rowHead(...modality(frame,m)),h("td",{class:"mmv-cell"},box2),value2)}}),total=text=>{let value2=h("td",{class:"\
mmv-value"});return{value:value2,node:h("tr",{class:"mmv-total"},rowHead(text),h("td"),value2)}},bias=total("bias"),sum=total("sum"),title=heading(method),about=h(
"p",{class:"mmv-small mmv-attribution-about"}),note=h("p",{class:"mmv-faint mmv-small"}),table=h("table",{class:"mmv-attribution","aria-label":"Share of each mo\
dality"},h("tbody",{},...lanes.map(one=>one.node),bias.node,sum.node)),canvas=h("canvas",{role:"img"}),line=h("div",{class:"mmv-at"}),cuts=frame.modalities.slice(
1).map(()=>h("div",{class:"mmv-cut-x"}));cuts.forEach((node,k)=>node.style.setProperty("--at",String((k+1)/M)));let box=h("div",{class:"mmv-plot mmv-map mmv-pai\
rs"},canvas,h("div",{class:"mmv-marks","aria-hidden":"true"},...cuts,line)),caption=h("div",{class:"mmv-subtitle"}),names=h("div",{class:"mmv-alongs","aria-hidd\
en":"true"},...frame.modalities.map((_,m)=>h("span",{},...columnHead(frame,m,(340/M-15)/6.5)))),map=h("div",{class:"mmv-pair-map"},caption,box,names);root.append(
title,...streams.length?[what.node]:[],about,table,note,map),onDrag(box,box,(_x,y)=>{let rows=target<0?T:B,row2=Math.min(rows-1,Math.max(0,Math.floor(y*rows)));
pick({time:target<0?row2:(frame.attribution.block[row2+1]??T)-1})});let target=-1,painted="",last=null,changed=changes();function paintMap({sample}){if(target<0){
let levels2=frame.part("attribution_prefix",sample);return tint(canvas,M*B,T,(x,t)=>frame.attribution.block[x%B]>t?null:signedColour(signedShare(levels2[t*M*B+x])))}
let levels=frame.part("attribution_stream",sample,target);return paint(canvas,M*B,B,(x,t)=>x%B>t?-1:levels[t*M*B+x])}function draw(state){last=state;let{sample,
time}=state,onPrediction=target<0,[a,b]=span(frame,state),sources=onPrediction?sourcesOfPrediction(frame,sample,time):sourcesOfStream(frame,sample,target,time),
{values,count,from,to}=sources,early=isAlong(frame,time),whole2=onPrediction&&!early,cut=onPrediction&&!along?T-1:time,inside=Array.from({length:count},(_,i)=>i).
filter(i=>to(i)>=a&&from(i)<=b),sums=lanes.map((_,m)=>inside.reduce((all2,i)=>all2+values[m*count+i],0)),all=sums.reduce((x,y)=>x+y,0);lanes.forEach(({bars,here,
band,value:value2},m)=>{bars.draw(frame,sources,m),here.setAttribute("d",`M${1e3*(cut+1)/T} 0V100`),band.setAttribute("x",String(state.brush?1e3*a/T:0)),band.setAttribute(
"width",String(state.brush?1e3*(b+1-a)/T:0)),value2.textContent=onPrediction?plusShort(sums[m]):all?`${fixed(100*sums[m]/all,0)} %`:"–"});let every=onPrediction&&
!state.brush;bias.node.hidden=!every,bias.value.textContent=plusShort(early?frame.part("attribution_prefix_bias",sample)[time]:frame.part("attribution_bias")[sample]),
sum.node.hidden=!onPrediction,sum.value.textContent=plusShort(every?early?frame.part("attribution_prefix_total",sample)[time]:frame.part("attribution_total")[sample]:
all);let at=whole2?"the whole sequence":onPrediction?`the steps up to ${brief(frame,sample,time)}`:"";title.textContent=onPrediction?`${method}: what moved this\
 prediction`:`${method}: what reaches SSM stream ${frame.modalities[target].name}`,about.replaceChildren(...onPrediction?[`Signed share in the ${quantity}`,...explained[sample]?
[" (",name(explained[sample]),")"]:[],`, predicted from ${at}`]:["Contribution to SSM stream ",name(frame.modalities[target].name),` at ${brief(frame,sample,time)}\
, through all layers`],state.brush?`; sources at ${stretch(frame,sample,state.brush)}.`:".");let order=inside.flatMap(i=>lanes.map((_,m)=>({i,m,v:values[m*count+
i]}))).filter(({v})=>v).sort((x,y)=>Math.abs(y.v)-Math.abs(x.v)).slice(0,MOST);if(note.replaceChildren(...order.length?["Largest: ",...order.flatMap(({i,m,v},k)=>[
k?", ":"",name(frame.modalities[m].name),` at ${brief(frame,sample,to(i))} ${onPrediction?plusShort(v):short(v,2)}`]),". "]:["No source in this range. "],onPrediction?
`Bars up, red: raises it; down, blue: lowers it; to ±${short(limitOf(sources),2)}.${explained[sample]?" Shares shrink as p nears 1.":""}`:"Norm over the channe\
ls.",every&&whole2?` Modalities + bias = sum; ${error} ${short(frame.part("attribution_error")[sample],2)}.`:""),map.hidden=onPrediction&&!along,map.hidden)return;
let key=`${target}`;(changed(state,"sample")||key!==painted)&&(painted=key,paintMap(state),caption.textContent=onPrediction?"down: step of the prediction, acros\
s: source steps; colours: share / largest of its row, −1 (blue) to +1 (red)":`down: steps of the stream, across: source steps; colours from 0 to ${short(frame.
part("attribution_stream_limit")[sample])}, by square root`,canvas.setAttribute("aria-label",`${title.textContent}: map of ${onPrediction?T:B} by ${M} times ${B}\
 steps; the table holds the sums at the cursor`));let rows=onPrediction?T:B,row2=onPrediction?time:blockOf(frame,time);line.style.top=`${100*row2/rows}%`,line.style.
height=`${100/rows}%`}return draw}register({name:"end-to-end attribution",place:"columns",order:5,needs:["attribution"],height:M=>450+42*M,mount:mount2});function pathOf(count,across,up,half=3){let path="",run=0,end=()=>{run===1&&(path+=`m${-half} 0h${2*half}`),run=0};for(let i=0;i<count;i++){let y=up(i);y!==void 0&&
Number.isFinite(y)?path+=`${run++?"L":"M"}${across(i).toFixed(1)} ${y.toFixed(2)}`:y!==void 0&&end()}return end(),path}var heightOf=(v,[low,high])=>high>low?96-
(v-low)/(high-low)*92:50+0*v;function chart({label,series,onPick,tall=!1}){let lines=series.map(({m,f})=>s("path",m===void 0?{class:"mmv-line","data-f":f%8,"stroke-dasharray":DASHES[f%8]}:{
class:"mmv-share","data-m":m%8,"stroke-dasharray":DASHES[m%8]})),befores=series.map(({m})=>s("path",{class:"mmv-recorded-line",...m===void 0?{}:{"data-m":m%8}})),
marks=series.map(({m})=>m===void 0?h("span",{class:"mmv-glyph"},"•"):glyph(m)),drawn=[],ghosts=[],zero=s("path",{class:"mmv-rule"}),here=s("path",{class:"mmv-\
here"}),band=s("rect",{class:"mmv-band",y:0,height:100}),title=h("span"),from=h("span"),to=h("span"),high=h("span"),low=h("span"),drawing=plot(label,band,zero,here,
...befores,...lines),over=h("div",{class:"mmv-marks","aria-hidden":"true"},...marks),box=h("div",{class:`mmv-plot mmv-chart${tall?" mmv-tall":""}`},drawing,over),
scale=h("div",{class:"mmv-scale","aria-hidden":"true"},high,low),node=h("div",{class:"mmv-charted"},h("div",{class:"mmv-subtitle"},title),scale,box,h("div",{class:"\
mmv-ends","aria-hidden":"true"},from,to));onPick&&onDrag(box,box,x=>onPick(Math.min(1,Math.max(0,x))));function draw({values,count,now,range,place=i=>count>1?i/
(count-1):.5,brush=null,before=null,rule=!0}){let[bottom,top]=range,y=v=>v===void 0?v:heightOf(v,range),lineOf=of=>pathOf(count,i=>1e3*place(i),i=>y(of(i)),12);
lines.forEach((line,k)=>{let path=lineOf(i=>values(k,i)),ghost=before?lineOf(i=>before(k,i)):"";drawn[k]!==path&&line.setAttribute("d",drawn[k]=path),(ghosts[k]??
"")!==ghost&&befores[k].setAttribute("d",ghosts[k]=ghost);let v=now<0?NaN:values(k,now)??NaN;marks[k].hidden=!Number.isFinite(v),now>=0&&(marks[k].style.left=`${100*
place(now)}%`),marks[k].style.top=`${y(v)}%`}),zero.setAttribute("d",rule&&bottom<=0&&top>=0?`M0 ${y(0)}H1000`:""),here.setAttribute("d",now<0?"":`M${1e3*place(
now)} 0V100`),band.setAttribute("x",String(brush?1e3*place(brush[0]):0)),band.setAttribute("width",String(brush?Math.max(2,1e3*(place(brush[1])-place(brush[0]))):
0))}let spans={title,from,to,high,low};function say(texts){for(let[key,text]of Object.entries(texts)){let node2=spans[key];node2.textContent!==text&&(node2.textContent=
text)}}return{node,draw,say}}var dash=f=>s("svg",{viewBox:"0 0 18 6","aria-hidden":"true"},s("path",{d:"M0 3H18",class:"mmv-line","data-f":f%8,"stroke-dasharray":DASHES[f%
8]}));function legend(features){let keys=features.map((text,f)=>h("span",{class:"mmv-key"},dash(f),name(text)));return h("div",{class:"mmv-legend",...features.length>
4?{"data-many":""}:{}},...keys)}function rangeOf(lists,zero=!1){let low=zero?0:1/0,high=zero?0:-1/0;for(let list of lists)for(let i=0;i<list.length;i++)Number.isFinite(
list[i])&&([low,high]=[Math.min(low,list[i]),Math.max(high,list[i])]);return low<=high?[low,high]:[0,0]}function mount3(root,frame,_state,pick){let{time:T,channel:C}=frame.sizes,series=frame.modalities.map((_,m)=>({m})),slider2=h("input",{type:"range",min:0,max:C-
1,step:1,class:"mmv-channel","aria-label":"Channel"});slider2.addEventListener("input",()=>pick({channel:Number(slider2.value)}));let lasting=chart({label:"Stat\
e half-life of every channel, logarithmic scale; the table has the numbers",series,onPick:x=>pick({channel:Math.round(x*(C-1))})}),along=chart({label:"Hidden-st\
ate magnitude of the selected channel over the sequence",series,onPick:x=>pick({time:Math.round(x*(T-1))})}),cells=frame.modalities.map(()=>[h("td"),h("td"),h("\
td")]),words=["channel","half-life, steps","‖h‖₂"],table=h("table",{class:"mmv-list","aria-label":"Selected channel of each SSM stream"},h("thead",{},h("t\
r",{},h("td"),...words.map(text=>h("th",{scope:"col"},text)))),h("tbody",{},...cells.map((list,m)=>h("tr",{},rowHead(...modality(frame,m)),...list))));root.append(
heading("State half-life by channel"),h("label",{class:"mmv-control mmv-grow"},h("span",{},"Row"),slider2),lasting.node,along.node,table,faint("Rows are those o\
f the state maps: the channels of each SSM stream with the largest norm, longest half-life first (ln 2 / (Δ·|A|), without coupling)."));let changed=changes();
return state=>{let{sample,epoch,layer,channel,time,brush}=state,lives=frame.part("half_life",layer),numbers=frame.part("channel_index",layer),log=(m,c)=>Math.log10(
lives[m*C+c]);if(slider2.value=String(channel),slider2.setAttribute("aria-valuetext",`row ${channel+1} of ${C}`),changed(state,"layer","layer_of_a","channel")){
let range=rangeOf(frame.compared.filter(one=>one.has("half_life")).map(one=>Array.from(one.part("half_life",layerOf(one,frame,state)),Math.log10))),[low,high]=ends(
10**range[0],10**range[1]);lasting.draw({values:log,count:C,now:channel,range,rule:!1}),lasting.say({title:"half-life by row, steps (log)",high,low,from:"row 1",
to:String(C)})}let scale=frame.scale[layer]/255,most=lastColour(frame,one=>one.scale,state),norms=frame.modalities.map((_,m)=>frame.part("state",epoch,sample,layer,
m)),valid=frame.modalities.map((_,m)=>frame.part("state_valid",sample,m)),norm=(m,t)=>valid[m][t]&&channel<rowCount(frame,layer,m)?norms[m][channel*T+t]*scale:NaN;
along.draw({values:norm,count:T,now:time,range:[0,most],brush}),along.say({title:`‖h‖₂ of row ${channel+1}`,high:`≥${short(most)}`,low:"0",from:brief(frame,
sample,0),to:brief(frame,sample,T-1)}),cells.forEach(([number,life,size],m)=>{number.textContent=numbers[m*C+channel]<0?"–":String(numbers[m*C+channel]),life.
textContent=short(lives[m*C+channel]),size.textContent=norm(m,time)>=frame.scale[layer]?`≥ ${short(frame.scale[layer])}`:short(norm(m,time))})}}register({name:"\
half-life",place:"columns",order:40,needs:["half_life","state"],height:M=>375+20*M,mount:mount3});function columnsOf(frame,m,sample){let valid=frame.part(`signal_valid_${m}`,sample),values=frame.part(`signal_${m}`,sample),F=frame.modalities[m].features.length,
withValue=i=>{for(let f=0;f<F;f++)if(Number.isFinite(values[i*F+f]))return i;return-1},kept2=[...valid.keys()].filter(i=>valid[i]);if(frame.has(`signal_at_${m}`))
return timed(kept2,frame.part(`signal_at_${m}`,sample),frame.part(`signal_until_${m}`,sample),withValue);let spread=frame.align==="resample"||frame.modalities[m].
static,count=spread?kept2.length:frame.align==="pad"?frame.sizes.time:valid.length,of=spread?k=>kept2[k]:k=>k<valid.length&&valid[k]?k:-1;return Array.from({length:count},
(_,k)=>({frame:of(k)<0?-1:withValue(of(k)),from:k/count,to:(k+1)/count,at:(k+.5)/count}))}function timed(kept2,at,until,withValue){let columns=[],gap=(from,to)=>to>
from+1e-4&&columns.push({frame:-1,from,to,at:from}),end=0;for(let i of kept2)gap(end,at[i]),columns.push({frame:withValue(i),from:at[i],to:until[i],at:at[i]}),end=
until[i];return gap(end,1),columns}function rasterOf(columns,even){if(even)return columns.map(one=>one.frame);let count=Math.min(2e3,Math.max(400,2*columns.length)),
k=0;return Array.from({length:count},(_,x)=>{let share=(x+.5)/count;for(;k+1<columns.length&&columns[k].to<=share;)k++;return columns.length&&columns[k].from<=share&&
share<columns[k].to?columns[k].frame:-1})}function extent(values,columns,features){let low=1/0,high=-1/0;for(let{frame}of columns)for(let f=0;frame>=0&&f<features;f++){let v=values[frame*features+f];v<low&&
v>-1/0&&(low=v),v>high&&v<1/0&&(high=v)}return low<=high?[low,high]:null}function gaps(columns){let runs=[];return columns.forEach(({frame,from,to},i)=>{if(frame>=
0)return;let last=runs[runs.length-1];i&&columns[i-1].frame<0?last[1]=to:runs.push([from,to])}),runs.map(([from,to])=>{let block=h("div",{class:"mmv-padding"});
return block.style.left=`${100*from}%`,block.style.width=`${100*(to-from)}%`,block})}function linePath(values,columns,features,f,range,even){let points=columns.
flatMap((one,i)=>even||one.frame<0||columns[i+1]?.frame>=0?[one]:[one,{...one,at:one.to}]),up=({frame})=>frame<0?NaN:heightOf(values[frame*features+f],range);return pathOf(
points.length,i=>1e3*points[i].at,i=>up(points[i]),even?Math.max(4,500/columns.length):4)}function signalLane(frame,m){let{name:title,unit,features,rate_hz,irregular,
static:constant}=frame.modalities[m],F=features.length,asMap=F>10,even=!frame.has(`signal_at_${m}`),label=`${title}: input signal, ${F} features${unit?`, in ${unit}`:
""}`,top=h("span"),bottom=h("span"),absent=h("span",{class:"mmv-absent",hidden:""},"absent: not recorded for this sample"),lines=features.map((_,f)=>s("path",{class:"\
mmv-line","data-f":f%8,"stroke-dasharray":DASHES[f%8]})),canvas=asMap?h("canvas",{role:"img","aria-label":label}):null,map=canvas??plot(label,...lines),box=h("d\
iv",{class:`mmv-plot mmv-signal${asMap?" mmv-map":""}`},map),gutter=h("div",{class:"mmv-gutter"},h("div",{class:"mmv-name"},glyph(m),name(title)),h("div",{class:"\
mmv-faint mmv-unit"},constant?`static${unit&&" · "}`:rate_hz===null?"":`${irregular?"≈ ":""}${Number(rate_hz.toPrecision(irregular?2:4))} Hz${irregular?", ir\
regular":""}${unit&&" · "}`,name(unit)),h("div",{class:"mmv-faint"},asMap?`${F} features`:legend(features)),h("div",{class:"mmv-range","aria-hidden":"true"},top,
bottom)),drawn=[];function draw({sample}){let columns=columnsOf(frame,m,sample),values=frame.part(`signal_${m}`,sample),range=joint(frame.compared.map(one=>extent(
one.part(`signal_${m}`,sample),columnsOf(one,m,sample),F)));if(absent.hidden=columns.some(one=>one.frame>=0),absent.textContent=frame.part(`signal_valid_${m}`,sample).
some(Boolean)?"recorded without any value":frame.recorded.part(`signal_valid_${m}`,sample).some(Boolean)?"masked: removed from the model's input":"absent: not r\
ecorded for this sample",[bottom.textContent,top.textContent]=absent.hidden?ends(...range):["",""],canvas){box.replaceChildren(map,absent);let scale=range[1]>range[0]?
255/(range[1]-range[0]):0,shown=rasterOf(columns,even);paint(canvas,shown.length,F,(x,y)=>{let v=shown[x]<0?NaN:values[shown[x]*F+y];return Number.isFinite(v)?Math.
round((v-range[0])*scale):-1});return}box.replaceChildren(map,...gaps(columns),absent),lines.forEach((line,f)=>{let path=linePath(values,columns,F,f,range,even);
drawn[f]!==path&&line.setAttribute("d",drawn[f]=path)})}return{gutter,box,draw}}function stateLane(frame,m){let{time:T,channel:C}=frame.sizes,canvas=h("canvas",
{role:"img"}),count=h("div",{class:"mmv-faint"}),absent=h("span",{class:"mmv-absent",hidden:""},"no scan in this layer"),rows=C,mark=h("div",{class:"mmv-row","a\
ria-hidden":"true"}),box=h("div",{class:"mmv-plot mmv-state mmv-map"},canvas,mark,absent),gutter=h("div",{class:"mmv-gutter"},h("div",{class:"mmv-faint"},"hidde\
n state"),count);function draw(selection){let{sample,epoch,layer}=selection,share=frame.scale[layer]/lastColour(frame,one=>one.scale,selection),valid=frame.part(
"state_valid",sample,m),state=frame.part("state",epoch,sample,layer,m);rows=rowCount(frame,layer,m),paint(canvas,T,rows,(t,c)=>valid[t]?Math.round(state[c*T+t]*
share):-1),canvas.setAttribute("aria-label",`${frame.modalities[m].name}: hidden state, ${rows} channels over ${T} steps`),count.textContent=rows?`${rows} chann\
els`:"",absent.hidden=rows>0,choose(selection)}let choose=({channel})=>{mark.hidden=channel>=rows,mark.style.top=`${100*channel/rows}%`,mark.style.height=`${100/
rows}%`};return{gutter,box,draw,choose,rowAt:down=>Math.min(rows-1,Math.floor(down*rows))}}function attributionLane(frame,m){let bars=barsDrawing(),label=`${frame.
modalities[m].name}: signed shares of its steps in the prediction at the cursor`,box=h("div",{class:"mmv-plot mmv-lane-bars"},plot(label,...bars.nodes)),gutter=h(
"div",{class:"mmv-gutter"},h("div",{class:"mmv-faint",title:`${frame.attribution.name}: bars up (red) raise the prediction, bars down (blue) lower it`},"attribu\
tion ±"));function draw({sample,time}){box.hidden=gutter.hidden=frame.edited()!==null&&!frame.replaced("attribution"),box.hidden||bars.draw(frame,sourcesOfPrediction(
frame,sample,time),m)}return{gutter,box,draw}}function colourKey(frame){let bar2=h("canvas",{"aria-hidden":"true"}),end=h("span");return paint(bar2,256,1,x=>x),
{node:h("div",{class:"mmv-colour"},h("span",{},frame.state_name),h("span",{},"0"),bar2,end),draw:selection=>{let unit=frame.state_unit&&frame.state_unit!=="1"?`\
 ${frame.state_unit}`:"";end.textContent=`≥ ${short(lastColour(frame,one=>one.scale,selection))}${unit}`}}}function buildBrush(frame,now,pick){let label=h("sp\
an",{class:"mmv-span"}),T=frame.sizes.time,from=()=>pick({brush:[now().time,Math.max(now().time,now().brush?.[1]??T-1)]}),to=()=>pick({brush:[Math.min(now().time,
now().brush?.[0]??0),now().time]}),clear=button("clear",()=>pick({brush:null}),{"aria-label":"Clear the time range"});return{node:h("div",{class:"mmv-brush",role:"\
group","aria-label":"Time range"},h("span",{class:"mmv-faint"},"Time range"),label,button("start",from,{"aria-label":"Start the time range at the cursor"}),button(
"end",to,{"aria-label":"End the time range at the cursor"}),clear),draw:state=>{label.textContent=state.brush?stretch(frame,state.sample,state.brush):"all",clear.
disabled=!state.brush},key:event=>{event.key==="["&&from(),event.key==="]"&&to(),event.key==="Escape"&&now().brush&&pick({brush:null})}}}function mount4(root,frame,state,pick){
let T=frame.sizes.time,shown={time:state?.time??0,brush:state?.brush??null},signals=frame.modalities.map((_,m)=>signalLane(frame,m)),states=frame.has("state")?frame.
modalities.map((_,m)=>stateLane(frame,m)):[],shares=frame.has("attribution")?frame.modalities.map((_,m)=>attributionLane(frame,m)):[],rows=signals.map((signal,m)=>h(
"div",{class:"mmv-lane"},...[signal,...states.slice(m,m+1),...shares.slice(m,m+1)].flatMap(({gutter,box})=>[gutter,box]))),tag=h("span",{class:"mmv-tag"}),cursor=h(
"div",{class:"mmv-cursor"},tag),veil=[h("div",{class:"mmv-veil"}),h("div",{class:"mmv-veil"})],over=h("div",{class:"mmv-over","aria-hidden":"true"},...veil,cursor),
stage=h("div",{class:"mmv-stage"},...rows,over),axis=h("div",{class:"mmv-axis","aria-hidden":"true"}),range=h("input",{type:"range",min:0,max:T-1,step:1,class:"\
mmv-time","aria-label":"Time cursor"}),unit=h("span",{class:"mmv-faint"}),key=frame.has("state")?colourKey(frame):{node:"",draw(){}},brush=buildBrush(frame,()=>shown,
pick),foot=h("div",{class:"mmv-foot"},h("label",{class:"mmv-gutter"},"Time ",unit),h("div",{class:"mmv-scrub"},axis,range),h("span"),h("div",{class:"mmv-under"},
brush.node,key.node));root.append(stage,foot,...frame.missing_scans&&!frame.has("state")?[faint(name(frame.missing_scans))]:[]),root.style.setProperty("--steps",
String(T)),range.addEventListener("input",()=>pick({time:Number(range.value)})),root.addEventListener("keydown",event=>{!event.ctrlKey&&!event.metaKey&&!event.altKey&&
brush.key(event)});let began=0;onDrag(stage,over,(x,_y,event,first)=>{let time=Math.min(T-1,Math.max(0,Math.ceil(x*T)-1));first&&(began=time);let change=event.shiftKey?
{brush:[Math.min(began,time),Math.max(began,time)]}:{time},lane=first?states.find(one=>one.box.contains(event.target)):null;if(lane){let{top,height}=lane.box.getBoundingClientRect();
change.channel=Math.max(0,lane.rowAt((event.clientY-top)/height))}pick(change)},range);let changed=changes();return selection=>{shown=selection;let{sample,time}=selection,
[a,b]=span(frame,selection);if(changed(selection,"sample")){signals.forEach(lane=>lane.draw(selection));let seconds=frame.duration_s[sample],length=seconds??T,start=frame.
start_s[sample];unit.textContent=seconds===null?"in steps":"in seconds",axis.replaceChildren(...ticks(length,start).map(v=>{let tick=h("span",{},String(v).replace(
"-","−"));return tick.style.setProperty("--at",String((v-start)/length)),tick}))}changed(selection,"sample","epoch","layer","layer_of_a")&&states.forEach(lane=>lane.
draw(selection)),changed(selection,"sample","time")&&shares.forEach(lane=>lane.draw(selection)),changed(selection,"channel")&&states.forEach(lane=>lane.choose(selection)),
changed(selection,"layer","layer_of_a")&&key.draw(selection),changed(selection,"brush","sample")&&(veil[0].style.width=`${100*a/T}%`,veil[1].style.width=`${100-
100*(b+1)/T}%`,brush.draw(selection)),range.value=String(time),range.setAttribute("aria-valuetext",moment(frame,sample,time)),cursor.style.setProperty("--at",String(
(time+1)/T)),tag.textContent=moment(frame,sample,time)}}register({name:"lanes",place:"main",order:10,needs:["prediction"],mount:mount4});var needs=["phi_mean","phi_low","phi_high"];function mount5(root,frame){let[mean,low,high]=needs.map(key=>frame.part(key)),most=largest(...frame.compared.filter(
one=>one.has("phi_mean")).flatMap(one=>needs.map(key=>one.part(key)))),across=v=>`${50+50*v/(most||1)}%`,rows=frame.modalities.map((_,m)=>{let{track,set}=signedBar(
m);if(set(mean[m],most),Number.isFinite(low[m]+high[m])){let whisker=h("div",{class:"mmv-whisker"});whisker.style.left=across(low[m]),whisker.style.width=`${50*
(high[m]-low[m])/(most||1)}%`,track.append(whisker)}let interval=Number.isFinite(low[m])?`${signed(low[m],3)} to ${signed(high[m],3)}`:"–",node=row(rowHead(...modality(
frame,m)),track,signed(mean[m],3));return node.append(h("td",{class:"mmv-interval"},unseen("95 % interval "),interval)),node});return root.append(heading("Mean \
Shapley value over all samples"),h("table",{class:"mmv-overall","aria-label":"Mean Shapley value of each modality with its interval"},h("tbody",{},...rows)),faint(
"Mean Shapley value of the ",name(frame.target_name),` at epoch ${frame.best_epoch??"–"}; lines: ${frame.overall.interval}.`),...untrainedNote(frame)),()=>{}}
register({name:"mean shapley",place:"columns",order:20,needs,height:M=>70+26*M,mount:mount5});var MOST2=16;function stairs(frame,sample){let game=allOf(frame,"game",sample),shares=allOf(frame,"phi",sample),M=frame.modalities.length;return game.map((values,e)=>{
let out=[];for(let t=0;t*M<shares[e].length;t++)for(let m=0,at=values[t*2**M];m<M;m++)out.push(at+=shares[e][t*M+m]);return out})}function mount6(root,frame,_state,pick){
let M=frame.modalities.length,whole2=2**M-1,size=k=>k.toString(2).replaceAll("0","").length,shownSubsets=Array.from({length:whole2+1},(_,k)=>k).filter(k=>whole2<
MOST2||size(k)<=1||size(k)>=M-1).sort((a,b)=>size(a)-size(b)||a-b),steps=frame.modalities.map((_,m)=>{let value2=h("span"),{track,set}=bar(m);return{value:value2,
set,node:row(rowHead(...modality(frame,m)),track,value2)}}),untrained=(k,track)=>frame.trained?.[k]??!0?[]:(track.classList.add("mmv-untrained"),[" ",h("span",{
"aria-hidden":"true",title:frame.untrained},"○"),unseen(" not met in training")]),ends2=["baseline v(∅)","full model v(all)"].map((text,i)=>{let value2=h("s\
pan"),{track,set}=bar(null);return{value:value2,set,node:row(rowHead(text,...untrained(i?whole2:0,track)),track,value2)}}),masks=frame.modalities.map((one,m)=>{
let box=h("input",{type:"checkbox"});return box.addEventListener("change",()=>pick({masked:frame.modalities.filter((_,k)=>!masks[k].box.checked).map(k=>k.name)})),
{box,node:h("label",{class:"mmv-control"},box,...modality(frame,m))}}),members=k=>k===0?[h("span",{},"none")]:frame.modalities.flatMap((one,m)=>k>>m&1?[glyph(m),
unseen(`${one.name} `)]:[]),subsets=shownSubsets.map(k=>{let value2=h("span"),{track,set}=bar(null);return{k,value:value2,set,node:row(rowHead(...members(k),...untrained(
k,track)),track,value2)}}),note=h("span");root.append(heading("Modality ablation: value of every subset"),h("table",{"aria-label":"Waterfall from baseline to fu\
ll model"},h("tbody",{},ends2[0].node,...steps.map(r=>r.node),ends2[1].node)),h("div",{class:"mmv-inline",role:"group","aria-label":"Available modalities"},h("s\
pan",{class:"mmv-faint"},"Available"),...masks.map(one=>one.node)),h("table",{"aria-label":"Value v(S) of each subset of modalities"},h("tbody",{},...subsets.map(
r=>r.node))),faint("Bars: the ",name(frame.target_name),". ",note,shownSubsets.length>whole2?"":`${shownSubsets.length} of ${whole2+1} subsets are listed: those\
 with at most one modality, and those without at most one.`),...untrainedNote(frame,"○ "));let changed=changes(),low=0,high=0;return state=>{let{sample,epoch,
time,masked}=state,game=frame.part("game",epoch,sample,time),shares=frame.part("phi",epoch,sample,time);changed(state,"sample")&&([low,high]=rangeOf([...allOf(frame,
"game",sample),...stairs(frame,sample)],!0));let x=v=>(v-low)/(high-low||1),at=game[0];ends2.forEach((end,i)=>{let v=game[i?whole2:0];end.set(x(0),x(v)),end.value.
textContent=fixed(v,frame.digits)}),steps.forEach((step,m)=>{step.set(x(at),x(at+shares[m])),step.value.textContent=signed(shares[m],frame.digits),at+=shares[m]});
let chosen=coalitionWithout(frame,masked);subsets.forEach(({k,value:value2,set,node})=>{set(x(0),x(game[k])),value2.textContent=fixed(game[k],frame.digits),node.
className=k===chosen?"mmv-best":"",k===chosen?node.setAttribute("aria-current","true"):node.removeAttribute("aria-current")}),note.textContent=`The readout abov\
e gives the value without the masked modalities${frame.edited()||!frame.has("state")?"":"; the state maps are those of all modalities"}. `,masks.forEach(({box},m)=>box.
checked=!masked.includes(frame.modalities[m].name))}}register({name:"modality ablation",place:"columns",order:50,needs:["game"],height:M=>75+22*(M+2+(2**M<=MOST2?
2**M:2*M+2)),mount:mount6});function mount7(root,frame,_state,pick){let[,layers,M,B]=frame.shape("influence"),T=frame.sizes.time,starts=frame.influence.block,blockOf2=t=>starts.reduce((best,from,b)=>from<=
t?b:best,0),lastOf=b=>(b+1<B?starts[b+1]:T)-1,canvas=h("canvas",{role:"img"}),lines=Array.from({length:M},()=>h("div",{class:"mmv-at"})),grid=frame.modalities.flatMap(
(_,k)=>k?[h("div",{class:"mmv-cut-x"}),h("div",{class:"mmv-cut-y"})]:[]);grid.forEach((node,i)=>node.style.setProperty("--at",String((1+(i>>1))/M)));let box=h("\
div",{class:"mmv-plot mmv-map mmv-square"},canvas,h("div",{class:"mmv-marks","aria-hidden":"true"},...grid,...lines)),names=kind=>h("div",{class:kind,"aria-hidd\
en":"true"},...frame.modalities.map((_,m)=>h("span",{},...columnHead(frame,m,(340/M-15)/6.5)))),cells=frame.modalities.map(()=>frame.modalities.map(()=>h("td"))),
title=heading("Operator map"),caption=h("caption",{class:"mmv-small"}),scope=faint();root.append(title,h("div",{class:"mmv-blocks"},names("mmv-ups"),box,h("span"),
names("mmv-alongs")),h("div",{class:"mmv-scroll-x",tabindex:0,role:"region","aria-label":"Shares at the cursor"},h("table",{class:"mmv-list mmv-influence-table",
"aria-label":"Relative influence on each SSM stream at the cursor"},caption,h("thead",{},h("tr",{},h("td",{class:"mmv-faint"},"target ↓ source →"),...frame.
modalities.map((_,n)=>h("th",{scope:"col"},...columnHead(frame,n,(285/M-18)/6.5))))),h("tbody",{},...cells.map((list,m)=>h("tr",{},rowHead(...modality(frame,m)),
...list))))),scope,faint("Each block: target time down, source time across; the map is causal: zero above the diagonal. Magnitude |K|, exact for the inputs of t\
his layer's operator with its gates held fixed, at the epoch that training selected; the colour scale is that of its square root. Press on the map to move the c\
ursor.")),onDrag(box,box,(_x,y)=>{let row2=Math.min(M*B-1,Math.max(0,Math.floor(y*M*B)));pick({time:lastOf(row2%B)})}),root.style.setProperty("--sources",String(
M));let changed=changes();return state=>{let{sample,time}=state,layer=Math.min(state.layer,layers-1),map=frame.part("influence",sample,layer),[a,b]=span(frame,state),
[first,last]=[blockOf2(a),blockOf2(b)],scale=lastColour(frame,one=>one.influence?.scale,{...state,layer}),at=blockOf2(time),level=(m,t,n,s2)=>map[((m*B+t)*M+n)*
B+s2],share=Math.sqrt(frame.influence.scale[layer]/scale);changed(state,"sample","layer","layer_of_a","brush")&&paint(canvas,M*B,M*B,(x,y)=>{let s2=x%B,t=y%B;return s2>
t||s2<first||s2>last?-1:Math.round(share*level(y/B|0,t,x/B|0,s2))}),canvas.setAttribute("aria-label",`Operator map of layer ${frame.layers[layer]}, ${M} by ${M}\
 blocks of ${B} moments; the table holds the sums at the cursor`),title.textContent=`Operator map, layer ${frame.layers[layer]}, SSM stream m${layer?" (mixed ab\
ove layer 1)":""}`,scope.textContent=layer?"A source is the SSM stream of that name: above layer 1 it contains other modalities too. This is no attribution to m\
odalities.":"Within this layer only, not through the whole model: no attribution of the prediction.",lines.forEach((line,m)=>{line.style.top=`${100*(m*B+at)/(M*
B)}%`,line.style.height=`${100/(M*B)}%`}),caption.textContent=`Relative influence on each SSM stream at ${brief(frame,sample,time)}, and the source time with th\
e largest influence (colour scale ends at ${short(scale)}).`,cells.forEach((list,m)=>{let sums=list.map((_,n)=>{let sum=0,most=-1,when=0;for(let s2=first;s2<=Math.
min(at,last);s2++){let v=level(m,at,n,s2)**2;sum+=v,v>most&&([most,when]=[v,s2])}return{sum,when}}),whole2=sums.reduce((all,{sum})=>all+sum,0);list.forEach((cell,n)=>{
let texts=whole2&&sums[n].sum?[`${fixed(100*sums[n].sum/whole2,0)} %,`,brief(frame,sample,lastOf(sums[n].when))]:["–"];cell.replaceChildren(...texts.flatMap((text,i)=>[
i?" ":"",h("span",{class:"mmv-whole"},text)]))})})}}register({name:"operator map",place:"columns",order:60,needs:["influence"],height:M=>610+22*M,mount:mount7});function classes(root,frame){let rows=frame.outputs.map(text=>{let mark=h("span",{class:"mmv-mark"}),value2=h("span"),{track,set,was}=bar(null);return{mark,value:value2,
set,was,node:row(rowHead(h("div",{class:"mmv-split"},name(text),mark)),track,value2)}}),table=h("table",{"aria-label":"Probability of each class"},h("tbody",{},
...rows.map(r=>r.node))),long=rows.length>10?{class:"mmv-scroll",tabindex:0,role:"region","aria-label":"All classes"}:{};return root.append(heading("Prediction"),
...prefixNote(frame),h("div",long,table)),({sample,epoch,time})=>{let prediction=frame.part("prediction",epoch,sample,time),best=argmax(prediction),before=frame.
edited()?frame.recorded.part("prediction",epoch,sample,time):null;rows.forEach((r,k)=>{r.set(0,prediction[k]),r.was(0,before?before[k]:NaN),r.value.textContent=
fixed(prediction[k],frame.digits),before&&r.value.append(unseen(`, as recorded ${fixed(before[k],frame.digits)}`)),r.mark.textContent=frame.targets[sample]!==k?
"":frame.labelled?"true":"explained",r.node.className=k===best?"mmv-best":"",k===best&&r.mark.append(unseen(" predicted"))})}}function value(root,frame){let rows=[
"predicted","target"].map(text=>{let cell=h("span"),{track,set,was}=signedBar(null);return{cell,set,was,node:row(rowHead(text),track,cell)}});rows[0].node.className=
"mmv-best",rows[1].node.className="mmv-target",root.append(heading("Prediction"),...prefixNote(frame),h("table",{"aria-label":"Predicted and target value"},h("t\
body",{},...rows.map(r=>r.node))));let changed=changes(),most=0;return state=>{let{sample,epoch,time}=state,target=frame.targets[sample]??NaN,prediction=frame.part(
"prediction",epoch,sample,time)[0],before=frame.edited()?frame.recorded.part("prediction",epoch,sample,time)[0]:NaN;changed(state,"sample")&&(most=largest([target],
...allOf(frame,"prediction",sample))),[prediction,target].forEach((v,i)=>{rows[i].set(v,most),rows[i].cell.textContent=fixed(v,frame.digits)}),rows[0].was(before,
most),Number.isFinite(before)&&rows[0].cell.append(unseen(`, as recorded ${fixed(before,frame.digits)}`))}}var mount8=(root,frame)=>(frame.task==="classificatio\
n"?classes:value)(root,frame);register({name:"prediction",place:"side",order:10,needs:["prediction"],mount:mount8});var MOST3=16,DIGITS=3;function mount9(root,frame){let M=frame.modalities.length,whole2=2**M-1,info=frame.retraining,parts=Object.fromEntries(["masked","retraine\
d","gap"].map(key=>[key,[0,1,2].map(i=>frame.part(key,i))])),size=k=>k.toString(2).replaceAll("0","").length,shown=Array.from({length:whole2+1},(_,k)=>k).filter(
k=>whole2<MOST3||size(k)<=1||size(k)>=M-1||k===info.best).sort((a,b)=>size(a)-size(b)||a-b),[low,high]=rangeOf([...parts.masked,...parts.retrained],!0),x=v=>(v-
low)/(high-low||1),interval=(values,k,form)=>h("td",{class:"mmv-interval"},unseen("interval "),Number.isFinite(values[1][k])?`${form(values[1][k])} to ${form(values[2][k])}`:
"–");function line(k,key,head){let values=parts[key],{track,set}=bar(null);key==="retrained"&&(track.firstElementChild.style.opacity="0.5"),set(x(0),x(values[0][k]));
let whisker=h("div",{class:"mmv-whisker"});Number.isFinite(values[1][k])&&(whisker.style.left=`${100*x(values[1][k])}%`,whisker.style.width=`${100*(x(values[2][k])-
x(values[1][k]))}%`,track.append(whisker));let node=row(rowHead(...head),track,fixed(values[0][k],DIGITS));return node.append(interval(values,k,v=>fixed(v,DIGITS))),
node}let members=k=>k===0?[h("span",{},"none")]:frame.modalities.flatMap((one,m)=>k>>m&1?[glyph(m),unseen(`${one.name} `)]:[]),harmed=info.harm==="harm",rows=shown.
flatMap(k=>[line(k,"masked",[...members(k)," masked"]),line(k,"retrained",[unseen(k===0?"none ":frame.modalities.filter((_,m)=>k>>m&1).map(one=>one.name).join("\
 ")),k===0?"constant":"trained",...harmed&&k===info.best?[" ▲ harm"]:[]])]),gaps2=frame.modalities.map((_,m)=>h("tr",{},rowHead(...modality(frame,m)),h("td",{
class:"mmv-value"},signed(parts.gap[0][m],DIGITS)),interval(parts.gap,m,v=>signed(v,DIGITS))));return root.append(heading("Value by retraining"),h("table",{class:"\
mmv-overall","aria-label":"Value of each subset: full model with the others masked, and model trained on the subset"},h("tbody",{},...rows)),faint("masked: the \
full model with the other modalities masked; trained: a model trained on the subset; constant: best constant prediction. Bars: ",name(info.units),"; lines: ",name(
info.interval),". Trainings of a study, not the recorded run; each: ",name(info.budget),". Harm: ",name(info.harm_text),"."),heading("Gap of each modality: trai\
ned alone − masked"),h("table",{class:"mmv-overall","aria-label":"Gap of each modality: trained alone minus masked"},h("tbody",{},...gaps2)),...info.explanations.
map((text,m)=>h("details",{class:"mmv-small"},h("summary",{},...modality(frame,m),": ",name(info.verdicts[m])),faint(name(text))))),()=>{}}register({name:"value\
 by retraining",place:"columns",order:21,needs:["retrained","masked","gap"],height:M=>190+24*M+44*(2**M<=MOST3?2**M:2*M+2),mount:mount9});var SHARED=[120,126,138];function mount10(root,frame,_state,pick){let T=frame.sizes.time,[,,layers,M,,X]=frame.shape("routing"),inks=frame.experts.map(({owner})=>owner<
0||!frame.colours[owner%8]?SHARED:rgb(frame.colours[owner%8].slice(1))),sign=({owner})=>owner<0?h("span",{class:"mmv-glyph","aria-hidden":"true"},"○"):glyph(owner),
label=one=>[sign(one),name(one.name)],beside=frame.experts.every(one=>letters(one.name)<=13),maps=frame.modalities.map(one=>h("canvas",{role:"img","aria-label":`\
Expert weights of ${one.name} over the sequence, ${X} experts; the table holds their mean use`})),cursors=maps.map(()=>h("div",{class:"mmv-stroke"})),lanes=frame.
modalities.map((_,m)=>{let box=h("div",{class:"mmv-plot mmv-map mmv-experts"},maps[m],cursors[m]);return box.style.height=`${16*X}px`,onDrag(box,box,x=>pick({time:Math.
min(T-1,Math.max(0,Math.ceil(x*T)-1))})),h("div",{class:"mmv-lane"},h("div",{class:"mmv-gutter"},h("div",{class:"mmv-name"},...modality(frame,m)),h("div",{class:"\
mmv-rows","aria-hidden":"true"},...frame.experts.map(one=>h("span",{},...beside?label(one):[sign(one)])))),box)}),cells=frame.experts.map(({owner})=>frame.modalities.
map(()=>{let value2=h("span"),{track,set}=bar(owner<0?null:owner);return{value:value2,set,node:h("td",{},track,value2)}})),title=heading("Experts"),caption=h("c\
aption",{class:"mmv-small"});root.append(title,...lanes,h("table",{class:"mmv-list mmv-usage","aria-label":"Mean weight of each expert"},caption,h("thead",{},h(
"tr",{},h("td"),...frame.modalities.map((_,m)=>h("th",{scope:"col"},...modality(frame,m))))),h("tbody",{},...frame.experts.map((one,x)=>h("tr",{},rowHead(...label(
one)),...cells[x].map(cell=>cell.node))))),faint("Darkness: gate weight. Colour and glyph of an expert: its modality (○: shared expert). Hatched: no data."));
let changed=changes();return state=>{let{sample,epoch,time}=state,layer=Math.min(state.layer,layers-1),[a,b]=span(frame,state),weights=frame.modalities.map((_,m)=>frame.
part("routing",epoch,sample,layer,m)),valid=frame.modalities.map((_,m)=>frame.part("state_valid",sample,m));cursors.forEach(line=>line.style.left=`${100*(time+1)/
T}%`),changed(state,"sample","epoch","layer","brush")&&(title.textContent=`Experts in layer ${frame.layers[layer]}`,caption.textContent=state.brush?"Mean weight\
 over the time range":"Mean weight over the sequence",maps.forEach((canvas,m)=>{tint(canvas,T,X,(t,x)=>valid[m][t]?[...inks[x],weights[m][t*X+x]]:null);for(let x=0;x<
X;x++){let sum=0,steps=0;for(let t=a;t<=b;t++)valid[m][t]&&([sum,steps]=[sum+weights[m][t*X+x]/255,steps+1]);cells[x][m].set(0,steps?sum/steps:0),cells[x][m].value.
textContent=fixed(steps?sum/steps:NaN,2)}}))}}register({name:"routing",place:"wide",order:10,needs:["routing"],mount:mount10});var PAGE=12,SHOWN=["all samples","recorded, with hidden states","correct","incorrect"];function keyOf(texts){let numbers=texts.map(text=>text.trim()===""?NaN:Number(
text));return numbers.every((v,i)=>!Number.isNaN(v)||texts[i]==="nan")?i=>numbers[i]:i=>texts[i]}function columnsOf2(frame){let{id,target,predicted}=frame.listed,
phi=frame.part("listed_phi"),prediction=frame.part("listed_prediction"),M=frame.modalities.length,probability=frame.task==="classification"?[{title:frame.labelled?
"p(target)":"p(predicted)",text:i=>fixed(prediction[i],2),key:i=>prediction[i]}]:[];return[{title:"sample",text:i=>id[i],key:i=>id[i]},{title:"target",text:i=>target[i],
key:keyOf(target)},{title:frame.task==="classification"?"predicted":"predicted value",text:i=>predicted[i],key:keyOf(predicted)},...probability,...frame.modalities.
map((one,m)=>({title:one.name,text:i=>signed(phi[i*M+m],frame.digits),key:i=>phi[i*M+m]}))]}function mount11(root,frame,_state,pick){let{id,target,predicted,total}=frame.
listed,N=id.length,M=frame.modalities.length,correct=frame.part("listed_correct"),traced=frame.part("listed_recorded"),columns=columnsOf2(frame),others=frame.compared.
filter(one=>one.has("listed_phi")).map(one=>({one,list:columnsOf2(one)})),axisOf=({title})=>rangeOf(others.map(({one,list:list2})=>one.listed.id.map((_,i)=>list2.
find(column=>column.title===title)?.key(i)))),numbers=columns.filter(column=>typeof column.key(0)=="number"),rows=[],sorted={column:-1,down:!1},page=0,chosen=0,
text=h("input",{type:"search","aria-label":"Samples whose id, target or prediction contains",placeholder:"id, target or prediction"}),which=choice("Show",frame.
task==="classification"?SHOWN:SHOWN.slice(0,2),()=>refresh());text.addEventListener("input",()=>refresh());let heads=columns.map((column,c)=>{let mark=h("span",
{"aria-hidden":"true"}),sort=button("",()=>{sorted={column:c,down:sorted.column===c&&!sorted.down},refresh()},{class:"mmv-sort"});return sort.append(name(column.
title),mark),{mark,node:h("th",{scope:"col"},sort)}});root.style.setProperty("--columns",String(columns.length));let body=h("tbody"),count=h("span",{role:"statu\
s"}),back=button("previous",()=>turn(-1),{"aria-label":"Previous page of samples"}),next=button("next",()=>turn(1),{"aria-label":"Next page of samples"}),canvas=h(
"canvas",{role:"img"}),ring=h("span",{class:"mmv-ring","aria-hidden":"true"}),box=h("div",{class:"mmv-plot mmv-scatter"},canvas,ring),least=h("span"),most=h("sp\
an"),under=h("span"),above=h("span"),blank=h("span"),axes=h("div",{class:"mmv-charted"},h("div",{class:"mmv-subtitle"}),h("div",{class:"mmv-scale","aria-hidden":"\
true"},above,under),box,h("div",{class:"mmv-ends","aria-hidden":"true"},least,most)),across=choice("Across",numbers.map(column=>column.title),()=>scatter()),up=choice(
"Up",numbers.map(column=>column.title),()=>scatter());across.select.value=String(Math.max(0,numbers.length-M)),up.select.value=String(Math.min(numbers.length-1,
numbers.length-M+1));let all=N<total?`${N} of ${total} samples are listed: evenly spaced, with every recorded one. `:"";root.append(heading("Samples"),h("div",{
class:"mmv-inline"},text,which.node,count,back,next),h("div",{class:"mmv-pick"},h("div",{class:"mmv-scroll-x",tabindex:0,role:"region","aria-label":"Table of sa\
mples"},h("table",{class:"mmv-list","aria-label":"Samples"},h("thead",{},h("tr",{},...heads.map(head=>head.node))),body)),h("div",{},h("div",{class:"mmv-inline"},
across.node,up.node),axes)),faint(all+"Predictions and Shapley values are those of the epoch that training selected. Press the name of a recorded sample to show\
 it in all views. "+(frame.labelled&&frame.task==="classification"?"Dots: filled = correct, hollow = incorrect, large = recorded. ":"Dots: large = recorded. "),
blank));function turn(by){page=Math.max(0,Math.min(Math.ceil(rows.length/PAGE)-1,page+by)),list()}function refresh(){let wanted=text.value.trim().toLowerCase(),
kind=Number(which.select.value);rows=[];for(let i=0;i<N;i++)(kind===1?traced[i]<0:kind>1&&correct[i]!==3-kind)||(!wanted||`${id[i]} ${target[i]} ${predicted[i]}`.
toLowerCase().includes(wanted))&&rows.push(i);let{column,down}=sorted;if(column<0)rows=[...rows.filter(i=>traced[i]>=0),...rows.filter(i=>traced[i]<0)];else{let key=columns[column].
key,way=down?-1:1;rows.sort((a,b)=>{let[x,y]=[key(a),key(b)];return way*(x<y?-1:x>y?1:0)||a-b})}heads.forEach(({mark,node},c)=>{mark.textContent=c===column?down?
" ▼":" ▲":"",c===column?node.setAttribute("aria-sort",down?"descending":"ascending"):node.removeAttribute("aria-sort")}),page=0,list(),scatter()}function list(){
let from=page*PAGE;count.textContent=rows.length?`${from+1} to ${Math.min(rows.length,from+PAGE)} of ${rows.length}`:"none",back.disabled=page===0,next.disabled=
from+PAGE>=rows.length,body.replaceChildren(...rows.slice(from,from+PAGE).map(i=>{let cells=columns.map((column,c)=>{if(c>0)return h("td",{},name(column.text(i)));
let label=traced[i]<0?name(id[i]):button("",()=>pick({sample:traced[i]}),{class:"mmv-open"});return traced[i]>=0&&label.append(name(id[i])),h("th",{scope:"row"},
label)});return h("tr",traced[i]===chosen?{class:"mmv-best","aria-current":"true"}:{},...cells)}))}let places=[];function scatter(){let[x,y]=[across,up].map(({select})=>numbers[Number(
select.value)]),wide=480,high=300,[left,right]=axisOf(x),[low,top]=axisOf(y);[least.textContent,most.textContent]=ends(left,right),[under.textContent,above.textContent]=
ends(low,top);let ink=getComputedStyle(root).color,pen=canvas.getContext("2d");canvas.width=wide*2,canvas.height=high*2,pen.scale(2,2),pen.strokeStyle=pen.fillStyle=
ink,places=rows.map(i=>[14+(x.key(i)-left)/(right-left||1)*(wide-28),high-14-(y.key(i)-low)/(top-low||1)*(high-28)]);let missing=places.filter(([px,py])=>!Number.
isFinite(px+py)).length;blank.textContent=missing?`${missing} of ${rows.length} have no value for one of the axes and no dot.`:"",places.forEach(([px,py],k2)=>{
let i=rows[k2];Number.isFinite(px+py)&&(pen.globalAlpha=traced[i]<0?.45:1,pen.lineWidth=1.4,pen.beginPath(),pen.arc(px,py,traced[i]<0?2.4:5,0,7),correct[i]===0?
pen.stroke():pen.fill())}),canvas.setAttribute("aria-label",`Scatter of ${rows.length} samples: ${x.title} across, from ${fixed(left,2)} to ${fixed(right,2)}; ${y.
title} up, from ${fixed(low,2)} to ${fixed(top,2)}; the table holds the numbers`);let k=rows.findIndex(i=>traced[i]===chosen);ring.hidden=k<0||!Number.isFinite(
places[k][0]+places[k][1]),!ring.hidden&&(ring.style.left=`${100*places[k][0]/wide}%`,ring.style.top=`${100*places[k][1]/high}%`)}return onDrag(box,box,(x,y,_event,first)=>{
if(!first)return;let best=-1,least2=1/0;places.forEach(([px,py],k)=>{let far=Math.hypot(px-480*x,py-300*y);traced[rows[k]]>=0&&far<least2&&([best,least2]=[k,far])}),
best>=0&&least2<40&&pick({sample:traced[rows[best]]})}),matchMedia("(prefers-color-scheme: dark)").addEventListener("change",scatter),({sample})=>{rows.length&&
sample===chosen||(chosen=sample,rows.length?(list(),scatter()):refresh())}}register({name:"samples",place:"wide",order:40,needs:["listed_phi","listed_prediction",
"listed_correct","listed_recorded"],mount:mount11});var timeOf=(until,frame,column)=>Number.isFinite(until[column])?Math.min(frame.sizes.time-1,Math.max(0,Math.ceil(until[column]*frame.sizes.time-1e-4)-1)):-1;function columnOf(until,frame,t){
let best=-1;for(let i=0;i<until.length;i++){let at=timeOf(until,frame,i),held=best<0?-1:timeOf(until,frame,best);at<0||(best<0||(at<=t?held>t||until[i]>=until[best]:
held>t&&until[i]<until[best]))&&(best=i)}return best}function stepsOf({steps},index,width){let first=index*width+1,last=Math.min(steps,(index+1)*width);return first===
last?String(first):`${first} to ${last}`}var sameSite=(frame,site)=>frame.compared.flatMap(one=>one.scans.flatMap((about,k)=>about.site===site.site?[{one,k,about}]:
[]));function siteArrays(frame,k,sample,stream){let[,,rows,columns]=frame.shape(`scan_norm_${k}`),{scale}=frame.scans[k],levels=frame.part(`scan_norm_${k}`,sample,
stream),mean=frame.part(`scan_mean_${k}`,sample,stream),valid=column=>!Number.isNaN(mean[column]);return{rows,columns,mean,valid,level:(row2,column)=>valid(column)?
levels[row2*columns+column]:-1,value:(row2,column)=>valid(column)?levels[row2*columns+column]/255*scale:NaN,clipped:(row2,column)=>valid(column)&&levels[row2*columns+
column]===255,half_life:frame.part(`scan_half_life_${k}`,sample,stream),sorted:frame.part(`scan_quantile_${k}`,sample,stream),until:frame.part(`scan_until_${k}`,
sample,stream),channels:frame.part(`scan_index_${k}`,stream)}}function influenceOf(frame,k,sample,target){let about=frame.scans[k].influence;if(!about)return null;
let[,,blocks2,sources]=frame.shape(`scan_influence_${k}`),levels=frame.part(`scan_influence_${k}`,sample,target),level=(t,n,s2)=>levels[(t*sources+n)*blocks2+s2],
value2=(t,n,s2)=>about.scale*(level(t,n,s2)/255)**2,sums=t=>Array.from({length:sources},(_,n)=>{let sum=0,most=0,at=-1;for(let s2=0;s2<=t;s2++){let v=value2(t,n,
s2);sum+=v,v>most&&([most,at]=[v,s2])}return{sum,at}});return{blocks:blocks2,sources,width:about.width,level,value:value2,sums}}var counted=(count,one)=>`${count} ${one}${count===1?"":"s"}`;function aboutText(site){let{modality:modality2,streams,steps,channels,states,replay_error}=site,sizes=`${counted(
streams.length,"stream")} × ${counted(steps,"step")} × ${counted(channels,"channel")}${states?` × ${counted(states,"state")}`:""}`,exact=replay_error===null?
"no replay error: mmkernels computed this scan, or the error was not recorded":`the captured tensors reproduce the output of this function to ${short(replay_error,
2)} of its largest value`;return["Function ",name(site.function),modality2?", modality ":", no single modality",name(modality2),`; ${sizes}; ${exact}.`,...site.
alignment?[" Steps: ",name(site.alignment),"."]:[]]}function mapBox(cursors){let canvas=h("canvas",{role:"img"}),across=h("div",{class:"mmv-at"}),down=h("div",{
class:"mmv-stroke"}),title=h("div",{class:"mmv-subtitle"}),box=h("div",{class:"mmv-plot mmv-map mmv-scan-map"},canvas,h("div",{class:"mmv-marks","aria-hidden":"\
true"},...cursors==="both"?[across,down]:[across])),first=h("span"),last=h("span");return{canvas,across,down,title,box,first,last,node:h("div",{class:"mmv-chart\
ed"},title,h("div",{class:"mmv-scale","aria-hidden":"true"},first,last),box)}}function mount12(root,frame,_state,pick){let sites=frame.scans,T=frame.sizes.time,
k=0,stream=0,row2=0,column=-1,last=null,again=()=>last&&draw(last),site=choice("Site",sites.map(one=>`${one.site}${one.modality&&` · ${one.modality}`}`),i=>{[k,
stream,row2,column]=[i,0,0,-1],again()}),streams=choice("SSM stream",[],i=>{[stream,row2]=[i,0],again()}),rowRange=h("input",{type:"range",min:0,step:1,"aria-la\
bel":"Row of the captured scan"}),stepRange=h("input",{type:"range",min:0,step:1,"aria-label":"Step of the captured scan"});rowRange.addEventListener("input",()=>{
row2=Number(rowRange.value),again()}),stepRange.addEventListener("input",()=>goTo(Number(stepRange.value)));let about=h("p",{class:"mmv-small"}),states=mapBox("\
both"),influence=mapBox("target"),noInfluence=faint(),lives=chart({label:"Half-lives of all channels in ascending order, logarithmic scale; the table has that o\
f the selected channel",series:[{f:0}]}),along=chart({label:"Hidden-state magnitude over the steps: mean over all channels, and the selected channel; the table \
has the numbers",series:[{f:0},{f:1}],onPick:x=>goTo(Math.round(x*(sizeOf()-1)))}),pointed=h("p",{class:"mmv-small mmv-pointed"}),body=h("tbody"),table=h("table",
{class:"mmv-list","aria-label":"Values of the captured scan at the cursor"},body),timeNote=faint(),closed=[...frame.has("influence")?[]:["operator map"],...frame.
has("path")?[]:["state trajectories"]],why=closed.length?[faint(`No ${closed.join(", no ")} over all modalities: these need captured scans of one shape in every\
 modality, and a recorded influence map.`)]:[];root.append(heading("Captured scans of the module"),h("div",{class:"mmv-controls mmv-scan-controls"},site.node,streams.
node,h("label",{class:"mmv-control mmv-grow"},h("span",{},"Row"),rowRange),h("label",{class:"mmv-control mmv-grow"},h("span",{},"Step"),stepRange)),about,h("div",
{class:"mmv-pair mmv-scan-charts"},h("div",{},states.node,along.node,legend(["mean over all channels","selected channel"])),h("div",{},influence.node,noInfluence,
lives.node)),pointed,table,timeNote,...why,...frame.missing_scans?[faint(name(frame.missing_scans))]:[],faint("Rows: the channels whose ‖h‖₂ varies most, longes\
t half-life first. Influence: magnitude of the effect of a source step on the output of the scan, with its gates held fixed; it is of this scan alone, not of th\
e whole module. Hatched: no data. Press on a map, or use the sliders, to move the cursor."));let sizeOf=()=>frame.shape(`scan_norm_${k}`)[3];function goTo(next){
column=Math.min(sizeOf()-1,Math.max(0,next));let time=last?timeOf(siteArrays(frame,k,last.sample,stream).until,frame,column):-1;last&&time>=0&&time!==last.time?
pick({time}):again()}let cellAt=(x,y)=>[Math.min(sizeOf()-1,Math.max(0,Math.floor(x*sizeOf()))),Math.max(0,Math.min(frame.shape(`scan_norm_${k}`)[2]-1,Math.floor(
y*frame.shape(`scan_norm_${k}`)[2])))];onDrag(states.box,states.box,(x,y)=>{let[to,at]=cellAt(x,y);row2=at,goTo(to)}),onDrag(influence.box,influence.box,(_x,y)=>{
let map=last&&influenceOf(frame,k,last.sample,stream);map&&goTo(Math.floor((Math.min(sites[k].steps,(Math.min(map.blocks-1,Math.max(0,Math.floor(y*map.blocks)))+
1)*map.width)-1)/sites[k].pooled))});function onHover(box,text){box.addEventListener("pointermove",event=>{let{left,top,width,height}=box.getBoundingClientRect();
last&&(pointed.textContent=text((event.clientX-left)/width,(event.clientY-top)/height))}),box.addEventListener("pointerleave",()=>pointed.textContent=atCursor())}
function cellText(at,to){if(!last)return"";let arrays=siteArrays(frame,k,last.sample,stream),{pooled}=sites[k];return`Channel ${arrays.channels[at]}, step ${stepsOf(
sites[k],to,pooled)}: ‖h‖₂ ${pooled>1?"mean ":""}${amount(arrays,at,to)}, half-life ${short(arrays.half_life[at])} steps.`}let atCursor=()=>last?cellText(
row2,column):"";onHover(states.box,(x,y)=>{let[to,at]=cellAt(x,y);return cellText(at,to)}),onHover(influence.box,(x,y)=>{let map=last&&influenceOf(frame,k,last.
sample,stream);if(!map)return"";let place=Math.min(map.sources*map.blocks-1,Math.max(0,Math.floor(x*map.sources*map.blocks))),n=Math.floor(place/map.blocks),s2=place%
map.blocks,t=Math.min(map.blocks-1,Math.max(0,Math.floor(y*map.blocks)));return`Source ${sourceName(n)}step ${stepsOf(sites[k],s2,map.width)}, target step ${stepsOf(
sites[k],t,map.width)}: influence ${s2>t?"0 (later source)":short(map.value(t,n,s2))}.`});let sourceName=n=>sites[k].streams.length>1?`${sites[k].streams[n]}, `:
"",amount=(arrays,at,to)=>`${arrays.clipped(at,to)?"≥ ":""}${short(arrays.value(at,to))}`,line=(text,value2)=>h("tr",{},rowHead(text),h("td",{},value2));function draw(state){
last=state;let{sample,time}=state,one=sites[k],{pooled}=one,arrays=siteArrays(frame,k,sample,stream),{rows,columns,mean,until}=arrays,mapped=columnOf(until,frame,
time);(column<0||column>=columns)&&(column=columns-1),mapped>=0&&timeOf(until,frame,column)!==time&&(column=mapped),row2=Math.min(row2,rows-1),site.select.value=
String(k),streams.node.hidden=one.streams.length<2,(streams.select.options.length!==one.streams.length||[...streams.select.options].some((option,i)=>option.text!==
one.streams[i]))&&streams.select.replaceChildren(...one.streams.map((text,i)=>h("option",{value:i},text))),streams.select.value=String(stream),[[rowRange,rows,row2],
[stepRange,columns,column]].forEach(([range2,count,at2])=>{range2.max=String(Number(count)-1),range2.value=String(at2)});let steps=stepsOf(one,column,pooled),at=timeOf(
until,frame,column),moment2=at<0?"":`${frame.duration_s[sample]===null?"time ":""}${brief(frame,sample,at)}`;rowRange.setAttribute("aria-valuetext",`row ${row2+
1} of ${rows}, channel ${arrays.channels[row2]}`),stepRange.setAttribute("aria-valuetext",`step ${steps} of ${one.steps}${moment2&&`, ${moment2}`}`),about.replaceChildren(
...aboutText(one)),about.title=one.description;let same=sameSite(frame,one),scale=Math.max(...same.map(other=>other.about.scale)),share=one.scale/scale;paint(states.
canvas,columns,rows,(x,y)=>{let level=arrays.level(y,x);return level<0?-1:Math.round(level*share)}),states.canvas.setAttribute("aria-label",`Hidden-state magnit\
ude of ${rows} channels over ${columns} columns; the table has the value at the cursor`),states.title.textContent=`‖h‖₂: ${rows<one.channels?`${rows} of ${one.
channels} channels`:counted(rows,"channel")} (down) over ${counted(one.steps,"step")} (across${pooled>1?`, means of ${pooled}`:""}); colours from 0 to ≥ ${short(
scale)}`,states.first.textContent="row 1",states.last.textContent=String(rows),states.down.style.left=`${100*(column+1)/columns}%`,states.across.style.top=`${100*
row2/rows}%`,states.across.style.height=`${100/rows}%`;let means=same.flatMap(({one:run,k:at2})=>run.scans[at2].streams.map((_,m)=>run.part(`scan_mean_${at2}`,sample,
m))),range=[0,Math.max(scale,rangeOf(means,!0)[1])];along.draw({values:(line2,i)=>line2?arrays.value(row2,i):mean[i],count:columns,now:column,range}),along.say(
{title:"‖h‖₂ over the steps",low:"0",high:short(range[1]),from:"step 1",to:String(one.steps)});let{sorted}=arrays,spread=rangeOf(same.flatMap(({one:run,k:at2})=>run.
scans[at2].streams.map((_,m)=>Array.from(run.part(`scan_quantile_${at2}`,sample,m),Math.log10)))),own=arrays.half_life[row2],place=Array.from(sorted).reduce((best,life,i)=>Math.
abs(Math.log(life/own))<Math.abs(Math.log(sorted[best]/own))?i:best,0);if(lives.node.hidden=!sorted.some(life=>Number.isFinite(life)&&life>0),!lives.node.hidden){
let[low,high]=ends(10**spread[0],10**spread[1]);lives.draw({values:(_line,i)=>Math.log10(sorted[i]),count:sorted.length,now:Number.isFinite(own)?place:-1,range:spread,
rule:!1}),lives.say({title:`half-lives of all ${one.channels} channels in ascending order, steps (log)`,low,high,from:"shortest",to:"longest"})}let map=influenceOf(
frame,k,sample,stream);influence.node.hidden=!map;let old=map&&frame.edited()&&frame.replaced(`scan_norm_${k}`)&&!frame.replaced(`scan_influence_${k}`);noInfluence.
hidden=!!map&&!old,noInfluence.textContent=old?"As recorded: the influence map does not show the edit.":map?"":`No influence map: ${one.no_influence}.`;let sources=[];
if(map&&one.influence){let top=Math.max(...same.map(other=>other.about.influence?.scale??0)),dim=Math.sqrt(one.influence.scale/top),block=Math.min(map.blocks-1,
Math.floor(column*pooled/map.width));paint(influence.canvas,map.sources*map.blocks,map.blocks,(x,t)=>{let s2=x%map.blocks;return s2>t?-1:Math.round(dim*map.level(
t,Math.floor(x/map.blocks),s2))}),influence.canvas.setAttribute("aria-label",`Influence map of ${map.blocks} target blocks by ${map.sources} times ${map.blocks}\
 source blocks; the table has the sums at the cursor`),influence.title.textContent=`influence: target steps (down), source steps (across${map.sources>1?`: ${one.
streams.join(", ")}`:""}), blocks of ${map.width}; colours from 0 to ${short(top)}, by square root`,influence.first.textContent="step 1",influence.last.textContent=
String(one.steps),influence.across.style.top=`${100*block/map.blocks}%`,influence.across.style.height=`${100/map.blocks}%`;let found=map.sums(block),whole2=found.
reduce((sum,part)=>sum+part.sum,0);sources=found.map(({sum,at:at2},n)=>line(map.sources>1?`influence of ${one.streams[n]}`:"influence",whole2&&at2>=0?`${map.sources>
1?`${fixed(100*sum/whole2,0)} %, `:""}largest from step ${stepsOf(one,at2,map.width)}`:"–"))}body.replaceChildren(line("step",`${steps} of ${one.steps}${moment2&&
` (${moment2})`}`),line("channel",`${arrays.channels[row2]} (row ${row2+1} of ${rows})`),line("half-life, steps",short(own)),line("‖h‖₂ of the channel",amount(
arrays,row2,column)),line(`mean ‖h‖₂ of ${one.channels} channels`,short(mean[column])),...sources),pointed.textContent=atCursor(),timeNote.textContent=mapped>=
0?"":"The steps of this scan do not map to the time axis, so that its cursor is its own.",timeNote.hidden=mapped>=0}return draw}register({name:"captured scans",
place:"wide",order:5,needs:["scan_norm_0"],mount:mount12});function mount13(root,frame){let{names,shown}=frame.seeds,T=frame.sizes.time,M=frame.modalities.length,maps=frame.has("attribution_agreement"),cells=frame.modalities.
map((_,m)=>{let values=names.map((_seed,k)=>frame.part("seed_phi",k)[m]),mean=values.reduce((a,b)=>a+b,0)/values.length,same=values.filter(v=>mean!==0&&Math.sign(
v)===Math.sign(mean)).length;return[...values.map(v=>h("td",{},signed(v,3))),h("td",{},signed(mean,3)),h("td",{},mean?`${same} of ${values.length}`:"–")]});if(root.
append(heading("Agreement over seeds"),h("div",{class:"mmv-scroll-x"},h("table",{class:"mmv-list","aria-label":"Mean Shapley value of each modality for every se\
ed"},h("thead",{},h("tr",{},h("td"),...[...names,"mean","same sign"].map(text=>h("th",{scope:"col"},name(text))))),h("tbody",{},...frame.modalities.map((_,m)=>h(
"tr",{},rowHead(...modality(frame,m)),...cells[m]))))),faint("Mean Shapley value of ",name(frame.target_name),` over all samples, for each of ${names.length} se\
eds; the other views show `,name(shown),". Differences between seeds are due to the training, not to the samples.")),!maps)return root.append(faint("The maps of\
 the seeds are not compared: an end-to-end attribution was not recorded for all of them.")),()=>{};let canvases=frame.modalities.map(one=>h("canvas",{role:"img",
"aria-label":`Share of seeds with the sign of the mean, ${one.name}, over ${T} steps`})),lines=canvases.map(()=>h("div",{class:"mmv-at"})),sentence=h("p",{class:"\
mmv-small"}),shares=canvases.map(()=>h("td",{class:"mmv-seed-count"}));root.append(h("div",{class:"mmv-subtitle"},"end-to-end attribution: share of seeds with t\
he sign of the mean, colours from 0 to 1"),h("table",{class:"mmv-list","aria-label":"Sign agreement of the end-to-end attribution over seeds"},h("tbody",{},...frame.
modalities.map((_,m)=>h("tr",{},rowHead(...modality(frame,m)),h("td",{class:"mmv-seed-map"},h("div",{class:"mmv-plot mmv-map"},canvases[m],lines[m])),shares[m])))),
sentence);let changed=changes();return state=>{let{sample,time}=state,agreement=frame.part("attribution_agreement",sample),whole2=frame.part("map_agreement",sample)[0];
changed(state,"sample")&&canvases.forEach((canvas,m)=>paint(canvas,T,1,t=>Number.isFinite(agreement[m*T+t])?Math.round(255*agreement[m*T+t]):-1));for(let m=0;m<
M;m++){let share=agreement[m*T+time];lines[m].style.left=`${100*(time+.5)/T}%`,shares[m].textContent=Number.isFinite(share)?`${Math.round(share*names.length)} o\
f ${names.length}`:"–"}sentence.textContent=`At ${brief(frame,sample,time)}: number of seeds with the sign of the mean. Mean rank correlation of the maps of t\
wo seeds: ${Number.isFinite(whole2)?fixed(whole2,2):"not defined"}.`}}register({name:"agreement over seeds",place:"columns",order:22,needs:["seed_phi"],height:M=>190+
52*M,mount:mount13});function mount14(root,frame,_state,pick){let E=frame.sizes.epoch,T=frame.sizes.time,M=frame.modalities.length,all=frame.modalities.map((_,m)=>m),rows=all.map(m=>{
let value2=h("span"),{track,set,was}=signedBar(m);return{value:value2,set,was,node:row(rowHead(...modality(frame,m)),track,value2)}}),none=h("span"),whole2=h("s\
pan"),total=(text,value2)=>h("tr",{class:"mmv-total"},rowHead(text),h("td"),h("td",{class:"mmv-value"},value2)),along=chart({label:"Shapley value of each modali\
ty over the sequence; the table has the numbers at the cursor",series:all.map(m=>({m})),onPick:x=>pick({time:Math.round(x*(T-1))})}),during=chart({label:"Shaple\
y value of each modality over training; the table has the numbers at the epoch",series:all.map(m=>({m})),onPick:x=>pick({epoch:Math.round(x*(E-1))})});root.append(
heading("Shapley value φ, ",name(frame.target_name)),...prefixNote(frame),h("table",{"aria-label":"Exact Shapley value of each modality"},h("tbody",{},total("b\
aseline v(∅)",none),...rows.map(r=>r.node),total("full model v(all)",whole2))),...frame.imputation?[faint("Shapley values; ",name(frame.imputation),".")]:[],...untrainedNote(
frame),h("div",{class:"mmv-pair"},along.node,during.node));let changed=changes(),most=0,range=rangeOf([]);return state=>{let{sample,epoch,time,brush}=state;changed(
state,"sample")&&(range=rangeOf(allOf(frame,"phi",sample),!0),most=largest(range));let shares=frame.part("phi",epoch,sample,time),now=frame.part("phi",epoch,sample),
{recorded}=frame,before=frame.edited()?recorded.part("phi",epoch,sample):null;rows.forEach((r,m)=>{r.set(shares[m],most),r.was(before?before[time*M+m]:NaN,most),
r.value.textContent=signed(shares[m],frame.digits),before&&r.value.append(unseen(`, as recorded ${signed(before[time*M+m],frame.digits)}`))});let shown=frame.task===
"classification"?frame.targets[sample]:0;none.textContent=fixed(frame.part("baseline",epoch,sample)[time],frame.digits),whole2.textContent=fixed(frame.part("pre\
diction",epoch,sample,time)[shown],frame.digits);let[low,high]=ends(...range);along.draw({values:(m,t)=>now[t*M+m],count:T,now:time,range,brush,before:before&&((m,t)=>before[t*
M+m])}),along.say({title:`over the sequence, ${epochName(frame,epoch).split(" of ")[0]}`,high,low,from:brief(frame,sample,0),to:brief(frame,sample,T-1)}),during.
draw({values:(m,e)=>recorded.part("phi",e,sample,time)[m],count:E,now:epoch,range}),during.say({title:`over training, ${before?"as recorded, ":""}at ${brief(frame,
sample,time)}`,high,low,from:`epoch ${frame.epochs[0]}`,to:String(frame.epochs[E-1])})}}register({name:"shapley",place:"side",order:20,needs:["phi"],mount:mount14});var columnsOf3=({curves,part},title)=>[...curves.keys()].filter(k=>curves[k].chart===title).map(k=>part("history").filter((_,i)=>i%curves.length===k));function expected(values,{
history_epochs:epochs,epochs:recorded}){let noted=epochs.filter((_,i)=>Number.isFinite(values[i])),apart=noted.slice(1).map((e,i)=>e-noted[i]),often=n=>apart.filter(
one=>one===n).length,usual=apart.reduce((best,n)=>often(n)>often(best)?n:best,1),every=often(usual)>1?usual:1,among=recorded.length<epochs.length&&noted.every(e=>recorded.
includes(e)),due=e=>among?recorded.includes(e):(e-noted[0])%every===0;return values.map((v,i)=>Number.isFinite(v)||due(epochs[i])?v:void 0)}function mount15(root,frame,_state,pick){
let{curves,history_epochs:epochs}=frame,K=curves.length,table=frame.part("history"),first=epochs[0],reach=epochs[epochs.length-1]-first||1,nearest=x=>frame.epochs.
reduce((best,e,i)=>Math.abs(e-first-x*reach)<Math.abs(frame.epochs[best]-first-x*reach)?i:best,0),charts=[...new Set(curves.map(curve=>curve.chart))].map(title=>{
let columns=curves.map((curve,k)=>({...curve,k})).filter(curve=>curve.chart===title),plain=columns.every(curve=>curve.modality<0),one=chart({label:`${title} ove\
r training: ${columns.map(curve=>curve.name).join(", ")}`,onPick:x=>pick({epoch:nearest(x)}),series:columns.map((curve,f)=>plain?{f}:{m:curve.modality})}),place=i=>(epochs[i]-
first)/reach,values=columns.map(({k})=>expected(epochs.map((_,i)=>table[i*K+k]),frame)),range=rangeOf(frame.compared.filter(other=>other.has("history")).flatMap(
other=>columnsOf3(other,title)),!plain),[low,high]=ends(...range);one.say({title,high,low,from:`epoch ${epochs[0]}`,to:String(epochs[epochs.length-1])});let single=plain&&
columns.length===1,numbers=columns.map(()=>h("span")),legend2=h("div",{class:"mmv-small mmv-curve-values"},...columns.map((curve,c)=>h("span",{class:"mmv-key"},
...single?[]:[plain?dash(c):glyph(curve.modality),h("span",{},name(curve.name)," ")],numbers[c])));return{node:h("div",{},one.node,legend2),draw:epoch=>{let now=epochs.
indexOf(epoch);one.draw({values:(c,i)=>values[c][i],count:epochs.length,now,range,place}),numbers.forEach((span2,c)=>span2.textContent=now<0||values[c][now]===void 0?
"":short(values[c][now]))}}});return root.append(heading("Training"),h("div",{class:"mmv-pair"},...charts.map(one=>one.node))),({epoch})=>charts.forEach(one=>one.
draw(frame.epochs[epoch]))}register({name:"training",place:"wide",order:30,needs:["history"],mount:mount15});var W=400,H=250,EDGE=18,LABEL=[44,24],MARK=[22,22];function free(taken,[x0,y0],[mx,my],[x1,y1]){for(let u of[.5,.35,.65,.25,.75]){let at=[(1-u)**2*x0+2*u*(1-u)*
mx+u*u*x1,(1-u)**2*y0+2*u*(1-u)*my+u*u*y1];if(taken.every(([x,y,size])=>[x,y].some((v,k)=>Math.abs(v-at[k])>(size[k]+LABEL[k])/2)))return at}return null}function mount16(root,frame){
let T=frame.sizes.time,M=frame.modalities.length,all=frame.modalities.map((_,m)=>s("path",{class:"mmv-share mmv-past","data-m":m%8})),shown=frame.modalities.map(
(_,m)=>s("path",{class:"mmv-share","data-m":m%8,"stroke-dasharray":DASHES[m%8]})),arrows=frame.modalities.flatMap((_,m)=>frame.modalities.map((_2,n)=>m===n?null:
s("path",{class:"mmv-arrow","data-m":n%8}))),marks=frame.modalities.map((_,m)=>glyph(m)),weights=arrows.map(arrow=>arrow&&h("span",{class:"mmv-weight"})),drawing=s(
"svg",{viewBox:`0 0 ${W} ${H}`,role:"img"},...all,...shown,...arrows.flatMap(arrow=>arrow??[])),box=h("div",{class:"mmv-plot mmv-plane"},drawing,h("div",{class:"\
mmv-marks","aria-hidden":"true"},...weights.flatMap(weight=>weight??[]),...marks)),note=h("span");root.append(heading("State trajectories"),box,h("div",{class:"\
mmv-inline"},...frame.modalities.map((_,m)=>h("span",{},...modality(frame,m)))),faint(note));let changed=changes(),x=[],y=[];return state=>{let{sample,layer,time}=state,
[a,b]=span(frame,state),place=frame.part("path",sample,layer),share=frame.part("path_share",sample,layer),coupling=frame.part("path_coupling",sample,layer),line=(m,from,to)=>{
let first=m*T+from;return pathOf(to-from+1,i=>x[first+i],i=>y[first+i])};if(changed(state,"sample","layer")){let low=[1/0,1/0],high=[-1/0,-1/0];place.forEach((v,i)=>Number.
isFinite(v)&&([low[i%2],high[i%2]]=[Math.min(low[i%2],v),Math.max(high[i%2],v)]));let unit=Math.min((W-2*EDGE)/(high[0]-low[0]||1),(H-2*EDGE)/(high[1]-low[1]||1));
x=Array.from({length:M*T},(_,i)=>W/2+(place[2*i]-(low[0]+high[0])/2)*unit),y=Array.from({length:M*T},(_,i)=>H/2-(place[2*i+1]-(low[1]+high[1])/2)*unit),all.forEach(
(path,m)=>path.setAttribute("d",line(m,0,T-1))),note.textContent=Number.isFinite(share[0])?`First two principal components of the states of all SSM streams: ${fixed(
100*share[0],0)} % and ${fixed(100*share[1],0)} % of the variance, always at epoch ${frame.best_epoch??"–"}. Arrows: coupling weight W from the previous step \
of the source, with numbers where there is room.`:"The states of this layer are not finite and have no principal components."}shown.forEach((path,m)=>path.setAttribute(
"d",line(m,a,Math.max(a,Math.min(b,time)))));let weightTexts=[],taken=frame.modalities.map((_,m)=>[x[m*T+time],y[m*T+time],MARK]).filter(([at])=>Number.isFinite(
at));marks.forEach((mark,m)=>{let i=m*T+time;mark.hidden=!Number.isFinite(x[i]),mark.style.left=`${100*x[i]/W}%`,mark.style.top=`${100*y[i]/H}%`;for(let n=0;n<M;n++){
let arrow=arrows[m*M+n],label=weights[m*M+n],w=coupling[m*M+n],j=n*T+Math.max(0,time-1);if(!arrow||!label)continue;let there=Number.isFinite(x[i]+x[j])&&Math.abs(
w)>.005&&time>0,dx=x[i]-x[j],dy=y[i]-y[j],mx=(x[i]+x[j])/2-dy*.18,my=(y[i]+y[j])/2+dx*.18;arrow.setAttribute("d",there?`M${x[j].toFixed(1)} ${y[j].toFixed(1)}Q${mx.
toFixed(1)} ${my.toFixed(1)} ${x[i].toFixed(1)} ${y[i].toFixed(1)}`:""),arrow.style.strokeWidth=`${Math.min(8,.6+9*Math.abs(w))}px`;let place2=there?free(taken,
[x[j],y[j]],[mx,my],[x[i],y[i]]):null;label.hidden=!place2,place2&&(taken.push([...place2,LABEL]),label.textContent=fixed(w,2),label.style.left=`${100*place2[0]/
W}%`,label.style.top=`${100*place2[1]/H}%`),there&&weightTexts.push(`W[${frame.modalities[m].name}, ${frame.modalities[n].name}] = ${fixed(w,2)}`)}}),drawing.setAttribute(
"aria-label",`States of ${M} SSM streams in one plane, at ${brief(frame,sample,time)}; ${weightTexts.join(", ")}`)}}register({name:"trajectory",place:"columns",
order:10,needs:["path","path_coupling"],height:()=>350,mount:mount16});var W2=400,H2=90,RIBBONS=80,withPlans=frame=>frame.compared.filter(one=>one.has("plan")),scaleOf=(frame,kind)=>Math.max(...withPlans(frame).flatMap(one=>one.transport_scale[kind]));
function lagsOf(one,sample,p){let plan=one.part("plan",sample,p),T=one.sizes.time,[,,,R]=one.shape("plan");return Array.from({length:T},(_,t)=>{let row2=plan.subarray(
t*R,(t+1)*R),most=Math.max(...row2);return most&&row2.some(v=>v<most)?row2.indexOf(most)-t:NaN})}function pairView(frame,p,pick){let T=frame.sizes.time,[,,,R]=frame.
shape("plan"),{source,anchor}=frame.pairs[p],which=`${source} to ${anchor}`,maps=["Plan","Cost"].map(kind=>{let canvas=h("canvas",{role:"img","aria-label":`${kind}\
 from ${which}: ${T} by ${R} steps`}),line=h("div",{class:"mmv-at"}),box=h("div",{class:"mmv-plot mmv-map mmv-square"},canvas,line),most=h("span");return onDrag(
box,box,(_x,y)=>pick({time:Math.min(T-1,Math.max(0,Math.floor(y*T)))})),{canvas,line,most,node:h("div",{},h("div",{class:"mmv-subtitle"},`${kind.toLowerCase()},\
 colours from 0 to `,most),box)}}),ribbons=s("g"),here=s("path",{class:"mmv-here"}),river=s("svg",{viewBox:`0 0 ${W2} ${H2}`,preserveAspectRatio:"none",role:"im\
g","aria-label":`Ribbons from the steps of ${source} (top) to the steps of ${anchor} (bottom)`},ribbons,here),lag=chart({label:`Lag of the largest mass of ${which}\
 over the sequence, in steps`,series:[{f:0}],onPick:x=>pick({time:Math.round(x*(T-1))})}),far=chart({label:`Transport distance of ${which} over training`,series:[
{f:0}],onPick:x=>pick({epoch:Math.round(x*(frame.sizes.epoch-1))})}),sentence=h("p",{class:"mmv-small"}),node=h("div",{class:"mmv-transport"},h("div",{class:"mm\
v-name"},name(source)," → ",name(anchor)),h("div",{class:"mmv-pair"},...maps.map(map=>map.node),h("div",{},h("div",{class:"mmv-subtitle"},"ribbons: ",name(source),
" above, ",name(anchor)," below"),h("div",{class:"mmv-plot mmv-river"},river),lag.node,far.node)),sentence),changed=changes(),lags=[],reach=rangeOf([]),apart=rangeOf(
[]);function draw(state){let{sample,epoch,time}=state,[a,b]=span(frame,state),plan=frame.part("plan",sample,p);if(changed(state,"sample")&&(maps.forEach(({canvas,
most},i)=>{let kind=i?"cost":"plan",values=frame.part(kind,sample,p),end=scaleOf(frame,kind),share=frame.transport_scale[kind][p]/end;paint(canvas,R,T,(x,y)=>Math.
round(share*values[y*R+x])),most.textContent=`${frame.replaced(kind)?"≥ ":""}${short(end)}`}),lags=lagsOf(frame,sample,p),reach=rangeOf(withPlans(frame).flatMap(
one=>one.pairs.map((_,k)=>lagsOf(one,sample,k))),!0),apart=rangeOf(allOf(frame,"distance",sample),!0)),changed(state,"sample","brush")){let flows=[];for(let t=a;t<=
b;t++)for(let r=0;r<R;r++)plan[t*R+r]&&flows.push([plan[t*R+r],t,r]);flows.sort((one,other)=>other[0]-one[0]);let top=flows.length?flows[0][0]:1,x=(i,count)=>(i+
.5)/count*W2;ribbons.replaceChildren(...flows.slice(0,RIBBONS).map(([mass,t,r])=>{let ribbon=s("path",{class:"mmv-ribbon",d:`M${x(t,T).toFixed(1)} 0C${x(t,T).toFixed(
1)} ${H2/2} ${x(r,R).toFixed(1)} ${H2/2} ${x(r,R).toFixed(1)} ${H2}`});return ribbon.style.strokeWidth=`${(.5+4*(mass/top)).toFixed(1)}px`,ribbon}))}here.setAttribute(
"d",`M${(time+.5)/T*W2} 0V${H2}`),maps.forEach(({line})=>{line.style.top=`${100*time/T}%`,line.style.height=`${100/T}%`});let[least,furthest]=ends(...reach),[nearest,
farthest]=ends(...apart);lag.draw({values:(_,t)=>lags[t],count:T,now:time,range:reach,brush:state.brush}),lag.say({title:"lag of the largest mass, steps",high:furthest,
low:least,from:brief(frame,sample,0),to:brief(frame,sample,T-1)});let distances=frame.epochs.map((_,e)=>frame.recorded.part("distance",e,sample)[p]),apartNow=frame.
part("distance",epoch,sample)[p];far.draw({values:(_,e)=>distances[e],count:distances.length,now:epoch,range:apart}),far.say({title:`distance over training${frame.
edited()?", as recorded":""}`,high:farthest,low:nearest,from:`epoch ${frame.epochs[0]}`,to:String(frame.epochs[frame.sizes.epoch-1])});let whole2=frame.part("es\
timated_lag",sample)[p],now=Number.isFinite(lags[time])?`lag of the largest mass ${signed(lags[time],0)} steps`:"no anchor step receives more mass than the othe\
rs",sequence=Number.isFinite(whole2)?`estimated lag of the sequence ${signed(whole2,0)} steps`:"no estimated lag: none stands out from permuted controls";sentence.
textContent=`${source} to ${anchor}, ${brief(frame,sample,time)}: ${now}; ${sequence}; distance ${fixed(apartNow,3)} at ${epochName(frame,epoch)}.`}return{node,
draw}}function mount17(root,frame,_state,pick){let views2=frame.pairs.map((_,p)=>pairView(frame,p,pick));return root.append(heading("Transport"),...views2.map(view=>view.
node),faint(`Plan and cost are those of the epoch that training selected; one colour scale for all plans, one for all costs. Down: steps of the modality, across\
: steps of its anchor. Ribbons: the ${RIBBONS} largest entries in the time range. Lag: step of the anchor minus step of the modality; positive: it matches a lat\
er step of the anchor. The estimated lag is the one at which the costs are lowest beside the means of their rows and columns.`)),state=>views2.forEach(view=>view.
draw(state))}register({name:"transport",place:"wide",order:20,needs:["plan","cost","distance","estimated_lag"],mount:mount17});function translated(table,selection){let{epoch,layer,channel,time,brush}=selection,out={...selection};return epoch!==void 0&&(out.epoch=table.epoch[epoch]),layer!==
void 0&&(out.layer=table.layer[layer]),channel!==void 0&&(out.channel=table.channel[channel]),time!==void 0&&(out.time=table.time[time]),brush&&(out.brush=[table.
time[brush[0]],table.time[brush[1]]]),out}var toOther=(b,state)=>({...translated(b.from_a,state),layer_of_a:state.layer}),fromOther=(b,change)=>translated(b.to_a,
change);function withOverlay(recorded){let overlay=null,hidden=!1,duration_s=[...recorded.duration_s],start_s=[...recorded.start_s],edited=()=>hidden?null:overlay,replaced=key=>overlay!==
null&&!hidden&&Object.hasOwn(overlay.leads,key);function part(key,...index){if(overlay===null||!replaced(key))return recorded.part(key,...index);let lead=overlay.
leads[key],[epoch,sample]=lead===2?index:[overlay.epoch,index[0]];return index.length<lead||epoch!==overlay.epoch||sample!==overlay.sample?recorded.part(key,...index):
overlay.part(key,...lead===2?[0,0]:[0],...index.slice(lead))}let put=(sample,duration,start)=>{duration_s[sample]=duration,start_s[sample]=start};function show(next,before){
overlay&&put(overlay.sample,recorded.duration_s[overlay.sample],recorded.start_s[overlay.sample]),[overlay,hidden]=[next,before],overlay&&!hidden&&put(overlay.sample,
overlay.duration_s,overlay.start_s)}return{...recorded,duration_s,start_s,recorded,edited,replaced,part,show,compared:[]}}var CHANGED=["path","influence","attri\
bution","plan","channel_index","scan_norm_0"];var KINDS=["delay","noise","seed","swap","text","state","cut","step"];function requestKey({sample,epoch,masked,edits}){let each=Object.keys(edits).sort().map(key=>[
key,KINDS.filter(kind=>Object.hasOwn(edits[key],kind)).map(kind=>[kind,edits[key][kind]])]);return masked.length||each.length?JSON.stringify([sample,epoch,[...masked].
sort(),each]):""}function editWords({phrases,samples,modalities},edits){let words=({delay=0,noise,swap,text,state,cut,step=0})=>{let steps=Math.abs(delay),out=[];
return swap!==void 0&&out.push(fill2(phrases.swap,{sample:samples[swap]})),text!==void 0&&out.push(phrases.text),steps&&out.push(fill2(delay>0?phrases.later:phrases.
earlier,{steps:fill2(steps===1?phrases.one_step:phrases.several_steps,{steps})})),noise!==void 0&&out.push(fill2(phrases.noise,{noise:noise.toFixed(2)})),state!==
void 0&&out.push(fill2(phrases[state],{step:step+1})),cut!==void 0&&out.push(fill2(phrases.cut,{source:modalities[cut].name,step:step+1})),out.join(", ")};return modalities.
filter(m=>Object.hasOwn(edits,m.name)).map(m=>`${m.name} ${words(edits[m.name])}`).join("; ")}function receiveResults(model,changed){let newest=0,current=null,failed=()=>changed();
async function take(){let raw=model.get("what_if_result");if(!raw?.seq||raw.seq<=newest)return;newest=raw.seq;let opened2=await openFrame(raw.meta,raw.body);raw.
seq<newest||(current={...opened2,epoch:raw.request.epoch,sample:raw.request.sample,edits:raw.request.edits,key:requestKey(raw.request),request:raw.request},changed())}
let start=()=>take().catch(error=>changed(`The result could not be read: ${error}`));return model.on("change:what_if_result",start),model.on("change:what_if_err\
or",failed),{take:start,stop:()=>{model.off("change:what_if_result",start),model.off("change:what_if_error",failed)},current:()=>current}}var EDITED=["mask","delay","noise","swap","text","state"],WORDS={mask:"a mask",delay:"a delay",noise:"noise",swap:"a swap",text:"text",state:"a change of its ow\
n hidden state"},HEADS={mask:"available",delay:"delay, steps",noise:"noise, sd · seed",swap:"swapped with",text:"text",state:"hidden state, edges · from step"},
HOW="Explorer(trace, what_if=mmviz.recording.what_if(run, part))";function slider(label,attributes,act){let range=h("input",{type:"range","aria-label":label,...attributes}),
output=h("span",{class:"mmv-set"});range.addEventListener("input",()=>act(Number(range.value)));let set=(value2,text)=>{value2>Number(range.max)&&(range.max=String(
value2)),value2<Number(range.min)&&(range.min=String(value2)),range.value=String(value2),range.setAttribute("aria-valuetext",text),output.textContent=text};return{
range,node:h("div",{class:"mmv-slide"},range,output),set}}function editRow(frame,m,offers,frames,edit,mask,cursor){let one=frame.modalities[m],cells={},draws=[],
put=(kind,make)=>{offers.includes(kind)&&make()},inSeconds=steps=>one.step_s===null?"":` (${signed(steps*one.step_s,2)} s)`;return put("mask",()=>{let box=h("in\
put",{type:"checkbox","aria-label":`${one.name} is available`});box.addEventListener("change",()=>mask(!box.checked)),cells.mask=box,draws.push((_edits,masked)=>box.
checked=!masked)}),put("delay",()=>{let most=Math.max(1,Math.floor(frames/2)),{range,node,set}=slider(`Delay of ${one.name} in steps`,{min:-most,max:most,step:1},
v=>edit({delay:v||null}));cells.delay=node,draws.push(({delay=0},masked)=>{set(delay,delay?`${signed(delay,0)}${inSeconds(delay)}`:"none"),range.disabled=masked})}),
put("noise",()=>{let{range,node,set}=slider(`Noise on ${one.name}, as a share of its standard deviation`,{min:0,max:2,step:.05},v=>edit(v?{noise:v,seed:Number(seed.
value)||0}:{noise:null,seed:null})),seed=h("input",{type:"number",min:0,max:4294967295,step:1,value:0,"aria-label":`Seed of the noise on ${one.name}`,title:"see\
d of the noise"});seed.addEventListener("input",()=>seed.checkValidity()&&seed.value!==""&&edit({seed:Number(seed.value)})),node.append(seed),cells.noise=node,draws.
push(({noise=0,seed:current=0},masked)=>{set(noise,noise?`${fixed(noise,2)} sd`:"none"),range.disabled=masked,seed.disabled=masked||!noise,noise&&Number(seed.value)!==
current&&(seed.value=String(current))})}),put("swap",()=>{let{select}=choice(`Swap ${one.name} for that of another sample`,["its own",...frame.samples],i=>edit(
{swap:i?i-1:null,text:null}));cells.swap=select,draws.push(({swap},masked)=>{select.value=String(swap===void 0?0:swap+1),select.disabled=masked})}),put("text",()=>{
let field=h("input",{type:"text",class:"mmv-words",maxlength:1e4,placeholder:"as recorded","aria-label":`Another text for ${one.name}`});field.addEventListener(
"input",()=>edit({text:field.value||null,swap:null})),cells.text=field,draws.push(({text=""},masked)=>{field.value!==text&&(field.value=text),field.disabled=masked})}),
put("state",()=>{let sources=offers.includes("cut")?frame.modalities.map((_,n)=>n).filter(n=>n!==m):[],changes2=[{state:null,cut:null,step:null},{state:"zero",cut:null},
{state:"hold",cut:null},...sources.map(cut=>({state:null,cut}))],names=["as computed","state set to 0","state held",...sources.map(n=>`no edge from ${frame.modalities[n].
name}`)],{select}=choice(`Intervention on the SSM stream of ${one.name}, in every ${frame.scans.length?"captured scan of this modality":"layer"}`,names,i=>edit(
i?{...changes2[i],step:field.disabled?cursor():Number(field.value)-1}:changes2[0])),field=h("input",{type:"number",min:1,max:frame.sizes.time,step:1,value:1,"ar\
ia-label":`First step of the intervention on ${one.name}`,title:"first step of the intervention; at first the selected step"});field.addEventListener("input",()=>field.
checkValidity()&&field.value!==""&&edit({step:Number(field.value)-1})),cells.state=h("div",{class:"mmv-slide"},select,field),draws.push(({state,cut,step=0},masked)=>{
let index=changes2.findIndex(change=>(change.state??void 0)===state&&(change.cut??void 0)===cut);select.value=String(Math.max(0,index)),select.disabled=masked,field.
disabled=masked||index<=0,Number(field.value)!==step+1&&(field.value=String(step+1))})}),{row:kinds=>h("tr",{},h("th",{scope:"row"},...modality(frame,m)),...kinds.
map(kind=>h("td",{class:`mmv-by-${kind}`,"data-kind":HEADS[kind],...cells[kind]?{}:{"data-none":""}},cells[kind]??h("span",{class:"mmv-faint"},"–")))),draw:(edits,masked)=>draws.
forEach(one2=>one2(edits,masked))}}function closedStates(frame,closed,reasons){let found=new Map;for(let m of closed){let reason=reasons[m]||frame.missing_scans||
"the fusion has no SSM stream per modality, or what_if does not offer it";found.set(reason,[...found.get(reason)??[],frame.modalities[m].name])}return[...found].
map(([reason,names])=>`Hidden states of ${names.join(", ")} cannot be changed here: ${reason}${reason.endsWith(".")?"":"."}`).join(" ")}function missingControls(frame,offers,reasons){
let without=kind=>frame.modalities.filter((_,m)=>!offers[m].includes(kind)).map(one=>one.name);return EDITED.map(kind=>({kind,names:without(kind)})).filter(({names})=>names.
length).map(({kind,names})=>kind==="state"?closedStates(frame,frame.modalities.flatMap((_,m)=>offers[m].includes("state")?[]:[m]),reasons):kind==="text"?`The te\
xt of ${names.join(", ")} cannot be edited: what_if was given no encoder for it.`:`what_if does not offer ${WORDS[kind]} for ${names.join(", ")}.`).join(" ")}function offersWhatIf(model){
let selection=model.get("selection");return!(model.get("opened")||model.get("edit_options")?.never)||!!model.get("what_if_result")?.seq||Object.keys(selection?.
edits??{}).length>0}function mountWhatIf(frame,model,pick,{compare}){let options=model.get("edit_options"),live=!!options?.offers,title=h("summary",{},"What-if \
edits"),root=h("details",{class:"mmv-panel mmv-what-if",...live||model.get("what_if_result")?.seq?{open:""}:{}},title),status=h("p",{class:"mmv-small mmv-what-i\
f-status",role:"status"}),problem=h("p",{class:"mmv-error",role:"alert"}),effect=h("p",{class:"mmv-small mmv-what-if-effect"}),reset=button("reset",()=>pick({edits:{},
masked:[]}),{"aria-label":"Reset all edits"}),before=button("show as recorded",()=>compare(before.getAttribute("aria-pressed")!=="true"),{"aria-pressed":"false"}),
cancel=button("cancel",()=>pick(back()),{"aria-label":"Cancel this edit"}),shown=model.get("selection"),timer=0,current=null,back=()=>current?{edits:current.edits,
masked:current.request.masked,sample:current.sample,epoch:current.epoch}:{edits:{},masked:[]},rows=live?frame.modalities.map((one,m)=>editRow(frame,m,options.offers[m],
options.frames[m],change=>{let whole2={...Object.hasOwn(shown.edits,one.name)?shown.edits[one.name]:{},...change},kept2=Object.fromEntries(KINDS.filter(kind=>whole2[kind]!==
void 0&&whole2[kind]!==null).map(kind=>[kind,whole2[kind]])),rest=Object.entries(shown.edits).filter(([key])=>key!==one.name);pick({edits:Object.fromEntries(Object.
keys(kept2).length?[...rest,[one.name,kept2]]:rest)})},masked=>pick({masked:frame.modalities.map(k=>k.name).filter(k=>k===one.name?masked:shown.masked.includes(
k))}),()=>shown.time)):[];if(live){let kinds=EDITED.filter(kind=>options.offers.some(list=>list.includes(kind)));root.append(h("div",{class:"mmv-scroll-x",tabindex:0,
role:"region","aria-label":"Edits of each modality"},h("table",{class:"mmv-edits","aria-label":"Edits"},h("thead",{},h("tr",{},h("td"),...kinds.map(kind=>h("th",
{scope:"col",class:`mmv-by-${kind}`},HEADS[kind])))),h("tbody",{},...rows.map(one=>one.row(kinds))))))}let why=live?missingControls(frame,options.offers,options.
reasons??[]):model.get("opened")?"Further edits need a running kernel, and a saved page has none; a modality can still be masked, under Modality ablation.":`Edi\
ts need the model in a running kernel: ${HOW}.`;root.append(h("div",{class:"mmv-inline"},reset,before,cancel,status),effect,problem,...why?[faint(why)]:[]);function difference({
sample,epoch,time}){let k=frame.task==="classification"?frame.targets[sample]:0,at=one=>one.part("prediction",epoch,sample,time)[k],pair=(text,a,b,form)=>h("spa\
n",{class:"mmv-change"},...text,` ${form(a,frame.digits)} → ${form(b,frame.digits)}`),shares=[frame.recorded,frame].map(one=>one.part("phi",epoch,sample,time));
return[pair([frame.task==="classification"?"p(true class)":"predicted value"],at(frame.recorded),at(frame),fixed),...frame.modalities.map((_,m)=>pair(modality(frame,
m),shares[0][m],shares[1][m],signed))]}function report(key){let failed=model.get("what_if_error"),mine=failed?.seq&&requestKey(failed.request)===key,shownText=current?
"shown is the last valid prediction":"shown is the recorded sample";cancel.hidden=!live||!key||current?.key===key,reset.disabled=!key,before.disabled=!current,problem.
textContent=key&&mine?`This edit could not be computed; ${shownText}${current?`: ${editWords(frame,current.edits)||"some modalities masked"}`:""}. The reason: ${failed.
text}`:"",status.textContent=frame.edited()===null&&current?"Shown is the sample as recorded.":key?mine?"":current&&current.key===key?"Shown is the edited sampl\
e; outlines and pale lines are as recorded.":live?`Computing; ${shownText}.`:`This edit was not computed before the page was saved; ${shownText}.`:live?"Nothing\
 is edited.":"",clearTimeout(timer),live&&key&&!mine&&!(current&&current.key===key)&&(timer=setTimeout(()=>status.textContent=`No result for 5 seconds: the kern\
el is busy, or not running; ${shownText}.`,5e3))}function draw(selection,edited,hidden){[shown,current]=[selection,edited];let key=live||edited?requestKey(selection):
Object.keys(selection.edits).length?requestKey(selection):"";rows.forEach((row2,m)=>{let{name:name2}=frame.modalities[m];row2.draw(Object.hasOwn(selection.edits,
name2)?selection.edits[name2]:{},selection.masked.includes(name2))}),before.setAttribute("aria-pressed",String(hidden)),report(key),effect.replaceChildren(...frame.
edited()?difference(selection):[])}return{node:root,draw,stop:()=>clearTimeout(timer)}}var WIDE=340,APART=28,BELOW=22,MOST4=3;function columnsOfEqualHeight(heights,columns){let best=[],least=1/0;for(let code=0;code<columns**heights.length;code++){
let way=heights.map((_,i)=>Math.floor(code/columns**i)%columns),sums=Array(columns).fill(0);way.forEach((c,i)=>sums[c]+=heights[i]+BELOW),Math.max(...sums)<least&&
([best,least]=[way,Math.max(...sums)])}let first=[...new Set(best)];return best.map(c=>first.indexOf(c))}function columnLayout(panels){let root=h("div",{class:"\
mmv-more"}),ways={};panels.forEach(({node,tall})=>node.style.containIntrinsicSize=`auto ${tall}px`);let shown=0,lay=columns=>{if(columns===shown)return;shown=columns;
let way=ways[columns]??=columnsOfEqualHeight(panels.map(one=>one.tall),columns);root.replaceChildren(...Array.from({length:columns},(_,c)=>h("div",{class:"mmv-c\
olumn"},...panels.filter((_one,i)=>way[i]===c).map(one=>one.node))))};return lay(Math.min(MOST4,panels.length)),new ResizeObserver(([{contentRect}])=>{let fit=Math.
floor((contentRect.width+APART)/(WIDE+APART));contentRect.width&&lay(Math.max(1,Math.min(MOST4,panels.length,fit)))}).observe(root),root}function mount18(root,a,b,pick){let M=a.modalities.length,T=a.sizes.time,E=a.sizes.epoch,series=a.modalities.map((_,m)=>({m})),line=(...head)=>{let cells2=[h("t\
d"),h("td"),h("td")];return{cells:cells2,node:h("tr",{},rowHead(...head),...cells2)}},prediction=line(a.task==="classification"?"p(true class)":"predicted value"),
parts=a.modalities.map((_,m)=>line(...modality(a,m))),along=chart({label:"Shapley value in B minus A over the sequence",series,onPick:x=>pick({time:Math.round(x*
(T-1))})}),during=chart({label:"Shapley value in B minus A over training",series,onPick:x=>pick({epoch:Math.round(x*(E-1))})}),coupled=a.has("coupling")&&b.has(
"coupling"),cells=a.modalities.map(()=>a.modalities.map(()=>h("td"))),caption=h("caption",{class:"mmv-small"}),matrix=h("table",{class:"mmv-list","aria-label":"\
Coupling weights in B minus A"},caption,h("thead",{},h("tr",{},h("td",{class:"mmv-faint"},"target ↓ source →"),...a.modalities.map((one,n)=>h("th",{scope:"\
col"},glyph(n),name(one.name))))),h("tbody",{},...cells.map((list,m)=>h("tr",{},rowHead(...modality(a,m)),...list))));root.append(heading("Run B minus run A"),h(
"div",{class:"mmv-pair"},h("div",{},h("table",{class:"mmv-list","aria-label":"Both runs at the cursor"},h("thead",{},h("tr",{},h("td"),...["A","B","B − A"].map(
text=>h("th",{scope:"col"},text)))),h("tbody",{},prediction.node,...parts.map(part=>part.node)))),along.node,during.node,...coupled?[matrix]:[]),faint(...a.name?
["A: ",name(a.name),"; B: ",name(b.name),". "]:[],"Charts: Shapley value φ in B minus A, ",name(a.target_name),"; where the runs differ in steps or epochs, B i\
s shown at the same fraction of the sequence and at its last epoch not after A's."));let write=({cells:[one,two,apart]},x,y,form)=>{one.textContent=form(x,a.digits),
two.textContent=form(y,a.digits),apart.textContent=signed(y-x,a.digits)};return state=>{let{sample,epoch,layer,time,brush}=state,at=toOther(b,state),shown=a.task===
"classification"?a.targets[sample]:0;write(prediction,a.part("prediction",epoch,sample,time)[shown],b.part("prediction",at.epoch,sample,at.time)[shown],fixed);let shares=[
a.part("phi",epoch,sample,time),b.part("phi",at.epoch,sample,at.time)];parts.forEach((part,m)=>write(part,shares[0][m],shares[1][m],signed));let gap=(e,t)=>{let there=toOther(
b,{...state,epoch:e,time:t,brush:null}),[x,y]=[a.part("phi",e,sample,t),b.part("phi",there.epoch,sample,there.time)];return a.modalities.map((_,m)=>y[m]-x[m])},
steps=Array.from({length:T},(_,t)=>gap(epoch,t)),epochs=Array.from({length:E},(_,e)=>gap(e,time)),range=rangeOf([...steps,...epochs],!0),[low,high]=ends(...range);
if(along.draw({values:(m,t)=>steps[t][m],count:T,now:time,range,brush}),along.say({title:"B − A, over the sequence",high,low,from:brief(a,sample,0),to:brief(a,
sample,T-1)}),during.draw({values:(m,e)=>epochs[e][m],count:E,now:epoch,range}),during.say({title:`B − A, over training, at ${brief(a,sample,time)}`,high,low,
from:`epoch ${a.epochs[0]}`,to:String(a.epochs[E-1])}),!coupled)return;let[w,v]=[a.part("coupling",epoch,layer),b.part("coupling",at.epoch,at.layer)];caption.textContent=
`Coupling weights W, B − A, layer ${a.layers[layer]}${at.layer===layer?"":` (of B: ${b.layers[at.layer]})`}`,cells.flat().forEach((cell,i)=>cell.textContent=signed(
v[i]-w[i],2))}}function writeAddress(selection){history.replaceState(null,"",`#${encodeURIComponent(JSON.stringify(selection))}`)}function readAddress(){try{let found=JSON.parse(
decodeURIComponent(location.hash.slice(1)));return typeof found=="object"&&found!==null?found:{}}catch{return{}}}function followAddress(model){let first=readAddress(),
timer=0,soon=()=>{clearTimeout(timer),timer=setTimeout(()=>writeAddress(model.get("selection")),300)};return model.on("change:selection",soon),{restore:()=>{Object.
keys(first).length&&(model.set("selection",{...model.get("selection"),...first}),model.save_changes())},stop:()=>{clearTimeout(timer),model.off("change:selectio\
n",soon)}}}function trustNote(frame,view){let{trust}=frame,id=trust?.views[view],row2=id&&trust.rows[id];if(!row2)return[];let line=(term,text)=>text?[h("dt",{},term),h("d\
d",{},text)]:[];return[...row2.measured?[h("p",{class:"mmv-small mmv-measured"},row2.measured)]:[],h("details",{class:"mmv-trust"},h("summary",{},"How far can y\
ou trust this picture?"),h("dl",{},...line("Question",row2.question),...line("Shows",row2.can),...line("Does not show",row2.cannot),...line("Measured values",`${trust.
page}#${id}`)))]}var serial=0;function buildControls(frame,pick,runs,names){let sample=choice("Sample",frame.samples.map((text,i)=>frame.task==="classification"&&frame.labelled?
`${text} · ${frame.outputs[frame.targets[i]]}`:text),i=>pick({sample:i})),layer=choice("Layer",frame.layers.map(String),i=>pick({layer:i})),layered=["state","i\
nfluence","routing"].some(frame.has),range=h("input",{type:"range",min:0,max:frame.sizes.epoch-1,step:1,class:"mmv-epoch","aria-label":"Epoch"}),label=h("span",
{class:"mmv-epoch-label"});range.addEventListener("input",()=>pick({epoch:Number(range.value)}));let epoch=h("label",{class:"mmv-control mmv-grow"},h("span",{},
"Epoch"),range,label),run=choice("Run",runs.map(one=>one==="both"?"A and B":`${one}${names[one]&&`: ${names[one]}`}`),i=>pick({run:runs[i]})),node=h("div",{class:"\
mmv-controls"},sample.node,...layered?[layer.node]:[],...runs.length>1?[run.node]:[],epoch);function draw(selection){sample.select.value=String(selection.sample),
layer.select.value=String(selection.layer),run.select.value=String(runs.indexOf(selection.run)),range.value=String(selection.epoch),label.textContent=`${frame.epochs[selection.
epoch]} of ${frame.epochs[frame.sizes.epoch-1]}`,range.setAttribute("aria-valuetext",epochName(frame,selection.epoch))}return{node,draw}}var forControls=event=>!(event.
ctrlKey||event.metaKey||event.altKey||event.key==="Tab"||event.shiftKey&&event.key==="Enter");function keepKeys(event){forControls(event)&&event.stopPropagation()}
function suppressShortcuts(root){let mark=event=>{let target=event.composedPath()[0];target instanceof Element&&root.contains(target)&&target.toggleAttribute("d\
ata-lm-suppress-shortcuts",forControls(event))};return addEventListener("keydown",mark,!0),()=>removeEventListener("keydown",mark,!0)}var DIRECTION=new Map([["A\
rrowRight",1],["ArrowUp",1],["ArrowLeft",-1],["ArrowDown",-1]]);function largeSteps(event,selection,sizes,pick){let direction=DIRECTION.get(event.key),target=event.
target,key=/\bmmv-(time|epoch|channel)\b/.exec(target.className)?.[1];!direction||!key||!event.shiftKey||(event.preventDefault(),pick({[key]:Math.min(sizes[key]-
1,Math.max(0,selection[key]+10*direction))}))}function notesOf(frame){return frame.notes.length?[h("details",{class:"mmv-notes"},h("summary",{},"About these dat\
a"),h("ul",{},...frame.notes.map(text=>h("li",{},name(text)))))]:[]}function guarded(view,root,act){try{return act()}catch(error){console.error(error),root.replaceChildren(
h("p",{class:"mmv-error",role:"alert"},`The view "${view.name}" could not be drawn: ${error}`));return}}function mountRun(frame,state,pick,letter){let updates=[],
about=letter&&`Run ${letter}${frame.name&&`: ${frame.name}`}`,put=(view,tag,kind)=>{let root=h(tag,{class:kind,"data-view":view.name}),update=guarded(view,root,
()=>view.mount(root,frame,state,pick)),lacking=view.needs.filter(key=>CHANGED.includes(key)),note=faint("As recorded: this view does not show the edit.");return lacking.
length&&root.append(note),update&&root.append(...trustNote(frame,view.name)),updates.push({root,update:selection=>{update&&(guarded(view,root,()=>update(selection)),
note.hidden=!frame.edited()||lacking.every(frame.replaced))}}),root},main=registered("main",frame).map(view=>put(view,"div","mmv-lanes")),side=registered("side",
frame).map(view=>put(view,"section","mmv-panel")),more=registered("columns",frame).map(view=>({node:put(view,"section","mmv-panel"),tall:view.height?.(frame.modalities.
length)??300})),wide=registered("wide",frame).map(view=>put(view,"section","mmv-panel mmv-wide"));return{node:h("section",{class:"mmv-run",...about?{"aria-label":about}:
{}},...about?[heading(name(about))]:[],h("div",{class:"mmv-body"},...main,h("div",{class:"mmv-side"},...side)),...more.length?[columnLayout(more)]:[],...wide),updates}}
function inTurn(parts){let hidden=new Set,waiting=new Map,watcher=new IntersectionObserver(entries=>entries.forEach(({target,isIntersecting})=>{isIntersecting?hidden.
delete(target):hidden.add(target)}),{rootMargin:"50px"});parts.forEach(({root})=>watcher.observe(root));let timer=0,flush=()=>{clearTimeout(timer),timer=0;for(let draw2 of waiting.
values())draw2();waiting.clear()};function draw(selection){for(let{root,update}of parts)hidden.has(root)?waiting.set(root,()=>update(selection)):(waiting.delete(
root),update(selection));clearTimeout(timer),waiting.size&&(timer=setTimeout(flush,120))}return addEventListener("beforeprint",flush),{draw,stop:()=>{removeEventListener(
"beforeprint",flush),watcher.disconnect(),clearTimeout(timer)}}}async function render({model,el}){let data=model.get("data"),runs=data.meta_b?["A","B","both"]:[
"A"],frame=withOverlay(await openFrame(data.meta,data.body)),other=data.meta_b?withOverlay(await openFrame(data.meta_b,data.body_b)):null,compared=other?[frame,
other]:[frame];compared.forEach(one=>one.compared=compared);let id=`mmv-title-${++serial}`,level=model.get("level")??2,address=model.get("address")?followAddress(
model):null,shown=model.get("selection"),pick=change=>{stale="",model.set("selection",{...shown,...change}),model.save_changes()},comparing=!1,version=0,seen=null,
compare=recorded=>{comparing=recorded,draw()},kernel=receiveResults(model,(problem="")=>{stale=problem,draw()}),whatIf=other||!offersWhatIf(model)?null:mountWhatIf(
frame,model,pick,{compare}),sentence=h("p",{class:"mmv-readout",role:"status","aria-live":"polite"}),refusal=h("p",{class:"mmv-refused",role:"alert"}),controls=buildControls(
frame,pick,runs,{A:frame.name,B:other?.name??""}),title=h("div",{class:"mmv-title",id,role:"heading","aria-level":level},name(frame.title)),unknown=model.get("o\
pened")?fault(model.get("selection"),frame,runs):"";unknown&&model.set("selection",model.get("opened"));let stale=unknown&&`The selection in the address of this\
 page does not exist: ${unknown}`,first=fault(model.get("selection"),frame,runs)?null:model.get("selection"),a=mountRun(frame,first,pick,other?"A":""),updates=[
...a.updates],sides=[a.node];if(other){let b=mountRun(other,first&&toOther(other,first),change=>pick(fromOther(other,change)),"B"),apart=h("section",{class:"mmv\
-panel mmv-apart"}),update=mount18(apart,frame,other,pick);updates.push(...b.updates.map(part=>({...part,update:state=>part.update(toOther(other,state))})),{root:apart,
update}),sides.push(b.node,apart)}let root=h("section",{class:"mmv","aria-labelledby":id,...other?{"data-two":""}:{}},h("header",{},title,h("div",{class:"mmv-fa\
int"},name(other?frame.about.filter((text,i)=>text===other.about[i]).join(" · "):frame.subtitle)),controls.node,sentence,refusal),...whatIf?[whatIf.node]:[],...other?
[sides[2],h("div",{class:"mmv-runs"},sides[0],sides[1])]:sides,...notesOf(frame));root.querySelectorAll(".mmv-heading").forEach(node=>node.setAttribute("aria-le\
vel",String(level+1))),frame.colours.forEach((colour,m)=>root.style.setProperty(`--m${m}`,colour));let parts=null;function editedFor({sample,epoch,...rest}){let edited=kernel.
current();return edited&&requestKey({sample,epoch,...rest})&&edited.sample===sample&&edited.epoch===epoch?edited:(comparing=!1,null)}function draw(){if(!parts)return;
let selection=model.get("selection"),reason=fault(selection,frame,runs);if(refusal.textContent=reason||model.get("message")||stale,reason)return;shown={...selection},
controls.draw(shown);let edited=editedFor(shown),shows=comparing?null:edited;shows!==seen&&([seen,version]=[shows,version+1]),frame.show(edited,comparing),parts.
draw({...shown,version}),whatIf&&whatIf.draw(shown,edited,comparing),sides.forEach((node,i)=>node.hidden=other!==null&&shown.run!=="both"&&shown.run!=="AB "[i]);
let words=[readout(frame,shown,shows?editWords(frame,shows.edits):""),...other?[readout(other,toOther(other,shown))]:[]];sentence.textContent=shown.run==="both"?
fill2(frame.phrases.both,{a:words[0],b:words[1]}):words["AB".indexOf(shown.run)]}root.addEventListener("keydown",event=>{keepKeys(event),largeSteps(event,shown,
frame.sizes,pick)});let allowShortcuts=suppressShortcuts(root),events=["change:selection","change:message"];events.forEach(event=>model.on(event,draw)),await kernel.
take(),el.append(root);let watched=parts=inTurn(updates);return draw(),address?.restore(),()=>{address?.stop(),allowShortcuts(),kernel.stop(),whatIf?.stop(),events.
forEach(event=>model.off(event,draw)),watched.stop()}}function pageModel(state){let listeners={},timer=0;return{get:key=>state[key],set(key,value2){state[key]=value2,(listeners[`change:${key}`]??[]).forEach(listener=>listener())},
save_changes(){clearTimeout(timer),timer=setTimeout(()=>writeAddress(state.selection),300)},on:(event,listener)=>{(listeners[event]??=[]).push(listener)},off:(event,listener)=>{
listeners[event]=(listeners[event]??[]).filter(other=>other!==listener)}}}var bytesOf=text=>Uint8Array.from(atob(text),c=>c.charCodeAt(0));async function openStandalone(){
let place=document.getElementById("mmviz-view");try{let{texts,buffers,...state}=JSON.parse(document.getElementById("mmviz-study").textContent);state.data={...texts};
for(let[key,text]of Object.entries(buffers))state.data[key]=bytesOf(text);state.what_if_result&&(state.what_if_result.body=state.data.what_if_result),state.opened=
state.selection,state.selection={...state.selection,...readAddress()},place.textContent="",await render({model:pageModel(state),el:place})}catch(error){throw place.
textContent=`This page could not be drawn: ${error}. If this browser is older than 2024, use a newer one.`,error}}return __toCommonJS(index_exports);})();
