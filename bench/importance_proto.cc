#include <fmt/format.h>
#include <chrono>
#include <ctime>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <numbers>
#include <fstream>
#include "importance/smooth_model.h"
#include "importance/tree_boxes.h"
#include "crescendo/rng.h"
#include "base/json.h"
#include "base/files.h"
#include "space/encode.h"
#include "tests/problems.h"
using namespace crescendo;
struct Fn { std::string name; Space space; std::function<double(const Point&)> f; std::vector<double> share; std::map<std::pair<int,int>,double> pairs; };
Parameter fl(std::string n,double lo,double hi){Parameter p;p.name=n;p.low=lo;p.high=hi;return p;}
std::vector<Fn> fns(const std::string& root){
  std::vector<Fn> r;
  const double pi=std::numbers::pi;
  auto cube=[&](int d,double lo,double hi){std::vector<Parameter> p;for(int i=0;i<d;++i)p.push_back(fl("x"+std::to_string(i+1),lo,hi));return Space(p);};
  r.push_back({"ishigami",cube(3,-pi,pi),[](const Point&p){auto&x=p.values;return std::sin(x[0])+7*std::pow(std::sin(x[1]),2)+0.1*std::pow(x[2],4)*std::sin(x[0]);},{0.31390519114781146,0.4424111447900409,0},{{{0,1},0},{{0,2},0.24368366406214773},{{1,2},0}}});
  std::vector<double>a={0,1,4.5,9,99,99,99,99};
  r.push_back({"g8",cube(8,0,1),[a](const Point&p){double v=1;for(int i=0;i<8;++i)v*=(std::abs(4*p.values[i]-2)+a[i])/(1+a[i]);return v;},{0.7161921688790331,0.17904804221975829,0.02367577417781928,0.007161921688790333,7e-5,7e-5,7e-5,7e-5},{{{0,1},0.05968268073991943},{{0,2},0.00789192472593976},{{0,3},.002387},{{1,2},.00197}}});
  r.push_back({"additive",cube(4,0,1),[](const Point&p){auto&x=p.values;return x[0]+2*x[1]+3*x[2]+4*x[3];},{0.03333333333,0.1333333333,0.3,0.53333333333},{}});
  r.push_back({"friedman",cube(10,0,1),[pi](const Point&p){auto&x=p.values;return 10*std::sin(pi*x[0]*x[1])+20*(x[2]-.5)*(x[2]-.5)+10*x[3]+5*x[4];},{0.19731005442612193,0.19731005442612193,0.0932669758947376,0.349751159605266,0.0874377899013165,0,0,0,0,0},{{{0,1},0.07492396574643609}}});
  r.push_back({"cliff",cube(6,0,1),[](const Point&p){auto&x=p.values;return (x[0]>0.63?3.0:0.0)+x[1]*2+x[2]*x[3];},{9*.63*.37/(9*.63*.37+4./12+7./144),(4./12)/(9*.63*.37+4./12+7./144),(1./48)/(9*.63*.37+4./12+7./144),(1./48)/(9*.63*.37+4./12+7./144),0,0},{}});
  r.push_back({"corner",cube(6,0,1),[](const Point&p){auto&x=p.values;return (x[0]>0.6&&x[1]>0.4?3.0:0.0)+x[2];},{},{}});
  { auto&f=r.back(); double P=.24,V=9*P*(1-P)+1./12; double m0=9*(.6*0+.4*.36)-9*P*P, m1=9*(.6*.16)-9*P*P; f.share={m0/V,m1/V,(1./12)/V,0,0,0}; }
  Problem m=mixed10();
  r.push_back({"mixed10",m.space,m.loss,{0.757,0.0171,.0063,.0055,.0504,.0021,.0629,.0103,.0537,.0129},{}});
  for(std::string d:{"protein_structure","slice_localization"}){
    Json meta=parse_json(read_file(root+"/tabular/hpolib/space.json"),"x"); std::string raw=read_file(root+"/tabular/hpolib/"+d+".f32");
    std::vector<float> v(raw.size()/4); std::memcpy(v.data(),raw.data(),raw.size());
    std::vector<Parameter> ps; std::vector<size_t> n;
    for(auto&p:meta["params"]){Parameter q;q.name=p["name"];q.kind=p["type"]=="str"?Kind::kCategorical:Kind::kOrdinal;n.push_back(p["choices"].size());for(size_t k=0;k<p["choices"].size();++k)q.choices.push_back((std::int64_t)k);ps.push_back(q);}
    auto tab=std::make_shared<std::vector<double>>();
    for(size_t i=0;i<v.size()/4;++i){double s=0;for(int k=0;k<4;++k)s+=v[4*i+k];tab->push_back(std::log10(s/4));}
    double mu=0;for(double x:*tab)mu+=x;mu/=tab->size();double var=0;for(double x:*tab)var+=(x-mu)*(x-mu);var/=tab->size();
    std::vector<double> sh;
    for(size_t a1=0;a1<n.size();++a1){std::vector<double> m1(n[a1]);size_t st=1;for(size_t b=a1+1;b<n.size();++b)st*=n[b];for(size_t i=0;i<tab->size();++i)m1[i/st%n[a1]]+=(*tab)[i]-mu;double s=0;for(double x:m1)s+=std::pow(x*n[a1]/tab->size(),2);sh.push_back(s/n[a1]/var);}
    r.push_back({d,Space(ps),[tab,n](const Point&p){size_t row=0;for(size_t i=0;i<n.size();++i)row=row*n[i]+(size_t)p.values[i];return (*tab)[row];},sh,{}});
  }
  return r;
}
double now(){return double(clock())/CLOCKS_PER_SEC;}
int main(int argc,char**argv){
  std::map<std::string,double> o={{"n",1000},{"trees",64},{"smooth",1},{"random",1},{"leaf",1},{"boot",0},{"feat",1},{"K",12},{"KP",6},{"s",4},{"sp",4},{"ev",3},{"sweeps",12},{"rounds",3},{"seeds",5},{"v",0},{"split",2},{"noise",0},{"beta",0}};
  for(int i=1;i<argc;++i){std::string t=argv[i];auto e=t.find('=');o[t.substr(0,e)]=std::stod(t.substr(e+1));}
  for(auto&fn:fns("/work/shared/problems")){
    std::map<std::string,double> err,serr; double tf=0,tt=0,perr=0,pterr=0,resid=0; int seeds=(int)o["seeds"];
    for(int seed=0;seed<seeds;++seed){
      Rng rng(seed,{77}); int n=(int)o["n"]; size_t D=fn.space.size();
      CellTable t;t.regions.resize(D); std::vector<Point> pts; Box box=whole(fn.space);
      for(int i=0;i<n;++i){std::vector<double>u(D);for(auto&x:u){x=rng.uniform(); if(o["beta"]>0){ if(rng.uniform()<0.7) x=std::clamp(0.3+o["beta"]*rng.normal(),0.0,0.999);} } pts.push_back(point_in_box(fn.space,box,u));t.losses.push_back(fn.f(pts.back()));}
      if(o["noise"]>0){double m=0,v=0;for(double y:t.losses)m+=y/n;for(double y:t.losses)v+=(y-m)*(y-m)/n;for(double&y:t.losses)y+=std::sqrt(v*o["noise"])*rng.normal();}
      t.weights.assign(n,1);
      double t0=now();
      for(size_t a=0;a<D;++a){std::vector<double>v;for(auto&p:pts)v.push_back(p.values[a]);t.axes.push_back(make_axis(fn.space[a],v));}
      for(auto&p:pts)for(size_t a=0;a<D;++a)t.cells.push_back(cell_of(t.axes[a],fn.space[a],p.values[a]));
            SmoothModel sm;
      if(o["smooth"]>0)sm=fit_smooth(t);else {double m=0;for(double y:t.losses)m+=y/n;for(double y:t.losses)sm.residuals.push_back(y-m);
       for(auto&a:t.axes){sm.alone.push_back(make_basis(a,4,4));sm.paired.push_back(make_basis(a,4,4));}}
      double t1=now();
      // grids of A
      std::vector<std::vector<double>> A(D); for(size_t a=0;a<D;++a)A[a].assign(t.axes[a].cells(),0);
      struct P{size_t a,b;std::vector<double> g,sums;double var;};std::vector<P> pa; double varA=0;
      for(auto&term:sm.terms){
        if(!term.left){auto&b=sm.alone[term.right];for(size_t c=0;c<t.axes[term.right].cells();++c)for(size_t k=0;k<b.count;++k)A[term.right][c]+=b.values[c*b.count+k]*term.factors[k];for(double f:term.factors)varA+=f*f;}
        else{auto&l=sm.paired[*term.left];auto&r=sm.paired[term.right];size_t ca=t.axes[*term.left].cells(),cb=t.axes[term.right].cells();P p{*term.left,term.right,std::vector<double>(ca*cb),std::vector<double>((ca+1)*(cb+1)),0};
          for(size_t i=0;i<ca;++i)for(size_t j=0;j<cb;++j){double s=0;for(size_t x=0;x<l.count;++x){double q=0;for(size_t y=0;y<r.count;++y)q+=term.factors[x*r.count+y]*r.values[j*r.count+y];s+=q*l.values[i*l.count+x];}p.g[i*cb+j]=s;
            p.sums[(i+1)*(cb+1)+j+1]=p.sums[i*(cb+1)+j+1]+p.sums[(i+1)*(cb+1)+j]-p.sums[i*(cb+1)+j]+s*t.axes[p.a].weight[i]*t.axes[p.b].weight[j];}
          for(double f:term.factors)p.var+=f*f;varA+=p.var;pa.push_back(p);}
      }
      std::vector<Feature> fe;std::vector<double> rows;
      for(auto&a:t.axes)fe.push_back({a.ordered?0:(int)a.cells()});
      for(int i=0;i<n;++i)for(size_t a=0;a<D;++a)rows.push_back(t.axes[a].coordinate[t.cell(i,a)]);
      ForestOptions fo;fo.trees=(int)o["trees"];fo.bootstrap=o["boot"]>0;fo.splitter=o["random"]>0?Splitter::kRandom:Splitter::kBest;fo.min_leaf=(int)o["leaf"];fo.features_per_split=o["feat"];fo.min_split=(int)o["split"];
      Forest forest(fe,rows,sm.residuals,fo,seed);
      double t2=now();
      std::vector<std::vector<double>> M(D),per(D);for(size_t a=0;a<D;++a)M[a].assign(A[a].size(),0);
      double tot=0; int T=fo.trees; std::vector<double> perV(D);
      double sharePer[16]={};
      for(int k=0;k<T;++k){
        TreeBoxes b=boxes_of(forest.tree(k),t.axes);double mu=mean(b);double v=varA+variance(b);
        std::vector<std::vector<double>> m(D);
        for(size_t a=0;a<D;++a){m[a].assign(A[a].size(),0);add_marginal(b,a,m[a]);for(size_t c=0;c<m[a].size();++c){m[a][c]-=mu;v+=2*t.axes[a].weight[c]*m[a][c]*A[a][c];}}
        for(auto&p:pa){size_t w=t.axes[p.b].cells()+1;double cov=0;for(size_t l=0;l<b.leaves();++l){double s=0;for(auto&ra:b.runs_of(b.side(l,p.a)))for(auto&rb:b.runs_of(b.side(l,p.b)))s+=p.sums[ra.end*w+rb.end]-p.sums[ra.begin*w+rb.end]-p.sums[ra.end*w+rb.begin]+p.sums[ra.begin*w+rb.begin];cov+=s*b.value[l]*b.volume[l]/(b.side(l,p.a).weight*b.side(l,p.b).weight);}v+=2*cov;}
        tot+=v/T;
        for(size_t a=0;a<D;++a){double vi=0;for(size_t c=0;c<m[a].size();++c){M[a][c]+=m[a][c]/T;double z=A[a][c]+m[a][c];vi+=t.axes[a].weight[c]*z*z;}perV[a]+=vi/T;sharePer[a]+=vi/v/T;}
      }
      double t3=now();
      double sv=0,smn=0;for(double y:t.losses)smn+=y/n;for(double y:t.losses)sv+=(y-smn)*(y-smn)/n;
      double rv=0;for(double y:sm.residuals)rv+=y*y/n;resid+=rv/sv/seeds;
      std::map<std::string,double> e; 
      for(size_t a=0;a<D;++a){double vi=0,va=0;for(size_t c=0;c<M[a].size();++c){vi+=t.axes[a].weight[c]*std::pow(M[a][c]+A[a][c],2);va+=t.axes[a].weight[c]*A[a][c]*A[a][c];}
        auto add=[&](std::string q,double s){e[q]=std::max(e[q],std::abs(s-fn.share[a]));serr[q]+=std::abs(s-fn.share[a])/seeds;};
        add("mean/tree",vi/tot);add("pertree",sharePer[a]);add("mean/sample",vi/sv);add("A/A+res",va/(varA+rv));add("A/A",va/varA);
        if(o["v"]>0&&seed==0)fmt::print("   {} true {:.4f} mean/tree {:.4f} pertree {:.4f} A {:.4f}\n",fn.space[a].name,fn.share[a],vi/tot,sharePer[a],va/varA);
      }
      for(auto&[q,x]:e)err[q]+=x/seeds;
      // pairs, from mean function
      double worst=0,worstt=0;
      for(auto&[ab,s]:fn.pairs){size_t a=ab.first,b=ab.second,cb=t.axes[b].cells();std::vector<double>g(t.axes[a].cells()*cb);std::vector<double> ga;double mm=0,vt=0;
        for(int k=0;k<T;++k){TreeBoxes bx=boxes_of(forest.tree(k),t.axes);add_marginal(bx,a,b,g,cb);mm+=mean(bx)/T;}
        double vv=0;for(size_t i=0;i<t.axes[a].cells();++i)for(size_t j=0;j<cb;++j){double z=g[i*cb+j]/T-mm-M[a][i]-M[b][j];for(auto&p:pa)if(p.a==a&&p.b==b)z+=p.g[i*cb+j];vv+=t.axes[a].weight[i]*t.axes[b].weight[j]*z*z;}
        worst=std::max(worst,std::abs(vv/tot-s)); if(o["v"]>0&&seed==0)fmt::print("   pair {} {} true {:.4f} {:.4f}\n",a,b,s,vv/tot);(void)vt;(void)worstt;}
      perr+=worst/seeds;
      tf+=(t1-t0)/seeds;tt+=(t3-t0)/seeds; if(o["v"]>0&&seed==0)fmt::print("   smooth {:.4f} forest {:.4f} boxes {:.4f} pairs {}\n",t1-t0,t2-t1,t3-t2,pa.size());
    }
    fmt::print("{:20} resid {:.4f} time {:.3f} smooth {:.3f} pair {:.4f} |",fn.name,resid,tt,tf,perr);for(auto&[q,x]:err)fmt::print(" {} {:.4f}({:.3f})",q,x,serr[q]);fmt::print("\n");
  }
}
